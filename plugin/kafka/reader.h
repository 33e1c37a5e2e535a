/* Reads a topic to its end as it stands, without a group: snapshots when a partition arrives, counters for a
 * table. One thread. */
#ifndef CS_KAFKA_READER_H
#define CS_KAFKA_READER_H

#include "kafka/client.h"

struct cs_kafka_reader {
    struct cs_kafka_client client; /* first: the library's opaque */
};

/* Takes one record; what it returns ends the reading when it is bad. */
typedef cs_rc cs_kafka_take_fn(void *ctx, struct cs_span key, struct cs_span value, int64_t offset);

CS_MUST cs_rc cs_kafka_reader_open(
    struct cs_kafka_reader *r, const struct cs_kafka_options *options, struct cs_diag *diag);
void cs_kafka_reader_close(struct cs_kafka_reader *r);
/* Every record of the partition from offset `from` (or the first after it) to its end. Errors: those of
 * `take`, CS_ETIMEDOUT (the broker fell silent), CS_ENOENT, CS_EDENIED, CS_EBROKER; told in diag but for
 * those of `take`. */
CS_MUST cs_rc cs_kafka_reader_run(struct cs_kafka_reader *r, const rd_kafka_topic_partition_t *from,
    cs_kafka_take_fn *take, void *ctx, struct cs_diag *diag);
/* Until a broker answers. Errors: CS_ETIMEDOUT, CS_EDENIED, told in diag. */
CS_MUST cs_rc cs_kafka_wait_broker(const struct cs_settings *s, int timeout_ms, struct cs_diag *diag);
/* How many partitions a topic has; errors that pass by themselves are waited for, for a minute. Errors: as
 * above. */
CS_MUST cs_rc cs_kafka_partition_count(
    rd_kafka_t *rk, const char *topic, struct cs_diag *diag, int32_t *partitions);

#endif
