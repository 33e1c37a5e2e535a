/* What a worker lets others see of itself, without a lock or an atomic per message. */
#include "pipeline/worker.h"

#include <time.h>

enum { WATCH_MS = 1000 };

int64_t cs_pipeline_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct cs_span keep(struct cs_arena *a, struct cs_span s)
{
    char *p = cs_arena_strdup(a, s);
    return cs_span_of(p, p ? s.len : 0);
}

static struct cs_waiting keep_waiting(struct cs_arena *a, const struct cs_waiting *w)
{
    return (struct cs_waiting){.platform = keep(a, w->platform),
        .shop = keep(a, w->shop),
        .buyer = keep(a, w->buyer),
        .since_ms = w->since_ms,
        .messages = w->messages};
}

static void publish_slowest(struct cs_worker *w)
{
    struct cs_waiting found[CS_SLOWEST_MAX];
    struct cs_shared *s = &w->shared;
    uint32_t n = cs_clock_slowest(cs_filter_clock(w->filter), found, CS_SLOWEST_MAX);
    pthread_mutex_lock(&s->lock);
    cs_arena_reset(&s->names);
    s->n_slowest = n;
    for (uint32_t i = 0; i < n; i++)
        s->slowest[i] = keep_waiting(&s->names, &found[i]);
    pthread_mutex_unlock(&s->lock);
}

void cs_worker_publish(struct cs_worker *w, int64_t now_ms)
{
    struct cs_pipeline_counts c = {.filter = *cs_filter_counts(w->filter),
        .clock = cs_clock_count(cs_filter_clock(w->filter)),
        .produced = w->flights.n_events,
        .committed_batches = w->commits,
        .refused = w->flights.n_refused,
        .backpressure_waits = w->waits,
        .partitions = w->parts.n_mine,
        .overdue = w->overdue,
        .snapshots = w->saver.n_saved,
        .snapshots_failed = w->saver.n_failed};
    pthread_mutex_lock(&w->shared.lock);
    w->shared.counts = c;
    pthread_mutex_unlock(&w->shared.lock);
    if (now_ms < w->watch_at_ms || !atomic_load_explicit(&w->control->watch, memory_order_relaxed)) return;
    w->watch_at_ms = now_ms + WATCH_MS;
    publish_slowest(w);
}

static void add_filter(struct cs_filter_counts *sum, const struct cs_filter_counts *c)
{
    sum->messages += c->messages;
    sum->replayed += c->replayed;
    sum->dead += c->dead;
    sum->with_violation += c->with_violation;
    sum->violations += c->violations;
    sum->batches += c->batches;
    sum->invalid_utf8 += c->invalid_utf8;
    for (int i = 0; i < CS_STAGE_COUNT; i++)
        sum->stage_ns[i] += c->stage_ns[i];
}

void cs_counts_add(struct cs_pipeline_counts *sum, const struct cs_pipeline_counts *c)
{
    add_filter(&sum->filter, &c->filter);
    sum->clock.open += c->clock.open;
    sum->clock.waiting += c->clock.waiting;
    sum->clock.evicted += c->clock.evicted;
    sum->clock.expired += c->clock.expired;
    sum->produced += c->produced;
    sum->committed_batches += c->committed_batches;
    sum->refused += c->refused;
    sum->backpressure_waits += c->backpressure_waits;
    sum->partitions += c->partitions;
    sum->overdue += c->overdue;
    sum->snapshots += c->snapshots;
    sum->snapshots_failed += c->snapshots_failed;
}
