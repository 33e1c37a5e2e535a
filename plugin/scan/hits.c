#include "scan/hits.h"

#include <stdlib.h>

enum { FIRST_CAP = 1024 };

void cs_hits_begin(struct cs_hits *h, const struct cs_folded *in, uint32_t *flags)
{
    h->n = 0;
    h->disordered = false;
    h->in = in;
    h->flags = flags;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Hits come by rising end, so the message of the next hit is this one or a later one. */
static uint32_t advance(const struct cs_folded *in, uint32_t msg, uint32_t end)
{
    while (end >= in->begin[msg + 1])
        msg++;
    return msg;
}

/* Sort what is there, drop repeats and what goes beyond the bound of a message. Keeping the smallest keys of
 * all so far is exact, in whatever order they came: what was dropped before is greater than what was kept. */
static void settle(struct cs_hits *h)
{
    if (h->disordered) qsort(h->key, h->n, sizeof *h->key, by_key);
    h->disordered = false;
    size_t kept = 0;
    uint32_t msg = 0, of_msg = 0;
    for (size_t i = 0; i < h->n; i++) {
        uint64_t key = h->key[i];
        if (kept && h->key[kept - 1] == key) continue;
        uint32_t at = advance(h->in, msg, (uint32_t)(key >> 32));
        of_msg = at == msg ? of_msg + 1 : 1;
        msg = at;
        if (of_msg <= h->per_message)
            h->key[kept++] = key;
        else if (h->flags)
            h->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
    }
    h->n = kept;
}

/* Settling first keeps a flood in one message from growing the buffer for ever. */
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
    size_t cap = h->cap;
    struct cs_hit *p = realloc(h->hit, cap * sizeof *p);
    if (!p) return false;
    h->hit = p;
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
    *h = (struct cs_hits){.per_message = h->per_message};
}
