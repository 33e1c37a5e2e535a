#include "base/utf8.h"

/* Length and lowest and highest second byte of a sequence by its lead byte (Unicode 15, table 3-7). */
struct lead {
    uint8_t len, lo, hi;
};

static struct lead lead_of(uint8_t b)
{
    if (b < 0x80) return (struct lead){1, 0, 0};
    if (b >= 0xC2 && b <= 0xDF) return (struct lead){2, 0x80, 0xBF};
    if (b == 0xE0) return (struct lead){3, 0xA0, 0xBF};
    if (b == 0xED) return (struct lead){3, 0x80, 0x9F};
    if (b >= 0xE1 && b <= 0xEF) return (struct lead){3, 0x80, 0xBF};
    if (b == 0xF0) return (struct lead){4, 0x90, 0xBF};
    if (b >= 0xF1 && b <= 0xF3) return (struct lead){4, 0x80, 0xBF};
    if (b == 0xF4) return (struct lead){4, 0x80, 0x8F};
    return (struct lead){0, 0, 0};
}

struct cs_utf8_step cs_utf8_next(struct cs_span s, size_t at)
{
    uint8_t b = s.ptr[at];
    struct lead l = lead_of(b);
    if (l.len == 1) return (struct cs_utf8_step){b, 1, false};
    if (l.len == 0) return (struct cs_utf8_step){CS_UTF8_BAD, 1, true};
    uint32_t cp = b & (0x7Fu >> l.len);
    for (uint8_t i = 1; i < l.len; i++) {
        uint8_t c = at + i < s.len ? s.ptr[at + i] : 0;
        bool good = i == 1 ? c >= l.lo && c <= l.hi : (c & 0xC0) == 0x80;
        if (!good) return (struct cs_utf8_step){CS_UTF8_BAD, i, true};
        cp = cp << 6 | (c & 0x3Fu);
    }
    return (struct cs_utf8_step){cp, l.len, false};
}

/* Bytes of ASCII at the head of `s` from `at`, eight at a time. */
static size_t skip_ascii(struct cs_span s, size_t at)
{
    while (at + 8 <= s.len) {
        uint64_t w;
        memcpy(&w, s.ptr + at, 8);
        if (w & 0x8080808080808080u) break;
        at += 8;
    }
    return at;
}

bool cs_utf8_valid(struct cs_span s)
{
    for (size_t at = skip_ascii(s, 0); at < s.len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        if (st.bad) return false;
        at += st.len;
        if (st.len == 1) at = skip_ascii(s, at);
    }
    return true;
}

size_t cs_utf8_count(struct cs_span s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len; n++)
        at += cs_utf8_next(s, at).len;
    return n;
}

size_t cs_utf8_put(uint32_t cp, uint8_t out[CS_UTF8_MAX_BYTES])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) cp = CS_UTF8_BAD;
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (uint8_t)(0x80 | (cp & 0x3F));
    static const uint8_t mark[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (uint8_t)(mark[n] | cp);
    return n;
}
