#include "base/map.h"

#include "base/hash.h"

#include <stdlib.h>

/* An empty slot has no key. Removal moves later slots back, so there are no tombstones. */
struct cs_map_slot {
    uint8_t *key;
    uint32_t len, value;
    uint64_t hash;
};

void cs_map_init(struct cs_map *m, uint64_t seed)
{
    *m = (struct cs_map){.seed = seed};
}

/* The slot of `key`, or the empty slot where it belongs. The table is never full. */
static uint32_t find(const struct cs_map *m, struct cs_span key, uint64_t hash)
{
    uint32_t mask = m->cap - 1, i = (uint32_t)hash & mask;
    for (; m->slot[i].key; i = (i + 1) & mask) {
        const struct cs_map_slot *s = &m->slot[i];
        if (s->hash == hash && cs_span_eq(cs_span_of(s->key, s->len), key)) break;
    }
    return i;
}

uint32_t *cs_map_get(const struct cs_map *m, struct cs_span key)
{
    if (!m->cap) return NULL;
    struct cs_map_slot *s = &m->slot[find(m, key, cs_hash(key, m->seed))];
    return s->key ? &s->value : NULL;
}

static cs_rc grow(struct cs_map *m)
{
    uint32_t cap = m->cap ? m->cap * 2 : 16;
    struct cs_map_slot *slot = cap ? calloc(cap, sizeof *slot) : NULL;
    if (!slot) return cs_fail(CS_ENOMEM);
    struct cs_map wider = {.slot = slot, .n = m->n, .cap = cap, .seed = m->seed};
    for (uint32_t i = 0; i < m->cap; i++) {
        const struct cs_map_slot *s = &m->slot[i];
        if (s->key) slot[find(&wider, cs_span_of(s->key, s->len), s->hash)] = *s;
    }
    free(m->slot);
    *m = wider;
    return CS_OK;
}

cs_rc cs_map_put(struct cs_map *m, struct cs_span key, uint32_t value)
{
    if (key.len > UINT32_MAX) return cs_fail(CS_ELIMIT);
    if ((uint64_t)m->n * 4 >= (uint64_t)m->cap * 3) {
        cs_rc rc = grow(m);
        if (cs_bad(rc)) return rc;
    }
    uint64_t hash = cs_hash(key, m->seed);
    struct cs_map_slot *s = &m->slot[find(m, key, hash)];
    if (!s->key) {
        uint8_t *copy = malloc(key.len + 1);
        if (!copy) return cs_fail(CS_ENOMEM);
        if (key.len) memcpy(copy, key.ptr, key.len);
        *s = (struct cs_map_slot){.key = copy, .len = (uint32_t)key.len, .hash = hash};
        m->n++;
    }
    s->value = value;
    return CS_OK;
}

bool cs_map_remove(struct cs_map *m, struct cs_span key)
{
    if (!m->cap) return false;
    uint32_t mask = m->cap - 1, hole = find(m, key, cs_hash(key, m->seed));
    if (!m->slot[hole].key) return false;
    free(m->slot[hole].key);
    m->slot[hole].key = NULL;
    m->n--;
    for (uint32_t i = (hole + 1) & mask; m->slot[i].key; i = (i + 1) & mask) {
        uint32_t home = (uint32_t)m->slot[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        m->slot[hole] = m->slot[i];
        m->slot[i].key = NULL;
        hole = i;
    }
    return true;
}

void cs_map_clear(struct cs_map *m)
{
    for (uint32_t i = 0; i < m->cap; i++)
        free(m->slot[i].key);
    free(m->slot);
    cs_map_init(m, m->seed);
}
