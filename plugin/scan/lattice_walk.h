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
    cs_lattice_bits buckets;      /* of the terms that may be found */
    cs_lattice_bits far;          /* those among them that have a unit which merely resembles */
    struct cs_lattice_find *find; /* at most one for each term and end: the strongest */
    size_t n, cap;
    bool no_memory;
};

/* For the walks: note a find. False when memory is out. */
bool cs_lattice_found(struct cs_lattice_walk *w, struct cs_lattice_find find);
/* For the walks: sort, and keep the strongest of several finds of one term and end. */
void cs_lattice_settle(struct cs_lattice_walk *w);

/* Where a walk may begin, and the buckets of the terms that it may find. */
struct cs_lattice_place {
    cs_lattice_bits buckets;
    uint32_t at;
};

enum { CS_LATTICE_PLACES = 256 };

/* Codes of the batch from *next on with which a term may begin, judged by them and the three behind: all that
 * begin one in disguise, and a few more. Stops when `place`, which has room for CS_LATTICE_PLACES, is nearly
 * full; *next is then where to go on, otherwise in->n_code. Returns their number. */
size_t cs_lattice_places(
    const struct cs_lattice *l, const struct cs_folded *in, uint32_t *next, struct cs_lattice_place *place);

/* Find all that begins at a place, terms in no disguise included. find[0 .. n) is sorted by end, then term.
 * False when steps or memory ran out: what was found stands. */
bool cs_lattice_walk(struct cs_lattice_walk *w, const struct cs_lattice_place *place);

#endif
