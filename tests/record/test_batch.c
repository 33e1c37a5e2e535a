#include "record/batch.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(batch, reset_forgets_and_keeps_memory)
{
    struct cs_batch *b = malloc(sizeof *b);
    cr_assert(b != NULL);
    cs_batch_init(b, 0);
    cr_expect(b->n == 0 && b->n_hit == 0 && b->arena.held == 0);
    for (int round = 0; round < 3; round++) {
        struct cs_hit hit = {0};
        struct cs_violation violation = {0};
        struct cs_flight flight = {0};
        b->n = 7;
        b->hit = &hit;
        b->n_hit = 1;
        b->violation = &violation;
        b->flight = &flight;
        b->folded.n = 7;
        cr_assert(cs_arena_alloc(&b->arena, 1000) != NULL);
        size_t held = b->arena.held;
        cs_batch_reset(b);
        cr_expect(b->n == 0 && b->n_hit == 0 && b->hit == NULL && b->violation == NULL && b->flight == NULL);
        cr_expect_eq(b->folded.n, 0);
        cr_expect_eq(b->arena.held, held, "a warm batch keeps its chunks");
    }
    cs_batch_clear(b);
    cr_expect_eq(b->arena.held, 0);
    free(b);
}

Test(batch, the_limit_is_the_arena_s)
{
    struct cs_batch *b = malloc(sizeof *b);
    cr_assert(b != NULL);
    cs_batch_init(b, 1 << 20);
    cr_expect(cs_arena_alloc(&b->arena, 2 << 20) == NULL);
    cr_expect(cs_arena_alloc(&b->arena, 1000) != NULL);
    cs_batch_clear(b);
    free(b);
}
