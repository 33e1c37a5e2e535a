/* Hash map from byte strings to 32-bit values. Open addressing; keys are copied into the map.
 *
 * One thread at a time. Keys may come from strangers: the hash is keyed with a random `seed`, so that
 * nobody can choose keys that collide. Iteration order is unspecified and must not reach any output. */
#ifndef CS_BASE_MAP_H
#define CS_BASE_MAP_H

#include "base/rc.h"
#include "base/span.h"

struct cs_map_slot;

struct cs_map {
    struct cs_map_slot *slot;
    uint32_t n, cap; /* cap is a power of two, or 0 */
    uint64_t seed;
};

void cs_map_init(struct cs_map *m, uint64_t seed);
/* The value of `key`, or NULL; valid until the next put, remove or clear. */
uint32_t *cs_map_get(const struct cs_map *m, struct cs_span key);
/* Insert or replace. Errors: CS_ENOMEM, with the map unchanged. */
CS_MUST cs_rc cs_map_put(struct cs_map *m, struct cs_span key, uint32_t value);
/* True when the key was there. */
bool cs_map_remove(struct cs_map *m, struct cs_span key);
void cs_map_clear(struct cs_map *m);

#endif
