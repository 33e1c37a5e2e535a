/* Events as JSON, by protobuf-c's own description of the messages. */
#include "base/utf8.h"
#include "codec/chat.h"
#include "codec/codec.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <chatsieve/v1/dead_letter.pb-c.h>
#include <chatsieve/v1/kpi.pb-c.h>
#include <chatsieve/v1/overdue.pb-c.h>
#include <stdlib.h>

/* protobuf-c hands out C strings, which end at a NUL. The strings of the top level, where a sender may have
 * put one, are therefore taken from the wire: the last value of each field number. */
struct strings {
    struct cs_span last[CS_ANNOTATION_LAST + 1];
};

static struct strings find_strings(struct cs_span event)
{
    struct strings s = {0};
    struct cs_wire w = cs_wire_open(event);
    struct cs_wire_field f = {0};
    while (cs_wire_more(&w) && cs_wire_next(&w, &f))
        if (f.number <= CS_ANNOTATION_LAST) s.last[f.number] = f.body;
    return s;
}

static void put_escaped(struct cs_buf *out, uint32_t cp)
{
    static const char *const simple[] = {['\b'] = "\\b",
        ['\t'] = "\\t",
        ['\n'] = "\\n",
        ['\f'] = "\\f",
        ['\r'] = "\\r",
        ['"'] = "\\\"",
        ['\\'] = "\\\\"};
    uint8_t c[CS_UTF8_MAX_BYTES];
    if (cp < sizeof simple / sizeof simple[0] && simple[cp])
        cs_buf_str(out, simple[cp]);
    else if (cp < 0x20 || cp == 0x7F)
        cs_buf_fmt(out, "\\u%04x", cp);
    else
        cs_buf_add(out, cs_span_of(c, cs_utf8_put(cp, c)));
}

void cs_json_string(struct cs_buf *out, struct cs_span s)
{
    cs_buf_byte(out, '"');
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        put_escaped(out, st.cp);
        at += st.len;
    }
    cs_buf_byte(out, '"');
}

static void put_base64(struct cs_buf *out, struct cs_span s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    cs_buf_byte(out, '"');
    for (size_t at = 0; at < s.len; at += 3) {
        size_t n = s.len - at < 3 ? s.len - at : 3;
        uint32_t w = (uint32_t)s.ptr[at] << 16;
        if (n > 1) w |= (uint32_t)s.ptr[at + 1] << 8;
        if (n > 2) w |= s.ptr[at + 2];
        for (size_t k = 0; k < 4; k++)
            cs_buf_byte(out, k <= n ? (uint8_t)digit[w >> (18 - 6 * k) & 63] : '=');
    }
    cs_buf_byte(out, '"');
}

/* "agent" for ROLE_AGENT: the prefix is what stands before UNSPECIFIED in the zero value. */
static void put_enum(struct cs_buf *out, const ProtobufCEnumDescriptor *desc, int value)
{
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(desc, value);
    const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(desc, 0);
    if (!v || !zero) {
        cs_buf_fmt(out, "%d", value);
        return;
    }
    cs_buf_byte(out, '"');
    for (const char *c = v->name + strlen(zero->name) - strlen("UNSPECIFIED"); *c; c++)
        cs_buf_byte(out, (uint8_t)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c));
    cs_buf_byte(out, '"');
}

static void put_message(struct cs_buf *out, const ProtobufCMessage *m, const struct strings *strings);

/* The members of protobuf-c's structs, read through their untyped addresses. */
static int64_t int64_at(const void *p)
{
    int64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static int32_t int32_at(const void *p)
{
    int32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static const void *pointer_at(const void *p)
{
    const void *v;
    memcpy(&v, p, sizeof v);
    return v;
}

static struct cs_span bytes_at(const void *p)
{
    ProtobufCBinaryData v;
    memcpy(&v, p, sizeof v);
    return cs_span_of(v.data, v.len);
}

static size_t count_at(const void *p)
{
    size_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* One value of a field's type at `p`. */
static void put_value(struct cs_buf *out, const ProtobufCFieldDescriptor *f, const void *p)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT64: cs_buf_fmt(out, "%lld", (long long)int64_at(p)); break;
    case PROTOBUF_C_TYPE_STRING: cs_json_string(out, cs_span_str(pointer_at(p))); break;
    case PROTOBUF_C_TYPE_MESSAGE: put_message(out, pointer_at(p), NULL); break;
    case PROTOBUF_C_TYPE_BYTES: put_base64(out, bytes_at(p)); break;
    case PROTOBUF_C_TYPE_ENUM: put_enum(out, f->descriptor, int32_at(p)); break;
    case PROTOBUF_C_TYPE_BOOL: cs_buf_str(out, int32_at(p) ? "true" : "false"); break;
    default: cs_buf_fmt(out, "%d", int32_at(p)); break;
    }
}

static size_t value_size(const ProtobufCFieldDescriptor *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT64: return sizeof(int64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    default: return sizeof(int32_t);
    }
}

static void put_array(struct cs_buf *out, const ProtobufCFieldDescriptor *f, const char *base)
{
    size_t n = count_at(base + f->quantifier_offset);
    const char *item = pointer_at(base + f->offset);
    cs_buf_byte(out, '[');
    for (size_t k = 0; k < n; k++) {
        if (k) cs_buf_byte(out, ',');
        put_value(out, f, item + k * value_size(f));
    }
    cs_buf_byte(out, ']');
}

/* True for an absent field and for one at its default value. */
static bool is_default(const ProtobufCFieldDescriptor *f, const char *base)
{
    const char *p = base + f->offset;
    if (f->label == PROTOBUF_C_LABEL_REPEATED) return count_at(base + f->quantifier_offset) == 0;
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT64: return int64_at(p) == 0;
    case PROTOBUF_C_TYPE_STRING: return cs_span_str(pointer_at(p)).len == 0;
    case PROTOBUF_C_TYPE_MESSAGE: return pointer_at(p) == NULL;
    case PROTOBUF_C_TYPE_BYTES: return bytes_at(p).len == 0;
    default: return int32_at(p) == 0;
    }
}

static bool put_field(
    struct cs_buf *out, const ProtobufCFieldDescriptor *f, const char *base, const struct strings *strings)
{
    bool from_wire = strings && f->type == PROTOBUF_C_TYPE_STRING && f->label != PROTOBUF_C_LABEL_REPEATED;
    if (from_wire ? strings->last[f->id].len == 0 : is_default(f, base)) return false;
    cs_buf_fmt(out, "\"%s\":", f->name);
    if (from_wire)
        cs_json_string(out, strings->last[f->id]);
    else if (f->label == PROTOBUF_C_LABEL_REPEATED)
        put_array(out, f, base);
    else
        put_value(out, f, base + f->offset);
    return true;
}

static void put_message(struct cs_buf *out, const ProtobufCMessage *m, const struct strings *strings)
{
    cs_buf_byte(out, '{');
    for (unsigned k = 0; k < m->descriptor->n_fields; k++)
        if (put_field(out, &m->descriptor->fields[k], (const char *)m, strings)) cs_buf_byte(out, ',');
    if (out->len && out->ptr[out->len - 1] == ',') out->len--;
    cs_buf_byte(out, '}');
}

/* Tells apart the two reasons for which protobuf-c refuses. */
static void *watched_alloc(void *exhausted, size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) *(bool *)exhausted = true;
    return p;
}

static void watched_free(void *exhausted, void *p)
{
    (void)exhausted;
    free(p);
}

cs_rc cs_event_to_json(struct cs_span event, enum cs_output output, struct cs_buf *out)
{
    static const ProtobufCMessageDescriptor *const descs[CS_OUTPUT_COUNT] = {
        [CS_OUTPUT_ANNOTATED] = &chatsieve__v1__annotated_message__descriptor,
        [CS_OUTPUT_DEADLETTER] = &chatsieve__v1__dead_letter__descriptor,
        [CS_OUTPUT_OVERDUE] = &chatsieve__v1__overdue_event__descriptor,
        [CS_OUTPUT_KPI] = &chatsieve__v1__kpi_row__descriptor};
    const ProtobufCMessageDescriptor *desc = descs[output];
    if (!desc) return cs_fail(CS_EINVAL);
    bool exhausted = false;
    ProtobufCAllocator allocator = {
        .alloc = watched_alloc, .free = watched_free, .allocator_data = &exhausted};
    ProtobufCMessage *m = protobuf_c_message_unpack(desc, &allocator, event.len, event.ptr);
    if (!m) return cs_fail(exhausted ? CS_ENOMEM : CS_ESYNTAX);
    struct strings strings = find_strings(event);
    put_message(out, m, &strings);
    protobuf_c_message_free_unpacked(m, &allocator);
    return cs_buf_rc(out);
}
