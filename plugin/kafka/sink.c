/* Events of a flight to the output topics, in runs of one topic and partition, because a batch for one
 * partition costs the client a third of single sends. Runs wait in the lane of their partition until the
 * library may have them (lane.h). Payloads stay in the flight's arena (neither copied nor
 * freed by the library) until their delivery report.
 *
 * Exactly-once has its place here: begin, send_offsets and commit of a transaction would go around the same
 * sends, one transaction over several flights. */
#include "kafka/client.h"
#include "kafka/lane.h"
#include "kafka/topic_limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* LINGER_MS: what the library itself waits, long enough to be handed a whole request. */
enum { METADATA_MS = 5000, PURGE_MS = 1000, BATCH_MIN = 1024, LINGER_MS = 2 };

struct out_topic {
    const char *name;
    rd_kafka_topic_t *handle;
    int32_t partitions;
    struct cs_kafka_lane *lane; /* n_lane of them, by partition */
    int32_t n_lane;
};

struct cs_kafka_sink {
    struct cs_kafka_client client; /* first: the library's opaque */
    struct out_topic topic[CS_OUTPUT_COUNT];
    rd_kafka_message_t run[CS_BATCH_MAX];
    struct cs_kafka_load load;
    rd_kafka_resp_err_t failed; /* an error that concerns more than one event */
    const char *failed_topic;
};

/* An event will not arrive. If others would fare the same, the whole sink fails. */
static void refuse(struct cs_kafka_sink *s, struct cs_event *e, rd_kafka_resp_err_t err)
{
    e->refusal = rd_kafka_err2str(err);
    e->flight->n_failed++;
    if (cs_kafka_kind_of(err) == CS_KAFKA_EVENT || s->failed) return;
    s->failed = err;
    s->failed_topic = s->topic[e->output].name;
}

/* The library takes payloads as non-const but without the FREE flag only reads them. */
static void *unconst(const uint8_t *p)
{
    union {
        const uint8_t *in;
        void *out;
    } u = {.in = p};
    return u.out;
}

static int32_t target(const struct cs_kafka_sink *s, const struct cs_event *e)
{
    if (e->output != CS_OUTPUT_DEADLETTER) return e->partition;
    return e->partition % s->topic[e->output].partitions;
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    struct cs_kafka_sink *s = opaque;
    struct cs_event *e = m->_private;
    if (m->err) refuse(s, e, m->err);
    if (e->output == CS_OUTPUT_STATE) e->offset = m->offset;
    s->topic[e->output].lane[target(s, e)].in_air--;
    e->flight->n_pending--;
}

/* Length of the run of equal topic and partition that starts at `from`. */
static uint32_t run_length(const struct cs_flight *f, uint32_t from)
{
    const struct cs_event *first = &f->event[from];
    uint32_t n = 1;
    while (n < CS_BATCH_MAX && from + n < f->n_event && first[n].partition == first->partition &&
           first[n].output == first->output)
        n++;
    return n;
}

/* Hand over one run; returns how many events are off the lane (the rest found the queue full). */
static uint32_t produce(struct cs_kafka_sink *s, struct cs_kafka_lane *l, struct cs_event *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        __builtin_prefetch(e[i].key.ptr); /* the library copies keys, and they have waited for long */
        s->run[i] = (rd_kafka_message_t){.payload = unconst(e[i].value.ptr),
            .len = e[i].value.len,
            .key = unconst(e[i].key.ptr),
            .key_len = e[i].key.len,
            ._private = &e[i]};
    }
    int good = rd_kafka_produce_batch(s->topic[e->output].handle, target(s, e), 0, s->run, (int)n);
    l->in_air += (uint32_t)good;
    if (good == (int)n) return n;
    for (uint32_t i = 0; i < n; i++) {
        if (s->run[i].err == RD_KAFKA_RESP_ERR__QUEUE_FULL) return i;
        if (!s->run[i].err) continue;
        refuse(s, &e[i], s->run[i].err);
        e[i].flight->n_pending--;
    }
    return n;
}

/* One request's worth of what waits. */
static void serve_lane(struct cs_kafka_sink *s, struct cs_kafka_lane *l)
{
    struct cs_kafka_load used = {0};
    for (;;) {
        struct cs_kafka_run r = cs_kafka_lane_next(l, &s->load, &used, CS_BATCH_MAX);
        if (r.n == 0) return;
        uint32_t off = produce(s, l, r.event, r.n);
        if (off > 0) cs_kafka_lane_take(l, off);
        if (off < r.n) return;
    }
}

/* Serve every lane whose time has come; returns the milliseconds until the next one, at most `wait_ms`. */
static int serve_lanes(struct cs_kafka_sink *s, int wait_ms)
{
    int64_t now = cs_kafka_now_ms();
    for (int k = 0; k < CS_OUTPUT_COUNT; k++)
        for (int32_t p = 0; p < s->topic[k].n_lane; p++) {
            struct cs_kafka_lane *l = &s->topic[k].lane[p];
            if (cs_kafka_lane_due(l, &s->load, now) == 0) serve_lane(s, l);
            int due = cs_kafka_lane_due(l, &s->load, now);
            if (due == 0) due = 1; /* the library's queue is full: acknowledgements make room */
            if (due > 0 && due < wait_ms) wait_ms = due;
        }
    return wait_ms;
}

/* The lane of a partition; there may be more of them than when the sink was opened. */
static struct cs_kafka_lane *lane_of(struct out_topic *t, int32_t partition)
{
    if (partition < t->n_lane) return &t->lane[partition];
    size_t old = (size_t)t->n_lane, n = (size_t)partition + 1;
    struct cs_kafka_lane *wider = realloc(t->lane, n * sizeof *wider);
    if (!wider) return NULL;
    memset(wider + old, 0, (n - old) * sizeof *wider);
    t->lane = wider;
    t->n_lane = partition + 1;
    return &wider[partition];
}

static cs_rc sink_send(void *self, struct cs_flight *f, uint32_t from, uint32_t *taken)
{
    struct cs_kafka_sink *s = self;
    int64_t now = cs_kafka_now_ms();
    cs_rc rc = CS_OK;
    uint32_t at = from;
    while (at < f->n_event && !cs_bad(rc)) {
        struct cs_event *e = &f->event[at];
        uint32_t n = run_length(f, at);
        struct cs_kafka_lane *l = lane_of(&s->topic[e->output], target(s, e));
        rc = l ? cs_kafka_lane_add(l, e, n, now) : cs_fail(CS_ENOMEM);
        if (!cs_bad(rc)) at += n;
    }
    *taken = at - from;
    return rc;
}

static cs_rc sink_poll(void *self, int timeout_ms, struct cs_diag *diag)
{
    struct cs_kafka_sink *s = self;
    char what[256];
    if (rd_kafka_poll(s->client.rk, serve_lanes(s, timeout_ms)) > 0) serve_lanes(s, 0);
    if (s->client.fatal)
        return cs_kafka_tell(diag, RD_KAFKA_RESP_ERR__FATAL, "the producer", s->client.fatal_text);
    if (!s->failed) return CS_OK;
    bool missing = cs_kafka_kind_of(s->failed) == CS_KAFKA_MISSING;
    snprintf(what, sizeof what, "%stopic %s", missing ? "" : "writing to ", s->failed_topic);
    return cs_kafka_tell(diag, s->failed, what, NULL);
}

static const struct cs_sink_ops sink_ops = {
    .size = sizeof(struct cs_sink_ops), .send = sink_send, .poll = sink_poll};

struct cs_sink cs_kafka_sink(struct cs_kafka_sink *s)
{
    return (struct cs_sink){&sink_ops, s};
}

/* Know the topic before the first event: otherwise that waits up to a second. */
static cs_rc open_topic(struct cs_kafka_sink *s, struct out_topic *t, struct cs_diag *diag)
{
    char what[256];
    const struct rd_kafka_metadata *md;
    snprintf(what, sizeof what, "topic %s", t->name);
    t->handle = rd_kafka_topic_new(s->client.rk, t->name, NULL);
    if (!t->handle) return cs_kafka_tell(diag, rd_kafka_last_error(), what, NULL);
    rd_kafka_resp_err_t err = rd_kafka_metadata(s->client.rk, 0, t->handle, &md, METADATA_MS);
    if (err) return cs_kafka_tell(diag, err, what, NULL);
    err = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    t->partitions = err ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    if (!err && t->partitions <= 0) err = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    return err ? cs_kafka_tell(diag, err, what, NULL) : CS_OK;
}

static void set_number(rd_kafka_conf_t *conf, const char *key, int64_t value)
{
    char number[32];
    snprintf(number, sizeof number, "%" PRId64, value);
    rd_kafka_conf_set(conf, key, number, NULL, 0);
}

static int64_t get_number(const rd_kafka_conf_t *conf, const char *key)
{
    char number[32] = "0";
    size_t size = sizeof number;
    rd_kafka_conf_get(conf, key, number, &size);
    return strtoll(number, NULL, 10);
}

/* Of linger.ms, most is waited for here and the rest in the library. */
static void share_linger(struct cs_kafka_sink *s, rd_kafka_conf_t *conf)
{
    int64_t linger = get_number(conf, "linger.ms"), rest = linger < LINGER_MS ? linger : LINGER_MS;
    int64_t batch = get_number(conf, "batch.size"), message = get_number(conf, "message.max.bytes");
    set_number(conf, "linger.ms", rest);
    s->load = (struct cs_kafka_load){.bytes = (size_t)(batch < message ? batch : message),
        .events = (uint32_t)get_number(conf, "batch.num.messages"),
        .hold_ms = linger - rest};
}

static cs_rc start(struct cs_kafka_sink *s, const struct cs_kafka_options *options, int64_t batch_bytes,
    struct cs_diag *diag)
{
    rd_kafka_conf_t *conf;
    cs_rc rc = cs_kafka_conf_new(options, CS_KAFKA_PRODUCER, diag, &conf);
    if (cs_bad(rc)) return rc;
    if (batch_bytes > 0) set_number(conf, "batch.size", batch_bytes);
    share_linger(s, conf);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rc = cs_kafka_client_open(&s->client, options, CS_KAFKA_PRODUCER, conf, diag);
    for (int i = 0; i < CS_OUTPUT_COUNT && !cs_bad(rc); i++)
        if (s->topic[i].name) rc = open_topic(s, &s->topic[i], diag);
    return rc;
}

static void stop(struct cs_kafka_sink *s)
{
    for (int i = 0; i < CS_OUTPUT_COUNT; i++) {
        if (s->topic[i].handle) rd_kafka_topic_destroy(s->topic[i].handle);
        s->topic[i].handle = NULL;
    }
    if (s->client.rk) rd_kafka_destroy(s->client.rk);
    s->client.rk = NULL;
}

static void clear_lanes(struct out_topic *t)
{
    for (int32_t p = 0; p < t->n_lane; p++)
        cs_kafka_lane_clear(&t->lane[p]);
    free(t->lane);
}

/* The broker measures whole batches: one that is over a topic's limit is refused with every event in it,
 * however small. Returns the batch size that all output topics take, or 0 when the present one does. */
static int64_t smaller_batch(const struct cs_kafka_sink *s)
{
    const char *names[CS_OUTPUT_COUNT];
    size_t n = 0;
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        if (s->topic[i].name) names[n++] = s->topic[i].name;
    int64_t limit = cs_kafka_topic_limit(s->client.rk, names, n);
    if (limit <= 0 || limit >= get_number(rd_kafka_conf(s->client.rk), "batch.size")) return 0;
    return limit < BATCH_MIN ? BATCH_MIN : limit;
}

static cs_rc start_fitting(
    struct cs_kafka_sink *s, const struct cs_kafka_options *options, struct cs_diag *diag)
{
    cs_rc rc = start(s, options, 0, diag);
    /* A mock cluster, which fixed workers are for, leaves the question unanswered. */
    int64_t batch_bytes = cs_bad(rc) || options->fixed_workers ? 0 : smaller_batch(s);
    if (batch_bytes == 0) return rc;
    stop(s);
    return start(s, options, batch_bytes, diag);
}

cs_rc cs_kafka_sink_open(
    const struct cs_kafka_options *options, struct cs_diag *diag, struct cs_kafka_sink **out)
{
    struct cs_kafka_sink *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        s->topic[i].name = cs_settings_topic(options->settings, (enum cs_output)i);
    cs_rc rc = start_fitting(s, options, diag);
    if (cs_bad(rc)) {
        cs_kafka_sink_close(&s, 0);
        return rc;
    }
    *out = s;
    return CS_OK;
}

/* What is still in the air when the time is over is given up: it was not committed, so it comes again. */
static void give_up(struct cs_kafka_sink *s, int timeout_ms)
{
    rd_kafka_flush(s->client.rk, timeout_ms);
    if (rd_kafka_outq_len(s->client.rk) == 0) return;
    rd_kafka_purge(s->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(s->client.rk, PURGE_MS);
}

void cs_kafka_sink_close(struct cs_kafka_sink **sink, int timeout_ms)
{
    struct cs_kafka_sink *s = *sink;
    *sink = NULL;
    if (!s) return;
    if (s->client.rk) give_up(s, timeout_ms);
    stop(s);
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        clear_lanes(&s->topic[i]);
    free(s);
}
