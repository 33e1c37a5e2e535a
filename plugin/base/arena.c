#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

enum { ALIGN = 16 };

struct cs_arena_chunk {
    struct cs_arena_chunk *next;
    size_t size, used; /* bytes behind the head */
    _Alignas(ALIGN) uint8_t data[];
};

void cs_arena_init(struct cs_arena *a, size_t chunk_bytes, size_t limit)
{
    *a = (struct cs_arena){.chunk_bytes = chunk_bytes, .limit = limit};
}

static struct cs_arena_chunk *chunk_new(struct cs_arena *a, size_t need)
{
    size_t size = need > a->chunk_bytes ? need : a->chunk_bytes;
    if (size > SIZE_MAX / 2) return NULL;
    size_t total = sizeof(struct cs_arena_chunk) + size;
    if (a->limit && (total > a->limit || a->held > a->limit - total)) return NULL;
    struct cs_arena_chunk *c = malloc(total);
    if (!c) return NULL;
    *c = (struct cs_arena_chunk){.size = size};
    a->held += total;
    return c;
}

/* Make `cur` a chunk with `need` free bytes: the next kept one that fits, else a new one behind `cur`. */
static bool chunk_advance(struct cs_arena *a, size_t need)
{
    struct cs_arena_chunk *next = a->cur ? a->cur->next : a->first;
    while (next && next->size < need) {
        next->used = 0;
        a->cur = next;
        next = next->next;
    }
    if (next) {
        next->used = 0;
        a->cur = next;
        return true;
    }
    struct cs_arena_chunk *c = chunk_new(a, need);
    if (!c) return false;
    if (a->cur)
        a->cur->next = c;
    else
        a->first = c;
    a->cur = c;
    return true;
}

void *cs_arena_alloc(struct cs_arena *a, size_t size)
{
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!a->cur || a->cur->size - a->cur->used < size)
        if (!chunk_advance(a, size)) return NULL;
    void *p = a->cur->data + a->cur->used;
    a->cur->used += size;
    return p;
}

void cs_arena_trim(struct cs_arena *a, const void *end)
{
    size_t used = (size_t)((const uint8_t *)end - a->cur->data);
    used = (used + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    assert(used <= a->cur->used);
    a->cur->used = used;
}

void *cs_arena_zalloc(struct cs_arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / 2 / size) return NULL;
    void *p = cs_arena_alloc(a, n * size);
    return p ? memset(p, 0, n * size) : NULL;
}

char *cs_arena_strdup(struct cs_arena *a, struct cs_span s)
{
    char *p = cs_arena_alloc(a, s.len + 1);
    if (!p) return NULL;
    if (s.len) memcpy(p, s.ptr, s.len);
    p[s.len] = 0;
    return p;
}

struct cs_arena_mark cs_arena_mark(const struct cs_arena *a)
{
    return (struct cs_arena_mark){a->cur, a->cur ? a->cur->used : 0};
}

void cs_arena_rewind(struct cs_arena *a, struct cs_arena_mark m)
{
    if (!m.cur) {
        cs_arena_reset(a);
        return;
    }
    a->cur = m.cur;
    a->cur->used = m.used;
}

void cs_arena_reset(struct cs_arena *a)
{
    a->cur = NULL;
    if (a->first) {
        a->first->used = 0;
        a->cur = a->first;
    }
}

void cs_arena_clear(struct cs_arena *a)
{
    for (struct cs_arena_chunk *c = a->first; c;) {
        struct cs_arena_chunk *next = c->next;
        free(c);
        c = next;
    }
    cs_arena_init(a, a->chunk_bytes, a->limit);
}
