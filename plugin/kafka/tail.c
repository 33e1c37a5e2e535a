/* A plain reader of what arrives in a topic from now on, for displays. */
#include "kafka/error.h"
#include "kafka/kafka.h"

#include <stdio.h>
#include <stdlib.h>

enum { METADATA_MS = 10000, WATERMARK_MS = 5000 };

struct cs_kafka_tail {
    rd_kafka_t *rk;
};

static rd_kafka_t *consumer(const char *brokers, struct cs_diag *diag)
{
    char err[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    /* Needed for an assignment, never used: nothing is committed. */
    rd_kafka_conf_set(conf, "group.id", "chatsieve-tail", NULL, 0);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", NULL, 0);
    rd_kafka_conf_set(conf, "auto.offset.reset", "latest", NULL, 0);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, err, sizeof err);
    if (rk) {
        rd_kafka_poll_set_consumer(rk);
        return rk;
    }
    rd_kafka_conf_destroy(conf);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "consumer: %s", err);
    return NULL;
}

static int32_t partitions_of(rd_kafka_t *rk, const char *topic, rd_kafka_resp_err_t *err)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *t = rd_kafka_topic_new(rk, topic, NULL);
    *err = t ? rd_kafka_metadata(rk, 0, t, &md, METADATA_MS) : rd_kafka_last_error();
    if (t) rd_kafka_topic_destroy(t);
    if (*err) return 0;
    *err = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    int32_t n = *err ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    return n;
}

/* "From now on" is fixed here, at the end of each partition as it stands, not when reading happens to begin.
 */
static rd_kafka_resp_err_t start(rd_kafka_t *rk, const char *topic, int32_t partitions)
{
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int32_t p = 0; p < partitions && !err; p++) {
        int64_t low, high = RD_KAFKA_OFFSET_END;
        err = rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, WATERMARK_MS);
        rd_kafka_topic_partition_list_add(list, topic, p)->offset = high;
    }
    if (!err) err = rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

cs_rc cs_kafka_tail_open(
    const char *brokers, const char *topic, struct cs_diag *diag, struct cs_kafka_tail **out)
{
    char what[256];
    rd_kafka_resp_err_t err;
    struct cs_kafka_tail *t = calloc(1, sizeof *t);
    if (!t) return cs_fail(CS_ENOMEM);
    t->rk = consumer(brokers, diag);
    if (!t->rk) {
        free(t);
        return cs_fail(CS_EBROKER);
    }
    int32_t n = partitions_of(t->rk, topic, &err);
    if (!err) err = start(t->rk, topic, n);
    if (err) {
        snprintf(what, sizeof what, "topic %s", topic);
        cs_kafka_tail_close(&t);
        return cs_kafka_tell(diag, err, what, NULL);
    }
    *out = t;
    return CS_OK;
}

uint32_t cs_kafka_tail_poll(struct cs_kafka_tail *t, uint32_t max, int timeout_ms,
    void (*each)(void *ctx, struct cs_span value), void *ctx)
{
    uint32_t n = 0;
    while (n < max) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(t->rk, n == 0 ? timeout_ms : 0);
        if (!m) break;
        if (!m->err) {
            each(ctx, cs_span_of(m->payload, m->len));
            n++;
        }
        rd_kafka_message_destroy(m);
    }
    return n;
}

void cs_kafka_tail_close(struct cs_kafka_tail **tail)
{
    struct cs_kafka_tail *t = *tail;
    *tail = NULL;
    if (!t) return;
    rd_kafka_assign(t->rk, NULL);
    rd_kafka_destroy_flags(t->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(t);
}
