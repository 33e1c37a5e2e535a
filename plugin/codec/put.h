/* Protobuf fields written at a cursor, into memory that the caller has made large enough. `to` is where the
 * next byte goes; every function returns the place behind what it wrote. Inline, because the encode stage
 * spends most of its time here. Not to be used outside codec/. */
#ifndef CS_CODEC_PUT_H
#define CS_CODEC_PUT_H

#include "codec/wire.h"

/* Most bytes of a number with its tag, and of what stands before a string or a message. */
enum { CS_PUT_NUMBER_MAX = 2 + CS_WIRE_VARINT_MAX, CS_PUT_HEAD_MAX = 2 + 5 };

static inline uint8_t *cs_put_varint(uint8_t *to, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *to++ = (uint8_t)(v | 0x80);
    *to++ = (uint8_t)v;
    return to;
}

/* Field numbers up to 2047. */
static inline uint8_t *cs_put_tag(uint8_t *to, uint32_t number, enum cs_wire_type type)
{
    uint32_t tag = number << 3 | type;
    if (tag >= 0x80) *to++ = (uint8_t)(tag | 0x80), tag >>= 7;
    *to++ = (uint8_t)tag;
    return to;
}

/* A number that is not 0, the default: every integer type, enum and bool of protobuf without zigzag. */
static inline uint8_t *cs_put_number(uint8_t *to, uint32_t number, int64_t v)
{
    return v ? cs_put_varint(cs_put_tag(to, number, CS_WIRE_VARINT), (uint64_t)v) : to;
}

/* An element of a repeated field: empty ones count. */
static inline uint8_t *cs_put_bytes(uint8_t *to, uint32_t number, struct cs_span s)
{
    to = cs_put_varint(cs_put_tag(to, number, CS_WIRE_BYTES), s.len);
    if (s.len) memcpy(to, s.ptr, s.len);
    return to + s.len;
}

/* A string that is not empty, the default. */
static inline uint8_t *cs_put_string(uint8_t *to, uint32_t number, struct cs_span s)
{
    return s.len ? cs_put_bytes(to, number, s) : to;
}

/* Begin a field whose length is known only at its end; returns where its body begins. */
static inline uint8_t *cs_put_open(uint8_t *to, uint32_t number)
{
    return cs_put_tag(to, number, CS_WIRE_BYTES) + 1;
}

/* End the field whose body stands in [body, to). One byte was left for the length; longer bodies move. */
static inline uint8_t *cs_put_close(uint8_t *body, uint8_t *to)
{
    size_t len = (size_t)(to - body);
    body[-1] = (uint8_t)len;
    if (len < 0x80) return to;
    uint8_t head[CS_WIRE_VARINT_MAX];
    size_t n = cs_wire_put_varint(len, head);
    memmove(body - 1 + n, body, len);
    memcpy(body - 1, head, n);
    return to + n - 1;
}

#endif
