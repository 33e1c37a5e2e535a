/* What the brokers have configured for a topic. */
#ifndef CS_KAFKA_TOPIC_LIMIT_H
#define CS_KAFKA_TOPIC_LIMIT_H

#include <librdkafka/rdkafka.h>
#include <stdint.h>

enum { CS_KAFKA_VALUE_BYTES = 64 };

/* One configuration value of each of the `n` topics, cut at CS_KAFKA_VALUE_BYTES - 1; "" where the broker
 * does not tell (no permission, no such topic, or not able to) within `timeout_ms`. */
void cs_kafka_topic_values(
    rd_kafka_t *rk, const char *const *topic, size_t n, const char *key, char (*value)[CS_KAFKA_VALUE_BYTES]);
/* The smallest max.message.bytes of the `n` topics (at most 16), or -1 when the broker does not tell. */
int64_t cs_kafka_topic_limit(rd_kafka_t *rk, const char *const *topic, size_t n);

#endif
