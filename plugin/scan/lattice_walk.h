/* One walk from one code along the trie; internal to scan/. */
#ifndef CS_SCAN_LATTICE_WALK_H
#define CS_SCAN_LATTICE_WALK_H

#include "scan/lattice_set.h"

/* A term found from the place where the walk began. */
struct cs_lattice_find {
    uint32_t term, end;
    uint8_t channels;
};

struct cs_lattice_walk {
    const struct cs_lattice *l;
    const uint16_t *code;         /* the buffer */
    uint32_t stop;                /* end of the message in it */
    uint32_t steps;               /* left */
    struct cs_lattice_find *find; /* at most one for each term and end: the strongest */
    size_t n, cap;
    bool no_memory;
};

/* For the walks: note a find. False when memory is out. */
bool cs_lattice_found(struct cs_lattice_walk *w, struct cs_lattice_find find);
/* For the walks: sort, and keep the strongest of several finds of one term and end. */
void cs_lattice_settle(struct cs_lattice_walk *w);

/* Codes of the batch with which a term may begin, judged by themselves and the next one: all that begin one,
 * and a few more. `place` has room for in->n_code + 1; in->n_code > 0. Returns their number. */
size_t cs_lattice_places(const struct cs_lattice *l, const struct cs_folded *in, uint32_t *place);

/* Find all that begins with code `at`, terms in no disguise included. find[0 .. n) is sorted by end, then
 * term. False when steps or memory ran out: what was found stands. */
bool cs_lattice_walk(struct cs_lattice_walk *w, uint32_t at);

#endif
