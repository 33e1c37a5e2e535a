#include "pipeline/memory_log.h"

#include <stdlib.h>

/* splitmix64: small, seedable, good enough to draw faults. */
uint64_t cs_memory_random(struct cs_memory *m)
{
    uint64_t z = (m->random += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

bool cs_memory_chance(struct cs_memory *m, uint32_t one_in)
{
    return one_in && cs_memory_random(m) % one_in == 0;
}

static struct cs_span dup(struct cs_span s)
{
    uint8_t *p = s.ptr ? malloc(s.len + 1) : NULL;
    if (p && s.len) memcpy(p, s.ptr, s.len);
    return cs_span_of(p, p ? s.len : 0);
}

static cs_rc reserve(struct cs_memory_log *log)
{
    if (log->n < log->cap) return CS_OK;
    uint64_t cap = log->cap ? log->cap * 2 : 64;
    struct cs_memory_event *at = realloc(log->at, cap * sizeof *at);
    if (at) log->at = at;
    int64_t *ms = realloc(log->ms, cap * sizeof *ms);
    if (ms) log->ms = ms;
    if (!at || !ms) return cs_fail(CS_ENOMEM);
    log->cap = cap;
    return CS_OK;
}

cs_rc cs_memory_append(struct cs_memory_log *log, const struct cs_memory_event *e, int64_t ms)
{
    cs_rc rc = reserve(log);
    if (cs_bad(rc)) return rc;
    struct cs_memory_event *to = &log->at[log->n];
    *to = *e;
    to->key = dup(e->key);
    to->value = dup(e->value);
    log->ms[log->n++] = ms;
    return CS_OK;
}

static void log_clear(struct cs_memory_log *log)
{
    for (uint64_t i = 0; i < log->n; i++) {
        free((void *)(uintptr_t)log->at[i].key.ptr);
        free((void *)(uintptr_t)log->at[i].value.ptr);
    }
    free(log->at);
    free(log->ms);
}

void cs_memory_ack(struct cs_memory *m, const struct cs_event *e)
{
    bool answers = e->output == CS_OUTPUT_ANNOTATED || e->output == CS_OUTPUT_DEADLETTER;
    if (answers) m->part[e->partition].acked[e->offset] = 1;
}

void cs_memory_commit(struct cs_memory *m, uint32_t worker, const struct cs_position *pos)
{
    struct cs_memory_part *p = &m->part[pos->partition];
    if (p->owner != (int32_t)worker || !m->worker[worker].owned[pos->partition]) {
        m->stats.stale_commits++;
        return;
    }
    if (m->options.state_events && m->worker[worker].broken) return;
    if (pos->next_offset < p->committed) m->stats.backward_commits++;
    for (int64_t o = p->committed; o < pos->next_offset; o++)
        if (!p->acked[o]) m->stats.premature_commits++;
    p->committed = pos->next_offset;
    p->done = *pos;
}

static cs_rc worker_init(struct cs_memory *m, uint32_t i)
{
    struct cs_memory_worker *w = &m->worker[i];
    w->memory = m;
    w->index = i;
    w->owned = calloc(m->options.partitions, sizeof *w->owned);
    w->next = calloc(m->options.partitions, sizeof *w->next);
    w->live = calloc(m->options.partitions, sizeof *w->live);
    w->state = calloc(m->options.partitions, sizeof *w->state);
    return w->owned && w->next && w->live && w->state ? CS_OK : cs_fail(CS_ENOMEM);
}

cs_rc cs_memory_new(const struct cs_memory_options *options, struct cs_memory **out)
{
    if (options->partitions == 0 || options->workers == 0) return cs_fail(CS_EINVAL);
    struct cs_memory *m = calloc(1, sizeof *m);
    if (!m) return cs_fail(CS_ENOMEM);
    pthread_mutex_init(&m->lock, NULL);
    m->options = *options;
    m->random = options->seed;
    m->part = calloc(options->partitions, sizeof *m->part);
    m->worker = calloc(options->workers, sizeof *m->worker);
    cs_rc rc = m->part && m->worker ? CS_OK : cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < options->workers && !cs_bad(rc); i++)
        rc = worker_init(m, i);
    if (cs_bad(rc)) {
        cs_memory_free(&m);
        return rc;
    }
    for (uint32_t p = 0; p < options->partitions; p++) {
        m->part[p].owner = CS_MEMORY_NOBODY;
        m->part[p].done.snapshot_at = -1;
        m->part[p].target = (int32_t)(p % options->workers);
    }
    *out = m;
    return CS_OK;
}

void cs_memory_free(struct cs_memory **memory)
{
    struct cs_memory *m = *memory;
    *memory = NULL;
    if (!m) return;
    for (uint32_t p = 0; m->part && p < m->options.partitions; p++) {
        log_clear(&m->part[p].input);
        for (int o = 0; o < CS_OUTPUT_COUNT; o++)
            log_clear(&m->part[p].output[o]);
        free(m->part[p].acked);
    }
    for (uint32_t i = 0; m->worker && i < m->options.workers; i++) {
        free(m->worker[i].owned);
        free(m->worker[i].next);
        free(m->worker[i].live);
        free(m->worker[i].state);
        free(m->worker[i].pending);
    }
    pthread_mutex_destroy(&m->lock);
    free(m->part);
    free(m->worker);
    free(m);
}

void cs_memory_faults(struct cs_memory *m, const struct cs_memory_options *options)
{
    pthread_mutex_lock(&m->lock);
    uint32_t partitions = m->options.partitions, workers = m->options.workers;
    m->options = *options;
    m->options.partitions = partitions;
    m->options.workers = workers;
    pthread_mutex_unlock(&m->lock);
}

static cs_rc grow_acked(struct cs_memory_part *p)
{
    if (p->input.n < p->cap_acked) return CS_OK;
    uint64_t cap = p->cap_acked ? p->cap_acked * 2 : 64;
    uint8_t *acked = realloc(p->acked, cap);
    if (!acked) return cs_fail(CS_ENOMEM);
    memset(acked + p->cap_acked, 0, cap - p->cap_acked);
    p->acked = acked;
    p->cap_acked = cap;
    return CS_OK;
}

cs_rc cs_memory_put(
    struct cs_memory *m, int32_t partition, struct cs_span key, struct cs_span value, int64_t record_ms)
{
    pthread_mutex_lock(&m->lock);
    struct cs_memory_part *p = &m->part[partition];
    struct cs_memory_event e = {
        .key = key, .value = value, .offset = (int64_t)p->input.n, .partition = partition};
    cs_rc rc = grow_acked(p);
    if (!cs_bad(rc)) rc = cs_memory_append(&p->input, &e, record_ms);
    pthread_mutex_unlock(&m->lock);
    return rc;
}

int64_t cs_memory_committed(struct cs_memory *m, int32_t partition)
{
    pthread_mutex_lock(&m->lock);
    int64_t c = m->part[partition].committed;
    pthread_mutex_unlock(&m->lock);
    return c;
}

uint64_t cs_memory_count(struct cs_memory *m, enum cs_output output, int32_t partition)
{
    pthread_mutex_lock(&m->lock);
    uint64_t n = m->part[partition].output[output].n;
    pthread_mutex_unlock(&m->lock);
    return n;
}

struct cs_memory_event cs_memory_event(
    struct cs_memory *m, enum cs_output output, int32_t partition, uint64_t i)
{
    pthread_mutex_lock(&m->lock);
    struct cs_memory_event e = m->part[partition].output[output].at[i];
    pthread_mutex_unlock(&m->lock);
    return e;
}

struct cs_memory_stats cs_memory_stats(struct cs_memory *m)
{
    pthread_mutex_lock(&m->lock);
    struct cs_memory_stats s = m->stats;
    pthread_mutex_unlock(&m->lock);
    return s;
}
