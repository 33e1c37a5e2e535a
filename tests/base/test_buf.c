#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_realloc(void *p, size_t n);

static bool broke;

void *__wrap_realloc(void *p, size_t n)
{
    return broke ? NULL : __real_realloc(p, n);
}

Test(buf, appends)
{
    struct cs_buf b = {0};
    cr_expect_str_eq(cs_buf_cstr(&b), "");
    cs_buf_add(&b, CS_SPAN_LIT("a\0b"));
    cs_buf_add(&b, (struct cs_span){0});
    cs_buf_str(&b, "cd");
    cs_buf_str(&b, NULL);
    cs_buf_byte(&b, 'e');
    cs_buf_fmt(&b, "%d-%s", 7, "x");
    cr_expect(cs_span_eq(cs_buf_span(&b), CS_SPAN_LIT("a\0bcde7-x")));
    cr_expect(!cs_bad(cs_buf_rc(&b)));
    cs_buf_reset(&b);
    cr_expect_eq(cs_buf_span(&b).len, 0);
    cr_expect(b.cap > 0);
    cs_buf_clear(&b);
    cr_expect(b.ptr == NULL && b.cap == 0);
    cs_buf_clear(&b);
}

Test(buf, formats_of_every_length)
{
    char want[300];
    for (int n = 0; n < 300; n++) {
        struct cs_buf b = {0};
        cs_buf_fmt(&b, "%0*d", n, 0);
        snprintf(want, sizeof want, "%0*d", n, 0);
        cr_assert_str_eq(cs_buf_cstr(&b), want, "%d", n);
        cs_buf_clear(&b);
    }
}

Test(buf, the_end_is_nul_but_not_counted)
{
    struct cs_buf b = {0};
    for (int i = 0; i < 1000; i++) {
        cs_buf_byte(&b, 'x');
        cr_assert_eq(strlen(cs_buf_cstr(&b)), (size_t)i + 1);
        cr_assert_eq(b.len, (size_t)i + 1);
    }
    cs_buf_clear(&b);
}

/* Many appends, one question: what was there stays, the loss is told. */
Test(buf, a_failed_append_is_remembered)
{
    struct cs_buf b = {0};
    cs_buf_str(&b, "kept");
    broke = true;
    for (int i = 0; i < 100; i++)
        cs_buf_str(&b, "0123456789");
    broke = false;
    cr_expect(b.failed && b.len <= b.cap);
    cr_expect_eq(cs_buf_rc(&b).code, CS_ENOMEM);
    cr_expect_eq(memcmp(b.ptr, "kept0123456789", 14), 0);
    cs_buf_str(&b, "more");
    cr_expect(cs_bad(cs_buf_rc(&b)), "still failed");
    cs_buf_reset(&b);
    cr_expect(!cs_bad(cs_buf_rc(&b)));
    cs_buf_clear(&b);
    broke = true;
    cr_expect_str_eq(cs_buf_cstr(&b), "");
    broke = false;
    cs_buf_clear(&b);
}

Test(buf, hostile_reserve)
{
    struct cs_buf b = {0};
    cr_expect(cs_buf_reserve(&b, SIZE_MAX) == NULL);
    cr_expect(cs_buf_reserve(&b, SIZE_MAX / 2) == NULL);
    cr_expect(b.failed && b.len == 0);
    cs_buf_reset(&b);
    cr_expect(cs_buf_reserve(&b, 0) != NULL);
    cs_buf_clear(&b);
}
