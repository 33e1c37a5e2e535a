/* Length-delimited framing. */
#include "kit.h"

#include <criterion/criterion.h>

Test(frame, what_is_put_comes_back)
{
    static const size_t lengths[] = {0, 1, 127, 128, 16383, 16384, 70000};
    struct cs_buf out = {0};
    uint8_t *body = calloc(1, 70000);
    cr_assert(body != NULL);
    for (size_t i = 0; i < 7; i++) {
        memset(body, (int)i + 1, lengths[i]);
        cs_frame_put(cs_span_of(body, lengths[i]), &out);
    }
    cr_assert(!cs_bad(cs_buf_rc(&out)));
    struct cs_span rest = cs_buf_span(&out), got;
    for (size_t i = 0; i < 7; i++) {
        size_t used = cs_frame_next(rest, 70000, &got);
        cr_assert(used != 0 && used != CS_FRAME_BAD, "frame %zu", i);
        cr_expect_eq(got.len, lengths[i]);
        cr_expect(got.len == 0 || (got.ptr[0] == i + 1 && got.ptr[got.len - 1] == i + 1), "frame %zu", i);
        rest = cs_span_cut(rest, used, rest.len);
    }
    cr_expect_eq(rest.len, 0);
    free(body);
    cs_buf_clear(&out);
}

Test(frame, a_cut_frame_waits_and_a_mad_head_is_told)
{
    static const struct {
        const char *name;
        struct cs_span in;
        size_t max, want;
    } rows[] = {
        {"nothing", BYTES(""), 100, 0},
        {"half a head", BYTES("\x80"), 100, 0},
        {"half a body", BYTES("\x03zz"), 100, 0},
        {"whole", BYTES("\x02zzz"), 100, 3},
        {"empty body", BYTES("\x00"), 0, 1},
        {"over the limit", BYTES("\x65zz"), 100, CS_FRAME_BAD},
        {"at the limit", BYTES("\x64zz"), 100, 0},
        {"2^64 - 1", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), 100, CS_FRAME_BAD},
        {"2^64 - 1, no limit", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), SIZE_MAX, 0},
        {"over 64 bits", BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"), 100, CS_FRAME_BAD},
        {"head without end", BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"), 100, CS_FRAME_BAD},
        {"spelled long", BYTES("\x81\x80\x00z"), 100, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_span body = {0};
        cr_expect_eq(cs_frame_next(rows[i].in, rows[i].max, &body), rows[i].want, "%s", rows[i].name);
    }
}
