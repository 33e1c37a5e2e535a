#include "codec/codec.h"
#include "filter/include/chatsieve/filter.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>

/* A host with rules, profiles and one filter. */
struct host {
    chatsieve_rules *rules;
    chatsieve_profiles *profiles;
    chatsieve_filter *filter;
    struct cs_buf packed;
    int64_t offset;
};

static void host_open(struct host *h, chatsieve_options o)
{
    const char *pack = "masked.yaml", *profile = "profile.yaml";
    char why[2000] = "";
    *h = (struct host){0};
    cr_assert(chatsieve_rules_load(&pack, 1, why, sizeof why, &h->rules) == CHATSIEVE_OK, "%s", why);
    cr_assert(chatsieve_profiles_load(&profile, 1, why, sizeof why, &h->profiles) == CHATSIEVE_OK, "%s", why);
    o.size = o.size ? o.size : sizeof o;
    if (o.size > offsetof(chatsieve_options, profiles)) o.profiles = h->profiles;
    cr_assert(chatsieve_filter_new(h->rules, &o, &h->filter) == CHATSIEVE_OK);
}

static void host_close(struct host *h)
{
    chatsieve_filter_free(&h->filter);
    chatsieve_profiles_free(&h->profiles);
    chatsieve_profiles_free(&h->profiles);
    chatsieve_rules_free(&h->rules);
    cs_buf_clear(&h->packed);
    cr_expect(h->profiles == NULL);
}

/* One message, sent and recorded at this second. */
static chatsieve_event say(struct host *h, uint8_t role, const char *text, int64_t second)
{
    chatsieve_event e;
    struct cs_chat c = {.platform = CS_SPAN_LIT("jd"),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .agent = CS_SPAN_LIT("a"),
        .text = cs_span_str(text),
        .role = role,
        .sent_ms = 1700000000000 + second * 1000};
    cs_buf_reset(&h->packed);
    cr_assert(!cs_bad(cs_chat_pack(&c, &h->packed)));
    chatsieve_record r = {h->packed.ptr, h->packed.len, h->offset++, c.sent_ms, 5};
    cr_assert(chatsieve_filter_run(h->filter, "t", &r, 1, &e) == CHATSIEVE_OK);
    return e;
}

static void text_is(const chatsieve_event *e, const char *want)
{
    const uint8_t *text = NULL;
    size_t len = 99;
    cr_assert(chatsieve_event_text(e, &text, &len) == CHATSIEVE_OK && text != NULL);
    cr_expect(cs_span_eq(cs_span_of(text, len), cs_span_str(want)), "%.*s, not %s", (int)len,
        (const char *)text, want);
}

Test(abi_run, masks_where_it_is_asked_to)
{
    struct host h;
    for (int mask = 0; mask < 2; mask++) {
        host_open(&h, (chatsieve_options){.mask = mask});
        chatsieve_event e = say(&h, CS_ROLE_AGENT, "说暗 号甲乙吧", 0);
        text_is(&e, mask ? "说*****吧" : "说暗 号甲乙吧");
        e = say(&h, CS_ROLE_AGENT, "", 1);
        text_is(&e, "");
        chatsieve_record broken = {(const uint8_t *)"\xff", 1, 7, 0, 5};
        const uint8_t *text;
        size_t len;
        cr_assert(chatsieve_filter_run(h.filter, "t", &broken, 1, &e) == CHATSIEVE_OK);
        cr_expect(chatsieve_event_text(&e, &text, &len) == CHATSIEVE_INVALID);
        cr_expect(chatsieve_event_text(NULL, &text, &len) == CHATSIEVE_INVALID);
        host_close(&h);
    }
}

/* What stands in the padding of an older caller's options, or behind them, is not an option. */
Test(abi_run, options_of_abi_1)
{
    cr_assert(offsetof(chatsieve_options, unused) == 44 && offsetof(chatsieve_options, profiles) == 48);
    struct host h;
    chatsieve_options o;
    memset(&o, 0xEE, sizeof o);
    o.size = 48;
    o.record_bytes_max = o.text_bytes_max = 0;
    o.clock_window_ms = 0;
    o.conversations_max = o.hits_per_message = 0;
    o.input_json = 0;
    host_open(&h, o);
    chatsieve_event e = say(&h, CS_ROLE_AGENT, "暗号甲乙", 0);
    text_is(&e, "暗号甲乙");
    const chatsieve_told *told;
    size_t n;
    cr_expect(chatsieve_filter_told(h.filter, "t", &told, &n) == CHATSIEVE_INVALID);
    cr_expect(chatsieve_filter_advance(h.filter, "t", 5, 1) == CHATSIEVE_INVALID);
    host_close(&h);
}

Test(abi_run, responses_name_their_profile)
{
    struct host h;
    struct cs_arena arena;
    struct cs_annotated a;
    cs_arena_init(&arena, 4096, 0);
    host_open(&h, (chatsieve_options){0});
    cr_expect(strcmp(chatsieve_profiles_version(h.profiles), "abi@1") == 0);
    say(&h, CS_ROLE_BUYER, "在吗", 0);
    chatsieve_event e = say(&h, CS_ROLE_AGENT, "您好,在的", 50);
    cr_assert(!cs_bad(cs_annotated_unpack(cs_span_of(e.value, e.value_len), &arena, &a)));
    cr_expect(a.response.profile && strcmp(a.response.profile, "abi@1") == 0);
    cr_expect(a.response.latency_ms == 50000);
    cr_expect(a.response.n_threshold == 1 && a.response.threshold_s[0] == 40, "the profile's, not the usual");
    host_close(&h);
    cs_arena_clear(&arena);
}

static uint32_t told(struct host *h, const chatsieve_told **out)
{
    size_t n = 0;
    cr_assert(chatsieve_filter_told(h->filter, "t", out, &n) == CHATSIEVE_OK);
    return (uint32_t)n;
}

/* Agent and shop have a row each. */
static void rows_are(const chatsieve_told *t, uint32_t n, int64_t numerator, int64_t offset)
{
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    for (uint32_t i = 0; i < n; i++) {
        struct cs_kpi_event e;
        cr_assert(!cs_bad(cs_kpi_unpack(cs_span_of(t[i].value, t[i].value_len), &arena, &e)));
        cr_expect(t[i].kind == CHATSIEVE_KPI && t[i].partition == 5 && t[i].key_len > 10);
        cr_expect(e.row.numerator == numerator && e.row.denominator == 1);
        cr_expect(e.offset == offset, "%ld", (long)e.offset);
        cr_expect(strcmp(e.row.profile, "abi@1") == 0);
    }
    cs_arena_clear(&arena);
}

Test(abi_run, tells_what_is_due_and_counts)
{
    struct host h;
    const chatsieve_told *t = NULL;
    host_open(&h, (chatsieve_options){.told = 1});
    cr_expect(told(&h, &t) == 0);
    say(&h, CS_ROLE_BUYER, "在吗", 0);
    uint32_t n = told(&h, &t);
    cr_assert(n == 1 || n == 2, "%u rows", n);
    rows_are(t, n, 0, 1);
    cr_expect(told(&h, &t) == 0, "counters are told once");
    cr_assert(chatsieve_filter_advance(h.filter, "t", 5, 1700000039999) == CHATSIEVE_OK);
    cr_expect(told(&h, &t) == 0, "nothing is due a millisecond before");
    cr_assert(chatsieve_filter_advance(h.filter, "t", 5, 1700000040000) == CHATSIEVE_OK);
    cr_assert(chatsieve_filter_advance(h.filter, "t", 5, 1700000050000) == CHATSIEVE_OK);
    cr_assert(chatsieve_filter_advance(h.filter, "t", 6, 1700000050000) == CHATSIEVE_OK);
    cr_assert(told(&h, &t) == 1 && t[0].kind == CHATSIEVE_OVERDUE && t[0].partition == 5);
    struct cs_buf json = {0};
    cr_assert(!cs_bad(cs_event_to_json(cs_span_of(t[0].value, t[0].value_len), CS_OUTPUT_OVERDUE, &json)));
    cr_expect(strstr(cs_buf_cstr(&json), "t/5/0/threshold/40000/slow") != NULL, "%s", cs_buf_cstr(&json));
    cr_expect(strstr(cs_buf_cstr(&json), "1700000040000") != NULL, "%s", cs_buf_cstr(&json));
    cs_buf_clear(&json);
    host_close(&h);
}

/* What becomes due by a record's time is kept through many calls, and the answers stay in their places. */
Test(abi_run, keeps_what_runs_tell)
{
    enum { ROUNDS = 300 };
    struct host h;
    const chatsieve_told *t = NULL;
    host_open(&h, (chatsieve_options){.told = 1});
    for (int i = 0; i < ROUNDS; i++) {
        say(&h, CS_ROLE_BUYER, "在吗", i * 100);
        chatsieve_event e = say(&h, CS_ROLE_AGENT, "暗号甲乙", i * 100 + 60);
        text_is(&e, "暗号甲乙");
    }
    uint32_t n = told(&h, &t), overdue = 0;
    for (uint32_t i = 0; i < n; i++)
        overdue += t[i].kind == CHATSIEVE_OVERDUE;
    cr_expect(overdue == ROUNDS, "%u of %u", overdue, n);
    cr_expect(n > overdue);
    host_close(&h);
}

Test(abi_run, tells_what_is_wrong_with_a_profile)
{
    static const struct {
        const char *path, *word;
        int status;
    } rows[] = {
        {"no-such.yaml", "no-such.yaml", CHATSIEVE_NOT_FOUND},
        {"pack.yaml", "pack.yaml:1:1", CHATSIEVE_INVALID},
    };
    chatsieve_profiles *p = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char why[400] = "";
        cr_expect(chatsieve_profiles_load(&rows[i].path, 1, why, sizeof why, &p) == rows[i].status, "%s",
            rows[i].path);
        cr_expect(p == NULL && strstr(why, rows[i].word) != NULL, "%s: %s", rows[i].path, why);
    }
    cr_expect(chatsieve_profiles_load(NULL, 0, NULL, 0, &p) == CHATSIEVE_INVALID);
    cr_expect(chatsieve_profiles_load(&rows[0].path, 0, NULL, 0, &p) == CHATSIEVE_INVALID);
    chatsieve_profiles_free(NULL);
}
