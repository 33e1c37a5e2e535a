/* A filter that copies each record into an event, in place of the real one: what is under test is the
 * pipeline. A value that starts with '!' becomes a dead letter. Include it once in a program; it defines the
 * functions of filter/filter.h and clock/clock.h that the pipeline calls. */
#ifndef CS_TESTS_STUB_FILTER_H
#define CS_TESTS_STUB_FILTER_H

#include "filter/filter.h"
#include "filter/toolset.h"

#include <stdlib.h>

struct cs_filter {
    struct cs_filter_counts counts;
    uint32_t fail_after;      /* batches, 0 = never */
    struct cs_toolset *tools; /* NULL until rules are exchanged */
};

/* Rules in these tests are a number that must stay readable while a batch is judged by it. */
struct cs_ruleset_of_test {
    volatile int alive;
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
    if (!*f) return;
    free((*f)->tools);
    free(*f);
    *f = NULL;
}

cs_rc cs_toolset_new(const struct cs_filter_options *o, struct cs_toolset **out)
{
    struct cs_toolset *t = calloc(1, sizeof *t);
    if (!t) return cs_fail(CS_ENOMEM);
    CHECK(o->matcher == (const void *)o->rules && o->lattice == (const void *)o->rules &&
              o->regexes == (const void *)o->rules,
        "tools of different rules");
    t->rules = o->rules;
    *out = t;
    return CS_OK;
}

void cs_toolset_free(struct cs_toolset **t)
{
    free(*t);
    *t = NULL;
}

cs_rc cs_clock_exchange(struct cs_clock *c, const struct cs_profiles *next)
{
    (void)c, (void)next;
    return CS_OK;
}

struct cs_toolset *cs_filter_exchange(struct cs_filter *f, struct cs_toolset *tools)
{
    struct cs_toolset *old = f->tools;
    f->tools = tools;
    if (old) return old;
    /* What a filter begins with here is nothing, but the caller waits for something. */
    struct cs_toolset *none = calloc(1, sizeof *none);
    if (!none) abort();
    return none;
}

static inline int stub_alive(const struct cs_filter *f)
{
    const struct cs_ruleset_of_test *r = f->tools ? (const void *)f->tools->rules : NULL;
    return r ? r->alive : 1;
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
    if (!stub_alive(filter)) return cs_fail(CS_EINVAL);
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
    if (!stub_alive(filter)) return cs_fail(CS_EINVAL);
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

int64_t cs_filter_back_ms(const struct cs_filter_options *options)
{
    (void)options;
    return 0;
}

cs_rc cs_filter_tell(struct cs_filter *f, struct cs_batch *b)
{
    (void)f, (void)b;
    return CS_OK;
}

cs_rc cs_clock_advance(struct cs_clock *c, int32_t partition, int64_t watermark_ms, struct cs_batch *b)
{
    (void)c, (void)partition, (void)watermark_ms, (void)b;
    return CS_OK;
}

cs_rc cs_clock_resume(struct cs_clock *c, int32_t partition, int64_t watermark_ms)
{
    (void)c, (void)partition, (void)watermark_ms;
    return CS_OK;
}

int64_t cs_clock_watermark(const struct cs_clock *c, int32_t partition)
{
    (void)c, (void)partition;
    return INT64_MIN;
}

cs_rc cs_clock_flush(struct cs_clock *c, struct cs_batch *b)
{
    (void)c, (void)b;
    return CS_OK;
}

cs_rc cs_clock_save(struct cs_clock *c, int32_t partition, const struct cs_snapshot_sink *sink)
{
    (void)c, (void)partition, (void)sink;
    return CS_OK;
}

cs_rc cs_clock_load(
    struct cs_clock *c, int32_t partition, const struct cs_span *chunk, uint32_t n, struct cs_diag *diag)
{
    (void)c, (void)partition, (void)chunk, (void)n, (void)diag;
    return cs_fail(CS_EUNSUPPORTED);
}

void cs_filter_drop(struct cs_filter *f, int32_t partition)
{
    (void)f;
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
