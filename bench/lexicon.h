/* The same words twice: as a rule set with its matcher, and as plain UTF-8 literals of the library. */
#ifndef CS_BENCH_LEXICON_H
#define CS_BENCH_LEXICON_H

#include "corpus.h"
#include "rules/loader.h"
#include "scan/matcher.h"

#include <hs/hs.h>

struct lexicon {
    struct cs_arena arena;
    struct cs_ruleset_box box; /* rules for all platforms and speakers */
    struct cs_rule rule[2];    /* the other one is for words that are looked for in disguise, too */
    struct cs_term *term;
    struct cs_matcher *matcher;
    hs_database_t *plain;
    hs_scratch_t *scratch;
    uint32_t n; /* words in it */
};

/* Take `n` of `words` evenly from the first to the last; words that fold to nothing or to one taken before
 * are left out. False after an error, told on stderr. */
bool lexicon_open(struct lexicon *l, const struct corpus *words, uint32_t n);
void lexicon_close(struct lexicon *l);

/* Scan each line by itself for the plain literals. Returns their hits. */
uint64_t lexicon_scan_plainly(const struct lexicon *l, const struct corpus *chat);

/* Words that are looked for in disguise, too. */
struct lexicon_choice {
    uint32_t n;
    bool spread; /* taken evenly; otherwise the first */
    uint8_t channels, sound;
};

/* Choose anew, of words with two or more codes, which single characters are not. False when memory is out. */
bool lexicon_disguise(struct lexicon *l, const struct lexicon_choice *choice);

#endif
