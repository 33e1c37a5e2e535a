#include "pipeline/saver.h"

#include "codec/state.h"
#include "pipeline/worker.h"

/* Chunks on their way into a flight. */
struct writing {
    struct cs_saver *saver;
    struct cs_flight *flight;
    const struct cs_state_head *head;
};

static cs_rc add_event(struct writing *to, const struct cs_span record[2])
{
    struct cs_flight *f = to->flight;
    cs_rc rc = cs_flight_reserve(f, 1);
    if (cs_bad(rc)) return rc;
    f->event[f->n_event++] = (struct cs_event){.flight = f,
        .key = record[0],
        .value = record[1],
        .partition = to->head->partition,
        .output = CS_OUTPUT_STATE};
    f->n_pending++;
    return CS_OK;
}

static cs_rc put_chunk(void *ctx, struct cs_span chunk)
{
    struct writing *to = ctx;
    struct cs_span record[2];
    cs_rc rc = cs_state_chunk(to->head, to->saver->chunks, chunk, &to->flight->arena, record);
    if (!cs_bad(rc)) rc = add_event(to, record);
    if (cs_bad(rc)) return rc;
    to->saver->chunks++;
    to->saver->checksum = cs_state_checksum(chunk, to->saver->checksum);
    return CS_OK;
}

static struct cs_state_head head_of(const struct cs_worker *w)
{
    const struct cs_saver *s = &w->saver;
    return (struct cs_state_head){.group = w->options->group,
        .topic = w->options->topic,
        .offset = s->offset,
        .partition = s->partition,
        .partitions = w->parts.at[s->partition].partitions,
        .slot = s->slot};
}

/* A partition that holds nothing, or whose state cannot be saved, is looked at again when the next is due: no
 * reason to stop annotating. */
static cs_rc launch(struct cs_worker *w, struct cs_flight *f, cs_rc rc)
{
    if (cs_bad(rc) || f->n_event == 0) {
        w->parts.at[w->saver.partition].save_at_ms = cs_pipeline_now_ms() + w->options->save_ms;
        cs_flights_put(&w->flights, f);
        w->saver.phase = CS_SAVER_IDLE;
        if (!cs_is(rc, CS_EUNSUPPORTED)) return rc;
        w->saver.n_failed++;
        return CS_OK;
    }
    cs_flights_launch(&w->flights, f);
    w->saver.flight = f;
    return CS_OK;
}

static cs_rc begin(struct cs_worker *w, int32_t partition, struct cs_flight *f)
{
    const struct cs_part *p = &w->parts.at[partition];
    struct cs_saver *s = &w->saver;
    s->phase = CS_SAVER_CHUNKS;
    s->partition = partition;
    s->slot = p->saved_offset < 0 ? 0 : p->slot ^ 1;
    s->offset = p->pos.next_offset;
    s->chunks = 0;
    s->checksum = 0;
    const struct cs_state_head head = head_of(w);
    struct writing to = {s, f, &head};
    const struct cs_snapshot_sink sink = {put_chunk, &to};
    return launch(w, f, cs_clock_save(cs_filter_clock(w->filter), partition, &sink));
}

static cs_rc mark(struct cs_worker *w, struct cs_flight *f)
{
    const struct cs_saver *s = &w->saver;
    const struct cs_state_head head = head_of(w);
    struct writing to = {&w->saver, f, &head};
    struct cs_span record[2];
    w->saver.phase = CS_SAVER_MARK;
    cs_rc rc = cs_state_mark(&head, s->chunks, s->checksum, &f->arena, record);
    if (!cs_bad(rc)) rc = add_event(&to, record);
    return launch(w, f, rc);
}

static bool is_due(const struct cs_worker *w, int32_t partition, int64_t now_ms)
{
    const struct cs_part *p = cs_parts_find(&w->parts, partition);
    if (!p || p->resuming || now_ms < p->save_at_ms || p->pos.next_offset <= 0) return false;
    if (p->pos.next_offset == p->saved_offset) return false;
    return p->saved_offset < 0 || w->source.ops->committed(w->source.self, partition) >= p->saved_offset;
}

/* The next partition that is due, from where the last search ended; -1 = none. */
static int32_t find_due(struct cs_worker *w, int64_t now_ms)
{
    for (uint32_t i = 0; i < w->parts.n; i++) {
        int32_t p = (int32_t)((w->saver.next + i) % w->parts.n);
        if (!is_due(w, p, now_ms)) continue;
        w->saver.next = (uint32_t)p + 1;
        return p;
    }
    return -1;
}

cs_rc cs_saver_step(struct cs_worker *w, int64_t now_ms)
{
    struct cs_saver *s = &w->saver;
    if (!w->options->save_ms || s->flight || now_ms < w->save_look_ms) return CS_OK;
    int32_t due = s->phase == CS_SAVER_IDLE ? find_due(w, now_ms) : -1;
    if (due < 0 && s->phase == CS_SAVER_IDLE) {
        int64_t look = w->options->save_ms;
        w->save_look_ms = now_ms + (look < CS_SAVER_LOOK_MS ? look : CS_SAVER_LOOK_MS);
        return CS_OK;
    }
    struct cs_flight *f = cs_flights_get(&w->flights);
    if (!f) return CS_OK;
    return due >= 0 ? begin(w, due, f) : mark(w, f);
}

static void settle(struct cs_worker *w, bool good)
{
    struct cs_saver *s = &w->saver;
    struct cs_part *p = &w->parts.at[s->partition];
    s->phase = CS_SAVER_IDLE;
    p->save_at_ms = cs_pipeline_now_ms() + w->options->save_ms;
    s->n_saved += good;
    s->n_failed += !good;
    if (!good) return;
    p->saved_offset = s->offset;
    p->slot = s->slot;
    p->pos.snapshot_at = s->at;
    cs_parts_touch(&w->parts, p);
}

void cs_saver_landed(struct cs_worker *w, const struct cs_flight *f, bool spoiled)
{
    struct cs_saver *s = &w->saver;
    if (s->flight != f) return;
    s->flight = NULL;
    if (s->phase == CS_SAVER_CHUNKS && !spoiled)
        s->at = f->event[0].offset;
    else
        settle(w, !spoiled);
}

void cs_saver_drop(struct cs_saver *s, int32_t partition)
{
    if (s->phase == CS_SAVER_IDLE || s->partition != partition) return;
    s->phase = CS_SAVER_IDLE;
    s->flight = NULL;
}
