#include "base/utf8.h"

#include <criterion/criterion.h>
#include <iconv.h>
#include <stdlib.h>

static bool iconv_accepts(iconv_t cd, const uint8_t *p, size_t n)
{
    char in[8], out[64], *from = in, *to = out;
    size_t left = n, room = sizeof out;
    memcpy(in, p, n);
    iconv(cd, NULL, NULL, NULL, NULL);
    return iconv(cd, &from, &left, &to, &room) != (size_t)-1 && left == 0;
}

Test(utf8, every_code_point_there_and_back)
{
    for (uint32_t cp = 0; cp <= 0x110010; cp++) {
        uint8_t b[CS_UTF8_MAX_BYTES];
        struct cs_span s = cs_span_of(b, cs_utf8_put(cp, b));
        struct cs_utf8_step st = cs_utf8_next(s, 0);
        bool sound = cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
        cr_assert(!st.bad && st.len == s.len, "U+%04X", cp);
        cr_assert_eq(st.cp, sound ? cp : CS_UTF8_BAD, "U+%04X", cp);
        cr_assert(cs_utf8_valid(s) && cs_utf8_count(s) == 1, "U+%04X", cp);
    }
}

/* Every sequence of one to three bytes, and four for the leads of four, is judged as iconv judges it. */
Test(utf8, validity_equals_iconv)
{
    iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
    cr_assert(cd != (iconv_t)-1);
    for (uint32_t v = 0x80; v < 0x100; v++)
        for (uint32_t w = 0; w < 0x10000; w += v < 0xE0 ? 0x100 : 1) {
            uint8_t b[3] = {(uint8_t)v, (uint8_t)(w >> 8), (uint8_t)w};
            size_t n = v < 0xE0 ? 2 : 3;
            cr_assert_eq(
                cs_utf8_valid(cs_span_of(b, n)), iconv_accepts(cd, b, n), "%02X %02X %02X", b[0], b[1], b[2]);
        }
    for (uint32_t v = 0xEF; v < 0xF8; v++)
        for (uint32_t w = 0; w < 0x100; w++)
            for (uint32_t x = 0x70; x < 0xD0; x += 15) {
                uint8_t b[4] = {(uint8_t)v, (uint8_t)w, (uint8_t)x, 0xBF};
                cr_assert_eq(
                    cs_utf8_valid(cs_span_of(b, 4)), iconv_accepts(cd, b, 4), "%02X %02X %02X BF", v, w, x);
            }
    iconv_close(cd);
}

/* How ill-formed bytes are grouped: the examples of the Unicode standard, section 3.9; 0xFFFD where it says
 * so. */
Test(utf8, maximal_subparts)
{
    enum { B = CS_UTF8_BAD };
    static const struct {
        struct cs_span text;
        uint32_t cp[10];
    } rows[] = {
        {CS_SPAN_LIT("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), {B, B, B, B, B, B, B, B, 0x41}},
        {CS_SPAN_LIT("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), {B, B, B, B, B, B, B, B, 0x41}},
        {CS_SPAN_LIT("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), {B, B, B, B, B, 0x41, B, B, 0x42}},
        {CS_SPAN_LIT("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), {B, B, B, B, 0x41}},
        {CS_SPAN_LIT("\xE4\xBD\xA0\xE4\xBD"), {0x4F60, B}},
        {CS_SPAN_LIT("\xF0\x9F\x90"), {B}},
        {CS_SPAN_LIT("\xF0\x9F\x90\xA7"), {0x1F427}},
        {CS_SPAN_LIT("\xE4"), {B}},
        {CS_SPAN_LIT("\xEF\xBF\xBD\0a"), {B, 0, 0x61}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t at = 0, n = 0;
        for (; at < rows[i].text.len; n++) {
            struct cs_utf8_step st = cs_utf8_next(rows[i].text, at);
            cr_assert_eq(st.cp, rows[i].cp[n], "row %zu, step %zu: %04X", i, n, st.cp);
            at += st.len;
        }
        cr_expect_eq(at, rows[i].text.len, "row %zu", i);
        cr_expect_eq(n, cs_utf8_count(rows[i].text), "row %zu", i);
    }
}

/* A fault at every place of ASCII of every length: the eight-byte stride must miss none. */
Test(utf8, fault_at_every_offset)
{
    for (size_t n = 1; n < 40; n++)
        for (size_t at = 0; at < n; at++) {
            uint8_t *b = malloc(n); /* exact size, so that reading past the end shows */
            cr_assert(b != NULL);
            memset(b, 'a', n);
            cr_assert(cs_utf8_valid(cs_span_of(b, n)));
            b[at] = 0x80;
            cr_assert(!cs_utf8_valid(cs_span_of(b, n)), "%zu of %zu", at, n);
            b[at] = 0xE4;
            cr_assert(!cs_utf8_valid(cs_span_of(b, n)), "%zu of %zu", at, n);
            free(b);
        }
    cr_expect(cs_utf8_valid((struct cs_span){0}) && cs_utf8_count((struct cs_span){0}) == 0);
}
