/* A rule pack and the stages of the filter behind it, twice: with the fast matchers and with their plain
 * twins.
 */
#ifndef CS_TESTS_FUZZ_ENGINE_H
#define CS_TESTS_FUZZ_ENGINE_H

#include "fuzz.h"

#include "filter/filter.h"

struct engine {
    struct cs_ruleset *rules;
    struct cs_diag diag;
    struct {
        struct cs_matcher *matcher;
        struct cs_lattice *lattice;
        struct cs_regexes *regexes;
        struct cs_filter *filter;
        struct cs_batch *batch;
        struct cs_arena bytes; /* of the records */
    } side[2];                 /* by enum cs_matcher_kind */
};

/* Load one pack from memory. False when it is refused, and then e->diag says why. Close it in either case. */
bool engine_load(struct engine *e, struct cs_span pack);
/* Compile both sides. */
void engine_compile(struct engine *e);
/* Add a message of conversation "b" to the batch of both sides; `text` is copied. */
void engine_say(struct engine *e, const char *platform, uint8_t role, struct cs_span text);
/* Run the stages on both sides, check what each says about itself, and compare them. */
void engine_run(struct engine *e);
/* Forget what was said; conversations stay. */
void engine_reset(struct engine *e);
void engine_close(struct engine *e);

#endif
