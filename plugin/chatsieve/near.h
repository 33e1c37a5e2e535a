/* Near misses of one text: which terms nearly hit, and what was in the way. For `explain --near`; bounded,
 * but far from the hot path. */
#ifndef CS_CHATSIEVE_NEAR_H
#define CS_CHATSIEVE_NEAR_H

#include "annotate/annotate.h"

enum {
    CS_NEAR_MAX = 20,         /* told of one text, the nearest first */
    CS_NEAR_CODES_MAX = 2000, /* folded characters of the text that are looked at */
    CS_NEAR_WHY = 160
};

struct cs_near {
    uint32_t rule, term;           /* indexes into the rule set; behind n_term stand its expressions */
    uint32_t char_begin, char_end; /* of the text */
    uint32_t byte_begin, byte_end;
    uint32_t rank; /* kind of miss: the smaller the nearer */
    char why[CS_NEAR_WHY];
};

struct cs_near_list {
    struct cs_near at[CS_NEAR_MAX];
    uint32_t n;
    uint32_t left_out;
    bool cut; /* the text is longer than what was looked at */
};

/* What is known of the text: message 0 of a batch after annotate, and its judgements. */
struct cs_near_case {
    const struct cs_ruleset *rules;
    struct cs_batch *batch; /* its arena is used */
    const struct cs_judgement *judgement;
    uint32_t n;
};

/* Sorted by rank, then place. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_near_find(const struct cs_near_case *c, struct cs_near_list *out);

#endif
