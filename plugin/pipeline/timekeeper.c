/* Time where no records come, and what lies between having done something and committing it. */
#include "pipeline/worker.h"

#include <time.h>

/* How often idle partitions are looked at, and how long a record may take from its time stamp to this process
 * before time passes over it: below a second together, so that what becomes due is told within one. */
enum { TICK_MS = 50, GRACE_MS = 300 };

static int64_t wall_ms(const struct cs_worker *w)
{
    struct timespec t;
    if (w->options->wall_ms) return w->options->wall_ms();
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool published(const struct cs_worker *w, enum cs_output output)
{
    return w->options->filter.outputs >> output & 1;
}

/* The batch, empty, for what the clock tells outside a run. */
static struct cs_batch *empty_batch(struct cs_worker *w, struct cs_flight *f)
{
    cs_worker_reset_batch(w);
    w->batch->flight = f;
    w->batch->topic = w->options->topic;
    return w->batch;
}

cs_rc cs_worker_resume(struct cs_worker *w, struct cs_part *p)
{
    cs_parts_resumed(&w->parts, p);
    if (p->resume_ms <= 0) return CS_OK;
    return cs_clock_resume(cs_filter_clock(w->filter), p->pos.partition, p->resume_ms);
}

static cs_rc advance(struct cs_worker *w, struct cs_part *p, struct cs_batch *b, int64_t to_ms)
{
    cs_rc rc = p->resuming ? cs_worker_resume(w, p) : CS_OK;
    b->n_overdue = 0;
    if (!cs_bad(rc)) rc = cs_clock_advance(cs_filter_clock(w->filter), p->pos.partition, to_ms, b);
    if (cs_bad(rc) || b->n_overdue == 0) return rc;
    w->overdue += b->n_overdue;
    cs_parts_touch(&w->parts, p); /* the watermark is committed, so that they are not told again */
    return cs_filter_tell(w->filter, b);
}

static cs_rc advance_all(struct cs_worker *w, struct cs_batch *b)
{
    int64_t to_ms = wall_ms(w) - GRACE_MS;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < w->parts.n && !cs_bad(rc); i++) {
        struct cs_part *p = cs_parts_find(&w->parts, (int32_t)i);
        if (p && w->source.ops->at_end(w->source.self, (int32_t)i)) rc = advance(w, p, b, to_ms);
    }
    return rc;
}

cs_rc cs_worker_tick(struct cs_worker *w, int64_t now_ms)
{
    if (now_ms < w->tick_at_ms || !published(w, CS_OUTPUT_OVERDUE)) return CS_OK;
    struct cs_flight *f = cs_flights_get(&w->flights);
    if (!f) return CS_OK;
    w->tick_at_ms = now_ms + TICK_MS;
    cs_rc rc = advance_all(w, empty_batch(w, f));
    cs_worker_reset_batch(w);
    if (!cs_bad(rc) && f->n_event > 0)
        cs_flights_launch(&w->flights, f);
    else
        cs_flights_put(&w->flights, f);
    return rc;
}

/* Positions of the partitions where more is done than was said. What does not fit waits for the next. */
static void say_done(struct cs_worker *w, struct cs_flight *f)
{
    w->parts.any_dirty = false;
    for (uint32_t i = 0; i < w->parts.n; i++) {
        struct cs_part *p = cs_parts_find(&w->parts, (int32_t)i);
        if (!p || !p->dirty) continue;
        if (f->n_pos == CS_PARTITIONS_MAX) {
            w->parts.any_dirty = true;
            continue;
        }
        int64_t mark = cs_clock_watermark(cs_filter_clock(w->filter), (int32_t)i);
        if (mark > p->pos.watermark_ms) p->pos.watermark_ms = mark;
        p->dirty = false;
        f->pos[f->n_pos++] = p->pos;
    }
}

/* The counters of a partition that is still being replayed were published in its former life, and are on
 * their way back to what they were: not yet to be seen. */
static cs_rc hide_replayed(const struct cs_worker *w, struct cs_batch *b)
{
    if (w->parts.n_resuming == 0 || b->n_kpi == 0) return CS_OK;
    struct cs_kpi_row *row = cs_arena_zalloc(&b->arena, b->n_kpi, sizeof *row);
    uint32_t n = 0;
    if (!row) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < b->n_kpi; i++) {
        const struct cs_part *p = cs_parts_find(&w->parts, b->kpi[i].partition);
        if (p && !p->resuming) row[n++] = b->kpi[i];
    }
    b->kpi = row;
    b->n_kpi = n;
    return CS_OK;
}

static cs_rc flush(struct cs_worker *w, struct cs_flight *f)
{
    if (!published(w, CS_OUTPUT_KPI)) return CS_OK;
    struct cs_batch *b = empty_batch(w, f);
    cs_rc rc = cs_clock_flush(cs_filter_clock(w->filter), b);
    if (!cs_bad(rc)) rc = hide_replayed(w, b);
    if (!cs_bad(rc)) rc = cs_filter_tell(w->filter, b);
    cs_worker_reset_batch(w);
    return rc;
}

cs_rc cs_worker_checkpoint(struct cs_worker *w, int64_t now_ms)
{
    struct cs_flight *f = cs_flights_get(&w->flights);
    if (!f) return CS_OK;
    w->flush_at_ms = now_ms + w->options->flush_ms;
    say_done(w, f);
    cs_rc rc = flush(w, f);
    if (cs_bad(rc))
        cs_flights_put(&w->flights, f);
    else
        cs_flights_launch(&w->flights, f);
    return rc;
}
