/* Batches made of the worst text there is go through all stages; what is listed is bounded, and so is memory.
 */
#include "annotate/annotate.h"
#include "filter/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* The worst text fills the largest batch; the others show that they are not worse. */
enum { MIB = 1 << 20, TEXT_MAX = 250 << 10 };

struct world {
    struct cs_ruleset *rules;
    struct cs_matcher *matcher;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_flight flight;
    struct cs_buf text, packed;
};

static void ok(cs_rc rc, const char *what)
{
    cr_assert_eq(rc.code, 0, "%s: %s", what, cs_rc_name(rc));
}

static void setup(struct world *w, const char *path)
{
    struct cs_diag d = {0};
    struct cs_settings s;
    *w = (struct world){.batch = malloc(sizeof *w->batch)};
    cr_assert(w->batch != NULL);
    ok(cs_settings_default(&s), "settings");
    cs_rc rc = cs_ruleset_load(&path, 1, &d, &w->rules);
    cr_assert(!cs_bad(rc), "%s", d.n ? cs_diag_text(&d, 0) : cs_rc_name(rc));
    ok(cs_matcher_new(CS_MATCHER_HYPERSCAN, w->rules->pattern, w->rules->n_pattern, &d, &w->matcher),
        "matcher");
    struct cs_filter_options o = cs_filter_options_of(&s, w->rules, w->matcher);
    ok(cs_filter_new(&o, &w->filter), "filter");
    cs_batch_init(w->batch, 0);
    cs_arena_init(&w->flight.arena, 256 << 10, 0);
    cs_settings_clear(&s);
    cs_diag_clear(&d);
}

static void teardown(struct world *w)
{
    cs_buf_clear(&w->text);
    cs_buf_clear(&w->packed);
    cs_filter_free(&w->filter);
    cs_matcher_free(&w->matcher);
    cs_ruleset_free(&w->rules);
    cs_batch_clear(w->batch);
    free(w->batch);
    cs_arena_clear(&w->flight.arena);
}

/* The text repeated to about `bytes`, as one message, `n` times. */
static void fill(struct world *w, const char *text, size_t bytes, uint32_t n)
{
    struct cs_batch *b = w->batch;
    size_t len = strlen(text);
    cs_buf_reset(&w->text);
    cs_buf_reset(&w->packed);
    for (size_t at = 0; at + len <= bytes; at += len)
        cs_buf_add(&w->text, cs_span_of(text, len));
    struct cs_chat chat = {.platform = CS_SPAN_LIT("jd"),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .text = cs_buf_span(&w->text),
        .role = CS_ROLE_AGENT,
        .sent_ms = 1};
    ok(cs_chat_pack(&chat, &w->packed), "pack");
    cs_batch_clear(b);
    cs_arena_clear(&w->flight.arena);
    w->flight.event = NULL;
    w->flight.n_event = w->flight.cap_event = w->flight.n_pending = w->flight.n_pos = 0;
    b->flight = &w->flight;
    b->topic = "in";
    for (b->n = 0; b->n < n; b->n++) {
        b->raw[b->n] = cs_buf_span(&w->packed);
        b->key[b->n] = (struct cs_span){0};
        b->offset[b->n] = b->record_ms[b->n] = b->n;
        b->partition[b->n] = 0;
        b->replay[b->n] = false;
    }
}

static bool cut(const struct world *w, uint32_t msg)
{
    return w->batch->flags[msg] & 1u << CS_FLAG_HITS_TRUNCATED;
}

/* Few long messages and many short ones. */
static void flood(struct world *w, size_t batch_bytes, const char *text, bool long_is_cut)
{
    const uint32_t count[] = {(uint32_t)(batch_bytes / TEXT_MAX) + 1, CS_BATCH_MAX};
    for (size_t i = 0; i < 2; i++) {
        size_t bytes = batch_bytes / count[i];
        fill(w, text, bytes, count[i]);
        ok(cs_filter_run(w->filter, w->batch), text);
        const struct cs_batch *b = w->batch;
        cr_assert_eq(w->flight.n_event, count[i]);
        for (uint32_t m = 0; m < b->n; m++) {
            uint32_t n = b->violation_begin[m + 1] - b->violation_begin[m];
            cr_assert_eq(b->dead[m], CS_DEAD_NONE);
            cr_assert(n <= CS_LISTED_DEFAULT, "'%s': %u listed", text, n);
            if (long_is_cut && i == 0)
                cr_assert(n == CS_LISTED_DEFAULT && cut(w, m), "'%s': %u listed", text, n);
        }
        /* One listed violation is 56 bytes in the batch and about 100 in the event. */
        size_t listed = (size_t)b->n * CS_LISTED_DEFAULT;
        cr_expect(b->arena.held < listed * 56 + (2 << 20), "'%s': %zu", text, b->arena.held);
        cr_expect(w->flight.arena.held < batch_bytes + listed * 160 + (2 << 20), "'%s': %zu", text,
            w->flight.arena.held);
    }
}

Test(flood, hostile_rules, .timeout = 200)
{
    struct world w;
    setup(&w, "flood.yaml");
    flood(&w, 4 * MIB, "最", true);   /* one island, a hit of five terms at each character */
    flood(&w, MIB, "最 ", true);      /* gaps everywhere */
    flood(&w, MIB, "最\u200b", true); /* so that nothing is equal to its original */
    flood(&w, MIB, "最近", false);    /* all exempt */
    flood(&w, MIB, "最近最", true);   /* half of them */
    flood(&w, MIB, "㍿", true);       /* one character, four codes */
    flood(&w, MIB, "a", false);       /* inside a word, all of them */
    flood(&w, MIB, "最好好好好好好好好好好好好好", false); /* many islands */
    teardown(&w);
}

Test(flood, shipped_rules, .timeout = 200)
{
    struct world w;
    setup(&w, CS_TEST_RULES);
    flood(&w, MIB, "最好微信支付宝", true);
    flood(&w, MIB, "最 佳 微-信 ", true);
    flood(&w, MIB, "最近最后", false);
    flood(&w, MIB, "加vx，加VX，", true);
    teardown(&w);
}

/* The end of a text counts as much as its beginning. */
Test(flood, the_last_words_are_judged)
{
    struct world w;
    setup(&w, "flood.yaml");
    fill(&w, "最近", TEXT_MAX, 1);
    struct cs_buf whole = {0};
    cs_buf_add(&whole, cs_buf_span(&w.text));
    cs_buf_add(&whole, CS_SPAN_LIT("微信"));
    struct cs_chat chat = {
        .platform = CS_SPAN_LIT("jd"), .text = cs_buf_span(&whole), .role = CS_ROLE_AGENT, .sent_ms = 1};
    cs_buf_reset(&w.packed);
    ok(cs_chat_pack(&chat, &w.packed), "pack");
    w.batch->raw[0] = cs_buf_span(&w.packed);
    ok(cs_filter_run(w.filter, w.batch), "run");
    cr_assert_eq(w.batch->violation_begin[1], 1);
    cr_expect_str_eq(w.batch->violation[0].term, "微信");
    cr_expect_eq(w.batch->violation[0].severity, 5);
    cr_expect(!cut(&w, 0));
    cs_buf_clear(&whole);
    teardown(&w);
}
