/* The encode stage, read back with protobuf-c. */
#include "kit.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <chatsieve/v1/dead_letter.pb-c.h>
#include <criterion/criterion.h>

typedef Chatsieve__V1__AnnotatedMessage Annotated;
typedef Chatsieve__V1__DeadLetter DeadLetter;

#define ROLE "\x38\x02"
#define JD "\x0A\x02jd"

static void run(struct kit *k)
{
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k->b)));
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k->b)));
}

static Annotated *read_event(const struct kit *k, uint32_t i)
{
    const struct cs_event *e = &k->f->event[i];
    cr_assert_eq(e->output, CS_OUTPUT_ANNOTATED);
    Annotated *m = chatsieve__v1__annotated_message__unpack(NULL, e->value.len, e->value.ptr);
    cr_assert(m != NULL);
    return m;
}

static void done(Annotated *m)
{
    chatsieve__v1__annotated_message__free_unpacked(m, NULL);
}

/* The annotation of the sample that kit_chat makes. */
static void check_sample(const Annotated *m)
{
    cr_expect_str_eq(m->platform, "jd");
    cr_expect_str_eq(m->text, "亲，加微信聊");
    cr_expect_str_eq(m->order_id, "20240101");
    cr_expect_eq((int)m->account_kind, CS_ACCOUNT_SUB);
    cr_expect_str_eq(m->event_id, "chat.messages/3/1000");
    cr_expect_str_eq(m->source_topic, "chat.messages");
    cr_expect(m->source_partition == 3 && m->source_offset == 1000 && m->record_ms == 1700000000500);
    cr_expect_str_eq(m->ruleset_version, kit_stamp.ruleset_version);
    cr_expect_str_eq(m->ruleset_hash, kit_stamp.ruleset_hash);
    cr_expect(m->n_flags == 0 && m->n_violations == 0 && m->violation_count == 0 && m->raw_text.len == 0);
}

Test(encode, the_input_bytes_come_first_and_the_annotation_after)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    struct cs_span raw = kit_pack(&c, &buf);
    kit_add(&k, raw);
    k.b->response[0] = (struct cs_response){.waiting_since_ms = 1699999990000,
        .latency_ms = 10000,
        .position = 2,
        .threshold_s = {5, 10},
        .n_threshold = 2,
        .turn = CS_TURN_ANSWERS,
        .first_reply = true,
        .in_hours = true,
        .responder = CS_RESPONDER_HUMAN,
        .profile = "jd@2021"};
    run(&k);
    const struct cs_event *e = &k.f->event[0];
    cr_assert(e->value.len > raw.len && memcmp(e->value.ptr, raw.ptr, raw.len) == 0);
    cr_expect(cs_span_eq(e->key, BYTES("key")) && e->offset == 1000 && e->partition == 3 && e->flight == k.f);
    Annotated *m = read_event(&k, 0);
    check_sample(m);
    const Chatsieve__V1__AnnotatedMessage__Response *r = m->response;
    cr_assert(r != NULL);
    cr_expect(r->waiting_since_ms == 1699999990000 && r->latency_ms == 10000 && r->turn_position == 2);
    cr_expect((int)r->turn == CS_TURN_ANSWERS && r->first_reply && r->n_threshold_s == 2);
    cr_expect(r->threshold_s[0] == 5 && r->threshold_s[1] == 10);
    cr_expect(r->in_service_hours && !r->next_reply);
    cr_expect_str_eq(r->responder, "human");
    cr_expect_str_eq(r->profile, "jd@2021");
    cr_expect_eq(m->base.n_unknown_fields, 0);
    done(m);
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(encode, violations_and_dashboard_columns)
{
    static const struct cs_violation v[] = {
        {"jd.a", "PAYMENT", "微信", 0, 9, 15, 3, 5, 3, CS_EVIDENCE_EXACT, false, 0, NULL},
        {"jd.b", "PAYMENT", "加微信", 0, 6, 15, 2, 5, 5, CS_EVIDENCE_HOMOPHONE, false, 0, NULL},
        {"jd.a", "OTHER", "聊", 0, 15, 18, 5, 6, 1, CS_EVIDENCE_GAP, false, 0, NULL},
    };
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    struct cs_span raw = kit_pack(&c, &buf);
    kit_add(&k, raw);
    kit_add(&k, raw);
    k.b->violation = v;
    k.b->violation_begin[1] = k.b->violation_begin[2] = 3;
    run(&k);
    Annotated *m = read_event(&k, 0);
    cr_assert_eq(m->n_violations, 3);
    cr_expect(m->violation_count == 3 && m->max_severity == 5);
    cr_assert(m->n_rule_ids == 2 && m->n_categories == 2);
    cr_expect(strcmp(m->rule_ids[0], "jd.a") == 0 && strcmp(m->rule_ids[1], "jd.b") == 0);
    cr_expect(strcmp(m->categories[0], "PAYMENT") == 0 && strcmp(m->categories[1], "OTHER") == 0);
    const Chatsieve__V1__AnnotatedMessage__Violation *w = m->violations[1];
    cr_expect_str_eq(w->rule_id, "jd.b");
    cr_expect_str_eq(w->matched_text, "加微信");
    cr_expect_str_eq(w->evidence, "homophone");
    cr_expect_str_eq(w->term, "加微信");
    cr_expect(w->byte_begin == 6 && w->byte_end == 15 && w->char_begin == 2 && w->char_end == 5);
    done(m);
    m = read_event(&k, 1);
    cr_expect(m->n_violations == 0 && m->max_severity == 0 && m->n_rule_ids == 0, "nothing sticks");
    done(m);
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(encode, matched_text_passes_as_a_string_whatever_was_sent)
{
    static const struct cs_violation v = {"r", "C", "t", 0, 0, 5, 0, 4, 1, CS_EVIDENCE_GAP, false, 0, NULL};
    struct kit k = kit_new(0, 0);
    kit_add(&k, BYTES(JD ROLE "\x52\x06"
                              "a\0\xE5\x8A"
                              "bc"));
    k.b->violation = &v;
    k.b->violation_begin[1] = 1;
    run(&k);
    Annotated *m = read_event(&k, 0);
    cr_assert_eq(m->n_violations, 1);
    cr_expect_str_eq(m->violations[0]->matched_text, "a\xEF\xBF\xBD\xEF\xBF\xBD"
                                                     "b");
    done(m);
    kit_free(&k);
}

Test(encode, flags_are_named_and_a_message_without_conversation_has_no_response)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    c.sent_ms = 0;
    kit_add(&k, kit_pack(&c, &buf));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    k.b->flags[0] |= 1u << CS_FLAG_NO_CONVERSATION | 1u << CS_FLAG_CLOCK_SKEW;
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
    Annotated *m = read_event(&k, 0);
    cr_assert_eq(m->n_flags, 3);
    cr_expect_str_eq(m->flags[0], "no_sent_time");
    cr_expect_str_eq(m->flags[1], "no_conversation");
    cr_expect_str_eq(m->flags[2], "clock_skew");
    cr_expect(m->response == NULL);
    done(m);
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(encode, invalid_text_is_repaired_and_kept)
{
    /* Text in the middle, unknown fields on both sides: 15 (bytes), 31 (varint), 2000 (fixed32). */
    struct kit k = kit_new(0, 0);
    kit_add(&k, BYTES("\x7A\x01u" JD "\x52\x05"
                      "a\xE5\x8A\0z" ROLE "\xF8\x01\x2A\x85\x7D\x01\x02\x03\x04"));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    k.b->flags[0] |= 1u << CS_FLAG_INVALID_UTF8;
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
    static const char head[] = "\x7A\x01u" JD "\x52\x06"
                               "a\xEF\xBF\xBD\0z" ROLE "\xF8\x01\x2A\x85\x7D\x01\x02\x03\x04";
    cr_expect(memcmp(k.f->event[0].value.ptr, head, sizeof head - 1) == 0);
    Annotated *m = read_event(&k, 0);
    cr_expect(m->raw_text.len == 5 && memcmp(m->raw_text.data, "a\xE5\x8A\0z", 5) == 0);
    cr_expect(m->n_flags == 2 && strcmp(m->flags[0], "invalid_utf8") == 0);
    cr_assert_eq(m->base.n_unknown_fields, 3);
    cr_expect(m->base.unknown_fields[0].tag == 15 && m->base.unknown_fields[2].tag == 2000);
    done(m);
    kit_free(&k);
}

Test(encode, forged_annotations_and_repeated_fields_do_not_survive)
{
    struct cs_buf forged = {0};
    cs_buf_add(&forged, BYTES("\x52\x01\xFF" JD ROLE "\x52\x02ok"));
    Annotated fake = CHATSIEVE__V1__ANNOTATED_MESSAGE__INIT;
    char id[] = "somebody/else/7", hash[] = "deadbeef", rule[] = "forged", *rules[] = {rule};
    Chatsieve__V1__AnnotatedMessage__Response response = CHATSIEVE__V1__ANNOTATED_MESSAGE__RESPONSE__INIT;
    response.latency_ms = 99;
    fake.event_id = id;
    fake.ruleset_hash = hash;
    fake.rule_ids = rules;
    fake.n_rule_ids = 1;
    fake.response = &response;
    fake.max_severity = 5;
    fake.raw_text = (ProtobufCBinaryData){.len = sizeof hash, .data = (uint8_t *)hash};
    uint8_t bytes[256];
    cs_buf_add(&forged, cs_span_of(bytes, chatsieve__v1__annotated_message__pack(&fake, bytes)));
    cs_buf_add(&forged, BYTES("\xFA\x02\x01x")); /* field 47 is nobody's */
    struct kit k = kit_new(0, 0);
    kit_add(&k, cs_buf_span(&forged));
    run(&k);
    static const char head[] = JD ROLE "\x52\x02ok\xFA\x02\x01x";
    cr_expect(
        memcmp(k.f->event[0].value.ptr, head, sizeof head - 1) == 0, "an ill-formed first text is dropped");
    Annotated *m = read_event(&k, 0);
    cr_expect_str_eq(m->event_id, "chat.messages/3/1000");
    cr_expect_str_eq(m->ruleset_hash, kit_stamp.ruleset_hash);
    cr_expect(m->n_rule_ids == 0 && m->max_severity == 0 && m->raw_text.len == 0);
    cr_expect(m->response != NULL && m->response->latency_ms == 0, "a forged response must not merge");
    cr_expect_eq(m->base.n_unknown_fields, 1);
    done(m);
    cs_buf_clear(&forged);
    kit_free(&k);
}

Test(encode, the_same_input_gives_the_same_bytes)
{
    static const struct cs_violation v = {
        "r", "C", "t", 0, 0, 3, 0, 1, 2, CS_EVIDENCE_FOLDED, false, 0, NULL};
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    struct cs_span raw = kit_pack(&c, &buf);
    struct kit k[2] = {kit_new(0, 0), kit_new(0, 0)};
    kit_add(&k[1], BYTES(JD ROLE)); /* other neighbours, other memory */
    for (int i = 0; i < 2; i++) {
        uint32_t at = kit_add(&k[i], raw);
        k[i].b->offset[at] = INT64_MAX - 1;
        k[i].b->partition[at] = INT32_MAX;
        k[i].b->record_ms[at] = 7;
        k[i].b->violation = &v;
        k[i].b->violation_begin[at] = 0;
        k[i].b->violation_begin[at + 1] = 1;
        run(&k[i]);
    }
    cr_expect(cs_span_eq(k[0].f->event[0].value, k[1].f->event[1].value));
    Annotated *m = read_event(&k[0], 0);
    cr_expect_str_eq(m->event_id, "chat.messages/2147483647/9223372036854775806");
    done(m);
    kit_free(&k[0]);
    kit_free(&k[1]);
    cs_buf_clear(&buf);
}

Test(encode, dead_letters_carry_everything_to_send_the_record_again)
{
    struct kit k = kit_new(0, 0);
    kit_add(&k, BYTES(JD "\0\1"));
    kit_add(&k, (struct cs_span){0});
    k.b->key[1] = (struct cs_span){0};
    run(&k);
    cr_assert_eq(k.f->n_event, 2);
    const struct cs_event *e = k.f->event;
    cr_expect(e[0].output == CS_OUTPUT_DEADLETTER && cs_span_eq(e[0].key, BYTES("key")));
    DeadLetter *m = chatsieve__v1__dead_letter__unpack(NULL, e[0].value.len, e[0].value.ptr);
    cr_assert(m != NULL);
    cr_expect_str_eq(m->event_id, "chat.messages/3/1000");
    cr_expect_str_eq(m->reason, "malformed");
    cr_expect_str_eq(m->detail, "field number 0 at byte 4");
    cr_expect(m->payload.len == 6 && memcmp(m->payload.data, JD "\0\1", 6) == 0 && m->record_key.len == 3);
    cr_expect(m->source_partition == 3 && m->source_offset == 1000 && m->record_ms == 1700000000500);
    chatsieve__v1__dead_letter__free_unpacked(m, NULL);
    cr_expect(e[1].key.ptr == NULL && e[1].output == CS_OUTPUT_DEADLETTER);
    kit_free(&k);
}

Test(encode, a_detail_of_any_bytes_is_valid_text)
{
    struct kit k = kit_new(0, 0);
    kit_add(&k, BYTES("\0"));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    k.b->dead_detail[0] = "bad \xFF byte";
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
    const struct cs_event *e = k.f->event;
    DeadLetter *m = chatsieve__v1__dead_letter__unpack(NULL, e->value.len, e->value.ptr);
    cr_assert(m != NULL);
    cr_expect_str_eq(m->detail, "bad \xEF\xBF\xBD byte");
    chatsieve__v1__dead_letter__free_unpacked(m, NULL);
    kit_free(&k);
}

Test(encode, an_event_that_the_broker_refused_becomes_a_dead_letter)
{
    struct kit k = kit_new(0, 0);
    kit_add(&k, BYTES(JD ROLE));
    run(&k);
    struct cs_span out;
    cr_assert(!cs_bad(cs_encode_refused("chat.messages", &k.f->event[0], "message too large", &out)));
    DeadLetter *m = chatsieve__v1__dead_letter__unpack(NULL, out.len, out.ptr);
    cr_assert(m != NULL);
    cr_expect_str_eq(m->reason, "refused");
    cr_expect_str_eq(m->detail, "message too large");
    cr_expect_str_eq(m->event_id, "chat.messages/3/1000");
    cr_expect(cs_span_eq(cs_span_of(m->payload.data, m->payload.len), k.f->event[0].value));
    chatsieve__v1__dead_letter__free_unpacked(m, NULL);
    kit_free(&k);
}

Test(encode, positions_are_behind_the_last_record_of_each_partition)
{
    static const struct {
        int32_t partition;
        int64_t offset;
        bool replay;
    } rows[] = {{3, 10, false}, {5, 70, false}, {3, 12, false}, {9, 1, true}, {5, 71, false}, {3, 13, true}};
    struct kit k = kit_new(0, 0);
    for (size_t i = 0; i < 6; i++) {
        uint32_t at = kit_add(&k, i == 2 ? BYTES("\0") : BYTES(JD ROLE));
        k.b->partition[at] = rows[i].partition;
        k.b->offset[at] = rows[i].offset;
        k.b->replay[at] = rows[i].replay;
    }
    run(&k);
    cr_expect(k.f->n_event == 4 && k.f->n_pending == 4, "replayed messages yield no event");
    cr_assert_eq(k.f->n_pos, 2);
    cr_expect(k.f->pos[0].partition == 3 && k.f->pos[0].next_offset == 13, "a dead letter counts as done");
    cr_expect_eq(k.f->pos[0].record_ms, k.b->record_ms[2]);
    cr_expect(k.f->pos[1].partition == 5 && k.f->pos[1].next_offset == 72);
    cr_expect(k.f->event[2].offset == 12 && k.f->event[2].output == CS_OUTPUT_DEADLETTER, "input order");
    kit_free(&k);
}

Test(encode, too_many_partitions_are_told)
{
    struct kit k = kit_new(0, 0);
    for (int32_t p = 0; p <= CS_PARTITIONS_MAX; p++)
        k.b->partition[kit_add(&k, BYTES(JD ROLE))] = p;
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_expect(cs_is(cs_encode(&kit_stamp, k.b), CS_ELIMIT));
    cr_expect_eq(k.f->n_event, 0);
    k.b->n = CS_PARTITIONS_MAX;
    k.f->n_pos = 0;
    cr_expect(!cs_bad(cs_encode(&kit_stamp, k.b)));
    cr_expect_eq(k.f->n_pos, CS_PARTITIONS_MAX);
    kit_free(&k);
}

Test(encode, a_message_may_have_very_many_violations_and_thresholds)
{
    enum { MANY = 3000 };
    struct cs_violation *v = calloc(MANY, sizeof *v);
    cr_assert(v != NULL);
    for (uint32_t i = 0; i < MANY; i++)
        v[i] =
            (struct cs_violation){"rule", "C", "term", 0, 0, 18, 0, 6, 4, CS_EVIDENCE_SPLIT, false, 0, NULL};
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    kit_add(&k, kit_pack(&c, &buf));
    k.b->violation = v;
    k.b->violation_begin[1] = MANY;
    struct cs_response *r = &k.b->response[0];
    static char profile[2 * CS_PROFILE_NAME_MAX];
    memset(profile, 'p', sizeof profile - 1);
    *r = (struct cs_response){INT64_MIN, INT64_MIN, UINT32_MAX, {0}, CS_THRESHOLDS_MAX, CS_TURN_WAITS, true,
        true, CS_RESPONDER_ASSIST, profile};
    memset(r->threshold_s, 0xFF, sizeof r->threshold_s);
    k.b->record_ms[0] = k.b->offset[0] = INT64_MIN;
    k.b->partition[0] = INT32_MIN;
    run(&k);
    Annotated *m = read_event(&k, 0);
    cr_expect(
        m->n_violations == MANY && m->n_rule_ids == 1 && m->response->n_threshold_s == CS_THRESHOLDS_MAX);
    cr_expect_str_eq(m->event_id, "chat.messages/-2147483648/-9223372036854775808");
    done(m);
    free(v);
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(encode, unpack_for_displays_gives_back_what_went_in)
{
    static const int64_t earlier[] = {999, 0, INT64_MAX};
    static const struct cs_violation v = {
        "r", "C", "t", 0, 0, 3, 0, 1, 2, CS_EVIDENCE_FOLDED, false, 3, earlier};
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    c.text = BYTES("a\0b");
    kit_add(&k, kit_pack(&c, &buf));
    k.b->violation = &v;
    k.b->violation_begin[1] = 1;
    k.b->response[0] = (struct cs_response){
        .latency_ms = 5, .threshold_s = {40}, .n_threshold = 1, .turn = 2, .responder = 2};
    run(&k);
    struct cs_annotated a;
    cr_assert(!cs_bad(cs_annotated_unpack(k.f->event[0].value, &k.b->arena, &a)));
    cr_expect(cs_span_eq(a.chat.text, c.text), "NUL and what follows it");
    cr_expect(cs_span_eq(a.chat.order, c.order) && a.chat.role == c.role && a.chat.sent_ms == c.sent_ms);
    cr_expect(a.n_violation == 1 && a.violation[0].evidence == CS_EVIDENCE_FOLDED && a.max_severity == 2);
    cr_expect(a.violation[0].n_earlier == 3 && memcmp(a.violation[0].earlier, earlier, sizeof earlier) == 0);
    cr_expect(a.response.latency_ms == 5 && a.response.n_threshold == 1 && a.response.threshold_s[0] == 40);
    cr_expect(a.response.responder == CS_RESPONDER_HOLDING && a.response.profile == NULL);
    cr_expect(cs_span_eq(a.event_id, BYTES("chat.messages/3/1000")));
    cr_expect(cs_is(cs_annotated_unpack(BYTES("\x0A"), &k.b->arena, &a), CS_ESYNTAX));
    cr_expect(cs_is(cs_annotated_unpack(BYTES("\xC2\x02\x01\x0A"), &k.b->arena, &a), CS_ESYNTAX));
    cs_buf_clear(&buf);
    kit_free(&k);
}

/* Only what ends in an offset counts, and no more than the batch's language has room for. */
Test(encode, unpack_takes_no_offset_from_ids_of_others)
{
    static char *ids[] = {
        "", "chat/3/", "chat/3/-4", "17", "t/1/9223372036854775808", "t/1/5x", "t/1/ 5", "t/0/7"};
    static char *many[] = {"t/0/9", "t/0/8", "t/0/7", "t/0/6", "t/0/5"};
    const struct {
        char **id;
        size_t n;
        uint8_t taken;
        int64_t last;
    } rows[] = {{ids, 1, 0, 0}, {ids + 7, 1, 1, 7}, {ids + 5, 3, 1, 7}, {ids + 2, 3, 0, 0}, {many, 5, 3, 7}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        Chatsieve__V1__AnnotatedMessage__Violation v = CHATSIEVE__V1__ANNOTATED_MESSAGE__VIOLATION__INIT;
        Chatsieve__V1__AnnotatedMessage__Violation *all = &v;
        Annotated m = CHATSIEVE__V1__ANNOTATED_MESSAGE__INIT;
        uint8_t bytes[256];
        v.earlier_event_ids = rows[r].id, v.n_earlier_event_ids = rows[r].n;
        m.violations = &all, m.n_violations = 1;
        size_t len = chatsieve__v1__annotated_message__pack(&m, bytes);
        struct cs_arena arena;
        struct cs_annotated a;
        cs_arena_init(&arena, 4096, 0);
        cr_assert(!cs_bad(cs_annotated_unpack(cs_span_of(bytes, len), &arena, &a)));
        const struct cs_violation *have = a.violation;
        cr_expect_eq(have->n_earlier, rows[r].taken, "row %zu", r);
        if (rows[r].taken) cr_expect_eq(have->earlier[rows[r].taken - 1], rows[r].last, "row %zu", r);
        cs_arena_clear(&arena);
    }
}
