/* The annotation that we write, byte for byte against protobuf-c's for the same values. */
#include "codec/annotation.h"
#include "codec/repair.h"
#include "kit.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <criterion/criterion.h>
#include <stdlib.h>

typedef Chatsieve__V1__AnnotatedMessage Annotated;
typedef Chatsieve__V1__AnnotatedMessage__Violation Violation;
typedef Chatsieve__V1__AnnotatedMessage__Response Response;

enum { ROUNDS = 2000, ROWS = 128, VIOLATIONS_MAX = 40, LONG = 3000 };

static uint64_t state = 1;

static size_t below(size_t n)
{
    return kit_below(&state, n);
}

/* Every length of varint, both signs, both ends. */
static int64_t any_int64(void)
{
    static const int64_t special[] = {0, 1, -1, 127, 128, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    if (below(4) == 0) return special[below(sizeof special / sizeof *special)];
    return (int64_t)(kit_random(&state) >> below(64));
}

static char *lend(const char *s)
{
    return (char *)(uintptr_t)s;
}

static const char *any_string(void)
{
    static const char *const some[] = {"", "r", "jd.steer", "jd.steer.2", "PAYMENT_NAME", "加微信"};
    static char longest[3][LONG + 1];
    if (!longest[0][0])
        for (size_t k = 0; k < 3; k++)
            memset(longest[k], 'a' + (int)k, k == 0 ? 127 : k == 1 ? 128 : LONG);
    size_t k = below(64);
    return k < 3 ? longest[k] : some[k % (sizeof some / sizeof *some)];
}

static struct cs_span any_text(uint8_t *to, size_t max)
{
    static const uint8_t bytes[] = {0, 'a', 'b', 0xE5, 0x8A, 0xA0, 0xFF, 'z'};
    size_t len = below(max + 1);
    bool ascii = below(2);
    for (size_t k = 0; k < len; k++)
        to[k] = ascii ? 'x' : bytes[below(sizeof bytes)];
    return cs_span_of(to, len);
}

static struct cs_response any_response(void)
{
    struct cs_response r = {.waiting_since_ms = any_int64(),
        .latency_ms = any_int64(),
        .position = (uint32_t)any_int64(),
        .n_threshold = (uint8_t)below(CS_THRESHOLDS_MAX + 1),
        .turn = (uint8_t)below(256),
        .first_reply = below(2),
        .in_hours = below(2),
        .responder = (uint8_t)below(CS_RESPONDER_COUNT),
        .profile = below(2) ? "taobao@2022-03" : NULL};
    for (uint32_t k = 0; k < r.n_threshold; k++)
        r.threshold_s[k] = (uint32_t)any_int64();
    return below(8) ? r : (struct cs_response){0};
}

/* Offsets of earlier messages, often none. */
static uint8_t any_earlier(const int64_t **out)
{
    static int64_t pool[1 << 16];
    static size_t at;
    uint8_t n = (uint8_t)(below(2) ? 0 : below(CS_EARLIER_MAX + 1));
    at = at + n > sizeof pool / sizeof *pool ? 0 : at;
    *out = n ? pool + at : NULL;
    for (uint8_t k = 0; k < n; k++)
        pool[at++] = below(2) ? any_int64() : (int64_t)below(1200);
    return n;
}

static struct cs_violation any_violation(uint32_t i)
{
    const int64_t *earlier;
    uint8_t n_earlier = any_earlier(&earlier);
    uint32_t begin = (uint32_t)below(200);
    return (struct cs_violation){.rule_id = any_string(),
        .category = any_string(),
        .term = any_string(),
        .msg = i,
        .byte_begin = begin,
        .byte_end = below(8) ? begin + (uint32_t)below(20) : (uint32_t)any_int64(),
        .char_begin = (uint32_t)any_int64(),
        .char_end = (uint32_t)any_int64(),
        .severity = (uint8_t)(any_int64() & 0xFF),
        .evidence = (uint8_t)below(CS_EVIDENCE_COUNT),
        .n_earlier = n_earlier,
        .earlier = earlier};
}

/* Mostly the next record of a partition, whose id is made of the one before. */
static void any_coordinates(struct cs_batch *b, uint32_t i)
{
    bool next = i > 0 && below(4) > 0 && b->offset[i - 1] < INT64_MAX;
    b->partition[i] = next && below(8) ? b->partition[i - 1] : (int32_t)any_int64();
    b->offset[i] = next ? b->offset[i - 1] + 1 : below(2) ? any_int64() : (int64_t)below(1200) - 100;
}

static void fill_batch(struct cs_batch *b, struct cs_violation *v, uint8_t (*text)[256])
{
    uint32_t n = 0;
    b->n = ROWS;
    b->topic = any_string();
    b->violation = below(8) ? v : NULL;
    for (uint32_t i = 0; i < ROWS; i++) {
        any_coordinates(b, i);
        b->record_ms[i] = any_int64();
        b->flags[i] = below(2) ? 0 : (uint32_t)below(1u << CS_FLAG_COUNT);
        b->text[i] = any_text(text[i], 256);
        b->response[i] = any_response();
        b->violation_begin[i] = n;
        uint32_t more = (uint32_t)(below(2) ? 0 : below(below(8) ? 4 : VIOLATIONS_MAX));
        for (; more; more--)
            v[n++] = any_violation(i);
    }
    b->violation_begin[ROWS] = n;
}

static void add_packed(struct cs_buf *out, const Annotated *m)
{
    ProtobufCBufferSimple simple = PROTOBUF_C_BUFFER_SIMPLE_INIT(((uint8_t[64]){0}));
    chatsieve__v1__annotated_message__pack_to_buffer(m, &simple.base);
    cs_buf_add(out, cs_span_of(simple.data, simple.len));
    PROTOBUF_C_BUFFER_SIMPLE_CLEAR(&simple);
}

static void expect_batch(const struct cs_batch *b, const struct cs_stamp *stamp, struct cs_buf *out)
{
    Annotated m = CHATSIEVE__V1__ANNOTATED_MESSAGE__INIT;
    m.source_topic = lend(b->topic);
    m.ruleset_version = lend(stamp->ruleset_version);
    m.ruleset_hash = lend(stamp->ruleset_hash);
    add_packed(out, &m);
}

static void expect_message(const struct cs_batch *b, uint32_t i, struct cs_buf *out)
{
    static char id[LONG + 64];
    Annotated m = CHATSIEVE__V1__ANNOTATED_MESSAGE__INIT;
    snprintf(id, sizeof id, "%s/%d/%lld", b->topic, b->partition[i], (long long)b->offset[i]);
    m.event_id = id;
    m.source_partition = b->partition[i];
    m.source_offset = b->offset[i];
    m.record_ms = b->record_ms[i];
    const struct cs_response *from = &b->response[i];
    int32_t threshold[CS_THRESHOLDS_MAX];
    for (uint32_t k = 0; k < from->n_threshold; k++)
        threshold[k] = (int32_t)from->threshold_s[k];
    Response r = CHATSIEVE__V1__ANNOTATED_MESSAGE__RESPONSE__INIT;
    r.turn = (Chatsieve__V1__AnnotatedMessage__Turn)from->turn;
    r.waiting_since_ms = from->waiting_since_ms;
    r.latency_ms = from->latency_ms;
    r.turn_position = (int32_t)from->position;
    r.first_reply = from->first_reply;
    r.next_reply = from->turn == CS_TURN_ANSWERS && !from->first_reply;
    r.responder = lend(cs_responder_name(from->responder));
    r.in_service_hours = from->in_hours;
    if (from->profile) r.profile = lend(from->profile);
    r.n_threshold_s = from->n_threshold;
    r.threshold_s = threshold;
    if (!(b->flags[i] & 1u << CS_FLAG_NO_CONVERSATION)) m.response = &r;
    add_packed(out, &m);
}

static size_t distinct(char **set, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(set[k], name) == 0) return n;
    set[n] = lend(name);
    return n + 1;
}

static char **ids_of(struct cs_batch *b, uint32_t i, const struct cs_violation *v)
{
    char **id = cs_arena_alloc(&b->arena, v->n_earlier * sizeof *id);
    for (uint32_t k = 0; k < v->n_earlier; k++) {
        id[k] = cs_arena_alloc(&b->arena, LONG + 64);
        snprintf(id[k], LONG + 64, "%s/%d/%lld", b->topic, b->partition[i], (long long)v->earlier[k]);
    }
    return id;
}

static Violation violation_of(struct cs_batch *b, uint32_t i, const struct cs_violation *v)
{
    Violation w = CHATSIEVE__V1__ANNOTATED_MESSAGE__VIOLATION__INIT;
    w.rule_id = lend(v->rule_id);
    w.category = lend(v->category);
    w.severity = v->severity;
    w.evidence = lend(cs_evidence_name(v->evidence));
    w.term = lend(v->term);
    struct cs_span cut = cs_span_cut(b->text[i], v->byte_begin, v->byte_end);
    struct cs_span matched = cs_repair(&b->arena, cut, CS_REPAIR_REPLACE_NUL);
    cr_assert(matched.ptr != NULL);
    w.matched_text = lend((const char *)matched.ptr);
    w.byte_begin = (int32_t)v->byte_begin;
    w.byte_end = (int32_t)v->byte_end;
    w.char_begin = (int32_t)v->char_begin;
    w.char_end = (int32_t)v->char_end;
    w.n_earlier_event_ids = v->n_earlier;
    w.earlier_event_ids = v->n_earlier ? ids_of(b, i, v) : NULL;
    return w;
}

static void expect_findings(struct cs_batch *b, uint32_t i, struct cs_buf *out)
{
    Violation cell[VIOLATIONS_MAX], *cells[VIOLATIONS_MAX];
    char *rules[VIOLATIONS_MAX], *categories[VIOLATIONS_MAX], *flags[CS_FLAG_COUNT];
    Annotated m = CHATSIEVE__V1__ANNOTATED_MESSAGE__INIT;
    m.flags = flags, m.violations = cells, m.rule_ids = rules, m.categories = categories;
    for (uint32_t k = 0; k < CS_FLAG_COUNT; k++)
        if (b->flags[i] & 1u << k) flags[m.n_flags++] = lend(cs_flag_name(k));
    uint32_t n = b->violation ? b->violation_begin[i + 1] - b->violation_begin[i] : 0;
    for (uint32_t k = 0; k < n; k++) {
        const struct cs_violation *v = &b->violation[b->violation_begin[i] + k];
        cell[k] = violation_of(b, i, v);
        cells[k] = &cell[k];
        m.n_rule_ids = distinct(rules, m.n_rule_ids, v->rule_id);
        m.n_categories = distinct(categories, m.n_categories, v->category);
        if (v->severity > m.max_severity) m.max_severity = v->severity;
    }
    m.n_violations = n;
    m.violation_count = (int32_t)n;
    if (b->flags[i] & 1u << CS_FLAG_INVALID_UTF8)
        m.raw_text = (ProtobufCBinaryData){b->text[i].len, (uint8_t *)(uintptr_t)b->text[i].ptr};
    add_packed(out, &m);
}

/* The same in place, and not one byte behind what was asked for. */
static void check_plain(struct cs_annotator *a, uint32_t i, struct cs_span want)
{
    uint8_t *to = malloc(a->plain_max);
    const uint8_t *end = cs_annotator_put_plain(a, i, to);
    cr_assert(cs_span_eq(cs_span_of(to, (size_t)(end - to)), want), "row %u in place", i);
    free(to);
}

static void check_batch(struct cs_batch *b, const struct cs_stamp *stamp, struct cs_buf *want)
{
    struct cs_annotator a;
    cr_assert(!cs_bad(cs_annotator_init(&a, stamp, b)));
    for (uint32_t i = 0; i < b->n; i++) {
        struct cs_span have;
        cr_assert(!cs_bad(cs_annotator_pack(&a, i, &have)));
        cs_buf_reset(want);
        expect_batch(b, stamp, want);
        expect_message(b, i, want);
        expect_findings(b, i, want);
        cr_assert(!cs_bad(cs_buf_rc(want)));
        cr_assert(cs_span_eq(have, cs_buf_span(want)), "row %u: %zu bytes, protobuf-c writes %zu", i,
            have.len, cs_buf_span(want).len);
        if (cs_annotator_is_plain(&a, i)) check_plain(&a, i, cs_buf_span(want));
    }
}

Test(annotation, has_the_bytes_that_protobuf_c_writes)
{
    static uint8_t text[ROWS][256];
    static struct cs_violation v[ROWS * VIOLATIONS_MAX];
    struct kit k = kit_new(0, 0);
    struct cs_buf want = {0};
    for (uint32_t round = 0; round < ROUNDS; round++) {
        kit_reset(&k);
        fill_batch(k.b, v, text);
        struct cs_stamp stamp = {any_string(), any_string(), 0};
        check_batch(k.b, &stamp, &want);
    }
    cs_buf_clear(&want);
    kit_free(&k);
}

/* Lengths around each size of a length varint, where nested bodies move. */
Test(annotation, strings_of_every_length)
{
    static char term[70000];
    struct kit k = kit_new(0, 0);
    struct cs_buf want = {0};
    struct cs_violation v = {"r", "C", term, 0, 0, 0, 0, 0, 1, CS_EVIDENCE_EXACT, false, 0, NULL};
    static const size_t around[] = {128, 16384, 65536};
    for (size_t s = 0; s < 3; s++)
        for (size_t len = around[s] - 40; len < around[s] + 10; len++) {
            kit_reset(&k);
            kit_add(&k, (struct cs_span){0});
            memset(term, 'x', len);
            term[len] = 0;
            k.b->flags[0] = 0;
            k.b->text[0] = (struct cs_span){0};
            k.b->violation = &v;
            k.b->violation_begin[1] = 1;
            check_batch(k.b, &kit_stamp, &want);
        }
    cs_buf_clear(&want);
    kit_free(&k);
}
