#include "kafka/conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { VALUE_MAX = 256 };

struct preset {
    const char *key, *value;
    unsigned roles;
};

#define BOTH (CS_KAFKA_CONSUMER | CS_KAFKA_PRODUCER)

/* Measured on a real broker: 45 s sessions ride out the loss of one broker without a rebalance; linger 20 ms
 * and large batches are what makes a copy cheap; the default retry back-off of 100 ms stalls. */
static const struct preset presets[] = {
    {"enable.auto.commit", "false", CS_KAFKA_CONSUMER},
    {"enable.auto.offset.store", "false", CS_KAFKA_CONSUMER},
    {"isolation.level", "read_committed", CS_KAFKA_CONSUMER},
    {"auto.offset.reset", "error", CS_KAFKA_CONSUMER},
    {"allow.auto.create.topics", "false", CS_KAFKA_CONSUMER},
    {"check.crcs", "true", CS_KAFKA_CONSUMER},
    {"enable.partition.eof", "true", CS_KAFKA_CONSUMER}, /* tells when time may go on without records */
    {"session.timeout.ms", "45000", CS_KAFKA_CONSUMER},
    {"partition.assignment.strategy", "range,roundrobin", CS_KAFKA_CONSUMER},
    {"enable.idempotence", "true", CS_KAFKA_PRODUCER},
    {"message.timeout.ms", "0", CS_KAFKA_PRODUCER},
    {"linger.ms", "20", CS_KAFKA_PRODUCER},
    {"batch.num.messages", "50000", CS_KAFKA_PRODUCER},
    {"compression.codec", "lz4", CS_KAFKA_PRODUCER},
    {"retry.backoff.ms", "5", CS_KAFKA_PRODUCER},
    {"log.connection.close", "false", BOTH},
    {"socket.keepalive.enable", "true", BOTH},
};

/* A record that waits in the library costs about this much beside its bytes. */
enum {
    RECORD_OVERHEAD = 512,
    QUEUED_MIN = 100000,
    QUEUED_MAX = 1000000,
    KBYTES_MIN = 1024,
    KBYTES_MAX = 2097151
};

static uint64_t clamp(uint64_t v, uint64_t lo, uint64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static uint32_t workers_of(const struct cs_settings *s)
{
    if (s->workers) return s->workers;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (uint32_t)n : 1;
}

size_t cs_kafka_batch_bytes(const struct cs_settings *s)
{
    uint64_t flights = s->flights ? s->flights : 1;
    return (size_t)clamp(s->memory_bytes / workers_of(s) / flights / 8, 1u << 20, 16u << 20);
}

struct setter {
    rd_kafka_conf_t *conf;
    struct cs_diag *diag;
    cs_rc rc;
};

static void set(struct setter *to, const char *key, const char *value, const struct cs_diag_at *at)
{
    char err[512];
    if (rd_kafka_conf_set(to->conf, key, value, err, sizeof err) == RD_KAFKA_CONF_OK) return;
    cs_diag_add(to->diag, CS_DIAG_ERROR, at, NULL, "kafka property %s: %s", key, err);
    to->rc = cs_fail(CS_EINVAL);
}

static void set_number(struct setter *to, const char *key, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    set(to, key, text, NULL);
}

static void set_sizes(struct setter *to, const struct cs_settings *s, enum cs_kafka_role role)
{
    uint64_t share = s->memory_bytes / workers_of(s) / 2;
    if (role == CS_KAFKA_CONSUMER) {
        set_number(to, "queued.min.messages", clamp(share / RECORD_OVERHEAD, QUEUED_MIN, QUEUED_MAX));
        set_number(to, "queued.max.messages.kbytes", clamp(share / 1024, KBYTES_MIN, KBYTES_MAX));
        return;
    }
    uint64_t in_air = (uint64_t)s->flights * CS_BATCH_MAX;
    set_number(to, "queue.buffering.max.messages", clamp(in_air, 100000, 10000000));
}

static void set_names(struct setter *to, const struct cs_kafka_options *o, enum cs_kafka_role role)
{
    char id[VALUE_MAX];
    snprintf(id, sizeof id, "chatsieve-%u", o->worker);
    set(to, "client.id", id, NULL);
    set(to, "bootstrap.servers", o->settings->brokers, NULL);
    if (role == CS_KAFKA_CONSUMER) set(to, "group.id", o->settings->group, NULL);
}

static void set_user(struct setter *to, const struct cs_property *p, uint32_t worker)
{
    struct cs_diag_at at = {.file = p->file, .line = p->line, .column = p->column};
    const char *why = cs_kafka_property_refusal(p->key);
    if (!why) why = cs_kafka_value_refusal(p->key, p->value);
    if (why) {
        cs_diag_add(to->diag, CS_DIAG_ERROR, &at, NULL, "kafka property %s %s", p->key, why);
        to->rc = cs_fail(CS_EINVAL);
    } else if (strcmp(p->key, "group.instance.id") == 0) {
        /* Each worker is a member of its own: one id for all would fence them. */
        char id[VALUE_MAX];
        snprintf(id, sizeof id, "%s-%u", p->value, worker);
        set(to, p->key, id, &at);
    } else {
        set(to, p->key, p->value, &at);
    }
}

cs_rc cs_kafka_conf_new(const struct cs_kafka_options *options, enum cs_kafka_role role, struct cs_diag *diag,
    rd_kafka_conf_t **out)
{
    const struct cs_settings *s = options->settings;
    struct setter to = {rd_kafka_conf_new(), diag, CS_OK};
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (presets[i].roles & role) set(&to, presets[i].key, presets[i].value, NULL);
    set_sizes(&to, s, role);
    set_names(&to, options, role);
    for (uint32_t i = 0; i < s->n_kafka; i++)
        if (cs_kafka_property_roles(s->kafka[i].key) & role) set_user(&to, &s->kafka[i], options->worker);
    if (cs_bad(to.rc)) {
        rd_kafka_conf_destroy(to.conf);
        return to.rc;
    }
    *out = to.conf;
    return CS_OK;
}
