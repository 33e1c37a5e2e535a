#define _GNU_SOURCE /* memmem */
/* The pipeline with a copying filter over the Kafka transport, on a mock cluster that misbehaves. A mock
 * proves no durability; here it serves to make errors happen. */
#include "kafka/mock.h"

#include "pipeline/kafka_transport.h"
#include "pipeline/stub_filter.h"

#include <inttypes.h>

enum { WAIT_MS = 60000 };

struct run {
    struct cs_kafka_transport *transport;
    struct cs_pipeline *pipeline;
    struct cs_diag diag;
};

static void run_start(struct run *r, struct mock *m, bool fixed)
{
    *r = (struct run){0};
    struct cs_kafka_transport_options t = {.settings = &m->settings, .workers = 1, .fixed = fixed};
    cs_rc rc = cs_kafka_transport_new(&t, &r->transport);
    CHECK(!cs_bad(rc), "transport");
    struct cs_pipeline_options o = {.transport = &cs_kafka_transport,
        .transport_ctx = r->transport,
        .workers = 1,
        .flights = m->settings.flights,
        .stop_ms = m->settings.stop_ms,
        .commit_ms = 50};
    rc = cs_pipeline_new(&o, &r->pipeline);
    CHECK(!cs_bad(rc), "pipeline");
    rc = cs_pipeline_start(r->pipeline);
    CHECK(!cs_bad(rc), "start");
}

/* Wait until `n` events are acknowledged, or the pipeline ends. */
static void run_until(struct run *r, uint64_t n)
{
    int ms = 0;
    for (; cs_pipeline_alive(r->pipeline) && cs_pipeline_count(r->pipeline).produced < n && ms < WAIT_MS;
         ms += 2)
        pause_ms(2);
    CHECK(ms < WAIT_MS, "only %" PRIu64 " events arrived", cs_pipeline_count(r->pipeline).produced);
}

static cs_rc run_end(struct run *r)
{
    cs_pipeline_stop(r->pipeline);
    cs_rc rc = cs_pipeline_join(r->pipeline, &r->diag);
    cs_pipeline_free(&r->pipeline);
    cs_kafka_transport_free(&r->transport);
    return rc;
}

static void run_ok(struct run *r)
{
    cs_rc rc = run_end(r);
    CHECK(!cs_bad(rc), "%s: %s", cs_rc_name(rc), cs_diag_text(&r->diag, 0));
    cs_diag_clear(&r->diag);
}

static void expect_out(struct mock *m, int each)
{
    struct arrivals a = mock_read(m, "out", PARTITIONS, NULL, NULL);
    CHECK(a.total == each * PARTITIONS, "%d events arrived", a.total);
    CHECK(a.copies == 0, "%d copies", a.copies);
    CHECK(a.disorder == 0, "%d out of order", a.disorder);
}

/* A group of one: everything once and in order, offsets and clock mark committed; a second run replays the
 * clock's window and publishes only what is new. */
static void test_group(void)
{
    struct mock m;
    struct run r;
    char metadata[64];
    mock_start(&m);
    /* The mock lets a second member wait for the session's length. */
    mock_property(&m, "session.timeout.ms", "3000");
    mock_property(&m, "heartbeat.interval.ms", "500");
    mock_feed(&m, 0, 1500, 60);
    run_start(&r, &m, false);
    run_until(&r, 1500 * PARTITIONS);
    CHECK(cs_pipeline_count(r.pipeline).partitions == PARTITIONS, "partitions");
    run_ok(&r);
    expect_out(&m, 1500);
    for (int32_t p = 0; p < PARTITIONS; p++)
        CHECK(mock_committed(&m, p, metadata) == 1500, "committed %" PRId64, mock_committed(&m, p, NULL));
    CHECK(strncmp(metadata, "v2 t=1", 6) == 0 && strstr(metadata, " n=4") != NULL, "metadata %s", metadata);

    mock_feed(&m, 1500, 1600, 60);
    run_start(&r, &m, false);
    run_until(&r, 100 * PARTITIONS);
    struct cs_pipeline_counts c = cs_pipeline_count(r.pipeline);
    run_ok(&r);
    CHECK(c.filter.replayed == 1500 * PARTITIONS, "%" PRIu64 " replayed", c.filter.replayed);
    CHECK(c.produced == 100 * PARTITIONS, "%" PRIu64 " produced", c.produced);
    expect_out(&m, 1600);
    mock_end(&m);
}

/* Errors that pass: produce, fetch and commit are tried again, and nothing shows outside. */
static void test_passing_errors(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    mock_feed(&m, 0, 500, 60);
    rd_kafka_mock_push_request_errors(m.cluster, API_PRODUCE, 4, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
    rd_kafka_mock_push_request_errors(m.cluster, API_OFFSET_COMMIT, 3,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
    rd_kafka_mock_push_request_errors(m.cluster, API_FETCH, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    run_start(&r, &m, true);
    run_until(&r, 500 * PARTITIONS);
    run_ok(&r);
    expect_out(&m, 500);
    for (int32_t p = 0; p < PARTITIONS; p++)
        CHECK(mock_committed(&m, p, NULL) == 500, "committed %" PRId64, mock_committed(&m, p, NULL));
    mock_end(&m);
}

/* The broker goes away in the middle and comes back: waited out. */
static void test_outage(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    mock_feed(&m, 0, 300, 60);
    run_start(&r, &m, true);
    run_until(&r, 300 * PARTITIONS);
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    pause_ms(300);
    CHECK(cs_pipeline_alive(r.pipeline), "an outage ended the pipeline");
    rd_kafka_mock_broker_set_up(m.cluster, 1);
    mock_feed(&m, 300, 600, 60);
    run_until(&r, 600 * PARTITIONS);
    run_ok(&r);
    expect_out(&m, 600);
    mock_end(&m);
}

static int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* While a slow broker owes an answer, the next batch waits without work: the library's thread, left alone
 * with it, would spin for all of the two seconds. */
static void test_slow_broker(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    mock_property(&m, "batch.num.messages", "100");
    mock_feed(&m, 0, 800, 60);
    rd_kafka_mock_broker_set_rtt(m.cluster, 1, 200);
    int64_t before = cpu_ms();
    run_start(&r, &m, true);
    run_until(&r, 800 * PARTITIONS);
    int64_t used = cpu_ms() - before;
    rd_kafka_mock_broker_set_rtt(m.cluster, 1, 0);
    CHECK(used < 300, "%" PRId64 " ms of processor time", used);
    run_ok(&r);
    expect_out(&m, 800);
    mock_end(&m);
}

/* The broker is away and the stop's time runs out: told, nothing committed, the next run does it again. */
static void test_deadline(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    m.settings.stop_ms = 300;
    mock_feed(&m, 0, 200, 60);
    for (int i = 0; i < 500; i++)
        rd_kafka_mock_push_request_errors(m.cluster, API_PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    run_start(&r, &m, true);
    while (cs_pipeline_alive(r.pipeline) && cs_pipeline_count(r.pipeline).filter.messages < 200 * PARTITIONS)
        pause_ms(2);
    cs_rc rc = run_end(&r);
    CHECK(cs_is(rc, CS_ETIMEDOUT), "%s", cs_rc_name(rc));
    CHECK(strstr(cs_diag_text(&r.diag, 0), "deadline"), "told: %s", cs_diag_text(&r.diag, 0));
    CHECK(mock_committed(&m, 0, NULL) == -1, "committed %" PRId64, mock_committed(&m, 0, NULL));
    cs_diag_clear(&r.diag);
    rd_kafka_mock_clear_request_errors(m.cluster, API_PRODUCE);
    m.settings.stop_ms = 5000;
    run_start(&r, &m, true);
    run_until(&r, 200 * PARTITIONS);
    run_ok(&r);
    struct arrivals a = mock_read(&m, "out", PARTITIONS, NULL, NULL);
    CHECK(a.total - a.copies == 200 * PARTITIONS, "%d arrived, %d of them copies", a.total, a.copies);
    mock_end(&m);
}

static void count_dead(void *ctx, const rd_kafka_message_t *m)
{
    int *n = ctx;
    n[0]++;
    if (memmem(m->payload, m->len, "payload left out", 16)) n[1]++;
    if (memmem(m->payload, m->len, "refused", 7)) n[2]++;
}

/* An event that is too large for the producer becomes a dead letter without payload; the rest goes on. */
static void test_too_large(void)
{
    struct mock m;
    struct run r;
    int dead[3] = {0};
    mock_start(&m);
    mock_feed(&m, 0, 50, 60);
    mock_feed(&m, 50, 51, 5000);
    mock_feed(&m, 51, 60, 60);
    mock_property(&m, "message.max.bytes", "4000");
    run_start(&r, &m, true);
    run_until(&r, 60 * PARTITIONS);
    CHECK(cs_pipeline_count(r.pipeline).refused == PARTITIONS, "refused");
    run_ok(&r);
    struct arrivals a = mock_read(&m, "out", PARTITIONS, NULL, NULL);
    CHECK(a.total == 59 * PARTITIONS && a.copies == 0 && a.disorder == 0, "%d arrived", a.total);
    mock_read(&m, "dead", 2, count_dead, dead);
    CHECK(dead[0] == PARTITIONS && dead[1] == PARTITIONS && dead[2] == PARTITIONS,
        "%d dead letters, %d bare, %d refused", dead[0], dead[1], dead[2]);
    CHECK(mock_committed(&m, 1, NULL) == 60, "committed %" PRId64, mock_committed(&m, 1, NULL));
    mock_end(&m);
}

/* The broker itself refuses a batch for good: its events become dead letters, with their payload. */
static void test_refused_batch(void)
{
    struct mock m;
    struct run r;
    int dead[3] = {0};
    mock_start(&m);
    mock_feed(&m, 0, 100, 60);
    rd_kafka_mock_push_request_errors(m.cluster, API_PRODUCE, 1, RD_KAFKA_RESP_ERR_INVALID_RECORD);
    run_start(&r, &m, true);
    run_until(&r, 100 * PARTITIONS);
    int refused = (int)cs_pipeline_count(r.pipeline).refused;
    run_ok(&r);
    struct arrivals a = mock_read(&m, "out", PARTITIONS, NULL, NULL);
    mock_read(&m, "dead", 2, count_dead, dead);
    CHECK(refused > 0 && a.total + dead[0] == 100 * PARTITIONS && dead[0] == refused,
        "%d arrived, %d dead, %d refused", a.total, dead[0], refused);
    CHECK(dead[1] == 0, "%d without payload", dead[1]);
    mock_end(&m);
}

/* No permission to write: the worker ends with a message that names the topic. */
static void test_denied(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    mock_feed(&m, 0, 10, 60);
    for (int i = 0; i < 50; i++)
        rd_kafka_mock_push_request_errors(
            m.cluster, API_PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    run_start(&r, &m, true);
    run_until(&r, 10 * PARTITIONS);
    cs_rc rc = run_end(&r);
    CHECK(cs_is(rc, CS_EDENIED), "%s", cs_rc_name(rc));
    CHECK(strstr(cs_diag_text(&r.diag, 0), "writing to topic out"), "told: %s", cs_diag_text(&r.diag, 0));
    CHECK(mock_committed(&m, 0, NULL) == -1, "committed past events that never arrived");
    cs_diag_clear(&r.diag);
    mock_end(&m);
}

/* The group's offset lies where there is nothing: a clear end, not a silent skip. */
static void test_out_of_range(void)
{
    struct mock m;
    struct run r;
    mock_start(&m);
    mock_feed(&m, 0, 20, 60);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", m.settings.brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "g", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "in", 2)->offset = 5000;
    rd_kafka_resp_err_t err = rd_kafka_commit(rk, list, 0);
    CHECK(!err, "%s", rd_kafka_err2str(err));
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    run_start(&r, &m, true);
    run_until(&r, 20 * PARTITIONS);
    cs_rc rc = run_end(&r);
    CHECK(cs_is(rc, CS_EBROKER), "%s", cs_rc_name(rc));
    CHECK(strstr(cs_diag_text(&r.diag, 0), "partition 2"), "told: %s", cs_diag_text(&r.diag, 0));
    CHECK(strstr(cs_diag_text(&r.diag, 0), "no longer holds"), "told: %s", cs_diag_text(&r.diag, 0));
    cs_diag_clear(&r.diag);
    mock_end(&m);
}

static void count_tail(void *ctx, struct cs_span value)
{
    int *n = ctx;
    *n += value.len > 0;
}

static void test_feed_and_tail(void)
{
    struct cs_diag diag = {0};
    struct cs_kafka_mock *mock = NULL;
    struct cs_kafka_tail *tail = NULL;
    struct cs_kafka_feed *feed = NULL;
    int n = 0;
    cs_rc rc = cs_kafka_mock_open(3, &diag, &mock);
    CHECK(!cs_bad(rc), "mock");
    rc = cs_kafka_mock_topic(mock, "t", 0);
    CHECK(!cs_bad(rc), "topic");
    rc = cs_kafka_feed_open(cs_kafka_mock_brokers(mock), "t", &diag, &feed);
    CHECK(!cs_bad(rc), "feed");
    rc = cs_kafka_feed_put(feed, CS_SPAN_LIT("k"), CS_SPAN_LIT("before"), 0);
    if (!cs_bad(rc)) rc = cs_kafka_feed_flush(feed, 5000);
    CHECK(!cs_bad(rc), "put");
    rc = cs_kafka_tail_open(cs_kafka_mock_brokers(mock), "t", &diag, &tail);
    CHECK(!cs_bad(rc), "tail: %s", cs_diag_text(&diag, 0));
    for (int i = 0; i < 100 && !cs_bad(rc); i++)
        rc = cs_kafka_feed_put(feed, (struct cs_span){0}, CS_SPAN_LIT("value"), i % 3);
    if (!cs_bad(rc)) rc = cs_kafka_feed_flush(feed, 5000);
    CHECK(!cs_bad(rc), "put");
    for (int i = 0; i < 200 && n < 100; i++)
        cs_kafka_tail_poll(tail, 1000, 50, count_tail, &n);
    CHECK(n == 100, "%d records seen", n);
    rc = cs_kafka_feed_put(feed, (struct cs_span){0}, CS_SPAN_LIT("value"), 99);
    if (!cs_bad(rc)) rc = cs_kafka_feed_flush(feed, 5000);
    CHECK(cs_bad(rc), "a partition that does not exist took a record");
    cs_kafka_feed_close(&feed);
    cs_kafka_tail_close(&tail);
    cs_kafka_mock_close(&mock);
    cs_diag_clear(&diag);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {{"group", test_group}, {"passing errors", test_passing_errors}, {"outage", test_outage},
    {"slow broker", test_slow_broker}, {"deadline", test_deadline}, {"too large", test_too_large},
    {"refused batch", test_refused_batch}, {"denied", test_denied}, {"out of range", test_out_of_range},
    {"feed and tail", test_feed_and_tail}};

/* All of them, or the ones whose names are given. */
int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        bool wanted = argc < 2;
        for (int k = 1; k < argc; k++)
            wanted |= strcmp(argv[k], tests[i].name) == 0;
        if (!wanted) continue;
        printf("%s\n", tests[i].name);
        tests[i].run();
    }
    return check_result("mock");
}
