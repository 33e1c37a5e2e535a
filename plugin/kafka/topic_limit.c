#include "kafka/topic_limit.h"

#include <stdlib.h>
#include <string.h>

static int64_t limit_in(const rd_kafka_ConfigResource_t *topic)
{
    size_t n;
    const rd_kafka_ConfigEntry_t **entry = rd_kafka_ConfigResource_configs(topic, &n);
    if (rd_kafka_ConfigResource_error(topic)) return -1;
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entry[i]);
        if (value && strcmp(rd_kafka_ConfigEntry_name(entry[i]), "max.message.bytes") == 0)
            return strtoll(value, NULL, 10);
    }
    return -1;
}

static int64_t smallest(rd_kafka_event_t *answer)
{
    size_t n = 0;
    int64_t least = -1;
    if (!answer || rd_kafka_event_error(answer)) return -1;
    const rd_kafka_ConfigResource_t **topic =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer), &n);
    for (size_t i = 0; i < n; i++) {
        int64_t limit = limit_in(topic[i]);
        if (limit > 0 && (least < 0 || limit < least)) least = limit;
    }
    return least;
}

/* One request for all topics. */
static int64_t ask(rd_kafka_t *rk, rd_kafka_ConfigResource_t **topic, size_t n, int timeout_ms)
{
    char err[128];
    rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_set_request_timeout(o, timeout_ms, err, sizeof err);
    rd_kafka_DescribeConfigs(rk, topic, n, o, q);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(q, timeout_ms);
    int64_t least = smallest(answer);
    if (answer) rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(q);
    rd_kafka_AdminOptions_destroy(o);
    return least;
}

int64_t cs_kafka_topic_limit(rd_kafka_t *rk, const char *const *topic, size_t n, int timeout_ms)
{
    rd_kafka_ConfigResource_t **r = calloc(n, sizeof *r);
    if (!r) return -1;
    for (size_t i = 0; i < n; i++)
        r[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic[i]);
    int64_t least = ask(rk, r, n, timeout_ms);
    for (size_t i = 0; i < n; i++)
        rd_kafka_ConfigResource_destroy(r[i]);
    free(r);
    return least;
}
