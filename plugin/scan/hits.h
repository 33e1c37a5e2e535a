/* Collects the hits of one scan and puts them into their final form: sorted and without repeats.
 *
 * An engine may report in any order and more than once; in practice almost everything comes sorted, and then
 * nothing is sorted again. One thread; the owner clears it.
 *
 * Nothing is left out: a text stuffed with harmless hits must not hide a violation behind them. Hits are
 * bounded by the bytes of the batch: at most 2 codes a byte (1 for ASCII, 1/3 for Han), and at each code as
 * many hits as patterns end there, which is the longest chain of patterns that are endings of each other
 * (1 to 4 in the shipped packs, 256 at most because their lengths differ). A hit takes up to 16 bytes as a
 * key and 12 to 14 as a hit: 30 bytes. What a flood took is given back at the next begin. */
#ifndef CS_SCAN_HITS_H
#define CS_SCAN_HITS_H

#include "record/batch.h"

struct cs_hits {
    uint64_t *key; /* end of the hit in the scanned buffer << 32 | pattern */
    size_t n, cap;
    struct cs_hit *hit;
    size_t hit_cap;
    bool disordered;            /* some key is not greater than the one before it */
    const struct cs_folded *in; /* of the scan in hand; borrowed */
};

/* Begin a scan of `in`. */
void cs_hits_begin(struct cs_hits *h, const struct cs_folded *in);
/* Make room for one more key, by settling or by growing. False when memory is out. */
CS_MUST bool cs_hits_room(struct cs_hits *h);
/* Finish: *hit is lent until the next begin or clear. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_hits_finish(struct cs_hits *h, const struct cs_hit **hit, uint32_t *n_hit);
void cs_hits_clear(struct cs_hits *h);

/* Pattern `pattern` ends right before code `end` of the whole buffer. False when memory is out. */
static inline bool cs_hits_add(struct cs_hits *h, uint32_t pattern, uint32_t end)
{
    if (h->n == h->cap && !cs_hits_room(h)) return false;
    uint64_t key = (uint64_t)end << 32 | pattern;
    if (h->n && h->key[h->n - 1] >= key) h->disordered = true;
    h->key[h->n++] = key;
    return true;
}

#endif
