#define _GNU_SOURCE
#include "chatsieve/service.h"

#include "chatsieve/signals.h"

#include <sched.h>
#include <time.h>

enum { PREFLIGHT_LEAST_MS = 1000, PREFLIGHT_SLICE_MS = 4000, COMMIT_MS = 200 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How long one attempt may take. */
static int slice_ms(int64_t left)
{
    if (left > PREFLIGHT_SLICE_MS) return PREFLIGHT_SLICE_MS;
    return left < PREFLIGHT_LEAST_MS ? PREFLIGHT_LEAST_MS : (int)left;
}

cs_rc cs_service_preflight(const struct cs_settings *s, int64_t wait_s, struct cs_log *log,
    struct cs_diag *diag, struct cs_kafka_topics *topics)
{
    int64_t end = now_ms() + wait_s * 1000;
    for (;;) {
        cs_diag_clear(diag);
        cs_rc rc = cs_kafka_preflight(s, slice_ms(end - now_ms()), diag, topics);
        if (!cs_is(rc, CS_ETIMEDOUT)) return rc;
        int64_t left_s = (end - now_ms()) / 1000;
        if (left_s <= 0) return rc;
        CS_LOG(log, CS_LOG_WARNING, "waiting for the broker", cs_text_field("brokers", s->brokers),
            cs_number_field("seconds_left", left_s));
        if (cs_signals_stop(0)) {
            cs_diag_clear(diag);
            return cs_fail(CS_ECLOSED);
        }
    }
}

static uint32_t processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? (uint32_t)n : 1;
}

static uint32_t worker_count(const struct cs_settings *s, int32_t partitions)
{
    uint32_t n = s->workers ? s->workers : processors();
    uint32_t most = partitions > 0 ? (uint32_t)partitions : 1;
    return n < most ? n : most;
}

/* A quarter of the memory budget, in equal shares: the library's queues take the rest. */
static size_t arena_share(const struct cs_settings *s, uint32_t shares)
{
    return (size_t)(s->memory_bytes / 4 / (shares ? shares : 1));
}

static cs_rc open_transport(struct cs_service *v, const struct cs_service_options *o)
{
    struct cs_kafka_transport_options t = {.settings = o->settings,
        .workers = v->workers,
        .fixed = o->fixed,
        .log = cs_log_client,
        .log_ctx = o->log};
    return cs_kafka_transport_new(&t, &v->transport);
}

cs_rc cs_service_start(struct cs_service *v, const struct cs_service_options *o)
{
    const struct cs_settings *s = o->settings;
    *v = (struct cs_service){.workers = worker_count(s, o->partitions)};
    cs_rc rc = open_transport(v, o);
    if (cs_bad(rc)) return rc;
    struct cs_pipeline_options p = {
        .filter = cs_engine_filter(o->engine, s),
        .transport = &cs_kafka_transport,
        .transport_ctx = v->transport,
        .workers = v->workers,
        .flights = s->flights,
        .batch_arena_bytes = arena_share(s, v->workers),
        .flight_arena_bytes = arena_share(s, v->workers * s->flights),
        .stop_ms = s->stop_ms,
        .commit_ms = COMMIT_MS,
        .flush_ms = s->topic_kpi ? s->kpi_interval_ms : COMMIT_MS,
        .save_ms = s->topic_state ? s->state_interval_ms : 0,
        .group = s->group,
        .topic = s->topic_input,
    };
    rc = cs_pipeline_new(&p, &v->pipeline);
    return cs_bad(rc) ? rc : cs_pipeline_start(v->pipeline);
}

cs_rc cs_service_stop(struct cs_service *v, struct cs_diag *diag)
{
    cs_pipeline_stop(v->pipeline);
    return cs_pipeline_join(v->pipeline, diag);
}

void cs_service_clear(struct cs_service *v)
{
    cs_pipeline_free(&v->pipeline);
    cs_kafka_transport_free(&v->transport);
    *v = (struct cs_service){0};
}
