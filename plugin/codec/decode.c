/* The decode stage: record values to columns. */
#include "base/utf8.h"
#include "codec/chat.h"
#include "codec/codec.h"
#include "codec/detail.h"
#include "codec/json_in.h"

/* What later stages see of a dead message. */
static void empty_row(struct cs_batch *b, uint32_t i)
{
    static const struct cs_span none = {0};
    b->platform[i] = b->shop[i] = b->buyer[i] = b->agent[i] = none;
    b->conversation[i] = b->message_id[i] = b->text[i] = none;
    b->sent_ms[i] = b->record_ms[i];
    b->role[i] = CS_ROLE_UNSPECIFIED;
    b->origin[i] = CS_ORIGIN_UNSPECIFIED;
    b->notice[i] = CS_NOTICE_NONE;
    b->flags[i] = 0;
    b->rewrite[i] = false;
}

static const uint64_t ONES = 0x0101010101010101u, HIGHS = 0x8080808080808080u;

/* All bytes in 01..7F, looked at in words that may overlap. The borrow of (w - ones) can only reach a byte
 * above a real zero, so the answer for the word is exact. */
static inline bool plain_word(uint64_t w)
{
    return (((w - ONES) | w) & HIGHS) == 0;
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

static inline uint64_t load32(const uint8_t *p)
{
    uint32_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

/* The same for at most seven bytes; 01 stands where there is none. */
static inline bool plain_short(struct cs_span s)
{
    if (s.len >= 4) return plain_word(load32(s.ptr) << 32 | load32(s.ptr + s.len - 4));
    uint64_t w = 0x0101010101010101u;
    for (size_t i = 0; i < s.len; i++)
        w = w << 8 | s.ptr[i];
    return plain_word(w);
}

static inline bool plain_ascii(struct cs_span s)
{
    if (s.len < 8) return plain_short(s);
    uint64_t last = load64(s.ptr + s.len - 8), bad = (last - ONES) | last;
    for (size_t at = 0; at + 8 < s.len; at += 8) {
        uint64_t w = load64(s.ptr + at);
        bad |= (w - ONES) | w;
    }
    return (bad & HIGHS) == 0;
}

/* What makes a string other than text unfit to be an id, or NULL. */
static const char *string_fault(struct cs_span s)
{
    if (memchr(s.ptr, 0, s.len)) return "NUL byte";
    return cs_utf8_valid(s) ? NULL : "not valid UTF-8";
}

/* True when the ids before the numbers and the strings behind the text are plain, told by looking at the
 * stretches of the record that they fill, with the tags and lengths between them: in a message of the usual
 * form those are plain, too. */
static bool plain_stretches(struct cs_span raw, const struct cs_chat_fields *f)
{
    struct cs_span id = f->bytes[CS_CHAT_MESSAGE_ID], text = f->bytes[CS_CHAT_TEXT];
    if (!f->rising || !id.ptr || !text.ptr) return false;
    size_t head = (size_t)(id.ptr + id.len - raw.ptr), tail = (size_t)(text.ptr + text.len - raw.ptr);
    return plain_ascii(cs_span_of(raw.ptr, head)) && plain_ascii(cs_span_of(raw.ptr + tail, raw.len - tail));
}

/* The first of the strings that is unfit; 0 when all are good. */
static uint32_t find_bad_string(struct cs_span raw, const struct cs_chat_fields *f)
{
    if (plain_stretches(raw, f)) return 0;
    for (uint32_t k = CS_CHAT_PLATFORM; k < CS_CHAT_END; k++)
        if (cs_chat_is_string(k) && k != CS_CHAT_TEXT && !plain_ascii(f->bytes[k]) &&
            string_fault(f->bytes[k]))
            return k;
    return 0;
}

static void kill(struct cs_batch *b, uint32_t i, enum cs_dead why, const char *detail)
{
    b->dead[i] = why;
    b->dead_detail[i] = detail;
}

/* False when the row is dead before anything is read. */
static bool check_size(const struct cs_decode_options *o, struct cs_batch *b, uint32_t i)
{
    if (!b->raw[i].ptr)
        kill(b, i, CS_DEAD_EMPTY, "the record has no value");
    else if (b->raw[i].len == 0)
        kill(b, i, CS_DEAD_EMPTY, "the value is empty");
    else if (o->record_bytes_max && b->raw[i].len > o->record_bytes_max)
        kill(b, i, CS_DEAD_TOO_LONG,
            cs_detail_fmt(
                &b->arena, "the record has %zu bytes, the limit is %zu", b->raw[i].len, o->record_bytes_max));
    return b->dead[i] == CS_DEAD_NONE;
}

static void kill_bad_string(
    const struct cs_decode_options *o, struct cs_batch *b, uint32_t i, const struct cs_chat_fields *f)
{
    uint32_t field = find_bad_string(b->raw[i], f);
    const char *what = string_fault(f->bytes[field]), *name = cs_chat_field_name(field);
    ptrdiff_t at = f->bytes[field].ptr - b->raw[i].ptr;
    kill(b, i, CS_DEAD_BAD_FIELD,
        o->format == CS_FORMAT_JSON
            ? cs_detail_fmt(&b->arena, "key \"%s\": %s", name, what)
            : cs_detail_fmt(&b->arena, "field %u (%s): %s, value at byte %td", field, name, what, at));
}

static void kill_bad_role(struct cs_batch *b, uint32_t i, int32_t role)
{
    kill(b, i, CS_DEAD_UNKNOWN_ROLE,
        role == CS_ROLE_UNSPECIFIED
            ? "role is missing"
            : cs_detail_fmt(&b->arena, "role is %d, known are 1 to %d", role, CS_ROLE_COUNT - 1));
}

/* Our own rules for what protobuf accepts. */
static void check_values(
    const struct cs_decode_options *o, struct cs_batch *b, uint32_t i, const struct cs_chat_fields *f)
{
    uint32_t role = (uint32_t)f->number[CS_CHAT_ROLE];
    size_t text = f->bytes[CS_CHAT_TEXT].len;
    if (f->odd_number)
        kill(b, i, CS_DEAD_MALFORMED,
            cs_detail_fmt(
                &b->arena, "field number outside 1 to %d at byte %zu", CS_WIRE_NUMBER_MAX, f->odd_at));
    else if (find_bad_string(b->raw[i], f))
        kill_bad_string(o, b, i, f);
    else if (f->bytes[CS_CHAT_PLATFORM].len == 0)
        kill(b, i, CS_DEAD_NO_PLATFORM, "platform is missing or empty");
    else if (role == CS_ROLE_UNSPECIFIED || role >= CS_ROLE_COUNT)
        kill_bad_role(b, i, (int32_t)role);
    else if (o->text_bytes_max && text > o->text_bytes_max)
        kill(b, i, CS_DEAD_TOO_LONG,
            cs_detail_fmt(&b->arena, "text has %zu bytes, the limit is %zu", text, o->text_bytes_max));
}

/* The vocabulary is open: a word of another version tells this one nothing. */
static uint8_t notice_of(struct cs_span word)
{
    uint32_t v = cs_notice_parse(word);
    return v < CS_NOTICE_COUNT ? (uint8_t)v : CS_NOTICE_NONE;
}

/* Copy the fields of a living row to the columns. */
static void fill_row(struct cs_batch *b, uint32_t i, const struct cs_chat_fields *f)
{
    b->platform[i] = f->bytes[CS_CHAT_PLATFORM];
    b->shop[i] = f->bytes[CS_CHAT_SHOP];
    b->buyer[i] = f->bytes[CS_CHAT_BUYER];
    b->agent[i] = f->bytes[CS_CHAT_AGENT];
    b->conversation[i] = f->bytes[CS_CHAT_CONVERSATION];
    b->message_id[i] = f->bytes[CS_CHAT_MESSAGE_ID];
    b->text[i] = f->bytes[CS_CHAT_TEXT];
    b->role[i] = (uint8_t)f->number[CS_CHAT_ROLE];
    uint32_t origin = (uint32_t)f->number[CS_CHAT_ORIGIN];
    b->origin[i] = origin < CS_ORIGIN_COUNT ? (uint8_t)origin : CS_ORIGIN_UNSPECIFIED;
    b->notice[i] = f->bytes[CS_CHAT_EVENT].len ? notice_of(f->bytes[CS_CHAT_EVENT]) : CS_NOTICE_NONE;
    int64_t sent_ms = (int64_t)f->number[CS_CHAT_SENT_MS];
    b->sent_ms[i] = sent_ms > 0 ? sent_ms : b->record_ms[i];
    b->flags[i] = sent_ms > 0 ? 0 : 1u << CS_FLAG_NO_SENT_TIME;
    b->rewrite[i] = f->forged || f->twice != 0;
}

static void decode_row(const struct cs_decode_options *o, struct cs_batch *b, uint32_t i)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault;
    if (!cs_chat_read(b->raw[i], &f, &fault)) {
        kill(b, i, CS_DEAD_MALFORMED, cs_detail_fault(&b->arena, &fault, b->raw[i]));
        return;
    }
    check_values(o, b, i, &f);
    if (b->dead[i] == CS_DEAD_NONE) fill_row(b, i, &f);
}

static cs_rc decode_json_row(const struct cs_decode_options *o, struct cs_batch *b, uint32_t i)
{
    struct cs_span json = b->raw[i];
    cs_rc rc = cs_json_chat(json, &b->arena, &b->raw[i], &b->dead[i], &b->dead_detail[i]);
    if (cs_bad(rc) || b->dead[i] != CS_DEAD_NONE) return rc;
    decode_row(o, b, i);
    if (b->dead[i] != CS_DEAD_NONE) b->raw[i] = json; /* a dead letter carries what was sent */
    return CS_OK;
}

/* Read one record: fills the columns, or says why it is dead. */
static cs_rc read_row(const struct cs_decode_options *o, struct cs_batch *b, uint32_t i)
{
    b->dead[i] = CS_DEAD_NONE;
    b->dead_detail[i] = NULL;
    if (!check_size(o, b, i)) return CS_OK;
    if (o->format == CS_FORMAT_JSON) return decode_json_row(o, b, i);
    decode_row(o, b, i);
    return CS_OK;
}

cs_rc cs_decode(const struct cs_decode_options *options, struct cs_batch *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        cs_rc rc = read_row(options, b, i);
        if (cs_bad(rc)) return rc;
        if (b->dead[i] != CS_DEAD_NONE) empty_row(b, i);
    }
    return CS_OK;
}
