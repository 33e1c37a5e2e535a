#include "chatsieve/commands.h"
#include "chatsieve/demo.h"
#include "chatsieve/output.h"
#include "chatsieve/screen.h"
#include "chatsieve/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    POLL_MS = 40,
    REDRAW_MS = 200,
    PLAIN_MS = 1000,
    TAIL_MAX = 20000,
    PREFLIGHT_S = 15,
    DRAIN_MS = 300,
    MOCK_PAUSE_NS = 3000000
};

/* Everything that the demo holds; opened in order, closed backwards. */
struct demo {
    const struct cs_args *args;
    struct cs_log *log;
    struct cs_diag diag;
    struct cs_settings settings;
    struct cs_engine engine;
    struct cs_kafka_mock *mock;
    struct cs_kafka_tail *tail;
    struct cs_service service;
    struct cs_demo_feeder feeder;
    struct cs_demo_board board;
    struct cs_demo_scene scene;
    struct cs_buf out;
    uint64_t shown, rate_from;
    int64_t rate_ms, drawn_ms;
    int32_t partitions;
    bool screen;
};

static cs_rc set_all(struct demo *d, const char *const (*pair)[2])
{
    cs_rc rc = CS_OK;
    for (; (*pair)[0] && !cs_bad(rc); pair++)
        rc = cs_settings_set(&d->settings, (*pair)[0], (*pair)[1], &d->diag);
    return rc;
}

/* The mock waits for the whole fetch.wait.max.ms when a fetch is empty. */
static cs_rc open_mock(struct demo *d)
{
    static const char *const pairs[][2] = {
        {"kafka.fetch.wait.max.ms", "10"}, {"kafka.linger.ms", "5"}, {"stop_timeout", "3s"}, {NULL, NULL}};
    d->partitions = DEMO_PARTITIONS;
    d->log->min = CS_LOG_ERROR; /* the client warns of what the mock cannot do */
    cs_rc rc = cs_kafka_mock_open(DEMO_PARTITIONS, &d->diag, &d->mock);
    /* The mock dies with the demo: there is nothing to come back to. */
    if (!cs_bad(rc)) rc = cs_settings_set(&d->settings, "topics.state", "off", &d->diag);
    if (cs_bad(rc)) return rc;
    const struct cs_settings *s = &d->settings;
    for (int i = -1; i < CS_OUTPUT_COUNT && !cs_bad(rc); i++) {
        const char *topic = i < 0 ? s->topic_input : cs_settings_topic(s, (enum cs_output)i);
        if (!topic) continue;
        rc = cs_kafka_mock_topic(d->mock, topic, DEMO_PARTITIONS);
        /* Asked again at once, the mock of 2.0 may miss the wake-up and answer only after a second. */
        nanosleep(&(struct timespec){0, MOCK_PAUSE_NS}, NULL);
    }
    if (!cs_bad(rc)) rc = cs_settings_set(&d->settings, "brokers", cs_kafka_mock_brokers(d->mock), &d->diag);
    return cs_bad(rc) ? rc : set_all(d, pairs);
}

static cs_rc open_cluster(struct demo *d)
{
    struct cs_kafka_topics topics = {0};
    if (!d->args->brokers) return open_mock(d);
    cs_rc rc = cs_service_preflight(&d->settings, PREFLIGHT_S, d->log, &d->diag, &topics);
    d->partitions = topics.input_partitions;
    return rc;
}

static cs_rc start_service(struct demo *d)
{
    struct cs_service_options o = {.engine = &d->engine,
        .settings = &d->settings,
        .log = d->log,
        .partitions = d->partitions,
        .fixed = d->mock != NULL};
    return cs_service_start(&d->service, &o);
}

/* The tail before the workers, and the workers before the feeder: nothing is missed. */
static cs_rc open_all(struct demo *d)
{
    struct cs_settings *s = &d->settings;
    cs_rc rc = cs_settings_from_args(d->args, &d->diag, s);
    if (!cs_bad(rc)) rc = open_cluster(d);
    if (!cs_bad(rc)) rc = cs_kafka_check(s, &d->diag);
    if (!cs_bad(rc)) rc = cs_engine_open(&d->engine, s->rules, s->n_rules, NULL, &d->diag);
    if (!cs_bad(rc)) rc = cs_engine_profiles(&d->engine, s, &d->diag);
    if (!cs_bad(rc)) rc = cs_kafka_tail_open(s->brokers, s->topic_annotated, &d->diag, &d->tail);
    if (!cs_bad(rc)) rc = start_service(d);
    if (!cs_bad(rc)) rc = cs_demo_feeder_start(&d->feeder, d->args, s, d->partitions, &d->diag);
    return rc;
}

static void set_scene(struct demo *d)
{
    d->scene = (struct cs_demo_scene){.board = &d->board,
        .engine = &d->engine,
        .settings = &d->settings,
        .pipeline = d->service.pipeline,
        .feeder = &d->feeder,
        .seconds = d->args->seconds};
    d->rate_ms = d->drawn_ms = cs_demo_now();
    cs_pipeline_watch(d->service.pipeline, true);
}

static void measure_rate(struct demo *d, int64_t now)
{
    if (now - d->rate_ms < 1000) return;
    uint64_t n = d->board.annotated - d->rate_from;
    d->scene.per_s = (uint32_t)(n * 1000 / (uint64_t)(now - d->rate_ms));
    d->rate_from = d->board.annotated;
    d->rate_ms = now;
}

static cs_rc flush_out(struct demo *d)
{
    cs_rc rc = cs_output_all(STDOUT_FILENO, cs_buf_span(&d->out));
    cs_buf_reset(&d->out);
    return rc;
}

static cs_rc show(struct demo *d, int64_t now)
{
    if (now - d->drawn_ms < (d->screen ? REDRAW_MS : PLAIN_MS)) return CS_OK;
    d->drawn_ms = now;
    if (d->screen) {
        struct cs_screen_size size = cs_screen_size(STDOUT_FILENO);
        cs_log_captured(d->log, d->scene.note);
        cs_demo_draw(&d->scene, size.rows, size.columns, &d->out);
    } else
        cs_demo_print(&d->scene, &d->shown, &d->out);
    return flush_out(d);
}

static bool time_is_up(const struct demo *d, int64_t now)
{
    return d->args->seconds && now - d->board.begin_ms >= d->args->seconds * 1000;
}

/* Until a signal, the end of the time, a failed worker, or nobody who looks. */
static void watch(struct demo *d)
{
    int64_t now = cs_demo_now();
    while (!time_is_up(d, now) && !cs_signals_stop(0) && cs_pipeline_alive(d->service.pipeline)) {
        if (atomic_load(&d->feeder.failed)) break;
        cs_kafka_tail_poll(d->tail, TAIL_MAX, POLL_MS, cs_demo_take, &d->board);
        now = d->scene.now_ms = cs_demo_now();
        measure_rate(d, now);
        if (cs_bad(show(d, now))) break;
    }
}

static void enter_screen(struct demo *d)
{
    d->screen = !d->args->plain && isatty(STDOUT_FILENO) == 1;
    if (d->screen) {
        cs_log_capture(d->log, true);
        cs_buf_str(&d->out, CS_SCREEN_ENTER);
    } else
        cs_buf_fmt(&d->out, "brokers %s, topics %s, %s and %s\n", d->settings.brokers,
            d->settings.topic_input, d->settings.topic_annotated, d->settings.topic_deadletter);
}

static void leave_screen(struct demo *d)
{
    if (!d->screen) return;
    cs_buf_str(&d->out, CS_SCREEN_LEAVE);
    cs_log_capture(d->log, false);
    d->screen = false;
}

/* Stop the feeder first, so that what was sent can still be read back. */
static cs_rc finish(struct demo *d)
{
    cs_signals_exit_now(d->screen);
    cs_demo_feeder_stop(&d->feeder);
    while (cs_kafka_tail_poll(d->tail, TAIL_MAX, DRAIN_MS, cs_demo_take, &d->board) > 0)
        continue;
    leave_screen(d);
    cs_rc rc = cs_service_stop(&d->service, &d->diag);
    cs_demo_summary(&d->scene, &d->out);
    cs_rc written = flush_out(d);
    return cs_bad(rc) || cs_is(written, CS_ECLOSED) ? rc : written;
}

static cs_rc run(struct demo *d)
{
    enter_screen(d);
    set_scene(d);
    cs_rc rc = flush_out(d);
    if (!cs_bad(rc)) watch(d);
    rc = finish(d);
    int failed = atomic_load(&d->feeder.failed);
    if (!cs_bad(rc) && failed) rc = (cs_rc){failed};
    if (!cs_bad(rc) && !d->board.annotated) {
        cs_log_line(d->log, CS_LOG_ERROR, "no annotated message came back");
        rc = cs_fail(CS_EBROKER);
    }
    return rc;
}

static void clear_all(struct demo *d)
{
    cs_demo_feeder_stop(&d->feeder);
    cs_service_clear(&d->service);
    cs_kafka_tail_close(&d->tail);
    cs_kafka_mock_close(&d->mock);
    cs_engine_clear(&d->engine);
    cs_settings_clear(&d->settings);
    cs_arena_clear(&d->board.arena);
    cs_buf_clear(&d->out);
    cs_diag_clear(&d->diag);
}

static int demo(struct demo *d)
{
    cs_arena_init(&d->board.arena, 16 << 10, 0);
    cs_signals_block();
    cs_rc rc = open_all(d);
    if (!cs_bad(rc)) rc = run(d);
    cs_log_diag(d->log, &d->diag);
    if (cs_bad(rc) && !d->diag.n) cs_log_line(d->log, CS_LOG_ERROR, cs_rc_name(rc));
    clear_all(d);
    return cs_exit_of(rc);
}

int cs_cmd_demo(const struct cs_args *args, struct cs_log *log)
{
    struct demo *d = calloc(1, sizeof *d);
    if (!d) return CS_EXIT_INTERNAL;
    d->args = args;
    d->log = log;
    d->board.begin_ms = cs_demo_now();
    int code = demo(d);
    free(d);
    return code;
}
