#include "codec/chat.h"

#include "codec/codec.h"

static const struct {
    const char *name;
    uint8_t type;
} fields[CS_CHAT_END] = {
    [CS_CHAT_PLATFORM] = {"platform", CS_WIRE_BYTES},
    [CS_CHAT_SHOP] = {"shop_id", CS_WIRE_BYTES},
    [CS_CHAT_BUYER] = {"buyer_id", CS_WIRE_BYTES},
    [CS_CHAT_AGENT] = {"agent_id", CS_WIRE_BYTES},
    [CS_CHAT_CONVERSATION] = {"conversation_id", CS_WIRE_BYTES},
    [CS_CHAT_MESSAGE_ID] = {"message_id", CS_WIRE_BYTES},
    [CS_CHAT_ROLE] = {"role", CS_WIRE_VARINT},
    [CS_CHAT_ORIGIN] = {"origin", CS_WIRE_VARINT},
    [CS_CHAT_SENT_MS] = {"sent_ms", CS_WIRE_VARINT},
    [CS_CHAT_TEXT] = {"text", CS_WIRE_BYTES},
    [CS_CHAT_SOURCE_SYSTEM] = {"source_system", CS_WIRE_BYTES},
    [CS_CHAT_ACCOUNT] = {"account_kind", CS_WIRE_VARINT},
    [CS_CHAT_ORDER] = {"order_id", CS_WIRE_BYTES},
    [CS_CHAT_EVENT] = {"event", CS_WIRE_BYTES},
};

const char *cs_chat_field_name(uint32_t field)
{
    return field < CS_CHAT_END ? fields[field].name : NULL;
}

bool cs_chat_is_string(uint32_t field)
{
    return field > 0 && field < CS_CHAT_END && fields[field].type == CS_WIRE_BYTES;
}

static void note_unknown(struct cs_chat_fields *out, const struct cs_wire_field *f, size_t at)
{
    if (f->number >= CS_ANNOTATION_FIRST && f->number <= CS_ANNOTATION_LAST) out->forged = true;
    if (out->odd_number || (f->number > 0 && f->number <= CS_WIRE_NUMBER_MAX)) return;
    out->odd_number = true;
    out->odd_at = at;
}

static bool refuse(struct cs_chat_fault *fault, const char *what, uint32_t field, size_t at)
{
    *fault = (struct cs_chat_fault){.what = what, .field = field, .at = at};
    return false;
}

/* A length of one or two bytes and what it counts; NULL when it is longer or lies. */
static inline const uint8_t *usual_bytes(const uint8_t *p, const uint8_t *end, struct cs_span *body)
{
    size_t len = *p++;
    if (len >= 0x80) {
        if (p == end || *p >= 0x80) return NULL;
        len = (len & 0x7F) | (size_t)*p++ << 7;
    }
    if (len > (size_t)(end - p)) return NULL;
    *body = (struct cs_span){p, len};
    return p + len;
}

/* A varint with at least one byte before `end`; NULL when it does not end in time. */
static inline const uint8_t *usual_varint(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    uint64_t v = *p & 0x7Fu;
    for (unsigned shift = 7; *p >= 0x80; shift += 7) {
        if (++p == end || shift >= 7 * CS_WIRE_VARINT_MAX) return NULL;
        v |= (uint64_t)(*p & 0x7F) << shift;
    }
    *value = v;
    return p + 1;
}

/* What stands behind a tag of one byte. */
enum { UNUSUAL, STRING, NUMBER };
#define STRING_TAG(field) [(field) << 3 | CS_WIRE_BYTES] = STRING
#define NUMBER_TAG(field) [(field) << 3 | CS_WIRE_VARINT] = NUMBER
static const uint8_t shape[256] = {
    STRING_TAG(CS_CHAT_PLATFORM),
    STRING_TAG(CS_CHAT_SHOP),
    STRING_TAG(CS_CHAT_BUYER),
    STRING_TAG(CS_CHAT_AGENT),
    STRING_TAG(CS_CHAT_CONVERSATION),
    STRING_TAG(CS_CHAT_MESSAGE_ID),
    NUMBER_TAG(CS_CHAT_ROLE),
    NUMBER_TAG(CS_CHAT_ORIGIN),
    NUMBER_TAG(CS_CHAT_SENT_MS),
    STRING_TAG(CS_CHAT_TEXT),
    STRING_TAG(CS_CHAT_SOURCE_SYSTEM),
    NUMBER_TAG(CS_CHAT_ACCOUNT),
    STRING_TAG(CS_CHAT_ORDER),
};

/* The fields as every writer puts them: known, rising, with one-byte tags. Returns where that ends, with the
 * fields before in *seen. Takes a third of the instructions of reading field by field: a tag is compared
 * with the one that is expected of its number, and nothing but the value is kept. */
static const uint8_t *read_usual(struct cs_span raw, struct cs_chat_fields *out, uint32_t *seen)
{
    const uint8_t *p = raw.ptr, *end = p + raw.len, *stop = end - 1, *next;
    uint32_t last = 0, set = 0;
    for (; p<stop && * p> last; p = next) {
        uint32_t number = (last = *p) >> 3;
        if (shape[last] == STRING)
            next = usual_bytes(p + 1, end, &out->bytes[number]);
        else
            next = shape[last] == NUMBER ? usual_varint(p + 1, end, &out->number[number]) : NULL;
        if (!next) break;
        set |= 1u << number;
    }
    *seen = set;
    return p;
}

/* To clear all first would take as long as a third of the fields. */
static void clear_unseen(struct cs_chat_fields *out)
{
    uint32_t all = (1u << CS_CHAT_END) - 1;
    for (uint32_t left = all & ~out->seen; left; left &= left - 1) {
        uint32_t field = (uint32_t)__builtin_ctz(left);
        out->bytes[field] = (struct cs_span){0};
        out->number[field] = 0;
    }
}

bool cs_chat_read(struct cs_span raw, struct cs_chat_fields *out, struct cs_chat_fault *fault)
{
    struct cs_wire w = cs_wire_open(raw);
    struct cs_wire_field f = {0};
    uint32_t seen = 0, twice = 0; /* not in `out`, where every store to it would write them back */
    if (raw.len) w.at = read_usual(raw, out, &seen);
    out->rising = w.at == w.end;
    out->forged = out->odd_number = false;
    out->odd_at = 0;
    while (cs_wire_more(&w)) {
        size_t at = cs_wire_offset(&w);
        if (!cs_wire_next(&w, &f)) return refuse(fault, w.fault, 0, at);
        if (f.number == 0 || f.number >= CS_CHAT_END) {
            note_unknown(out, &f, at);
            continue;
        }
        if (f.type != fields[f.number].type) return refuse(fault, "wrong wire type", f.number, at);
        uint32_t bit = 1u << f.number;
        twice |= seen & bit;
        seen |= bit;
        if (f.type == CS_WIRE_BYTES)
            out->bytes[f.number] = f.body;
        else
            out->number[f.number] = f.value;
    }
    out->seen = seen;
    out->twice = twice;
    clear_unseen(out);
    return true;
}

static void add_string(struct cs_buf *out, uint32_t field, struct cs_span s)
{
    if (s.len) cs_wire_add_bytes(out, field, s);
}

static void add_number(struct cs_buf *out, uint32_t field, int64_t v)
{
    if (v) cs_wire_add_varint(out, field, (uint64_t)v);
}

cs_rc cs_chat_pack(const struct cs_chat *c, struct cs_buf *out)
{
    add_string(out, CS_CHAT_PLATFORM, c->platform);
    add_string(out, CS_CHAT_SHOP, c->shop);
    add_string(out, CS_CHAT_BUYER, c->buyer);
    add_string(out, CS_CHAT_AGENT, c->agent);
    add_string(out, CS_CHAT_CONVERSATION, c->conversation);
    add_string(out, CS_CHAT_MESSAGE_ID, c->message_id);
    add_number(out, CS_CHAT_ROLE, c->role);
    add_number(out, CS_CHAT_ORIGIN, c->origin);
    add_number(out, CS_CHAT_SENT_MS, c->sent_ms);
    add_string(out, CS_CHAT_TEXT, c->text);
    add_string(out, CS_CHAT_SOURCE_SYSTEM, c->source_system);
    add_number(out, CS_CHAT_ACCOUNT, c->account);
    add_string(out, CS_CHAT_ORDER, c->order);
    add_string(out, CS_CHAT_EVENT, c->event);
    return cs_buf_rc(out);
}
