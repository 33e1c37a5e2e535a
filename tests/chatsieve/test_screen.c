#define _GNU_SOURCE
/* What a terminal gets: widths, cuts, paint, and no text that steers it. Counts by name. */
#include "chatsieve/screen.h"
#include "chatsieve/tally.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static void utf8(void)
{
    cr_assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
}

Test(screen, cells, .init = utf8)
{
    static const struct {
        const char *text;
        uint32_t cells;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"微信", 4},
        {"ｖ", 2},
        {"a微b", 4},
        {"微\u200b信", 4},
        {"e\u0301", 1},
        {"\x1b[0m", 4},
        {"\u202e", 1},
        {"\xff\xfe", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(cs_cells(cs_span_str(rows[i].text)), rows[i].cells, "row %zu", i);
}

Test(screen, cut_and_paint, .init = utf8)
{
    static const struct cs_paint paint[] = {{1, 3, "<"}, {3, 4, "{"}};
    static const struct {
        const char *text;
        uint32_t max;
        const char *out;
        uint32_t used;
    } rows[] = {
        {"加微信吧a", 80, "加<微信" CS_PAINT_RESET "{吧" CS_PAINT_RESET "a", 9},
        {"加微信吧a", 5, "加<微" CS_PAINT_RESET, 4},
        {"加微信吧a", 1, "", 0},
        {"ab", 2, "a<b" CS_PAINT_RESET, 2},
        {"\x1b\x07\n", 9, "·<··" CS_PAINT_RESET, 3},
    };
    struct cs_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cs_buf_reset(&out);
        uint32_t used = cs_cells_put(&out, cs_span_str(rows[i].text), rows[i].max, paint, 2);
        cr_assert_str_eq(cs_buf_cstr(&out), rows[i].out, "row %zu", i);
        cr_assert_eq(used, rows[i].used, "row %zu", i);
    }
    cs_buf_reset(&out);
    cs_cells_pad(&out, CS_SPAN_LIT("微信"), 3);
    cr_assert_str_eq(cs_buf_cstr(&out), "微 ");
    cs_buf_clear(&out);
}

/* Nothing below U+0020, no C1 control and no bidi control survives, whatever the bytes. */
Test(screen, no_steering, .init = utf8)
{
    struct cs_buf out = {0};
    srand(1);
    for (uint32_t round = 0; round < 2000; round++) {
        uint8_t in[64];
        for (size_t i = 0; i < sizeof in; i++)
            in[i] = (uint8_t)(rand() % 3 ? rand() % 0x30 : rand());
        cs_buf_reset(&out);
        cs_cells_put(&out, cs_span_of(in, sizeof in), UINT32_MAX, NULL, 0);
        for (size_t i = 0; i < out.len; i++)
            cr_assert(out.ptr[i] >= 0x20 && out.ptr[i] != 0x7F, "round %u", round);
        cr_assert(memmem(out.ptr, out.len, "\u202e", 3) == NULL);
    }
    cs_buf_clear(&out);
}

Test(screen, colours)
{
    cr_assert(cs_screen_colours("always", -1));
    cr_assert(!cs_screen_colours("never", 1));
    cr_assert(!cs_screen_colours("auto", -1));
    struct cs_screen_size s = cs_screen_size(-1);
    cr_assert(s.rows == 24 && s.columns == 80);
}

Test(tally, counts_and_order)
{
    struct cs_tally t = {0};
    static const char *const names[] = {"b", "a", "b", "c", "a", "b"};
    for (size_t i = 0; i < 6; i++)
        cs_tally_add(&t, names[i]);
    cs_tally_sort(&t);
    cr_assert_eq(t.n, 3);
    cr_assert(strcmp(t.row[0].name, "b") == 0 && t.row[0].count == 3);
    cr_assert(strcmp(t.row[1].name, "a") == 0 && strcmp(t.row[2].name, "c") == 0);
}

Test(tally, bounded)
{
    struct cs_tally t = {0};
    uint64_t sum = 0;
    for (int i = 0; i < 1000; i++) {
        char name[100];
        snprintf(name, sizeof name, "%03d-%080d", i, 0);
        cs_tally_add(&t, name);
    }
    cr_assert_eq(t.n, CS_TALLY_MAX);
    for (uint32_t i = 0; i < t.n; i++)
        sum += t.row[i].count;
    cr_assert_eq(sum, 1000);
    cr_assert_str_eq(t.row[CS_TALLY_MAX - 1].name, "other");
}
