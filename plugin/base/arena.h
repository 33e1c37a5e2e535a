/* A bump allocator whose memory dies all at once.
 *
 * One thread at a time. Memory comes in chunks that reset() keeps for the next round, so that a warm
 * arena does not call malloc. What it cannot do: free one object, grow in place, run destructors; an
 * object kept by mistake dangles after reset(). Alignment is 16 bytes. */
#ifndef CS_BASE_ARENA_H
#define CS_BASE_ARENA_H

#include "base/rc.h"
#include "base/span.h"

#include <stddef.h>

struct cs_arena_chunk;

struct cs_arena {
    struct cs_arena_chunk *first, *cur;
    size_t chunk_bytes; /* size of a fresh chunk */
    size_t limit;       /* most bytes ever held, chunk heads included */
    size_t held;        /* bytes held now */
};

/* Prepare an empty arena; takes no memory yet. `limit` 0 means no limit. */
void cs_arena_init(struct cs_arena *a, size_t chunk_bytes, size_t limit);
/* `size` bytes, uninitialised, or NULL when memory or the limit is exhausted. Size 0 gives a valid pointer.
 */
CS_MUST void *cs_arena_alloc(struct cs_arena *a, size_t size);
/* Give back what the object that was allocated last has behind `end`. */
void cs_arena_trim(struct cs_arena *a, const void *end);
/* n * size bytes set to zero, or NULL (also when the product overflows). */
CS_MUST void *cs_arena_zalloc(struct cs_arena *a, size_t n, size_t size);
/* Copy of `s` with a NUL behind it, or NULL. */
CS_MUST char *cs_arena_strdup(struct cs_arena *a, struct cs_span s);
/* A moment in the life of an arena. */
struct cs_arena_mark {
    struct cs_arena_chunk *cur;
    size_t used;
};
struct cs_arena_mark cs_arena_mark(const struct cs_arena *a);
/* Forget every object made since `m`, keep the chunks. Marks are rewound in the reverse order of their
 * making, and none outlives reset() or clear(). */
void cs_arena_rewind(struct cs_arena *a, struct cs_arena_mark m);
/* Forget every object, keep the chunks. */
void cs_arena_reset(struct cs_arena *a);
/* Give everything back; the arena is as after init(). */
void cs_arena_clear(struct cs_arena *a);

#endif
