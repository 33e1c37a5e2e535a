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

/* snprintf would cost as much as the rest of an annotation. */
static char *put_int(char *to, int64_t v)
{
    char digit[20];
    size_t n = 0;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digit[n++] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) *to++ = '-';
    while (n)
        *to++ = digit[--n];
    return to;
}

void cs_event_id_set(char *id, size_t prefix, int32_t partition, int64_t offset)
{
    char *to = put_int(id + prefix, partition);
    *to++ = '/';
    to = put_int(to, offset);
    *to = 0;
}
