/* The collector: any order, repeats. */
#include "scan/kit.h"

#include <criterion/criterion.h>

enum { N_MSG = 5, MSG_CODES = 20, PATTERNS = 10 };

struct raw {
    uint32_t pattern, end;
};

/* About `share` in a thousand of all that could be, in the right order. */
static uint32_t draw_list(uint64_t *seed, const uint32_t *begin, uint32_t share, struct raw *list)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_MSG * MSG_CODES * PATTERNS; i++) {
        uint32_t place = i / PATTERNS;
        if (kit_draw(seed, 1000) >= share) continue;
        list[n++] = (struct raw){i % PATTERNS, begin[place / MSG_CODES] + place % MSG_CODES + 1};
    }
    return n;
}

static void add_in_order(struct cs_hits *h, const struct raw *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cr_assert(cs_hits_add(h, list[i].pattern, list[i].end));
}

static void add_shuffled(struct cs_hits *h, struct raw *list, uint32_t n, uint64_t *seed)
{
    for (; n > 0; n--) {
        uint32_t k = kit_draw(seed, n);
        for (uint32_t times = 1 + kit_draw(seed, 3); times > 0; times--)
            cr_assert(cs_hits_add(h, list[k].pattern, list[k].end));
        list[k] = list[n - 1];
    }
}

/* Neighbours change places, as where several patterns end together. */
static void add_nearly_in_order(struct cs_hits *h, const struct raw *list, uint32_t n, uint64_t *seed)
{
    for (uint32_t i = 0; i < n;) {
        uint32_t run = 1 + kit_draw(seed, 5);
        if (run > n - i) run = n - i;
        for (uint32_t k = run; k > 0; k--)
            cr_assert(cs_hits_add(h, list[i + k - 1].pattern, list[i + k - 1].end));
        i += run;
    }
}

/* Whatever order the engine reports in, and however often, the outcome is that of the sorted list. */
Test(hits, order_and_repeats_of_the_engine_do_not_matter)
{
    static struct raw list[N_MSG * MSG_CODES * PATTERNS];
    uint32_t begin[N_MSG + 1];
    for (uint32_t i = 0; i <= N_MSG; i++)
        begin[i] = i * (MSG_CODES + 1);
    struct cs_folded in = {NULL, begin[N_MSG], begin, N_MSG};
    struct cs_hits h[3] = {0};
    uint64_t seed = 5;
    for (int round = 0; round < 300; round++) {
        uint32_t n[3];
        const struct cs_hit *hit[3];
        uint32_t count = draw_list(&seed, begin, 1 + kit_draw(&seed, 1000), list);
        cs_hits_begin(&h[0], &in);
        add_in_order(&h[0], list, count);
        cs_hits_begin(&h[2], &in);
        add_nearly_in_order(&h[2], list, count, &seed);
        cs_hits_begin(&h[1], &in);
        add_shuffled(&h[1], list, count, &seed);
        for (int k = 0; k < 3; k++)
            kit_ok(cs_hits_finish(&h[k], &hit[k], &n[k]), "finish");
        for (int k = 1; k < 3; k++) {
            cr_assert_eq(n[0], n[k], "round %d", round);
            cr_assert(n[0] == 0 || memcmp(hit[0], hit[k], n[0] * sizeof *hit[0]) == 0, "round %d", round);
        }
        cr_assert_eq(n[0], count, "round %d", round);
    }
    cs_hits_clear(&h[0]);
    cs_hits_clear(&h[1]);
    cs_hits_clear(&h[2]);
}
