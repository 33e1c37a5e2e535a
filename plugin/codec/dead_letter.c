#include "codec/dead_letter.h"

#include "codec/codec.h"
#include "codec/event_id.h"
#include "codec/repair.h"

#include <chatsieve/v1/dead_letter.pb-c.h>

static ProtobufCBinaryData lend(struct cs_span s)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)s.ptr, .len = s.len};
}

cs_rc cs_dead_letter_pack(
    const struct cs_dead_letter *d, struct cs_arena *scratch, struct cs_arena *arena, struct cs_span *out)
{
    size_t prefix;
    char *event_id = cs_event_id_new(scratch, d->topic, &prefix);
    struct cs_span detail = cs_repair(scratch, cs_span_str(d->detail), CS_REPAIR_REPLACE_NUL);
    if (!event_id || !detail.ptr) return cs_fail(CS_ENOMEM);
    cs_event_id_set(event_id, prefix, d->partition, d->offset);
    Chatsieve__V1__DeadLetter m = CHATSIEVE__V1__DEAD_LETTER__INIT;
    m.event_id = event_id;
    m.source_topic = (char *)(uintptr_t)(d->topic ? d->topic : "");
    m.source_partition = d->partition;
    m.source_offset = d->offset;
    m.record_ms = d->record_ms;
    m.reason = (char *)(uintptr_t)d->reason;
    m.detail = (char *)(uintptr_t)detail.ptr;
    m.record_key = lend(d->key);
    m.payload = lend(d->payload);
    uint8_t *bytes = cs_arena_alloc(arena, chatsieve__v1__dead_letter__get_packed_size(&m));
    if (!bytes) return cs_fail(CS_ENOMEM);
    *out = cs_span_of(bytes, chatsieve__v1__dead_letter__pack(&m, bytes));
    return CS_OK;
}

cs_rc cs_encode_refused(const char *topic, const struct cs_event *e, const char *detail, struct cs_span *out)
{
    struct cs_dead_letter d = {.topic = topic,
        .key = e->key,
        .payload = e->value,
        .offset = e->offset,
        .partition = e->partition,
        .reason = cs_dead_name(CS_DEAD_REFUSED),
        .detail = detail};
    return cs_dead_letter_pack(&d, &e->flight->arena, &e->flight->arena, out);
}
