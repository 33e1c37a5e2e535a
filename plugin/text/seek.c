#include "text/seek.h"

#include "text/decode.h"

__attribute__((noinline)) static uint32_t codes_of_rare(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    struct cs_utf8_step st = cs_utf8_next(s, at);
    *len = st.len;
    return cs_text_fold_cp(st.cp, code);
}

/* Codes of the character at `at`; *len is its length in bytes. */
static uint32_t codes_at(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint32_t cp = cs_text_decode_short(s, at, len);
    return cs_text_is_rare(cp) ? codes_of_rare(s, at, len) : cs_text_code[cp] != 0;
}

void cs_text_seek_plainly(struct cs_span s, struct cs_place *p, uint32_t code)
{
    while (p->byte < s.len) {
        uint32_t len, n = cs_text_han_run(s, p->byte, code - p->code);
        *p = (struct cs_place){p->byte + 3 * n, p->character + n, p->code + n};
        if (p->byte == s.len) return;
        n = codes_at(s, p->byte, &len);
        if (p->code + n > code) return;
        p->code += n;
        p->byte += len;
        p->character++;
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE __attribute__((always_inline)) static inline

enum {
    BLOCK = 64, /* bytes looked at */
    WHOLE = 61, /* a character that begins in so many of them ends in the block */
    BEHIND = 1, /* bytes looked at behind the block */
};

/* One bit a byte. */
struct look {
    uint64_t begin; /* not a continuation */
    uint64_t ascii;
    uint64_t han;     /* U+4E00 .. U+9FFF begins, if what follows are continuations */
    uint64_t kept;    /* begins what is one code: Han, and ASCII letters and digits; other ASCII is dropped */
    uint64_t covered; /* belongs to a character that is known */
};

/* All ones where first <= x <= last, without sign. */
TARGET INLINE __m256i between(__m256i x, int first, int last)
{
    __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(x, _mm256_set1_epi8((char)first)), x);
    return _mm256_and_si256(low, _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8((char)last)), x));
}

TARGET INLINE uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* U+4E00 is E4 B8 80, U+9FFF is E9 BF BF. */
TARGET INLINE __m256i han(__m256i x, const uint8_t *p)
{
    __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(p + 1));
    __m256i first =
        _mm256_and_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)0xE4)), between(next, 0xB8, 0xBF));
    return _mm256_or_si256(first, between(x, 0xE5, 0xE9));
}

TARGET INLINE __m256i alnum(__m256i x)
{
    __m256i letter = between(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 'z');
    return _mm256_or_si256(letter, between(x, '0', '9'));
}

TARGET INLINE struct look look_at(const uint8_t *p)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    __m256i first = _mm256_set1_epi8((char)0xC0);
    struct look k = {.begin = ~bits(_mm256_cmpgt_epi8(first, a), _mm256_cmpgt_epi8(first, b)),
        .ascii = ~bits(a, b),
        .han = bits(han(a, p), han(b, p + 32))};
    k.kept = k.han | bits(alnum(a), alnum(b));
    k.covered = k.ascii | k.han | k.han << 1 | k.han << 2;
    return k;
}

/* Without the first `n` bytes. */
TARGET INLINE struct look later(struct look k, uint32_t n)
{
    k.begin >>= n;
    k.ascii >>= n;
    k.han >>= n;
    k.kept >>= n;
    k.covered >>= n;
    return k;
}

static const uint64_t whole = ((uint64_t)1 << WHOLE) - 1;

/* Look up a character that is neither Han nor ASCII. Nearly always it is a sign of East Asia. False when it
 * is several codes. */
TARGET INLINE bool look_up(struct cs_span s, uint32_t at, struct look *k, uint32_t bit)
{
    const uint8_t *p = s.ptr + at + bit;
    uint32_t len = 3, n,
             cp = p[0] - 0xE3u < 0xEFu - 0xE3u + 1 && s.len - at - bit >= 3 ? cs_text_decode_three(p) : 0;
    if (cp && cs_text_code[cp] != CS_TEXT_EXPAND)
        n = cs_text_code[cp] != 0;
    else
        n = codes_at(s, at + bit, &len);
    k->kept |= (uint64_t)n << bit;
    k->covered |= (((uint64_t)1 << len) - 1) << bit;
    return n <= 1;
}

TARGET INLINE bool look_up_others(struct cs_span s, uint32_t at, struct look *k)
{
    for (uint64_t other = k->begin & ~k->ascii & ~k->han & whole; other; other &= other - 1)
        if (!look_up(s, at, k, (uint32_t)__builtin_ctzll(other))) return false;
    return true;
}

/* The block from byte `at` on. That at the end of the text begins earlier; a short text is copied. */
TARGET INLINE struct look look_into(struct cs_span s, uint32_t at)
{
    enum { NEEDED = BLOCK + BEHIND };
    if (s.len - at >= NEEDED) return look_at(s.ptr + at);
    if (s.len >= NEEDED) return later(look_at(s.ptr + s.len - NEEDED), at - (uint32_t)(s.len - NEEDED));
    uint8_t copy[NEEDED] = {0};
    memcpy(copy, s.ptr + at, s.len - at);
    return look_at(copy);
}

/* Go on by `n` bytes of a block. False when some of them belong to no character. */
TARGET INLINE bool go(struct cs_place *p, const struct look *k, uint32_t n)
{
    uint64_t passed = _bzhi_u64(~(uint64_t)0, n);
    if (passed & ~k->covered) return false;
    p->byte += n;
    p->character += (uint32_t)__builtin_popcountll(k->begin & passed);
    p->code += (uint32_t)__builtin_popcountll(k->kept & passed);
    return true;
}

/* Goes as far as it can, block by block: to the end, or to what must be told character by character. */
TARGET static void seek_blocks(struct cs_span s, struct cs_place *p, uint32_t code)
{
    while (p->byte < s.len) {
        struct look k = look_into(s, p->byte);
        if ((k.han << 1 | k.han << 2) & k.begin || !look_up_others(s, p->byte, &k)) return;
        uint32_t left = code - p->code;
        uint64_t kept = k.kept & whole, behind = k.begin >> WHOLE;
        if ((uint32_t)__builtin_popcountll(kept) > left) {
            (void)go(p, &k, (uint32_t)__builtin_ctzll(_pdep_u64((uint64_t)1 << left, kept)));
            return;
        }
        if (s.len - p->byte > WHOLE && !behind) return;
        uint32_t n =
            s.len - p->byte > WHOLE ? WHOLE + (uint32_t)__builtin_ctzll(behind) : (uint32_t)(s.len - p->byte);
        if (!go(p, &k, n)) return;
    }
}

void cs_text_seek(struct cs_span s, struct cs_place *p, uint32_t code)
{
    enum { FAR = 4 }; /* codes; what is nearer takes longer by blocks */
    if (code - p->code >= FAR && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        seek_blocks(s, p, code);
    cs_text_seek_plainly(s, p, code);
}

#else

void cs_text_seek(struct cs_span s, struct cs_place *p, uint32_t code)
{
    cs_text_seek_plainly(s, p, code);
}

#endif
