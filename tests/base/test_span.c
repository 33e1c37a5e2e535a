#include "base/hash.h"
#include "base/rc.h"
#include "base/span.h"

#include <criterion/criterion.h>

Test(span, equality)
{
    cr_expect(cs_span_eq(CS_SPAN_LIT("a\0b"), cs_span_of("a\0b", 3)));
    cr_expect(!cs_span_eq(CS_SPAN_LIT("a\0b"), CS_SPAN_LIT("a\0c")));
    cr_expect(!cs_span_eq(CS_SPAN_LIT("a"), CS_SPAN_LIT("ab")));
    cr_expect(cs_span_eq((struct cs_span){0}, CS_SPAN_LIT("")));
    cr_expect_eq(cs_span_str(NULL).len, 0);
}

Test(span, cut_clamps)
{
    static const struct {
        size_t begin, end;
        const char *want;
    } rows[] = {{0, 3, "abc"}, {1, 2, "b"}, {1, 99, "bc"}, {3, 3, ""}, {99, 100, ""}, {2, 1, ""},
        {SIZE_MAX, SIZE_MAX, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(cs_span_eq(
                      cs_span_cut(CS_SPAN_LIT("abc"), rows[i].begin, rows[i].end), cs_span_str(rows[i].want)),
            "row %zu", i);
    cr_expect(cs_span_cut((struct cs_span){0}, 0, 5).ptr == NULL);
}

Test(rc, every_code_has_its_own_name)
{
    cr_expect(!cs_bad(CS_OK));
    cr_expect_str_eq(cs_rc_name(CS_OK), "ok");
    for (int i = CS_ENOMEM; i <= CS_EBROKER; i++) {
        cs_rc rc = cs_fail((enum cs_code)i);
        cr_expect(cs_bad(rc) && cs_is(rc, (enum cs_code)i));
        cr_assert(cs_rc_name(rc) != NULL, "%d", i);
        cr_expect_str_neq(cs_rc_name(rc), "unknown result", "%d", i);
        for (int k = 0; k < i; k++)
            cr_expect_str_neq(cs_rc_name(rc), cs_rc_name((cs_rc){k}), "%d and %d", i, k);
    }
    cr_expect_str_eq(cs_rc_name((cs_rc){CS_EBROKER + 1}), "unknown result");
    cr_expect_str_eq(cs_rc_name((cs_rc){-1}), "unknown result");
}

/* Rule-set hashes are compared across machines and releases: these values are for ever (XXH3, seed 0). */
Test(hash, fingerprint_is_stable)
{
    cr_expect_eq(cs_hash(CS_SPAN_LIT(""), 0), 0x2D06800538D394C2u);
    cr_expect_eq(cs_hash((struct cs_span){0}, 0), 0x2D06800538D394C2u);
    cr_expect_neq(cs_hash(CS_SPAN_LIT("a"), 0), cs_hash(CS_SPAN_LIT("b"), 0));
    cr_expect_neq(cs_hash(CS_SPAN_LIT("a"), 0), cs_hash(CS_SPAN_LIT("a"), 1));
    cr_expect_neq(cs_hash_seed(), cs_hash_seed());
}

Test(span, bytes_eq_is_memcmp)
{
    uint8_t a[80], b[80];
    memset(a, 'x', sizeof a);
    for (size_t n = 0; n <= sizeof a; n++) {
        memset(b, 'x', sizeof b);
        cr_assert(cs_bytes_eq(a, b, n), "%zu bytes", n);
        for (size_t at = 0; at < sizeof b; at++) {
            b[at] ^= 0x80;
            cr_assert_eq(cs_bytes_eq(a, b, n), at >= n, "%zu bytes, %zu is another", n, at);
            b[at] ^= 0x80;
        }
    }
}
