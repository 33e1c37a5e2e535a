/* Hits to violations: is the rule meant for this platform and speaker, is the occurrence genuine (gap,
 * sentence end, word edges, whole clause), is it exempt, how strong is the evidence, and which original bytes
 * is it.
 *
 * Works on whole batches; state is per thread. On the same rule the longest of overlapping hits wins;
 * different rules report independently. A text is always judged whole, whatever it is stuffed with: what is
 * bounded is the number of violations listed.
 *
 * Memory. b->arena gets the listed violations: 56 bytes each (and up to 24 for earlier messages that took
 * part), so at most 56 * CS_BATCH_MAX * listed_max (14 MiB by default).
 * Scratch is the judge's own and is used again for every message: 32 bytes for each term behind each hit of
 * the message (64 while they are sorted), and for the longest run of overlapping hits 24 bytes a code. So a
 * text of 256 KiB needs 6 MiB, or 12 MiB of characters that fold to many, and 12 MiB more for every term that
 * hits at every byte. Violations are collected in the judge's memory and copied. What a flood took is given
 * back at the end of the batch. */
#ifndef CS_ANNOTATE_ANNOTATE_H
#define CS_ANNOTATE_ANNOTATE_H

#include "record/batch.h"
#include "rules/ruleset.h"

enum { CS_LISTED_DEFAULT = 256, CS_NO_TERM = UINT32_MAX };

/* One thread's annotator for one rule set. */
struct cs_judge;

/* `rs` must outlive the judge. Of one message at most `listed_max` violations are listed (0 =
 * CS_LISTED_DEFAULT). Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_judge_new(const struct cs_ruleset *rs, uint32_t listed_max, struct cs_judge **out);
void cs_judge_free(struct cs_judge **j);

/* Whether cs_annotate masks what rules with `mask` find: off at first. Then b->text of such messages becomes
 * a copy in b->arena. */
void cs_judge_mask(struct cs_judge *j, bool on);
/* True when rules look at earlier messages: then replayed messages must be scanned and judged, too. */
bool cs_judge_remembers(const struct cs_judge *j);
/* Take over what `from` remembers of earlier messages, for a judge of other rules: facts that both rule sets
 * ask for in the same way are known, others only from now on. If one of the two does not look back, nothing
 * is taken over. `from` is left with an empty memory. Takes no memory. */
void cs_judge_inherit(struct cs_judge *j, struct cs_judge *from);
/* Forget what was said in a partition. */
void cs_judge_drop(struct cs_judge *j, int32_t partition);

/* Turn b->hit into b->violation and b->violation_begin (memory of b->arena), and set
 * CS_FLAG_UNKNOWN_PLATFORM. If a message has more violations than can be listed, the most severe are, then
 * the first in the text, and it gets CS_FLAG_HITS_TRUNCATED. Dead messages have no violations. Errors:
 * CS_ENOMEM. */
CS_MUST cs_rc cs_annotate(struct cs_judge *j, struct cs_batch *b);

/* What became of one hit, for `explain`: the same judgement, told step by step. */
enum cs_verdict {
    CS_VERDICT_VIOLATION,
    CS_VERDICT_OTHER_PLATFORM,
    CS_VERDICT_OTHER_ACTOR,
    CS_VERDICT_GAP_TOO_WIDE,
    CS_VERDICT_SENTENCE_END,
    CS_VERDICT_WORD_EDGE,
    CS_VERDICT_MARK_MISSING, /* the term has a sign such as % that the text lacks */
    CS_VERDICT_NOT_CLAUSE,
    CS_VERDICT_WEAK_EVIDENCE,
    CS_VERDICT_EXEMPT,
    CS_VERDICT_SHADOWED,        /* a longer hit of the same rule covers it */
    CS_VERDICT_NOT_IN_FORCE,    /* sent before the rule's first day or after its last */
    CS_VERDICT_CONTEXT_MISSING, /* a condition does not hold */
    CS_VERDICT_CONTEXT_FORBIDS, /* one holds that must not */
    CS_VERDICT_TOO_FEW,         /* the rule asks for more places */
    CS_VERDICT_ALLOWED,         /* found, but on the rule's list of allowed values */
    CS_VERDICT_SAID_BEFORE,     /* found, but the other side said it first */
    CS_VERDICT_COUNT
};

struct cs_judgement {
    struct cs_violation violation; /* spans and evidence as far as they were worked out */
    const char *exempted_by;       /* the exempt phrase, or NULL */
    uint32_t rule, term;           /* indexes into the rule set; term: CS_NO_TERM for a detector's find */
    const struct cs_condition *condition; /* the one that decided against it, or NULL */
    uint8_t verdict;                      /* enum cs_verdict */
};

/* A short English phrase for a verdict. */
const char *cs_verdict_name(uint32_t v);

/* Judge every hit of message `msg`, the ones that are no violation too. *out is in b->arena, sorted by place.
 */
CS_MUST cs_rc cs_annotate_explain(
    const struct cs_ruleset *rs, struct cs_batch *b, uint32_t msg, struct cs_judgement **out, uint32_t *n);

#endif
