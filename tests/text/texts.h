/* Texts for the tests of this room: random ones, well-formed and not, and fragments that break decoders. */
#ifndef CS_TESTS_TEXT_TEXTS_H
#define CS_TESTS_TEXT_TEXTS_H

#include "base/utf8.h"

struct random {
    uint64_t state;
};

static inline uint32_t random_below(struct random *r, uint32_t n)
{
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

static const struct cs_span fragments[] = {
    CS_SPAN_LIT("\x1E"), /* the delimiter inside the folder */
    CS_SPAN_LIT("\x00"), /* what the folder pads with */
    CS_SPAN_LIT("\x01"), /* what it puts in place of bad bytes */
    CS_SPAN_LIT("\x80"),
    CS_SPAN_LIT("\xBF\xBF\xBF\xBF"), /* continuations alone */
    CS_SPAN_LIT("\xC0\x80"),
    CS_SPAN_LIT("\xC1\xBF"), /* overlong */
    CS_SPAN_LIT("\xE0\x80\x80"),
    CS_SPAN_LIT("\xE0\x9F\xBF"), /* overlong */
    CS_SPAN_LIT("\xF0\x80\x80\x80"),
    CS_SPAN_LIT("\xF0\x8F\xBF\xBF"),
    CS_SPAN_LIT("\xED\xA0\x80"),
    CS_SPAN_LIT("\xED\xBF\xBF"),             /* surrogates */
    CS_SPAN_LIT("\xED\xA0\xBD\xED\xB0\xA7"), /* a pair of them, as in CESU-8 */
    CS_SPAN_LIT("\xED\x9F\xBF"),
    CS_SPAN_LIT("\xEE\x80\x80"), /* their well-formed neighbours */
    CS_SPAN_LIT("\xF4\x8F\xBF\xBF"),
    CS_SPAN_LIT("\xF4\x90\x80\x80"), /* the last code point, one more */
    CS_SPAN_LIT("\xF5\x80\x80\x80"),
    CS_SPAN_LIT("\xF8\x88\x80\x80\x80"),
    CS_SPAN_LIT("\xFC\x84\x80\x80\x80\x80"),
    CS_SPAN_LIT("\xFE"),
    CS_SPAN_LIT("\xFF\xFF\xFF\xFF"),
    CS_SPAN_LIT("\xC2"),
    CS_SPAN_LIT("\xE4\xB8"),
    CS_SPAN_LIT("\xF0\x9F\x90"), /* cut short */
    CS_SPAN_LIT("\xEF\xBF\xBF"),
    CS_SPAN_LIT("\xEF\xBF\xBE"),
    CS_SPAN_LIT("\xEF\xB7\x90"), /* noncharacters */
    CS_SPAN_LIT("\xEF\xBF\xBD"), /* U+FFFD, well-formed */
    CS_SPAN_LIT("\xF0\x9F\x90\xA7"),
    CS_SPAN_LIT("\xF0\xA0\x80\x80"),
    CS_SPAN_LIT("\xF0\x9D\x95\x8D"), /* astral */
    CS_SPAN_LIT("\xEF\xB7\xBA"),
    CS_SPAN_LIT("\xE3\x8D\xBF"),
    CS_SPAN_LIT("\xC2\xBD"), /* expansions */
    CS_SPAN_LIT("\xE2\x80\x8B"),
    CS_SPAN_LIT("\xE5\xBE\xAE\xE4\xBF\xA1"),
    CS_SPAN_LIT("vx"),
    CS_SPAN_LIT("。"),
};
enum { FRAGMENTS = sizeof fragments / sizeof *fragments };

/* A code point as chat has them: half Han, a quarter ASCII, the rest anything. */
static inline uint32_t random_cp(struct random *r)
{
    switch (random_below(r, 16)) {
    case 0: return random_below(r, 0x110000);
    case 1: return random_below(r, 0x10000);
    case 2: return random_below(r, 0x800);
    case 3: return 0x1F000 + random_below(r, 0x1000);
    case 4:
    case 5:
    case 6:
    case 7: return random_below(r, 0x80);
    default: return 0x4E00 + random_below(r, 0x5200);
    }
}

/* Fill out[0 .. len): kind 0 = well-formed characters (the last may be cut), 1 = any bytes, 2 = fragments, 3
 * = characters with a fragment now and then. */
static inline void random_text(struct random *r, uint32_t kind, uint8_t *out, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint8_t utf8[CS_UTF8_MAX_BYTES] = {(uint8_t)random_below(r, 256)};
        struct cs_span s = {utf8, 1};
        if (kind == 2 || (kind == 3 && random_below(r, 20) == 0))
            s = fragments[random_below(r, FRAGMENTS)];
        else if (kind != 1)
            s.len = cs_utf8_put(random_cp(r), utf8);
        if (s.len > len - at) s.len = len - at;
        memcpy(out + at, s.ptr, s.len);
        at += s.len;
    }
}

#endif
