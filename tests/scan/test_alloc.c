/* The k-th allocation fails, for every k until all succeeds: each failure is reported as CS_ENOMEM, leaks
 * nothing and leaves the out-parameters alone. */
#include "fuse.h"
#include "scan/kit.h"

#include <criterion/criterion.h>
#include <errno.h>

static cs_rc whole_life(enum cs_matcher_kind kind, const struct kit_patterns *p, struct cs_folded *in)
{
    struct cs_diag diag = {0};
    struct cs_matcher *m = NULL;
    struct cs_scanner *s = NULL;
    const struct cs_hit *hit = NULL;
    uint32_t n = 77;
    cs_rc rc = cs_matcher_new(kind, p->pattern, p->n, &diag, &m);
    if (!cs_bad(rc)) rc = cs_scanner_new(m, &s);
    if (!cs_bad(rc)) rc = cs_scanner_scan(s, in, &hit, &n);
    if (cs_bad(rc))
        cr_assert(hit == NULL && n == 77);
    else
        cr_assert_eq(n, 3000);
    cs_scanner_free(&s);
    cs_matcher_free(&m);
    cs_diag_clear(&diag);
    return rc;
}

static void run_kind(enum cs_matcher_kind kind)
{
    static const char *const list[] = {"a", "aa", "b", "ca", NULL};
    static uint16_t text[3000];
    struct kit_patterns p;
    struct kit_batch batch;
    for (int i = 0; i < 3000; i++)
        text[i] = cs_code_of('b');
    kit_patterns(&p, list);
    kit_open(&batch);
    kit_add(&batch, text, 3000);
    struct cs_folded in = kit_seal(&batch);
    int failures = 0;
    for (long k = 0; k < 200; k++, failures++) {
        fuse = k;
        cs_rc rc = whole_life(kind, &p, &in);
        bool spent = fuse < 0;
        fuse = -1;
        if (!cs_bad(rc) && !spent) break;
        cr_assert(!cs_bad(rc) || rc.code == CS_ENOMEM, "call %ld: %s", k, cs_rc_name(rc));
    }
    cr_expect(failures >= 6 && failures < 200, "%d", failures);
    kit_close(&batch);
}

Test(alloc, hyperscan)
{
    run_kind(CS_MATCHER_HYPERSCAN);
}

Test(alloc, reference)
{
    run_kind(CS_MATCHER_REFERENCE);
}

Test(alloc, self_test_tells_memory_from_a_bad_library)
{
    for (long k = 0; k < 40; k++) {
        struct cs_diag diag = {0};
        fuse = k;
        cs_rc rc = cs_self_test_run(cs_engine_reference(), &diag);
        fuse = -1;
        cr_assert(!cs_bad(rc) || rc.code == CS_ENOMEM, "call %ld: %s", k, cs_rc_name(rc));
        cs_diag_clear(&diag);
    }
}
