/* The life of a Kafka source: open, serve, close. */
#include "kafka/source.h"

#include <stdlib.h>

enum { CLOSE_SLICE_MS = 50 };

struct cs_kafka_part *cs_kafka_part(struct cs_kafka_source *s, int32_t partition)
{
    return partition >= 0 && (uint32_t)partition < s->n_part ? &s->part[partition] : NULL;
}

void cs_kafka_source_fail(
    struct cs_kafka_source *s, rd_kafka_resp_err_t err, const char *what, const char *text)
{
    if (cs_bad(s->failed)) return;
    struct cs_diag unheard = {0};
    s->failed = cs_kafka_tell(s->diag ? s->diag : &unheard, err, what, text);
    cs_diag_clear(&unheard);
}

/* Serve everything but records: rebalances, errors, answers to commits. */
static void serve_group(struct cs_kafka_source *s, int timeout_ms)
{
    rd_kafka_message_t *m = rd_kafka_consumer_poll(s->client.rk, timeout_ms);
    while (m) {
        if (m->err)
            cs_kafka_fetch_error(s, m);
        else
            /* A record here took a way around our queue; its order is lost, so stop rather than skip. */
            cs_kafka_source_fail(
                s, RD_KAFKA_RESP_ERR__INCONSISTENT, "the consumer queue", "unexpected record");
        rd_kafka_message_destroy(m);
        m = rd_kafka_consumer_poll(s->client.rk, 0);
    }
    if (s->client.fatal)
        cs_kafka_source_fail(s, RD_KAFKA_RESP_ERR__FATAL, "the consumer", s->client.fatal_text);
}

static cs_rc source_poll(void *self, struct cs_batch *b, int timeout_ms, struct cs_diag *diag)
{
    struct cs_kafka_source *s = self;
    if (cs_bad(s->failed)) return s->failed;
    s->diag = diag;
    serve_group(s, s->n_assigned == 0 ? timeout_ms : 0);
    cs_kafka_commit_serve(s);
    cs_rc rc = s->failed;
    if (!cs_bad(rc) && s->n_assigned > 0) rc = cs_kafka_fetch(s, b, timeout_ms);
    s->diag = NULL;
    return rc;
}

static cs_rc source_serve(void *self, struct cs_diag *diag)
{
    struct cs_kafka_source *s = self;
    if (cs_bad(s->failed)) return s->failed;
    s->diag = diag;
    serve_group(s, 0);
    cs_kafka_commit_serve(s);
    s->diag = NULL;
    return s->failed;
}

static void source_release(void *self, struct cs_batch *b)
{
    (void)b;
    cs_kafka_release(self);
}

static cs_rc source_commit(void *self, const struct cs_position *pos, uint32_t n, bool wait)
{
    return cs_kafka_commit(self, pos, n, wait);
}

static int64_t source_committed(void *self, int32_t partition)
{
    const struct cs_kafka_part *p = cs_kafka_part(self, partition);
    return p && p->assigned ? p->done.next_offset : 0;
}

static bool source_at_end(void *self, int32_t partition)
{
    return cs_kafka_at_end(self, partition);
}

static const struct cs_source_ops source_ops = {
    .size = sizeof(struct cs_source_ops),
    .poll = source_poll,
    .release = source_release,
    .commit = source_commit,
    .serve = source_serve,
    .committed = source_committed,
    .at_end = source_at_end,
};

struct cs_source cs_kafka_source(struct cs_kafka_source *s)
{
    return (struct cs_source){&source_ops, s};
}

static cs_rc subscribe(struct cs_kafka_source *s, struct cs_diag *diag)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, s->settings->topic_input, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t err = rd_kafka_subscribe(s->client.rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return err ? cs_kafka_tell(diag, err, "subscribing", NULL) : CS_OK;
}

static cs_rc start(struct cs_kafka_source *s, const struct cs_kafka_options *options, struct cs_diag *diag)
{
    rd_kafka_conf_t *conf;
    cs_rc rc = cs_kafka_conf_new(options, CS_KAFKA_CONSUMER, diag, &conf);
    if (cs_bad(rc)) return rc;
    rd_kafka_conf_set_rebalance_cb(conf, cs_kafka_rebalance);
    rc = cs_kafka_client_open(&s->client, options, CS_KAFKA_CONSUMER, conf, diag);
    if (cs_bad(rc)) return rc;
    rd_kafka_poll_set_consumer(s->client.rk);
    s->records = rd_kafka_queue_new(s->client.rk);
    s->commits = rd_kafka_queue_new(s->client.rk);
    return s->fixed_workers ? cs_kafka_assign_fixed(s, diag) : subscribe(s, diag);
}

cs_rc cs_kafka_source_open(
    const struct cs_kafka_options *options, struct cs_diag *diag, struct cs_kafka_source **out)
{
    struct cs_kafka_source *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    s->settings = options->settings;
    s->listener = options->listener;
    s->worker = options->worker;
    s->fixed_workers = options->fixed_workers;
    s->batch_bytes = cs_kafka_batch_bytes(options->settings);
    cs_rc rc = start(s, options, diag);
    if (cs_bad(rc)) {
        cs_kafka_source_close(&s, 0);
        return rc;
    }
    *out = s;
    return CS_OK;
}

/* Leave the group; the last rebalance comes through the queue that is served here. */
static void leave(struct cs_kafka_source *s, int timeout_ms)
{
    int64_t end = cs_kafka_now_ms() + timeout_ms;
    rd_kafka_queue_t *q = rd_kafka_queue_new(s->client.rk);
    rd_kafka_error_t *e = rd_kafka_consumer_close_queue(s->client.rk, q);
    while (!e && !rd_kafka_consumer_closed(s->client.rk) && cs_kafka_now_ms() < end)
        rd_kafka_queue_poll_callback(q, CLOSE_SLICE_MS);
    if (e) rd_kafka_error_destroy(e);
    rd_kafka_queue_destroy(q);
}

void cs_kafka_source_close(struct cs_kafka_source **source, int timeout_ms)
{
    struct cs_kafka_source *s = *source;
    *source = NULL;
    if (!s) return;
    cs_kafka_release(s);
    cs_kafka_fetch_drop(s);
    if (s->client.rk) {
        if (timeout_ms > 0) leave(s, timeout_ms);
        cs_kafka_fetch_drop(s);
        if (s->records) rd_kafka_queue_destroy(s->records);
        if (s->commits) rd_kafka_queue_destroy(s->commits);
        rd_kafka_destroy_flags(s->client.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
    free(s->part);
    free(s);
}
