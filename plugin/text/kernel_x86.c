#include "text/kernel.h"

#include "text/tables.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("sse4.2,popcnt")))

/* Classes of error by a byte and its predecessor, one bit each; an error shows in all three tables (the
 * lookup algorithm of Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte", 2020). */
enum {
    TOO_SHORT = 1 << 0,  /* lead, then no continuation */
    TOO_LONG = 1 << 1,   /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2, /* E0 80-9F */
    TOO_LARGE = 1 << 3,  /* F4 90-BF, F5+ 90-BF */
    SURROGATE = 1 << 4,  /* ED A0-BF */
    OVERLONG_2 = 1 << 5, /* C0-C1 */
    OVERLONG_4 = 1 << 6, /* F0 80-8F; also F5+ 80-8F */
    TWO_CONT = 1 << 7,   /* two continuations: right only when a third or fourth byte is due */
    ANY = TOO_SHORT | TOO_LONG | TWO_CONT,
    BEYOND = ANY | TOO_LARGE | OVERLONG_4,
};

static const uint8_t by_high_1[16] = {TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TOO_LONG, TWO_CONT, TWO_CONT, TWO_CONT, TWO_CONT, TOO_SHORT | OVERLONG_2, TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | OVERLONG_4};
static const uint8_t by_low_1[16] = {ANY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY,
    ANY | TOO_LARGE, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND | SURROGATE,
    BEYOND, BEYOND};
enum { CONT = TOO_LONG | OVERLONG_2 | TWO_CONT };
static const uint8_t by_high_2[16] = {TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_SHORT, TOO_SHORT, CONT | OVERLONG_3 | OVERLONG_4, CONT | OVERLONG_3 | TOO_LARGE,
    CONT | SURROGATE | TOO_LARGE, CONT | SURROGATE | TOO_LARGE, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT};

/* 16 positions: their bytes and the one, two and three bytes before each. */
struct window {
    __m128i c0, c1, c2, c3;
};

TARGET static inline __m128i load(const void *p)
{
    return _mm_loadu_si128(p);
}

TARGET static inline __m128i high_nibble(__m128i x)
{
    return _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(15));
}

/* Non-zero bytes where a position is ill-formed. */
TARGET static inline __m128i errors(struct window w)
{
    __m128i low = _mm_and_si128(w.c1, _mm_set1_epi8(15));
    __m128i pair = _mm_and_si128(_mm_shuffle_epi8(load(by_high_1), high_nibble(w.c1)),
        _mm_and_si128(
            _mm_shuffle_epi8(load(by_low_1), low), _mm_shuffle_epi8(load(by_high_2), high_nibble(w.c0))));
    __m128i third = _mm_subs_epu8(w.c2, _mm_set1_epi8((char)(0xE0 - 0x80)));
    __m128i fourth = _mm_subs_epu8(w.c3, _mm_set1_epi8((char)(0xF0 - 0x80)));
    __m128i due = _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8((char)0x80));
    return _mm_xor_si128(pair, due);
}

TARGET static inline __m128i is_continuation(__m128i x)
{
    return _mm_cmpgt_epi8(_mm_set1_epi8(-64), x);
}

/* Lanes of 8 units for the low or high half of the positions. */
struct units {
    __m128i lo, hi;
};

/* The unit that ends at each position, as if it did: six bits of this byte, six of the one before unless this
 * is ASCII, four of the one before that if the middle one is a continuation. */
TARGET static inline struct units units_of(struct window w)
{
    __m128i zero = _mm_setzero_si128();
    __m128i wide = _mm_cmpgt_epi8(zero, w.c0);
    __m128i a = _mm_and_si128(w.c0, _mm_set1_epi8(0x7F));
    __m128i b = _mm_and_si128(_mm_and_si128(w.c1, wide), _mm_set1_epi8(0x3F));
    __m128i c = _mm_and_si128(_mm_and_si128(w.c2, wide), is_continuation(w.c1));
    __m128i weight = _mm_set1_epi16(0x4001);
    __m128i lo = _mm_maddubs_epi16(_mm_unpacklo_epi8(a, b), weight);
    __m128i hi = _mm_maddubs_epi16(_mm_unpackhi_epi8(a, b), weight);
    __m128i top_lo = _mm_slli_epi16(_mm_unpacklo_epi8(zero, c), 4);
    __m128i top_hi = _mm_slli_epi16(_mm_unpackhi_epi8(zero, c), 4);
    return (struct units){_mm_or_si128(lo, top_lo), _mm_or_si128(hi, top_hi)};
}

/* Bytes of the lead kind F0-FF, as full masks. */
TARGET static inline __m128i is_lead_4(__m128i x)
{
    return _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)0xF0)), _mm_set1_epi8((char)0xF0));
}

/* Eight units of which those two (`high`) or three (`low`) bytes behind a lead F0-F4 become surrogates. */
TARGET static inline __m128i surrogates(__m128i u, __m128i high, __m128i low)
{
    __m128i h = _mm_add_epi16(_mm_srli_epi16(u, 4), _mm_set1_epi16((short)0xD7C0));
    __m128i l = _mm_or_si128(_mm_and_si128(u, _mm_set1_epi16(0x3FF)), _mm_set1_epi16((short)0xDC00));
    return _mm_blendv_epi8(_mm_blendv_epi8(u, h, high), l, low);
}

TARGET static inline uint16_t *keep(uint16_t *out, __m128i u, uint32_t mask)
{
    _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(u, load(cs_text_compress[mask])));
    return out + __builtin_popcount(mask);
}

TARGET static inline uint16_t *transcode_16(const uint8_t *p, uint16_t *out, __m128i *error)
{
    struct window w = {load(p), load(p - 1), load(p - 2), load(p - 3)};
    *error = _mm_or_si128(*error, errors(w));
    struct units u = units_of(w);
    uint32_t ends = ~(uint32_t)_mm_movemask_epi8(is_continuation(load(p + 1)));
    __m128i high = is_lead_4(w.c2), low = is_lead_4(w.c3);
    if (__builtin_expect(!_mm_testz_si128(_mm_or_si128(high, low), _mm_set1_epi8(-1)), 0)) {
        u.lo = surrogates(u.lo, _mm_unpacklo_epi8(high, high), _mm_unpacklo_epi8(low, low));
        u.hi = surrogates(u.hi, _mm_unpackhi_epi8(high, high), _mm_unpackhi_epi8(low, low));
        ends |= (uint32_t)_mm_movemask_epi8(high);
    }
    out = keep(out, u.lo, ends & 0xFF);
    return keep(out, u.hi, ends >> 8 & 0xFF);
}

TARGET static size_t transcode(const uint8_t *p, size_t n, uint16_t *out, bool *bad)
{
    __m128i error = _mm_setzero_si128();
    uint16_t *at = out;
    for (const uint8_t *end = p + n; p < end; p += 16)
        at = transcode_16(p, at, &error);
    *bad |= !_mm_testz_si128(error, error);
    return (size_t)(at - out);
}

TARGET static inline uint32_t delimiters_32(const uint16_t *code)
{
    __m128i d = _mm_set1_epi16((short)CS_CODE_DELIMITER);
    __m128i a = _mm_packs_epi16(_mm_cmpeq_epi16(load(code), d), _mm_cmpeq_epi16(load(code + 8), d));
    __m128i b = _mm_packs_epi16(_mm_cmpeq_epi16(load(code + 16), d), _mm_cmpeq_epi16(load(code + 24), d));
    return (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
}

/* Four at a time whether they are there or not: a loop over the set bits would be mispredicted every time. */
TARGET static uint32_t find(const uint16_t *code, uint32_t n, uint32_t *out, uint32_t max)
{
    uint32_t found = 0;
    for (uint32_t at = 0; at < n && found <= max; at += 32) {
        uint32_t mask = delimiters_32(code + at), more = (uint32_t)__builtin_popcount(mask),
                 *to = out + found;
        do {
            for (int i = 0; i < 4; i++, mask &= mask - 1)
                to[i] = at + 1 + (uint32_t)__builtin_ctz(mask | 1u << 31);
            to += 4;
        } while (__builtin_expect(mask != 0, 0));
        found += more;
    }
    return found;
}

const struct cs_text_kernel *cs_text_kernel_best(void)
{
    static const struct cs_text_kernel sse = {"sse4.2", transcode, find};
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt") ? &sse : NULL;
}

#else

const struct cs_text_kernel *cs_text_kernel_best(void)
{
    return NULL;
}

#endif
