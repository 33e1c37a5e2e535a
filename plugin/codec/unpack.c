/* What displays read back from an AnnotatedMessage. */
#include "codec/chat.h"
#include "codec/codec.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <chatsieve/v1/kpi.pb-c.h>
#include <errno.h>
#include <stdlib.h>

typedef Chatsieve__V1__AnnotatedMessage Annotated;
typedef Chatsieve__V1__AnnotatedMessage__Violation Violation;

/* The arena as an allocator that remembers whether it was the reason for a refusal. */
struct budget {
    struct cs_arena *arena;
    bool exhausted;
};

static void *budget_alloc(void *budget, size_t size)
{
    struct budget *b = budget;
    void *p = cs_arena_alloc(b->arena, size);
    if (!p) b->exhausted = true;
    return p;
}

static void budget_free(void *budget, void *p)
{
    (void)budget, (void)p; /* dies with the arena */
}

static uint8_t bounded(uint64_t v, uint32_t count)
{
    return (uint32_t)v < count ? (uint8_t)v : 0;
}

static struct cs_chat chat_of(const struct cs_chat_fields *f)
{
    return (struct cs_chat){.platform = f->bytes[CS_CHAT_PLATFORM],
        .shop = f->bytes[CS_CHAT_SHOP],
        .buyer = f->bytes[CS_CHAT_BUYER],
        .agent = f->bytes[CS_CHAT_AGENT],
        .conversation = f->bytes[CS_CHAT_CONVERSATION],
        .message_id = f->bytes[CS_CHAT_MESSAGE_ID],
        .text = f->bytes[CS_CHAT_TEXT],
        .source_system = f->bytes[CS_CHAT_SOURCE_SYSTEM],
        .order = f->bytes[CS_CHAT_ORDER],
        .event = f->bytes[CS_CHAT_EVENT],
        .sent_ms = (int64_t)f->number[CS_CHAT_SENT_MS],
        .role = bounded(f->number[CS_CHAT_ROLE], CS_ROLE_COUNT),
        .origin = bounded(f->number[CS_CHAT_ORIGIN], CS_ORIGIN_COUNT),
        .account = bounded(f->number[CS_CHAT_ACCOUNT], CS_ACCOUNT_COUNT)};
}

static struct cs_response response_of(const Chatsieve__V1__AnnotatedMessage__Response *r)
{
    struct cs_response out = {0};
    if (!r) return out;
    out.waiting_since_ms = r->waiting_since_ms;
    out.latency_ms = r->latency_ms;
    out.position = (uint32_t)r->turn_position;
    out.turn = bounded((uint32_t)r->turn, CS_TURN_COUNT);
    out.first_reply = r->first_reply;
    out.in_hours = r->in_service_hours;
    out.responder = bounded(cs_responder_parse(cs_span_str(r->responder)), CS_RESPONDER_COUNT);
    if (r->profile && r->profile[0]) out.profile = r->profile;
    for (size_t k = 0; k < r->n_threshold_s && k < CS_THRESHOLDS_MAX; k++)
        out.threshold_s[out.n_threshold++] = (uint32_t)r->threshold_s[k];
    return out;
}

static struct cs_violation violation_of(const Violation *v)
{
    return (struct cs_violation){.rule_id = v->rule_id,
        .category = v->category,
        .term = v->term,
        .byte_begin = (uint32_t)v->byte_begin,
        .byte_end = (uint32_t)v->byte_end,
        .char_begin = (uint32_t)v->char_begin,
        .char_end = (uint32_t)v->char_end,
        .severity = (uint8_t)v->severity,
        .evidence = (uint8_t)cs_evidence_parse(cs_span_str(v->evidence))};
}

/* The offset at the end of an event id. */
static bool offset_of(const char *id, int64_t *out)
{
    const char *tail = strrchr(id, '/');
    char *end = NULL;
    if (!tail || tail[1] < '0' || tail[1] > '9') return false;
    errno = 0;
    *out = strtoll(tail + 1, &end, 10);
    return *end == 0 && errno == 0;
}

static cs_rc take_earlier(const Violation *from, struct cs_arena *arena, struct cs_violation *v)
{
    size_t most = from->n_earlier_event_ids < CS_EARLIER_MAX ? from->n_earlier_event_ids : CS_EARLIER_MAX;
    int64_t *offset = most ? cs_arena_alloc(arena, most * sizeof *offset) : NULL;
    if (most && !offset) return cs_fail(CS_ENOMEM);
    for (size_t k = 0; k < most; k++)
        v->n_earlier += offset_of(from->earlier_event_ids[k], &offset[v->n_earlier]);
    v->earlier = offset;
    return CS_OK;
}

static cs_rc take_violations(const Annotated *m, struct cs_arena *arena, struct cs_annotated *out)
{
    struct cs_violation *v = cs_arena_zalloc(arena, m->n_violations, sizeof *v);
    if (!v) return cs_fail(CS_ENOMEM);
    cs_rc rc = CS_OK;
    for (size_t k = 0; k < m->n_violations && !cs_bad(rc); k++) {
        v[k] = violation_of(m->violations[k]);
        rc = take_earlier(m->violations[k], arena, &v[k]);
    }
    out->violation = v;
    out->n_violation = (uint32_t)m->n_violations;
    return rc;
}

cs_rc cs_annotated_unpack(struct cs_span event, struct cs_arena *arena, struct cs_annotated *out)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault;
    if (!cs_chat_read(event, &f, &fault)) return cs_fail(CS_ESYNTAX);
    struct budget budget = {.arena = arena};
    ProtobufCAllocator allocator = {.alloc = budget_alloc, .free = budget_free, .allocator_data = &budget};
    const Annotated *m = chatsieve__v1__annotated_message__unpack(&allocator, event.len, event.ptr);
    if (!m) return cs_fail(budget.exhausted ? CS_ENOMEM : CS_ESYNTAX);
    struct cs_annotated a = {.chat = chat_of(&f),
        .response = response_of(m->response),
        .max_severity = m->max_severity,
        .event_id = cs_span_str(m->event_id)};
    cs_rc rc = take_violations(m, arena, &a);
    if (!cs_bad(rc)) *out = a;
    return rc;
}

cs_rc cs_annotated_text(struct cs_span event, struct cs_span *text)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault;
    if (!cs_chat_read(event, &f, &fault)) return cs_fail(CS_ESYNTAX);
    *text = f.bytes[CS_CHAT_TEXT];
    return CS_OK;
}

static uint8_t unit_of(const char *name)
{
    for (uint32_t v = 1; v < CS_KPI_UNIT_COUNT; v++)
        if (strcmp(name, cs_kpi_unit_name((uint8_t)v)) == 0) return (uint8_t)v;
    return CS_KPI_NONE;
}

cs_rc cs_kpi_unpack(struct cs_span event, struct cs_arena *arena, struct cs_kpi_event *out)
{
    struct budget budget = {.arena = arena};
    ProtobufCAllocator allocator = {.alloc = budget_alloc, .free = budget_free, .allocator_data = &budget};
    const Chatsieve__V1__KpiRow *m = chatsieve__v1__kpi_row__unpack(&allocator, event.len, event.ptr);
    if (!m) return cs_fail(budget.exhausted ? CS_ENOMEM : CS_ESYNTAX);
    *out = (struct cs_kpi_event){.row = {.platform = cs_span_str(m->platform),
                                     .shop = cs_span_str(m->shop_id),
                                     .agent = cs_span_str(m->agent_id),
                                     .metric = m->metric,
                                     .profile = m->profile,
                                     .numerator = m->numerator,
                                     .denominator = m->denominator,
                                     .max = m->maximum,
                                     .partition = m->source_partition,
                                     .day = m->service_day,
                                     .unit = unit_of(m->unit)},
        .offset = m->source_offset};
    return CS_OK;
}
