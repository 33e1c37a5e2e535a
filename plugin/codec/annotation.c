#include "codec/annotation.h"

#include "codec/event_id.h"
#include "codec/repair.h"

typedef Chatsieve__V1__AnnotatedMessage__Violation Violation;

enum {
    /* event_id, source_partition, source_offset, record_ms and response with its six fields: each at most 2
     * bytes of tag, 5 of length and 10 of value, and the thresholds. */
    MESSAGE_INTEGERS_MAX = (5 + 6) * 17 + CS_THRESHOLDS_MAX * 10,
};

/* Which part a field belongs to, by number from CS_ANNOTATION_FIRST. */
static const uint8_t part_of[CS_ANNOTATION_FIELDS] = {
    CS_PART_MESSAGE,  /* event_id */
    CS_PART_BATCH,    /* source_topic */
    CS_PART_MESSAGE,  /* source_partition */
    CS_PART_MESSAGE,  /* source_offset */
    CS_PART_MESSAGE,  /* record_ms */
    CS_PART_BATCH,    /* ruleset_version */
    CS_PART_BATCH,    /* ruleset_hash */
    CS_PART_FINDINGS, /* flags */
    CS_PART_FINDINGS, /* violations */
    CS_PART_MESSAGE,  /* response */
    CS_PART_FINDINGS, /* max_severity */
    CS_PART_FINDINGS, /* violation_count */
    CS_PART_FINDINGS, /* rule_ids */
    CS_PART_FINDINGS, /* categories */
    CS_PART_FINDINGS, /* raw_text */
};

static void init_parts(struct cs_annotator *a)
{
    const ProtobufCMessageDescriptor *whole = &chatsieve__v1__annotated_message__descriptor;
    for (uint32_t p = 0; p < CS_PART_COUNT; p++) {
        struct cs_annotation_view *view = &a->part[p];
        view->desc = *whole;
        view->desc.fields = view->field;
        view->desc.n_fields = 0;
        for (unsigned k = 0; k < whole->n_fields; k++) {
            uint32_t id = whole->fields[k].id;
            if (id < CS_ANNOTATION_FIRST || part_of[id - CS_ANNOTATION_FIRST] != p) continue;
            view->field[view->desc.n_fields++] = whole->fields[k];
        }
    }
}

/* protobuf-c has no const; it does not write to what it packs. */
static char *lend(const char *s)
{
    return (char *)(uintptr_t)s;
}

static size_t part_size(struct cs_annotator *a, enum cs_annotation_part part)
{
    a->msg.base.descriptor = &a->part[part].desc;
    return protobuf_c_message_get_packed_size(&a->msg.base);
}

static size_t part_pack(struct cs_annotator *a, enum cs_annotation_part part, uint8_t *to)
{
    a->msg.base.descriptor = &a->part[part].desc;
    return protobuf_c_message_pack(&a->msg.base, to);
}

/* Room for `more` bytes behind the first `used`, which stay. */
static bool reserve(struct cs_annotator *a, size_t used, size_t more)
{
    if (a->scratch_cap - used >= more) return true;
    size_t cap = (used + more) * 2;
    uint8_t *scratch = cs_arena_alloc(a->arena, cap);
    if (!scratch) return false;
    if (used) memcpy(scratch, a->scratch, used);
    a->scratch = scratch;
    a->scratch_cap = cap;
    return true;
}

cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b)
{
    *a = (struct cs_annotator){.batch = b, .arena = &b->arena};
    init_parts(a);
    chatsieve__v1__annotated_message__init(&a->msg);
    chatsieve__v1__annotated_message__response__init(&a->response);
    a->event_id = cs_event_id_new(&b->arena, b->topic, &a->event_id_prefix);
    if (!a->event_id) return cs_fail(CS_ENOMEM);
    a->msg.event_id = a->event_id;
    a->msg.source_topic = lend(b->topic ? b->topic : "");
    a->msg.ruleset_version = lend(stamp->ruleset_version ? stamp->ruleset_version : "");
    a->msg.ruleset_hash = lend(stamp->ruleset_hash ? stamp->ruleset_hash : "");
    a->message_max = MESSAGE_INTEGERS_MAX + a->event_id_prefix + CS_EVENT_ID_TAIL;
    if (!reserve(a, 0, part_size(a, CS_PART_BATCH) + a->message_max)) return cs_fail(CS_ENOMEM);
    a->batch_len = part_pack(a, CS_PART_BATCH, a->scratch);
    return CS_OK;
}

static void set_flags(struct cs_annotator *a, uint32_t bits)
{
    size_t n = 0;
    for (uint32_t k = 0; bits && k < CS_FLAG_COUNT; k++)
        if (bits & 1u << k) a->flag[n++] = lend(cs_flag_name(k));
    a->msg.flags = a->flag;
    a->msg.n_flags = n;
}

static void set_response(struct cs_annotator *a, uint32_t i)
{
    const struct cs_response *r = &a->batch->response[i];
    a->msg.response = NULL;
    if (a->batch->flags[i] & 1u << CS_FLAG_NO_CONVERSATION) return;
    a->response.turn = (Chatsieve__V1__AnnotatedMessage__Turn)r->turn;
    a->response.waiting_since_ms = r->waiting_since_ms;
    a->response.latency_ms = r->latency_ms;
    a->response.turn_position = (int32_t)r->position;
    a->response.first_reply = r->first_reply;
    a->response.n_threshold_s = r->n_threshold;
    for (uint32_t k = 0; k < r->n_threshold; k++)
        a->threshold[k] = (int32_t)r->threshold_s[k];
    a->response.threshold_s = a->threshold;
    a->msg.response = &a->response;
}

static cs_rc set_violation(
    struct cs_arena *arena, const struct cs_violation *from, struct cs_span text, Violation *to)
{
    struct cs_span matched =
        cs_repair(arena, cs_span_cut(text, from->byte_begin, from->byte_end), CS_REPAIR_REPLACE_NUL);
    if (!matched.ptr) return cs_fail(CS_ENOMEM);
    chatsieve__v1__annotated_message__violation__init(to);
    to->rule_id = lend(from->rule_id);
    to->category = lend(from->category);
    to->severity = from->severity;
    to->evidence = lend(cs_evidence_name(from->evidence));
    to->term = lend(from->term);
    to->matched_text = lend((const char *)matched.ptr);
    to->byte_begin = (int32_t)from->byte_begin;
    to->byte_end = (int32_t)from->byte_end;
    to->char_begin = (int32_t)from->char_begin;
    to->char_end = (int32_t)from->char_end;
    return CS_OK;
}

/* Append `name` to the set unless it is there. Sets are small: a message rarely breaks more than a few rules.
 */
static void add_distinct(char **set, size_t *n, const char *name)
{
    for (size_t k = 0; k < *n; k++)
        if (set[k] == name || strcmp(set[k], name) == 0) return;
    set[(*n)++] = lend(name);
}

static cs_rc take_violation_memory(struct cs_annotator *a, size_t n, Violation **cell)
{
    a->msg.violations = cs_arena_zalloc(a->arena, n, sizeof *a->msg.violations);
    a->msg.rule_ids = cs_arena_zalloc(a->arena, n, sizeof *a->msg.rule_ids);
    a->msg.categories = cs_arena_zalloc(a->arena, n, sizeof *a->msg.categories);
    *cell = cs_arena_zalloc(a->arena, n, sizeof **cell);
    return a->msg.violations && a->msg.rule_ids && a->msg.categories && *cell ? CS_OK : cs_fail(CS_ENOMEM);
}

static cs_rc set_violations(struct cs_annotator *a, uint32_t i)
{
    const struct cs_batch *b = a->batch;
    const struct cs_violation *v = b->violation ? b->violation + b->violation_begin[i] : NULL;
    uint32_t n = v ? b->violation_begin[i + 1] - b->violation_begin[i] : 0;
    a->msg.n_violations = a->msg.n_rule_ids = a->msg.n_categories = 0;
    a->msg.max_severity = 0;
    a->msg.violation_count = (int32_t)n;
    if (n == 0) return CS_OK;
    Violation *cell;
    cs_rc rc = take_violation_memory(a, n, &cell);
    for (uint32_t k = 0; k < n && !cs_bad(rc); k++) {
        rc = set_violation(a->arena, &v[k], b->text[i], &cell[k]);
        a->msg.violations[a->msg.n_violations++] = &cell[k];
        add_distinct(a->msg.rule_ids, &a->msg.n_rule_ids, v[k].rule_id);
        add_distinct(a->msg.categories, &a->msg.n_categories, v[k].category);
        if (v[k].severity > a->msg.max_severity) a->msg.max_severity = v[k].severity;
    }
    return rc;
}

static void set_raw_text(struct cs_annotator *a, uint32_t i)
{
    struct cs_span raw = {0};
    if (a->batch->flags[i] & 1u << CS_FLAG_INVALID_UTF8) raw = a->batch->text[i];
    a->msg.raw_text.data = (uint8_t *)lend((const char *)raw.ptr);
    a->msg.raw_text.len = raw.len;
}

/* What only messages with a finding have; `*len` grows by it. */
static cs_rc pack_findings(struct cs_annotator *a, uint32_t i, size_t *len)
{
    set_flags(a, a->batch->flags[i]);
    set_raw_text(a, i);
    cs_rc rc = set_violations(a, i);
    if (cs_bad(rc)) return rc;
    if (!reserve(a, *len, part_size(a, CS_PART_FINDINGS))) return cs_fail(CS_ENOMEM);
    *len += part_pack(a, CS_PART_FINDINGS, a->scratch + *len);
    return CS_OK;
}

cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out)
{
    const struct cs_batch *b = a->batch;
    cs_event_id_set(a->event_id, a->event_id_prefix, b->partition[i], b->offset[i]);
    a->msg.source_partition = b->partition[i];
    a->msg.source_offset = b->offset[i];
    a->msg.record_ms = b->record_ms[i];
    set_response(a, i);
    size_t len = a->batch_len + part_pack(a, CS_PART_MESSAGE, a->scratch + a->batch_len);
    bool found = b->flags[i] || (b->violation && b->violation_begin[i] != b->violation_begin[i + 1]);
    cs_rc rc = found ? pack_findings(a, i, &len) : CS_OK;
    *out = cs_span_of(a->scratch, len);
    return rc;
}
