#include "base/map.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 700 };

/* What the map must hold: value of key i, or 0. */
struct model {
    uint32_t value[KEYS];
    uint32_t n;
};

static struct cs_span key_of(uint32_t i, char out[16])
{
    int len = snprintf(out, 16, "%u", i * 7919);
    return cs_span_of(out, (size_t)len);
}

static void compare(const struct cs_map *m, const struct model *want)
{
    char key[16];
    cr_assert_eq(m->n, want->n);
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint32_t *v = cs_map_get(m, key_of(i, key));
        cr_assert_eq(v ? *v : 0, want->value[i], "key %u", i);
    }
}

Test(map, equals_a_plain_array)
{
    static const uint64_t seeds[] = {0, 1, 0x9E3779B97F4A7C15u};
    for (size_t s = 0; s < 3; s++) {
        struct cs_map m;
        struct model want = {0};
        uint64_t x = 88172645463325252u + s;
        cs_map_init(&m, seeds[s]);
        for (uint32_t step = 1; step <= 20000; step++) {
            char key[16];
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            uint32_t i = (uint32_t)(x % KEYS);
            bool grows = (step / 3000) % 2 == 0;
            if ((x >> 40) % 10 < (grows ? 8u : 3u)) {
                cr_assert(!cs_bad(cs_map_put(&m, key_of(i, key), step)));
                want.n += want.value[i] == 0;
                want.value[i] = step;
            } else {
                cr_assert_eq(cs_map_remove(&m, key_of(i, key)), want.value[i] != 0, "step %u", step);
                want.n -= want.value[i] != 0;
                want.value[i] = 0;
            }
            if (step % 500 == 0) compare(&m, &want);
        }
        cs_map_clear(&m);
        cr_expect_eq(m.n, 0);
    }
}

Test(map, keys_are_bytes)
{
    struct cs_map m;
    cs_map_init(&m, 5);
    cr_expect(cs_map_get(&m, CS_SPAN_LIT("a")) == NULL);
    cr_expect(!cs_map_remove(&m, CS_SPAN_LIT("a")));
    cr_assert(!cs_bad(cs_map_put(&m, CS_SPAN_LIT(""), 1)));
    cr_assert(!cs_bad(cs_map_put(&m, CS_SPAN_LIT("\0"), 2)));
    cr_assert(!cs_bad(cs_map_put(&m, CS_SPAN_LIT("\0\0"), 3)));
    cr_expect_eq(*cs_map_get(&m, (struct cs_span){0}), 1);
    cr_expect_eq(*cs_map_get(&m, CS_SPAN_LIT("\0")), 2);
    cr_expect_eq(*cs_map_get(&m, CS_SPAN_LIT("\0\0")), 3);
    *cs_map_get(&m, CS_SPAN_LIT("\0")) = 9;
    cr_expect_eq(*cs_map_get(&m, CS_SPAN_LIT("\0")), 9);
    cs_map_clear(&m);
    cr_assert(!cs_bad(cs_map_put(&m, CS_SPAN_LIT("again"), 4)));
    cs_map_clear(&m);
}

Test(map, a_failed_put_leaves_it_unchanged)
{
    struct cs_map m;
    struct model want = {0};
    char key[16];
    uint32_t failures = 0;
    cs_map_init(&m, 7);
    for (uint32_t i = 0; i < 100; i++) {
        for (long at = 0; at < 2; at++) {
            fuse = at;
            cs_rc rc = cs_map_put(&m, key_of(i, key), i + 1);
            fuse = -1;
            if (!cs_bad(rc)) {
                cr_assert(!want.value[i] || at == 1);
                want.n += want.value[i] == 0;
                want.value[i] = i + 1;
            } else {
                cr_assert_eq(rc.code, CS_ENOMEM);
                failures++;
            }
            compare(&m, &want);
        }
    }
    cr_expect(failures >= 100, "%u", failures);
    cs_map_clear(&m);
}
