#include "scan/lattice_walk.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f")))

/* What is known about the codes before the one in hand. */
struct state {
    __m512i one;    /* what is shut for the last code */
    __m512i two[2]; /* for the last two, and for the two that end one code before */
};

/* The four distances of a gate are the quarters of one register: it is moved on by one or two of them and
 * united with that of a later code, until the last quarter has the codes of all distances. */
TARGET static inline __m512i next(struct state *s, const struct cs_lattice_gate *gate)
{
    __m512i here = _mm512_loadu_si512(gate);
    __m512i two = _mm512_or_si512(here, _mm512_maskz_alignr_epi64(0xFC, s->one, s->one, 6));
    __m512i four = _mm512_or_si512(two, _mm512_maskz_alignr_epi64(0xF0, s->two[1], s->two[1], 4));
    *s = (struct state){here, {two, s->two[0]}};
    return four;
}

TARGET static uint32_t pass(const struct cs_lattice_gate *gate, const uint16_t *code, uint32_t n)
{
    struct state s = {.one = _mm512_setzero_si512()};
    uint32_t at = 0;
    for (int i = 0; i < CS_LATTICE_DEPTH - 1; i++)
        (void)next(&s, &gate[code[i]]);
    for (; at < n; at += CS_LATTICE_BLOCK) {
        __m512i shut = _mm512_set1_epi64(-1);
#pragma GCC unroll 8
        for (int i = 0; i < CS_LATTICE_BLOCK; i++)
            shut = _mm512_and_si512(shut, next(&s, &gate[code[at + (uint32_t)i + CS_LATTICE_DEPTH - 1]]));
        if (_mm512_cmpneq_epi64_mask(shut, _mm512_set1_epi64(-1)) & 0xC0) return at;
    }
    return at;
}

/* Where wide registers slow the processor down, which the ones before VBMI2 do, four small ones are better.
 */
cs_lattice_pass *cs_lattice_pass_best(void)
{
    return __builtin_cpu_supports("avx512vbmi2") ? pass : cs_lattice_pass_plainly;
}

#else

cs_lattice_pass *cs_lattice_pass_best(void)
{
    return cs_lattice_pass_plainly;
}

#endif
