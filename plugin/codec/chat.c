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

bool cs_chat_read(struct cs_span raw, struct cs_chat_fields *out, struct cs_chat_fault *fault)
{
    memset(out, 0, sizeof *out);
    struct cs_wire w = cs_wire_open(raw);
    struct cs_wire_field f = {0};
    uint32_t seen = 0, twice = 0; /* not in `out`, where every store to it would write them back */
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
        out->bytes[f.number] = f.body;
        out->number[f.number] = f.value;
    }
    out->seen = seen;
    out->twice = twice;
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
    return cs_buf_rc(out);
}
