#include "codec/rewrite.h"

#include "codec/chat.h"

/* The last occurrence of each ChatMessage field. */
struct lasts {
    const uint8_t *at[CS_CHAT_END];
};

static struct lasts find_lasts(struct cs_span raw)
{
    struct lasts l = {0};
    struct cs_wire w = cs_wire_open(raw);
    struct cs_wire_field f = {0};
    while (cs_wire_more(&w) && cs_wire_next(&w, &f))
        if (f.number < CS_CHAT_END) l.at[f.number] = f.whole.ptr;
    return l;
}

static bool survives(const struct cs_wire_field *f, const struct lasts *l)
{
    if (f->number < CS_CHAT_END) return l->at[f->number] == f->whole.ptr;
    return f->number < CS_ANNOTATION_FIRST || f->number > CS_ANNOTATION_LAST;
}

static uint8_t *put(uint8_t *to, struct cs_span s)
{
    if (s.len) memcpy(to, s.ptr, s.len);
    return to + s.len;
}

static uint8_t *put_text(uint8_t *to, struct cs_span text)
{
    to += cs_wire_put_varint((uint64_t)CS_CHAT_TEXT << 3 | CS_WIRE_BYTES, to);
    to += cs_wire_put_varint(text.len, to);
    return put(to, text);
}

cs_rc cs_rewrite(struct cs_arena *arena, struct cs_span raw, const struct cs_span *text, struct cs_span *out)
{
    size_t most = raw.len + (text ? 2 * CS_WIRE_VARINT_MAX + text->len : 0);
    uint8_t *begin = cs_arena_alloc(arena, most), *to = begin;
    if (!begin) return cs_fail(CS_ENOMEM);
    struct lasts l = find_lasts(raw);
    struct cs_wire w = cs_wire_open(raw);
    struct cs_wire_field f = {0};
    while (cs_wire_more(&w) && cs_wire_next(&w, &f)) {
        if (!survives(&f, &l)) continue;
        to = text && f.number == CS_CHAT_TEXT ? put_text(to, *text) : put(to, f.whole);
    }
    *out = cs_span_of(begin, (size_t)(to - begin));
    return CS_OK;
}
