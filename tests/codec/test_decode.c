/* The decode stage: columns, and what makes a record a dead letter. */
#include "kit.h"

#include <criterion/criterion.h>

static bool is(struct cs_span s, const char *want)
{
    return cs_span_eq(s, cs_span_str(want));
}

Test(decode, fills_every_column)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    kit_add(&k, kit_pack(&c, &buf));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    struct cs_batch *b = k.b;
    cr_assert_eq(b->dead[0], CS_DEAD_NONE);
    cr_expect(is(b->platform[0], "jd") && is(b->shop[0], "shop-1") && is(b->buyer[0], "买家7"));
    cr_expect(is(b->agent[0], "agent-2") && is(b->conversation[0], "c-9") && is(b->message_id[0], "m-1"));
    cr_expect(is(b->text[0], "亲，加微信聊"));
    cr_expect_eq(b->sent_ms[0], 1700000000000);
    cr_expect(b->role[0] == CS_ROLE_AGENT && b->origin[0] == CS_ORIGIN_TYPED);
    cr_expect(b->flags[0] == 0 && b->dead_detail[0] == NULL && !b->rewrite[0]);
    cr_expect(b->text[0].ptr >= buf.ptr && b->text[0].ptr < buf.ptr + buf.len, "text is lent, not copied");
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(decode, the_record_time_stands_in_for_a_missing_one)
{
    static const int64_t rows[] = {0, -1, INT64_MIN};
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    for (size_t i = 0; i < 3; i++) {
        kit_reset(&k);
        struct cs_chat c = kit_chat();
        c.sent_ms = rows[i];
        kit_add(&k, kit_pack(&c, &buf));
        cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
        cr_expect_eq(k.b->dead[0], CS_DEAD_NONE);
        cr_expect_eq(k.b->sent_ms[0], k.b->record_ms[0], "row %zu", i);
        cr_expect_eq(k.b->flags[0], 1u << CS_FLAG_NO_SENT_TIME, "row %zu", i);
    }
    cs_buf_clear(&buf);
    kit_free(&k);
}

#define ROLE "\x38\x02"
#define JD "\x0A\x02jd"

static const struct {
    const char *name;
    struct cs_span bytes;
    uint8_t dead;
    const char *detail;
} rows[] = {
    {"null value", {NULL, 0}, CS_DEAD_EMPTY, "the record has no value"},
    {"empty value", BYTES(""), CS_DEAD_EMPTY, "the value is empty"},
    {"not protobuf", BYTES("{\"a\":1}"), CS_DEAD_MALFORMED,
        "unsupported wire type at byte 0 (it looks like JSON)"},
    {"truncated text",
        BYTES(JD ROLE "\x52\x05"
                      "ab"),
        CS_DEAD_MALFORMED, "length runs past the end at byte 6"},
    {"text as varint", BYTES(JD ROLE "\x50\x05"), CS_DEAD_MALFORMED,
        "field 10 (text): wrong wire type at byte 6"},
    {"field 0", BYTES(JD ROLE "\x82\x00\x00"), CS_DEAD_MALFORMED,
        "field number outside 1 to 536870911 at byte 6"},
    {"bad UTF-8 in shop", BYTES(JD ROLE "\x12\x02\xC3\x28"), CS_DEAD_BAD_FIELD,
        "field 2 (shop_id): not valid UTF-8, value at byte 8"},
    {"bad UTF-8 in a long id",
        BYTES(JD ROLE "\x32\x13"
                      "0123456789abcdef\xED\xA0\x80"),
        CS_DEAD_BAD_FIELD, "field 6 (message_id): not valid UTF-8, value at byte 8"},
    {"bad UTF-8 in order", BYTES(JD ROLE "\x6A\x01\xFF"), CS_DEAD_BAD_FIELD,
        "field 13 (order_id): not valid UTF-8, value at byte 8"},
    {"NUL in buyer",
        BYTES(JD ROLE "\x1A\x03"
                      "a\0b"),
        CS_DEAD_BAD_FIELD, "field 3 (buyer_id): NUL byte, value at byte 8"},
    {"NUL at the end of nine bytes",
        BYTES(JD ROLE "\x1A\x09"
                      "12345678\0"),
        CS_DEAD_BAD_FIELD, "field 3 (buyer_id): NUL byte, value at byte 8"},
    {"no platform", BYTES(ROLE "\x52\x01x"), CS_DEAD_NO_PLATFORM, "platform is missing or empty"},
    {"platform emptied later", BYTES(JD ROLE "\x0A\x00"), CS_DEAD_NO_PLATFORM,
        "platform is missing or empty"},
    {"no role", BYTES(JD "\x52\x01x"), CS_DEAD_UNKNOWN_ROLE, "role is missing"},
    {"role 7", BYTES(JD "\x38\x07"), CS_DEAD_UNKNOWN_ROLE, "role is 7, known are 1 to 6"},
    {"role -1", BYTES(JD "\x38\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), CS_DEAD_UNKNOWN_ROLE,
        "role is -1, known are 1 to 6"},
    {"role 2^32 + 2 is role 2", BYTES(JD "\x38\x82\x80\x80\x80\x10"), CS_DEAD_NONE, NULL},
    {"origin 99 is nobody's death", BYTES(JD ROLE "\x40\x63"), CS_DEAD_NONE, NULL},
    {"bad UTF-8 in text", BYTES(JD ROLE "\x52\x01\xFF"), CS_DEAD_NONE, NULL},
    {"NUL in text", BYTES(JD ROLE "\x52\x01\0"), CS_DEAD_NONE, NULL},
    {"bad platform, then a good one", BYTES("\x0A\x01\xFF" JD ROLE), CS_DEAD_NONE, NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

Test(decode, refuses_with_reason_and_place)
{
    struct kit k = kit_new(0, 0);
    for (size_t i = 0; i < ROWS; i++)
        kit_add(&k, rows[i].bytes);
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    for (size_t i = 0; i < ROWS; i++) {
        const char *detail = k.b->dead_detail[i];
        cr_expect_eq(k.b->dead[i], rows[i].dead, "%s: %s", rows[i].name, cs_dead_name(k.b->dead[i]));
        if (!rows[i].detail || !detail)
            cr_expect(!detail && !rows[i].detail, "%s", rows[i].name);
        else
            cr_expect_str_eq(detail, rows[i].detail, "%s", rows[i].name);
        bool bare = k.b->text[i].len == 0 && k.b->platform[i].len == 0 && k.b->role[i] == 0;
        cr_expect(k.b->dead[i] == CS_DEAD_NONE || bare, "%s: a dead row shows nothing", rows[i].name);
    }
    cr_expect_eq(k.b->origin[17], CS_ORIGIN_UNSPECIFIED);
    cr_expect(k.b->rewrite[20], "a field that occurs twice");
    kit_free(&k);
}

Test(decode, every_position_of_a_bad_byte_is_found)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    uint8_t id[40];
    for (size_t len = 1; len <= sizeof id; len++)
        for (size_t at = 0; at < len; at++)
            for (unsigned bad = 0; bad < 2; bad++) {
                memset(id, 'x', sizeof id);
                id[at] = bad ? 0x80 : 0;
                kit_reset(&k);
                struct cs_chat c = kit_chat();
                c.shop = cs_span_of(id, len);
                kit_add(&k, kit_pack(&c, &buf));
                cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
                cr_assert_eq(k.b->dead[0], CS_DEAD_BAD_FIELD, "byte %zu of %zu", at, len);
            }
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(decode, limits_are_inclusive_and_zero_means_none)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    struct cs_span raw = kit_pack(&c, &buf);
    const struct {
        size_t record, text;
        uint8_t dead;
    } limit[] = {{raw.len, c.text.len, CS_DEAD_NONE}, {raw.len - 1, c.text.len, CS_DEAD_TOO_LONG},
        {raw.len, c.text.len - 1, CS_DEAD_TOO_LONG}, {0, 0, CS_DEAD_NONE}};
    for (size_t i = 0; i < 4; i++) {
        kit_reset(&k);
        kit_add(&k, raw);
        struct cs_decode_options o = {CS_FORMAT_PROTOBUF, limit[i].record, limit[i].text};
        cr_assert(!cs_bad(cs_decode(&o, k.b)));
        cr_expect_eq(k.b->dead[0], limit[i].dead, "row %zu", i);
        cr_expect((k.b->dead_detail[0] != NULL) == (limit[i].dead != CS_DEAD_NONE), "row %zu", i);
    }
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(decode, a_row_forgets_the_batch_before)
{
    struct kit k = kit_new(0, 0);
    struct cs_buf buf = {0};
    kit_add(&k, BYTES("\x0A\x01x\x0A\x01y"));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_assert_neq(k.b->dead[0], CS_DEAD_NONE);
    kit_reset(&k);
    struct cs_chat c = kit_chat();
    kit_add(&k, kit_pack(&c, &buf));
    k.b->replay[0] = true;
    k.b->flags[0] = ~0u;
    k.b->rewrite[0] = true;
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_expect(
        k.b->dead[0] == CS_DEAD_NONE && k.b->dead_detail[0] == NULL, "a replayed message is decoded too");
    cr_expect(k.b->flags[0] == 0 && !k.b->rewrite[0]);
    cs_buf_clear(&buf);
    kit_free(&k);
}

Test(decode, lack_of_memory_for_a_detail_loses_only_the_detail)
{
    struct kit k = kit_new(1, 0);
    kit_add(&k, BYTES("\x0A"));
    cr_assert(!cs_bad(cs_decode(&kit_protobuf, k.b)));
    cr_expect_eq(k.b->dead[0], CS_DEAD_MALFORMED);
    cr_expect(k.b->dead_detail[0] != NULL && k.b->dead_detail[0][0] != 0);
    kit_free(&k);
}
