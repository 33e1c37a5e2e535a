/* cs_fold_texts: the vector kernel, the scalar twin and cs_map_text give the same codes for any bytes. */
#include "text/fold.h"

#include "text/alphabet.h"
#include "text/map.h"
#include "texts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BATCH = 200, TEXTS = 1000000, LEN_MAX = 301, INVALID = 1u << CS_FLAG_INVALID_UTF8 };

struct twins {
    struct cs_folder *best, *avx2, *scalar;
    struct cs_arena arena;
};

static struct twins twins_new(void)
{
    struct twins t = {0};
    cr_assert(!cs_bad(cs_folder_new(&t.best)) && !cs_bad(cs_folder_new(&t.avx2)) &&
              !cs_bad(cs_folder_new(&t.scalar)));
    cs_folder_force_avx2(t.avx2);
    cs_folder_force_scalar(t.scalar);
    cr_assert_str_eq(cs_fold_kernel(t.scalar), "scalar");
    cs_arena_init(&t.arena, 1 << 16, 0);
    return t;
}

static void twins_free(struct twins *t)
{
    cs_folder_free(&t->best);
    cs_folder_free(&t->avx2);
    cs_folder_free(&t->scalar);
    cs_arena_clear(&t->arena);
}

/* The text as a hexadecimal dump, for failures. */
static const char *hex(struct cs_span s)
{
    static char out[2 * 600 + 1];
    size_t n = s.len < 600 ? s.len : 600;
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", s.ptr[i]);
    out[2 * n] = 0;
    return out;
}

static void check_message(struct twins *t, struct cs_span text, struct cs_codes got, uint32_t flags)
{
    struct cs_map_text m;
    cs_arena_reset(&t->arena);
    cr_assert(!cs_bad(cs_map_text(text, &t->arena, &m)));
    cr_assert(m.n == got.len, "%u codes mapped, %u folded: %s", m.n, got.len, hex(text));
    for (uint32_t i = 0; i < m.n; i++)
        cr_assert(m.at[i].code == got.ptr[i], "code %u of %s", i, hex(text));
    cr_assert(m.invalid_utf8 == ((flags & INVALID) != 0), "invalid_utf8 of %s", hex(text));
    cr_assert(m.invalid_utf8 == !cs_utf8_valid(text), "invalid_utf8 of %s", hex(text));
}

static struct cs_codes message(const struct cs_folded *f, uint32_t i)
{
    return (struct cs_codes){f->code + f->begin[i], f->begin[i + 1] - 1 - f->begin[i]};
}

/* Compare what a kernel made of a batch with what the scalar twin did. */
static void compare(
    struct cs_folder *f, const struct cs_span *text, const struct cs_folded *b, const uint32_t *flags_b)
{
    struct cs_folded a;
    uint32_t flags_a[BATCH] = {0};
    cr_assert(!cs_bad(cs_fold_texts(f, text, b->n, flags_a, &a)));
    cr_assert(a.n == b->n && a.begin[0] == 0 && a.begin[a.n] == a.n_code);
    for (uint32_t i = 0; i < a.n; i++) {
        struct cs_codes x = message(&a, i), y = message(b, i);
        cr_assert(x.len == y.len && memcmp(x.ptr, y.ptr, x.len * 2) == 0, "%s: codes of %s",
            cs_fold_kernel(f), hex(text[i]));
        cr_assert(flags_a[i] == flags_b[i], "%s: flags of %s", cs_fold_kernel(f), hex(text[i]));
        cr_assert(x.ptr[x.len] == CS_CODE_DELIMITER && y.ptr[y.len] == CS_CODE_DELIMITER);
    }
    for (int i = 0; i < 32; i++)
        cr_assert(a.code[a.n_code + (uint32_t)i] == 0 && b->code[b->n_code + (uint32_t)i] == 0);
}

/* Fold one batch with all kernels and with the map. */
static void check(struct twins *t, const struct cs_span *text, uint32_t n)
{
    struct cs_folded b;
    uint32_t flags[BATCH] = {0};
    cr_assert(!cs_bad(cs_fold_texts(t->scalar, text, n, flags, &b)));
    compare(t->best, text, &b, flags);
    compare(t->avx2, text, &b, flags);
    for (uint32_t i = 0; i < n; i++)
        check_message(t, text[i], message(&b, i), flags[i]);
}

/* Most batches are clean, so that one bad text cannot send all others the slow way. */
Test(fold, random_texts_give_the_same_codes_three_ways)
{
    struct twins t = twins_new();
    struct random r = {1};
    static uint8_t bytes[BATCH][LEN_MAX];
    struct cs_span text[BATCH];
    for (uint32_t done = 0; done < TEXTS; done += BATCH) {
        uint32_t kind = random_below(&r, 8);
        for (uint32_t i = 0; i < BATCH; i++) {
            size_t len = i % 8 == 0 ? random_below(&r, LEN_MAX) : random_below(&r, 70);
            random_text(&r, kind > 3 ? 0 : kind, bytes[i], len);
            while (kind > 3 && !cs_utf8_valid(cs_span_of(bytes[i], len)))
                len--;
            text[i] = cs_span_of(bytes[i], len);
        }
        check(&t, text, BATCH);
    }
    twins_free(&t);
}

Test(fold, every_length_alone)
{
    struct twins t = twins_new();
    struct random r = {2};
    uint8_t bytes[LEN_MAX];
    for (uint32_t kind = 0; kind < 4; kind++)
        for (uint32_t i = 0; i < LEN_MAX * 20; i++) {
            random_text(&r, kind, bytes, i % LEN_MAX);
            check(&t, &(struct cs_span){bytes, i % LEN_MAX}, 1);
        }
    twins_free(&t);
}

Test(fold, truncated_at_every_byte)
{
    struct twins t = twins_new();
    struct cs_span s = cs_span_str("a\u00e9微信𝕍𝕏🐧支付寶½㍿ﷺ\u200b。");
    for (size_t begin = 0; begin <= s.len; begin++)
        for (size_t end = begin; end <= s.len; end++) {
            struct cs_span text[] = {
                CS_SPAN_LIT("前面"), cs_span_cut(s, begin, end), CS_SPAN_LIT("\xBF 后面")};
            check(&t, text, 3);
        }
    twins_free(&t);
}

/* Each fragment at each place of a vector block, in a clean text. */
Test(fold, hostile_fragments_at_every_place)
{
    struct twins t = twins_new();
    uint8_t bytes[160 + 16];
    for (uint32_t f = 0; f < FRAGMENTS; f++)
        for (size_t at = 0; at <= 130; at++) {
            memset(bytes, 'x', sizeof bytes);
            memcpy(bytes + at, fragments[f].ptr, fragments[f].len);
            struct cs_span text[] = {
                CS_SPAN_LIT("微信"), {bytes, at + fragments[f].len + (at & 7)}, {bytes, at}};
            check(&t, text, 3);
        }
    twins_free(&t);
}

/* The folder works in pieces of 4,096 bytes: nothing may happen to a character that lies across. */
Test(fold, characters_across_inner_borders)
{
    struct twins t = twins_new();
    static uint8_t bytes[3 * 4096 + 64];
    for (size_t k = 4080; k < 4104; k++) {
        memset(bytes, 'a', sizeof bytes);
        for (size_t at = k; at + 16 < sizeof bytes; at += 4096 - 1)
            memcpy(bytes + at, "\xF0\x9D\x95\x8D\xE5\xBE\xAE\xF0\xA0\x80\x80\xE3\x8D\xBF", 14);
        check(&t, &(struct cs_span){bytes, sizeof bytes}, 1);
        check(&t, &(struct cs_span){bytes, k + 2}, 1);
    }
    twins_free(&t);
}

Test(fold, reads_nothing_outside_a_text)
{
    struct twins t = twins_new();
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(p != MAP_FAILED);
    for (size_t at = page; at < 2 * page; at += 6)
        memcpy(p + at, "\xE5\xBE\xAE\xE4\xBF\xA1", 2 * page - at < 6 ? 2 * page - at : 6);
    cr_assert(mprotect(p, page, PROT_NONE) == 0 && mprotect(p + 2 * page, page, PROT_NONE) == 0);
    for (size_t len = 0; len <= 300; len++) {
        struct cs_span text[] = {{p + 2 * page - len, len}, {p + page, len}};
        check(&t, text, 2);
    }
    munmap(p, 3 * page);
    twins_free(&t);
}

Test(fold, flags_are_added_to_the_broken_message_only)
{
    struct twins t = twins_new();
    struct cs_span text[] = {CS_SPAN_LIT("微信"), CS_SPAN_LIT("微\xFF信"),
        CS_SPAN_LIT("a\x1E"
                    "b"),
        {NULL, 0}};
    struct cs_folder *both[] = {t.best, t.scalar};
    for (int k = 0; k < 2; k++) {
        uint32_t flags[] = {1u << 31, 1u << 30, 0, 0};
        struct cs_folded f;
        cr_assert(!cs_bad(cs_fold_texts(both[k], text, 4, flags, &f)));
        cr_assert(flags[0] == 1u << 31 && flags[1] == (1u << 30 | INVALID) && !flags[2] && !flags[3]);
        cr_assert(!cs_bad(cs_fold_texts(both[k], text, 4, NULL, &f)));
        cr_assert(f.n == 4 && f.begin[1] == 3 && f.begin[2] == 6 && f.begin[3] == 9 && f.begin[4] == 10);
    }
    twins_free(&t);
}

Test(fold, no_message_and_too_much)
{
    struct twins t = twins_new();
    struct cs_folder *both[] = {t.best, t.scalar};
    struct cs_span big[] = {{(const uint8_t *)"", 300u << 20}, {(const uint8_t *)"", 213u << 20}};
    for (int k = 0; k < 2; k++) {
        struct cs_folded f = {.n = 7};
        cr_assert(cs_is(cs_fold_texts(both[k], big, 2, NULL, &f), CS_ELIMIT) && f.n == 7);
        cr_assert(!cs_bad(cs_fold_texts(both[k], NULL, 0, NULL, &f)));
        cr_assert(f.n == 0 && f.n_code == 0 && f.begin[0] == 0);
    }
    twins_free(&t);
}

/* A folder that has seen other batches, larger and smaller, folds as a fresh one does. */
Test(fold, a_used_folder_is_as_good_as_a_new_one)
{
    struct twins used = twins_new();
    struct random r = {4};
    static uint8_t bytes[1 << 15];
    for (int i = 0; i < 60; i++) {
        size_t len = random_below(&r, i % 2 ? 100 : sizeof bytes);
        random_text(&r, 3, bytes, len);
        struct cs_span text[3] = {{bytes, len / 2}, {bytes + len / 2, len - len / 2}, {bytes, 0}};
        check(&used, text, 3);
    }
    twins_free(&used);
}
