/* The newest message of each conversation: an open-addressing table that also forgets; internal to annotate/.
 */
#ifndef CS_ANNOTATE_MEMORY_INDEX_H
#define CS_ANNOTATE_MEMORY_INDEX_H

#include "base/rc.h"

#include <stdint.h>

struct cs_index_slot {
    uint64_t key[2];
    uint64_t newest; /* 1 + number of the message; 0: the slot is empty */
};

struct cs_index {
    struct cs_index_slot *slot;
    uint32_t n, cap; /* cap is a power of two, or 0 */
};

/* Where the newest message of this conversation is told, or NULL. */
uint64_t *cs_index_get(const struct cs_index *t, const uint64_t key[2]);
/* Ask the processor for it. */
void cs_index_hint(const struct cs_index *t, const uint64_t key[2]);
/* The same, made if need be, with 0 in it. The caller sets it at once. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_index_touch(struct cs_index *t, const uint64_t key[2], uint64_t **out);
void cs_index_remove(struct cs_index *t, const uint64_t key[2]);
void cs_index_clear(struct cs_index *t);

#endif
