/* Four workers over topics in memory, with every fault that the transport can draw: nothing may be lost,
 * changed, reordered or committed too early. Runs under TSan. */
#include "pipeline/harness.h"

enum { EACH = 3000 };

static struct cs_memory *memory(const struct cs_memory_options *o)
{
    struct cs_memory *m = NULL;
    cs_rc rc = cs_memory_new(o, &m);
    CHECK(!cs_bad(rc), "memory");
    put_records(m, EACH);
    return m;
}

static void expect_ok(cs_rc rc, struct cs_diag *diag)
{
    CHECK(!cs_bad(rc), "join: %s: %s", cs_rc_name(rc), cs_diag_text(diag, 0));
    cs_diag_clear(diag);
}

/* Without faults: each input exactly once. */
static void test_plain(void)
{
    struct cs_memory_options o = {.partitions = PARTITIONS, .workers = WORKERS, .seed = 1};
    struct cs_memory *m = memory(&o);
    struct cs_pipeline *p = make_pipeline(m, 8, 60000);
    struct cs_diag diag = {0};
    expect_ok(run_through(p, m, EACH, &diag), &diag);
    CHECK(judge(m, EACH, true) == 0, "duplicates without a fault");
    struct cs_pipeline_counts c = cs_pipeline_count(p);
    CHECK(c.filter.messages == PARTITIONS * EACH, "%" PRIu64 " messages counted", c.filter.messages);
    CHECK(c.produced == PARTITIONS * EACH, "%" PRIu64 " events counted", c.produced);
    CHECK(c.committed_batches > 0 && c.refused == 0, "counters");
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* Short sends, late acknowledgements in any order, partitions that move with and without notice. */
static void test_moving(void)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct cs_memory_options o = {.partitions = PARTITIONS,
            .workers = WORKERS,
            .seed = seed,
            .batch_max = 200,
            .send_max = 70,
            .ack_max = 90,
            .move_one_in = 20,
            .lose_one_in = seed > 2 ? 60 : 0,
            .replay_records = seed % 2 ? 50 : 0};
        struct cs_memory *m = memory(&o);
        struct cs_pipeline *p = make_pipeline(m, 6, 60000);
        struct cs_diag diag = {0};
        expect_ok(run_through(p, m, EACH, &diag), &diag);
        uint64_t copies = judge(m, EACH, true);
        struct cs_memory_stats s = cs_memory_stats(m);
        CHECK(s.moved > 0, "nothing moved");
        CHECK(seed <= 2 || s.lost > 0, "nothing was lost");
        CHECK(seed > 2 || copies == 0, "%" PRIu64 " duplicates although all moved with notice", copies);
        printf("seed %" PRIu64 ": %" PRIu64 " moved, %" PRIu64 " lost, %" PRIu64 " copies, %" PRIu64
               " stale commits\n",
            seed, s.moved, s.lost, copies, s.stale_commits);
        cs_pipeline_free(&p);
        cs_memory_free(&m);
    }
}

/* Refused events arrive as dead letters, once each, and the rest goes on. */
static void test_refusals(void)
{
    struct cs_memory_options o = {.partitions = PARTITIONS,
        .workers = WORKERS,
        .seed = 9,
        .batch_max = 100,
        .ack_max = 50,
        .refuse_one_in = 50};
    struct cs_memory *m = memory(&o);
    struct cs_pipeline *p = make_pipeline(m, 6, 60000);
    struct cs_diag diag = {0};
    expect_ok(run_through(p, m, EACH, &diag), &diag);
    CHECK(judge(m, EACH, false) == 0, "an event arrived twice");
    uint64_t dead = 0, born_dead = 0;
    for (int32_t k = 0; k < PARTITIONS; k++)
        dead += cs_memory_count(m, CS_OUTPUT_DEADLETTER, k);
    for (int64_t k = 0; k < EACH; k++)
        born_dead += k % 17 == 5 ? PARTITIONS : 0;
    struct cs_memory_stats s = cs_memory_stats(m);
    CHECK(s.refused_events > 0, "nothing was refused");
    CHECK(dead == born_dead + s.refused_events, "%" PRIu64 " dead letters", dead);
    CHECK(cs_pipeline_count(p).refused == s.refused_events, "counter of refusals");
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* The producer breaks again and again; each time a new pipeline goes on where the last one committed. */
static void test_breaking(void)
{
    struct cs_memory_options o = {.partitions = PARTITIONS,
        .workers = WORKERS,
        .seed = 5,
        .batch_max = 150,
        .send_max = 60,
        .ack_max = 60,
        .move_one_in = 100,
        .break_one_in = 200};
    struct cs_memory *m = memory(&o);
    unsigned broken = 0, runs = 0;
    while (!all_committed(m, EACH) && runs++ < 500) {
        struct cs_pipeline *p = make_pipeline(m, 6, 60000);
        struct cs_diag diag = {0};
        cs_rc rc = run_through(p, m, EACH, &diag);
        CHECK(!cs_bad(rc) || cs_is(rc, CS_EBROKER), "unexpected %s", cs_rc_name(rc));
        if (cs_bad(rc)) {
            broken++;
            CHECK(cs_diag_has_errors(&diag), "a failure without a word");
        }
        cs_diag_clear(&diag);
        cs_pipeline_free(&p);
    }
    uint64_t copies = judge(m, EACH, true);
    CHECK(broken > 0, "nothing broke");
    printf("%u runs, %u broken, %" PRIu64 " copies\n", runs, broken, copies);
    cs_memory_free(&m);
}

int main(void)
{
    test_plain();
    test_moving();
    test_refusals();
    test_breaking();
    return check_result("faults");
}
