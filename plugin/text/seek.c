#include "text/seek.h"

#include "text/decode.h"
#include "text/kernel.h"

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

#define TARGET __attribute__((target("bmi,bmi2,popcnt")))

enum { WHOLE = 61 }; /* a character that begins in so many bytes of a block ends in it */
static const uint64_t whole = ((uint64_t)1 << WHOLE) - 1;

/* A block, and which of its bytes belong to a character that is known. */
struct block {
    struct cs_text_look is;
    uint64_t known;
};

/* Look up a character that the kernel does not know; nearly always it is a sign of East Asia. False when it
 * is several codes. */
TARGET static inline bool look_up(struct cs_span s, uint32_t at, struct block *b, uint32_t bit)
{
    const uint8_t *p = s.ptr + at + bit;
    bool three = (p[0] & 0xF0) == 0xE0 && s.len - at - bit >= 3;
    uint32_t len = 3, n, cp = three ? cs_text_decode_three(p) : 0;
    if (cp && cs_text_code[cp] != CS_TEXT_EXPAND)
        n = cs_text_code[cp] != 0;
    else
        n = codes_at(s, at + bit, &len);
    b->is.kept |= (uint64_t)n << bit;
    b->known |= (((uint64_t)1 << len) - 1) << bit;
    return n <= 1;
}

/* False where characters must be told one by one. */
TARGET static inline bool read_block(
    const struct cs_text_kernel *kernel, struct cs_span s, uint32_t at, struct block *b)
{
    struct cs_text_look *is = &b->is;
    kernel->look(s.ptr + at, s.len - at, is);
    uint64_t behind = is->three << 1 | is->three << 2;
    if (behind & is->begin) return false;
    b->known = is->ascii | is->three | behind;
    for (uint64_t other = is->begin & ~is->ascii & ~is->three & whole; other; other &= other - 1)
        if (!look_up(s, at, b, (uint32_t)__builtin_ctzll(other))) return false;
    return true;
}

/* Go on by `n` bytes of a block. False when some of them belong to no character. */
TARGET static inline bool go(struct cs_place *p, const struct block *b, uint32_t n)
{
    uint64_t passed = _bzhi_u64(~(uint64_t)0, n);
    if (passed & ~b->known) return false;
    p->byte += n;
    p->character += (uint32_t)__builtin_popcountll(b->is.begin & passed);
    p->code += (uint32_t)__builtin_popcountll(b->is.kept & passed);
    return true;
}

/* Goes as far as it can, block by block: to the end, or to what must be told character by character. True
 * when it is there. */
TARGET static bool seek_blocks(
    const struct cs_text_kernel *kernel, struct cs_span s, struct cs_place *p, uint32_t code)
{
    while (p->byte < s.len) {
        struct block b;
        if (!read_block(kernel, s, p->byte, &b)) return false;
        uint32_t left = code - p->code, n = (uint32_t)(s.len - p->byte);
        uint64_t kept = b.is.kept & whole, behind = b.is.begin >> WHOLE;
        if ((uint32_t)__builtin_popcountll(kept) > left)
            return go(p, &b, (uint32_t)__builtin_ctzll(_pdep_u64((uint64_t)1 << left, kept)));
        if (n > WHOLE && !behind) return false;
        if (n > WHOLE) n = WHOLE + (uint32_t)__builtin_ctzll(behind);
        if (!go(p, &b, n)) return false;
    }
    return true;
}

/* NULL where characters are told one by one. */
static const struct cs_text_kernel *best_kernel(void)
{
    const struct cs_text_kernel *kernel = cs_text_kernel_avx512();
    if (!kernel) kernel = cs_text_kernel_avx2();
    return __builtin_cpu_supports("bmi2") ? kernel : NULL;
}

void cs_text_seek(struct cs_span s, struct cs_place *p, uint32_t code)
{
    enum { FAR = 4 }; /* codes; what is nearer takes longer by blocks */
    const struct cs_text_kernel *kernel = code - p->code >= FAR ? best_kernel() : NULL;
    if (!kernel || !seek_blocks(kernel, s, p, code)) cs_text_seek_plainly(s, p, code);
}

#else

void cs_text_seek(struct cs_span s, struct cs_place *p, uint32_t code)
{
    cs_text_seek_plainly(s, p, code);
}

#endif
