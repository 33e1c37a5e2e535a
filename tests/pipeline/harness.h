/* Fill the memory topics, run a pipeline over them, judge what came out. */
#ifndef CS_TESTS_PIPELINE_HARNESS_H
#define CS_TESTS_PIPELINE_HARNESS_H

#include "pipeline/check.h"
#include "pipeline/memory.h"
#include "pipeline/stub_filter.h"

#include <inttypes.h>
#include <time.h>

enum { PARTITIONS = 12, WORKERS = 4 };

static inline void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
}

/* The value of a record is a function of its place; every 17th is a dead letter. */
static inline struct cs_span value_of(int32_t p, int64_t o, char buf[64])
{
    int n = snprintf(buf, 64, "%s%" PRId32 "/%" PRId64 "/%08" PRIx64, o % 17 == 5 ? "!" : "", p, o,
        (uint64_t)p * 2654435761u ^ (uint64_t)o * 40503u);
    return cs_span_of(buf, (size_t)n);
}

static inline void put_records(struct cs_memory *m, int64_t each)
{
    char value[64], key[16];
    for (int32_t p = 0; p < PARTITIONS; p++)
        for (int64_t o = 0; o < each; o++) {
            int n = snprintf(key, sizeof key, "k%d", (int)(o % 7));
            cs_rc rc = cs_memory_put(m, p, cs_span_of(key, (size_t)n), value_of(p, o, value), 1000 + o);
            CHECK(!cs_bad(rc), "put");
        }
}

static inline struct cs_pipeline *make_pipeline(struct cs_memory *m, uint32_t flights, int64_t stop_ms)
{
    struct cs_pipeline *p = NULL;
    struct cs_pipeline_options o = {.transport = &cs_memory_transport,
        .transport_ctx = m,
        .workers = WORKERS,
        .flights = flights,
        .batch_arena_bytes = 8u << 20,
        .flight_arena_bytes = 8u << 20,
        .stop_ms = stop_ms,
        .commit_ms = 1};
    cs_rc rc = cs_pipeline_new(&o, &p);
    CHECK(!cs_bad(rc), "new: %s", cs_rc_name(rc));
    return p;
}

static inline bool all_committed(struct cs_memory *m, int64_t each)
{
    for (int32_t p = 0; p < PARTITIONS; p++)
        if (cs_memory_committed(m, p) < each) return false;
    return true;
}

/* Every record has an event in one of the outputs, byte for byte its own; copies are equal. The first copies
 * of the annotated events of a partition come in offset order when no event was refused. */
static inline uint64_t judge_partition(struct cs_memory *m, int32_t p, int64_t each, bool verbatim)
{
    uint8_t *seen = calloc((size_t)each, 1);
    uint64_t copies = 0;
    for (int out = 0; out < CS_OUTPUT_COUNT; out++) {
        int64_t highest = -1;
        uint64_t n = cs_memory_count(m, (enum cs_output)out, p);
        for (uint64_t i = 0; i < n; i++) {
            char buf[64];
            struct cs_memory_event e = cs_memory_event(m, (enum cs_output)out, p, i);
            CHECK(e.partition == p && e.offset < each, "stranger in partition %d", p);
            bool same = cs_span_eq(e.value, value_of(p, e.offset, buf));
            CHECK(same || !verbatim, "bytes of %d/%" PRId64 " differ: %.*s", p, e.offset, (int)e.value.len,
                e.value.ptr);
            if (e.offset > highest + 1 && out == CS_OUTPUT_ANNOTATED && verbatim)
                for (int64_t o = highest + 1; o < e.offset; o++)
                    CHECK(o % 17 == 5, "%d/%" PRId64 " overtook %" PRId64, p, e.offset, o);
            if (e.offset > highest) highest = e.offset;
            if (seen[e.offset]) copies++;
            seen[e.offset] = 1;
        }
    }
    for (int64_t o = 0; o < each; o++)
        CHECK(seen[o], "%d/%" PRId64 " is lost", p, o);
    free(seen);
    return copies;
}

static inline uint64_t judge(struct cs_memory *m, int64_t each, bool verbatim)
{
    uint64_t copies = 0;
    for (int32_t p = 0; p < PARTITIONS; p++)
        copies += judge_partition(m, p, each, verbatim);
    struct cs_memory_stats s = cs_memory_stats(m);
    CHECK(s.premature_commits == 0, "%" PRIu64 " premature commits", s.premature_commits);
    CHECK(s.backward_commits == 0, "%" PRIu64 " backward commits", s.backward_commits);
    return copies;
}

/* Run until everything is committed, then stop; returns join's code. */
static inline cs_rc run_through(
    struct cs_pipeline *p, struct cs_memory *m, int64_t each, struct cs_diag *diag)
{
    cs_rc rc = cs_pipeline_start(p);
    CHECK(!cs_bad(rc), "start");
    while (cs_pipeline_alive(p) && !all_committed(m, each))
        pause_ms(1);
    cs_pipeline_stop(p);
    return cs_pipeline_join(p, diag);
}

#endif
