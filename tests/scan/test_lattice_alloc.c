/* The k-th allocation fails, for every k until all succeeds: each failure is reported as CS_ENOMEM, leaks
 * nothing and leaves the out-parameters alone. */
#include "fuse.h"
#include "scan/lattice_kit.h"

static cs_rc whole_life(const struct lattice_kit *k, enum cs_matcher_kind kind, const struct cs_folded *in)
{
    struct cs_diag diag = {0};
    struct cs_lattice *set = NULL;
    struct cs_lattice_scanner *s = NULL;
    const struct cs_disguised *hit = NULL;
    uint32_t n = 77;
    cs_rc rc = cs_lattice_new(kind, k->term, k->n, &diag, &set);
    if (!cs_bad(rc)) rc = cs_lattice_scanner_new(set, &s);
    if (!cs_bad(rc)) rc = cs_lattice_scan(s, in, NULL, &hit, &n);
    if (cs_bad(rc))
        cr_assert(hit == NULL && n == 77);
    else
        cr_assert_eq(n, 200u);
    cs_lattice_scanner_free(&s);
    cs_lattice_free(&set);
    cs_diag_clear(&diag);
    return rc;
}

static void run_kind(enum cs_matcher_kind kind)
{
    struct lattice_kit k;
    struct cs_span text[200];
    struct cs_folded in;
    lattice_init(&k);
    lattice_add(&k, "微信", CS_CHANNELS_ALL, CS_SOUND_ALL);
    lattice_add(&k, "支付宝", CS_CHANNELS_ALL, CS_SOUND_ALL);
    for (int i = 0; i < 200; i++)
        text[i] = i % 2 ? CS_SPAN_LIT("加威信") : CS_SPAN_LIT("zhifubao");
    lattice_ok(cs_fold_texts(k.folder, text, 200, NULL, &in), "fold");
    int failures = 0;
    for (long call = 0; call < 300; call++, failures++) {
        fuse = call;
        cs_rc rc = whole_life(&k, kind, &in);
        bool spent = fuse < 0;
        fuse = -1;
        if (!cs_bad(rc) && !spent) break;
        cr_assert(!cs_bad(rc) || rc.code == CS_ENOMEM, "call %ld: %s", call, cs_rc_name(rc));
    }
    cr_expect(failures >= 6 && failures < 300, "%d", failures);
    lattice_clear(&k);
}

Test(lattice_alloc, compiled)
{
    run_kind(CS_MATCHER_HYPERSCAN);
}

Test(lattice_alloc, plain)
{
    run_kind(CS_MATCHER_REFERENCE);
}
