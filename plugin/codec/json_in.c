#include "codec/json_in.h"

#include "codec/codec.h"
#include "codec/detail.h"

#include <jansson.h>

/* What went wrong, as the decode stage wants it. */
struct verdict {
    struct cs_arena *arena;
    uint8_t dead;
    const char *detail;
};

static bool refuse(struct verdict *v, enum cs_dead dead, const char *detail)
{
    v->dead = dead;
    v->detail = detail;
    return false;
}

static const char *type_name(const json_t *j)
{
    static const char *const names[] = {[JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "an array",
        [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer",
        [JSON_REAL] = "a number with a fraction",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null"};
    return names[json_typeof(j)];
}

static bool wrong_type(struct verdict *v, const char *key, const char *want, const json_t *j)
{
    return refuse(v, CS_DEAD_MALFORMED,
        cs_detail_fmt(v->arena, "key \"%s\" must be %s, not %s", key, want, type_name(j)));
}

static bool take_string(struct verdict *v, const char *key, const json_t *j, struct cs_span *out)
{
    if (!json_is_string(j)) return wrong_type(v, key, "a string", j);
    *out = cs_span_of(json_string_value(j), json_string_length(j));
    return true;
}

/* Decimal digits with an optional sign, all of them, within int64. */
static bool parse_int64(struct cs_span s, int64_t *out)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    size_t at = minus ? 1 : 0;
    if (at == s.len) return false;
    int64_t n = 0;
    for (; at < s.len; at++) {
        if (s.ptr[at] < '0' || s.ptr[at] > '9') return false;
        int64_t digit = s.ptr[at] - '0';
        if (__builtin_mul_overflow(n, 10, &n)) return false;
        if (__builtin_add_overflow(n, minus ? -digit : digit, &n)) return false;
    }
    *out = n;
    return true;
}

static bool take_int64(struct verdict *v, const char *key, const json_t *j, int64_t *out)
{
    if (json_is_integer(j)) {
        *out = json_integer_value(j);
        return true;
    }
    if (json_is_string(j) && parse_int64(cs_span_of(json_string_value(j), json_string_length(j)), out))
        return true;
    return wrong_type(v, key, "an integer or a string of digits", j);
}

/* A closed vocabulary in JSON: lower-case words, the names of the .proto, or numbers. */
struct vocabulary {
    const char *prefix;
    uint32_t (*parse)(struct cs_span);
    uint32_t count;
    enum cs_dead dead; /* for a value outside it */
};

static const struct vocabulary roles = {"ROLE_", cs_role_parse, CS_ROLE_COUNT, CS_DEAD_UNKNOWN_ROLE};
static const struct vocabulary origins = {"ORIGIN_", cs_origin_parse, CS_ORIGIN_COUNT, CS_DEAD_BAD_FIELD};
static const struct vocabulary accounts = {
    "ACCOUNT_KIND_", cs_account_parse, CS_ACCOUNT_COUNT, CS_DEAD_BAD_FIELD};

enum { WORD_MAX = 32 };

static uint32_t word_value(const struct vocabulary *voc, struct cs_span word)
{
    struct cs_span prefix = cs_span_str(voc->prefix);
    uint8_t lower[WORD_MAX];
    if (word.len > prefix.len && cs_span_eq(cs_span_cut(word, 0, prefix.len), prefix)) {
        word = cs_span_cut(word, prefix.len, word.len);
        if (word.len > WORD_MAX) return voc->count;
        for (size_t i = 0; i < word.len; i++)
            lower[i] = (uint8_t)(word.ptr[i] | (word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? 0x20 : 0));
        word.ptr = lower;
    }
    if (cs_span_eq(word, CS_SPAN_LIT("unspecified"))) return 0;
    return voc->parse(word);
}

static bool take_word(
    struct verdict *v, const struct vocabulary *voc, const char *key, const json_t *j, uint8_t *out)
{
    uint32_t value = voc->count;
    if (json_is_integer(j)) {
        json_int_t n = json_integer_value(j);
        if (n >= 0 && n < voc->count) value = (uint32_t)n;
    } else if (json_is_string(j)) {
        value = word_value(voc, cs_span_of(json_string_value(j), json_string_length(j)));
    } else {
        return wrong_type(v, key, "a word or a number", j);
    }
    *out = (uint8_t)value;
    if (value < voc->count) return true;
    return refuse(v, voc->dead, cs_detail_fmt(v->arena, "key \"%s\" has none of the known values", key));
}

/* One row per key. `member` finds the target inside struct cs_chat by kind. */
enum kind { KIND_STRING, KIND_INT64, KIND_WORD };

struct key {
    const char *name, *camel;
    enum kind kind;
    size_t member;
    const struct vocabulary *words;
};

#define AT(member) offsetof(struct cs_chat, member)
static const struct key keys[] = {
    {"platform", NULL, KIND_STRING, AT(platform), NULL},
    {"shop_id", "shopId", KIND_STRING, AT(shop), NULL},
    {"buyer_id", "buyerId", KIND_STRING, AT(buyer), NULL},
    {"agent_id", "agentId", KIND_STRING, AT(agent), NULL},
    {"conversation_id", "conversationId", KIND_STRING, AT(conversation), NULL},
    {"message_id", "messageId", KIND_STRING, AT(message_id), NULL},
    {"role", NULL, KIND_WORD, AT(role), &roles},
    {"origin", NULL, KIND_WORD, AT(origin), &origins},
    {"sent_ms", "sentMs", KIND_INT64, AT(sent_ms), NULL},
    {"text", NULL, KIND_STRING, AT(text), NULL},
    {"source_system", "sourceSystem", KIND_STRING, AT(source_system), NULL},
    {"account_kind", "accountKind", KIND_WORD, AT(account), &accounts},
    {"order_id", "orderId", KIND_STRING, AT(order), NULL},
    {"event", NULL, KIND_STRING, AT(event), NULL},
};
#undef AT

static bool take_key(struct verdict *v, const struct key *k, const json_t *j, struct cs_chat *chat)
{
    char *target = (char *)chat + k->member;
    switch (k->kind) {
    case KIND_STRING: return take_string(v, k->name, j, (struct cs_span *)(void *)target);
    case KIND_INT64: return take_int64(v, k->name, j, (int64_t *)(void *)target);
    case KIND_WORD: return take_word(v, k->words, k->name, j, (uint8_t *)target);
    }
    return false;
}

static bool take_object(struct verdict *v, const json_t *object, struct cs_chat *chat)
{
    if (!json_is_object(object))
        return refuse(v, CS_DEAD_MALFORMED,
            cs_detail_fmt(v->arena, "the value must be an object, not %s", type_name(object)));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct key *k = &keys[i];
        const json_t *j = json_object_get(object, k->name);
        const json_t *camel = k->camel ? json_object_get(object, k->camel) : NULL;
        if (j && camel)
            return refuse(v, CS_DEAD_MALFORMED,
                cs_detail_fmt(v->arena, "keys \"%s\" and \"%s\" are the same field", k->name, k->camel));
        if (!j) j = camel;
        if (j && !json_is_null(j) && !take_key(v, k, j, chat)) return false;
    }
    return true;
}

/* In our words: jansson's own message quotes the input, and message text must not reach a log. */
static const char *syntax_phrase(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input: return "unexpected end";
    case json_error_end_of_input_expected: return "something follows the object";
    case json_error_invalid_utf8: return "not valid UTF-8";
    case json_error_duplicate_key: return "duplicate key";
    case json_error_numeric_overflow: return "number out of range";
    case json_error_stack_overflow: return "nested too deep";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "NUL in a key";
    default: return "not JSON";
    }
}

/* Files from Windows begin with a byte order mark. */
static struct cs_span skip_bom(struct cs_span s)
{
    static const struct cs_span bom = {(const uint8_t *)"\xEF\xBB\xBF", 3};
    return cs_span_eq(cs_span_cut(s, 0, bom.len), bom) ? cs_span_cut(s, bom.len, s.len) : s;
}

static json_t *load_once(struct cs_span json, json_error_t *error)
{
    return json_loadb((const char *)json.ptr, json.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);
}

/* jansson tells some lacks of memory as bad syntax, and a good message must not become a dead letter for
 * that: only a refusal that comes twice is believed. */
static json_t *load(struct verdict *v, struct cs_span json, bool *no_memory)
{
    json_error_t error;
    json = skip_bom(json);
    json_t *object = load_once(json, &error);
    if (!object) object = load_once(json, &error);
    *no_memory = !object && (!error.text[0] || json_error_code(&error) == json_error_out_of_memory);
    if (!object)
        refuse(v, CS_DEAD_MALFORMED,
            cs_detail_fmt(v->arena, "%s at byte %d", syntax_phrase(json_error_code(&error)), error.position));
    return object;
}

static cs_rc pack(const struct cs_chat *chat, struct cs_arena *arena, struct cs_span *out)
{
    struct cs_buf buf = {0};
    cs_rc rc = cs_chat_pack(chat, &buf);
    uint8_t *copy = cs_bad(rc) ? NULL : cs_arena_alloc(arena, buf.len);
    if (copy) {
        if (buf.len) memcpy(copy, buf.ptr, buf.len);
        *out = cs_span_of(copy, buf.len);
    }
    cs_buf_clear(&buf);
    return copy ? CS_OK : cs_fail(CS_ENOMEM);
}

cs_rc cs_json_chat(
    struct cs_span json, struct cs_arena *arena, struct cs_span *out, uint8_t *dead, const char **detail)
{
    struct verdict v = {.arena = arena};
    struct cs_chat chat = {0};
    bool no_memory;
    json_t *object = load(&v, json, &no_memory);
    if (no_memory) return cs_fail(CS_ENOMEM);
    cs_rc rc = CS_OK;
    if (object && take_object(&v, object, &chat)) rc = pack(&chat, arena, out);
    json_decref(object);
    *dead = v.dead;
    *detail = v.detail;
    return rc;
}
