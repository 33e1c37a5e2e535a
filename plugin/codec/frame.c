/* Length-delimited framing. */
#include "codec/codec.h"
#include "codec/wire.h"

size_t cs_frame_next(struct cs_span in, size_t max, struct cs_span *body)
{
    uint64_t len = 0;
    size_t i = 0;
    for (;; i++) {
        if (i == in.len) return 0;
        if (i == CS_WIRE_VARINT_MAX - 1 && in.ptr[i] > 1) return CS_FRAME_BAD; /* over 64 bits */
        len |= (uint64_t)(in.ptr[i] & 0x7F) << (7 * i);
        if (in.ptr[i] < 0x80) break;
    }
    i++;
    if (len > max) return CS_FRAME_BAD;
    if (len > in.len - i) return 0;
    *body = cs_span_of(in.ptr + i, (size_t)len);
    return i + (size_t)len;
}

void cs_frame_put(struct cs_span body, struct cs_buf *out)
{
    uint8_t head[CS_WIRE_VARINT_MAX];
    cs_buf_add(out, cs_span_of(head, cs_wire_put_varint(body.len, head)));
    cs_buf_add(out, body);
}
