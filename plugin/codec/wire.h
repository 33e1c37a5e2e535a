/* The protobuf wire format, field by field.
 *
 * The reader accepts exactly the bytes that protobuf-c 1.4 and 1.5 accept at the level of one message: a
 * field number of up to 32 bits in at most five bytes whose first byte does not spell number 0, varints of at
 * most ten bytes, lengths of at most five bytes and INT_MAX, no groups. It takes no memory; all spans point
 * into the input. Not to be used outside codec/. */
#ifndef CS_CODEC_WIRE_H
#define CS_CODEC_WIRE_H

#include "base/buf.h"

enum cs_wire_type { CS_WIRE_VARINT = 0, CS_WIRE_FIXED64 = 1, CS_WIRE_BYTES = 2, CS_WIRE_FIXED32 = 5 };

enum { CS_WIRE_VARINT_MAX = 10, CS_WIRE_NUMBER_MAX = 536870911 /* what other readers allow: 2^29 - 1 */ };

/* One field as it stands in the input. */
struct cs_wire_field {
    struct cs_span whole; /* tag and value */
    struct cs_span body;  /* CS_WIRE_BYTES: what the length counts; else its len is 0 */
    uint64_t value;       /* CS_WIRE_VARINT, modulo 2^64; else 0 */
    uint32_t number;
    uint8_t type; /* enum cs_wire_type */
};

struct cs_wire {
    const uint8_t *base, *at, *end;
    const char *fault; /* why the last cs_wire_next() refused; static */
};

static inline struct cs_wire cs_wire_open(struct cs_span s)
{
    return (struct cs_wire){.base = s.ptr, .at = s.ptr, .end = s.len ? s.ptr + s.len : s.ptr};
}
static inline bool cs_wire_more(const struct cs_wire *w)
{
    return w->at != w->end;
}
/* Where the reader stands: the offset of the next field, or of the refused one. */
static inline size_t cs_wire_offset(const struct cs_wire *w)
{
    return (size_t)(w->at - w->base);
}

/* The rare forms, out of line; each returns the byte behind what it read, or NULL with w->fault set. */
const uint8_t *cs_wire_long_number(struct cs_wire *w, uint32_t *number);
const uint8_t *cs_wire_long_varint(struct cs_wire *w, const uint8_t *p, uint64_t *value);
const uint8_t *cs_wire_value(struct cs_wire *w, const uint8_t *p, struct cs_wire_field *f);

/* Read the field at w->at, which must not be the end. On refusal w->at stays at that field. Inline, because
 * the decode stage spends most of its time here: one-byte tags with one-byte lengths or values are usual. */
static inline bool cs_wire_next(struct cs_wire *w, struct cs_wire_field *f)
{
    const uint8_t *p = w->at;
    uint8_t head = *p;
    f->type = head & 7;
    f->value = 0;
    f->body.len = 0;
    if (head >= 8 && head < 0x80) {
        f->number = head >> 3;
        p++;
    } else {
        p = cs_wire_long_number(w, &f->number);
        if (!p) return false;
    }
    if (f->type == CS_WIRE_BYTES && p != w->end && *p < 0x80 && *p < w->end - p) {
        f->body = (struct cs_span){p + 1, *p};
        p += 1 + *p;
    } else if (f->type == CS_WIRE_VARINT && p != w->end && *p < 0x80) {
        f->value = *p++;
    } else {
        p = cs_wire_value(w, p, f);
        if (!p) return false;
    }
    f->whole = (struct cs_span){w->at, (size_t)(p - w->at)};
    w->at = p;
    return true;
}

/* Write a varint; returns the bytes written, at most CS_WIRE_VARINT_MAX. */
size_t cs_wire_put_varint(uint64_t v, uint8_t out[CS_WIRE_VARINT_MAX]);
/* Append a varint field, or a length-prefixed one. */
void cs_wire_add_varint(struct cs_buf *out, uint32_t number, uint64_t v);
void cs_wire_add_bytes(struct cs_buf *out, uint32_t number, struct cs_span s);

#endif
