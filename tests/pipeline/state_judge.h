/* What must come out of a pipeline with the clock of model_filter.h, told by a plain loop over the records,
 * and how what came out is held against it. */
#ifndef CS_TESTS_STATE_JUDGE_H
#define CS_TESTS_STATE_JUDGE_H

#include "pipeline/check.h"
#include "pipeline/model_filter.h"

enum { EACH_MAX = 20000, STEP_MS = 10, END_MS = 1 << 30 };

/* The record at a place: mostly questions and answers of a few busy talks; the others are rarely touched, so
 * that their last counters are written long before the end. */
static inline struct cs_span record_at(int32_t p, int64_t o, char buf[32])
{
    uint64_t z = ((uint64_t)p * 1000003u + (uint64_t)o) * 0x9E3779B97F4A7C15u;
    z ^= z >> 29;
    uint32_t talk = z % 7 ? (uint32_t)(z >> 8) % 8 : (uint32_t)(z >> 8) % MODEL_TALKS;
    int n = snprintf(buf, 32, "%c%u", z >> 40 & 1 ? 'b' : 'a', talk);
    return cs_span_of(buf, (size_t)n);
}

static inline int64_t time_at(int64_t o)
{
    return 1000 + o * STEP_MS;
}

/* One partition: what is expected, and what was seen. */
struct judge {
    int32_t partition;
    int64_t each;
    int64_t latency[EACH_MAX];
    bool overdue[EACH_MAX]; /* by the offset that opened the turn */
    int64_t since_ms[EACH_MAX];
    struct model_part end;
    bool annotated[EACH_MAX], told[EACH_MAX];
    int64_t upto[MODEL_TALKS]; /* how far the furthest counter seen counts */
    char counter[MODEL_TALKS][64];
    uint64_t n_overdue, copies; /* copies: of overdue events */
};

static inline void expect_told(struct judge *j, struct cs_clock *c)
{
    for (uint32_t i = 0; i < c->n_told; i++) {
        j->overdue[c->told[i].offset] = true;
        j->since_ms[c->told[i].offset] = c->told[i].since_ms;
    }
    c->n_told = 0;
}

static inline struct judge *judge_new(int32_t partition, int64_t each)
{
    char buf[32];
    struct judge *j = calloc(1, sizeof *j);
    struct cs_clock *c = calloc(1, sizeof *c);
    if (!j || !c) abort();
    j->partition = partition;
    j->each = each;
    model_begin(&c->part[partition]);
    for (int64_t o = 0; o < each; o++) {
        model_fire(c, partition, time_at(o), false);
        j->latency[o] = model_take(&c->part[partition], record_at(partition, o, buf), o, time_at(o));
        expect_told(j, c);
    }
    model_fire(c, partition, END_MS, false);
    expect_told(j, c);
    j->end = c->part[partition];
    free(c);
    return j;
}

/* The number at the beginning of `s`, which ends at `stop`; *rest is what follows. */
static inline int64_t judge_number(struct cs_span s, char stop, struct cs_span *rest)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] != stop)
        n++;
    *rest = cs_span_cut(s, n < s.len ? n + 1 : n, s.len);
    return model_number(cs_span_cut(s, 0, n));
}

static inline void judge_annotated(struct judge *j, struct cs_span value)
{
    char buf[32], want[64];
    struct cs_span rest;
    int64_t o = judge_number(value, ' ', &rest);
    CHECK(o < j->each, "offset %" PRId64, o);
    if (o >= j->each) return;
    struct cs_span r = record_at(j->partition, o, buf);
    snprintf(want, sizeof want, "%.*s %" PRId64, (int)r.len, r.ptr, j->latency[o]);
    CHECK(cs_span_eq(rest, cs_span_str(want)), "%d/%" PRId64 ": %.*s, not %s", j->partition, o, (int)rest.len,
        rest.ptr, want);
    j->annotated[o] = true;
}

static inline void judge_overdue(struct judge *j, struct cs_span key, struct cs_span value)
{
    char buf[32], want[64];
    struct cs_span rest;
    judge_number(key, '/', &rest);
    int64_t o = model_number(rest);
    CHECK(
        o < j->each && j->overdue[o], "%d/%" PRId64 " is reported and was answered in time", j->partition, o);
    if (o >= j->each) return;
    struct cs_span r = record_at(j->partition, o, buf);
    snprintf(want, sizeof want, "since %" PRId64 " talk %.*s", j->since_ms[o], (int)r.len - 1, r.ptr + 1);
    CHECK(cs_span_eq(value, cs_span_str(want)), "%d/%" PRId64 ": %.*s, not %s", j->partition, o,
        (int)value.len, value.ptr, want);
    j->copies += j->told[o];
    j->n_overdue++;
    j->told[o] = true;
}

/* Of each counter the one that counts furthest is kept. */
static inline void judge_kpi(struct judge *j, struct cs_span key, struct cs_span value)
{
    struct cs_span rest;
    int t = model_number(key);
    int64_t upto = judge_number(value, ' ', &rest);
    if (upto < j->upto[t]) return;
    j->upto[t] = upto;
    snprintf(j->counter[t], sizeof j->counter[t], "%.*s", (int)rest.len, rest.ptr);
}

static inline void judge_take(
    struct judge *j, enum cs_output output, struct cs_span key, struct cs_span value)
{
    if (output == CS_OUTPUT_ANNOTATED) judge_annotated(j, value);
    if (output == CS_OUTPUT_OVERDUE) judge_overdue(j, key, value);
    if (output == CS_OUTPUT_KPI) judge_kpi(j, key, value);
}

/* All that was expected has come. Frees the judge. */
static inline void judge_end(struct judge **judge)
{
    struct judge *j = *judge;
    for (int64_t o = 0; o < j->each; o++) {
        CHECK(j->annotated[o], "%d/%" PRId64 " is lost", j->partition, o);
        CHECK(j->told[o] || !j->overdue[o], "%d/%" PRId64 " is overdue and was never reported", j->partition,
            o);
    }
    for (int t = 0; t < MODEL_TALKS; t++) {
        char want[64] = "";
        if (j->end.changed[t])
            snprintf(want, sizeof want, "%" PRIu64 " of %" PRIu64, j->end.answered[t], j->end.asked[t]);
        CHECK(strcmp(j->counter[t], want) == 0, "counter %d of %d: %s, not %s", t, j->partition,
            j->counter[t], want);
    }
    free(j);
    *judge = NULL;
}

#endif
