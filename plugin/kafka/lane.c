#include "kafka/lane.h"

#include <stdlib.h>

/* Most bytes that a record has in a batch beside key and value. */
enum { AROUND = 40, CAP_MIN = 16 };

static size_t size_of(const struct cs_event *e)
{
    return e->key.len + e->value.len + AROUND;
}

void cs_kafka_lane_clear(struct cs_kafka_lane *l)
{
    free(l->run);
    *l = (struct cs_kafka_lane){0};
}

static cs_rc reserve(struct cs_kafka_lane *l)
{
    if (l->to < l->cap) return CS_OK;
    if (l->from > 0) { /* room at the front: what was taken */
        memmove(l->run, l->run + l->from, (l->to - l->from) * sizeof *l->run);
        l->to -= l->from;
        l->from = 0;
        if (l->to < l->cap / 2) return CS_OK;
    }
    uint32_t cap = l->cap ? 2 * l->cap : CAP_MIN;
    struct cs_kafka_run *wider = realloc(l->run, cap * sizeof *wider);
    if (!wider) return cs_fail(CS_ENOMEM);
    l->run = wider;
    l->cap = cap;
    return CS_OK;
}

cs_rc cs_kafka_lane_add(struct cs_kafka_lane *l, struct cs_event *e, uint32_t n, int64_t now_ms)
{
    cs_rc rc = reserve(l);
    if (cs_bad(rc)) return rc;
    if (l->n_waiting == 0) l->since_ms = now_ms;
    l->run[l->to++] = (struct cs_kafka_run){e, n};
    l->n_waiting += n;
    for (uint32_t i = 0; i < n; i++)
        l->bytes += size_of(&e[i]);
    return CS_OK;
}

int cs_kafka_lane_due(const struct cs_kafka_lane *l, const struct cs_kafka_load *load, int64_t now_ms)
{
    if (l->n_waiting == 0 || l->in_air > 0) return -1;
    int64_t left = l->since_ms + load->hold_ms - now_ms;
    bool full = l->bytes >= load->bytes || l->n_waiting >= load->events;
    return full || left <= 0 ? 0 : (int)left;
}

struct cs_kafka_run cs_kafka_lane_next(
    const struct cs_kafka_lane *l, const struct cs_kafka_load *load, struct cs_kafka_load *used, uint32_t max)
{
    struct cs_kafka_run r = {0};
    if (l->n_waiting == 0) return r;
    r.event = l->run[l->from].event;
    for (; r.n < max && r.n < l->run[l->from].n; r.n++) {
        size_t bytes = used->bytes + size_of(&r.event[r.n]);
        bool fits = bytes <= load->bytes && used->events < load->events;
        if (!fits && used->events > 0) break;
        used->bytes = bytes;
        used->events++;
    }
    return r;
}

void cs_kafka_lane_take(struct cs_kafka_lane *l, uint32_t n)
{
    struct cs_kafka_run *r = &l->run[l->from];
    for (uint32_t i = 0; i < n; i++)
        l->bytes -= size_of(&r->event[i]);
    l->n_waiting -= n;
    r->event += n;
    r->n -= n;
    if (r->n == 0) l->from++;
    if (l->from == l->to) l->from = l->to = 0;
}
