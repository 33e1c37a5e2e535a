/* A mock cluster with handles for error injection, and plain reading of what arrived. */
#ifndef CS_TESTS_KAFKA_MOCK_H
#define CS_TESTS_KAFKA_MOCK_H

#include "kafka/kafka.h"
#include "pipeline/check.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <time.h>

enum { PARTITIONS = 4, API_PRODUCE = 0, API_FETCH = 1, API_OFFSET_COMMIT = 8, API_OFFSET_FETCH = 9 };

struct mock {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    struct cs_settings settings;
    struct cs_property property[4];
};

static inline void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

static inline void mock_property(struct mock *m, const char *key, const char *value)
{
    m->property[m->settings.n_kafka++] = (struct cs_property){.key = key, .value = value};
}

static inline void mock_start(struct mock *m)
{
    *m = (struct mock){0};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "1", NULL, 0);
    m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    m->cluster = rd_kafka_mock_cluster_new(m->rk, 1);
    rd_kafka_mock_topic_create(m->cluster, "in", PARTITIONS, 1);
    rd_kafka_mock_topic_create(m->cluster, "out", PARTITIONS, 1);
    rd_kafka_mock_topic_create(m->cluster, "dead", 2, 1);
    m->settings = (struct cs_settings){.brokers = rd_kafka_mock_cluster_bootstraps(m->cluster),
        .group = "g",
        .topic_input = "in",
        .topic_annotated = "out",
        .topic_deadletter = "dead",
        .workers = 1,
        .flights = 16,
        .memory_bytes = 64u << 20,
        .stop_ms = 5000,
        .clock_window_ms = 60000,
        .kafka = m->property};
    mock_property(m, "fetch.wait.max.ms", "10");
}

static inline void mock_end(struct mock *m)
{
    rd_kafka_mock_cluster_destroy(m->cluster);
    rd_kafka_destroy(m->rk);
}

/* Records [from, to) of every partition; the value names the place and is padded to `size`. */
static inline void mock_feed(struct mock *m, int from, int to, size_t size)
{
    struct cs_diag diag = {0};
    struct cs_kafka_feed *feed = NULL;
    char *value = malloc(size + 64);
    cs_rc rc = cs_kafka_feed_open(m->settings.brokers, "in", &diag, &feed);
    CHECK(!cs_bad(rc), "feed");
    for (int o = from; o < to && !cs_bad(rc); o++)
        for (int32_t p = 0; p < PARTITIONS && !cs_bad(rc); p++) {
            size_t n = (size_t)snprintf(value, 64, "%d/%d ", (int)p, o);
            while (n < size)
                value[n++] = '.';
            rc = cs_kafka_feed_put(feed, CS_SPAN_LIT("key"), cs_span_of(value, n), p);
        }
    CHECK(!cs_bad(rc), "put");
    rc = cs_kafka_feed_flush(feed, 20000);
    CHECK(!cs_bad(rc), "flush: %s", cs_rc_name(rc));
    cs_kafka_feed_close(&feed);
    cs_diag_clear(&diag);
    free(value);
}

/* Which input record an event answers. */
static inline bool place_of(const rd_kafka_message_t *r, int *partition, int *offset)
{
    char text[32];
    snprintf(text, sizeof text, "%.*s", (int)r->len, (const char *)r->payload);
    char *slash, *end;
    *partition = (int)strtol(text, &slash, 10);
    if (slash == text || *slash != '/') return false;
    *offset = (int)strtol(slash + 1, &end, 10);
    return *end == ' ';
}

struct arrivals {
    int total, copies, disorder;
    size_t bytes;
};

/* Read a topic from its first record to its end as it stands. `each` gets every record, may be NULL. */
static inline struct arrivals mock_read(struct mock *m, const char *topic, int32_t partitions,
    void (*each)(void *, const rd_kafka_message_t *), void *ctx)
{
    struct arrivals a = {0};
    static uint8_t seen[16][20000];
    int last[16] = {0};
    memset(seen, 0, sizeof seen);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", m->settings.brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "reader", NULL, 0);
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", NULL, 0);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int32_t p = 0; p < partitions; p++)
        rd_kafka_topic_partition_list_add(list, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(rk, list);
    for (int open = partitions; open > 0;) {
        int p, o;
        rd_kafka_message_t *r = rd_kafka_consumer_poll(rk, 10000);
        CHECK(r != NULL, "reading %s", topic);
        if (!r) break;
        if (r->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) open--;
        if (!r->err) {
            a.total++;
            a.bytes += r->len;
            if (each) each(ctx, r);
            if (!each && place_of(r, &p, &o) && p < 16 && o < 20000) {
                CHECK(
                    p % partitions == r->partition, "%d/%d arrived in partition %d", p, o, (int)r->partition);
                a.copies += seen[p][o];
                a.disorder += !seen[p][o] && o < last[p];
                seen[p][o] = 1;
                last[p] = o;
            }
        }
        rd_kafka_message_destroy(r);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return a;
}

/* The group's committed offset, or -1; the metadata goes to `metadata` (64 bytes) when not NULL. */
static inline int64_t mock_committed_of(struct mock *m, const char *topic, int32_t partition, char *metadata)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", m->settings.brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", m->settings.group, NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    rd_kafka_resp_err_t err = rd_kafka_committed(rk, list, 5000);
    int64_t at = err ? -1 : list->elems[0].offset;
    if (metadata)
        snprintf(metadata, 64, "%.*s", (int)list->elems[0].metadata_size, (char *)list->elems[0].metadata);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return at >= 0 ? at : -1;
}

static inline int64_t mock_committed(struct mock *m, int32_t partition, char *metadata)
{
    return mock_committed_of(m, "in", partition, metadata);
}

#endif
