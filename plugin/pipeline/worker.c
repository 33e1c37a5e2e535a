/* The loop of a worker: a free flight, a batch, the stages, off it goes; land, commit, again. */
#include "pipeline/worker.h"

#include "filter/toolset.h"

#include <stdlib.h>

/* How long one wait may last. Short while events are in the air, so that acknowledgements are not kept
 * waiting behind a quiet input; long when there is nothing to do. */
enum { IDLE_MS = 100, BUSY_MS = 5, ROOM_MS = 20, CLOSE_MIN_MS = 500, SPREAD = 16, LAG_MS = 60000 };

static bool stopping(const struct cs_worker *w)
{
    return atomic_load_explicit(&w->control->stop, memory_order_relaxed);
}

/* The deadline of a stop, the same for all workers: the first that sees the stop sets it. */
static int64_t stop_deadline(struct cs_worker *w)
{
    int64_t none = 0, until = cs_pipeline_now_ms() + w->options->stop_ms;
    if (atomic_compare_exchange_strong(&w->control->stop_until, &none, until)) return until;
    return none;
}

/* Hand over, take acknowledgements (waiting up to `wait_ms` for one) and land what has arrived. */
static cs_rc serve_sink(struct cs_worker *w, int wait_ms)
{
    bool whole;
    cs_rc rc = cs_flights_send(&w->flights, &w->sink, &whole);
    if (!cs_bad(rc)) rc = w->sink.ops->poll(w->sink.self, wait_ms, &w->diag);
    w->sink_broken = cs_bad(rc);
    if (!cs_bad(rc)) rc = cs_flights_land(&w->flights, w->topic, &w->positions, &w->diag);
    return rc;
}

/* Exactly-once will commit here by ending the producer's transaction instead. */
static cs_rc commit(struct cs_worker *w, bool wait)
{
    const struct cs_position *pos;
    uint32_t n = cs_positions_take(&w->positions, &pos);
    w->commit_at_ms = cs_pipeline_now_ms() + w->options->commit_ms;
    if (n == 0 && !wait) return CS_OK;
    if (n > 0) w->commits++;
    return w->source.ops->commit(w->source.self, pos, n, wait);
}

/* Wait until all that is done is said, and nothing is in the air. Errors: CS_ETIMEDOUT. */
static cs_rc land_all(struct cs_worker *w, int64_t until_ms, bool checkpoint)
{
    cs_rc rc = serve_sink(w, 0);
    while (!cs_bad(rc)) {
        bool said = !checkpoint || !w->parts.any_dirty;
        if (said && cs_flights_empty(&w->flights)) return CS_OK;
        if (cs_pipeline_now_ms() >= until_ms) return cs_fail(CS_ETIMEDOUT);
        if (!said) rc = cs_worker_checkpoint(w, cs_pipeline_now_ms());
        if (!cs_bad(rc)) rc = serve_sink(w, w->parts.any_dirty && checkpoint ? 0 : ROOM_MS);
    }
    return rc;
}

/* Take over the snapshot, if there is one that fits. */
static bool load(struct cs_worker *w, struct cs_part *p, const struct cs_resume *r, struct cs_diag *diag)
{
    if (!r->n_chunk) return false;
    cs_rc rc = cs_clock_load(cs_filter_clock(w->filter), r->partition, r->chunk, r->n_chunk, diag);
    if (cs_bad(rc)) return false;
    p->saved_offset = r->snapshot_offset;
    p->slot = r->snapshot_slot;
    p->pos.snapshot_at = r->snapshot_at;
    return true;
}

/* Saves are spread over the interval, so that they do not all come at once. */
static int64_t first_save_ms(const struct cs_worker *w, int32_t partition)
{
    return cs_pipeline_now_ms() + w->options->save_ms * (partition % SPREAD + 1) / SPREAD;
}

static bool on_assigned(void *ctx, const struct cs_resume *r, struct cs_diag *diag)
{
    struct cs_worker *w = ctx;
    cs_rc rc = cs_parts_take(&w->parts, r);
    if (cs_bad(rc)) {
        if (!cs_bad(w->rc)) w->rc = rc;
        return false;
    }
    struct cs_part *p = cs_parts_find(&w->parts, r->partition);
    p->save_at_ms = first_save_ms(w, r->partition);
    bool loaded = load(w, p, r, diag);
    if (r->committed > 0) cs_parts_touch(&w->parts, p);
    return loaded;
}

static void forget(struct cs_worker *w, int32_t partition)
{
    cs_flights_drop(&w->flights, partition);
    cs_positions_drop(&w->positions, partition);
    cs_saver_drop(&w->saver, partition);
    cs_parts_drop(&w->parts, partition);
    cs_filter_drop(w->filter, partition);
}

/* A partition goes: finish and commit what is its, unless it is another's already; then forget it. What did
 * not land in time is processed again by the next owner. */
static void on_revoked(void *ctx, const int32_t *partition, uint32_t n, bool lost)
{
    struct cs_worker *w = ctx;
    cs_rc rc = CS_OK;
    if (!lost && !w->finished) {
        int64_t until = stopping(w) ? stop_deadline(w) : cs_pipeline_now_ms() + w->options->stop_ms;
        rc = land_all(w, until, !cs_bad(w->rc));
        if (!cs_bad(rc) || cs_is(rc, CS_ETIMEDOUT)) rc = commit(w, true);
    }
    for (uint32_t i = 0; i < n; i++)
        forget(w, partition[i]);
    /* A commit that came too late loses nothing; anything else ends the worker after this poll. */
    if (cs_bad(rc) && !cs_is(rc, CS_ETIMEDOUT) && !cs_bad(w->rc)) w->rc = rc;
}

/* The arena has no limit: a batch that would not fit would fail, and fail again after every restart. What a
 * flood took is given back. */
void cs_worker_reset_batch(struct cs_worker *w)
{
    size_t keep = w->options->batch_arena_bytes;
    cs_batch_reset(w->batch);
    if (keep && w->batch->arena.held > keep) cs_arena_clear(&w->batch->arena);
}

/* The first messages behind a replay: from now on what becomes due is told. */
static cs_rc resume_parts(struct cs_worker *w, const struct cs_batch *b)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n && w->parts.n_resuming > 0 && !cs_bad(rc); i++) {
        if (b->replay[i] != CS_REPLAY_NOT) continue;
        struct cs_part *p = cs_parts_find(&w->parts, b->partition[i]);
        if (p && p->resuming) rc = cs_worker_resume(w, p);
    }
    return rc;
}

/* What the flight would say is done is said by the next checkpoint instead. */
static void note_done(struct cs_worker *w, struct cs_flight *f)
{
    for (uint32_t i = 0; i < f->n_pos; i++)
        cs_parts_done(&w->parts, &f->pos[i]);
    f->n_pos = 0;
}

/* A state that names the present profiles is there soon: until then a crash would go back to the former ones
 * and judge what lies in between by the present. */
static void take_profiles(struct cs_worker *w, const struct cs_profiles *profiles)
{
    cs_rc rc = cs_clock_exchange(cs_filter_clock(w->filter), profiles);
    if (cs_bad(rc)) {
        cs_diag_add(
            &w->diag, CS_DIAG_ERROR, NULL, "start again", "too many profiles would be in use at once");
        if (!cs_bad(w->rc)) w->rc = rc; /* ends the worker after the next poll */
    }
    w->save_look_ms = 0;
    for (uint32_t i = 0; i < w->parts.n; i++)
        w->parts.at[i].save_at_ms = 0;
}

/* Other rules wait to be taken: between two batches, so that none is judged by both. */
static void take_rules(struct cs_worker *w)
{
    if (!atomic_load_explicit(&w->incoming, memory_order_relaxed)) return;
    struct cs_toolset *tools = atomic_exchange(&w->incoming, NULL);
    if (tools && tools->profiles) take_profiles(w, tools->profiles);
    if (tools) atomic_store(&w->outgoing, cs_filter_exchange(w->filter, tools));
}

/* Poll one batch and send it through the stages into `f`. */
static cs_rc pass(struct cs_worker *w, struct cs_flight *f)
{
    struct cs_batch *b = w->batch;
    int wait = cs_flights_empty(&w->flights) ? IDLE_MS : BUSY_MS;
    cs_worker_reset_batch(w);
    cs_rc rc = w->source.ops->poll(w->source.self, b, wait, &w->diag);
    if (!cs_bad(rc)) rc = w->rc;
    if (!cs_bad(rc) && b->n > 0) {
        b->flight = f;
        w->topic = b->topic;
        rc = resume_parts(w, b);
        if (!cs_bad(rc)) rc = cs_filter_run(w->filter, b);
    }
    bool sent = !cs_bad(rc) && b->n > 0;
    w->overdue += sent ? b->n_overdue : 0;
    if (sent) note_done(w, f);
    w->source.ops->release(w->source.self, b);
    if (sent)
        cs_flights_launch(&w->flights, f);
    else
        cs_flights_put(&w->flights, f);
    return rc;
}

/* No flight is free: only acknowledgements and partition changes are served. That is the back-pressure. */
static cs_rc wait_room(struct cs_worker *w)
{
    cs_rc rc = CS_OK;
    w->waits++;
    if (w->source.ops->serve) rc = w->source.ops->serve(w->source.self, &w->diag);
    if (!cs_bad(rc)) rc = w->rc;
    return cs_bad(rc) ? rc : serve_sink(w, ROOM_MS);
}

/* One turn of the loop. */
static cs_rc turn(struct cs_worker *w)
{
    struct cs_flight *f = cs_flights_get(&w->flights);
    cs_rc rc;
    take_rules(w);
    if (f) {
        rc = pass(w, f);
        if (!cs_bad(rc)) rc = serve_sink(w, 0);
    } else {
        rc = wait_room(w);
    }
    int64_t now = cs_pipeline_now_ms();
    if (!cs_bad(rc)) rc = cs_worker_tick(w, now);
    if (!cs_bad(rc) && w->parts.any_dirty && now >= w->flush_at_ms) rc = cs_worker_checkpoint(w, now);
    if (!cs_bad(rc)) rc = cs_saver_step(w, now);
    if (!cs_bad(rc) && w->positions.any && now >= w->commit_at_ms) rc = commit(w, false);
    cs_worker_publish(w, now);
    return rc;
}

static void on_landed(void *ctx, const struct cs_flight *f, bool spoiled)
{
    cs_saver_landed(ctx, f, spoiled);
}

static cs_rc prepare(struct cs_worker *w)
{
    const struct cs_pipeline_options *o = w->options;
    w->batch = malloc(sizeof *w->batch);
    if (!w->batch) return cs_fail(CS_ENOMEM);
    cs_batch_init(w->batch, 0);
    /* One more than batches may take: there is always one for a checkpoint when all have landed. */
    cs_rc rc = cs_flights_init(&w->flights, o->flights + 1, o->flight_arena_bytes);
    w->flights.landed = on_landed;
    w->flights.landed_ctx = w;
    if (!cs_bad(rc)) rc = cs_filter_new(&o->filter, &w->filter);
    return rc;
}

static cs_rc open_transport(struct cs_worker *w)
{
    const struct cs_pipeline_options *o = w->options;
    int64_t back = cs_filter_back_ms(&o->filter);
    const struct cs_source_listener listener = {.ctx = w,
        /* Rules go by the times of messages, the source by those of records. */
        .context_ms = back > 0 ? back + LAG_MS : 0,
        .assigned = on_assigned,
        .revoked = on_revoked};
    cs_rc rc = o->transport->open(o->transport_ctx, w->index, &listener, &w->diag, &w->source, &w->sink);
    if (cs_bad(rc)) return rc;
    bool fits = w->source.ops->size == sizeof(struct cs_source_ops) &&
                w->sink.ops->size == sizeof(struct cs_sink_ops);
    return fits ? CS_OK : cs_fail(CS_EINVAL);
}

static cs_rc tell_late(struct cs_worker *w)
{
    uint32_t n = 0;
    for (const struct cs_flight *f = w->flights.oldest; f; f = f->next)
        n += f->n_pending;
    cs_diag_add(&w->diag, CS_DIAG_ERROR, NULL,
        "nothing is lost: their records were not committed and are processed again at the next start",
        "the stop deadline passed with %u events not acknowledged by the broker", n);
    return cs_fail(CS_ETIMEDOUT);
}

/* Land what is in the air and commit it, in the time that a stop has. */
static cs_rc finish(struct cs_worker *w, cs_rc rc)
{
    cs_rc landed = w->sink_broken ? CS_OK : land_all(w, stop_deadline(w), !cs_bad(rc));
    cs_rc done = commit(w, true);
    w->finished = true;
    if (cs_bad(rc)) return rc;
    if (cs_is(landed, CS_ETIMEDOUT)) return tell_late(w);
    if (cs_bad(landed)) return landed;
    if (cs_is(done, CS_ETIMEDOUT))
        cs_diag_add(&w->diag, CS_DIAG_ERROR, NULL,
            "nothing is lost: the records since the last commit are processed again at the next start",
            "the last offsets could not be committed before the stop deadline");
    return done;
}

/* The end of one worker is the end of all. */
static void stop_others(struct cs_worker *w)
{
    unsigned none = 0;
    if (cs_bad(w->rc)) atomic_compare_exchange_strong(&w->control->first_failed, &none, w->index + 1);
    atomic_store(&w->control->stop, true);
}

static void work(struct cs_worker *w)
{
    cs_rc rc = CS_OK;
    while (!cs_bad(rc) && !stopping(w))
        rc = turn(w);
    if (cs_is(rc, CS_ECLOSED)) rc = CS_OK;
    w->rc = rc;
    stop_others(w);
    w->rc = finish(w, rc);
    cs_worker_publish(w, cs_pipeline_now_ms());
}

static void close_transport(struct cs_worker *w)
{
    int64_t left = stop_deadline(w) - cs_pipeline_now_ms();
    int timeout = left > CLOSE_MIN_MS ? (int)left : CLOSE_MIN_MS;
    w->options->transport->close(w->options->transport_ctx, w->index, timeout);
}

void *cs_worker_main(void *worker)
{
    struct cs_worker *w = worker;
    w->rc = prepare(w);
    if (!cs_bad(w->rc)) {
        w->rc = open_transport(w);
        if (!cs_bad(w->rc)) work(w);
        stop_others(w);
        close_transport(w);
    }
    stop_others(w);
    cs_filter_free(&w->filter);
    cs_flights_clear(&w->flights);
    cs_positions_clear(&w->positions);
    cs_parts_clear(&w->parts);
    if (w->batch) cs_batch_clear(w->batch);
    free(w->batch);
    w->batch = NULL;
    atomic_fetch_sub(&w->control->running, 1);
    return NULL;
}
