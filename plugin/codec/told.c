/* What the clock tells beside the response of a message, as events: overdue turns and KPI rows. A few a
 * second, so protobuf-c writes them. */
#include "codec/codec.h"

#include <chatsieve/v1/kpi.pb-c.h>
#include <chatsieve/v1/overdue.pb-c.h>
#include <inttypes.h>
#include <stdio.h>

/* As a C string; *rc turns bad for want of memory. */
static char *text(struct cs_arena *a, struct cs_span s, cs_rc *rc)
{
    char *p = cs_arena_strdup(a, s);
    if (!p) *rc = cs_fail(CS_ENOMEM);
    return p;
}

static char *constant(const char *s)
{
    return (char *)(uintptr_t)(s ? s : "");
}

static struct cs_span joined(struct cs_arena *a, struct cs_buf *b, cs_rc *rc)
{
    if (!cs_bad(*rc)) *rc = cs_buf_rc(b);
    char *p = cs_bad(*rc) ? NULL : text(a, cs_buf_span(b), rc);
    return cs_span_of(p, p ? b->len : 0);
}

/* "topic/partition/offset/kind/limit_ms/name". */
static struct cs_span overdue_id(struct cs_arena *a, const char *topic, const struct cs_overdue *o, cs_rc *rc)
{
    struct cs_buf b = {0};
    cs_buf_fmt(&b, "%s/%" PRId32 "/%" PRId64 "/%s/%" PRId64 "/%s", topic, o->partition, o->offset,
        cs_overdue_name(o->kind), o->limit_ms, o->name ? o->name : "");
    struct cs_span id = joined(a, &b, rc);
    cs_buf_clear(&b);
    return id;
}

static cs_rc pack(struct cs_arena *a, const ProtobufCMessage *m, struct cs_event *e)
{
    uint8_t *bytes = cs_arena_alloc(a, protobuf_c_message_get_packed_size(m));
    if (!bytes) return cs_fail(CS_ENOMEM);
    e->value = cs_span_of(bytes, protobuf_c_message_pack(m, bytes));
    return CS_OK;
}

/* Keyed like a message of the conversation, so that a reader finds both by one key; the partition is that of
 * the record anyway. */
static struct cs_span conversation_key(struct cs_arena *a, const struct cs_overdue *o, cs_rc *rc)
{
    struct cs_buf b = {0};
    cs_buf_add(&b, o->platform);
    cs_buf_byte(&b, '/');
    cs_buf_add(&b, o->shop);
    cs_buf_byte(&b, '/');
    cs_buf_add(&b, o->buyer);
    struct cs_span key = joined(a, &b, rc);
    cs_buf_clear(&b);
    return key;
}

static cs_rc put_overdue(const struct cs_batch *b, const struct cs_overdue *o, struct cs_event *e)
{
    struct cs_arena *a = &b->flight->arena;
    cs_rc rc = CS_OK;
    Chatsieve__V1__OverdueEvent m = CHATSIEVE__V1__OVERDUE_EVENT__INIT;
    struct cs_span id = overdue_id(a, b->topic, o, &rc);
    m.event_id = (char *)(uintptr_t)id.ptr;
    m.platform = text(a, o->platform, &rc);
    m.shop_id = text(a, o->shop, &rc);
    m.buyer_id = text(a, o->buyer, &rc);
    m.agent_id = text(a, o->agent, &rc);
    m.kind = constant(cs_overdue_name(o->kind));
    m.limit_name = constant(o->name);
    m.profile = constant(o->profile);
    m.since_ms = o->since_ms;
    m.due_ms = o->due_ms;
    m.limit_ms = o->limit_ms;
    m.service_day = o->day;
    m.buyer_messages = (int32_t)o->messages;
    m.numerator = o->numerator;
    m.denominator = o->denominator;
    m.source_topic = constant(b->topic);
    m.source_partition = o->partition;
    m.source_offset = o->offset;
    *e = (struct cs_event){.flight = b->flight,
        .key = conversation_key(a, o, &rc),
        .offset = o->offset,
        .partition = o->partition,
        .output = CS_OUTPUT_OVERDUE};
    return cs_bad(rc) ? rc : pack(a, &m.base, e);
}

/* One part of a compound key: what separates parts is written as %2F, so that two keys never run together. */
static void add_part(struct cs_buf *b, struct cs_span s)
{
    cs_buf_byte(b, '/');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '/' || s.ptr[i] == '%')
            cs_buf_fmt(b, "%%%02X", s.ptr[i]);
        else
            cs_buf_byte(b, s.ptr[i]);
    }
}

/* "topic/partition/day/metric/profile/platform/shop/agent". */
static struct cs_span kpi_key(struct cs_arena *a, const char *topic, const struct cs_kpi_row *r, cs_rc *rc)
{
    struct cs_buf b = {0};
    cs_buf_fmt(&b, "%s/%" PRId32 "/%" PRId32, topic, r->partition, r->day);
    add_part(&b, cs_span_str(r->metric));
    add_part(&b, cs_span_str(r->profile));
    add_part(&b, r->platform);
    add_part(&b, r->shop);
    add_part(&b, r->agent);
    struct cs_span key = joined(a, &b, rc);
    cs_buf_clear(&b);
    return key;
}

/* Up to where a flight's rows of a partition count. */
static int64_t counted(const struct cs_flight *f, int32_t partition)
{
    for (uint32_t i = 0; i < f->n_pos; i++)
        if (f->pos[i].partition == partition) return f->pos[i].next_offset;
    return 0;
}

static cs_rc put_kpi(const struct cs_batch *b, const struct cs_kpi_row *r, struct cs_event *e)
{
    struct cs_arena *a = &b->flight->arena;
    cs_rc rc = CS_OK;
    Chatsieve__V1__KpiRow m = CHATSIEVE__V1__KPI_ROW__INIT;
    m.metric = constant(r->metric);
    m.profile = constant(r->profile);
    m.platform = text(a, r->platform, &rc);
    m.shop_id = text(a, r->shop, &rc);
    m.agent_id = text(a, r->agent, &rc);
    m.service_day = r->day;
    m.source_topic = constant(b->topic);
    m.source_partition = r->partition;
    m.source_offset = counted(b->flight, r->partition);
    m.unit = constant(cs_kpi_unit_name(r->unit));
    m.numerator = r->numerator;
    m.denominator = r->denominator;
    m.maximum = r->max;
    *e = (struct cs_event){.flight = b->flight,
        .key = kpi_key(a, b->topic, r, &rc),
        .offset = m.source_offset,
        .partition = r->partition,
        .output = CS_OUTPUT_KPI};
    return cs_bad(rc) ? rc : pack(a, &m.base, e);
}

cs_rc cs_encode_told(const struct cs_stamp *stamp, struct cs_batch *b)
{
    struct cs_flight *f = b->flight;
    uint32_t n_overdue = stamp->outputs >> CS_OUTPUT_OVERDUE & 1 ? b->n_overdue : 0;
    uint32_t n_kpi = stamp->outputs >> CS_OUTPUT_KPI & 1 ? b->n_kpi : 0, n = f->n_event;
    cs_rc rc = n_overdue + n_kpi ? cs_flight_reserve(f, n_overdue + n_kpi) : CS_OK;
    for (uint32_t i = 0; i < n_overdue && !cs_bad(rc); i++)
        rc = put_overdue(b, &b->overdue[i], &f->event[n++]);
    for (uint32_t i = 0; i < n_kpi && !cs_bad(rc); i++)
        rc = put_kpi(b, &b->kpi[i], &f->event[n++]);
    if (cs_bad(rc)) return rc;
    f->n_pending += n - f->n_event;
    f->n_event = n;
    return CS_OK;
}
