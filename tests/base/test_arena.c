#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdlib.h>

void *__real_malloc(size_t n);

static long calls, fail_at = -1;

void *__wrap_malloc(size_t n)
{
    return calls++ == fail_at ? NULL : __real_malloc(n);
}

Test(arena, objects_are_aligned_and_apart)
{
    struct cs_arena a;
    uint8_t *p[500];
    cs_arena_init(&a, 1000, 0);
    for (size_t i = 0; i < 500; i++) {
        p[i] = cs_arena_alloc(&a, i);
        cr_assert(p[i] != NULL);
        cr_expect_eq((uintptr_t)p[i] % 16, 0, "%zu", i);
        memset(p[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i; k++)
            cr_assert_eq(p[i][k], i & 0xFF, "object %zu byte %zu", i, k);
    cs_arena_clear(&a);
    cr_expect_eq(a.held, 0);
}

Test(arena, a_warm_arena_does_not_call_malloc)
{
    struct cs_arena a;
    long warm = 0;
    cs_arena_init(&a, 256, 0);
    for (int round = 0; round < 4; round++) {
        for (size_t size = 1; size < 2000; size += 37)
            cr_assert(cs_arena_alloc(&a, size) != NULL);
        if (round == 0) warm = calls;
        cs_arena_reset(&a);
    }
    cr_expect_eq(calls, warm);
    cr_expect(warm > 1);
    cs_arena_clear(&a);
}

/* The order of sizes may change from round to round: a chunk that is too small is skipped, not lost. */
Test(arena, kept_chunks_serve_other_sizes)
{
    struct cs_arena a;
    cs_arena_init(&a, 64, 0);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 20; i++) {
            size_t n = (size_t)((round * 31 + i * 17) % 300);
            uint8_t *p = cs_arena_alloc(&a, n);
            cr_assert(p != NULL);
            memset(p, 1, n);
        }
        cs_arena_reset(&a);
    }
    cs_arena_clear(&a);
}

Test(arena, the_limit_counts_everything_held)
{
    struct cs_arena a;
    cs_arena_init(&a, 1024, 4096);
    uint32_t n = 0;
    while (cs_arena_alloc(&a, 100) != NULL)
        n++;
    cr_expect(n > 20 && n <= 40, "%u", n);
    cr_expect(a.held <= 4096);
    cr_expect(cs_arena_alloc(&a, 5000) == NULL);
    cs_arena_reset(&a);
    cr_expect(cs_arena_alloc(&a, 100) != NULL);
    cs_arena_clear(&a);
}

/* What was there before a mark stays as it is; what comes after it takes no more memory however often. */
Test(arena, rewind_gives_back_what_came_after_the_mark)
{
    struct cs_arena a;
    cs_arena_init(&a, 256, 0);
    struct cs_arena_mark empty = cs_arena_mark(&a);
    char *kept = cs_arena_strdup(&a, CS_SPAN_LIT("kept"));
    size_t held = 0;
    for (int round = 0; round < 20; round++) {
        struct cs_arena_mark outer = cs_arena_mark(&a), inner;
        uint8_t *p = cs_arena_alloc(&a, 100);
        cr_assert(p != NULL);
        memset(p, 1, 100);
        inner = cs_arena_mark(&a);
        for (size_t size = 1; size < 3000; size *= 3) {
            uint8_t *q = cs_arena_alloc(&a, size);
            cr_assert(q != NULL);
            memset(q, 2, size);
        }
        cs_arena_rewind(&a, inner);
        uint8_t *again = cs_arena_zalloc(&a, 100, 1);
        cr_assert(again != NULL);
        for (int i = 0; i < 100; i++)
            cr_assert(p[i] == 1 && again[i] == 0);
        cs_arena_rewind(&a, outer);
        if (round == 1) held = a.held;
    }
    cr_expect_eq(a.held, held);
    cr_expect_str_eq(kept, "kept");
    cs_arena_rewind(&a, empty);
    cr_expect(cs_arena_alloc(&a, 5) == kept);
    cs_arena_clear(&a);
}

Test(arena, hostile_sizes)
{
    static const size_t sizes[] = {
        SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 2 - 64};
    struct cs_arena a;
    cs_arena_init(&a, 64, 1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cr_expect(cs_arena_alloc(&a, sizes[i]) == NULL, "row %zu", i);
        cr_expect(cs_arena_zalloc(&a, sizes[i], 2) == NULL, "row %zu", i);
        cr_expect(cs_arena_zalloc(&a, 2, sizes[i]) == NULL, "row %zu", i);
        cr_expect(cs_arena_zalloc(&a, sizes[i], sizes[i]) == NULL, "row %zu", i);
    }
    cr_expect(cs_arena_zalloc(&a, 0, 8) != NULL);
    cr_expect(cs_arena_zalloc(&a, 8, 0) != NULL);
    cs_arena_clear(&a);
}

Test(arena, zalloc_zeroes_used_memory)
{
    struct cs_arena a;
    cs_arena_init(&a, 256, 0);
    for (int round = 0; round < 2; round++) {
        uint8_t *p = cs_arena_zalloc(&a, 100, 1);
        cr_assert(p != NULL);
        for (int i = 0; i < 100; i++)
            cr_assert_eq(p[i], 0);
        memset(p, 0xFF, 100);
        cs_arena_reset(&a);
    }
    cs_arena_clear(&a);
}

Test(arena, strdup_keeps_nul_and_ends_in_nul)
{
    struct cs_arena a;
    cs_arena_init(&a, 64, 0);
    char *s = cs_arena_strdup(&a, CS_SPAN_LIT("a\0b"));
    cr_assert(s != NULL);
    cr_expect_eq(memcmp(s, "a\0b", 4), 0);
    char *empty = cs_arena_strdup(&a, (struct cs_span){0});
    cr_assert(empty != NULL);
    cr_expect_eq(empty[0], 0);
    cs_arena_clear(&a);
}

Test(arena, a_failed_malloc_leaves_it_usable)
{
    struct cs_arena a;
    cs_arena_init(&a, 64, 0);
    for (long at = 0; at < 5; at++) {
        calls = 0;
        fail_at = at;
        uint32_t n = 0;
        for (int i = 0; i < 10; i++)
            n += cs_arena_alloc(&a, 60) == NULL;
        fail_at = -1;
        cr_expect_eq(n, 1, "%ld", at);
        cr_expect(cs_arena_alloc(&a, 60) != NULL);
        cs_arena_clear(&a);
    }
}

Test(arena, trim_gives_the_rest_of_the_last_object_to_the_next)
{
    struct cs_arena a;
    cs_arena_init(&a, 1024, 0);
    uint8_t *first = cs_arena_alloc(&a, 500);
    cr_assert(first != NULL);
    cs_arena_trim(&a, first + 33);
    uint8_t *second = cs_arena_alloc(&a, 900);
    cr_expect_eq(second, first + 48, "behind it, aligned");
    cs_arena_trim(&a, second);
    cr_expect_eq((uint8_t *)cs_arena_alloc(&a, 1), second, "nothing was kept");
    cs_arena_clear(&a);
}
