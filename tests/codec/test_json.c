/* JSON in and out. */
#include "kit.h"

#include <criterion/criterion.h>
#include <jansson.h>

#define HEAD "\"platform\":\"jd\",\"role\":\"agent\""

static void decode(struct kit *k, struct cs_span json)
{
    kit_reset(k);
    kit_add(k, json);
    cr_assert(!cs_bad(cs_decode(&kit_json, k->b)));
}

Test(json, every_key_reaches_its_column)
{
    struct kit k = kit_new(0, 0);
    decode(&k, BYTES("{\"event\":\"transfer\",\"order_id\":\"o\",\"account_kind\":\"sub\",\"source_system\":"
                     "\"g\",\"text\":"
                     "\"\\u52a0\xE5\xBE\xAE\","
                     "\"sent_ms\":1700000000000,\"origin\":\"quick_reply\",\"role\":\"robot_assist\","
                     "\"message_id\":\"m\","
                     "\"conversation_id\":\"c\",\"agent_id\":\"a\",\"buyer_id\":\"b\",\"shop_id\":\"s\","
                     "\"platform\":\"jd\"}"));
    struct cs_batch *b = k.b;
    cr_assert_eq(b->dead[0], CS_DEAD_NONE, "%s", b->dead_detail[0]);
    cr_expect(cs_span_eq(b->text[0], BYTES("加微")) && cs_span_eq(b->shop[0], BYTES("s")));
    cr_expect(b->role[0] == CS_ROLE_ROBOT_ASSIST && b->origin[0] == CS_ORIGIN_QUICK_REPLY);
    cr_expect_eq(b->sent_ms[0], 1700000000000);
    cr_expect_eq(b->notice[0], CS_NOTICE_TRANSFER);
    struct cs_buf want = {0};
    struct cs_chat c = {BYTES("jd"), BYTES("s"), BYTES("b"), BYTES("a"), BYTES("c"), BYTES("m"),
        BYTES("加微"), BYTES("g"), BYTES("o"), BYTES("transfer"), 1700000000000, CS_ROLE_ROBOT_ASSIST,
        CS_ORIGIN_QUICK_REPLY, CS_ACCOUNT_SUB};
    cr_expect(cs_span_eq(b->raw[0], kit_pack(&c, &want)), "raw is the same message as protobuf");
    cs_buf_clear(&want);
    kit_free(&k);
}

Test(json, spellings_that_are_accepted)
{
    static const struct {
        const char *json;
        uint8_t role, origin;
        int64_t sent_ms;
    } rows[] = {
        {"{\"platform\":\"jd\",\"role\":2}", CS_ROLE_AGENT, 0, 1700000000500},
        {"{\"platform\":\"jd\",\"role\":\"ROLE_BUYER\"}", CS_ROLE_BUYER, 0, 1700000000500},
        {"{" HEAD ",\"origin\":\"ORIGIN_AUTO_REPLY\"}", CS_ROLE_AGENT, CS_ORIGIN_AUTO_REPLY, 1700000000500},
        {"{" HEAD ",\"origin\":\"unspecified\"}", CS_ROLE_AGENT, 0, 1700000000500},
        {"{" HEAD ",\"origin\":null,\"shop_id\":null}", CS_ROLE_AGENT, 0, 1700000000500},
        {"{" HEAD ",\"sent_ms\":\"1700000000001\"}", CS_ROLE_AGENT, 0, 1700000000001},
        {"{" HEAD ",\"sentMs\":9223372036854775807}", CS_ROLE_AGENT, 0, INT64_MAX},
        {"{" HEAD ",\"sent_ms\":\"9223372036854775807\"}", CS_ROLE_AGENT, 0, INT64_MAX},
        {"{" HEAD ",\"unknown\":{\"deep\":[1,2.5,{}]}}", CS_ROLE_AGENT, 0, 1700000000500},
        {" \t{" HEAD "} \r", CS_ROLE_AGENT, 0, 1700000000500},
        {"\xEF\xBB\xBF{" HEAD "}", CS_ROLE_AGENT, 0, 1700000000500},
    };
    struct kit k = kit_new(0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        decode(&k, cs_span_str(rows[i].json));
        cr_assert_eq(k.b->dead[0], CS_DEAD_NONE, "%s: %s", rows[i].json, k.b->dead_detail[0]);
        cr_expect(k.b->role[0] == rows[i].role && k.b->origin[0] == rows[i].origin, "%s", rows[i].json);
        cr_expect_eq(k.b->sent_ms[0], rows[i].sent_ms, "%s", rows[i].json);
    }
    kit_free(&k);
}

Test(json, what_is_refused_and_how_it_is_told)
{
    static const struct {
        struct cs_span json;
        uint8_t dead;
        const char *detail;
    } rows[] = {
        {BYTES(" "), CS_DEAD_MALFORMED, "unexpected end at byte 1"},
        {BYTES("{" HEAD), CS_DEAD_MALFORMED, "unexpected end at byte 31"},
        {BYTES("{" HEAD "} x"), CS_DEAD_MALFORMED, "something follows the object at byte 34"},
        {BYTES("[1]"), CS_DEAD_MALFORMED, "the value must be an object, not an array"},
        {BYTES("{\"a\":1,\"a\":2}"), CS_DEAD_MALFORMED, "duplicate key at byte 10"},
        {BYTES("{\"shop_id\":\"a\",\"shopId\":\"b\"}"), CS_DEAD_MALFORMED,
            "keys \"shop_id\" and \"shopId\" are the same field"},
        {BYTES("{\"text\":\"\xFF\"}"), CS_DEAD_MALFORMED, "not valid UTF-8 at byte 9"},
        {BYTES("{\"text\":\"\\ud800\"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{\"text\":\"\\udc00x\"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{\"te\\u0000xt\":\"\"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{\"sent_ms\":9223372036854775808}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{" HEAD ",\"sent_ms\":\"9223372036854775808\"}"), CS_DEAD_MALFORMED,
            "key \"sent_ms\" must be an integer or a string of digits, not a string"},
        {BYTES("{" HEAD ",\"sent_ms\":\"\"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{" HEAD ",\"sent_ms\":\"-\"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{" HEAD ",\"sent_ms\":\"1 \"}"), CS_DEAD_MALFORMED, NULL},
        {BYTES("{" HEAD ",\"sent_ms\":1.5}"), CS_DEAD_MALFORMED,
            "key \"sent_ms\" must be an integer or a string of digits, not a number with a fraction"},
        {BYTES("{" HEAD ",\"shop_id\":7}"), CS_DEAD_MALFORMED,
            "key \"shop_id\" must be a string, not an integer"},
        {BYTES("{" HEAD ",\"text\":[]}"), CS_DEAD_MALFORMED, "key \"text\" must be a string, not an array"},
        {BYTES("{\"role\":true}"), CS_DEAD_MALFORMED, "key \"role\" must be a word or a number, not true"},
        {BYTES("{\"platform\":\"jd\",\"role\":\"boss\"}"), CS_DEAD_UNKNOWN_ROLE,
            "key \"role\" has none of the known values"},
        {BYTES("{\"platform\":\"jd\",\"role\":7}"), CS_DEAD_UNKNOWN_ROLE, NULL},
        {BYTES("{\"platform\":\"jd\",\"role\":-1}"), CS_DEAD_UNKNOWN_ROLE, NULL},
        {BYTES("{\"platform\":\"jd\",\"role\":258}"), CS_DEAD_UNKNOWN_ROLE, NULL},
        {BYTES("{\"platform\":\"jd\",\"role\":\"ROLE_AGENTAGENTAGENTAGENTAGENTAGENTAGENT\"}"),
            CS_DEAD_UNKNOWN_ROLE, NULL},
        {BYTES("{\"platform\":\"jd\",\"role\":\"\"}"), CS_DEAD_UNKNOWN_ROLE, NULL},
        {BYTES("{\"platform\":\"jd\"}"), CS_DEAD_UNKNOWN_ROLE, "role is missing"},
        {BYTES("{" HEAD ",\"origin\":\"shouted\"}"), CS_DEAD_BAD_FIELD,
            "key \"origin\" has none of the known values"},
        {BYTES("{" HEAD ",\"shop_id\":\"a\\u0000\"}"), CS_DEAD_BAD_FIELD, "key \"shop_id\": NUL byte"},
        {BYTES("{\"role\":\"agent\"}"), CS_DEAD_NO_PLATFORM, NULL},
        {BYTES("{}"), CS_DEAD_NO_PLATFORM, NULL},
        {BYTES("\0"), CS_DEAD_MALFORMED, NULL},
    };
    struct kit k = kit_new(0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        decode(&k, rows[i].json);
        const char *detail = k.b->dead_detail[0];
        cr_expect_eq(k.b->dead[0], rows[i].dead, "row %zu: %s", i, cs_dead_name(k.b->dead[0]));
        cr_assert(detail != NULL, "row %zu", i);
        if (rows[i].detail) cr_expect_str_eq(detail, rows[i].detail, "row %zu: %s", i, detail);
        cr_expect(cs_span_eq(k.b->raw[0], rows[i].json), "row %zu: a dead letter carries what was sent", i);
    }
    kit_free(&k);
}

Test(json, message_text_never_reaches_the_detail)
{
    struct kit k = kit_new(0, 0);
    decode(&k, BYTES("{\"text\":\"SECRET\" SECRET}"));
    cr_assert(k.b->dead_detail[0] != NULL);
    cr_expect(strstr(k.b->dead_detail[0], "SECRET") == NULL, "%s", k.b->dead_detail[0]);
    decode(&k, BYTES("{\"text\":{\"x\":\"SECRET\"},\"role\":\"SECRET\"}"));
    cr_expect(strstr(k.b->dead_detail[0], "SECRET") == NULL, "%s", k.b->dead_detail[0]);
    kit_free(&k);
}

Test(json, depth_is_bounded)
{
    enum { DEPTH = 100000 };
    char *deep = malloc(DEPTH + 8);
    cr_assert(deep != NULL);
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', DEPTH);
    struct kit k = kit_new(0, 0);
    decode(&k, cs_span_of(deep, DEPTH + 5));
    cr_expect_eq(k.b->dead[0], CS_DEAD_MALFORMED);
    cr_expect(strstr(k.b->dead_detail[0], "nested too deep") != NULL, "%s", k.b->dead_detail[0]);
    free(deep);
    kit_free(&k);
}

static void to_json(struct kit *k, uint32_t i, struct cs_buf *out)
{
    cs_buf_reset(out);
    cr_assert(!cs_bad(cs_event_to_json(k->f->event[i].value, k->f->event[i].output, out)));
}

Test(json, an_event_in_full)
{
    static const struct cs_violation v = {
        "jd.a", "PAYMENT", "微信", 0, 9, 15, 3, 5, 3, CS_EVIDENCE_EXACT, false, 0, NULL};
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0}, out = {0};
    struct cs_chat c = kit_chat();
    kit_add(&k, kit_pack(&c, &buf));
    k.b->violation = &v;
    k.b->violation_begin[1] = 1;
    k.b->response[0] = (struct cs_response){.latency_ms = 61000,
        .threshold_s = {40, 60},
        .n_threshold = 2,
        .turn = CS_TURN_ANSWERS,
        .first_reply = true};
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
    to_json(&k, 0, &out);
    cr_expect_str_eq(cs_buf_cstr(&out),
        "{\"platform\":\"jd\",\"shop_id\":\"shop-1\",\"buyer_id\":\"买家7\",\"agent_id\":\"agent-2\","
        "\"conversation_id\":\"c-9\",\"message_id\":\"m-1\",\"role\":\"agent\",\"origin\":\"typed\","
        "\"sent_ms\":1700000000000,\"text\":\"亲，加微信聊\",\"source_system\":\"gateway\",\"account_kind\":"
        "\"sub\","
        "\"order_id\":\"20240101\",\"event_id\":\"chat.messages/3/1000\",\"source_topic\":\"chat.messages\","
        "\"source_partition\":3,\"source_offset\":1000,\"record_ms\":1700000000500,"
        "\"ruleset_version\":\"starter@1, jd@7\",\"ruleset_hash\":\"9f86d081884c7d65\","
        "\"violations\":[{\"rule_id\":\"jd.a\",\"category\":\"PAYMENT\",\"severity\":3,\"evidence\":"
        "\"exact\","
        "\"term\":\"微信\",\"matched_text\":\"微信\",\"byte_begin\":9,\"byte_end\":15,\"char_begin\":3,"
        "\"char_end\":5}],"
        "\"response\":{\"turn\":\"answers\",\"latency_ms\":61000,\"first_reply\":true,\"threshold_s\":[40,60]"
        "},"
        "\"max_severity\":3,\"violation_count\":1,\"rule_ids\":[\"jd.a\"],\"categories\":[\"PAYMENT\"]}");
    cs_buf_clear(&buf);
    cs_buf_clear(&out);
    kit_free(&k);
}

Test(json, a_dead_letter_shows_its_bytes_in_base64)
{
    static const char *const want[] = {"AA==", "AAE=", "AAEC", "AAECAw=="};
    struct kit k = kit_new(0, 0);
    struct cs_buf out = {0};
    for (size_t n = 1; n <= 4; n++)
        kit_add(&k, cs_span_of("\0\1\2\3", n));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
    for (uint32_t n = 0; n < 4; n++) {
        to_json(&k, n, &out);
        json_t *j = json_loadb((const char *)out.ptr, out.len, 0, NULL);
        cr_assert(j != NULL);
        cr_expect_str_eq(json_string_value(json_object_get(j, "payload")), want[n]);
        cr_expect_str_eq(json_string_value(json_object_get(j, "reason")), "malformed");
        json_decref(j);
    }
    cs_buf_clear(&out);
    kit_free(&k);
}

/* Random text with everything that has to be escaped; jansson reads it back. */
Test(json, any_text_survives_the_round_trip)
{
    uint64_t seed = 7;
    struct kit k = kit_new(0, 0);
    struct cs_buf out = {0}, text = {0}, buf = {0};
    for (int round = 0; round < 20000; round++) {
        cs_buf_reset(&text);
        for (size_t n = kit_below(&seed, 30); n; n--) {
            static const char *const piece[] = {
                "\"", "\\", "/", "\n", "\x01", "\x7F", "é", "微", "😀", "\xE2\x80\xA8"};
            size_t pick = kit_below(&seed, 11);
            if (pick == 10)
                cs_buf_byte(&text, (uint8_t)kit_below(&seed, 128));
            else
                cs_buf_str(&text, piece[pick]);
        }
        kit_reset(&k);
        struct cs_chat c = kit_chat();
        c.text = cs_buf_span(&text);
        kit_add(&k, kit_pack(&c, &buf));
        cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
        cr_assert(!cs_bad(cs_encode(&kit_stamp, k.b)));
        to_json(&k, 0, &out);
        json_t *j = json_loadb((const char *)out.ptr, out.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
        cr_assert(j != NULL, "%s", cs_buf_cstr(&out));
        const json_t *got = json_object_get(j, "text");
        cr_assert(cs_span_eq(cs_span_of(json_string_value(got), json_string_length(got)), c.text));
        json_decref(j);
        decode(
            &k, cs_buf_span(&out)); /* and an event is a good input: its annotation keys are unknown ones */
        cr_assert(k.b->dead[0] == CS_DEAD_NONE && cs_span_eq(k.b->text[0], c.text));
    }
    cs_buf_clear(&buf);
    cs_buf_clear(&out);
    cs_buf_clear(&text);
    kit_free(&k);
}

Test(json, an_unknown_enum_value_is_a_number_and_rubbish_is_refused)
{
    struct cs_buf out = {0};
    cr_assert(!cs_bad(cs_event_to_json(BYTES("\x40\x63"), CS_OUTPUT_ANNOTATED, &out)));
    cr_expect_str_eq(cs_buf_cstr(&out), "{\"origin\":99}");
    cs_buf_reset(&out);
    cr_assert(!cs_bad(cs_event_to_json(BYTES("\x0A\x01\xFF"), CS_OUTPUT_ANNOTATED, &out)));
    cr_expect_str_eq(cs_buf_cstr(&out), "{\"platform\":\"\xEF\xBF\xBD\"}");
    cs_buf_reset(&out);
    cr_assert(!cs_bad(cs_event_to_json(BYTES(""), CS_OUTPUT_DEADLETTER, &out)));
    cr_expect_str_eq(cs_buf_cstr(&out), "{}");
    cr_expect(cs_is(cs_event_to_json(BYTES("\x0A"), CS_OUTPUT_ANNOTATED, &out), CS_ESYNTAX));
    cr_expect(cs_is(cs_event_to_json(BYTES("\x08\x01"), CS_OUTPUT_DEADLETTER, &out), CS_ESYNTAX));
    cs_buf_clear(&out);
}

/* A poison record must never look like a lack of memory, which stops the worker. */
Test(json, damage_is_always_a_dead_letter_and_never_a_failure)
{
    static const char whole[] =
        "{\"platform\":\"jd\",\"role\":\"agent\",\"sent_ms\":1.7e12,\"text\":\"\\ud83d\\ude00\\u52a0\","
        "\"x\":[true,null,-0.5E-3,{\"y\":[]}]}";
    uint64_t seed = 11;
    struct kit k = kit_new(0, 0);
    uint8_t byte[sizeof whole];
    for (int round = 0; round < 200000; round++) {
        memcpy(byte, whole, sizeof byte);
        for (size_t n = 1 + kit_below(&seed, 3); n; n--)
            byte[kit_below(&seed, sizeof byte - 1)] = (uint8_t)whole[kit_below(&seed, sizeof whole - 1)];
        if (kit_below(&seed, 4) == 0) byte[kit_below(&seed, sizeof byte - 1)] = (uint8_t)kit_random(&seed);
        decode(&k, cs_span_of(byte, sizeof byte - 1 - kit_below(&seed, 3)));
        cr_assert_lt(k.b->dead[0], CS_DEAD_COUNT);
    }
    kit_free(&k);
}
