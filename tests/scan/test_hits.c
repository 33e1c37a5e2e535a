/* The collector: any order, repeats, bounds. */
#include "scan/kit.h"

#include <criterion/criterion.h>

enum { N_MSG = 5, MSG_CODES = 20, BOUND = 7 };

/* Whatever order the engine reports in, and however often, the outcome is that of the sorted list. */
Test(hits, order_and_repeats_of_the_engine_do_not_matter)
{
    uint32_t begin[N_MSG + 1];
    for (uint32_t i = 0; i <= N_MSG; i++)
        begin[i] = i * (MSG_CODES + 1);
    struct cs_folded in = {NULL, begin[N_MSG], begin, N_MSG};
    struct cs_hits sorted = {.per_message = BOUND}, mixed = {.per_message = BOUND};
    uint64_t seed = 5;
    for (int round = 0; round < 300; round++) {
        uint32_t flags[2][N_MSG] = {{0}}, n[2];
        const struct cs_hit *hit[2];
        static uint32_t list[3000][2];
        uint32_t count = 0, total = 1 + kit_draw(&seed, 1000);
        cs_hits_begin(&sorted, &in, flags[0]);
        for (uint32_t m = 0; m < N_MSG; m++)
            for (uint32_t e = 1; e <= MSG_CODES; e++)
                for (uint32_t p = 0; p < 10; p++) {
                    if (kit_draw(&seed, 1000) >= total) continue;
                    cr_assert(cs_hits_add(&sorted, p, begin[m] + e));
                    list[count][0] = p;
                    list[count++][1] = begin[m] + e;
                }
        cs_hits_begin(&mixed, &in, flags[1]);
        for (uint32_t i = count; i > 0; i--) {
            uint32_t k = kit_draw(&seed, i), p = list[k][0], e = list[k][1];
            list[k][0] = list[i - 1][0];
            list[k][1] = list[i - 1][1];
            for (uint32_t times = 1 + kit_draw(&seed, 3); times > 0; times--)
                cr_assert(cs_hits_add(&mixed, p, e));
        }
        kit_ok(cs_hits_finish(&sorted, &hit[0], &n[0]), "sorted");
        kit_ok(cs_hits_finish(&mixed, &hit[1], &n[1]), "mixed");
        cr_assert_eq(n[0], n[1], "round %d", round);
        cr_assert(n[0] == 0 || memcmp(hit[0], hit[1], n[0] * sizeof *hit[0]) == 0, "round %d", round);
        cr_assert_eq(memcmp(flags[0], flags[1], sizeof flags[0]), 0, "round %d", round);
    }
    cs_hits_clear(&sorted);
    cs_hits_clear(&mixed);
}
