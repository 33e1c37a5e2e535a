#include "text/kernel.h"
#include "text/tables.h"
#include "text/utf8_errors.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi2,popcnt")))

/* The first `n` of 64 bytes; the others are not touched. */
TARGET static inline void copy_64(uint8_t *to, const uint8_t *from, size_t n)
{
    _mm512_storeu_si512(to, _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, (uint32_t)n), from));
}

/* Nearly all texts have at most 128 bytes: those take no branch, which would be mispredicted. */
TARGET static uint8_t *gather(const struct cs_span *text, uint32_t n, uint8_t *to)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *p = text[i].ptr;
        size_t len = text[i].len;
        for (; len > 128; len -= 128, p += 128, to += 128) {
            copy_64(to, p, 64);
            copy_64(to + 64, p + 64, 64);
        }
        copy_64(to, p, len);
        copy_64(to + 64, len > 64 ? p + 64 : p, len > 64 ? len - 64 : 0);
        to[len] = CS_TEXT_DELIMITER_BYTE;
        to += len + 1;
    }
    return to;
}

/* 64 positions: their bytes and the one, two and three bytes before each. */
struct window {
    __m512i c0, c1, c2, c3;
};

TARGET static inline __m512i load(const void *p)
{
    return _mm512_loadu_si512(p);
}

TARGET static inline __m512i splat(int byte)
{
    return _mm512_set1_epi8((char)byte);
}

TARGET static inline __m512i look_up_16(const uint8_t table[16], __m512i nibble)
{
    return _mm512_shuffle_epi8(
        _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table)), nibble);
}

TARGET static inline __m512i high_nibble(__m512i x)
{
    return _mm512_and_si512(_mm512_srli_epi16(x, 4), splat(15));
}

/* Non-zero bytes where a position is ill-formed. */
TARGET static inline __m512i errors(const struct window *w)
{
    __m512i pair = _mm512_and_si512(look_up_16(by_high_1, high_nibble(w->c1)),
        _mm512_and_si512(look_up_16(by_low_1, _mm512_and_si512(w->c1, splat(15))),
            look_up_16(by_high_2, high_nibble(w->c0))));
    __m512i third = _mm512_subs_epu8(w->c2, splat(0xE0 - 0x80));
    __m512i fourth = _mm512_subs_epu8(w->c3, splat(0xF0 - 0x80));
    __m512i due = _mm512_and_si512(_mm512_or_si512(third, fourth), splat(0x80));
    return _mm512_xor_si512(pair, due);
}

TARGET static inline __mmask64 continuations(__m512i x)
{
    return _mm512_cmplt_epi8_mask(x, splat(0xC0));
}

TARGET static inline __mmask64 leads_of_4(__m512i x)
{
    return _mm512_cmpge_epu8_mask(x, splat(0xF0));
}

/* Six bits of this byte, six of the one before, four of the one before that, for 32 positions. */
TARGET static inline __m512i join(__m256i a, __m256i b, __m256i c)
{
    __m512i low = _mm512_or_si512(_mm512_cvtepu8_epi16(a), _mm512_slli_epi16(_mm512_cvtepu8_epi16(b), 6));
    return _mm512_or_si512(low, _mm512_slli_epi16(_mm512_cvtepu8_epi16(c), 12));
}

/* Lanes of 16 units: positions 0-31 in lo, 32-63 in hi. */
struct units {
    __m512i lo, hi;
};

/* The unit that ends at each position, as if one did: what is before an ASCII byte, or two before a lead,
 * does not belong to it. */
TARGET static inline struct units units_of(const struct window *w)
{
    __mmask64 wide = _mm512_movepi8_mask(w->c0);
    __m512i a = _mm512_and_si512(w->c0, splat(0x7F));
    __m512i b = _mm512_maskz_mov_epi8(wide, _mm512_and_si512(w->c1, splat(0x3F)));
    __m512i c = _mm512_maskz_mov_epi8(wide & continuations(w->c1), w->c2);
    return (struct units){
        join(_mm512_castsi512_si256(a), _mm512_castsi512_si256(b), _mm512_castsi512_si256(c)),
        join(_mm512_extracti64x4_epi64(a, 1), _mm512_extracti64x4_epi64(b, 1),
            _mm512_extracti64x4_epi64(c, 1))};
}

/* Make surrogates of the units that end two (`high`) or three (`low`) bytes behind a lead F0-F4. */
TARGET static inline __m512i surrogates(__m512i u, __mmask32 high, __mmask32 low)
{
    __m512i h = _mm512_add_epi16(_mm512_srli_epi16(u, 4), _mm512_set1_epi16((short)0xD7C0));
    __m512i l =
        _mm512_or_si512(_mm512_and_si512(u, _mm512_set1_epi16(0x3FF)), _mm512_set1_epi16((short)0xDC00));
    return _mm512_mask_mov_epi16(_mm512_mask_mov_epi16(u, high, h), low, l);
}

/* Compressing in a register and storing all of it: compressing stores are slow on some processors. */
TARGET static inline uint16_t *keep(uint16_t *out, __m512i u, uint32_t ends)
{
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi16(ends, u));
    return out + __builtin_popcount(ends);
}

TARGET static inline uint16_t *transcode_64(const uint8_t *p, uint16_t *out, __m512i *error)
{
    struct window w = {load(p), load(p - 1), load(p - 2), load(p - 3)};
    struct units u = units_of(&w);
    __mmask64 high = leads_of_4(w.c2), low = leads_of_4(w.c3), ends = ~continuations(load(p + 1));
    *error = _mm512_or_si512(*error, errors(&w));
    if (__builtin_expect((high | low) != 0, 0)) {
        u.lo = surrogates(u.lo, (__mmask32)high, (__mmask32)low);
        u.hi = surrogates(u.hi, (__mmask32)(high >> 32), (__mmask32)(low >> 32));
        ends |= high;
    }
    return keep(keep(out, u.lo, (uint32_t)ends), u.hi, (uint32_t)(ends >> 32));
}

TARGET static size_t transcode(const uint8_t *p, size_t n, uint16_t *out, bool *bad)
{
    __m512i error = _mm512_setzero_si512();
    uint16_t *at = out;
    for (const uint8_t *end = p + n; p < end; p += 64)
        at = transcode_64(p, at, &error);
    *bad |= _mm512_test_epi8_mask(error, error) != 0;
    return (size_t)(at - out);
}

TARGET static inline __m512i splat_16(int unit)
{
    return _mm512_set1_epi16((short)unit);
}

TARGET static inline __mmask32 between(__m512i x, int first, int last)
{
    return _mm512_cmple_epu16_mask(_mm512_sub_epi16(x, splat_16(first)), splat_16(last - first));
}

/* As in kernel_avx2.c. */
TARGET static inline __mmask32 openings(__m512i u)
{
    __m512i narrow = _mm512_min_epu16(u, _mm512_sub_epi16(u, splat_16(0xFEE0)));
    return _mm512_cmpeq_epi16_mask(narrow, splat_16('(')) |
           _mm512_cmpeq_epi16_mask(_mm512_or_si512(narrow, splat_16(0x20)), splat_16('{')) |
           _mm512_cmpeq_epi16_mask(_mm512_andnot_si512(splat_16(4), u), splat_16(0x3010));
}

TARGET static inline bool may_note(const uint16_t *unit)
{
    __m512i next = load(unit + 1);
    __mmask32 letter = between(_mm512_or_si512(next, splat_16(0x20)), 'a', 'z');
    __mmask32 other = between(next, 0x80, 0x1FFF) | between(next, 0xFF01, 0xFFFF) | between(next, 0, 0);
    return (openings(load(unit)) & (letter | other)) != 0;
}

TARGET static size_t seek_note(const uint16_t *unit, size_t n)
{
    size_t i = 0;
    while (i < n && !may_note(unit + i))
        i += 32;
    return i;
}

/* The positions of 16 codes are written, those of delimiters first. */
TARGET static inline uint32_t *find_16(uint32_t *out, __m512i position, uint32_t delimiters)
{
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32((__mmask16)delimiters, position));
    return out + __builtin_popcount(delimiters & 0xFFFF);
}

TARGET static uint32_t find(const uint16_t *code, uint32_t n, uint32_t *out, uint32_t max)
{
    __m512i position = _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    uint32_t *to = out;
    for (uint32_t at = 0; at < n && to - out <= (ptrdiff_t)max; at += 32) {
        uint32_t mask = _mm512_cmpeq_epi16_mask(load(code + at), _mm512_set1_epi16((short)CS_CODE_DELIMITER));
        __m512i here = _mm512_add_epi32(position, _mm512_set1_epi32((int)at));
        to = find_16(to, here, mask);
        to = find_16(to, _mm512_add_epi32(here, _mm512_set1_epi32(16)), mask >> 16);
    }
    return (uint32_t)(to - out);
}

TARGET static inline __mmask64 bytes_between(__m512i x, int first, int last)
{
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(x, splat(first)), splat(last - first));
}

TARGET static inline __mmask64 bytes_equal(__m512i x, int byte)
{
    return _mm512_cmpeq_epi8_mask(x, splat(byte));
}

TARGET static inline __m512i load_some(const uint8_t *p, size_t n)
{
    return _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, n < 64 ? (uint32_t)n : 64), p);
}

/* U+4E00 is E4 B8 80, U+9FFF is E9 BF BF; U+FF01 is EF BC 81. */
TARGET static void look(const uint8_t *p, size_t n, struct cs_text_look *out)
{
    __m512i x = load_some(p, n), second = load_some(p + 1, n - 1),
            third = load_some(p + 2, n > 1 ? n - 2 : 0);
    __mmask64 letter = bytes_between(_mm512_or_si512(x, splat(0x20)), 'a', 'z');
    __mmask64 han = bytes_between(x, 0xE5, 0xE9) | (bytes_equal(x, 0xE4) & bytes_between(second, 0xB8, 0xBF));
    __mmask64 sign = bytes_equal(x, 0xEF) & bytes_equal(second, 0xBC) & bytes_between(third, 0x81, 0x8F);
    *out = (struct cs_text_look){.begin = ~continuations(x),
        .ascii = ~_mm512_movepi8_mask(x),
        .three = han | sign,
        .kept = han | letter | bytes_between(x, '0', '9')};
}

const struct cs_text_kernel *cs_text_kernel_avx512(void)
{
    static const struct cs_text_kernel avx512 = {"avx512", gather, transcode, seek_note, find, look};
    return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2") ? &avx512 : NULL;
}

#else

const struct cs_text_kernel *cs_text_kernel_avx512(void)
{
    return NULL;
}

#endif
