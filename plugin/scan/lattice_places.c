#include "scan/lattice_walk.h"

/* What four codes in a row tell: terms are dealt into buckets, and for every code and each distance from the
 * begin of a term it is known in which buckets no term has it there, in any disguise. Four lookups and three
 * ORs leave the buckets that stay open: a shift-or automaton with buckets for bits. What the terms of a
 * bucket have at the four distances is taken for independent, so that a gate is rarely open for nothing, but
 * never shut on a term. */
enum { BLOCK = 16 /* codes judged at once */ };

/* What is shut at each of 16 codes in a row. Returns what is shut at all of them. */
static inline cs_lattice_bits judge_block(
    const struct cs_lattice_gate *gate, const uint16_t *code, cs_lattice_bits shut[BLOCK])
{
    cs_lattice_bits all = ~(cs_lattice_bits){0};
    const struct cs_lattice_gate *a = &gate[code[0]], *b = &gate[code[1]], *c = &gate[code[2]];
#pragma GCC unroll 16
    for (int i = 0; i < BLOCK; i++) {
        const struct cs_lattice_gate *d = &gate[code[i + 3]];
        shut[i] = a->shut[0] | b->shut[1] | c->shut[2] | d->shut[3];
        all &= shut[i];
        a = b;
        b = c;
        c = d;
    }
    return all;
}

/* The places among `n` codes that were judged. */
static size_t add_places(
    const cs_lattice_bits shut[BLOCK], uint32_t at, uint32_t n, struct cs_lattice_place *place)
{
    size_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        place[found] = (struct cs_lattice_place){~shut[i], at + i};
        found += cs_lattice_any(~shut[i]);
    }
    return found;
}

size_t cs_lattice_places(
    const struct cs_lattice *l, const struct cs_folded *in, uint32_t *next, struct cs_lattice_place *place)
{
    cs_lattice_bits shut[BLOCK];
    uint32_t at = *next;
    size_t n = 0;
    for (; at < in->n_code && n <= CS_LATTICE_PLACES - BLOCK; at += BLOCK) {
        uint32_t left = in->n_code - at;
        if (cs_lattice_any(~judge_block(l->gate, in->code + at, shut)))
            n += add_places(shut, at, left < BLOCK ? left : BLOCK, place + n);
    }
    *next = at < in->n_code ? at : in->n_code;
    return n;
}
