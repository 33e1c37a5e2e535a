#include "kafka/topic_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOPICS_MAX = 16, ANSWER_MS = 3000 };

struct question {
    const char *const *topic;
    size_t n;
    const char *key;
    char (*value)[CS_KAFKA_VALUE_BYTES];
};

static void take_value(const rd_kafka_ConfigResource_t *topic, const struct question *q)
{
    size_t n, at = 0;
    while (at < q->n && strcmp(q->topic[at], rd_kafka_ConfigResource_name(topic)) != 0)
        at++;
    const rd_kafka_ConfigEntry_t **entry = rd_kafka_ConfigResource_configs(topic, &n);
    if (at == q->n || rd_kafka_ConfigResource_error(topic)) return;
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entry[i]);
        if (value && strcmp(rd_kafka_ConfigEntry_name(entry[i]), q->key) == 0)
            snprintf(q->value[at], CS_KAFKA_VALUE_BYTES, "%s", value);
    }
}

static void take_values(rd_kafka_event_t *answer, const struct question *q)
{
    size_t n = 0;
    if (!answer || rd_kafka_event_error(answer)) return;
    const rd_kafka_ConfigResource_t **topic =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer), &n);
    for (size_t i = 0; i < n; i++)
        take_value(topic[i], q);
}

/* One request for all topics. */
static void ask(rd_kafka_t *rk, rd_kafka_ConfigResource_t **topic, const struct question *question)
{
    char err[128];
    rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_set_request_timeout(o, ANSWER_MS, err, sizeof err);
    rd_kafka_DescribeConfigs(rk, topic, question->n, o, q);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(q, ANSWER_MS);
    take_values(answer, question);
    if (answer) rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(q);
    rd_kafka_AdminOptions_destroy(o);
}

void cs_kafka_topic_values(
    rd_kafka_t *rk, const char *const *topic, size_t n, const char *key, char (*value)[CS_KAFKA_VALUE_BYTES])
{
    struct question q = {topic, n, key, value};
    rd_kafka_ConfigResource_t **r = calloc(n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        value[i][0] = 0;
    if (!r) return;
    for (size_t i = 0; i < n; i++)
        r[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic[i]);
    ask(rk, r, &q);
    for (size_t i = 0; i < n; i++)
        rd_kafka_ConfigResource_destroy(r[i]);
    free(r);
}

int64_t cs_kafka_topic_limit(rd_kafka_t *rk, const char *const *topic, size_t n)
{
    char value[TOPICS_MAX][CS_KAFKA_VALUE_BYTES];
    int64_t least = -1;
    if (n > TOPICS_MAX) return -1;
    cs_kafka_topic_values(rk, topic, n, "max.message.bytes", value);
    for (size_t i = 0; i < n; i++) {
        int64_t limit = strtoll(value[i], NULL, 10);
        if (limit > 0 && (least < 0 || limit < least)) least = limit;
    }
    return least;
}
