/* Messages of a partition in the order of their records, in a ring; each leads to the one before it in its
 * conversation. What is too old leaves at the other end of the ring. */
#include "annotate/memory.h"

#include "annotate/memory_index.h"
#include "base/hash.h"

#include <stdlib.h>

enum { RING_FIRST = 256 };

/* A queue of equal elements numbered from 0 on: first .. next - 1 are held. */
struct ring {
    uint8_t *at;
    uint64_t first, next, cap; /* cap is a power of two, or 0 */
    size_t size;
};

struct shard {
    int32_t partition;
    struct ring said, fact;
    struct cs_index newest;
};

struct cs_memory {
    struct shard *shard;
    uint32_t n_shard, cap_shard;
    int64_t window_ms;
    uint32_t messages_max;
    uint64_t seed[2];
};

static void *ring_at(const struct ring *r, uint64_t number)
{
    return r->at + (number & (r->cap - 1)) * r->size;
}

/* Room for `more` elements behind the last. */
static cs_rc ring_reserve(struct ring *r, uint64_t more)
{
    uint64_t held = r->next - r->first, cap = r->cap ? r->cap : RING_FIRST;
    if (r->cap - held >= more) return CS_OK;
    while (cap < held + more)
        cap *= 2;
    struct ring wider = {.first = r->first, .next = r->next, .cap = cap, .size = r->size};
    wider.at = cap <= SIZE_MAX / r->size ? malloc((size_t)cap * r->size) : NULL;
    if (!wider.at) return cs_fail(CS_ENOMEM);
    for (uint64_t i = r->first; i < r->next; i++)
        memcpy(ring_at(&wider, i), ring_at(r, i), r->size);
    free(r->at);
    *r = wider;
    return CS_OK;
}

cs_rc cs_memory_new(int64_t window_ms, uint32_t messages_max, struct cs_memory **out)
{
    struct cs_memory *m = calloc(1, sizeof *m);
    if (!m) return cs_fail(CS_ENOMEM);
    m->window_ms = window_ms;
    m->messages_max = messages_max ? messages_max : CS_MEMORY_MESSAGES_DEFAULT;
    m->seed[0] = cs_hash_seed();
    m->seed[1] = cs_hash_seed();
    *out = m;
    return CS_OK;
}

static void shard_clear(struct shard *s)
{
    free(s->said.at);
    free(s->fact.at);
    cs_index_clear(&s->newest);
}

void cs_memory_free(struct cs_memory **m)
{
    if (!*m) return;
    for (uint32_t i = 0; i < (*m)->n_shard; i++)
        shard_clear(&(*m)->shard[i]);
    free((*m)->shard);
    free(*m);
    *m = NULL;
}

static uint32_t shard_find(const struct cs_memory *m, int32_t partition)
{
    uint32_t i = 0;
    while (i < m->n_shard && m->shard[i].partition != partition)
        i++;
    return i;
}

static cs_rc shard_of(struct cs_memory *m, int32_t partition, struct shard **out)
{
    uint32_t i = shard_find(m, partition);
    if (i == m->cap_shard) {
        uint32_t cap = m->cap_shard ? m->cap_shard * 2 : 8;
        struct shard *wider = realloc(m->shard, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        m->shard = wider;
        m->cap_shard = cap;
    }
    if (i == m->n_shard) {
        m->shard[m->n_shard++] = (struct shard){.partition = partition,
            .said = {.size = sizeof(struct cs_said)},
            .fact = {.size = sizeof(uint64_t)}};
    }
    *out = &m->shard[i];
    return CS_OK;
}

uint64_t cs_memory_hash(const struct cs_memory *m, struct cs_span value)
{
    return cs_hash(value, m->seed[0]);
}

void cs_memory_place(const struct cs_memory *m, const struct cs_batch *b, uint32_t i, struct cs_said *s)
{
    *s = (struct cs_said){.placed = !b->dead[i] && b->shop[i].len && b->buyer[i].len};
    if (!s->placed) return;
    uint64_t shop = cs_hash(b->shop[i], cs_hash(b->platform[i], m->seed[0]));
    s->conversation[0] = cs_hash(b->buyer[i], shop);
    s->conversation[1] = cs_hash(b->buyer[i], shop ^ m->seed[1]);
    s->sender = b->role[i] == CS_ROLE_BUYER ? 0 : cs_hash(b->agent[i], m->seed[0] + b->role[i]) | 1;
    s->offset = b->offset[i];
    s->record_ms = b->record_ms[i];
    s->sent_ms = b->sent_ms[i];
    s->role = b->role[i];
}

void cs_memory_hint_index(const struct cs_memory *m, int32_t partition, const struct cs_said *s)
{
    uint32_t shard = shard_find(m, partition);
    if (s->placed && shard < m->n_shard) cs_index_hint(&m->shard[shard].newest, s->conversation);
}

void cs_memory_hint_before(const struct cs_memory *m, int32_t partition, const struct cs_said *s)
{
    uint32_t shard = shard_find(m, partition);
    const uint64_t *newest = NULL;
    if (s->placed && shard < m->n_shard) newest = cs_index_get(&m->shard[shard].newest, s->conversation);
    if (!newest) return;
    const struct cs_said *before = ring_at(&m->shard[shard].said, *newest - 1);
    __builtin_prefetch(before);
    __builtin_prefetch(&before->before); /* messages lie across lines */
}

/* Longer ago than the window, without overflow for hostile times. */
static bool is_old(const struct cs_memory *m, int64_t then_ms, int64_t now_ms)
{
    int64_t age;
    if (__builtin_sub_overflow(now_ms, then_ms, &age)) return now_ms > then_ms;
    return age > m->window_ms;
}

struct cs_recall cs_memory_recall(const struct cs_memory *m, int32_t partition, const struct cs_said *s)
{
    struct cs_recall r = {.memory = m, .shard = shard_find(m, partition), .record_ms = s->record_ms};
    if (r.shard == m->n_shard) return r;
    const uint64_t *newest = cs_index_get(&m->shard[r.shard].newest, s->conversation);
    if (newest) r.next = *newest;
    return r;
}

const struct cs_said *cs_recall_next(struct cs_recall *r)
{
    if (!r->next || r->steps == CS_MEMORY_STEPS) return NULL;
    const struct ring *ring = &r->memory->shard[r->shard].said;
    if (r->next - 1 < ring->first) return NULL;
    const struct cs_said *s = ring_at(ring, r->next - 1);
    r->steps++;
    r->next = s->before;
    return is_old(r->memory, s->record_ms, r->record_ms) ? NULL : s;
}

const uint64_t *cs_recall_fact(const struct cs_recall *r, const struct cs_said *s, uint32_t k)
{
    return ring_at(&r->memory->shard[r->shard].fact, s->fact + k);
}

static void forget_first(struct shard *s)
{
    const struct cs_said *old = ring_at(&s->said, s->said.first);
    const uint64_t *newest = cs_index_get(&s->newest, old->conversation);
    if (newest && *newest == s->said.first + 1) cs_index_remove(&s->newest, old->conversation);
    s->fact.first += old->n_fact;
    s->said.first++;
}

static void forget(const struct cs_memory *m, struct shard *s, int64_t now_ms)
{
    while (s->said.first < s->said.next) {
        const struct cs_said *old = ring_at(&s->said, s->said.first);
        bool crowded = s->said.next - s->said.first >= m->messages_max;
        if (!crowded && !is_old(m, old->record_ms, now_ms)) return;
        forget_first(s);
    }
}

cs_rc cs_memory_keep(
    struct cs_memory *m, int32_t partition, const struct cs_said *said, const uint64_t *fact, uint32_t n)
{
    struct shard *s;
    uint64_t *newest;
    cs_rc rc = shard_of(m, partition, &s);
    if (cs_bad(rc)) return rc;
    forget(m, s, said->record_ms);
    rc = ring_reserve(&s->said, 1);
    if (!cs_bad(rc)) rc = ring_reserve(&s->fact, n);
    if (!cs_bad(rc)) rc = cs_index_touch(&s->newest, said->conversation, &newest);
    if (cs_bad(rc)) return rc;
    struct cs_said *to = ring_at(&s->said, s->said.next);
    *to = *said;
    to->n_fact = n;
    to->fact = s->fact.next;
    to->before = *newest;
    *newest = ++s->said.next;
    for (uint32_t k = 0; k < n; k++)
        memcpy(ring_at(&s->fact, s->fact.next++), &fact[k], sizeof *fact);
    return CS_OK;
}

void cs_memory_drop(struct cs_memory *m, int32_t partition)
{
    uint32_t i = shard_find(m, partition);
    if (i == m->n_shard) return;
    shard_clear(&m->shard[i]);
    m->shard[i] = m->shard[--m->n_shard];
}

uint64_t cs_memory_messages(const struct cs_memory *m)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < m->n_shard; i++)
        n += m->shard[i].said.next - m->shard[i].said.first;
    return n;
}
