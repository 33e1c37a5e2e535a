/* How large a batch the brokers take for a topic. */
#ifndef CS_KAFKA_TOPIC_LIMIT_H
#define CS_KAFKA_TOPIC_LIMIT_H

#include <librdkafka/rdkafka.h>
#include <stdint.h>

/* The smallest max.message.bytes of the `n` topics, or -1 when the broker does not tell (no permission, or
 * not able to) within `timeout_ms`. */
int64_t cs_kafka_topic_limit(rd_kafka_t *rk, const char *const *topic, size_t n, int timeout_ms);

#endif
