/* The memory transport as one worker sees it: partitions come and go, records come in, events go out. */
#include "pipeline/memory_log.h"

#include "codec/state.h"

#include <stdlib.h>
#include <time.h>

static void nap(int timeout_ms)
{
    if (timeout_ms > 0) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

/* Draw whether partitions move; with the lock held. */
static void draw_moves(struct cs_memory *m)
{
    struct cs_memory_part *p = &m->part[cs_memory_random(m) % m->options.partitions];
    if (cs_memory_chance(m, m->options.move_one_in)) {
        p->target = (int32_t)(cs_memory_random(m) % m->options.workers);
        m->stats.moved++;
    }
    if (cs_memory_chance(m, m->options.lose_one_in) && p->owner != CS_MEMORY_NOBODY) {
        p->owner = CS_MEMORY_NOBODY;
        p->target = (int32_t)(cs_memory_random(m) % m->options.workers);
        m->stats.lost++;
    }
}

/* A partition that this worker must give up, or -1. *lost: it was taken already. Lock held. */
static int32_t find_leaving(struct cs_memory_worker *w, bool all, bool *lost)
{
    struct cs_memory *m = w->memory;
    for (uint32_t p = 0; p < m->options.partitions; p++) {
        if (!w->owned[p]) continue;
        *lost = m->part[p].owner != (int32_t)w->index;
        if (*lost || all || m->part[p].target != (int32_t)w->index) return (int32_t)p;
    }
    return -1;
}

/* Tell the listener about every partition that goes; it may commit meanwhile. */
static void leave(struct cs_memory_worker *w, bool all)
{
    struct cs_memory *m = w->memory;
    bool lost;
    pthread_mutex_lock(&m->lock);
    int32_t p = find_leaving(w, all, &lost);
    while (p >= 0) {
        if (lost) w->owned[p] = false;
        pthread_mutex_unlock(&m->lock);
        w->listener.revoked(w->listener.ctx, &p, 1, lost);
        pthread_mutex_lock(&m->lock);
        w->owned[p] = false;
        if (m->part[p].owner == (int32_t)w->index) m->part[p].owner = CS_MEMORY_NOBODY;
        p = find_leaving(w, all, &lost);
    }
    pthread_mutex_unlock(&m->lock);
}

static int32_t find_coming(struct cs_memory_worker *w)
{
    struct cs_memory *m = w->memory;
    for (uint32_t p = 0; p < m->options.partitions; p++)
        if (!w->owned[p] && m->part[p].owner == CS_MEMORY_NOBODY && m->part[p].target == (int32_t)w->index)
            return (int32_t)p;
    return -1;
}

static bool superseded(const struct cs_memory_log *log, uint64_t at)
{
    for (uint64_t k = at + 1; k < log->n; k++)
        if (cs_span_eq(log->at[k].key, log->at[at].key)) return true;
    return false;
}

/* Everything in the state topic since the snapshot that the commit knew; with the lock held. */
static void read_state(struct cs_memory *m, int32_t p, struct cs_state_reader *r)
{
    const struct cs_memory_part *part = &m->part[p];
    const struct cs_memory_log *log = &part->output[CS_OUTPUT_STATE];
    cs_state_reader_init(r, CS_MEMORY_GROUP, "memory", p, part->committed);
    for (int64_t at = part->done.snapshot_at; at >= 0 && (uint64_t)at < log->n; at++) {
        if (m->options.compacted && superseded(log, (uint64_t)at)) continue;
        if (cs_bad(cs_state_read(r, log->at[at].value, at))) break;
    }
}

/* Offer the state; without the lock. Returns the offset before which it was taken over, or -1. */
static int64_t offer(struct cs_memory_worker *w, struct cs_resume r, const struct cs_snapshot *found)
{
    struct cs_diag diag = {0};
    struct cs_span *chunk = found ? calloc(found->chunks, sizeof *chunk) : NULL;
    for (uint32_t i = 0; chunk && i < found->chunks; i++)
        chunk[i] = cs_snapshot_chunk(found, i);
    if (chunk) {
        r.snapshot_offset = found->offset;
        r.snapshot_at = found->at;
        r.snapshot_slot = found->slot;
        r.chunk = chunk;
        r.n_chunk = found->chunks;
    }
    bool taken = w->listener.assigned(w->listener.ctx, &r, &diag);
    cs_diag_clear(&diag);
    free(chunk);
    return taken ? r.snapshot_offset : -1;
}

/* Take one partition; the lock is given up meanwhile. */
static void take(struct cs_memory_worker *w, int32_t p)
{
    struct cs_memory *m = w->memory;
    struct cs_memory_part *part = &m->part[p];
    struct cs_state_reader found;
    w->owned[p] = true;
    part->owner = (int32_t)w->index;
    read_state(m, p, &found);
    struct cs_resume r = {.partition = p,
        .partitions = (int32_t)m->options.partitions,
        .committed = part->committed,
        .record_ms = part->done.record_ms,
        .watermark_ms = part->done.watermark_ms,
        .snapshot_at = -1};
    int64_t back = m->options.replay_records;
    const struct cs_snapshot *newest = cs_state_newest(&found);
    m->stats.lost_snapshots += part->done.snapshot_at >= 0 && !newest;
    pthread_mutex_unlock(&m->lock);
    int64_t state = offer(w, r, newest);
    cs_state_reader_clear(&found);
    pthread_mutex_lock(&m->lock);
    w->state[p] = state;
    w->live[p] = r.committed;
    w->next[p] = r.committed > back ? r.committed - back : 0;
    if (state >= 0) w->next[p] = state;
}

static void join(struct cs_memory_worker *w)
{
    pthread_mutex_lock(&w->memory->lock);
    int32_t p = find_coming(w);
    while (p >= 0) {
        take(w, p);
        p = find_coming(w);
    }
    pthread_mutex_unlock(&w->memory->lock);
}

static void lend(struct cs_memory_worker *w, struct cs_batch *b, uint32_t p)
{
    const struct cs_memory_log *log = &w->memory->part[p].input;
    const struct cs_memory_event *e = &log->at[w->next[p]];
    b->raw[b->n] = e->value;
    b->key[b->n] = e->key;
    b->offset[b->n] = e->offset;
    b->record_ms[b->n] = log->ms[e->offset];
    b->partition[b->n] = (int32_t)p;
    b->replay[b->n] = e->offset < w->live[p] ? CS_REPLAY_STATE : CS_REPLAY_NOT;
    b->n++;
    w->next[p]++;
}

/* Records of one partition; replayed ones and others do not mix. */
static void lend_run(struct cs_memory_worker *w, struct cs_batch *b, uint32_t p, uint32_t most)
{
    bool replay = w->next[p] < w->live[p];
    while (w->owned[p] && b->n < most && (uint64_t)w->next[p] < w->memory->part[p].input.n &&
           replay == (w->next[p] < w->live[p]))
        lend(w, b, p);
}

/* Records of every owned partition in turn, from a random one on, until the batch is full. */
static void fill(struct cs_memory_worker *w, struct cs_batch *b)
{
    struct cs_memory *m = w->memory;
    uint32_t n = m->options.partitions, most = CS_BATCH_MAX;
    pthread_mutex_lock(&m->lock);
    if (m->options.batch_max) most = 1 + (uint32_t)(cs_memory_random(m) % m->options.batch_max);
    uint32_t first = (uint32_t)(cs_memory_random(m) % n);
    for (uint32_t i = 0; i < n && b->n < most; i++)
        lend_run(w, b, (first + i) % n, most);
    pthread_mutex_unlock(&m->lock);
    b->topic = "memory";
}

static void serve(struct cs_memory_worker *w)
{
    pthread_mutex_lock(&w->memory->lock);
    draw_moves(w->memory);
    pthread_mutex_unlock(&w->memory->lock);
    leave(w, false);
    join(w);
}

static cs_rc source_serve(void *self, struct cs_diag *diag)
{
    (void)diag;
    serve(self);
    return CS_OK;
}

static cs_rc source_poll(void *self, struct cs_batch *b, int timeout_ms, struct cs_diag *diag)
{
    struct cs_memory_worker *w = self;
    (void)diag;
    serve(w);
    fill(w, b);
    if (b->n == 0) nap(timeout_ms);
    return CS_OK;
}

static void source_release(void *self, struct cs_batch *b)
{
    (void)self;
    (void)b;
}

static cs_rc source_commit(void *self, const struct cs_position *pos, uint32_t n, bool wait)
{
    struct cs_memory_worker *w = self;
    (void)wait;
    pthread_mutex_lock(&w->memory->lock);
    for (uint32_t i = 0; i < n; i++)
        cs_memory_commit(w->memory, w->index, &pos[i]);
    pthread_mutex_unlock(&w->memory->lock);
    return CS_OK;
}

static cs_rc keep_pending(struct cs_memory_worker *w, struct cs_event *e)
{
    if (w->n_pending == w->cap_pending) {
        uint32_t cap = w->cap_pending ? w->cap_pending * 2 : 256;
        struct cs_event **p = realloc(w->pending, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        w->pending = p;
        w->cap_pending = cap;
    }
    w->pending[w->n_pending++] = e;
    return CS_OK;
}

static bool refused(struct cs_memory *m, const struct cs_event *e)
{
    if (e->output == CS_OUTPUT_STATE) return cs_memory_chance(m, m->options.spoil_one_in);
    if (m->options.refuse_bytes && e->value.len > m->options.refuse_bytes) return true;
    return e->output == CS_OUTPUT_ANNOTATED && cs_memory_chance(m, m->options.refuse_one_in);
}

/* Write one event, or mark it refused; its acknowledgement comes later either way. Lock held. */
static cs_rc write_event(struct cs_memory_worker *w, struct cs_event *e)
{
    struct cs_memory *m = w->memory;
    struct cs_memory_event copy = {e->key, e->value, e->offset, e->partition};
    const uint64_t last = m->options.state_events;
    if (last && e->output == CS_OUTPUT_STATE && m->part[e->partition].output[e->output].n >= last)
        w->broken = true;
    if (w->broken) return CS_OK;
    cs_rc rc = keep_pending(w, e);
    if (cs_bad(rc)) return rc;
    if (refused(m, e)) {
        e->refusal = "refused by the memory transport";
        m->stats.refused_events++;
        return CS_OK;
    }
    struct cs_memory_log *log = &m->part[e->partition].output[e->output];
    if (e->output == CS_OUTPUT_STATE) e->offset = (int64_t)log->n;
    return cs_memory_append(log, &copy, 0);
}

static cs_rc sink_send(void *self, struct cs_flight *f, uint32_t from, uint32_t *taken)
{
    struct cs_memory_worker *w = self;
    struct cs_memory *m = w->memory;
    cs_rc rc = CS_OK;
    pthread_mutex_lock(&m->lock);
    uint32_t most = f->n_event - from, n = 0;
    if (m->options.send_max) {
        uint32_t drawn = (uint32_t)(cs_memory_random(m) % (m->options.send_max + 1u));
        if (drawn < most) most = drawn;
    }
    while (n < most && !cs_bad(rc))
        rc = write_event(w, &f->event[from + n++]);
    pthread_mutex_unlock(&m->lock);
    *taken = n;
    return rc;
}

static void acknowledge(struct cs_memory_worker *w, uint32_t i)
{
    struct cs_event *e = w->pending[i];
    w->pending[i] = w->pending[--w->n_pending];
    e->flight->n_pending--;
    if (e->refusal)
        e->flight->n_failed++;
    else
        cs_memory_ack(w->memory, e);
}

static cs_rc sink_poll(void *self, int timeout_ms, struct cs_diag *diag)
{
    struct cs_memory_worker *w = self;
    struct cs_memory *m = w->memory;
    pthread_mutex_lock(&m->lock);
    uint32_t most = w->n_pending;
    if (cs_memory_chance(m, m->options.break_one_in)) w->broken = true;
    if (m->options.ack_max) most = (uint32_t)(cs_memory_random(m) % (m->options.ack_max + 1u));
    if (m->options.hold_acks) most = 0;
    while (most-- > 0 && w->n_pending > 0 && !w->broken)
        acknowledge(w, (uint32_t)(cs_memory_random(m) % w->n_pending));
    bool broken = w->broken;
    m->stats.broken += broken;
    pthread_mutex_unlock(&m->lock);
    if (broken) {
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "the memory transport was told to break");
        return cs_fail(CS_EBROKER);
    }
    nap(timeout_ms);
    return CS_OK;
}

static int64_t source_committed(void *self, int32_t partition)
{
    struct cs_memory_worker *w = self;
    return cs_memory_committed(w->memory, partition);
}

static bool source_at_end(void *self, int32_t partition)
{
    struct cs_memory_worker *w = self;
    struct cs_memory *m = w->memory;
    pthread_mutex_lock(&m->lock);
    bool end = w->owned[partition] && (uint64_t)w->next[partition] >= m->part[partition].input.n;
    pthread_mutex_unlock(&m->lock);
    return end;
}

static const struct cs_source_ops source_ops = {
    .size = sizeof(struct cs_source_ops),
    .poll = source_poll,
    .release = source_release,
    .commit = source_commit,
    .serve = source_serve,
    .committed = source_committed,
    .at_end = source_at_end,
};
static const struct cs_sink_ops sink_ops = {
    .size = sizeof(struct cs_sink_ops), .send = sink_send, .poll = sink_poll};

static cs_rc memory_open(void *ctx, uint32_t worker, const struct cs_source_listener *listener,
    struct cs_diag *diag, struct cs_source *source, struct cs_sink *sink)
{
    struct cs_memory *m = ctx;
    (void)diag;
    if (worker >= m->options.workers) return cs_fail(CS_EINVAL);
    struct cs_memory_worker *w = &m->worker[worker];
    w->listener = *listener;
    w->open = true;
    w->broken = false;
    w->n_pending = 0;
    *source = (struct cs_source){&source_ops, w};
    *sink = (struct cs_sink){&sink_ops, w};
    return CS_OK;
}

static void memory_close(void *ctx, uint32_t worker, int timeout_ms)
{
    struct cs_memory *m = ctx;
    struct cs_memory_worker *w = &m->worker[worker];
    (void)timeout_ms;
    if (w->open) leave(w, true);
    w->n_pending = 0;
    w->open = false;
}

const struct cs_transport_ops cs_memory_transport = {.open = memory_open, .close = memory_close};
