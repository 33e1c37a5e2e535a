/* A pipeline with the small clock of model_filter.h on a real broker, in processes of its own: `prog work
 * STEM SLOT WALL_MS [SAVE_MS [accept]]` is one of them. Include it once in a program. */
#ifndef CS_TESTS_KAFKA_STATE_WORLD_H
#define CS_TESTS_KAFKA_STATE_WORLD_H

#include "kafka/mock.h"

#include "pipeline/kafka_transport.h"
#include "pipeline/state_judge.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTS = 6, SLOTS = 3, SKIPPED = 77, LATE_MS = 60000 };

static const char *const outputs[CS_OUTPUT_COUNT] = {"out", "dead", "overdue", "kpi", "state"};

struct world {
    char stem[64], topic[CS_OUTPUT_COUNT][96], in[96];
    const char *brokers;
    struct cs_settings settings;
    struct cs_property property[4];
};

static void world_init(struct world *w, const char *brokers, const char *stem)
{
    *w = (struct world){.brokers = brokers};
    snprintf(w->stem, sizeof w->stem, "%s", stem);
    snprintf(w->in, sizeof w->in, "%s-in", stem);
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        snprintf(w->topic[i], sizeof w->topic[i], "%s-%s", stem, outputs[i]);
    w->settings = (struct cs_settings){.brokers = brokers,
        .group = w->stem,
        .topic_input = w->in,
        .topic_annotated = w->topic[CS_OUTPUT_ANNOTATED],
        .topic_deadletter = w->topic[CS_OUTPUT_DEADLETTER],
        .topic_overdue = w->topic[CS_OUTPUT_OVERDUE],
        .topic_kpi = w->topic[CS_OUTPUT_KPI],
        .topic_state = w->topic[CS_OUTPUT_STATE],
        .workers = 2,
        .flights = 8,
        .memory_bytes = 256u << 20,
        .stop_ms = 20000,
        /* Without a snapshot all of the input is replayed: this clock forgets nothing. */
        .clock_window_ms = END_MS,
        .kafka = w->property};
    w->property[w->settings.n_kafka++] = (struct cs_property){.key = "heartbeat.interval.ms", .value = "300"};
    w->property[w->settings.n_kafka++] = (struct cs_property){.key = "session.timeout.ms", .value = "6000"};
}

/* ---- one process */

static struct cs_pipeline *running;
static int64_t wall;

static int64_t wall_ms(void)
{
    return wall;
}

static void on_term(int signal)
{
    (void)signal;
    if (running) cs_pipeline_stop(running);
}

static void say(void *ctx, int level, const char *facility, const char *text)
{
    (void)ctx;
    if (level <= 5) fprintf(stderr, "[%d] %s: %s\n", (int)getpid(), facility, text);
}

/* Arguments from STEM on. The first slot is a static member, which has its partitions back at once. */
static int work(char **argument, int n, const char *brokers)
{
    struct world w;
    struct cs_diag diag = {0};
    struct cs_kafka_transport *t = NULL;
    world_init(&w, brokers, argument[0]);
    wall = strtoll(argument[2], NULL, 10);
    w.settings.state_lost = n > 4 ? CS_STATE_LOST_ACCEPT : CS_STATE_LOST_STOP;
    if (strcmp(argument[1], "0") == 0)
        w.property[w.settings.n_kafka++] = (struct cs_property){.key = "group.instance.id", .value = "first"};
    struct cs_kafka_transport_options to = {
        .settings = &w.settings, .workers = 2, .log = getenv("CHATSIEVE_TEST_VERBOSE") ? say : NULL};
    model_back_ms = 1000;
    if (cs_bad(cs_kafka_transport_new(&to, &t))) return 2;
    struct cs_pipeline_options o = {.transport = &cs_kafka_transport,
        .transport_ctx = t,
        .filter.outputs = 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI,
        .workers = 2,
        .flights = w.settings.flights,
        .stop_ms = w.settings.stop_ms,
        .commit_ms = 50,
        .flush_ms = 100,
        .save_ms = n > 3 ? strtoll(argument[3], NULL, 10) : 300,
        .group = w.settings.group,
        .topic = w.settings.topic_input,
        .wall_ms = wall_ms};
    if (cs_bad(cs_pipeline_new(&o, &running))) return 2;
    signal(SIGTERM, on_term);
    cs_rc rc = cs_pipeline_start(running);
    if (!cs_bad(rc)) rc = cs_pipeline_join(running, &diag);
    struct cs_pipeline_counts c = cs_pipeline_count(running);
    printf("[%d] %" PRIu64 " records, %" PRIu64 " of them replayed, %u read for context, %" PRIu64
           " snapshots saved, %u used\n",
        (int)getpid(), c.filter.messages, c.filter.replayed, atomic_load(&model_context), c.snapshots,
        atomic_load(&model_loads));
    struct cs_buf told = {0};
    for (uint32_t i = 0; i < diag.n; i++)
        cs_diag_render(&diag, i, &told);
    if (told.len) fputs(cs_buf_cstr(&told), stderr);
    cs_buf_clear(&told);
    cs_diag_clear(&diag);
    return cs_bad(rc);
}

/* ---- the world around them */

/* Extra arguments behind the wall time; what it says on standard error goes to `told` if that is not NULL. */
static pid_t spawn(
    const struct world *w, int slot, int64_t wall_now, const char *const extra[2], const char *told)
{
    char number[2][32];
    pid_t pid = 0;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    if (told) posix_spawn_file_actions_addopen(&files, 2, told, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    snprintf(number[0], sizeof number[0], "%d", slot);
    snprintf(number[1], sizeof number[1], "%" PRId64, wall_now);
    const char *const argv[] = {"/proc/self/exe", "work", w->stem, number[0], number[1],
        extra ? extra[0] : NULL, extra ? extra[1] : NULL, NULL};
    int err = posix_spawn(&pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
    CHECK(err == 0, "spawn");
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

static void end(pid_t *pid, int signal)
{
    int status = 0;
    if (!*pid) return;
    kill(*pid, signal);
    waitpid(*pid, &status, 0);
    CHECK(signal == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "ended with %d", status);
    *pid = 0;
}

static void create(rd_kafka_t *rk, const char *name, bool compact)
{
    char err[256];
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(name, PARTS, 1, err, sizeof err);
    rd_kafka_NewTopic_set_config(t, "retention.ms", "-1"); /* these records are of 1970 */
    if (compact) rd_kafka_NewTopic_set_config(t, "cleanup.policy", "compact");
    rd_kafka_CreateTopics(rk, &t, 1, NULL, q);
    rd_kafka_event_t *e = rd_kafka_queue_poll(q, 30000);
    CHECK(e && !rd_kafka_event_error(e), "creating %s", name);
    if (e) rd_kafka_event_destroy(e);
    rd_kafka_NewTopic_destroy(t);
    rd_kafka_queue_destroy(q);
}

static rd_kafka_t *producer(const struct world *w)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", w->brokers, NULL, 0);
    rd_kafka_conf_set(conf, "enable.idempotence", "true", NULL, 0);
    return rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
}

static void create_all(const struct world *w, rd_kafka_t *rk)
{
    create(rk, w->in, false);
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        create(rk, w->topic[i], i == CS_OUTPUT_KPI || i == CS_OUTPUT_STATE);
    struct cs_diag diag = {0};
    struct cs_kafka_topics topics = {0};
    cs_rc rc = cs_kafka_preflight(&w->settings, 30000, &diag, &topics);
    for (int i = 0; i < 50 && cs_bad(rc); i++) {
        pause_ms(100);
        cs_diag_clear(&diag);
        rc = cs_kafka_preflight(&w->settings, 30000, &diag, &topics);
    }
    CHECK(!cs_bad(rc) && diag.n == 0, "preflight: %s", cs_diag_text(&diag, 0));
    cs_diag_clear(&diag);
}

/* Record `o` of every partition, with its own time. */
static void feed_row(const struct world *w, rd_kafka_t *rk, int64_t o)
{
    char buf[32];
    for (int32_t p = 0; p < PARTS; p++) {
        struct cs_span r = record_at(p, o, buf);
        rd_kafka_resp_err_t err = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(w->in), RD_KAFKA_V_PARTITION(p),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE((void *)(uintptr_t)r.ptr, r.len),
            RD_KAFKA_V_TIMESTAMP(time_at(o)), RD_KAFKA_V_END);
        CHECK(!err, "produce: %s", rd_kafka_err2str(err));
    }
    rd_kafka_poll(rk, 0);
}

/* Feed for about `ms`, 100 records of each partition a second. */
/* The group has committed `fed` records of every partition. */
static bool done(const struct world *w, int64_t fed)
{
    struct mock m = {.settings = {.brokers = w->brokers, .group = w->stem}};
    for (int32_t p = 0; p < PARTS; p++)
        if (mock_committed_of(&m, w->in, p, NULL) != fed) return false;
    return true;
}

static void wait_done(const struct world *w, int64_t fed)
{
    for (int ms = 0; ms < LATE_MS && !done(w, fed); ms += 100)
        pause_ms(100);
    CHECK(done(w, fed), "not all is committed");
}

#endif
