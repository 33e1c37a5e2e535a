/* Context: hits of rules that ask for more than a hit, and what stands around them; internal to annotate/.
 *
 * While a message is on trial, hits of such rules are put down as candidates, and the places of context terms
 * as facts. When all of it was heard, each candidate is judged against the facts, and against what the memory
 * holds of earlier messages. Work is n log n in the number of places, however a text is stuffed with them. */
#ifndef CS_ANNOTATE_CONTEXT_H
#define CS_ANNOTATE_CONTEXT_H

#include "annotate/annotate.h"
#include "annotate/lookback.h"

struct cs_candidate {
    struct cs_violation v;
    uint32_t rule, term;             /* term: CS_NO_TERM for what a detector found */
    uint32_t exempted_by;            /* the exempt term, or CS_NO_TERM */
    int64_t earlier[CS_EARLIER_MAX]; /* offsets of earlier messages that made it one */
    uint8_t n_earlier;
    uint32_t failed; /* 1 + the condition of the rule set that decided against it */
    uint8_t verdict; /* enum cs_verdict */
};

/* Characters begin .. end - 1 hold what condition `condition` of the rule set looks for. */
struct cs_fact {
    uint32_t condition, begin, end;
};

/* What is known of one condition in the message in hand. */
struct cs_evident {
    uint32_t begin, end; /* its facts */
    uint32_t earlier;    /* places in earlier messages */
    bool recalled;       /* earlier is known */
};

struct cs_context {
    struct cs_candidate *candidate;
    struct cs_fact *fact;
    uint32_t *stop;             /* characters that end sentences, ascending */
    struct cs_evident *evident; /* by condition; NULL before settling */
    uint32_t *standing;         /* by rule: candidates that stand */
    uint32_t n_candidate, cap_candidate, n_fact, cap_fact, n_stop, cap_stop;
};

/* Where and after what a message was said. */
struct cs_hearing {
    const struct cs_ruleset *rs;
    struct cs_span text;
    const uint64_t *name;       /* of facts, by condition; NULL: nothing is remembered */
    const struct cs_said *said; /* NULL: the message has no conversation */
    const struct cs_seat *seat; /* set when said is */
};

/* Begin the next message. */
void cs_context_begin(struct cs_context *c);
/* Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_context_accuse(struct cs_context *c, const struct cs_candidate *candidate);
CS_MUST cs_rc cs_context_note(struct cs_context *c, struct cs_fact fact);
/* Settle the verdicts of all candidates that stand so far. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_context_settle(struct cs_context *c, const struct cs_hearing *h, struct cs_arena *scratch);
/* True when role `role` is one that the condition listens to in earlier messages. */
bool cs_condition_hears(const struct cs_condition *c, uint8_t role, uint8_t actors);
/* True when a rule asks for more than a hit. */
bool cs_rule_has_context(const struct cs_rule *rule);
size_t cs_context_bytes(const struct cs_context *c);
void cs_context_clear(struct cs_context *c);

#endif
