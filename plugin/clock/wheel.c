#include "clock/wheel.h"

#include <stdlib.h>
#include <string.h>

enum { RUN = 62 /* entries: a run has 512 bytes */, BITS = 6 };

struct cs_wheel_run {
    struct cs_wheel_run *next;
    uint32_t n;
    struct cs_timer timer[RUN];
};

void cs_wheel_init(struct cs_wheel *w)
{
    memset(w, 0, sizeof *w);
    w->next_ms = CS_WHEEL_TIME_MAX + 1;
}

static void free_runs(struct cs_wheel_run *r)
{
    while (r) {
        struct cs_wheel_run *next = r->next;
        free(r);
        r = next;
    }
}

void cs_wheel_clear(struct cs_wheel *w)
{
    for (uint32_t l = 0; l < CS_WHEEL_LEVELS; l++)
        for (uint32_t k = 0; k < CS_WHEEL_BUCKETS; k++)
            free_runs(w->bucket[l][k]);
    free_runs(w->spare);
    free(w->fired);
    cs_wheel_init(w);
}

/* The level is the highest group of bits in which due time and now differ. */
static uint32_t level_of(int64_t due_ms, int64_t now_ms)
{
    uint64_t differ = (uint64_t)due_ms ^ (uint64_t)now_ms;
    return differ ? (63 - (uint32_t)__builtin_clzll(differ)) / BITS : 0;
}

static uint32_t bucket_of(int64_t due_ms, uint32_t level)
{
    return (uint32_t)((uint64_t)due_ms >> (level * BITS)) & (CS_WHEEL_BUCKETS - 1);
}

static struct cs_wheel_run *take_run(struct cs_wheel *w)
{
    struct cs_wheel_run *r = w->spare;
    if (r)
        w->spare = r->next;
    else
        r = malloc(sizeof *r);
    return r;
}

cs_rc cs_wheel_add(struct cs_wheel *w, int64_t due_ms, uint32_t id)
{
    uint32_t level = level_of(due_ms, w->now_ms), k = bucket_of(due_ms, level), shift = level * BITS;
    int64_t begin = (int64_t)((uint64_t)due_ms >> shift << shift);
    if (begin < w->next_ms) w->next_ms = begin;
    struct cs_wheel_run *r = w->bucket[level][k];
    if (!r || r->n == RUN) {
        struct cs_wheel_run *fresh = take_run(w);
        if (!fresh) return cs_fail(CS_ENOMEM);
        fresh->next = r;
        fresh->n = 0;
        w->bucket[level][k] = r = fresh;
        w->occupied[level] |= 1ull << k;
    }
    r->timer[r->n++] = (struct cs_timer){(uint32_t)due_ms, id};
    w->n++;
    return CS_OK;
}

/* Take bucket `k` of a level off; its runs are the caller's. */
static struct cs_wheel_run *detach(struct cs_wheel *w, uint32_t level, uint32_t k)
{
    struct cs_wheel_run *r = w->bucket[level][k];
    w->bucket[level][k] = NULL;
    w->occupied[level] &= ~(1ull << k);
    return r;
}

static void give_back(struct cs_wheel *w, struct cs_wheel_run *r)
{
    while (r) {
        struct cs_wheel_run *next = r->next;
        r->next = w->spare;
        w->spare = r;
        r = next;
    }
}

/* Spread a bucket over the levels below, now that the wheel stands at its beginning. What is due at this very
 * millisecond lands in the current bucket of the lowest level. */
static cs_rc cascade(struct cs_wheel *w, uint32_t level, uint32_t k)
{
    struct cs_wheel_run *runs = detach(w, level, k);
    while (runs) {
        struct cs_wheel_run *r = runs;
        while (r->n) {
            struct cs_timer t = r->timer[r->n - 1];
            cs_rc rc = cs_wheel_add(w, cs_wheel_time(w, t.due), t.id);
            if (cs_bad(rc)) { /* put the rest back behind whatever came there again */
                struct cs_wheel_run **tail = &w->bucket[level][k];
                while (*tail)
                    tail = &(*tail)->next;
                *tail = runs;
                w->occupied[level] |= 1ull << k;
                return rc;
            }
            r->n--;
            w->n--;
        }
        runs = r->next;
        r->next = w->spare;
        w->spare = r;
    }
    return CS_OK;
}

/* First instant at which a bucket of this level must be looked at, or false. */
static bool next_of_level(const struct cs_wheel *w, uint32_t level, int64_t *at)
{
    if (!w->occupied[level]) return false;
    uint32_t shift = level * BITS, here = bucket_of(w->now_ms, level);
    uint64_t turned =
        here ? w->occupied[level] >> here | w->occupied[level] << (64 - here) : w->occupied[level];
    uint64_t ahead = (uint64_t)__builtin_ctzll(turned);
    uint64_t base = (uint64_t)w->now_ms >> shift << shift;
    *at = (int64_t)(base + (ahead << shift));
    return true;
}

/* The next bucket to be looked at; *at stays as it is when there is none. */
static void earliest(const struct cs_wheel *w, uint32_t *level, int64_t *at)
{
    for (uint32_t l = 0; l < CS_WHEEL_LEVELS; l++) {
        int64_t t;
        /* Of equal times the highest level first: it may hold entries of the same millisecond. */
        if (next_of_level(w, l, &t) && t <= *at) *level = l, *at = t;
    }
}

static cs_rc lend(struct cs_wheel *w, uint32_t k, uint32_t **out, uint32_t *n)
{
    uint32_t count = 0;
    for (const struct cs_wheel_run *r = w->bucket[0][k]; r; r = r->next)
        count += r->n;
    if (count > w->cap_fired) {
        uint32_t *p = realloc(w->fired, (size_t)count * 2 * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        w->fired = p;
        w->cap_fired = count * 2;
    }
    struct cs_wheel_run *runs = detach(w, 0, k);
    for (const struct cs_wheel_run *r = runs; r; r = r->next) {
        for (uint32_t i = 0; i < r->n; i++)
            w->fired[(*n)++] = r->timer[i].id;
    }
    give_back(w, runs);
    w->n -= count;
    *out = w->fired;
    return CS_OK;
}

cs_rc cs_wheel_next(struct cs_wheel *w, int64_t until_ms, uint32_t **out, uint32_t *n)
{
    *n = 0;
    for (;;) {
        uint32_t level = 0;
        int64_t at = CS_WHEEL_TIME_MAX + 1;
        if (until_ms >= w->next_ms) earliest(w, &level, &at);
        if (at > until_ms) {
            if (until_ms >= w->next_ms) w->next_ms = at;
            if (until_ms > w->now_ms) w->now_ms = until_ms;
            return CS_OK;
        }
        w->now_ms = at;
        cs_rc rc = level ? cascade(w, level, bucket_of(at, level)) : lend(w, bucket_of(at, 0), out, n);
        if (cs_bad(rc) || *n) return rc;
    }
}

uint64_t cs_wheel_bytes(const struct cs_wheel *w)
{
    uint64_t bytes = sizeof *w + w->cap_fired * sizeof *w->fired;
    for (uint32_t l = 0; l < CS_WHEEL_LEVELS; l++)
        for (uint32_t k = 0; k < CS_WHEEL_BUCKETS; k++)
            for (const struct cs_wheel_run *r = w->bucket[l][k]; r; r = r->next)
                bytes += sizeof *r;
    for (const struct cs_wheel_run *r = w->spare; r; r = r->next)
        bytes += sizeof *r;
    return bytes;
}
