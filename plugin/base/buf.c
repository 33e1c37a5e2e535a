#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint8_t *cs_buf_reserve(struct cs_buf *b, size_t extra)
{
    if (extra > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
        b->failed = true;
        return NULL;
    }
    if (b->cap - b->len >= extra && b->ptr) return b->ptr + b->len;
    size_t cap = b->cap ? b->cap : 64;
    while (cap - b->len < extra)
        cap *= 2;
    uint8_t *p = realloc(b->ptr, cap);
    if (!p) {
        b->failed = true;
        return NULL;
    }
    b->ptr = p;
    b->cap = cap;
    return b->ptr + b->len;
}

void cs_buf_add(struct cs_buf *b, struct cs_span s)
{
    uint8_t *to = cs_buf_reserve(b, s.len);
    if (!to || !s.len) return;
    memcpy(to, s.ptr, s.len);
    b->len += s.len;
}

void cs_buf_str(struct cs_buf *b, const char *s)
{
    cs_buf_add(b, cs_span_str(s));
}

void cs_buf_byte(struct cs_buf *b, uint8_t c)
{
    cs_buf_add(b, cs_span_of(&c, 1));
}

void cs_buf_fmt(struct cs_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    uint8_t *to = n < 0 ? NULL : cs_buf_reserve(b, (size_t)n + 1);
    if (to) {
        vsnprintf((char *)to, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

struct cs_span cs_buf_span(const struct cs_buf *b)
{
    return cs_span_of(b->ptr, b->len);
}

const char *cs_buf_cstr(struct cs_buf *b)
{
    uint8_t *end = cs_buf_reserve(b, 1);
    if (!end) return "";
    *end = 0;
    return (const char *)b->ptr;
}

cs_rc cs_buf_rc(const struct cs_buf *b)
{
    return b->failed ? cs_fail(CS_ENOMEM) : CS_OK;
}

void cs_buf_reset(struct cs_buf *b)
{
    b->len = 0;
    b->failed = false;
}

void cs_buf_clear(struct cs_buf *b)
{
    free(b->ptr);
    *b = (struct cs_buf){0};
}
