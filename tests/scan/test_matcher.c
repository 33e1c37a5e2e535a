/* The contract of matcher.h, for both kinds. */
#include "scan/kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const enum cs_matcher_kind kinds[] = {CS_MATCHER_HYPERSCAN, CS_MATCHER_REFERENCE};

struct fixture {
    struct kit_patterns patterns;
    struct kit_batch batch;
    struct cs_matcher *m;
    struct cs_scanner *s;
    struct cs_diag diag;
};

static void open_with(struct fixture *f, enum cs_matcher_kind kind, const char *const *list)
{
    *f = (struct fixture){0};
    kit_open(&f->batch);
    kit_patterns(&f->patterns, list);
    kit_ok(cs_matcher_new(kind, f->patterns.pattern, f->patterns.n, &f->diag, &f->m), "matcher");
    kit_ok(cs_scanner_new(f->m, &f->s), "scanner");
}

static void close_all(struct fixture *f)
{
    cs_scanner_free(&f->s);
    cs_matcher_free(&f->m);
    cs_diag_clear(&f->diag);
    kit_close(&f->batch);
}

/* Hits as "msg:pattern@end " in the order reported. */
static const char *scan_str(struct fixture *f)
{
    static char out[4096];
    const struct cs_hit *hit;
    uint32_t n;
    struct cs_folded in = kit_seal(&f->batch);
    kit_ok(cs_scanner_scan(f->s, &in, &hit, &n), "scan");
    size_t at = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < n; i++)
        at +=
            (size_t)snprintf(out + at, sizeof out - at, "%u:%u@%u ", hit[i].msg, hit[i].pattern, hit[i].end);
    return out;
}

Test(matcher, reports_every_occurrence_in_order)
{
    static const struct {
        const char *pattern[5], *text[4], *hits;
    } row[] = {
        {{"ab"}, {"ab", "xabab"}, "0:0@2 1:0@3 1:0@5 "},
        {{"b", "ab", "cab"}, {"cab"}, "0:0@3 0:1@3 0:2@3 "},
        {{"cab", "ab", "b"}, {"cab"}, "0:0@3 0:1@3 0:2@3 "},
        {{"aa"}, {"aaaa"}, "0:0@2 0:0@3 0:0@4 "},
        {{"abcd"}, {"ab", "cd"}, ""},
        {{"abcd"}, {"abc", "dabcd"}, "1:0@5 "},
        {{"a"}, {"", "a", "", "a"}, "1:0@1 3:0@1 "},
        {{"a"}, {"", "", ""}, ""},
    };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
            struct fixture f;
            open_with(&f, kinds[k], row[i].pattern);
            for (size_t t = 0; t < 4 && row[i].text[t]; t++)
                kit_add_str(&f.batch, row[i].text[t]);
            cr_expect_str_eq(scan_str(&f), row[i].hits, "row %zu, kind %zu: %s", i, k, scan_str(&f));
            close_all(&f);
        }
}

Test(matcher, needs_no_patterns_and_no_messages)
{
    static const char *const none[] = {NULL}, *const some[] = {"ab", NULL};
    for (size_t k = 0; k < 2; k++)
        for (int with = 0; with < 2; with++) {
            struct fixture f;
            open_with(&f, kinds[k], with ? some : none);
            cr_expect_str_eq(scan_str(&f), "");
            kit_add_str(&f.batch, "cabc");
            cr_expect_str_eq(scan_str(&f), with ? "0:0@3 " : "");
            cr_expect((cs_matcher_bytes(f.m) > 0) == with);
            close_all(&f);
        }
}

Test(matcher, ignores_matches_across_two_codes)
{
    uint16_t pattern[] = {0x4241, 0x4443};
    uint16_t text[] = {0x4101, 0x4342, 0x0244, 0x4241, 0x4443};
    struct cs_codes p = {pattern, 2};
    for (size_t k = 0; k < 2; k++) {
        struct fixture f = {0};
        kit_open(&f.batch);
        kit_ok(cs_matcher_new(kinds[k], &p, 1, &f.diag, &f.m), "matcher");
        kit_ok(cs_scanner_new(f.m, &f.s), "scanner");
        kit_add(&f.batch, text, 3);
        cr_expect_str_eq(scan_str(&f), "");
        kit_add(&f.batch, text, 5);
        cr_expect_str_eq(scan_str(&f), "1:0@5 ");
        close_all(&f);
    }
}

/* Nothing is left out, or a text stuffed with harmless hits would hide a violation behind them. */
Test(matcher, reports_every_hit_of_a_flood)
{
    static const char *const list[] = {"a", "aa", "aaa", "aaaa", "aaaaa", "b", NULL};
    enum { RUN = 100000, BEFORE = 5 * RUN - 10 };
    static uint16_t run[RUN + 1];
    for (size_t i = 0; i < RUN; i++)
        run[i] = cs_code_of('a');
    run[RUN] = cs_code_of('b');
    for (size_t k = 0; k < 2; k++) {
        struct fixture f;
        uint32_t n;
        const struct cs_hit *hit;
        open_with(&f, kinds[k], list);
        kit_add(&f.batch, run, RUN + 1);
        kit_add_str(&f.batch, "za");
        struct cs_folded in = kit_seal(&f.batch);
        kit_ok(cs_scanner_scan(f.s, &in, &hit, &n), "scan");
        cr_assert_eq(n, BEFORE + 2);
        cr_expect(
            hit[BEFORE].msg == 0 && hit[BEFORE].end == RUN + 1 && hit[BEFORE].pattern == 5, "kind %zu", k);
        cr_expect(hit[n - 1].msg == 1 && hit[n - 1].end == 2 && hit[n - 1].pattern == 0);
        /* The next, small scan works as before: what the flood took has been given back. */
        kit_reset(&f.batch);
        kit_add_str(&f.batch, "za");
        cr_expect_str_eq(scan_str(&f), "0:0@2 ");
        close_all(&f);
    }
}

Test(matcher, refuses_bad_patterns_by_index)
{
    static uint16_t good[] = {1, 2, 3}, zero[] = {1, 0}, delimiter[] = {CS_CODE_DELIMITER};
    static uint16_t twin[] = {1, 2, 3}, longest[CS_PATTERN_CODES_MAX + 1];
    for (size_t i = 0; i <= CS_PATTERN_CODES_MAX; i++)
        longest[i] = (uint16_t)(i + 1);
    const struct {
        struct cs_codes bad;
        const char *told;
    } row[] = {
        {{good, 0}, "pattern 1 is empty"},
        {{zero, 2}, "pattern 1 has a code that no text can have"},
        {{delimiter, 1}, "pattern 1 has a code that no text can have"},
        {{longest, CS_PATTERN_CODES_MAX + 1}, "pattern 1 is longer than 256 codes"},
        {{twin, 3}, "pattern 1 stands there twice"},
    };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
            struct cs_codes pattern[] = {{good, 3}, row[i].bad};
            struct cs_diag diag = {0};
            struct cs_matcher *m = NULL;
            cs_rc rc = cs_matcher_new(kinds[k], pattern, 2, &diag, &m);
            cr_expect(rc.code == CS_EINVAL && m == NULL, "row %zu", i);
            cr_assert_eq(diag.n, 1);
            cr_expect_str_eq(cs_diag_text(&diag, 0), row[i].told);
            cs_diag_clear(&diag);
        }
}

Test(matcher, takes_the_longest_pattern)
{
    static uint16_t text[CS_PATTERN_CODES_MAX + 2];
    for (size_t i = 0; i < CS_PATTERN_CODES_MAX + 2; i++)
        text[i] = cs_code_of((uint16_t)(0x4E00 + i));
    struct cs_codes p = {text + 1, CS_PATTERN_CODES_MAX};
    for (size_t k = 0; k < 2; k++) {
        struct fixture f = {0};
        kit_open(&f.batch);
        kit_ok(cs_matcher_new(kinds[k], &p, 1, &f.diag, &f.m), "matcher");
        kit_ok(cs_scanner_new(f.m, &f.s), "scanner");
        kit_add(&f.batch, text, CS_PATTERN_CODES_MAX + 2);
        cr_expect_str_eq(scan_str(&f), "0:0@257 ");
        close_all(&f);
    }
}

Test(matcher, names_its_engine)
{
    static const char *const list[] = {"a", NULL};
    struct fixture f;
    open_with(&f, CS_MATCHER_HYPERSCAN, list);
    cr_expect(strncmp(cs_matcher_engine(f.m), "hyperscan 5.", 12) == 0, "%s", cs_matcher_engine(f.m));
    cr_expect(strchr(cs_matcher_engine(f.m) + 10, ' ') == NULL);
    close_all(&f);
    open_with(&f, CS_MATCHER_REFERENCE, list);
    cr_expect_str_eq(cs_matcher_engine(f.m), "reference");
    close_all(&f);
}

Test(matcher, scanners_of_one_matcher_are_independent)
{
    static const char *const list[] = {"ab", NULL};
    struct fixture f;
    struct cs_scanner *other;
    const struct cs_hit *a, *b;
    uint32_t na, nb;
    open_with(&f, CS_MATCHER_HYPERSCAN, list);
    kit_ok(cs_scanner_new(f.m, &other), "scanner");
    kit_add_str(&f.batch, "abab");
    struct cs_folded in = kit_seal(&f.batch);
    kit_ok(cs_scanner_scan(f.s, &in, &a, &na), "scan");
    kit_ok(cs_scanner_scan(other, &in, &b, &nb), "scan");
    cr_expect(na == 2 && nb == 2 && a != b);
    cs_scanner_free(&other);
    cr_expect(other == NULL);
    cs_scanner_free(&other);
    close_all(&f);
}
