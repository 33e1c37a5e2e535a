/* Texts made to hide something behind many hits, or to take memory. */
#include "annotate/kit.h"
#include "base/buf.h"

#include <criterion/criterion.h>

static void repeat(struct cs_buf *out, const char *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cs_buf_add(out, cs_span_str(s));
}

static void say(struct kit *k, const struct cs_buf *text)
{
    cr_assert(!cs_bad(cs_buf_rc(text)));
    kit_say(k, "jd", CS_ROLE_AGENT, cs_buf_span(text));
}

static bool cut(const struct kit *k, uint32_t msg)
{
    return k->batch.flags[msg] & 1u << CS_FLAG_HITS_TRUNCATED;
}

/* Hits of the batch's first message that `a` is the id of. */
static uint32_t count_of(const struct kit *k, const char *id)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < k->batch.violation_begin[1]; i++)
        n += strcmp(k->batch.violation[i].rule_id, id) == 0;
    return n;
}

static void open_rules(struct kit *k)
{
    kit_rule(k, "LOW")->severity = 1;
    kit_terms(k, "最|最最|最最最|最最最最", false);
    kit_terms(k, "最近", true);
    kit_rule(k, "HIGH")->severity = 5;
    kit_terms(k, "微信", false);
    kit_rule(k, "BUYER")->actors = KIT_BUYER;
    kit_terms(k, "近", false);
    kit_seal(k);
}

Test(flood, exempt_hits_hide_nothing)
{
    struct kit *k = kit_open();
    struct cs_buf text = {0};
    open_rules(k);
    repeat(&text, "最近", 5000);
    repeat(&text, "微信", 1);
    say(k, &text);
    kit_annotate(k);
    cr_expect_str_eq(kit_outcome(k, 0), "HIGH[微信]exact");
    cr_expect_eq(k->batch.violation[0].char_begin, 10000);
    cr_expect(!cut(k, 0));
    cs_buf_clear(&text);
    kit_close(k);
}

/* At the front, in the middle and at the end of 10,000 others, near them and far from them. */
Test(flood, the_most_severe_are_listed_then_the_first)
{
    static const uint32_t place[] = {0, 1, 255, 256, 511, 512, 513, 5000, 10000};
    static const char *const low[] = {"最。", "最好好好好好好好好好好好"};
    for (size_t i = 0; i < 2 * sizeof place / sizeof place[0]; i++) {
        struct kit *k = kit_open();
        struct cs_buf text = {0};
        uint32_t before = place[i / 2], n = i % 2 ? 4000 : 10000;
        if (before > n) before = n;
        open_rules(k);
        repeat(&text, low[i % 2], before);
        repeat(&text, "微信", 1);
        repeat(&text, low[i % 2], n - before);
        say(k, &text);
        kit_annotate(k);
        cr_assert_eq(k->batch.violation_begin[1], CS_LISTED_DEFAULT, "row %zu", i);
        cr_expect(cut(k, 0), "row %zu", i);
        cr_expect_eq(count_of(k, "HIGH"), 1, "row %zu", i);
        const struct cs_violation *v = k->batch.violation;
        for (uint32_t m = 1; m < CS_LISTED_DEFAULT; m++)
            cr_assert(v[m - 1].byte_begin < v[m].byte_begin, "row %zu", i);
        uint32_t last = before < CS_LISTED_DEFAULT - 1 ? CS_LISTED_DEFAULT - 1 : CS_LISTED_DEFAULT - 2;
        uint32_t width = (uint32_t)strlen(low[i % 2]) / 3;
        cr_expect_eq(v[last].char_begin, (CS_LISTED_DEFAULT - 2) * width + (last > before ? 2 : 0),
            "row %zu: %u", i, v[last].char_begin);
        cs_buf_clear(&text);
        kit_close(k);
    }
}

Test(flood, the_bound_is_exact_and_of_each_message)
{
    static const struct {
        uint32_t bound, n[3], listed[3];
    } row[] = {
        {1, {1, 2, 0}, {1, 1, 0}},
        {3, {3, 4, 2}, {3, 3, 2}},
        {5, {100, 5, 11}, {5, 5, 5}},
        {1000000, {600, 1, 2}, {600, 1, 2}},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct kit *k = kit_open();
        struct cs_buf text[3] = {{0}, {0}, {0}};
        k->listed_max = row[i].bound;
        open_rules(k);
        for (int m = 0; m < 3; m++) {
            repeat(&text[m], "微信，", row[i].n[m]);
            say(k, &text[m]);
        }
        kit_annotate(k);
        for (uint32_t m = 0; m < 3; m++) {
            uint32_t n = k->batch.violation_begin[m + 1] - k->batch.violation_begin[m];
            cr_expect_eq(n, row[i].listed[m], "row %zu, message %u: %u", i, m, n);
            cr_expect_eq(cut(k, m), row[i].n[m] > row[i].bound, "row %zu, message %u", i, m);
            cs_buf_clear(&text[m]);
        }
        kit_close(k);
    }
}

/* Overlapping hits over the whole text: one island. The batch arena gets what is listed and nothing else. */
Test(flood, scratch_memory_is_given_back)
{
    enum { MESSAGES = 3, CHARS = 20000 };
    struct kit *k = kit_open();
    struct cs_buf text = {0};
    open_rules(k);
    repeat(&text, "最", CHARS);
    for (int i = 0; i < MESSAGES; i++)
        say(k, &text);
    cs_arena_clear(&k->batch.arena);
    cs_arena_init(&k->batch.arena, 1, 0);
    kit_annotate(k);
    cr_expect_eq(k->batch.violation_begin[MESSAGES], MESSAGES * CS_LISTED_DEFAULT);
    size_t listed = (size_t)MESSAGES * CS_LISTED_DEFAULT * sizeof(struct cs_violation);
    cr_expect(k->batch.arena.held < listed + 1024, "%zu", k->batch.arena.held);
    /* Longest first, then leftmost: fours from the beginning. */
    cr_expect(k->batch.violation[1].char_begin == 4 && k->batch.violation[1].char_end == 8);
    cr_expect(cut(k, 0) && cut(k, 1) && cut(k, 2));
    cs_buf_clear(&text);
    kit_close(k);
}
