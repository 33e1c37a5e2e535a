#include "scan/hits.h"

#include <stdlib.h>

enum { FIRST_CAP = 1024, KEPT_MAX = 1 << 16 };

void cs_hits_begin(struct cs_hits *h, const struct cs_folded *in)
{
    if (h->cap > KEPT_MAX) cs_hits_clear(h);
    h->n = 0;
    h->disordered = false;
    h->in = in;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Hits come by rising end, so the message of the next hit is this one or a later one. Four at a time, for how
 * many there are between two hits cannot be predicted. */
static inline uint32_t advance(const struct cs_folded *in, uint32_t msg, uint32_t end)
{
    enum { STEP = 4 };
    for (uint32_t n = STEP; n == STEP && msg + STEP < in->n; msg += n) {
        const uint32_t *next = in->begin + msg + 1;
        n = (uint32_t)(end >= next[0]) + (end >= next[1]) + (end >= next[2]) + (end >= next[3]);
    }
    while (end >= in->begin[msg + 1])
        msg++;
    return msg;
}

/* In practice only neighbours are in disorder, patterns that end at one place: moving each key back to where
 * it belongs takes a few steps, a general sort a thousand instructions a message. False, with the keys in
 * some order, when it would take many. */
static bool sort_neighbours(uint64_t *key, size_t n)
{
    enum { STEPS_A_KEY = 4 };
    size_t left = n * STEPS_A_KEY;
    for (size_t i = 1; i < n; i++) {
        uint64_t k = key[i];
        size_t at = i;
        for (; at > 0 && key[at - 1] > k && left; at--, left--)
            key[at] = key[at - 1];
        key[at] = k;
        if (!left) return false;
    }
    return true;
}

/* Sort what is there and drop repeats. */
static void settle(struct cs_hits *h)
{
    if (!h->disordered) return;
    if (!sort_neighbours(h->key, h->n)) qsort(h->key, h->n, sizeof *h->key, by_key);
    h->disordered = false;
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++)
        if (!kept || h->key[kept - 1] != h->key[i]) h->key[kept++] = h->key[i];
    h->n = kept;
}

/* Settling first keeps repeats from growing the buffer for ever. */
bool cs_hits_room(struct cs_hits *h)
{
    settle(h);
    if (h->n < h->cap / 2) return true;
    size_t cap = h->cap ? h->cap * 2 : FIRST_CAP;
    uint64_t *p = realloc(h->key, cap * sizeof *p);
    if (!p) return h->n < h->cap;
    h->key = p;
    h->cap = cap;
    return true;
}

static bool hit_room(struct cs_hits *h)
{
    if (h->n <= h->hit_cap) return true;
    size_t cap = h->n + h->n / 8 + FIRST_CAP;
    free(h->hit);
    h->hit_cap = 0;
    h->hit = malloc(cap * sizeof *h->hit);
    if (!h->hit) return false;
    h->hit_cap = cap;
    return true;
}

cs_rc cs_hits_finish(struct cs_hits *h, const struct cs_hit **hit, uint32_t *n_hit)
{
    settle(h);
    if (h->n > UINT32_MAX || !hit_room(h)) return cs_fail(CS_ENOMEM);
    uint32_t msg = 0;
    for (size_t i = 0; i < h->n; i++) {
        uint32_t end = (uint32_t)(h->key[i] >> 32);
        msg = advance(h->in, msg, end);
        h->hit[i] = (struct cs_hit){msg, (uint32_t)h->key[i], end - h->in->begin[msg]};
    }
    *hit = h->hit;
    *n_hit = (uint32_t)h->n;
    return CS_OK;
}

void cs_hits_clear(struct cs_hits *h)
{
    free(h->key);
    free(h->hit);
    *h = (struct cs_hits){0};
}
