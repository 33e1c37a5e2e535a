/* Every allocation of the room may fail: an error comes back, nothing leaks, and the next call works. */
#include "fuse.h"
#include "text/fold.h"
#include "text/map.h"

#include <criterion/criterion.h>

static const char text[] = "微 信 vx 支付寶\xFF。";

static cs_rc fold(struct cs_folder **f, size_t len)
{
    struct cs_folded out;
    cs_rc rc = *f ? CS_OK : cs_folder_new(f);
    return cs_bad(rc) ? rc : cs_fold_texts(*f, &(struct cs_span){(const uint8_t *)text, len}, 1, NULL, &out);
}

/* With a view, which grows what the fold has. */
static cs_rc view(struct cs_folder **f, size_t len)
{
    (void)len;
    struct cs_folded in;
    struct cs_view_list views;
    struct cs_span one = CS_SPAN_LIT("+v");
    cs_rc rc = *f ? CS_OK : cs_folder_new(f);
    if (cs_bad(rc)) return rc;
    rc = cs_fold_texts(*f, &one, 1, NULL, &in);
    if (!cs_bad(rc)) rc = cs_fold_views(*f, &one, &in, &views);
    cr_assert(cs_bad(rc) || views.n == 1);
    return rc;
}

static cs_rc map(struct cs_folder **f, size_t len)
{
    (void)f;
    struct cs_arena arena;
    struct cs_map_text out = {.n = 99};
    cs_arena_init(&arena, 64, 0);
    cs_rc rc = cs_map_text(cs_span_of(text, len), &arena, &out);
    cr_assert(!cs_bad(rc) || out.n == 99, "out touched on failure");
    cs_arena_clear(&arena);
    return rc;
}

static cs_rc readable(struct cs_folder **f, size_t len)
{
    (void)f;
    struct cs_buf out = {0};
    cs_rc rc = cs_fold_readable(cs_span_of(text, len), &out);
    cs_buf_clear(&out);
    return rc;
}

Test(memory, the_kth_allocation_fails)
{
    cs_rc (*const call[])(struct cs_folder **, size_t) = {fold, view, map, readable};
    for (size_t i = 0; i < sizeof call / sizeof *call; i++) {
        int k = 0;
        for (;; k++) {
            struct cs_folder *f = NULL;
            fuse = k;
            cs_rc rc = call[i](&f, sizeof text - 1);
            bool over = fuse >= 0;
            fuse = -1;
            cr_assert(over ? !cs_bad(rc) : cs_is(rc, CS_ENOMEM), "call %zu, allocation %d", i, k);
            cr_assert(!cs_bad(call[i](&f, sizeof text - 1)), "call %zu after allocation %d", i, k);
            cs_folder_free(&f);
            if (over) break;
        }
        cr_assert(k > 0, "call %zu allocated nothing", i);
    }
}

/* Growing fails: the folder keeps what it had and still folds what fits. */
Test(memory, a_folder_survives_a_failed_growth)
{
    struct cs_folder *f = NULL;
    cr_assert(!cs_bad(fold(&f, 4)));
    static uint8_t large[1 << 17];
    struct cs_folded out;
    for (int k = 0; k < 2; k++) {
        fuse = k;
        struct cs_span more = {large, (size_t)(k + 1) << 16};
        cr_assert(cs_is(cs_fold_texts(f, &more, 1, NULL, &out), CS_ENOMEM), "allocation %d", k);
        fuse = -1;
        cr_assert(!cs_bad(fold(&f, sizeof text - 1)));
    }
    cs_folder_free(&f);
    cs_folder_free(&f);
    cs_folder_free(NULL);
}
