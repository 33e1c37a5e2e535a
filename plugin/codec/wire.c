#include "codec/wire.h"

#include <limits.h>

enum { NUMBER_BYTES_MAX = 5, LENGTH_BYTES_MAX = 5 };

static const uint8_t *refuse(struct cs_wire *w, const char *why)
{
    w->fault = why;
    return NULL;
}

const uint8_t *cs_wire_long_number(struct cs_wire *w, uint32_t *number)
{
    const uint8_t *p = w->at;
    if (*p < 8) return refuse(w, "field number 0");
    uint32_t v = (*p & 0x7Fu) >> 3;
    for (unsigned i = 1, shift = 4; i < NUMBER_BYTES_MAX && p + i < w->end; i++, shift += 7) {
        v |= (uint32_t)(p[i] & 0x7F) << shift;
        if (p[i] < 0x80) {
            *number = v;
            return p + i + 1;
        }
    }
    return refuse(w, "unterminated field number");
}

const uint8_t *cs_wire_long_varint(struct cs_wire *w, const uint8_t *p, uint64_t *value)
{
    const uint8_t *end = w->end - p > CS_WIRE_VARINT_MAX ? p + CS_WIRE_VARINT_MAX : w->end;
    uint64_t v = 0;
    for (unsigned shift = 0; p < end; p++, shift += 7) {
        v |= (uint64_t)(*p & 0x7F) << shift;
        if (*p >= 0x80) continue;
        *value = v;
        return p + 1;
    }
    return refuse(w, "unterminated varint");
}

static const uint8_t *read_bytes(struct cs_wire *w, const uint8_t *p, struct cs_span *body)
{
    uint64_t len = 0;
    unsigned i = 0;
    for (;; i++) {
        if (i == LENGTH_BYTES_MAX || p + i == w->end) return refuse(w, "unterminated length");
        len |= (uint64_t)(p[i] & 0x7F) << (7 * i);
        if (p[i] < 0x80) break;
    }
    p += i + 1;
    if (len > INT_MAX) return refuse(w, "length over 2 GiB");
    if (len > (uint64_t)(w->end - p)) return refuse(w, "length runs past the end");
    *body = (struct cs_span){p, (size_t)len};
    return p + len;
}

static const uint8_t *skip_fixed(struct cs_wire *w, const uint8_t *p, ptrdiff_t width)
{
    return w->end - p < width ? refuse(w, "truncated fixed-width value") : p + width;
}

const uint8_t *cs_wire_value(struct cs_wire *w, const uint8_t *p, struct cs_wire_field *f)
{
    switch (f->type) {
    case CS_WIRE_VARINT: return cs_wire_long_varint(w, p, &f->value);
    case CS_WIRE_FIXED64: return skip_fixed(w, p, 8);
    case CS_WIRE_BYTES: return read_bytes(w, p, &f->body);
    case CS_WIRE_FIXED32: return skip_fixed(w, p, 4);
    default: return refuse(w, "unsupported wire type");
    }
}

size_t cs_wire_put_varint(uint64_t v, uint8_t out[CS_WIRE_VARINT_MAX])
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (uint8_t)(v | 0x80);
    out[n++] = (uint8_t)v;
    return n;
}

static void add_varint(struct cs_buf *out, uint64_t v)
{
    uint8_t b[CS_WIRE_VARINT_MAX];
    cs_buf_add(out, cs_span_of(b, cs_wire_put_varint(v, b)));
}

void cs_wire_add_varint(struct cs_buf *out, uint32_t number, uint64_t v)
{
    add_varint(out, (uint64_t)number << 3 | CS_WIRE_VARINT);
    add_varint(out, v);
}

void cs_wire_add_bytes(struct cs_buf *out, uint32_t number, struct cs_span s)
{
    add_varint(out, (uint64_t)number << 3 | CS_WIRE_BYTES);
    add_varint(out, s.len);
    cs_buf_add(out, s);
}
