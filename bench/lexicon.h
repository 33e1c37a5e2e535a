/* The same words twice: as a rule set with its matcher, and as plain UTF-8 literals of the library. */
#ifndef CS_BENCH_LEXICON_H
#define CS_BENCH_LEXICON_H

#include "corpus.h"
#include "rules/loader.h"
#include "scan/matcher.h"

#include <hs/hs.h>

struct lexicon {
    struct cs_arena arena;
    struct cs_ruleset_box box; /* one rule for all platforms and speakers */
    struct cs_rule rule;
    struct cs_matcher *matcher;
    hs_database_t *plain;
    hs_scratch_t *scratch;
    uint32_t n; /* words in it */
};

/* Take `n` of `words` evenly from the first to the last; words that fold to nothing or to one taken before
 * are left out. False after an error, told on stderr. */
bool lexicon_open(struct lexicon *l, const struct corpus *words, uint32_t n);
void lexicon_close(struct lexicon *l);

#endif
