/* A plain producer, for generators. */
#include "kafka/kafka.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

enum { METADATA_MS = 5000, FULL_MS = 100, FULL_TRIES = 300 };

struct cs_kafka_feed {
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;
    uint64_t failed; /* deliveries that ended in an error */
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    struct cs_kafka_feed *f = opaque;
    if (m->err) f->failed++;
}

static rd_kafka_t *producer(const char *brokers, struct cs_kafka_feed *f, struct cs_diag *diag)
{
    char err[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    rd_kafka_conf_set(conf, "linger.ms", "5", NULL, 0);
    rd_kafka_conf_set(conf, "queue.buffering.max.messages", "200000", NULL, 0);
    rd_kafka_conf_set(conf, "enable.idempotence", "true", NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    rd_kafka_conf_set_opaque(conf, f);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, err, sizeof err);
    if (rk) return rk;
    rd_kafka_conf_destroy(conf);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "producer: %s", err);
    return NULL;
}

cs_rc cs_kafka_feed_open(
    const char *brokers, const char *topic, struct cs_diag *diag, struct cs_kafka_feed **out)
{
    const struct rd_kafka_metadata *md;
    struct cs_kafka_feed *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    f->rk = producer(brokers, f, diag);
    if (f->rk) f->topic = rd_kafka_topic_new(f->rk, topic, NULL);
    if (!f->topic) {
        cs_kafka_feed_close(&f);
        return cs_fail(CS_EBROKER);
    }
    /* The first record of an unknown topic would wait up to a second; failure shows with the first put. */
    if (!rd_kafka_metadata(f->rk, 0, f->topic, &md, METADATA_MS)) rd_kafka_metadata_destroy(md);
    *out = f;
    return CS_OK;
}

static void *unconst(const uint8_t *p)
{
    union {
        const uint8_t *in;
        void *out;
    } u = {.in = p};
    return u.out;
}

cs_rc cs_kafka_feed_put(struct cs_kafka_feed *f, struct cs_span key, struct cs_span value, int32_t partition)
{
    for (int i = 0; i < FULL_TRIES; i++) {
        if (rd_kafka_produce(f->topic, partition, RD_KAFKA_MSG_F_COPY, unconst(value.ptr), value.len, key.ptr,
                key.len, NULL) == 0) {
            rd_kafka_poll(f->rk, 0);
            return CS_OK;
        }
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) return cs_fail(CS_EBROKER);
        rd_kafka_poll(f->rk, FULL_MS);
    }
    return cs_fail(CS_ETIMEDOUT);
}

cs_rc cs_kafka_feed_flush(struct cs_kafka_feed *f, int timeout_ms)
{
    if (rd_kafka_flush(f->rk, timeout_ms)) return cs_fail(CS_ETIMEDOUT);
    return f->failed ? cs_fail(CS_EBROKER) : CS_OK;
}

void cs_kafka_feed_close(struct cs_kafka_feed **feed)
{
    struct cs_kafka_feed *f = *feed;
    *feed = NULL;
    if (!f) return;
    if (f->topic) rd_kafka_topic_destroy(f->topic);
    if (f->rk) {
        rd_kafka_purge(f->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(f->rk);
    }
    free(f);
}
