/* The memory of earlier messages, beside a plain list of all of them. */
#include "annotate/lookback.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_aligned_alloc(size_t align, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n)
{
    return blown() ? NULL : __real_aligned_alloc(align, n);
}

enum { PARTITIONS = 3, FACTS = 3, SEED = 7 };

/* A message as the list has it. */
struct plain {
    int32_t partition;
    uint32_t buyer, agent, print, n_fact, n_tail;
    int64_t offset, record_ms, sent_ms;
    uint64_t fact[FACTS];
    uint8_t role, tail[CS_LOOKBACK_TAIL_MAX];
    bool dropped;
};

struct world {
    struct cs_lookback *m;
    struct plain *list;
    size_t n, cap;
    int64_t window_ms, offset[PARTITIONS], clock_ms[PARTITIONS];
    uint32_t records_max, buyers, disorder_ms; /* by how much records go back */
    uint64_t random;
};

static uint32_t draw(struct world *w, uint32_t below)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->random >> 33) % below);
}

static struct cs_batch *batch(void)
{
    static struct cs_batch b;
    return &b;
}

/* Message `p` as the memory sees it. */
static struct cs_said place(const struct cs_lookback *m, const struct plain *p)
{
    static char buyer[16], agent[16];
    struct cs_batch *b = batch();
    struct cs_said s;
    snprintf(buyer, sizeof buyer, "b%u", p->buyer);
    snprintf(agent, sizeof agent, "a%u", p->agent);
    b->n = 1;
    b->platform[0] = cs_span_str(p->buyer % 2 ? "jd" : "pdd");
    b->shop[0] = cs_span_str("shop");
    b->buyer[0] = cs_span_str(buyer);
    b->agent[0] = cs_span_str(agent);
    b->partition[0] = p->partition;
    b->offset[0] = p->offset;
    b->record_ms[0] = p->record_ms;
    b->sent_ms[0] = p->sent_ms;
    b->role[0] = p->role;
    cs_lookback_place(m, b, 0, &s);
    s.print = p->print;
    return s;
}

static bool same_sender(const struct plain *a, const struct plain *b)
{
    return a->role == b->role && (a->role == CS_ROLE_BUYER || a->agent == b->agent);
}

static struct cs_kept kept_of(const struct plain *p)
{
    return (struct cs_kept){p->fact, p->n_fact, {p->tail, p->n_tail}};
}

static void expect_equal(
    const struct cs_recall *r, const struct cs_said *s, const struct cs_said *now, const struct plain *p)
{
    uint8_t tail[CS_LOOKBACK_TAIL_MAX];
    cr_assert_eq(s->offset, p->offset);
    cr_assert_eq(s->record_ms, p->record_ms);
    cr_assert_eq(s->sent_ms, p->sent_ms);
    cr_assert_eq(s->role, p->role);
    cr_assert_eq(s->print, p->print);
    cr_assert_eq(s->conversation, now->conversation);
    cr_assert_eq(cs_recall_facts(r), p->n_fact, "offset %ld", (long)p->offset);
    for (uint32_t k = 0; k < p->n_fact; k++)
        cr_assert_eq(cs_recall_fact(r, k), p->fact[k]);
    cr_assert_eq(cs_recall_tail(r, tail), p->n_tail);
    cr_assert(memcmp(tail, p->tail, p->n_tail) == 0);
}

/* What `now` sees is what the list says: returns the number of messages. */
static uint32_t expect_past(struct world *w, const struct plain *now)
{
    struct cs_said said = place(w->m, now);
    struct cs_seat seat;
    uint32_t steps = 0;
    cr_assert(!cs_bad(cs_lookback_seek(w->m, now->partition, &said, &seat)));
    struct cs_recall r = cs_lookback_recall(&seat, &said);
    for (size_t i = w->n; i-- > 0 && steps < CS_LOOKBACK_STEPS;) {
        const struct plain *p = &w->list[i];
        if (p->partition != now->partition || p->dropped || p->buyer != now->buyer) continue;
        if (now->record_ms - p->record_ms > w->window_ms) break;
        if (now->offset - p->offset >= w->records_max) break;
        const struct cs_said *s = cs_recall_next(&r);
        cr_assert(s, "step %u of offset %ld is missing", steps, (long)now->offset);
        expect_equal(&r, s, &said, p);
        cr_assert_eq(s->sender == said.sender, same_sender(p, now));
        steps++;
    }
    cr_assert_null(cs_recall_next(&r), "more than %u steps", steps);
    cr_assert_null(cs_recall_next(&r));
    return steps;
}

static struct plain next_message(struct world *w)
{
    static const uint8_t roles[] = {CS_ROLE_BUYER, CS_ROLE_AGENT, CS_ROLE_ROBOT, CS_ROLE_SYSTEM};
    struct plain p = {.partition = (int32_t)draw(w, PARTITIONS), .role = roles[draw(w, 4)]};
    uint32_t window = (uint32_t)w->window_ms, part = (uint32_t)p.partition;
    w->clock_ms[part] += draw(w, window / 60);
    if (!draw(w, 5000)) w->clock_ms[part] += 3 * w->window_ms;
    w->offset[part] += 1 + draw(w, 2);
    p.buyer = draw(w, 4) ? draw(w, w->buyers) : draw(w, 3); /* some talk more than others */
    p.agent = draw(w, 3);
    p.offset = w->offset[part];
    p.record_ms = w->clock_ms[part] - draw(w, w->disorder_ms);
    /* Within 24 days of others of the conversation, which may have been said long before it is recorded. */
    p.sent_ms = p.record_ms - (p.buyer % 3) * 400 * 86400000LL + draw(w, 1000000000);
    p.print = draw(w, 3);
    p.n_fact = draw(w, 3) ? 0 : draw(w, FACTS + 1);
    for (uint32_t k = 0; k < p.n_fact; k++)
        p.fact[k] = draw(w, 1000);
    p.n_tail = draw(w, 4) ? 0 : draw(w, CS_LOOKBACK_TAIL_MAX + 1);
    for (uint32_t k = 0; k < p.n_tail; k++)
        p.tail[k] = (uint8_t)draw(w, 256);
    return p;
}

static cs_rc keep(struct world *w, const struct plain *p)
{
    struct cs_said said = place(w->m, p);
    struct cs_seat seat;
    const struct cs_kept kept = kept_of(p);
    cs_rc rc = cs_lookback_seek(w->m, p->partition, &said, &seat);
    return cs_bad(rc) ? rc : cs_lookback_keep(&seat, &said, &kept);
}

static void list(struct world *w, const struct plain *p)
{
    cr_assert_lt(w->n, w->cap);
    w->list[w->n++] = *p;
}

static void drop(struct world *w, int32_t partition)
{
    cs_lookback_drop(w->m, partition);
    for (size_t i = 0; i < w->n; i++)
        w->list[i].dropped |= w->list[i].partition == partition;
}

static void begin(struct world *w, size_t most)
{
    cr_assert(!cs_bad(cs_lookback_new(w->window_ms, w->records_max, SEED, &w->m)));
    w->list = calloc(most, sizeof *w->list);
    w->cap = most;
    w->n = 0;
    for (uint32_t i = 0; i < PARTITIONS; i++)
        w->clock_ms[i] = 1700000000000 + i;
}

static void end(struct world *w)
{
    cs_lookback_free(&w->m);
    free(w->list);
}

Test(lookback, equals_a_list_of_all_messages)
{
    static const struct {
        uint32_t records_max, buyers, window_ms;
    } row[] = {{1 << 20, 4, 600}, {1 << 20, 60, 60000}, {100, 20, 60000}, {500, 400, 6000},
        {1 << 20, 2000, 6000}, {1, 3, 6000}, {1 << 20, 1, 60000}};
    enum { N = 6000 };
    uint64_t seen = 0, longest = 0;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct world w = {.window_ms = row[i].window_ms,
            .records_max = row[i].records_max,
            .buyers = row[i].buyers,
            .disorder_ms = row[i].window_ms / 3,
            .random = i};
        begin(&w, N);
        for (uint32_t k = 0; k < N; k++) {
            struct plain p = next_message(&w);
            uint32_t steps = expect_past(&w, &p);
            seen += steps;
            longest = steps > longest ? steps : longest;
            cr_assert(!cs_bad(keep(&w, &p)));
            list(&w, &p);
            if (!draw(&w, 2000)) drop(&w, (int32_t)draw(&w, PARTITIONS));
        }
        end(&w);
    }
    cr_expect_eq(longest, CS_LOOKBACK_STEPS);
    cr_expect_gt(seen, 100000);
}

Test(lookback, another_window)
{
    struct world w = {.window_ms = 60000, .records_max = 0, .buyers = 10, .disorder_ms = 5000};
    begin(&w, 3000);
    w.records_max = CS_LOOKBACK_RECORDS_DEFAULT;
    for (uint32_t k = 0; k < 3000; k++) {
        struct plain p = next_message(&w);
        if (k == 1000) cs_lookback_set_window(w.m, w.window_ms = 20000);
        (void)expect_past(&w, &p);
        cr_assert(!cs_bad(keep(&w, &p)));
        list(&w, &p);
    }
    end(&w);
}

/* Conversations come and go: what they took is used again, within half as much on top of what is in use. */
Test(lookback, memory_is_used_again)
{
    enum { SHORT = 60000, N = 400000 };
    struct cs_lookback *m;
    uint64_t bytes = 0;
    cr_assert(!cs_bad(cs_lookback_new(1000, 0, SEED, &m)));
    for (uint32_t k = 0; k < N; k++) {
        struct plain p = {
            .buyer = k / 4, .role = CS_ROLE_BUYER, .offset = k, .record_ms = k, .n_fact = k % 2};
        struct cs_said said = place(m, &p);
        struct cs_seat seat;
        const struct cs_kept kept = kept_of(&p);
        cr_assert(!cs_bad(cs_lookback_seek(m, 0, &said, &seat)));
        cr_assert(!cs_bad(cs_lookback_keep(&seat, &said, &kept)));
        if (k == SHORT) bytes = cs_lookback_bytes(m);
    }
    cr_expect_eq(cs_lookback_bytes(m), bytes, "%lu after %u messages, %lu after %u", (unsigned long)bytes,
        SHORT, (unsigned long)cs_lookback_bytes(m), N);
    cr_expect_lt(bytes, 1 << 20);
    cs_lookback_free(&m);
}

/* Far more facts than are kept: the oldest are gone, the messages are not. */
Test(lookback, notes_are_bounded)
{
    enum { EACH = 1 << 16, N = 80 };
    uint64_t *fact = calloc(EACH, sizeof *fact);
    struct cs_lookback *m;
    struct cs_said said;
    struct cs_seat seat;
    cr_assert(!cs_bad(cs_lookback_new(1000000, 0, SEED, &m)));
    for (uint32_t k = 0; k < N; k++) {
        const struct plain p = {.buyer = k % 2, .role = CS_ROLE_BUYER, .offset = k, .record_ms = k};
        fact[0] = k;
        said = place(m, &p);
        cr_assert(!cs_bad(cs_lookback_seek(m, 0, &said, &seat)));
        cr_assert(!cs_bad(cs_lookback_keep(&seat, &said, &(struct cs_kept){.fact = fact, .n_fact = EACH})));
    }
    cr_expect_lt(cs_lookback_bytes(m), 33 << 20);
    cr_assert(!cs_bad(cs_lookback_seek(m, 0, &said, &seat)));
    struct cs_recall r = cs_lookback_recall(&seat, &said);
    uint32_t messages = 0, facts = 0;
    for (const struct cs_said *s = cs_recall_next(&r); s; s = cs_recall_next(&r), messages++) {
        if (!cs_recall_facts(&r)) continue;
        cr_expect_eq(cs_recall_fact(&r, 0), (uint64_t)s->offset);
        facts++;
    }
    cr_expect_eq(messages, N / 2);
    cr_expect_eq(facts, 32, "%u", facts); /* every second of the last 63 */
    cs_lookback_free(&m);
    free(fact);
}

/* Whatever the times and offsets: no overflow, and the end is reached. */
Test(lookback, hostile_times)
{
    static const int64_t at[] = {0, 1, -1, INT64_MIN, INT64_MAX, INT64_MIN + 1, INT64_MAX - 1, INT32_MIN,
        INT32_MAX, 1700000000000, -1700000000000, 1700000000000 + INT32_MAX, 1700000000000 + INT32_MIN};
    enum { TIMES = sizeof at / sizeof at[0] };
    struct world w = {.window_ms = INT64_MAX, .records_max = 0};
    begin(&w, 1);
    for (uint32_t k = 0; k < 20000; k++) {
        if (k == 10000) cs_lookback_set_window(w.m, 1000);
        struct plain p = {.buyer = draw(&w, 5),
            .role = CS_ROLE_AGENT,
            .offset = draw(&w, 50) ? k : at[draw(&w, TIMES)],
            .record_ms = at[draw(&w, TIMES)],
            .sent_ms = at[draw(&w, TIMES)],
            .n_fact = 1};
        struct cs_said said = place(w.m, &p);
        struct cs_seat seat;
        uint32_t steps = 0;
        cr_assert(!cs_bad(cs_lookback_seek(w.m, 0, &said, &seat)));
        struct cs_recall r = cs_lookback_recall(&seat, &said);
        while (cs_recall_next(&r) && steps <= CS_LOOKBACK_STEPS)
            steps += cs_recall_facts(&r) <= 1;
        cr_assert_leq(steps, CS_LOOKBACK_STEPS);
        cr_assert(!cs_bad(keep(&w, &p)));
    }
    end(&w);
}

/* Look back from a message that comes behind `p`. */
static void see(struct world *w, const struct plain *p)
{
    struct plain next = *p;
    next.offset++;
    (void)expect_past(w, &next);
}

/* A message that could not be kept is not there; all others are. */
Test(lookback, survives_every_failing_allocation)
{
    enum { N = 1500 };
    uint32_t failed = 0;
    for (long k = 0; k < 60; k++) {
        struct world w = {
            .window_ms = 60000, .records_max = 1 << 20, .buyers = 700, .disorder_ms = 5000, .random = 3};
        long left = k;
        begin(&w, N);
        for (uint32_t i = 0; i < N; i++) {
            struct plain p = next_message(&w);
            fuse = left;
            cs_rc rc = keep(&w, &p);
            left = fuse;
            fuse = -1;
            failed += cs_bad(rc);
            if (!cs_bad(rc)) list(&w, &p);
            cr_assert(!cs_bad(rc) || rc.code == CS_ENOMEM);
            if (i > N - 100) see(&w, &p);
        }
        end(&w);
    }
    cr_expect_gt(failed, 20);
}
