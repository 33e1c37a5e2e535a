/* What only a real broker can show: partitions that move between running instances of a group, the clock's
 * window found by time, and topics that take smaller batches than the client makes. Skipped without a broker.
 */
#define _GNU_SOURCE /* memmem */
#include "kafka/mock.h"

#include "pipeline/kafka_transport.h"
#include "pipeline/stub_filter.h"

#include <inttypes.h>
#include <unistd.h>

enum { REAL_PARTITIONS = 8, SKIPPED = 77, VALUE_BYTES = 120 };

struct world {
    struct cs_settings settings;
    struct cs_property property[2];
    char group[64], in[80], out[80], dead[80];
    struct cs_kafka_feed *feed;
    int fed; /* records of each partition */
};

struct instance {
    struct cs_kafka_transport *transport;
    struct cs_pipeline *pipeline;
};

static void create_topic(rd_kafka_t *rk, const char *name, int partitions, const char *max_bytes)
{
    char err[256];
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(name, partitions, 1, err, sizeof err);
    if (max_bytes) rd_kafka_NewTopic_set_config(t, "max.message.bytes", max_bytes);
    rd_kafka_CreateTopics(rk, &t, 1, NULL, q);
    rd_kafka_event_t *e = rd_kafka_queue_poll(q, 30000);
    CHECK(e && !rd_kafka_event_error(e), "creating %s", name);
    if (e) rd_kafka_event_destroy(e);
    rd_kafka_NewTopic_destroy(t);
    rd_kafka_queue_destroy(q);
}

static void world_init(struct world *w, const char *brokers, const char *name, const char *max_bytes)
{
    *w = (struct world){0};
    snprintf(w->group, sizeof w->group, "real-%s-%d", name, (int)getpid());
    snprintf(w->in, sizeof w->in, "%s-in", w->group);
    snprintf(w->out, sizeof w->out, "%s-out", w->group);
    snprintf(w->dead, sizeof w->dead, "%s-dead", w->group);
    w->settings = (struct cs_settings){.brokers = brokers,
        .group = w->group,
        .topic_input = w->in,
        .topic_annotated = w->out,
        .topic_deadletter = w->dead,
        .workers = 2,
        .flights = 8,
        .memory_bytes = 256u << 20,
        .stop_ms = 20000,
        .clock_window_ms = 200,
        .kafka = w->property,
        .n_kafka = 1};
    w->property[0] = (struct cs_property){.key = "heartbeat.interval.ms", .value = "300"};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    create_topic(rk, w->in, REAL_PARTITIONS, NULL);
    create_topic(rk, w->out, REAL_PARTITIONS, max_bytes);
    create_topic(rk, w->dead, 2, NULL);
    rd_kafka_destroy(rk);
    struct cs_diag diag = {0};
    struct cs_kafka_topics topics = {0};
    /* A topic shows a moment after its creation was confirmed. */
    cs_rc rc = cs_kafka_preflight(&w->settings, 30000, &diag, &topics);
    for (int i = 0; i < 50 && cs_bad(rc); i++) {
        pause_ms(100);
        cs_diag_clear(&diag);
        rc = cs_kafka_preflight(&w->settings, 30000, &diag, &topics);
    }
    CHECK(!cs_bad(rc) && topics.input_partitions == REAL_PARTITIONS, "preflight: %s", cs_diag_text(&diag, 0));
    rc = cs_kafka_feed_open(brokers, w->in, &diag, &w->feed);
    CHECK(!cs_bad(rc), "feed");
    cs_diag_clear(&diag);
}

/* One more record in every partition. */
static void feed_row(struct world *w)
{
    char value[VALUE_BYTES];
    for (int32_t p = 0; p < REAL_PARTITIONS; p++) {
        size_t n = (size_t)snprintf(value, sizeof value, "%d/%d ", (int)p, w->fed);
        memset(value + n, '.', sizeof value - n);
        cs_rc rc = cs_kafka_feed_put(w->feed, CS_SPAN_LIT("key"), cs_span_of(value, sizeof value), p);
        CHECK(!cs_bad(rc), "put");
    }
    w->fed++;
}

/* Feed until `rows` more are in, about 50,000 records a second. */
static void feed_rows(struct world *w, int rows)
{
    for (int i = 0; i < rows; i++) {
        feed_row(w);
        if (i % 50 == 49) pause_ms(8);
    }
}

static void begin(struct instance *i, struct world *w)
{
    struct cs_kafka_transport_options t = {.settings = &w->settings, .workers = 2};
    cs_rc rc = cs_kafka_transport_new(&t, &i->transport);
    CHECK(!cs_bad(rc), "transport");
    struct cs_pipeline_options o = {.transport = &cs_kafka_transport,
        .transport_ctx = i->transport,
        .workers = 2,
        .flights = w->settings.flights,
        .stop_ms = w->settings.stop_ms,
        .commit_ms = 100};
    rc = cs_pipeline_new(&o, &i->pipeline);
    if (!cs_bad(rc)) rc = cs_pipeline_start(i->pipeline);
    CHECK(!cs_bad(rc), "start");
}

/* Go on feeding until the instance owns `partitions`. */
static void until_owns(struct world *w, struct instance *i, uint64_t partitions)
{
    for (int k = 0; k < 3000 && cs_pipeline_count(i->pipeline).partitions != partitions; k++) {
        feed_row(w);
        pause_ms(10);
    }
    CHECK(cs_pipeline_count(i->pipeline).partitions == partitions, "owns %" PRIu64,
        cs_pipeline_count(i->pipeline).partitions);
}

static struct cs_pipeline_counts end(struct instance *i)
{
    struct cs_diag diag = {0};
    cs_pipeline_stop(i->pipeline);
    cs_rc rc = cs_pipeline_join(i->pipeline, &diag);
    CHECK(!cs_bad(rc), "join: %s: %s", cs_rc_name(rc), cs_diag_text(&diag, 0));
    struct cs_pipeline_counts c = cs_pipeline_count(i->pipeline);
    cs_diag_clear(&diag);
    cs_pipeline_free(&i->pipeline);
    cs_kafka_transport_free(&i->transport);
    return c;
}

static struct mock reader_of(const struct world *w)
{
    return (struct mock){.settings = {.brokers = w->settings.brokers, .group = w->group}};
}

static bool all_committed(struct world *w)
{
    struct mock m = reader_of(w);
    for (int32_t p = 0; p < REAL_PARTITIONS; p++)
        if (mock_committed_of(&m, w->in, p, NULL) != w->fed) return false;
    return true;
}

static void finish(struct world *w, struct instance *i)
{
    cs_rc rc = cs_kafka_feed_flush(w->feed, 30000);
    CHECK(!cs_bad(rc), "flush");
    while (cs_pipeline_alive(i->pipeline) && !all_committed(w))
        pause_ms(100);
}

/* Instances come and go while records flow: nothing is lost, doubled or reordered, because every partition is
 * finished and committed before it moves; and each new owner replays the clock's window only. */
static void test_handover(const char *brokers)
{
    struct world w;
    struct instance a, b;
    world_init(&w, brokers, "move", NULL);
    begin(&a, &w);
    until_owns(&w, &a, 8);
    feed_rows(&w, 3000);
    begin(&b, &w);
    until_owns(&w, &b, 4);
    until_owns(&w, &a, 4);
    feed_rows(&w, 3000);
    struct cs_pipeline_counts first = end(&a);
    until_owns(&w, &b, 8);
    feed_rows(&w, 3000);
    begin(&a, &w);
    until_owns(&w, &a, 4);
    feed_rows(&w, 1000);
    finish(&w, &a);
    struct cs_pipeline_counts second = end(&b), third = end(&a);
    struct mock m = reader_of(&w);
    struct arrivals got = mock_read(&m, w.out, REAL_PARTITIONS, NULL, NULL);
    CHECK(got.total == w.fed * REAL_PARTITIONS, "%d arrived of %d", got.total, w.fed * REAL_PARTITIONS);
    CHECK(got.copies == 0 && got.disorder == 0, "%d copies, %d out of order", got.copies, got.disorder);
    CHECK(all_committed(&w), "not all committed");
    uint64_t replayed = first.filter.replayed + second.filter.replayed + third.filter.replayed;
    CHECK(replayed > 0 && replayed < (uint64_t)w.fed * REAL_PARTITIONS, "%" PRIu64 " replayed", replayed);
    printf("handover: %d records, %" PRIu64 " replayed, %" PRIu64 " + %" PRIu64 " + %" PRIu64 " events\n",
        got.total, replayed, first.produced, second.produced, third.produced);
    cs_kafka_feed_close(&w.feed);
}

/* The output topic takes batches of 8 KiB: events of 120 bytes all fit, whatever the client's batches would
 * be. */
static void test_small_batches(const char *brokers)
{
    struct world w;
    struct instance a;
    world_init(&w, brokers, "small", "8192");
    feed_rows(&w, 2000);
    begin(&a, &w);
    finish(&w, &a);
    struct cs_pipeline_counts c = end(&a);
    struct mock m = reader_of(&w);
    struct arrivals got = mock_read(&m, w.out, REAL_PARTITIONS, NULL, NULL);
    CHECK(c.refused == 0, "%" PRIu64 " events refused for the size of their batch", c.refused);
    CHECK(got.total == w.fed * REAL_PARTITIONS && got.disorder == 0, "%d arrived", got.total);
    cs_kafka_feed_close(&w.feed);
}

int main(void)
{
    const char *brokers = getenv("CHATSIEVE_TEST_BROKERS");
    if (!brokers) {
        printf("skipped: CHATSIEVE_TEST_BROKERS names no broker\n");
        return SKIPPED;
    }
    test_small_batches(brokers);
    test_handover(brokers);
    return check_result("real");
}
