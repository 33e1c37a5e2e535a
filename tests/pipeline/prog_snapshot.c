/* A crash at every record of the state topic: the process ends when the n-th record of a snapshot would be
 * written, for every n of several snapshots. Whatever is left behind, with all that was ever written or with
 * the newest record of each key only, there must be a whole snapshot that is not beyond the commit, and with
 * it everything comes out as if nothing had happened. */
#include "pipeline/memory.h"
#include "pipeline/state_judge.h"

#include <time.h>

enum {
    CHUNKS = (sizeof(struct model_part) + CHUNK - 1) / CHUNK,
    SNAPSHOT = CHUNKS + 1,
    SNAPSHOTS = 5,
    STEP = 5
};

static _Atomic int64_t wall; /* what the worker takes for the time of day */

static int64_t wall_ms(void)
{
    return wall;
}

static void pause_us(int us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

static struct cs_pipeline *pipeline(struct cs_memory *m, int64_t commit_ms)
{
    struct cs_pipeline *p = NULL;
    struct cs_pipeline_options o = {.transport = &cs_memory_transport,
        .transport_ctx = m,
        .filter.outputs = 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI,
        .workers = 1,
        .flights = 4,
        .stop_ms = 60000,
        .commit_ms = commit_ms,
        .flush_ms = 1,
        .save_ms = 1,
        .group = CS_MEMORY_GROUP,
        .topic = "memory",
        .wall_ms = wall_ms};
    CHECK(!cs_bad(cs_pipeline_new(&o, &p)), "new");
    CHECK(!cs_bad(cs_pipeline_start(p)), "start");
    return p;
}

static void end(struct cs_pipeline **p, bool breaks)
{
    struct cs_diag diag = {0};
    cs_pipeline_stop(*p);
    cs_rc rc = cs_pipeline_join(*p, &diag);
    CHECK(breaks ? cs_is(rc, CS_EBROKER) : !cs_bad(rc), "join: %s", cs_rc_name(rc));
    cs_diag_clear(&diag);
    cs_pipeline_free(p);
}

static void put(struct cs_memory *m, int64_t *n, int64_t more)
{
    char buf[32];
    for (int64_t upto = *n + more; *n < upto; ++*n)
        CHECK(!cs_bad(cs_memory_put(m, 0, (struct cs_span){0}, record_at(0, *n, buf), time_at(*n))), "put");
}

/* Records until the process breaks; returns how many. With slow commits, much more is done and saved than is
 * committed, if the saver lets it. */
static int64_t live_until_it_breaks(struct cs_memory *m, bool slow)
{
    int64_t n = 0;
    struct cs_pipeline *p = pipeline(m, slow ? 15 : 1);
    while (cs_pipeline_alive(p) && n < EACH_MAX - 100) {
        if (slow || cs_memory_committed(m, 0) >= n) put(m, &n, STEP);
        pause_us(100);
    }
    end(&p, true);
    return n;
}

static int64_t live_to_the_end(struct cs_memory *m, int64_t n)
{
    struct cs_pipeline *p = pipeline(m, 1);
    put(m, &n, STEP);
    while (cs_pipeline_alive(p) && cs_memory_committed(m, 0) < n)
        pause_us(100);
    uint64_t told = UINT64_MAX;
    wall = END_MS + 10000;
    for (int quiet = 0; quiet < 1; pause_us(60000)) { /* ticks come every 50 ms */
        uint64_t now = cs_memory_count(m, CS_OUTPUT_OVERDUE, 0);
        quiet = now == told ? quiet + 1 : 0;
        told = now;
    }
    end(&p, false);
    return n;
}

static void judge_all(struct cs_memory *m, int64_t n)
{
    struct judge *j = judge_new(0, n);
    for (int output = 0; output < CS_OUTPUT_COUNT; output++)
        for (uint64_t i = 0; i < cs_memory_count(m, (enum cs_output)output, 0); i++) {
            struct cs_memory_event v = cs_memory_event(m, (enum cs_output)output, 0, i);
            judge_take(j, (enum cs_output)output, v.key, v.value);
        }
    judge_end(&j);
}

static void crash_at(uint32_t n, bool compacted)
{
    struct cs_memory_options o = {.partitions = 1,
        .workers = 1,
        .seed = n,
        .batch_max = 8,
        .replay_records = EACH_MAX,
        .state_events = n,
        .compacted = compacted};
    struct cs_memory *m = NULL;
    wall = 0;
    CHECK(!cs_bad(cs_memory_new(&o, &m)), "memory");
    int64_t put_so_far = live_until_it_breaks(m, n % 4 > 1);
    CHECK(cs_memory_count(m, CS_OUTPUT_STATE, 0) == n, "%u: it broke elsewhere", n);
    o.state_events = 0;
    cs_memory_faults(m, &o);
    atomic_store(&model_loads, 0);
    put_so_far = live_to_the_end(m, put_so_far);
    struct cs_memory_stats s = cs_memory_stats(m);
    unsigned loads = atomic_load(&model_loads);
    CHECK(s.lost_snapshots == 0, "%u: a snapshot was known, and none is whole", n);
    CHECK(n < 2 * SNAPSHOT + 1 || loads == 1, "%u: %u snapshots were taken over", n, loads);
    CHECK(n >= SNAPSHOT || loads == 0, "%u: a part was taken for a whole", n);
    judge_all(m, put_so_far);
    cs_memory_free(&m);
}

int main(void)
{
    for (uint32_t n = 1; n <= SNAPSHOTS * SNAPSHOT; n += n < 2 * SNAPSHOT ? 3 : 1)
        crash_at(n, n % 2 == 0);
    printf("a crash at each record of %d snapshots of %d records\n", (int)SNAPSHOTS, (int)SNAPSHOT);
    return check_result("snapshot");
}
