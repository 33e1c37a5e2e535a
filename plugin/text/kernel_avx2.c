#include "text/kernel.h"
#include "text/tables.h"
#include "text/utf8_errors.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt")))

/* 32 positions: their bytes and the one, two and three bytes before each. */
struct window {
    __m256i c0, c1, c2, c3;
};

TARGET static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

TARGET static inline __m256i splat(int byte)
{
    return _mm256_set1_epi8((char)byte);
}

TARGET static inline __m256i look_up_16(const uint8_t table[16], __m256i nibble)
{
    __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
    return _mm256_shuffle_epi8(t, nibble);
}

TARGET static inline __m256i high_nibble(__m256i x)
{
    return _mm256_and_si256(_mm256_srli_epi16(x, 4), splat(15));
}

/* Non-zero bytes where a position is ill-formed. */
TARGET static inline __m256i errors(struct window w)
{
    __m256i pair = _mm256_and_si256(look_up_16(by_high_1, high_nibble(w.c1)),
        _mm256_and_si256(look_up_16(by_low_1, _mm256_and_si256(w.c1, splat(15))),
            look_up_16(by_high_2, high_nibble(w.c0))));
    __m256i third = _mm256_subs_epu8(w.c2, splat(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(w.c3, splat(0xF0 - 0x80));
    __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), splat(0x80));
    return _mm256_xor_si256(pair, due);
}

TARGET static inline __m256i is_continuation(__m256i x)
{
    return _mm256_cmpgt_epi8(splat(0xC0), x);
}

/* Lanes of 16 units: positions 0-7 and 16-23 in lo, 8-15 and 24-31 in hi. */
struct units {
    __m256i lo, hi;
};

/* The unit that ends at each position, as if one did: six bits of this byte, six of the one before unless
 * this is ASCII, four of the one before that if the middle one is a continuation. */
TARGET static inline struct units units_of(struct window w)
{
    __m256i zero = _mm256_setzero_si256();
    __m256i wide = _mm256_cmpgt_epi8(zero, w.c0);
    __m256i a = _mm256_and_si256(w.c0, splat(0x7F));
    __m256i b = _mm256_and_si256(_mm256_and_si256(w.c1, wide), splat(0x3F));
    __m256i c = _mm256_and_si256(_mm256_and_si256(w.c2, wide), is_continuation(w.c1));
    __m256i weight = _mm256_set1_epi16(0x4001);
    __m256i lo = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weight);
    __m256i hi = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weight);
    __m256i top_lo = _mm256_slli_epi16(_mm256_unpacklo_epi8(zero, c), 4);
    __m256i top_hi = _mm256_slli_epi16(_mm256_unpackhi_epi8(zero, c), 4);
    return (struct units){_mm256_or_si256(lo, top_lo), _mm256_or_si256(hi, top_hi)};
}

/* Full masks where a byte is F0 or more. */
TARGET static inline __m256i is_lead_4(__m256i x)
{
    return _mm256_cmpeq_epi8(_mm256_min_epu8(x, splat(0xF0)), splat(0xF0));
}

/* Make surrogates of the units that end two (`high`) or three (`low`) bytes behind a lead F0-F4. */
TARGET static inline __m256i surrogates(__m256i u, __m256i high, __m256i low)
{
    __m256i h = _mm256_add_epi16(_mm256_srli_epi16(u, 4), _mm256_set1_epi16((short)0xD7C0));
    __m256i l =
        _mm256_or_si256(_mm256_and_si256(u, _mm256_set1_epi16(0x3FF)), _mm256_set1_epi16((short)0xDC00));
    return _mm256_blendv_epi8(_mm256_blendv_epi8(u, h, high), l, low);
}

TARGET static inline void keep(uint16_t *out, __m128i u, uint32_t mask)
{
    __m128i shuffle = _mm_loadu_si128((const __m128i *)(const void *)cs_text_compress[mask]);
    _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(u, shuffle));
}

TARGET static inline uint16_t *keep_32(uint16_t *out, struct units u, uint32_t ends)
{
    keep(out, _mm256_castsi256_si128(u.lo), ends & 0xFF);
    keep(out + __builtin_popcount(ends & 0xFF), _mm256_castsi256_si128(u.hi), ends >> 8 & 0xFF);
    keep(out + __builtin_popcount(ends & 0xFFFF), _mm256_extracti128_si256(u.lo, 1), ends >> 16 & 0xFF);
    keep(out + __builtin_popcount(ends & 0xFFFFFF), _mm256_extracti128_si256(u.hi, 1), ends >> 24);
    return out + __builtin_popcount(ends);
}

TARGET static inline uint16_t *transcode_32(const uint8_t *p, uint16_t *out, __m256i *error)
{
    struct window w = {load(p), load(p - 1), load(p - 2), load(p - 3)};
    *error = _mm256_or_si256(*error, errors(w));
    struct units u = units_of(w);
    uint32_t ends = ~(uint32_t)_mm256_movemask_epi8(is_continuation(load(p + 1)));
    __m256i high = is_lead_4(w.c2), low = is_lead_4(w.c3), four = _mm256_or_si256(high, low);
    if (__builtin_expect(!_mm256_testz_si256(four, four), 0)) {
        u.lo = surrogates(u.lo, _mm256_unpacklo_epi8(high, high), _mm256_unpacklo_epi8(low, low));
        u.hi = surrogates(u.hi, _mm256_unpackhi_epi8(high, high), _mm256_unpackhi_epi8(low, low));
        ends |= (uint32_t)_mm256_movemask_epi8(high);
    }
    return keep_32(out, u, ends);
}

TARGET static size_t transcode(const uint8_t *p, size_t n, uint16_t *out, bool *bad)
{
    __m256i error = _mm256_setzero_si256();
    uint16_t *at = out;
    for (const uint8_t *end = p + n; p < end; p += 32)
        at = transcode_32(p, at, &error);
    *bad |= !_mm256_testz_si256(error, error);
    return (size_t)(at - out);
}

/* Full masks where first <= x <= last. */
TARGET static inline __m256i between(__m256i x, int first, int last)
{
    __m256i low = _mm256_cmpeq_epi16(_mm256_max_epu16(x, _mm256_set1_epi16((short)first)), x);
    return _mm256_and_si256(low, _mm256_cmpeq_epi16(_mm256_min_epu16(x, _mm256_set1_epi16((short)last)), x));
}

/* ( [ { in either width, and two of East Asia; the cases of letters and of square and curly brackets differ
 * by one bit. */
TARGET static inline __m256i openings(__m256i u)
{
    __m256i narrow = _mm256_min_epu16(u, _mm256_sub_epi16(u, _mm256_set1_epi16((short)0xFEE0)));
    __m256i round = _mm256_cmpeq_epi16(narrow, _mm256_set1_epi16('('));
    __m256i square =
        _mm256_cmpeq_epi16(_mm256_or_si256(narrow, _mm256_set1_epi16(0x20)), _mm256_set1_epi16('{'));
    __m256i other =
        _mm256_cmpeq_epi16(_mm256_andnot_si256(_mm256_set1_epi16(4), u), _mm256_set1_epi16(0x3010));
    return _mm256_or_si256(_mm256_or_si256(round, square), other);
}

/* Full masks where a bracket may begin a note. */
TARGET static inline __m256i notes(const uint16_t *unit)
{
    __m256i next = load(unit + 1);
    __m256i letter = between(_mm256_or_si256(next, _mm256_set1_epi16(0x20)), 'a', 'z');
    __m256i other = _mm256_or_si256(between(next, 0x80, 0x1FFF), between(next, 0xFF01, 0xFFFF));
    __m256i unknown = _mm256_cmpeq_epi16(next, _mm256_setzero_si256());
    __m256i begins = _mm256_or_si256(_mm256_or_si256(letter, unknown), other);
    return _mm256_and_si256(openings(load(unit)), begins);
}

TARGET static size_t seek_note(const uint16_t *unit, size_t n)
{
    size_t i = 0;
    for (; i < n; i += 32) {
        __m256i any = _mm256_or_si256(notes(unit + i), notes(unit + i + 16));
        if (!_mm256_testz_si256(any, any)) break;
    }
    return i;
}

/* One bit a code: packing works in halves of 16 bytes, so the middle quarters are swapped back. */
TARGET static inline uint32_t delimiters_32(const uint16_t *code)
{
    __m256i d = _mm256_set1_epi16((short)CS_CODE_DELIMITER);
    __m256i both =
        _mm256_packs_epi16(_mm256_cmpeq_epi16(load(code), d), _mm256_cmpeq_epi16(load(code + 16), d));
    return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(both, 0xD8));
}

/* Four at a time whether they are there or not: a loop over the set bits would be mispredicted every time. */
TARGET static uint32_t find(const uint16_t *code, uint32_t n, uint32_t *out, uint32_t max)
{
    uint32_t found = 0;
    for (uint32_t at = 0; at < n && found <= max; at += 32) {
        uint32_t mask = delimiters_32(code + at), more = (uint32_t)__builtin_popcount(mask);
        uint32_t *to = out + found;
        do {
            for (int i = 0; i < 4; i++, mask &= mask - 1)
                to[i] = at + 1 + (uint32_t)__builtin_ctz(mask | 1u << 31);
            to += 4;
        } while (__builtin_expect(mask != 0, 0));
        found += more;
    }
    return found;
}

/* All ones where first <= x <= last. */
TARGET static inline __m256i bytes_between(__m256i x, int first, int last)
{
    __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(x, _mm256_set1_epi8((char)first)), x);
    return _mm256_and_si256(low, _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8((char)last)), x));
}

TARGET static inline __m256i bytes_equal(__m256i x, int byte)
{
    return _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)byte));
}

TARGET static inline uint64_t bits_of(__m256i x, int half)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(x) << half;
}

/* U+4E00 is E4 B8 80, U+9FFF is E9 BF BF; U+FF01 is EF BC 81. */
TARGET static inline void look_32(const uint8_t *p, int half, struct cs_text_look *out)
{
    __m256i x = load(p), second = load(p + 1), third = load(p + 2);
    __m256i letter = bytes_between(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 'z');
    __m256i first = _mm256_and_si256(bytes_equal(x, 0xE4), bytes_between(second, 0xB8, 0xBF));
    __m256i han = _mm256_or_si256(first, bytes_between(x, 0xE5, 0xE9));
    __m256i sign = _mm256_and_si256(
        _mm256_and_si256(bytes_equal(x, 0xEF), bytes_equal(second, 0xBC)), bytes_between(third, 0x81, 0x8F));
    __m256i alnum = _mm256_or_si256(letter, bytes_between(x, '0', '9'));
    out->begin |= bits_of(_mm256_cmpgt_epi8(x, _mm256_set1_epi8((char)0xBF)), half);
    out->ascii |= bits_of(_mm256_cmpgt_epi8(x, _mm256_set1_epi8(-1)), half);
    out->three |= bits_of(_mm256_or_si256(han, sign), half);
    out->kept |= bits_of(_mm256_or_si256(han, alnum), half);
}

TARGET static void look(const uint8_t *p, size_t n, struct cs_text_look *out)
{
    enum { NEEDED = CS_TEXT_BLOCK + 2 };
    uint8_t copy[NEEDED];
    struct cs_text_look both = {0};
    if (n < NEEDED) {
        memset(copy, 0, NEEDED);
        memcpy(copy, p, n);
        p = copy;
    }
    look_32(p, 0, &both);
    look_32(p + 32, 32, &both);
    *out = both;
}

const struct cs_text_kernel *cs_text_kernel_avx2(void)
{
    static const struct cs_text_kernel avx2 = {"avx2", cs_text_gather, transcode, seek_note, find, look};
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? &avx2 : NULL;
}

#else

const struct cs_text_kernel *cs_text_kernel_avx2(void)
{
    return NULL;
}

#endif
