#define _GNU_SOURCE /* memmem */
/* How a pipeline ends: stopped, out of time, failed; and what others may see of it meanwhile. Runs under
 * TSan. */
#include "pipeline/harness.h"

enum { EACH = 400 };

static struct cs_memory *memory(const struct cs_memory_options *faults)
{
    struct cs_memory *m = NULL;
    struct cs_memory_options o = *faults;
    o.partitions = PARTITIONS;
    o.workers = WORKERS;
    o.seed = 7;
    cs_rc rc = cs_memory_new(&o, &m);
    CHECK(!cs_bad(rc), "memory");
    put_records(m, EACH);
    return m;
}

static int64_t committed(struct cs_memory *m)
{
    int64_t sum = 0;
    for (int32_t p = 0; p < PARTITIONS; p++)
        sum += cs_memory_committed(m, p);
    return sum;
}

/* Acknowledgements never come: back-pressure holds after all flights are in the air; the stop reports the
 * deadline, and nothing is committed. The next run does the work. */
static void test_deadline(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.hold_acks = true, .batch_max = 20});
    struct cs_pipeline *p = make_pipeline(m, 2, 50);
    struct cs_diag diag = {0};
    cs_rc rc = cs_pipeline_start(p);
    CHECK(!cs_bad(rc), "start");
    while (cs_pipeline_count(p).backpressure_waits < 20)
        pause_ms(1);
    CHECK(cs_pipeline_alive(p), "ended by itself");
    CHECK(cs_pipeline_count(p).filter.batches <= 2 * WORKERS, "more batches than flights");
    cs_pipeline_stop(p);
    CHECK(!cs_pipeline_alive(p), "alive after a stop");
    rc = cs_pipeline_join(p, &diag);
    CHECK(cs_is(rc, CS_ETIMEDOUT), "join: %s", cs_rc_name(rc));
    CHECK(diag.n > 0 && strstr(cs_diag_text(&diag, 0), "deadline"), "told: %s", cs_diag_text(&diag, 0));
    CHECK(committed(m) == 0, "%" PRId64 " committed without an acknowledgement", committed(m));
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);

    cs_memory_faults(m, &(struct cs_memory_options){.batch_max = 20});
    p = make_pipeline(m, 2, 60000);
    rc = run_through(p, m, EACH, &diag);
    CHECK(!cs_bad(rc), "second run: %s", cs_rc_name(rc));
    CHECK(judge(m, EACH, true) > 0, "no copies although nothing had been committed");
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* A stop in the middle lands what is in the air: nothing is done twice afterwards. */
static void test_stop_in_the_middle(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.batch_max = 10, .ack_max = 3});
    struct cs_diag diag = {0};
    while (!all_committed(m, EACH)) {
        struct cs_pipeline *p = make_pipeline(m, 4, 60000);
        int64_t before = committed(m);
        cs_rc rc = cs_pipeline_start(p);
        CHECK(!cs_bad(rc), "start");
        while (committed(m) < before + 100 && !all_committed(m, EACH))
            pause_ms(1);
        cs_pipeline_stop(p);
        rc = cs_pipeline_join(p, &diag);
        CHECK(!cs_bad(rc), "join: %s", cs_rc_name(rc));
        cs_pipeline_free(&p);
    }
    CHECK(judge(m, EACH, true) == 0, "a clean stop made copies");
    cs_memory_free(&m);
}

/* A filter that fails ends all workers; its batch is neither published nor committed. */
static void test_filter_failure(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.batch_max = 10});
    struct cs_diag diag = {0};
    stub_fail_after = 3;
    struct cs_pipeline *p = make_pipeline(m, 4, 60000);
    cs_rc rc = run_through(p, m, EACH, &diag);
    CHECK(cs_is(rc, CS_ENOMEM), "join: %s", cs_rc_name(rc));
    CHECK(committed(m) < PARTITIONS * EACH, "all committed");
    cs_pipeline_free(&p);
    stub_fail_after = 0;
    p = make_pipeline(m, 4, 60000);
    rc = run_through(p, m, EACH, &diag);
    CHECK(!cs_bad(rc), "join: %s", cs_rc_name(rc));
    CHECK(judge(m, EACH, true) == 0, "a failed filter made copies");
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* Even the dead letter is refused: the worker says so and does not commit past it. */
static void test_hopeless(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.refuse_bytes = 2});
    struct cs_diag diag = {0};
    struct cs_pipeline *p = make_pipeline(m, 4, 60000);
    cs_rc rc = run_through(p, m, EACH, &diag);
    CHECK(cs_is(rc, CS_EBROKER), "join: %s", cs_rc_name(rc));
    CHECK(diag.n > 0 && strstr(cs_diag_text(&diag, 0), "dead letter"), "told: %s", cs_diag_text(&diag, 0));
    CHECK(committed(m) == 0, "committed past a lost event");
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* A refused event that is too large leaves its payload behind; the dead letter still says where it was. */
static void test_too_large(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.batch_max = 50, .refuse_bytes = 2000});
    struct cs_diag diag = {0};
    static char large[4000];
    memset(large, 'x', sizeof large);
    cs_rc rc = cs_memory_put(m, 3, CS_SPAN_LIT("k"), cs_span_of(large, sizeof large), 5);
    CHECK(!cs_bad(rc), "put");
    struct cs_pipeline *p = make_pipeline(m, 4, 60000);
    rc = cs_pipeline_start(p);
    CHECK(!cs_bad(rc), "start");
    while (cs_pipeline_alive(p) && cs_memory_committed(m, 3) <= EACH)
        pause_ms(1);
    cs_pipeline_stop(p);
    rc = cs_pipeline_join(p, &diag);
    CHECK(!cs_bad(rc), "join: %s: %s", cs_rc_name(rc), cs_diag_text(&diag, 0));
    uint64_t n = cs_memory_count(m, CS_OUTPUT_DEADLETTER, 3);
    struct cs_memory_event e = cs_memory_event(m, CS_OUTPUT_DEADLETTER, 3, n - 1);
    CHECK(e.offset == EACH && e.value.len < 1000, "last dead letter is of offset %" PRId64, e.offset);
    CHECK(memmem(e.value.ptr, e.value.len, "payload left out", 16) != NULL, "the reason is not told");
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

/* What displays read while the workers run. */
static void test_watch(void)
{
    struct cs_memory *m = memory(&(struct cs_memory_options){.batch_max = 5});
    struct cs_diag diag = {0};
    struct cs_waiting slow[3];
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    struct cs_pipeline *p = make_pipeline(m, 4, 60000);
    cs_pipeline_watch(p, true);
    cs_rc rc = cs_pipeline_start(p);
    CHECK(!cs_bad(rc), "start");
    while (cs_pipeline_slowest(p, &arena, slow, 3) < 3)
        pause_ms(1);
    CHECK(cs_pipeline_count(p).partitions <= PARTITIONS, "partitions");
    CHECK(slow[0].since_ms == 1000 && cs_span_eq(slow[0].buyer, CS_SPAN_LIT("b1")), "slowest first");
    CHECK(slow[0].since_ms <= slow[1].since_ms && slow[1].since_ms <= slow[2].since_ms, "order");
    cs_pipeline_stop(p);
    rc = cs_pipeline_join(p, &diag);
    CHECK(!cs_bad(rc), "join");
    cs_arena_clear(&arena);
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

static void test_arguments(void)
{
    struct cs_pipeline *p = NULL;
    struct cs_pipeline_options o = {.transport = &cs_memory_transport, .workers = 0, .flights = 1};
    CHECK(cs_is(cs_pipeline_new(&o, &p), CS_EINVAL), "no workers");
    o = (struct cs_pipeline_options){.transport = &cs_memory_transport, .workers = 1, .flights = 0};
    CHECK(cs_is(cs_pipeline_new(&o, &p), CS_EINVAL) && !p, "no flights");
    cs_pipeline_free(&p);
}

int main(void)
{
    test_arguments();
    test_deadline();
    test_stop_in_the_middle();
    test_filter_failure();
    test_hopeless();
    test_too_large();
    test_watch();
    return check_result("ends");
}
