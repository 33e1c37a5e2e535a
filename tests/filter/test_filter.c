#include "filter/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct bench {
    struct cs_ruleset *rules;
    struct cs_matcher *matcher;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_flight flight;
    struct cs_buf bytes[8];
};

static void setup(struct bench *k)
{
    *k = (struct bench){.batch = malloc(sizeof *k->batch)};
    struct cs_diag d = {0};
    struct cs_settings s;
    const char *pack[] = {"pack.yaml"};
    cr_assert(!cs_bad(cs_settings_default(&s)));
    cr_assert(!cs_bad(cs_ruleset_load(pack, 1, &d, &k->rules)), "%s", cs_diag_text(&d, 0));
    cr_assert(!cs_bad(
        cs_matcher_new(CS_MATCHER_HYPERSCAN, k->rules->pattern, k->rules->n_pattern, &d, &k->matcher)));
    struct cs_filter_options o = cs_filter_options_of(&s, k->rules, k->matcher);
    cr_assert(!cs_bad(cs_filter_new(&o, &k->filter)));
    cs_batch_init(k->batch, 0);
    cs_arena_init(&k->flight.arena, 4096, 0);
    k->batch->topic = "in";
    k->batch->flight = &k->flight;
    cs_settings_clear(&s);
    cs_diag_clear(&d);
}

static void teardown(struct bench *k)
{
    for (uint32_t i = 0; i < 8; i++)
        cs_buf_clear(&k->bytes[i]);
    cs_filter_free(&k->filter);
    cs_matcher_free(&k->matcher);
    cs_ruleset_free(&k->rules);
    cs_batch_clear(k->batch);
    free(k->batch);
    cs_arena_clear(&k->flight.arena);
}

static void add(struct bench *k, const char *platform, uint8_t role, int64_t sent_ms, const char *text)
{
    struct cs_batch *b = k->batch;
    uint32_t i = b->n++;
    struct cs_chat chat = {.platform = cs_span_str(platform),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .text = cs_span_str(text),
        .role = role,
        .sent_ms = sent_ms};
    cr_assert(!cs_bad(cs_chat_pack(&chat, &k->bytes[i])));
    b->raw[i] = cs_buf_span(&k->bytes[i]);
    b->offset[i] = 100 + i;
    b->record_ms[i] = 1000;
    b->partition[i] = 3;
    b->replay[i] = false;
}

/* Three messages and, at the fourth place, a record that is no message. */
static void add_sample(struct bench *k)
{
    add(k, "jd", CS_ROLE_BUYER, 10000, "可以微信付吗");
    add(k, "jd", CS_ROLE_AGENT, 55000, "不用微 信,这个最好");
    add(k, "taobao", CS_ROLE_AGENT, 56000, "微信可以");
    add(k, "jd", CS_ROLE_AGENT, 0, "");
    k->batch->raw[3] = CS_SPAN_LIT("\x0a\xff");
}

static struct cs_annotated unpack(const struct bench *k, uint32_t i, struct cs_arena *arena)
{
    struct cs_annotated a;
    cr_assert(k->flight.event[i].output == CS_OUTPUT_ANNOTATED, "event %u", i);
    cr_assert(!cs_bad(cs_annotated_unpack(k->flight.event[i].value, arena, &a)), "event %u", i);
    return a;
}

Test(filter, takes_messages_through_all_stages)
{
    struct bench k;
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    setup(&k);
    add_sample(&k);
    cr_assert(!cs_bad(cs_filter_run(k.filter, k.batch)));
    cr_assert(k.flight.n_event == 4 && k.flight.n_pending == 4);
    cr_assert(k.flight.n_pos == 1 && k.flight.pos[0].next_offset == 104 && k.flight.pos[0].partition == 3);
    static const uint32_t want[] = {0, 2, 0};
    for (uint32_t i = 0; i < 3; i++)
        cr_expect(unpack(&k, i, &arena).n_violation == want[i], "event %u", i);
    cr_expect(k.flight.event[3].output == CS_OUTPUT_DEADLETTER);
    const struct cs_filter_counts *n = cs_filter_counts(k.filter);
    cr_expect(n->messages == 4 && n->dead == 1 && n->violations == 2 && n->with_violation == 1);
    cs_arena_clear(&arena);
    teardown(&k);
}

Test(filter, events_tell_latency_evidence_and_spans)
{
    struct bench k;
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    setup(&k);
    add_sample(&k);
    cr_assert(!cs_bad(cs_filter_run(k.filter, k.batch)));
    struct cs_annotated a = unpack(&k, 1, &arena);
    cr_assert(a.n_violation == 2);
    cr_expect(
        a.response.turn == CS_TURN_ANSWERS && a.response.latency_ms == 45000 && a.response.n_threshold == 1);
    cr_expect(strcmp(a.violation[0].rule_id, "PAY") == 0 && a.violation[0].evidence == CS_EVIDENCE_GAP);
    cr_expect(a.violation[0].char_begin == 2 && a.violation[0].char_end == 5 && a.max_severity == 3);
    cs_arena_clear(&arena);
    teardown(&k);
}

/* Older than the clock's snapshot: read again only for the memory of the rules. */
Test(filter, records_for_context_leave_the_clock_alone)
{
    struct bench k;
    struct cs_annotated a;
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    setup(&k);
    add(&k, "jd", CS_ROLE_BUYER, 10000, "在吗");
    add(&k, "jd", CS_ROLE_AGENT, 13000, "在");
    k.batch->replay[0] = CS_REPLAY_CONTEXT;
    cr_assert(!cs_bad(cs_filter_run(k.filter, k.batch)));
    cr_assert(k.flight.n_event == 1 && k.flight.event[0].offset == 101);
    cr_assert(!cs_bad(cs_annotated_unpack(k.flight.event[0].value, &arena, &a)));
    cr_expect(a.response.turn == CS_TURN_UNSPECIFIED, "no turn is open");
    const struct cs_filter_counts *n = cs_filter_counts(k.filter);
    cr_expect(n->replayed == 1 && n->dead == 0);
    cs_arena_clear(&arena);
    teardown(&k);
}

Test(filter, replayed_records_move_the_clock_and_publish_nothing)
{
    struct bench k;
    setup(&k);
    add(&k, "jd", CS_ROLE_BUYER, 10000, "微信");
    add(&k, "jd", CS_ROLE_AGENT, 13000, "最好");
    k.batch->replay[0] = true;
    cr_assert(!cs_bad(cs_filter_run(k.filter, k.batch)));
    cr_assert(k.flight.n_event == 1 && k.flight.event[0].offset == 101);
    struct cs_annotated a;
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    cr_assert(!cs_bad(cs_annotated_unpack(k.flight.event[0].value, &arena, &a)));
    cr_expect(a.response.turn == CS_TURN_ANSWERS && a.response.latency_ms == 3000);
    cr_expect(cs_filter_counts(k.filter)->replayed == 1 && cs_filter_counts(k.filter)->violations == 1);
    cs_arena_clear(&arena);
    teardown(&k);
}

Test(filter, inspect_publishes_nothing)
{
    struct bench k;
    setup(&k);
    add(&k, "jd", CS_ROLE_AGENT, 13000, "微信最好");
    cr_assert(!cs_bad(cs_filter_inspect(k.filter, k.batch)));
    cr_expect(k.batch->violation_begin[1] == 2 && k.flight.n_event == 0);
    teardown(&k);
}
