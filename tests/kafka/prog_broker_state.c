/* State on a real broker: processes of the pipeline with the small clock of model_filter.h are killed,
 * stopped and joined by others while records come in; annotations, overdue events and counters must be those
 * of a plain loop. CHATSIEVE_TEST_KILLS sets how often (12). Skipped without a broker. */
#define _GNU_SOURCE /* environ */
#include "kafka/mock.h"

#include "pipeline/kafka_transport.h"
#include "pipeline/state_judge.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTS = 6, SLOTS = 3, SKIPPED = 77, LATE_MS = 60000, SETTLE_MS = 3000 };

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

/* prog work STEM SLOT WALL_MS. The first slot is a static member, which has its partitions back at once. */
static int work(char **argument, const char *brokers)
{
    struct world w;
    struct cs_diag diag = {0};
    struct cs_kafka_transport *t = NULL;
    world_init(&w, brokers, argument[0]);
    wall = strtoll(argument[2], NULL, 10);
    if (strcmp(argument[1], "0") == 0)
        w.property[w.settings.n_kafka++] = (struct cs_property){.key = "group.instance.id", .value = "first"};
    struct cs_kafka_transport_options to = {
        .settings = &w.settings, .workers = 2, .log = getenv("CHATSIEVE_TEST_VERBOSE") ? say : NULL};
    if (cs_bad(cs_kafka_transport_new(&to, &t))) return 2;
    struct cs_pipeline_options o = {.transport = &cs_kafka_transport,
        .transport_ctx = t,
        .filter.outputs = 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI,
        .workers = 2,
        .flights = w.settings.flights,
        .stop_ms = w.settings.stop_ms,
        .commit_ms = 50,
        .flush_ms = 100,
        .save_ms = 300,
        .group = w.settings.group,
        .topic = w.settings.topic_input,
        .wall_ms = wall_ms};
    if (cs_bad(cs_pipeline_new(&o, &running))) return 2;
    signal(SIGTERM, on_term);
    cs_rc rc = cs_pipeline_start(running);
    if (!cs_bad(rc)) rc = cs_pipeline_join(running, &diag);
    struct cs_pipeline_counts c = cs_pipeline_count(running);
    printf("[%d] %" PRIu64 " records, %" PRIu64 " of them replayed, %" PRIu64 " snapshots saved, %u used\n",
        (int)getpid(), c.filter.messages, c.filter.replayed, c.snapshots, atomic_load(&model_loads));
    if (cs_bad(rc)) fprintf(stderr, "[%d] %s: %s\n", (int)getpid(), cs_rc_name(rc), cs_diag_text(&diag, 0));
    return cs_bad(rc);
}

/* ---- the world around them */

static pid_t spawn(const struct world *w, int slot, int64_t wall_now)
{
    char number[2][32];
    pid_t pid = 0;
    snprintf(number[0], sizeof number[0], "%d", slot);
    snprintf(number[1], sizeof number[1], "%" PRId64, wall_now);
    char *const argv[] = {
        (char *)"/proc/self/exe", (char *)"work", (char *)(uintptr_t)w->stem, number[0], number[1], NULL};
    CHECK(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) == 0, "spawn");
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
static int64_t feed_for(const struct world *w, rd_kafka_t *rk, int64_t fed, int ms)
{
    for (; ms > 0 && fed < EACH_MAX; ms -= 20) {
        feed_row(w, rk, fed++);
        feed_row(w, rk, fed++);
        pause_ms(20);
    }
    return fed;
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Kill, stop and start while records come. The first is killed most: it comes back at once. */
static int64_t torment(const struct world *w, rd_kafka_t *rk, int kills, pid_t pid[SLOTS])
{
    uint32_t seed = 7;
    int64_t fed = 0;
    for (int killed = 0; killed < kills;) {
        int slot = (int)draw(&seed, 4) ? 0 : 1 + (int)draw(&seed, SLOTS - 1);
        fed = feed_for(w, rk, fed, 40 + (int)draw(&seed, 1400));
        if (!pid[slot]) {
            pid[slot] = spawn(w, slot, 0);
            continue;
        }
        bool gently = slot != 0 && draw(&seed, 2);
        end(&pid[slot], gently ? SIGTERM : SIGKILL);
        killed += !gently;
        if (slot == 0) pid[0] = spawn(w, 0, 0);
    }
    return fed;
}

static bool done(struct mock *m, const struct world *w, int64_t fed)
{
    for (int32_t p = 0; p < PARTS; p++)
        if (mock_committed_of(m, w->in, p, NULL) != fed) return false;
    return true;
}

struct bench {
    struct judge *judge[PARTS];
    enum cs_output output;
};

static void take(void *ctx, const rd_kafka_message_t *r)
{
    struct bench *b = ctx;
    judge_take(
        b->judge[r->partition], b->output, cs_span_of(r->key, r->key_len), cs_span_of(r->payload, r->len));
}

static void judge_all(struct mock *m, const struct world *w, int64_t fed)
{
    struct bench b;
    uint64_t overdue = 0, copies = 0;
    for (int32_t p = 0; p < PARTS; p++)
        b.judge[p] = judge_new(p, fed);
    for (int i = 0; i <= CS_OUTPUT_KPI; i++) {
        b.output = (enum cs_output)i;
        mock_read(m, w->topic[i], PARTS, take, &b);
    }
    for (int32_t p = 0; p < PARTS; p++) {
        overdue += b.judge[p]->n_overdue;
        copies += b.judge[p]->copies;
        judge_end(&b.judge[p]);
    }
    CHECK(overdue > copies, "nothing was overdue: this run proves nothing");
    printf("%" PRId64 " records, %" PRIu64 " overdue events, %" PRIu64 " of them identical copies\n",
        fed * PARTS, overdue, copies);
}

int main(int argc, char **argv)
{
    const char *brokers = getenv("CHATSIEVE_TEST_BROKERS"), *kills = getenv("CHATSIEVE_TEST_KILLS");
    if (!brokers) return SKIPPED;
    if (argc == 5 && strcmp(argv[1], "work") == 0) return work(argv + 2, brokers);
    struct world w;
    char stem[64];
    pid_t pid[SLOTS] = {0};
    snprintf(stem, sizeof stem, "model-%d", (int)getpid());
    world_init(&w, brokers, stem);
    rd_kafka_t *rk = producer(&w);
    create_all(&w, rk);
    pid[0] = spawn(&w, 0, 0);
    int64_t fed = torment(&w, rk, kills ? atoi(kills) : 12, pid);
    rd_kafka_flush(rk, 30000);
    rd_kafka_destroy(rk);
    for (int i = 0; i < SLOTS; i++)
        end(&pid[i], SIGKILL);
    /* The day is over: what was not answered becomes due. */
    struct mock m = {.settings = {.brokers = brokers, .group = w.stem}};
    pid[0] = spawn(&w, 0, END_MS + 10000);
    for (int ms = 0; ms < LATE_MS && !done(&m, &w, fed); ms += 100)
        pause_ms(100);
    CHECK(done(&m, &w, fed), "not all is committed");
    pause_ms(SETTLE_MS);
    end(&pid[0], SIGTERM);
    judge_all(&m, &w, fed);
    return check_result("state on a broker");
}
