#include "scan/lattice_walk.h"

/* What four codes in a row tell: terms are dealt into buckets, and for every code and each distance from the
 * begin of a term it is known in which buckets no term has it there, in any disguise. Four lookups and three
 * ORs leave the buckets that stay open: a shift-or automaton with buckets for bits. What the terms of a
 * bucket have at the four distances is taken for independent, so that a gate is rarely open for nothing, but
 * never shut on a term. */

static inline cs_lattice_bits shut_at(const struct cs_lattice_gate *gate, const uint16_t *code)
{
    return gate[code[0]].shut[0] | gate[code[1]].shut[1] | gate[code[2]].shut[2] | gate[code[3]].shut[3];
}

/* What is shut at all codes of a block. */
static inline cs_lattice_bits shut_in_block(const struct cs_lattice_gate *gate, const uint16_t *code)
{
    cs_lattice_bits shut = ~(cs_lattice_bits){0};
    const struct cs_lattice_gate *a = &gate[code[0]], *b = &gate[code[1]], *c = &gate[code[2]];
#pragma GCC unroll 8
    for (int i = 0; i < CS_LATTICE_BLOCK; i++) {
        const struct cs_lattice_gate *d = &gate[code[i + 3]];
        shut &= a->shut[0] | b->shut[1] | c->shut[2] | d->shut[3];
        a = b;
        b = c;
        c = d;
    }
    return shut;
}

uint32_t cs_lattice_pass_plainly(const struct cs_lattice_gate *gate, const uint16_t *code, uint32_t n)
{
    uint32_t at = 0;
    while (at < n && !cs_lattice_any(~shut_in_block(gate, code + at)))
        at += CS_LATTICE_BLOCK;
    return at;
}

/* The places of a block. */
static size_t add_places(
    const struct cs_lattice *l, const struct cs_folded *in, uint32_t block, struct cs_lattice_place *place)
{
    size_t found = 0;
    for (uint32_t at = block; at < block + CS_LATTICE_BLOCK && at < in->n_code; at++) {
        cs_lattice_bits open = ~shut_at(l->gate, in->code + at);
        place[found] = (struct cs_lattice_place){open, at};
        found += cs_lattice_any(open);
    }
    return found;
}

size_t cs_lattice_places(
    const struct cs_lattice *l, const struct cs_folded *in, uint32_t *next, struct cs_lattice_place *place)
{
    size_t n = 0;
    while (*next < in->n_code && n <= CS_LATTICE_PLACES - CS_LATTICE_BLOCK) {
        *next += l->pass(l->gate, in->code + *next, in->n_code - *next);
        if (*next < in->n_code) n += add_places(l, in, *next, place + n);
        *next += CS_LATTICE_BLOCK;
    }
    if (*next > in->n_code) *next = in->n_code;
    return n;
}
