#include "annotate/mask.h"

#include "base/utf8.h"

/* Marks, by byte, of what is masked. */
static bool mark(const struct cs_violation *v, uint32_t n, uint8_t *marked)
{
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        if (!v[i].mask || v[i].byte_end == v[i].byte_begin) continue;
        memset(marked + v[i].byte_begin, 1, v[i].byte_end - v[i].byte_begin);
        any = true;
    }
    return any;
}

/* Copy with stars; to_byte[i] is where byte i has gone. Returns the bytes written. */
static uint32_t copy(struct cs_span from, const uint8_t *marked, uint8_t *to, uint32_t *to_byte)
{
    uint32_t n = 0;
    for (size_t at = 0; at < from.len;) {
        struct cs_utf8_step st = cs_utf8_next(from, at);
        for (uint32_t k = 0; k < st.len; k++)
            to_byte[at + k] = n;
        if (marked[at])
            to[n++] = '*';
        else
            for (uint32_t k = 0; k < st.len; k++)
                to[n++] = from.ptr[at + k];
        at += st.len;
    }
    to_byte[from.len] = n;
    return n;
}

cs_rc cs_mask(struct cs_batch *b, uint32_t msg, struct cs_violation *v, uint32_t n)
{
    struct cs_span text = b->text[msg];
    uint8_t *marked = cs_arena_zalloc(&b->arena, text.len + 1, 1);
    if (!marked) return cs_fail(CS_ENOMEM);
    if (!mark(v, n, marked)) return CS_OK;
    uint8_t *to = cs_arena_alloc(&b->arena, text.len);
    uint32_t *to_byte = cs_arena_alloc(&b->arena, (text.len + 1) * sizeof *to_byte);
    if (!to || !to_byte) return cs_fail(CS_ENOMEM);
    b->text[msg] = cs_span_of(to, copy(text, marked, to, to_byte));
    for (uint32_t i = 0; i < n; i++) {
        v[i].byte_begin = to_byte[v[i].byte_begin];
        v[i].byte_end = to_byte[v[i].byte_end];
    }
    b->flags[msg] |= 1u << CS_FLAG_MASKED;
    return CS_OK;
}
