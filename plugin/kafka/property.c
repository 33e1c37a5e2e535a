#define _GNU_SOURCE /* strcasestr */
#include "kafka/property.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define OWN_KEY "has its own setting in chatsieve"
#define DELIVERY "is decided by the delivery mode"
#define RUNS_CODE "would let a configuration file run programs or load libraries"
#define CODE_ONLY "is set by program code, not by configuration"
#define TESTING "is a testing aid of the client library"

struct refusal {
    const char *key; /* a final '*' matches any rest */
    const char *why;
};

static const struct refusal refusals[] = {
    {"bootstrap.servers", OWN_KEY ": brokers"},
    {"metadata.broker.list", OWN_KEY ": brokers"},
    {"group.id", OWN_KEY ": group"},
    {"acks", DELIVERY},
    {"request.required.acks", DELIVERY},
    {"enable.idempotence", DELIVERY},
    {"enable.gapless.guarantee", DELIVERY},
    {"isolation.level", DELIVERY},
    {"enable.auto.commit", DELIVERY},
    {"auto.commit.enable", DELIVERY},
    {"auto.commit.interval.ms", DELIVERY},
    {"enable.auto.offset.store", DELIVERY},
    {"offset.store.*", DELIVERY},
    {"transactional.id", DELIVERY},
    {"transaction.timeout.ms", DELIVERY},
    {"message.timeout.ms", DELIVERY ": a broker outage is waited out, whatever it lasts"},
    {"delivery.timeout.ms", DELIVERY ": a broker outage is waited out, whatever it lasts"},
    {"retries", DELIVERY},
    {"message.send.max.retries", DELIVERY},
    {"queuing.strategy", DELIVERY},
    {"delivery.report.only.error", DELIVERY},
    {"produce.offset.report", DELIVERY},
    {"auto.offset.reset",
        "would skip records silently: a group without offsets starts at the earliest record, "
        "an offset that is gone is an error"},
    {"allow.auto.create.topics", "would create topics with a wrong number of partitions"},
    {"enable.partition.eof", CODE_ONLY},
    {"group.protocol", "is not supported: chatsieve follows the classic group protocol"},
    {"group.remote.assignor", "is not supported: chatsieve follows the classic group protocol"},
    {"group.protocol.type", CODE_ONLY},
    {"plugin.library.paths", RUNS_CODE},
    {"sasl.kerberos.kinit.cmd", RUNS_CODE},
    {"ssl.engine.location", RUNS_CODE},
    {"ssl.providers", RUNS_CODE},
    {"enable.sasl.oauthbearer.unsecure.jwt", "would accept unsigned tokens"},
    {"test.*", TESTING},
    {"*_cb", CODE_ONLY},
    {"*_cmp", CODE_ONLY},
    {"opaque", CODE_ONLY},
    {"interceptors", CODE_ONLY},
    {"default_topic_conf", CODE_ONLY},
    {"ssl_*", CODE_ONLY},
    {"enabled_events", CODE_ONLY},
    {"log.queue", CODE_ONLY},
    {"consume.callback.max.messages", CODE_ONLY},
    {"internal.termination.signal", CODE_ONLY},
};

/* Column C/P of the library's CONFIGURATION.md, for the keys that a user may set. */
static const char *const consumer_only[] = {"check.crcs", "coordinator.query.interval.ms",
    "fetch.error.backoff.ms", "fetch.max.bytes", "fetch.message.max.bytes", "fetch.min.bytes",
    "fetch.queue.backoff.ms", "fetch.wait.max.ms", "group.instance.id", "heartbeat.interval.ms",
    "max.partition.fetch.bytes", "max.poll.interval.ms", "partition.assignment.strategy",
    "queued.max.messages.kbytes", "queued.min.messages", "session.timeout.ms", NULL};

static const char *const producer_only[] = {"batch.num.messages", "batch.size", "compression.codec",
    "compression.level", "compression.type", "linger.ms", "partitioner",
    "queue.buffering.backpressure.threshold", "queue.buffering.max.kbytes", "queue.buffering.max.messages",
    "queue.buffering.max.ms", "request.timeout.ms", "sticky.partitioning.linger.ms", NULL};

static bool listed(const char *const *list, const char *key)
{
    while (*list && strcmp(*list, key) != 0)
        list++;
    return *list != NULL;
}

unsigned cs_kafka_property_roles(const char *key)
{
    if (listed(consumer_only, key)) return CS_KAFKA_CONSUMER;
    if (listed(producer_only, key)) return CS_KAFKA_PRODUCER;
    return CS_KAFKA_CONSUMER | CS_KAFKA_PRODUCER;
}

static bool matches(const char *pattern, const char *key)
{
    size_t n = strlen(pattern), len = strlen(key);
    if (pattern[0] == '*') return len >= n - 1 && strcmp(key + len - (n - 1), pattern + 1) == 0;
    if (pattern[n - 1] == '*') return strncmp(pattern, key, n - 1) == 0;
    return strcmp(pattern, key) == 0;
}

const char *cs_kafka_property_refusal(const char *key)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (matches(refusals[i].key, key)) return refusals[i].why;
    return NULL;
}

/* The library pastes these values into the shell command line of kinit. */
static bool shell_safe(const char *value)
{
    return value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@:+=,-")] ==
           0;
}

const char *cs_kafka_value_refusal(const char *key, const char *value)
{
    if (strncmp(key, "sasl.kerberos.", 14) == 0 && !shell_safe(value))
        return "may only hold letters, digits and _./@:+=,- because it ends in a command line";
    if (strcmp(key, "partition.assignment.strategy") == 0 && strcasestr(value, "cooperative"))
        return "cannot be cooperative: this client's cooperative mode can lose an assignment";
    return NULL;
}
