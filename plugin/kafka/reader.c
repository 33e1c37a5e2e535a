#include "kafka/reader.h"

#include <inttypes.h>
#include <stdio.h>

enum { ASK_MS = 10000, ASK_TIMES = 6, SLICE_MS = 100, SILENCE_MS = 60000, ONE_BROKER_MS = 10000 };

cs_rc cs_kafka_reader_open(
    struct cs_kafka_reader *r, const struct cs_kafka_options *options, struct cs_diag *diag)
{
    rd_kafka_conf_t *conf;
    *r = (struct cs_kafka_reader){0};
    cs_rc rc = cs_kafka_conf_new(options, CS_KAFKA_CONSUMER, diag, &conf);
    if (cs_bad(rc)) return rc;
    /* The end shows as an empty fetch, which the broker answers when this time is over. An offset that
     * retention took is no fault here: what is left is read. */
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", NULL, 0);
    rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", NULL, 0);
    rc = cs_kafka_client_open(&r->client, options, CS_KAFKA_CONSUMER, conf, diag);
    if (!cs_bad(rc)) rd_kafka_poll_set_consumer(r->client.rk);
    return rc;
}

void cs_kafka_reader_close(struct cs_kafka_reader *r)
{
    if (r->client.rk) rd_kafka_destroy_flags(r->client.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    r->client.rk = NULL;
}

static rd_kafka_resp_err_t ask_count(rd_kafka_t *rk, const char *name, int32_t *partitions)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    rd_kafka_resp_err_t err = topic ? rd_kafka_metadata(rk, 0, topic, &md, ASK_MS) : rd_kafka_last_error();
    if (topic) rd_kafka_topic_destroy(topic);
    if (err) return err;
    err = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    *partitions = err ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    return err;
}

cs_rc cs_kafka_partition_count(rd_kafka_t *rk, const char *topic, struct cs_diag *diag, int32_t *partitions)
{
    char what[256];
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    for (int i = 0; i < ASK_TIMES && err && cs_kafka_kind_of(err) == CS_KAFKA_PASSING; i++)
        err = ask_count(rk, topic, partitions);
    snprintf(what, sizeof what, "topic %s", topic);
    return err ? cs_kafka_tell(diag, err, what, NULL) : CS_OK;
}

struct reading {
    const rd_kafka_topic_partition_t *from;
    cs_kafka_take_fn *take;
    void *ctx;
    int64_t heard_ms;
    bool over;
};

/* Errors that the library mends by itself end the reading only when they last. */
static cs_rc take_one(struct reading *r, const rd_kafka_message_t *m, struct cs_diag *diag)
{
    char what[256];
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        r->over = true;
        return CS_OK;
    }
    if (!m->err) {
        r->heard_ms = cs_kafka_now_ms();
        return r->take(r->ctx, cs_span_of(m->key, m->key_len), cs_span_of(m->payload, m->len), m->offset);
    }
    if (cs_kafka_kind_of(m->err) == CS_KAFKA_PASSING) return CS_OK;
    snprintf(what, sizeof what, "reading topic %s, partition %" PRId32, r->from->topic, r->from->partition);
    return cs_kafka_tell(diag, m->err, what, rd_kafka_message_errstr(m));
}

static cs_rc tell_silence(const struct reading *r, struct cs_diag *diag)
{
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "check the broker that leads this partition",
        "topic %s, partition %" PRId32 ": nothing could be read for %d s", r->from->topic, r->from->partition,
        SILENCE_MS / 1000);
    return cs_fail(CS_ETIMEDOUT);
}

cs_rc cs_kafka_reader_run(struct cs_kafka_reader *reader, const rd_kafka_topic_partition_t *from,
    cs_kafka_take_fn *take, void *ctx, struct cs_diag *diag)
{
    struct reading r = {.from = from, .take = take, .ctx = ctx, .heard_ms = cs_kafka_now_ms()};
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, from->topic, from->partition)->offset = from->offset;
    rd_kafka_resp_err_t err = rd_kafka_assign(reader->client.rk, list);
    cs_rc rc = err ? cs_kafka_tell(diag, err, "reading", NULL) : CS_OK;
    while (!cs_bad(rc) && !r.over) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(reader->client.rk, SLICE_MS);
        if (m) {
            rc = take_one(&r, m, diag);
            rd_kafka_message_destroy(m);
        } else if (reader->client.login_err) {
            rc = cs_kafka_tell(diag, reader->client.login_err, "broker", reader->client.login_text);
        } else if (cs_kafka_now_ms() - r.heard_ms > SILENCE_MS) {
            rc = tell_silence(&r, diag);
        }
    }
    rd_kafka_assign(reader->client.rk, NULL);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

struct plain_take {
    cs_kafka_record_fn *take;
    void *ctx;
};

static cs_rc pass_on(void *ctx, struct cs_span key, struct cs_span value, int64_t offset)
{
    const struct plain_take *t = ctx;
    (void)offset;
    return t->take(t->ctx, key, value);
}

cs_rc cs_kafka_read_topic(
    const struct cs_settings *s, const char *topic, cs_kafka_record_fn *take, void *ctx, struct cs_diag *diag)
{
    struct cs_kafka_options o = {.settings = s};
    struct cs_kafka_reader r = {0};
    struct plain_take plain = {take, ctx};
    char name[256];
    int32_t n = 0;
    snprintf(name, sizeof name, "%s", topic);
    cs_rc rc = cs_kafka_wait_broker(s, ONE_BROKER_MS, diag);
    if (!cs_bad(rc)) rc = cs_kafka_reader_open(&r, &o, diag);
    if (!cs_bad(rc)) rc = cs_kafka_partition_count(r.client.rk, topic, diag, &n);
    for (int32_t p = 0; p < n && !cs_bad(rc); p++) {
        const rd_kafka_topic_partition_t from = {
            .topic = name, .partition = p, .offset = RD_KAFKA_OFFSET_BEGINNING};
        rc = cs_kafka_reader_run(&r, &from, pass_on, &plain, diag);
    }
    cs_kafka_reader_close(&r);
    return rc;
}
