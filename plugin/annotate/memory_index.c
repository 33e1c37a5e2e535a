#include "annotate/memory_index.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

static uint32_t home(const struct cs_index *t, const uint64_t key[2])
{
    return (uint32_t)key[0] & (t->cap - 1);
}

/* The slot of `key`, or the empty one where it would go. */
static uint32_t find(const struct cs_index *t, const uint64_t key[2])
{
    uint32_t i = home(t, key);
    while (t->slot[i].newest && (t->slot[i].key[0] != key[0] || t->slot[i].key[1] != key[1]))
        i = (i + 1) & (t->cap - 1);
    return i;
}

uint64_t *cs_index_get(const struct cs_index *t, const uint64_t key[2])
{
    if (!t->cap) return NULL;
    struct cs_index_slot *s = &t->slot[find(t, key)];
    return s->newest ? &s->newest : NULL;
}

void cs_index_hint(const struct cs_index *t, const uint64_t key[2])
{
    if (t->cap) __builtin_prefetch(&t->slot[home(t, key)], 1);
}

static cs_rc grow(struct cs_index *t)
{
    struct cs_index wider = {.n = t->n, .cap = t->cap ? t->cap * 2 : FIRST_CAP};
    if (wider.cap < t->cap) return cs_fail(CS_ENOMEM);
    wider.slot = calloc(wider.cap, sizeof *wider.slot);
    if (!wider.slot) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < t->cap; i++)
        if (t->slot[i].newest) wider.slot[find(&wider, t->slot[i].key)] = t->slot[i];
    free(t->slot);
    *t = wider;
    return CS_OK;
}

cs_rc cs_index_touch(struct cs_index *t, const uint64_t key[2], uint64_t **out)
{
    if (t->n >= t->cap / 4 * 3) {
        cs_rc rc = grow(t);
        if (cs_bad(rc)) return rc;
    }
    struct cs_index_slot *s = &t->slot[find(t, key)];
    if (!s->newest) {
        s->key[0] = key[0];
        s->key[1] = key[1];
        t->n++;
    }
    *out = &s->newest;
    return CS_OK;
}

/* Those behind the gap that were pushed off their home move up, so that no search ends too early. */
void cs_index_remove(struct cs_index *t, const uint64_t key[2])
{
    uint32_t mask = t->cap - 1, gap = t->cap ? find(t, key) : 0;
    if (!t->cap || !t->slot[gap].newest) return;
    for (uint32_t i = (gap + 1) & mask; t->slot[i].newest; i = (i + 1) & mask) {
        uint32_t from_home = (i - home(t, t->slot[i].key)) & mask;
        if (from_home < ((i - gap) & mask)) continue;
        t->slot[gap] = t->slot[i];
        gap = i;
    }
    t->slot[gap] = (struct cs_index_slot){0};
    t->n--;
}

void cs_index_clear(struct cs_index *t)
{
    free(t->slot);
    *t = (struct cs_index){0};
}
