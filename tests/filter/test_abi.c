#include "filter/include/chatsieve/filter.h"

#include "codec/codec.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static chatsieve_rules *load(void)
{
    const char *path[] = {"pack.yaml"};
    char why[2000] = "";
    chatsieve_rules *r = NULL;
    cr_assert(chatsieve_rules_load(path, 1, why, sizeof why, &r) == CHATSIEVE_OK, "%s", why);
    return r;
}

static struct cs_buf chat(const char *text)
{
    struct cs_buf b = {0};
    struct cs_chat c = {.platform = CS_SPAN_LIT("jd"),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .text = cs_span_str(text),
        .role = CS_ROLE_AGENT,
        .sent_ms = 5};
    cr_assert(!cs_bad(cs_chat_pack(&c, &b)));
    return b;
}

Test(abi, runs_more_records_than_a_batch_holds)
{
    enum { N = 3000 };
    chatsieve_rules *rules = load();
    chatsieve_filter *f = NULL;
    cr_assert(chatsieve_abi() == CHATSIEVE_ABI && strlen(chatsieve_rules_hash(rules)) == 16);
    cr_assert(chatsieve_filter_new(rules, NULL, &f) == CHATSIEVE_OK);
    struct cs_buf bad = chat("这里微信付款"), good = chat("您好");
    chatsieve_record *in = calloc(N, sizeof *in);
    chatsieve_event *out = calloc(N, sizeof *out);
    for (uint32_t i = 0; i < N; i++) {
        const struct cs_buf *b = i % 3 == 0 ? &bad : &good;
        in[i] = (chatsieve_record){b->ptr, i % 7 == 6 ? b->len - 1 : b->len, i, 9, 0};
    }
    cr_assert(chatsieve_filter_run(f, "chat.messages", in, N, out) == CHATSIEVE_OK);
    struct cs_arena arena;
    cs_arena_init(&arena, 65536, 0);
    for (uint32_t i = 0; i < N; i++) {
        cr_assert((out[i].kind == CHATSIEVE_DEADLETTER) == (i % 7 == 6), "record %u", i);
        if (out[i].kind == CHATSIEVE_DEADLETTER) continue;
        struct cs_annotated a;
        cr_assert(!cs_bad(cs_annotated_unpack(cs_span_of(out[i].value, out[i].value_len), &arena, &a)));
        cr_assert(a.n_violation == (i % 3 == 0), "record %u", i);
    }
    cs_arena_clear(&arena);
    free(in);
    free(out);
    cs_buf_clear(&bad);
    cs_buf_clear(&good);
    chatsieve_filter_free(&f);
    chatsieve_rules_free(&rules);
    cr_assert(f == NULL && rules == NULL);
}

/* Batches are cut by bytes, too; an event answers its record all the same. */
Test(abi, long_records_of_many_batches)
{
    enum { N = 60, TEXT = 200 << 10 };
    chatsieve_rules *rules = load();
    chatsieve_filter *f = NULL;
    cr_assert(chatsieve_filter_new(rules, NULL, &f) == CHATSIEVE_OK);
    char *text = malloc(TEXT + 1);
    cr_assert(text != NULL);
    memset(text, ' ', TEXT);
    memcpy(text + TEXT - 6, "微信", 7);
    struct cs_buf bad = chat(text), good = chat("您好");
    chatsieve_record in[N];
    chatsieve_event out[N];
    for (uint32_t i = 0; i < N; i++) {
        const struct cs_buf *b = i % 3 ? &bad : &good;
        in[i] = (chatsieve_record){b->ptr, b->len, i, 9, 0};
    }
    in[7].value = NULL;
    cr_assert(chatsieve_filter_run(f, "chat.messages", in, N, out) == CHATSIEVE_OK);
    for (uint32_t i = 0; i < N; i++) {
        size_t record = i % 3 ? bad.len : good.len;
        cr_expect((out[i].kind == CHATSIEVE_DEADLETTER) == (i == 7), "record %u", i);
        if (i != 7) cr_expect(out[i].value_len > record && out[i].value_len < record + 1000, "record %u", i);
    }
    free(text);
    cs_buf_clear(&bad);
    cs_buf_clear(&good);
    chatsieve_filter_free(&f);
    chatsieve_rules_free(&rules);
}

Test(abi, tells_what_is_wrong_with_a_pack)
{
    static const struct {
        const char *path, *word;
        int status;
    } rows[] = {
        {"no-such-pack.yaml", "no-such-pack.yaml", CHATSIEVE_NOT_FOUND},
        {"test_abi.c", "test_abi.c", CHATSIEVE_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char why[200] = "", tiny[8] = "xxxxxxx";
        chatsieve_rules *r = NULL;
        cr_expect(chatsieve_rules_load(&rows[i].path, 1, why, sizeof why, &r) == rows[i].status, "%s: %s",
            rows[i].path, why);
        cr_expect(r == NULL && strstr(why, rows[i].word) != NULL, "%s: %s", rows[i].path, why);
        cr_expect(chatsieve_rules_load(&rows[i].path, 1, tiny, sizeof tiny, &r) == rows[i].status);
        cr_expect(strlen(tiny) < sizeof tiny);
        cr_expect(chatsieve_rules_load(&rows[i].path, 1, NULL, 0, &r) == rows[i].status);
    }
}

Test(abi, refuses_senseless_arguments)
{
    chatsieve_rules *rules = load();
    chatsieve_filter *f = NULL;
    chatsieve_options o = {.size = 1};
    chatsieve_event e;
    cr_expect(chatsieve_filter_new(NULL, NULL, &f) == CHATSIEVE_INVALID);
    cr_expect(chatsieve_filter_new(rules, &o, &f) == CHATSIEVE_INVALID && f == NULL);
    o.size = sizeof(size_t) * 2; /* an older caller: only the first option exists for it */
    o.record_bytes_max = 1;
    o.text_bytes_max = 1;
    cr_assert(chatsieve_filter_new(rules, &o, &f) == CHATSIEVE_OK);
    cr_expect(chatsieve_filter_run(f, NULL, NULL, 0, NULL) == CHATSIEVE_INVALID);
    cr_expect(chatsieve_filter_run(f, "t", NULL, 1, &e) == CHATSIEVE_INVALID);
    cr_expect(chatsieve_filter_run(f, "t", NULL, 0, NULL) == CHATSIEVE_OK);
    struct cs_buf long_one = chat("您好");
    chatsieve_record in = {long_one.ptr, long_one.len, 0, 0, 0};
    cr_assert(chatsieve_filter_run(f, "t", &in, 1, &e) == CHATSIEVE_OK);
    cr_expect(e.kind == CHATSIEVE_DEADLETTER);
    cs_buf_clear(&long_one);
    chatsieve_filter_free(&f);
    chatsieve_filter_free(&f);
    chatsieve_filter_free(NULL);
    chatsieve_rules_free(&rules);
    chatsieve_rules_free(NULL);
}

Test(abi, json_records)
{
    chatsieve_rules *rules = load();
    chatsieve_filter *f = NULL;
    chatsieve_options o = {.size = sizeof o, .input_json = 1};
    cr_assert(chatsieve_filter_new(rules, &o, &f) == CHATSIEVE_OK);
    static const char line[] = "{\"platform\":\"jd\",\"role\":\"agent\",\"text\":\"微信\",\"sent_ms\":7}";
    chatsieve_record in = {(const uint8_t *)line, sizeof line - 1, 0, 0, 0};
    chatsieve_event e;
    cr_assert(chatsieve_filter_run(f, "t", &in, 1, &e) == CHATSIEVE_OK);
    cr_expect(e.kind == CHATSIEVE_ANNOTATED && e.value_len > 20);
    chatsieve_filter_free(&f);
    chatsieve_rules_free(&rules);
}
