/* Before any worker starts: is there a broker, are the topics there and fit, may the group be used. */
#include "kafka/client.h"
#include "kafka/reader.h"
#include "kafka/topic_limit.h"

#include <inttypes.h>
#include <stdio.h>

enum { SLICE_MS = 250, NEEDS = 1 + CS_OUTPUT_COUNT };

/* Wait until a broker answers. A refused login ends the wait: it does not mend itself. */
static cs_rc wait_broker(
    struct cs_kafka_client *c, const struct cs_settings *s, int timeout_ms, struct cs_diag *diag)
{
    int64_t end = cs_kafka_now_ms() + timeout_ms;
    char what[512];
    snprintf(what, sizeof what, "broker %s", s->brokers);
    do {
        const struct rd_kafka_metadata *md;
        rd_kafka_resp_err_t err = rd_kafka_metadata(c->rk, 0, NULL, &md, SLICE_MS);
        if (!err) {
            rd_kafka_metadata_destroy(md);
            return CS_OK;
        }
        rd_kafka_poll(c->rk, 0);
        if (c->login_err) return cs_kafka_tell(diag, c->login_err, what, c->login_text);
    } while (cs_kafka_now_ms() < end);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL,
        "check that it runs and that this machine reaches the address; a broker that wants TLS or SASL stays "
        "silent "
        "until security.protocol is set in the kafka: block",
        "no broker answers at %s within %d ms", s->brokers, timeout_ms);
    return cs_fail(CS_ETIMEDOUT);
}

struct topic_need {
    const char *brokers, *name, *use;
    bool compacted;
    int32_t least; /* partitions */
    int32_t partitions;
};

/* What `kafka-topics.sh --create` needs beside name and partitions. Segments that are closed early are
 * compacted early. */
static const char *create_options(const struct topic_need *t)
{
    return t->compacted ? " --config cleanup.policy=compact --config segment.bytes=104857600" : "";
}

static cs_rc tell_missing(const struct topic_need *t, struct cs_diag *diag)
{
    char hint[768];
    snprintf(hint, sizeof hint,
        "create it: kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions %" PRId32 "%s",
        t->brokers, t->name, t->least > 1 ? t->least : 8, create_options(t));
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, hint, "%s topic %s does not exist", t->use, t->name);
    return cs_fail(CS_ENOENT);
}

static cs_rc judge_topic(struct topic_need *t, const struct rd_kafka_metadata_topic *md, struct cs_diag *diag)
{
    char what[256], hint[512];
    enum cs_kafka_kind kind = cs_kafka_kind_of(md->err);
    if (kind == CS_KAFKA_MISSING || (!md->err && md->partition_cnt == 0)) return tell_missing(t, diag);
    snprintf(what, sizeof what, "%s topic %s", t->use, t->name);
    if (md->err) return cs_kafka_tell(diag, md->err, what, NULL);
    t->partitions = md->partition_cnt;
    if (md->partition_cnt >= t->least) return CS_OK;
    snprintf(hint, sizeof hint,
        "an event keeps the partition number of its record, so add partitions: kafka-topics.sh "
        "--bootstrap-server "
        "%s --alter --topic %s --partitions %" PRId32,
        t->brokers, t->name, t->least);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, hint,
        "%s has %" PRId32 " partitions, the input topic has %" PRId32, what, md->partition_cnt, t->least);
    return cs_fail(CS_EINVAL);
}

static cs_rc check_topic(
    struct cs_kafka_client *c, struct topic_need *t, int timeout_ms, struct cs_diag *diag)
{
    char what[256];
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(c->rk, t->name, NULL);
    snprintf(what, sizeof what, "%s topic %s", t->use, t->name);
    if (!topic) return cs_kafka_tell(diag, rd_kafka_last_error(), what, NULL);
    rd_kafka_resp_err_t err = rd_kafka_metadata(c->rk, 0, topic, &md, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (err) return cs_kafka_tell(diag, err, what, NULL);
    cs_rc rc = md->topic_cnt == 1 ? judge_topic(t, &md->topics[0], diag) : tell_missing(t, diag);
    rd_kafka_metadata_destroy(md);
    return rc;
}

/* Without compaction retention deletes counters and state that nobody wrote again, and the topics grow until
 * then: it works, so it is a warning. */
static void check_compaction(
    struct cs_kafka_client *c, const struct topic_need *need, size_t n, struct cs_diag *diag)
{
    const char *name[NEEDS];
    char policy[NEEDS][CS_KAFKA_VALUE_BYTES], hint[768];
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (need[i].compacted && need[i].name) name[m++] = need[i].name;
    if (m > 0) cs_kafka_topic_values(c->rk, name, m, "cleanup.policy", policy);
    for (size_t i = 0; i < m; i++) {
        if (!policy[i][0] || strcmp(policy[i], "compact") == 0) continue;
        snprintf(hint, sizeof hint,
            "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s "
            "--add-config "
            "cleanup.policy=compact",
            need[0].brokers, name[i]);
        cs_diag_add(diag, CS_DIAG_WARNING, NULL, hint,
            "topic %s has cleanup.policy=%s: what was not written again is lost when its retention is over",
            name[i], policy[i]);
    }
}

/* All faults in one run. How many partitions are needed is known after the first, the input. */
static cs_rc check_topics(struct cs_kafka_client *c, const struct cs_settings *s, int timeout_ms,
    struct cs_diag *diag, struct cs_kafka_topics *out)
{
    struct topic_need need[NEEDS] = {
        {s->brokers, s->topic_input, "input", false, 1, 0},
        {s->brokers, s->topic_annotated, "annotated", false, 1, 0},
        {s->brokers, s->topic_overdue, "overdue", false, 1, 0},
        {s->brokers, s->topic_kpi, "KPI", true, 1, 0},
        {s->brokers, s->topic_state, "state", true, 1, 0},
        {s->brokers, s->topic_deadletter, "dead-letter", false, 1, 0},
    };
    cs_rc first = CS_OK;
    for (int i = 0; i < NEEDS; i++) {
        if (i > 0 && i < NEEDS - 1 && need[0].partitions > 0) need[i].least = need[0].partitions;
        cs_rc rc = need[i].name ? check_topic(c, &need[i], timeout_ms, diag) : CS_OK;
        if (cs_bad(rc) && !cs_bad(first)) first = rc;
    }
    if (cs_bad(first)) return first;
    check_compaction(c, need, NEEDS, diag);
    out->input_partitions = need[0].partitions;
    return CS_OK;
}

/* May the group be used? Asking for an offset needs the same permission as committing one. A coordinator that
 * is not ready yet is no fault. */
static cs_rc check_group(
    struct cs_kafka_client *c, const struct cs_settings *s, int timeout_ms, struct cs_diag *diag)
{
    char what[256];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, s->topic_input, 0);
    rd_kafka_resp_err_t err = rd_kafka_committed(c->rk, list, timeout_ms);
    if (!err) err = list->elems[0].err;
    rd_kafka_topic_partition_list_destroy(list);
    if (cs_kafka_kind_of(err) == CS_KAFKA_PASSING) return CS_OK;
    snprintf(what, sizeof what, "group %s", s->group);
    return cs_kafka_tell(diag, err, what, NULL);
}

cs_rc cs_kafka_preflight(
    const struct cs_settings *s, int timeout_ms, struct cs_diag *diag, struct cs_kafka_topics *out)
{
    struct cs_kafka_options o = {.settings = s};
    struct cs_kafka_client c = {0};
    rd_kafka_conf_t *conf;
    cs_rc rc = cs_kafka_conf_new(&o, CS_KAFKA_CONSUMER, diag, &conf);
    if (cs_bad(rc)) return rc;
    rc = cs_kafka_client_open(&c, &o, CS_KAFKA_CONSUMER, conf, diag);
    if (cs_bad(rc)) return rc;
    int64_t end = cs_kafka_now_ms() + timeout_ms;
    rc = wait_broker(&c, s, timeout_ms, diag);
    int left = (int)(end - cs_kafka_now_ms());
    if (left < SLICE_MS * 4) left = SLICE_MS * 4;
    if (!cs_bad(rc)) rc = check_topics(&c, s, left, diag, out);
    if (!cs_bad(rc)) rc = check_group(&c, s, left, diag);
    rd_kafka_destroy_flags(c.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return rc;
}

cs_rc cs_kafka_wait_broker(const struct cs_settings *s, int timeout_ms, struct cs_diag *diag)
{
    struct cs_kafka_options o = {.settings = s};
    struct cs_kafka_client c = {0};
    rd_kafka_conf_t *conf;
    cs_rc rc = cs_kafka_conf_new(&o, CS_KAFKA_CONSUMER, diag, &conf);
    if (!cs_bad(rc)) rc = cs_kafka_client_open(&c, &o, CS_KAFKA_CONSUMER, conf, diag);
    if (cs_bad(rc)) return rc;
    rc = wait_broker(&c, s, timeout_ms, diag);
    rd_kafka_destroy_flags(c.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return rc;
}
