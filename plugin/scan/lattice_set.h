/* The compiled form behind lattice.h; internal to scan/.
 *
 * Built in four steps: units and their alternatives (lattice_units.c), a trie over the units of all terms
 * (lattice_trie.c), what each code may begin (lattice_filter.c), and the gate, which tells at once where no
 * walk need begin (lattice_gate.c). */
#ifndef CS_SCAN_LATTICE_SET_H
#define CS_SCAN_LATTICE_SET_H

#include "base/arena.h"
#include "scan/lattice.h"
#include "text/readings.h"
#include "text/shapes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    CS_LATTICE_RUN_MAX = CS_SYLLABLE_LETTERS,
    CS_LATTICE_DEPTH = 4, /* codes that the gate judges together */
    CS_LATTICE_BUCKETS = 128,
    CS_LATTICE_BLOCK = 8, /* codes judged at once */
};

/* Signature of a set of units: four times 32 bits, in each of which a unit has one bit by a hash of its usual
 * syllable, so that what sounds alike shares bits. */
typedef uint32_t cs_lattice_bits __attribute__((vector_size(16)));

/* Two sets may have a unit in common only if they share a bit in each quarter. */
static inline bool cs_lattice_meet(cs_lattice_bits a, cs_lattice_bits b)
{
#ifdef __SSE2__
    return _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32((__m128i)(a & b), _mm_setzero_si128()))) == 0;
#else
    cs_lattice_bits both = a & b;
    return (both[0] != 0) & (both[1] != 0) & (both[2] != 0) & (both[3] != 0);
#endif
}

static inline bool cs_lattice_any(cs_lattice_bits a)
{
#ifdef __SSE2__
    return _mm_movemask_epi8(_mm_cmpeq_epi32((__m128i)a, _mm_setzero_si128())) != 0xFFFF;
#else
    return (a[0] | a[1] | a[2] | a[3]) != 0;
#endif
}

/* `what` is a code, or a syllable beyond all codes. */
static inline cs_lattice_bits cs_lattice_bits_of(uint32_t what)
{
    return (cs_lattice_bits){1u << (what * 0x9E3779B1u >> 27), 1u << (what * 0x85EBCA6Bu >> 27),
        1u << (what * 0xC2B2AE35u >> 27), 1u << (what * 0x27D4EB2Fu >> 27)};
}

/* A run of codes that stands for a unit, other than the unit itself or a single homophone. */
struct cs_lattice_run {
    uint16_t code[CS_LATTICE_RUN_MAX];
    uint8_t n, channels, sound;
};

/* A code that occurs in terms. */
struct cs_lattice_unit {
    const struct cs_lattice_run *run;
    uint16_t n_run, n_pinyin; /* the first n_pinyin runs are spellings of its readings; the others by code */
    uint16_t code;
    uint16_t unit;        /* cs_code_unit(code) */
    bool sounds;          /* has readings */
    cs_lattice_bits bits; /* its signature */
    uint64_t mask;        /* bit cs_lattice_mask_bit(c) is set when a run begins with code c */
    uint64_t far[4];      /* of codes that merely resemble it: bit c >> 8, counted through */
};

/* A way to write a term: itself, or its initials. */
struct cs_lattice_variant {
    const uint16_t *code;
    uint32_t n, term;
    uint8_t base;     /* channels that this way needs by itself */
    uint8_t channels; /* that may be added */
    uint8_t sound;
};

struct cs_lattice_node {
    uint32_t unit;               /* index of the unit that leads here */
    uint32_t child, n_child;     /* in node[] */
    uint32_t variant, n_variant; /* that end here, in variant[] */
    cs_lattice_bits bits;        /* of the unit */
    cs_lattice_bits buckets;     /* of all variants that end here or below; a bit each */
    uint8_t channels, sound;     /* union and rarest of all that end here or below */
};

/* By distance from the begin of a term: the buckets in which no term has a code there in any disguise. Four
 * lookups for four codes in a row, and an OR, leave the buckets that stay open. */
struct cs_lattice_gate {
    cs_lattice_bits shut[CS_LATTICE_DEPTH];
};

/* Goes over code[0 .. n) in blocks. Returns the begin of the first one in which a term may begin by the gate,
 * or `n` or more. Reads up to 10 codes behind n. */
typedef uint32_t cs_lattice_pass(const struct cs_lattice_gate *gate, const uint16_t *code, uint32_t n);

uint32_t cs_lattice_pass_plainly(const struct cs_lattice_gate *gate, const uint16_t *code, uint32_t n);
/* The fastest one of this processor; all find the same. */
cs_lattice_pass *cs_lattice_pass_best(void);

/* A child of the root that may begin with a certain code, and what may come behind it. */
struct cs_lattice_opening {
    cs_lattice_bits next;
    cs_lattice_bits buckets; /* of the child */
    uint32_t node;
    bool whole;              /* the code is its whole unit; otherwise it begins a run */
    uint8_t channels, sound; /* that a whole unit needs */
};

/* What a code may be: as the first one of a term what it opens, and the units that it may begin behind
 * others. Codes that serve alike, as homophones do, share a row. */
struct cs_lattice_row {
    cs_lattice_bits start;
    uint32_t opening, n_opening; /* in opening[] */
    uint32_t n_near;             /* of them; those behind merely resemble */
};

struct cs_lattice {
    enum cs_matcher_kind kind;
    struct cs_arena arena; /* all the memory */
    uint32_t n_term, n_unit, n_node, n_variant;
    const struct cs_disguisable *term; /* all that the reference has; the other kind has what follows */
    struct cs_lattice_unit *unit;
    struct cs_lattice_variant *variant; /* sorted by code */
    struct cs_lattice_node *node;       /* node[0] is the root; children are neighbours */
    uint16_t *row_of;                   /* by code */
    struct cs_lattice_row *row;
    struct cs_lattice_opening *opening;
    struct cs_lattice_gate *gate; /* by code */
    cs_lattice_bits far;          /* the buckets of terms one unit of which merely resembles */
    cs_lattice_pass *pass;
};

/* Step 1. Fills variant (unsorted) and unit. */
CS_MUST cs_rc cs_lattice_make_variants(struct cs_lattice *l);
CS_MUST cs_rc cs_lattice_make_units(struct cs_lattice *l);
/* Step 2. */
CS_MUST cs_rc cs_lattice_make_trie(struct cs_lattice *l);
/* Step 3: gate, and the buckets of nodes. */
CS_MUST cs_rc cs_lattice_make_gate(struct cs_lattice *l);
/* Step 4. */
CS_MUST cs_rc cs_lattice_make_filter(struct cs_lattice *l);

static inline uint32_t cs_lattice_mask_bit(uint16_t code)
{
    return code >> 10; /* codes are well mixed */
}

/* Whether a run may stand for a unit of a term with these channels and this level. */
static inline bool cs_lattice_allows(uint8_t channels, uint8_t sound, const struct cs_lattice_run *r)
{
    return !(r->channels & ~channels) && r->sound <= sound;
}

#endif
