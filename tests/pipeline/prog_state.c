/* State comes back whatever happens: with a small clock of its own (model_filter.h) four workers go through
 * every fault that the memory transport can draw, again and again, and annotations, overdue events and
 * counters must be those of a plain loop over the records. Runs under TSan. */
#include "pipeline/memory.h"
#include "pipeline/state_judge.h"

#include <time.h>

enum { PARTITIONS = 10, WORKERS = 4, EACH = 2500 };

static _Atomic int64_t wall; /* what the workers take for the time of day */

static int64_t wall_ms(void)
{
    return wall;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
}

static struct cs_memory *memory(const struct cs_memory_options *o, int64_t each)
{
    struct cs_memory *m = NULL;
    char buf[32];
    CHECK(!cs_bad(cs_memory_new(o, &m)), "memory");
    for (int32_t p = 0; p < (int32_t)o->partitions; p++)
        for (int64_t k = 0; k < each; k++)
            CHECK(!cs_bad(cs_memory_put(m, p, (struct cs_span){0}, record_at(p, k, buf), time_at(k))), "put");
    return m;
}

static struct cs_pipeline *pipeline(struct cs_memory *m, uint32_t workers)
{
    struct cs_pipeline *p = NULL;
    struct cs_pipeline_options o = {.transport = &cs_memory_transport,
        .transport_ctx = m,
        .filter.outputs = 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI,
        .workers = workers,
        .flights = 6,
        .stop_ms = 60000,
        .commit_ms = 1,
        .flush_ms = 1,
        .save_ms = 2,
        .group = CS_MEMORY_GROUP,
        .topic = "memory",
        .wall_ms = wall_ms};
    CHECK(!cs_bad(cs_pipeline_new(&o, &p)), "new");
    return p;
}

static uint64_t judge(struct cs_memory *m)
{
    uint64_t copies = 0;
    for (int32_t p = 0; p < PARTITIONS; p++) {
        struct judge *j = judge_new(p, EACH);
        for (int output = 0; output < CS_OUTPUT_COUNT; output++)
            for (uint64_t i = 0; i < cs_memory_count(m, (enum cs_output)output, p); i++) {
                struct cs_memory_event v = cs_memory_event(m, (enum cs_output)output, p, i);
                judge_take(j, (enum cs_output)output, v.key, v.value);
            }
        copies += j->copies;
        judge_end(&j);
    }
    struct cs_memory_stats s = cs_memory_stats(m);
    CHECK(s.premature_commits == 0 && s.backward_commits == 0, "commits");
    CHECK(s.lost_snapshots == 0, "%" PRIu64 " times no snapshot was whole", s.lost_snapshots);
    return copies;
}

static uint64_t overdue_of(struct cs_memory *m)
{
    uint64_t n = 0;
    for (int32_t p = 0; p < PARTITIONS; p++)
        n += cs_memory_count(m, CS_OUTPUT_OVERDUE, p);
    return n;
}

static bool all_committed(struct cs_memory *m)
{
    for (int32_t p = 0; p < PARTITIONS; p++)
        if (cs_memory_committed(m, p) < EACH) return false;
    return true;
}

struct tally {
    uint64_t runs, saved, spoiled;
};

/* One life of the pipeline; false when it broke. `settled` waits until what is due at the end was told, too.
 */
static bool live(struct cs_memory *m, struct tally *t, bool settle)
{
    struct cs_diag diag = {0};
    struct cs_pipeline *p = pipeline(m, WORKERS);
    CHECK(!cs_bad(cs_pipeline_start(p)), "start");
    while (cs_pipeline_alive(p) && !all_committed(m))
        pause_ms(1);
    uint64_t before = UINT64_MAX;
    for (int quiet = 0; settle && quiet < 3 && cs_pipeline_alive(p); pause_ms(150)) {
        quiet = overdue_of(m) == before ? quiet + 1 : 0;
        before = overdue_of(m);
    }
    cs_pipeline_stop(p);
    cs_rc rc = cs_pipeline_join(p, &diag);
    CHECK(!cs_bad(rc) || cs_is(rc, CS_EBROKER), "join: %s", cs_rc_name(rc));
    struct cs_pipeline_counts c = cs_pipeline_count(p);
    t->runs++;
    t->saved += c.snapshots;
    t->spoiled += c.snapshots_failed;
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);
    return !cs_bad(rc);
}

static const struct {
    const char *name;
    struct cs_memory_options faults;
    bool breaks, copies;
} rows[] = {
    {"no fault", {.seed = 1}, false, false},
    {"moves", {.seed = 2, .batch_max = 60, .send_max = 70, .ack_max = 90, .move_one_in = 15}, false, false},
    {"moves, spoiled snapshots",
        {.seed = 3, .batch_max = 60, .send_max = 70, .ack_max = 90, .move_one_in = 15, .spoil_one_in = 60},
        false, false},
    {"losses",
        {.seed = 4, .batch_max = 60, .send_max = 70, .ack_max = 90, .move_one_in = 30, .lose_one_in = 40},
        false, true},
    {"crashes",
        {.seed = 5,
            .batch_max = 100,
            .send_max = 60,
            .ack_max = 60,
            .move_one_in = 60,
            .break_one_in = 150,
            .spoil_one_in = 60},
        true, true},
};

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_memory_options o = rows[i].faults;
        struct tally t = {0};
        o.partitions = PARTITIONS;
        o.workers = WORKERS;
        /* Without a snapshot all of the input is replayed: this clock forgets nothing. */
        o.replay_records = EACH;
        wall = END_MS + 10000;
        atomic_store(&model_loads, 0);
        struct cs_memory *m = memory(&o, EACH);
        while (!all_committed(m) && t.runs < 300)
            live(m, &t, false);
        o.break_one_in = o.lose_one_in = 0;
        cs_memory_faults(m, &o);
        CHECK(live(m, &t, true), "%s: the last life", rows[i].name);
        uint64_t copies = judge(m);
        unsigned loads = atomic_load(&model_loads);
        CHECK(t.saved > 0, "%s: nothing was saved", rows[i].name);
        CHECK(i == 0 || loads > 0, "%s: no snapshot was used", rows[i].name);
        CHECK(rows[i].copies || copies == 0, "%s: %" PRIu64 " overdue events twice", rows[i].name, copies);
        CHECK(!rows[i].breaks || t.runs > 2, "%s: nothing broke", rows[i].name);
        CHECK(!o.spoil_one_in || t.spoiled > 0, "%s: no snapshot was spoiled", rows[i].name);
        printf("%s: %" PRIu64 " lives, %" PRIu64 " snapshots saved, %" PRIu64 " spoiled, %u used, %" PRIu64
               " overdue events, %" PRIu64 " of them copies\n",
            rows[i].name, t.runs, t.saved, t.spoiled, loads, overdue_of(m), copies);
        cs_memory_free(&m);
    }
}

static void wait_for(struct cs_memory *m, uint64_t overdue)
{
    for (int i = 0; i < 5000 && overdue_of(m) < overdue; i++)
        pause_ms(1);
}

/* No traffic: what becomes due is told when the wall clock has passed it by the grace, not before; and not
 * again after a restart. */
static void test_idle(void)
{
    struct cs_memory_options o = {.partitions = PARTITIONS, .workers = 1, .seed = 1};
    struct cs_memory *m = memory(&o, 0);
    CHECK(!cs_bad(cs_memory_put(m, 3, (struct cs_span){0}, CS_SPAN_LIT("b1"), 1000)), "put");
    wall = 1000;
    struct cs_pipeline *p = pipeline(m, 1);
    struct cs_diag diag = {0};
    CHECK(!cs_bad(cs_pipeline_start(p)), "start");
    pause_ms(300);
    CHECK(overdue_of(m) == 0, "told before its time");
    wall = 1000 + LIMIT_MS + 299;
    pause_ms(300);
    CHECK(overdue_of(m) == 0, "a record that is on its way might still answer it");
    wall = 1000 + LIMIT_MS + 300;
    wait_for(m, 1);
    CHECK(overdue_of(m) == 1, "%" PRIu64 " told", overdue_of(m));
    cs_pipeline_stop(p);
    CHECK(!cs_bad(cs_pipeline_join(p, &diag)), "join");
    cs_pipeline_free(&p);
    p = pipeline(m, 1);
    CHECK(!cs_bad(cs_pipeline_start(p)), "start");
    CHECK(!cs_bad(cs_memory_put(m, 3, (struct cs_span){0}, CS_SPAN_LIT("b2"), wall)), "put");
    wall += LIMIT_MS + 300;
    wait_for(m, 2);
    pause_ms(300);
    CHECK(overdue_of(m) == 2, "%" PRIu64 " told, the first is not told again", overdue_of(m));
    cs_pipeline_stop(p);
    CHECK(!cs_bad(cs_pipeline_join(p, &diag)), "join");
    cs_diag_clear(&diag);
    cs_pipeline_free(&p);
    cs_memory_free(&m);
}

int main(void)
{
    test_idle();
    test_faults();
    return check_result("state");
}
