#include "codec/repair.h"

#include "base/utf8.h"

static struct cs_utf8_step next(struct cs_span s, size_t at, enum cs_repair_nul nul)
{
    struct cs_utf8_step st = cs_utf8_next(s, at);
    if (st.cp == 0 && nul == CS_REPAIR_REPLACE_NUL) st.cp = CS_UTF8_BAD;
    return st;
}

struct cs_span cs_repair(struct cs_arena *arena, struct cs_span s, enum cs_repair_nul nul)
{
    uint8_t c[CS_UTF8_MAX_BYTES];
    size_t len = 0;
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step st = next(s, at, nul);
        len += cs_utf8_put(st.cp, c);
        at += st.len;
    }
    uint8_t *to = cs_arena_alloc(arena, len + 1);
    if (!to) return (struct cs_span){0};
    struct cs_span out = {to, len};
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step st = next(s, at, nul);
        size_t n = cs_utf8_put(st.cp, c);
        memcpy(to, c, n);
        to += n;
        at += st.len;
    }
    *to = 0;
    return out;
}
