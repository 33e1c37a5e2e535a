/* The memories of a judge: facts about messages, and values that were found in them; internal to annotate/.
 *
 * A fact is the name of a condition (annotate/facts.h) and the number of its places, so that it means the
 * same to every rule set that has this condition. */
#ifndef CS_ANNOTATE_PAST_H
#define CS_ANNOTATE_PAST_H

#include "annotate/lookback.h"
#include "rules/needs.h"

struct cs_past {
    struct cs_lookback *facts, *values; /* NULL: no rule asks for them; values only with facts */
    uint64_t *name;                     /* of facts, by condition */
    struct cs_needs needs;
};

struct cs_court;

/* Where a conversation is kept in both; that of values is only set for messages with finds. */
struct cs_past_seats {
    struct cs_seat facts, values;
};

/* A message, and what detectors found in it. */
struct cs_past_finds {
    uint32_t msg, n;
    const struct cs_found *found;
};

/* Open the memories that the rules need. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_past_open(struct cs_past *p, const struct cs_ruleset *rs);
void cs_past_close(struct cs_past *p);
/* Take over what `from` remembers, as far as `p` asks for memories; `from` gets those of `p`. */
void cs_past_inherit(struct cs_past *p, struct cs_past *from);
void cs_past_drop(struct cs_past *p, int32_t partition);
/* Find the conversation of a placed message. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_past_seek(
    struct cs_past *p, int32_t partition, const struct cs_said *s, bool finds, struct cs_past_seats *out);
/* Remember the message of `f`, which was heard. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_past_keep(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, struct cs_past_finds f);

#endif
