/* The self-test accepts what is right and refuses engines that are wrong in one small way. */
#include "scan/kit.h"

#include "scan/hyperscan_check.h"

#include <criterion/criterion.h>

Test(self_test, accepts_the_library_and_the_reference)
{
    struct cs_diag diag = {0};
    kit_ok(cs_matcher_self_test(&diag), "hyperscan");
    kit_ok(cs_self_test_run(cs_engine_reference(), &diag), "reference");
    cr_expect_eq(diag.n, 0);
    cs_diag_clear(&diag);
}

/* A twin of the reference that lies: the scan is right, then `lie` rewrites the hits. */
static void (*lie)(struct cs_hits *h);

static cs_rc lying_scan(const void *db, void *scratch, const struct cs_folded *in, struct cs_hits *out)
{
    cs_rc rc = cs_engine_reference()->scan(db, scratch, in, out);
    if (!cs_bad(rc)) lie(out);
    return rc;
}

static void drop_last(struct cs_hits *h)
{
    if (h->n > 30) h->n--;
}

static void drop_single(struct cs_hits *h)
{
    if (h->n == 1) h->n = 0;
}

/* Misses what ends at one position of a 64-byte vector. */
static void drop_by_position(struct cs_hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++)
        if ((h->key[i] >> 32) % 32 != 31) h->key[kept++] = h->key[i];
    h->n = kept;
}

static void drop_late(struct cs_hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->key[i] >> 32 != h->in->n_code - 1) h->key[kept++] = h->key[i];
    h->n = kept;
}

static void wrong_pattern(struct cs_hits *h)
{
    if (h->n) h->key[h->n / 2] ^= 1;
}

static void early_end(struct cs_hits *h)
{
    for (size_t i = 0; i < h->n; i++)
        if ((uint32_t)h->key[i] % 16 == 15) h->key[i] -= 1ull << 32;
}

static void add_false(struct cs_hits *h)
{
    if (h->in->n_code > 500) cr_assert(cs_hits_add(h, 0, h->in->n_code - 1));
}

static bool has_longer(const struct cs_hits *h, uint64_t key)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->key[i] >> 32 == key >> 32 && h->key[i] > key) return true;
    return false;
}

/* Reports only one of several hits with one end, as a library with a single-match optimisation might. */
static void swallow_nested(struct cs_hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++)
        if (!has_longer(h, h->key[i])) h->key[kept++] = h->key[i];
    h->n = kept;
}

Test(self_test, refuses_every_lying_twin)
{
    static const struct {
        const char *name;
        void (*lie)(struct cs_hits *);
    } row[] = {{"drop_last", drop_last}, {"drop_single", drop_single}, {"drop_by_position", drop_by_position},
        {"drop_late", drop_late}, {"wrong_pattern", wrong_pattern}, {"early_end", early_end},
        {"add_false", add_false}, {"swallow_nested", swallow_nested}};
    struct cs_engine twin = *cs_engine_reference();
    twin.scan = lying_scan;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct cs_diag diag = {0};
        lie = row[i].lie;
        cr_expect_eq(cs_self_test_run(&twin, &diag).code, CS_EUNSUPPORTED, "%s passed", row[i].name);
        cr_assert_eq(diag.n, 1, "%s", row[i].name);
        cr_expect(strstr(cs_diag_text(&diag, 0), "self-test") != NULL);
        cs_diag_clear(&diag);
    }
}

static cs_rc failing_scan(const void *db, void *scratch, const struct cs_folded *in, struct cs_hits *out)
{
    (void)db;
    (void)scratch;
    (void)in;
    (void)out;
    return cs_fail(CS_EUNSUPPORTED);
}

Test(self_test, refuses_an_engine_that_fails)
{
    struct cs_engine twin = *cs_engine_reference();
    struct cs_diag diag = {0};
    twin.scan = failing_scan;
    cr_expect_eq(cs_self_test_run(&twin, &diag).code, CS_EUNSUPPORTED);
    cr_expect(strstr(cs_diag_text(&diag, 0), "an error from the scan") != NULL);
    cs_diag_clear(&diag);
}

Test(self_test, knows_versions)
{
    static const struct {
        const char *version;
        bool ok;
    } row[] = {{"5.4.0 2021-01-26", true}, {"5.4.2 2023-04-19", true}, {"5.10.1", true}, {"6.0", true},
        {"5.3.9", false}, {"4.7.0 2018-01-31", false}, {"", false}, {"5", false}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        cr_expect_eq(cs_hyperscan_version_ok(row[i].version), row[i].ok, "'%s'", row[i].version);
}
