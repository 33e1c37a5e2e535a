/* Kafka as a source and a sink: the only door to librdkafka.
 *
 * Each worker thread opens its own consumer and producer, and makes every call on them; callbacks run on that
 * thread inside poll(). Nothing is shared between workers but the immutable client configuration. */
#ifndef CS_KAFKA_KAFKA_H
#define CS_KAFKA_KAFKA_H

#include "config/settings.h"
#include "record/transport.h"

/* Check the `kafka:` block: every key known to the client library, its value accepted, none of those that
 * chatsieve owns or that would run programs. All faults are told. Errors: CS_EINVAL. */
CS_MUST cs_rc cs_kafka_check(const struct cs_settings *s, struct cs_diag *diag);

struct cs_kafka_topics {
    int32_t input_partitions;
};
/* Before any worker starts: wait for the broker (at most `timeout_ms`), check that the topics exist, may be
 * used, and that the output topics (all but dead letters) have at least the input's partitions. The messages
 * name topic and remedy. On success `diag` may hold warnings: a topic that should be compacted and is not.
 * Errors: CS_ETIMEDOUT, CS_ENOENT, CS_EDENIED, CS_EINVAL, CS_EBROKER. */
CS_MUST cs_rc cs_kafka_preflight(
    const struct cs_settings *s, int timeout_ms, struct cs_diag *diag, struct cs_kafka_topics *out);

/* One line of the client library's log, already without message text; called from any of its threads. */
typedef void cs_kafka_log_fn(void *ctx, int level, const char *facility, const char *text);

struct cs_kafka_options {
    const struct cs_settings *settings; /* must outlive the client */
    uint32_t worker;                    /* number of this worker, in client and instance ids */
    /* 0: the workers are members of the group. N: no group membership; this worker owns the partitions p with
     * p % N == worker (the mock cluster makes a group wait for seconds). */
    uint32_t fixed_workers;
    struct cs_source_listener listener; /* may be empty */
    cs_kafka_log_fn *log;               /* NULL = silent */
    void *log_ctx;
};

struct cs_kafka_source;
struct cs_kafka_sink;

CS_MUST cs_rc cs_kafka_source_open(
    const struct cs_kafka_options *options, struct cs_diag *diag, struct cs_kafka_source **out);
/* Leaves the group (revoking through the listener), at most `timeout_ms`. */
void cs_kafka_source_close(struct cs_kafka_source **s, int timeout_ms);
struct cs_source cs_kafka_source(struct cs_kafka_source *s);

CS_MUST cs_rc cs_kafka_sink_open(
    const struct cs_kafka_options *options, struct cs_diag *diag, struct cs_kafka_sink **out);
void cs_kafka_sink_close(struct cs_kafka_sink **s, int timeout_ms);
struct cs_sink cs_kafka_sink(struct cs_kafka_sink *s);

/* Version of the client library in use. */
const char *cs_kafka_version(void);

/* An embedded mock cluster with `partitions` partitions a topic, for the demo and for error injection; never
 * proof. */
struct cs_kafka_mock;
CS_MUST cs_rc cs_kafka_mock_open(int32_t partitions, struct cs_diag *diag, struct cs_kafka_mock **out);
void cs_kafka_mock_close(struct cs_kafka_mock **m);
const char *cs_kafka_mock_brokers(const struct cs_kafka_mock *m);
/* Create a topic; `partitions` 0 means the cluster's number. */
CS_MUST cs_rc cs_kafka_mock_topic(struct cs_kafka_mock *m, const char *topic, int32_t partitions);

/* A plain producer and a plain tail reader for demo and tests: any thread of its own. */
struct cs_kafka_feed;
CS_MUST cs_rc cs_kafka_feed_open(
    const char *brokers, const char *topic, struct cs_diag *diag, struct cs_kafka_feed **out);
CS_MUST cs_rc cs_kafka_feed_put(
    struct cs_kafka_feed *f, struct cs_span key, struct cs_span value, int32_t partition);
/* Waits until all is delivered, at most `timeout_ms`. */
CS_MUST cs_rc cs_kafka_feed_flush(struct cs_kafka_feed *f, int timeout_ms);
void cs_kafka_feed_close(struct cs_kafka_feed **f);

/* Every record of a topic to its end as it stands, partition by partition; what `take` returns ends it when
 * it is bad. Errors: those of `take`, CS_ETIMEDOUT, CS_ENOENT, CS_EDENIED, CS_EBROKER; told in diag but for
 * those of `take`. */
typedef cs_rc cs_kafka_record_fn(void *ctx, struct cs_span key, struct cs_span value);
CS_MUST cs_rc cs_kafka_read_topic(const struct cs_settings *s, const char *topic, cs_kafka_record_fn *take,
    void *ctx, struct cs_diag *diag);

struct cs_kafka_tail;
/* Read `topic` from now on, all partitions, without a group. */
CS_MUST cs_rc cs_kafka_tail_open(
    const char *brokers, const char *topic, struct cs_diag *diag, struct cs_kafka_tail **out);
/* Call `each` for every record that arrives within `timeout_ms`, at most `max`; returns how many. */
uint32_t cs_kafka_tail_poll(struct cs_kafka_tail *t, uint32_t max, int timeout_ms,
    void (*each)(void *ctx, struct cs_span value), void *ctx);
void cs_kafka_tail_close(struct cs_kafka_tail **t);

#endif
