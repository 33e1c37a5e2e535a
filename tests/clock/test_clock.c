#include "clock/clock.h"
#include "model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const struct cs_clock_options day = {
    .window_ms = 86400000, .conversations_max = 1000000, .threshold_s = {40, 60, 300}, .n_threshold = 3};

static struct cs_batch *batch_new(void)
{
    struct cs_batch *b = malloc(sizeof *b);
    cr_assert(b != NULL);
    cs_batch_init(b, 0);
    return b;
}

static void batch_free(struct cs_batch *b)
{
    cs_batch_clear(b);
    free(b);
}

/* Put a message at the end of the batch; ids live in the batch's arena. */
static void say(struct cs_batch *b, const struct said *m)
{
    uint32_t i = b->n++;
    char shop[16], buyer[16];
    snprintf(shop, sizeof shop, "s%u", m->shop);
    snprintf(buyer, sizeof buyer, "b%u", m->buyer);
    b->platform[i] = CS_SPAN_LIT("taobao");
    b->shop[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(shop)));
    b->buyer[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(buyer)));
    b->partition[i] = m->partition;
    b->role[i] = m->role;
    b->origin[i] = m->origin;
    b->sent_ms[i] = m->sent_ms;
    b->record_ms[i] = m->record_ms;
    b->dead[i] = CS_DEAD_NONE;
    b->flags[i] = 0;
}

static struct cs_clock *clock_with(const struct cs_clock_options *o)
{
    struct cs_clock *c = NULL;
    cr_assert(!cs_bad(cs_clock_new(o, &c)));
    return c;
}

struct row {
    const char *what;
    uint8_t role, origin;
    int64_t at_s;
    uint8_t turn;
    int64_t latency_s;
    uint32_t position, n_threshold;
    bool first;
};

static const struct row story[] = {
    {"a greeting before anybody asks", CS_ROLE_ROBOT, 0, 0, CS_TURN_UNSPECIFIED, 0, 0, 0, false},
    {"first question", CS_ROLE_BUYER, 0, 10, CS_TURN_OPENS, 0, 1, 0, false},
    {"a robot does not answer", CS_ROLE_ROBOT, 0, 11, CS_TURN_WAITS, 1, 1, 0, false},
    {"an auto reply neither", CS_ROLE_AGENT, CS_ORIGIN_AUTO_REPLY, 12, CS_TURN_WAITS, 2, 1, 0, false},
    {"a broadcast neither", CS_ROLE_AGENT, CS_ORIGIN_BROADCAST, 13, CS_TURN_WAITS, 3, 1, 0, false},
    {"the buyer insists", CS_ROLE_BUYER, 0, 50, CS_TURN_WAITS, 40, 2, 0, false},
    {"and again: over 40 s", CS_ROLE_BUYER, 0, 51, CS_TURN_WAITS, 41, 3, 1, false},
    {"human reply over 60 s", CS_ROLE_AGENT, CS_ORIGIN_TYPED, 71, CS_TURN_ANSWERS, 61, 3, 2, true},
    {"the agent goes on", CS_ROLE_AGENT, CS_ORIGIN_QUICK_REPLY, 72, CS_TURN_UNSPECIFIED, 0, 0, 0, false},
    {"second question", CS_ROLE_BUYER, 0, 100, CS_TURN_OPENS, 0, 1, 0, false},
    {"answered by a quick reply", CS_ROLE_AGENT, CS_ORIGIN_QUICK_REPLY, 401, CS_TURN_ANSWERS, 301, 1, 3,
        false},
};

Test(clock, tells_a_conversation)
{
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    uint32_t n = sizeof story / sizeof story[0];
    for (uint32_t i = 0; i < n; i++)
        say(b, &(struct said){
                   0, 1, 1, story[i].role, story[i].origin, story[i].at_s * 1000, story[i].at_s * 1000});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    for (uint32_t i = 0; i < n; i++) {
        const struct cs_response *r = &b->response[i];
        cr_expect(r->turn == story[i].turn, "%s: turn %u", story[i].what, r->turn);
        cr_expect(
            r->latency_ms == story[i].latency_s * 1000, "%s: %ld ms", story[i].what, (long)r->latency_ms);
        cr_expect(r->position == story[i].position, "%s: position %u", story[i].what, r->position);
        cr_expect(r->n_threshold == story[i].n_threshold, "%s: thresholds %u", story[i].what, r->n_threshold);
        cr_expect(r->first_reply == story[i].first, "%s: first %d", story[i].what, r->first_reply);
    }
    cs_clock_free(&c);
    batch_free(b);
}

static struct said random_said(uint32_t i, int64_t *now)
{
    static const uint8_t roles[] = {
        CS_ROLE_BUYER, CS_ROLE_BUYER, CS_ROLE_AGENT, CS_ROLE_ROBOT, CS_ROLE_STAFF};
    *now += rand() % 3000;
    int64_t skew = rand() % 20 ? 0 : rand() % 10000 - 8000;
    uint32_t shop = (uint32_t)rand() % 3;
    return (struct said){(int32_t)shop, shop, (uint32_t)rand() % 5, roles[rand() % 5], (uint8_t)(rand() % 5),
        *now + skew, (int64_t)i};
}

/* Compare a whole batch, starting at log[from], with the model. */
static void compare(const struct cs_batch *b, const struct said *log, uint32_t from)
{
    for (uint32_t i = 0; i < b->n; i++) {
        struct cs_response want = model_response(log, from + i);
        const struct cs_response *got = &b->response[i];
        cr_assert(got->turn == want.turn, "message %u: turn %u, not %u", from + i, got->turn, want.turn);
        cr_assert(got->latency_ms == want.latency_ms, "message %u: latency", from + i);
        cr_assert(got->position == want.position, "message %u: position", from + i);
        cr_assert(got->waiting_since_ms == want.waiting_since_ms, "message %u: since", from + i);
        cr_assert(got->first_reply == want.first_reply, "message %u: first reply", from + i);
    }
}

Test(clock, agrees_with_a_walk_over_the_log)
{
    enum { N = 4000 };
    static struct said log[N];
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    int64_t now = 1000000;
    srand(7);
    for (uint32_t i = 0; i < N; i++)
        log[i] = random_said(i, &now);
    for (uint32_t from = 0; from < N; from += b->n) {
        cs_batch_reset(b);
        uint32_t want = 1 + (uint32_t)rand() % 200;
        for (uint32_t k = 0; k < want && from + k < N; k++)
            say(b, &log[from + k]);
        cr_assert(!cs_bad(cs_clock_run(c, b)));
        compare(b, log, from);
    }
    cs_clock_free(&c);
    batch_free(b);
}

/* A message like random_said's, of one of many conversations; some are dead or belong to none. */
static void say_any(struct cs_batch *b, uint32_t i, int64_t *now)
{
    struct said m = random_said(i, now);
    m.buyer = (uint32_t)rand() % 150;
    m.partition = rand() % 5;
    m.record_ms = *now;
    say(b, &m);
    if (rand() % 10 == 0) b->dead[b->n - 1] = CS_DEAD_MALFORMED;
    if (rand() % 10 == 0) b->buyer[b->n - 1].len = 0;
}

/* Copy message `i` of `from` to the only place of `to`. */
static void alone(const struct cs_batch *from, uint32_t i, struct cs_batch *to)
{
    to->n = 1;
    to->platform[0] = from->platform[i], to->shop[0] = from->shop[i], to->buyer[0] = from->buyer[i];
    to->partition[0] = from->partition[i], to->role[0] = from->role[i], to->origin[0] = from->origin[i];
    to->sent_ms[0] = from->sent_ms[i], to->record_ms[0] = from->record_ms[i];
    to->dead[0] = from->dead[i], to->flags[0] = 0;
}

static bool same_response(const struct cs_response *a, const struct cs_response *b)
{
    return a->turn == b->turn && a->latency_ms == b->latency_ms && a->position == b->position &&
           a->waiting_since_ms == b->waiting_since_ms && a->first_reply == b->first_reply &&
           a->n_threshold == b->n_threshold;
}

/* Looking ahead in a batch changes nothing, while conversations are made, evicted and expire under its feet.
 */
Test(clock, sees_the_same_whether_messages_come_together_or_alone)
{
    const struct cs_clock_options o = {
        .window_ms = 600000, .conversations_max = 40, .threshold_s = {1, 40}, .n_threshold = 2};
    struct cs_clock *together = clock_with(&o), *single = clock_with(&o);
    struct cs_batch *b = batch_new(), *one = batch_new();
    int64_t now = 1000000;
    srand(11);
    for (uint32_t round = 0; round < 60; round++) {
        cs_batch_reset(b);
        for (uint32_t n = 1 + (uint32_t)rand() % 200; b->n < n;)
            say_any(b, b->n, &now);
        cr_assert(!cs_bad(cs_clock_run(together, b)));
        for (uint32_t i = 0; i < b->n; i++) {
            alone(b, i, one);
            cr_assert(!cs_bad(cs_clock_run(single, one)));
            cr_assert(same_response(&b->response[i], &one->response[0]), "round %u, message %u", round, i);
            cr_assert_eq(b->flags[i], one->flags[0]);
        }
        now += rand() % 8 ? 0 : 500000;
    }
    struct cs_clock_counts k = cs_clock_count(together), l = cs_clock_count(single);
    cr_expect(k.evicted > 0 && k.expired > 0, "%lu evicted, %lu expired", k.evicted, k.expired);
    cr_expect(k.open == l.open && k.waiting == l.waiting && k.evicted == l.evicted && k.expired == l.expired);
    cs_clock_free(&together);
    cs_clock_free(&single);
    batch_free(b);
    batch_free(one);
}

Test(clock, clamps_and_flags_skew_even_at_the_ends_of_time)
{
    static const int64_t reply[] = {999, -5, INT64_MIN, INT64_MAX};
    for (uint32_t k = 0; k < 4; k++) {
        struct cs_batch *b = batch_new();
        struct cs_clock *c = clock_with(&day);
        say(b, &(struct said){0, 1, 1, CS_ROLE_BUYER, 0, 1000, 0});
        say(b, &(struct said){0, 1, 1, CS_ROLE_AGENT, 0, reply[k], 0});
        cr_assert(!cs_bad(cs_clock_run(c, b)));
        bool early = reply[k] < 1000;
        cr_expect(((b->flags[1] >> CS_FLAG_CLOCK_SKEW) & 1) == early, "reply at %ld", (long)reply[k]);
        cr_expect(early ? b->response[1].latency_ms == 0 : b->response[1].latency_ms > 0);
        cs_clock_free(&c);
        batch_free(b);
    }
}

Test(clock, forgets_after_the_window_and_beyond_the_bound)
{
    struct cs_clock_options o = day;
    o.conversations_max = 3;
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&o);
    for (uint32_t buyer = 0; buyer < 5; buyer++)
        say(b, &(struct said){0, 1, buyer, CS_ROLE_BUYER, 0, 1000 + buyer, 1000 + buyer});
    say(b,
        &(struct said){0, 1, 0, CS_ROLE_AGENT, 0, 2000, 2000}); /* evicted: nobody waits as far as we know */
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    struct cs_clock_counts k = cs_clock_count(c);
    cr_expect(k.open == 3 && k.evicted == 3 && k.waiting == 2, "open %lu evicted %lu waiting %lu",
        (unsigned long)k.open, (unsigned long)k.evicted, (unsigned long)k.waiting);
    cr_expect(b->response[5].turn == CS_TURN_UNSPECIFIED);
    cs_batch_reset(b);
    say(b, &(struct said){0, 1, 4, CS_ROLE_AGENT, 0, 86402005, 86402005}); /* one window and a bit later */
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    k = cs_clock_count(c);
    cr_expect(b->response[0].turn == CS_TURN_UNSPECIFIED && k.open == 1 && k.expired == 3 && k.waiting == 0);
    cs_clock_free(&c);
    batch_free(b);
}

Test(clock, a_turn_older_than_the_window_is_forgotten_though_the_buyer_insists)
{
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    for (int64_t h = 0; h <= 40; h += 20)
        say(b, &(struct said){0, 1, 1, CS_ROLE_BUYER, 0, h * 3600000 + 1, h * 3600000});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    cr_expect(b->response[1].turn == CS_TURN_WAITS && b->response[2].turn == CS_TURN_OPENS);
    cr_expect(cs_clock_count(c).waiting == 1);
    cs_clock_free(&c);
    batch_free(b);
}

Test(clock, drops_a_partition_and_only_that_one)
{
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    for (int32_t p = 0; p < 4; p++)
        say(b, &(struct said){p, 1, 1, CS_ROLE_BUYER, 0, 1000, 1000});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    cs_clock_drop(c, 1);
    cs_clock_drop(c, 17);
    struct cs_clock_counts k = cs_clock_count(c);
    cr_expect(k.open == 3 && k.waiting == 3);
    cs_batch_reset(b);
    for (int32_t p = 0; p < 4; p++)
        say(b, &(struct said){p, 1, 1, CS_ROLE_AGENT, 0, 2000, 2000});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    for (int32_t p = 0; p < 4; p++)
        cr_expect((b->response[p].turn == CS_TURN_ANSWERS) == (p != 1), "partition %d", p);
    cs_clock_free(&c);
    batch_free(b);
}

Test(clock, passes_over_the_dead_and_flags_the_placeless)
{
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    static uint8_t huge[70000];
    memset(huge, 'x', sizeof huge);
    for (uint32_t i = 0; i < 4; i++)
        say(b, &(struct said){0, 1, 1, CS_ROLE_BUYER, 0, 1000, 1000});
    b->dead[0] = CS_DEAD_MALFORMED;
    b->shop[1] = (struct cs_span){0};
    b->buyer[2] = (struct cs_span){0};
    b->buyer[3] = cs_span_of(huge, sizeof huge);
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect(b->response[i].turn == CS_TURN_UNSPECIFIED, "message %u", i);
        cr_expect(((b->flags[i] >> CS_FLAG_NO_CONVERSATION) & 1) == (i != 0), "message %u", i);
    }
    cr_expect(cs_clock_count(c).open == 0);
    cs_clock_free(&c);
    batch_free(b);
}

Test(clock, shows_the_slowest_first)
{
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&day);
    static const int64_t since[] = {500, 100, 900, 300, 700};
    for (uint32_t i = 0; i < 5; i++)
        say(b, &(struct said){(int32_t)i % 2, 7, i, CS_ROLE_BUYER, 0, since[i], 1000});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    struct cs_waiting w[3];
    cr_assert(cs_clock_slowest(c, w, 3) == 3);
    cr_expect(w[0].since_ms == 100 && w[1].since_ms == 300 && w[2].since_ms == 500);
    cr_expect(cs_span_eq(w[0].platform, CS_SPAN_LIT("taobao")) && cs_span_eq(w[0].shop, CS_SPAN_LIT("s7")) &&
              cs_span_eq(w[0].buyer, CS_SPAN_LIT("b1")) && w[0].messages == 1);
    cs_clock_free(&c);
    batch_free(b);
}

Test(clock, refuses_senseless_options)
{
    struct cs_clock *c = NULL;
    struct cs_clock_options o = day;
    o.window_ms = 0;
    cr_expect(cs_is(cs_clock_new(&o, &c), CS_EINVAL) && c == NULL);
    o = day;
    o.conversations_max = 0;
    cr_expect(cs_is(cs_clock_new(&o, &c), CS_EINVAL) && c == NULL);
}

/* An entry of the wheel can say only 24 days. */
Test(clock, tells_after_months_to_the_millisecond)
{
    const int64_t since = 1700000000123, month = INT64_C(30) * 86400000;
    const struct cs_clock_options o = {.window_ms = 20 * month,
        .conversations_max = 10,
        .threshold_s = {40, 8 * 30 * 86400},
        .n_threshold = 2};
    struct cs_batch *b = batch_new();
    struct cs_clock *c = clock_with(&o);
    say(b, &(struct said){0, 1, 1, CS_ROLE_BUYER, 0, since, since});
    cr_assert(!cs_bad(cs_clock_run(c, b)));
    cr_assert(!cs_bad(cs_clock_advance(c, 0, since + month, b)) && b->n_overdue == 1);
    cr_assert(!cs_bad(cs_clock_advance(c, 0, since + 8 * month - 1, b)) && b->n_overdue == 0);
    cr_assert(!cs_bad(cs_clock_advance(c, 0, since + 8 * month, b)) && b->n_overdue == 1);
    cr_expect(b->overdue[0].due_ms == since + 8 * month && b->overdue[0].since_ms == since);
    cr_assert(!cs_bad(cs_clock_advance(c, 0, INT64_MAX, b)) && b->n_overdue == 0);
    cs_clock_free(&c);
    batch_free(b);
}
