#include "codec/annotation.h"

#include "codec/event_id.h"
#include "codec/repair.h"

typedef Chatsieve__V1__AnnotatedMessage__Violation Violation;

enum {
    /* Tags, lengths and integers of all annotation fields and of the response: 15 fields and 6 in the
     * response, each with at most 2 bytes of tag, 5 of length and 10 of value, and the thresholds. */
    INTEGERS_MAX = (15 + 6) * 17 + CS_THRESHOLDS_MAX * 10,
    FLAGS_MAX = CS_FLAG_COUNT * 32
};

/* protobuf-c has no const; it does not write to what it packs. */
static char *lend(const char *s)
{
    return (char *)(uintptr_t)s;
}

cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b)
{
    *a = (struct cs_annotator){.batch = b, .arena = &b->arena};
    chatsieve__v1__annotated_message__init(&a->msg);
    chatsieve__v1__annotated_message__response__init(&a->response);
    a->event_id = cs_event_id_new(&b->arena, b->topic, &a->event_id_prefix);
    if (!a->event_id) return cs_fail(CS_ENOMEM);
    a->msg.event_id = a->event_id;
    a->msg.source_topic = lend(b->topic ? b->topic : "");
    a->msg.ruleset_version = lend(stamp->ruleset_version ? stamp->ruleset_version : "");
    a->msg.ruleset_hash = lend(stamp->ruleset_hash ? stamp->ruleset_hash : "");
    a->plain_max = INTEGERS_MAX + FLAGS_MAX + a->event_id_prefix + CS_EVENT_ID_TAIL +
                   strlen(a->msg.source_topic) + strlen(a->msg.ruleset_version) + strlen(a->msg.ruleset_hash);
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

static bool reserve(struct cs_annotator *a, size_t need)
{
    if (a->scratch_cap >= need) return true;
    a->scratch = cs_arena_alloc(a->arena, need * 2);
    a->scratch_cap = a->scratch ? need * 2 : 0;
    return a->scratch != NULL;
}

cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out)
{
    const struct cs_batch *b = a->batch;
    cs_event_id_set(a->event_id, a->event_id_prefix, b->partition[i], b->offset[i]);
    a->msg.source_partition = b->partition[i];
    a->msg.source_offset = b->offset[i];
    a->msg.record_ms = b->record_ms[i];
    set_flags(a, b->flags[i]);
    set_response(a, i);
    set_raw_text(a, i);
    cs_rc rc = set_violations(a, i);
    if (cs_bad(rc)) return rc;
    bool plain = a->msg.n_violations == 0 && a->msg.raw_text.len == 0;
    size_t need = plain ? a->plain_max : chatsieve__v1__annotated_message__get_packed_size(&a->msg);
    if (!reserve(a, need)) return cs_fail(CS_ENOMEM);
    *out = cs_span_of(a->scratch, chatsieve__v1__annotated_message__pack(&a->msg, a->scratch));
    return CS_OK;
}
