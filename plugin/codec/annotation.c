#include "codec/annotation.h"

#include "base/utf8.h"
#include "codec/event_id.h"
#include "codec/put.h"
#include "codec/repair.h"

enum annotation_field {
    EVENT_ID = 32,
    SOURCE_TOPIC,
    SOURCE_PARTITION,
    SOURCE_OFFSET,
    RECORD_MS,
    RULESET_VERSION,
    RULESET_HASH,
    FLAGS,
    VIOLATIONS,
    RESPONSE,
    MAX_SEVERITY,
    VIOLATION_COUNT,
    RULE_IDS,
    CATEGORIES,
    RAW_TEXT
};

enum response_field {
    TURN = 1,
    WAITING_SINCE_MS,
    LATENCY_MS,
    TURN_POSITION,
    FIRST_REPLY,
    THRESHOLD_S,
    NEXT_REPLY,
    RESPONDER,
    IN_SERVICE_HOURS,
    PROFILE
};

enum violation_field {
    RULE_ID = 1,
    CATEGORY,
    SEVERITY,
    EVIDENCE,
    TERM,
    MATCHED_TEXT,
    BYTE_BEGIN,
    BYTE_END,
    CHAR_BEGIN,
    CHAR_END,
    EARLIER_EVENT_IDS
};

/* Most bytes, strings not counted. */
enum {
    RESPONDER_MAX = 16,
    RESPONSE_MAX = 4 * CS_PUT_HEAD_MAX + 7 * CS_PUT_NUMBER_MAX + CS_THRESHOLDS_MAX * CS_WIRE_VARINT_MAX +
                   RESPONDER_MAX + CS_PROFILE_NAME_MAX,
    MESSAGE_MAX = CS_PUT_HEAD_MAX + CS_EVENT_ID_TAIL + 3 * CS_PUT_NUMBER_MAX + RESPONSE_MAX,
    STRIDE = 32, /* what is the same for a batch is copied in whole strides */
    VIOLATION_MAX = 6 * CS_PUT_HEAD_MAX + 5 * CS_PUT_NUMBER_MAX
};

/* Room for `more` bytes at the cursor; what is written stays. */
static bool reserve(struct cs_annotator *a, size_t more)
{
    if ((size_t)(a->end - a->at) >= more) return true;
    size_t used = (size_t)(a->at - a->scratch), cap = (used + more) * 2;
    uint8_t *scratch = cs_arena_alloc(a->arena, cap);
    if (!scratch) return false;
    if (used) memcpy(scratch, a->scratch, used);
    a->scratch = scratch;
    a->at = scratch + used;
    a->end = scratch + cap;
    return true;
}

static bool add_bytes(struct cs_annotator *a, uint32_t number, struct cs_span s)
{
    if (!reserve(a, CS_PUT_HEAD_MAX + s.len)) return false;
    a->at = cs_put_bytes(a->at, number, s);
    return true;
}

static bool add_string(struct cs_annotator *a, uint32_t number, const char *s)
{
    return !s || !*s || add_bytes(a, number, cs_span_str(s));
}

/* Returns the most bytes that all flags take. */
static size_t measure_names(struct cs_annotator *a)
{
    size_t flags = 0;
    for (uint32_t k = 0; k < CS_FLAG_COUNT; k++) {
        a->flag[k] = cs_span_str(cs_flag_name(k));
        flags += CS_PUT_HEAD_MAX + a->flag[k].len;
    }
    for (uint32_t k = CS_RESPONDER_NONE + 1; k < CS_RESPONDER_COUNT; k++)
        a->responder[k] = cs_span_str(cs_responder_name(k));
    return flags;
}

cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b)
{
    *a = (struct cs_annotator){.batch = b, .arena = &b->arena};
    a->event_id = cs_event_id_new(&b->arena, b->topic, &a->event_id_prefix);
    if (!a->event_id) return cs_fail(CS_ENOMEM);
    if (!add_string(a, SOURCE_TOPIC, b->topic) || !add_string(a, RULESET_VERSION, stamp->ruleset_version) ||
        !add_string(a, RULESET_HASH, stamp->ruleset_hash))
        return cs_fail(CS_ENOMEM);
    /* What every message needs is reserved once: the room behind the common part only ever grows. */
    size_t message_max = MESSAGE_MAX + a->event_id_prefix + measure_names(a) + STRIDE;
    if (!reserve(a, message_max)) return cs_fail(CS_ENOMEM);
    a->batch_len = (size_t)(a->at - a->scratch);
    a->plain_max = a->batch_len + message_max;
    return CS_OK;
}

/* Messages of one profile mostly come in a row. */
static struct cs_span profile_name(struct cs_annotator *a, const char *name)
{
    if ((const char *)a->profile.ptr != name)
        a->profile = cs_span_cut(cs_span_str(name), 0, CS_PROFILE_NAME_MAX);
    return a->profile;
}

static uint8_t *put_response(struct cs_annotator *a, uint8_t *to, const struct cs_response *r)
{
    uint8_t *body = to = cs_put_open(to, RESPONSE);
    to = cs_put_number(to, TURN, r->turn);
    to = cs_put_number(to, WAITING_SINCE_MS, r->waiting_since_ms);
    to = cs_put_number(to, LATENCY_MS, r->latency_ms);
    to = cs_put_number(to, TURN_POSITION, (int32_t)r->position);
    to = cs_put_number(to, FIRST_REPLY, r->first_reply);
    if (r->n_threshold) {
        uint8_t *packed = to = cs_put_open(to, THRESHOLD_S);
        for (uint32_t k = 0; k < r->n_threshold; k++)
            to = cs_put_varint(to, (uint64_t)(int32_t)r->threshold_s[k]);
        to = cs_put_close(packed, to);
    }
    bool answers = r->turn == CS_TURN_ANSWERS;
    to = cs_put_number(to, NEXT_REPLY, answers && !r->first_reply);
    to = cs_put_string(to, RESPONDER, a->responder[r->responder]);
    to = cs_put_number(to, IN_SERVICE_HOURS, r->in_hours);
    if (r->profile) to = cs_put_string(to, PROFILE, profile_name(a, r->profile));
    return cs_put_close(body, to);
}

/* Records mostly come in a row, so that mostly only the last digit of an id changes. */
static struct cs_span event_id(struct cs_annotator *a, int32_t partition, int64_t offset)
{
    char *last = a->event_id + a->event_id_len - 1;
    bool next = a->event_id_len && partition == a->id_partition && offset > 0 && offset - 1 == a->id_offset &&
                *last < '9';
    if (next)
        ++*last;
    else
        a->event_id_len = cs_event_id_set(a->event_id, a->event_id_prefix, partition, offset);
    a->id_partition = partition;
    a->id_offset = offset;
    return cs_span_of(a->event_id, a->event_id_len);
}

/* What every message has: at most MESSAGE_MAX bytes and the topic. */
static uint8_t *put_message(struct cs_annotator *a, uint32_t i, uint8_t *to)
{
    const struct cs_batch *b = a->batch;
    to = cs_put_bytes(to, EVENT_ID, event_id(a, b->partition[i], b->offset[i]));
    to = cs_put_number(to, SOURCE_PARTITION, b->partition[i]);
    to = cs_put_number(to, SOURCE_OFFSET, b->offset[i]);
    to = cs_put_number(to, RECORD_MS, b->record_ms[i]);
    if (b->flags[i] & 1u << CS_FLAG_NO_CONVERSATION) return to;
    return put_response(a, to, &b->response[i]);
}

static uint8_t *put_flags(const struct cs_annotator *a, uint8_t *to, uint32_t bits)
{
    for (bits &= (1u << CS_FLAG_COUNT) - 1; bits; bits &= bits - 1)
        to = cs_put_bytes(to, FLAGS, a->flag[__builtin_ctz(bits)]);
    return to;
}

/* Messages of the same conversation are in the same partition. */
static uint8_t *put_earlier(const struct cs_annotator *a, int32_t partition, int64_t offset, uint8_t *to)
{
    uint8_t *id = cs_put_open(to, EARLIER_EVENT_IDS);
    memcpy(id, a->event_id, a->event_id_prefix);
    return cs_put_close(id, id + cs_event_id_set((char *)id, a->event_id_prefix, partition, offset));
}

/* What stands in the text, as a protobuf string may hold it; ptr NULL when there is no memory. */
static struct cs_span matched_text(struct cs_annotator *a, const struct cs_violation *v, struct cs_span text)
{
    struct cs_span s = cs_span_cut(text, v->byte_begin, v->byte_end);
    bool good = s.len && !memchr(s.ptr, 0, s.len) && cs_utf8_valid(s);
    return good ? s : cs_repair(a->arena, s, CS_REPAIR_REPLACE_NUL);
}

static bool add_violation(struct cs_annotator *a, const struct cs_violation *v, uint32_t i)
{
    struct cs_span rule = cs_span_str(v->rule_id), category = cs_span_str(v->category),
                   evidence = cs_span_str(cs_evidence_name(v->evidence)), term = cs_span_str(v->term),
                   matched = matched_text(a, v, a->batch->text[i]);
    size_t strings = rule.len + category.len + evidence.len + term.len + matched.len +
                     v->n_earlier * (CS_PUT_HEAD_MAX + a->event_id_prefix + CS_EVENT_ID_TAIL);
    if (!matched.ptr || !reserve(a, VIOLATION_MAX + strings)) return false;
    uint8_t *body = cs_put_open(a->at, VIOLATIONS), *to = body;
    to = cs_put_string(to, RULE_ID, rule);
    to = cs_put_string(to, CATEGORY, category);
    to = cs_put_number(to, SEVERITY, v->severity);
    to = cs_put_string(to, EVIDENCE, evidence);
    to = cs_put_string(to, TERM, term);
    to = cs_put_string(to, MATCHED_TEXT, matched);
    to = cs_put_number(to, BYTE_BEGIN, (int32_t)v->byte_begin);
    to = cs_put_number(to, BYTE_END, (int32_t)v->byte_end);
    to = cs_put_number(to, CHAR_BEGIN, (int32_t)v->char_begin);
    to = cs_put_number(to, CHAR_END, (int32_t)v->char_end);
    for (uint32_t k = 0; k < v->n_earlier; k++)
        to = put_earlier(a, a->batch->partition[i], v->earlier[k], to);
    a->at = cs_put_close(body, to);
    return true;
}

/* Append `name` to the set unless it is there; returns the new size. Sets are small: a message rarely breaks
 * more than a few rules. */
static uint32_t add_distinct(const char **set, uint32_t n, const char *name)
{
    for (uint32_t k = 0; k < n; k++)
        if (set[k] == name || strcmp(set[k], name) == 0) return n;
    set[n] = name;
    return n + 1;
}

static bool add_names(struct cs_annotator *a, uint32_t number, const char **name, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        if (!add_bytes(a, number, cs_span_str(name[k]))) return false;
    return true;
}

/* The columns for dashboards: the same facts as the violations, summed up. */
static bool add_summary(struct cs_annotator *a, const struct cs_violation *v, uint32_t n)
{
    const char **rule = cs_arena_zalloc(a->arena, n, sizeof *rule);
    const char **category = cs_arena_zalloc(a->arena, n, sizeof *category);
    if (!rule || !category || !reserve(a, 2 * CS_PUT_NUMBER_MAX)) return false;
    uint32_t n_rule = 0, n_category = 0;
    uint8_t max_severity = 0;
    for (uint32_t k = 0; k < n; k++) {
        n_rule = add_distinct(rule, n_rule, v[k].rule_id);
        n_category = add_distinct(category, n_category, v[k].category);
        if (v[k].severity > max_severity) max_severity = v[k].severity;
    }
    a->at = cs_put_number(a->at, MAX_SEVERITY, max_severity);
    a->at = cs_put_number(a->at, VIOLATION_COUNT, (int32_t)n);
    return add_names(a, RULE_IDS, rule, n_rule) && add_names(a, CATEGORIES, category, n_category);
}

/* What only messages with a finding have. */
static bool add_findings(struct cs_annotator *a, uint32_t i, uint32_t n)
{
    const struct cs_batch *b = a->batch;
    const struct cs_violation *v = n ? b->violation + b->violation_begin[i] : NULL;
    for (uint32_t k = 0; k < n; k++)
        if (!add_violation(a, &v[k], i)) return false;
    if (n && !add_summary(a, v, n)) return false;
    bool repaired = b->flags[i] & 1u << CS_FLAG_INVALID_UTF8 && b->text[i].len;
    return !repaired || add_bytes(a, RAW_TEXT, b->text[i]);
}

static uint32_t count_violations(const struct cs_batch *b, uint32_t i)
{
    return b->violation ? b->violation_begin[i + 1] - b->violation_begin[i] : 0;
}

cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out)
{
    const struct cs_batch *b = a->batch;
    a->at = a->scratch + a->batch_len;
    if (!reserve(a, a->plain_max - a->batch_len)) return cs_fail(CS_ENOMEM);
    a->at = put_flags(a, put_message(a, i, a->at), b->flags[i]);
    uint32_t n = count_violations(b, i);
    if ((n || b->flags[i]) && !add_findings(a, i, n)) return cs_fail(CS_ENOMEM);
    *out = cs_span_of(a->scratch, (size_t)(a->at - a->scratch));
    return CS_OK;
}

bool cs_annotator_is_plain(const struct cs_annotator *a, uint32_t i)
{
    return !(a->batch->flags[i] & 1u << CS_FLAG_INVALID_UTF8) && count_violations(a->batch, i) == 0;
}

uint8_t *cs_annotator_put_plain(struct cs_annotator *a, uint32_t i, uint8_t *to)
{
    for (size_t at = 0; at < a->batch_len; at += STRIDE)
        memcpy(to + at, a->scratch + at, STRIDE);
    return put_flags(a, put_message(a, i, to + a->batch_len), a->batch->flags[i]);
}
