/* A filter that copies each record into an event, in place of the real one: what is under test is the
 * pipeline. A value that starts with '!' becomes a dead letter. Include it once in a program; it defines the
 * functions of filter/filter.h and clock/clock.h that the pipeline calls. */
#ifndef CS_TESTS_STUB_FILTER_H
#define CS_TESTS_STUB_FILTER_H

#include "filter/filter.h"

#include <stdlib.h>

struct cs_filter {
    struct cs_filter_counts counts;
    uint32_t fail_after; /* batches, 0 = never */
};

static uint32_t stub_fail_after; /* for filters that are made from now on */

cs_rc cs_filter_new(const struct cs_filter_options *options, struct cs_filter **out)
{
    (void)options;
    struct cs_filter *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    f->fail_after = stub_fail_after;
    *out = f;
    return CS_OK;
}

void cs_filter_free(struct cs_filter **f)
{
    free(*f);
    *f = NULL;
}

static struct cs_span stub_copy(struct cs_arena *a, struct cs_span s)
{
    char *p = s.ptr ? cs_arena_strdup(a, s) : NULL;
    return cs_span_of(p, s.len);
}

static void stub_position(struct cs_flight *f, const struct cs_batch *b, uint32_t i)
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
    struct cs_flight *f = b->flight;
    f->event = cs_arena_zalloc(&f->arena, b->n, sizeof *f->event);
    if (!f->event) return cs_fail(CS_ENOMEM);
    f->cap_event = b->n;
    for (uint32_t i = 0; i < b->n; i++) {
        filter->counts.messages++;
        filter->counts.replayed += b->replay[i];
        if (b->replay[i]) continue;
        bool dead = b->raw[i].len > 0 && b->raw[i].ptr[0] == '!';
        filter->counts.dead += dead;
        stub_position(f, b, i);
        f->event[f->n_event++] = (struct cs_event){.flight = f,
            .key = stub_copy(&f->arena, b->key[i]),
            .value = stub_copy(&f->arena, b->raw[i]),
            .offset = b->offset[i],
            .partition = b->partition[i],
            .output = dead ? CS_OUTPUT_DEADLETTER : CS_OUTPUT_ANNOTATED};
    }
    f->n_pending = f->n_event;
    filter->counts.batches++;
    return filter->counts.batches == filter->fail_after ? cs_fail(CS_ENOMEM) : CS_OK;
}

const struct cs_filter_counts *cs_filter_counts(const struct cs_filter *f)
{
    return &f->counts;
}

struct cs_clock *cs_filter_clock(struct cs_filter *f)
{
    return (struct cs_clock *)f;
}

void cs_clock_drop(struct cs_clock *c, int32_t partition)
{
    (void)c;
    (void)partition;
}

struct cs_clock_counts cs_clock_count(const struct cs_clock *c)
{
    (void)c;
    return (struct cs_clock_counts){0};
}

uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max)
{
    (void)c;
    if (max < 2) return 0;
    out[0] = (struct cs_waiting){CS_SPAN_LIT("jd"), CS_SPAN_LIT("s"), CS_SPAN_LIT("b1"), 1000, 2};
    out[1] = (struct cs_waiting){CS_SPAN_LIT("jd"), CS_SPAN_LIT("s"), CS_SPAN_LIT("b2"), 3000, 1};
    return 2;
}

#endif
