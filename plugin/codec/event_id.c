#include "codec/event_id.h"

char *cs_event_id_new(struct cs_arena *arena, const char *topic, size_t *prefix)
{
    struct cs_span t = cs_span_str(topic);
    char *id = cs_arena_alloc(arena, t.len + 1 + CS_EVENT_ID_TAIL);
    if (!id) return NULL;
    if (t.len) memcpy(id, t.ptr, t.len);
    id[t.len] = '/';
    *prefix = t.len + 1;
    return id;
}

/* Decimal, two digits at a time and backwards from `end`; returns where it begins. snprintf would cost as
 * much as the rest of an annotation. */
static char *put_before(char *end, int64_t v)
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (; u >= 100; u /= 100) {
        uint32_t pair = (uint32_t)(u % 100);
        *--end = (char)('0' + pair % 10);
        *--end = (char)('0' + pair / 10);
    }
    *--end = (char)('0' + u % 10);
    if (u >= 10) *--end = (char)('0' + u / 10);
    if (v < 0) *--end = '-';
    return end;
}

size_t cs_event_id_set(char *id, size_t prefix, int32_t partition, int64_t offset)
{
    char tail[CS_EVENT_ID_TAIL], *end = tail + sizeof tail - 1;
    *end = 0;
    char *at = put_before(end, offset);
    *--at = '/';
    at = put_before(at, partition);
    memcpy(id + prefix, at, (size_t)(end - at) + 1);
    return prefix + (size_t)(end - at);
}
