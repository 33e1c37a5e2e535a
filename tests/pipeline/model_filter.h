/* A filter with a small reply clock of its own, in place of the real one: what is under test is that the
 * pipeline brings state back, and publishes and commits around it in the right order. A record is
 * "b<conversation>" (the buyer asks) or "a<conversation>" (somebody answers); a turn is overdue LIMIT_MS
 * after it opened. Include it once in a program. */
#ifndef CS_TESTS_MODEL_FILTER_H
#define CS_TESTS_MODEL_FILTER_H

#include "filter/filter.h"
#include "pipeline/no_reload.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODEL_PARTS = 16, MODEL_TALKS = 40, LIMIT_MS = 300, TOLD_MAX = 4096, CHUNK = 100 };

/* What one partition has come to; plain bytes, so that it can be saved as it is. */
struct model_part {
    int64_t watermark_ms;
    int64_t since_ms[MODEL_TALKS], offset[MODEL_TALKS]; /* of the open turn; since 0 = none */
    bool told[MODEL_TALKS];                             /* it was reported */
    uint64_t asked[MODEL_TALKS], answered[MODEL_TALKS];
    bool changed[MODEL_TALKS]; /* since the last flush */
};

struct cs_clock {
    struct model_part part[MODEL_PARTS];
    struct cs_overdue told[TOLD_MAX];
    struct cs_kpi_row row[MODEL_PARTS * MODEL_TALKS];
    uint32_t n_told;
};

struct cs_filter {
    struct cs_clock clock;
    struct cs_filter_counts counts;
};

static int64_t model_back_ms;     /* how long this filter claims to remember what was said */
static atomic_uint model_context; /* records that were read again for that */
static atomic_uint model_loads;   /* snapshots that were taken over, by all clocks */

static void model_begin(struct model_part *p)
{
    *p = (struct model_part){.watermark_ms = INT64_MIN};
}

/* Let time pass; what becomes due is reported unless it was in a former life. */
static void model_fire(struct cs_clock *c, int32_t partition, int64_t to_ms, bool silent)
{
    struct model_part *p = &c->part[partition];
    if (to_ms <= p->watermark_ms) return;
    p->watermark_ms = to_ms;
    for (int t = 0; t < MODEL_TALKS; t++) {
        if (!p->since_ms[t] || p->told[t] || p->since_ms[t] + LIMIT_MS > to_ms) continue;
        p->told[t] = true;
        if (silent || c->n_told == TOLD_MAX) continue;
        c->told[c->n_told++] = (struct cs_overdue){
            .partition = partition, .offset = p->offset[t], .since_ms = p->since_ms[t], .day = t};
    }
}

/* The decimal number that `s` is. */
static int model_number(struct cs_span s)
{
    int v = 0;
    for (size_t i = 0; i < s.len; i++)
        v = v * 10 + (s.ptr[i] - '0');
    return v;
}

/* One record; returns the latency that it is annotated with, -1 when it answers nothing. */
static int64_t model_take(struct model_part *p, struct cs_span value, int64_t offset, int64_t ms)
{
    int t = model_number(cs_span_cut(value, 1, value.len));
    p->changed[t] = true;
    if (value.ptr[0] == 'b') {
        p->asked[t]++;
        if (p->since_ms[t]) return -1;
        p->since_ms[t] = ms;
        p->offset[t] = offset;
        p->told[t] = false;
        return -1;
    }
    int64_t latency = p->since_ms[t] ? ms - p->since_ms[t] : -1;
    p->answered[t] += latency >= 0;
    p->since_ms[t] = 0;
    return latency;
}

static struct cs_span model_text(struct cs_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static struct cs_span model_text(struct cs_arena *a, const char *fmt, ...)
{
    char text[128];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char *p = cs_arena_strdup(a, cs_span_of(text, (size_t)n));
    if (!p) abort();
    return cs_span_of(p, (size_t)n);
}

static void model_put(struct cs_flight *f, struct cs_event e)
{
    if (cs_bad(cs_flight_reserve(f, 1))) abort();
    e.flight = f;
    f->event[f->n_event++] = e;
    f->n_pending++;
}

int64_t cs_filter_back_ms(const struct cs_filter_options *options)
{
    (void)options;
    return model_back_ms;
}

cs_rc cs_filter_tell(struct cs_filter *filter, struct cs_batch *b)
{
    (void)filter;
    struct cs_arena *a = &b->flight->arena;
    for (uint32_t i = 0; i < b->n_overdue; i++) {
        const struct cs_overdue *o = &b->overdue[i];
        model_put(b->flight,
            (struct cs_event){.key = model_text(a, "%" PRId32 "/%" PRId64, o->partition, o->offset),
                .value = model_text(a, "since %" PRId64 " talk %d", o->since_ms, (int)o->day),
                .offset = o->offset,
                .partition = o->partition,
                .output = CS_OUTPUT_OVERDUE});
    }
    for (uint32_t i = 0; i < b->n_kpi; i++) {
        const struct cs_kpi_row *r = &b->kpi[i];
        int64_t upto = 0;
        for (uint32_t k = 0; k < b->flight->n_pos; k++)
            if (b->flight->pos[k].partition == r->partition) upto = b->flight->pos[k].next_offset;
        model_put(b->flight, (struct cs_event){.key = model_text(a, "%d", (int)r->day),
                                 .value = model_text(a, "%" PRId64 " %" PRId64 " of %" PRId64, upto,
                                     r->numerator, r->denominator),
                                 .offset = upto,
                                 .partition = r->partition,
                                 .output = CS_OUTPUT_KPI});
    }
    return CS_OK;
}

static void model_position(struct cs_flight *f, const struct cs_batch *b, uint32_t i)
{
    uint32_t k = 0;
    while (k < f->n_pos && f->pos[k].partition != b->partition[i])
        k++;
    if (k == f->n_pos) f->n_pos++;
    f->pos[k] = (struct cs_position){.next_offset = b->offset[i] + 1,
        .record_ms = b->record_ms[i],
        .snapshot_at = -1,
        .partition = b->partition[i]};
}

cs_rc cs_filter_run(struct cs_filter *filter, struct cs_batch *b)
{
    struct cs_clock *c = &filter->clock;
    c->n_told = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        bool replay = b->replay[i] != CS_REPLAY_NOT;
        if (b->replay[i] == CS_REPLAY_CONTEXT) {
            atomic_fetch_add(&model_context, 1);
            continue;
        }
        model_fire(c, b->partition[i], b->record_ms[i], replay);
        int64_t latency = model_take(&c->part[b->partition[i]], b->raw[i], b->offset[i], b->record_ms[i]);
        filter->counts.messages++;
        filter->counts.replayed += replay;
        if (replay) continue;
        model_position(b->flight, b, i);
        struct cs_arena *a = &b->flight->arena;
        model_put(b->flight, (struct cs_event){.value = model_text(a, "%" PRId64 " %.*s %" PRId64,
                                                   b->offset[i], (int)b->raw[i].len, b->raw[i].ptr, latency),
                                 .offset = b->offset[i],
                                 .partition = b->partition[i],
                                 .output = CS_OUTPUT_ANNOTATED});
    }
    b->overdue = c->told;
    b->n_overdue = c->n_told;
    return cs_filter_tell(filter, b);
}

cs_rc cs_clock_advance(struct cs_clock *c, int32_t partition, int64_t watermark_ms, struct cs_batch *b)
{
    c->n_told = 0;
    model_fire(c, partition, watermark_ms, false);
    b->overdue = c->told;
    b->n_overdue = c->n_told;
    return CS_OK;
}

cs_rc cs_clock_resume(struct cs_clock *c, int32_t partition, int64_t watermark_ms)
{
    model_fire(c, partition, watermark_ms, true);
    return CS_OK;
}

int64_t cs_clock_watermark(const struct cs_clock *c, int32_t partition)
{
    return c->part[partition].watermark_ms;
}

cs_rc cs_clock_flush(struct cs_clock *c, struct cs_batch *b)
{
    uint32_t n = 0;
    for (int32_t p = 0; p < MODEL_PARTS; p++)
        for (int t = 0; t < MODEL_TALKS; t++) {
            struct model_part *m = &c->part[p];
            if (!m->changed[t]) continue;
            m->changed[t] = false;
            c->row[n++] = (struct cs_kpi_row){.partition = p,
                .day = t,
                .numerator = (int64_t)m->answered[t],
                .denominator = (int64_t)m->asked[t]};
        }
    b->kpi = c->row;
    b->n_kpi = n;
    return CS_OK;
}

cs_rc cs_clock_save(struct cs_clock *c, int32_t partition, const struct cs_snapshot_sink *sink)
{
    struct cs_span all = cs_span_of(&c->part[partition], sizeof c->part[partition]);
    cs_rc rc = CS_OK;
    for (size_t at = 0; at < all.len && !cs_bad(rc); at += CHUNK)
        rc = sink->put(sink->ctx, cs_span_cut(all, at, at + CHUNK < all.len ? at + CHUNK : all.len));
    return rc;
}

cs_rc cs_clock_load(
    struct cs_clock *c, int32_t partition, const struct cs_span *chunk, uint32_t n, struct cs_diag *diag)
{
    struct model_part *p = &c->part[partition];
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (at + chunk[i].len > sizeof *p) break;
        memcpy((char *)p + at, chunk[i].ptr, chunk[i].len);
        at += chunk[i].len;
    }
    if (at == sizeof *p) {
        memset(p->changed, 0, sizeof p->changed);
        atomic_fetch_add(&model_loads, 1);
        return CS_OK;
    }
    model_begin(p);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "not the size of a state");
    return cs_fail(CS_ESYNTAX);
}

void cs_filter_drop(struct cs_filter *f, int32_t partition)
{
    model_begin(&f->clock.part[partition]);
}

struct cs_clock_counts cs_clock_count(const struct cs_clock *c)
{
    (void)c;
    return (struct cs_clock_counts){0};
}

uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max)
{
    (void)c, (void)out, (void)max;
    return 0;
}

cs_rc cs_filter_new(const struct cs_filter_options *options, struct cs_filter **out)
{
    (void)options;
    struct cs_filter *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    for (int p = 0; p < MODEL_PARTS; p++)
        model_begin(&f->clock.part[p]);
    *out = f;
    return CS_OK;
}

void cs_filter_free(struct cs_filter **f)
{
    free(*f);
    *f = NULL;
}

struct cs_clock *cs_filter_clock(struct cs_filter *f)
{
    return &f->clock;
}

const struct cs_filter_counts *cs_filter_counts(const struct cs_filter *f)
{
    return &f->counts;
}

#endif
