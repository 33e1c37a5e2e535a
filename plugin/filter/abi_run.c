/* A filter of the public C ABI at work. */
#include "filter/abi.h"

#include <stdlib.h>

enum { BATCH_BYTES = 4 << 20 };

static void fill(struct cs_batch *b, const char *topic, const chatsieve_record *record, uint32_t n)
{
    cs_batch_reset(b);
    b->topic = topic;
    b->n = n;
    for (uint32_t i = 0; i < n; i++) {
        b->raw[i] = cs_span_of(record[i].value, record[i].value ? record[i].value_len : 0);
        b->key[i] = (struct cs_span){0};
        b->offset[i] = record[i].offset;
        b->record_ms[i] = record[i].record_ms;
        b->partition[i] = record[i].partition;
        b->replay[i] = false;
    }
}

/* The flight's arena keeps the events of all batches of a call, so only its counters are reset between them.
 * Positions are kept where counters are told, which say up to where they count. */
static void open_flight(struct chatsieve_filter *f, const char *topic)
{
    f->flight.n_event = f->flight.cap_event = f->flight.n_pending = 0;
    if (!f->tells) f->flight.n_pos = 0;
    f->batch->flight = &f->flight;
    f->batch->topic = topic;
}

static cs_rc keep_one(struct chatsieve_filter *f, const struct cs_event *e)
{
    if (f->n_item == f->cap_item) {
        size_t cap = f->cap_item ? f->cap_item * 2 : 64;
        chatsieve_told *wider = realloc(f->item, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        f->item = wider;
        f->cap_item = cap;
    }
    char *key = cs_arena_strdup(&f->told, e->key), *value = cs_arena_strdup(&f->told, e->value);
    if (!key || !value) return cs_fail(CS_ENOMEM);
    f->item[f->n_item++] = (chatsieve_told){.key = (const uint8_t *)key,
        .value = (const uint8_t *)value,
        .key_len = e->key.len,
        .value_len = e->value.len,
        .partition = e->partition,
        .kind = e->output == CS_OUTPUT_KPI ? CHATSIEVE_KPI : CHATSIEVE_OVERDUE};
    return CS_OK;
}

/* What the flight has from event `from` on is told by chatsieve_filter_told(). */
static cs_rc keep(struct chatsieve_filter *f, uint32_t from)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = from; i < f->flight.n_event && !cs_bad(rc); i++)
        rc = keep_one(f, &f->flight.event[i]);
    return rc;
}

/* A call begins: what the last one lent is given back. */
static void begin(struct chatsieve_filter *f)
{
    cs_arena_reset(&f->flight.arena);
    if (!f->lent) return;
    cs_arena_reset(&f->told);
    f->n_item = 0;
    f->lent = false;
}

static cs_rc run_batch(struct chatsieve_filter *f, const char *topic, const chatsieve_record *record,
    uint32_t n, chatsieve_event *event)
{
    fill(f->batch, topic, record, n);
    open_flight(f, topic);
    cs_rc rc = cs_filter_run(f->filter, f->batch);
    if (cs_bad(rc)) return rc;
    for (uint32_t i = 0; i < n; i++) {
        const struct cs_event *e = &f->flight.event[i];
        event[i] = (chatsieve_event){e->value.ptr, e->value.len,
            e->output == CS_OUTPUT_DEADLETTER ? CHATSIEVE_DEADLETTER : CHATSIEVE_ANNOTATED};
    }
    return keep(f, n);
}

/* Records of the next batch, of n >= 1: what a flood takes is in proportion to the bytes of a batch. */
static uint32_t batch_size(const chatsieve_record *record, size_t n)
{
    uint32_t take = 1;
    size_t bytes = record[0].value_len;
    while (take < n && take < CS_BATCH_MAX && record[take].value_len <= BATCH_BYTES &&
           bytes + record[take].value_len <= BATCH_BYTES)
        bytes += record[take++].value_len;
    return take;
}

int chatsieve_filter_run(chatsieve_filter *filter, const char *topic, const chatsieve_record *record,
    size_t n, chatsieve_event *event)
{
    if (!filter || !topic || (n && (!record || !event))) return CHATSIEVE_INVALID;
    begin(filter);
    cs_rc rc = CS_OK;
    for (size_t from = 0, take; from < n && !cs_bad(rc); from += take) {
        take = batch_size(record + from, n - from);
        rc = run_batch(filter, topic, record + from, (uint32_t)take, event + from);
    }
    return cs_abi_status(rc);
}

int chatsieve_event_text(const chatsieve_event *event, const uint8_t **text, size_t *len)
{
    struct cs_span s;
    if (!event || !text || !len || event->kind != CHATSIEVE_ANNOTATED) return CHATSIEVE_INVALID;
    cs_rc rc = cs_annotated_text(cs_span_of(event->value, event->value_len), &s);
    if (cs_bad(rc)) return cs_abi_status(rc);
    *text = s.len ? s.ptr : event->value;
    *len = s.len;
    return CHATSIEVE_OK;
}

/* An empty batch, for what the clock tells outside a run. */
static struct cs_batch *empty_batch(struct chatsieve_filter *f, const char *topic)
{
    begin(f);
    cs_batch_reset(f->batch);
    open_flight(f, topic);
    return f->batch;
}

int chatsieve_filter_advance(chatsieve_filter *filter, const char *topic, int32_t partition, int64_t now_ms)
{
    if (!filter || !topic || !filter->tells) return CHATSIEVE_INVALID;
    struct cs_batch *b = empty_batch(filter, topic);
    cs_rc rc = cs_clock_advance(cs_filter_clock(filter->filter), partition, now_ms, b);
    if (!cs_bad(rc)) rc = cs_filter_tell(filter->filter, b);
    if (!cs_bad(rc)) rc = keep(filter, 0);
    return cs_abi_status(rc);
}

int chatsieve_filter_told(chatsieve_filter *filter, const char *topic, const chatsieve_told **told, size_t *n)
{
    if (!filter || !topic || !told || !n || !filter->tells) return CHATSIEVE_INVALID;
    struct cs_batch *b = empty_batch(filter, topic);
    cs_rc rc = cs_clock_flush(cs_filter_clock(filter->filter), b);
    if (!cs_bad(rc)) rc = cs_filter_tell(filter->filter, b);
    if (!cs_bad(rc)) rc = keep(filter, 0);
    if (cs_bad(rc)) return cs_abi_status(rc);
    *told = filter->item;
    *n = filter->n_item;
    filter->lent = true;
    return CHATSIEVE_OK;
}
