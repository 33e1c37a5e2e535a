#define _GNU_SOURCE /* strcasestr */
#include "kafka/error.h"

#include <strings.h>

struct meaning {
    rd_kafka_resp_err_t err;
    enum cs_kafka_kind kind;
};

static const struct meaning meanings[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, CS_KAFKA_EVENT},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, CS_KAFKA_EVENT},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, CS_KAFKA_EVENT},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, CS_KAFKA_EVENT},
    {RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, CS_KAFKA_EVENT},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, CS_KAFKA_DAMAGED},
    {RD_KAFKA_RESP_ERR__BAD_MSG, CS_KAFKA_DAMAGED},
    {RD_KAFKA_RESP_ERR__BAD_COMPRESSION, CS_KAFKA_DAMAGED},
    {RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, CS_KAFKA_DAMAGED},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, CS_KAFKA_MISSING},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, CS_KAFKA_MISSING},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, CS_KAFKA_MISSING},
    {RD_KAFKA_RESP_ERR__DESTROY, CS_KAFKA_MISSING}, /* of an event: its topic was deleted meanwhile */
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, CS_KAFKA_DENIED},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, CS_KAFKA_DENIED},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, CS_KAFKA_DENIED},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, CS_KAFKA_DENIED},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, CS_KAFKA_LOGIN},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, CS_KAFKA_LOGIN},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, CS_KAFKA_LOGIN},
    {RD_KAFKA_RESP_ERR__SSL, CS_KAFKA_LOGIN},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, CS_KAFKA_RANGE},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, CS_KAFKA_RANGE},
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, CS_KAFKA_STALE},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, CS_KAFKA_STALE},
    {RD_KAFKA_RESP_ERR__FATAL, CS_KAFKA_BROKEN},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, CS_KAFKA_BROKEN},
    {RD_KAFKA_RESP_ERR__FENCED, CS_KAFKA_BROKEN},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, CS_KAFKA_BROKEN},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, CS_KAFKA_BROKEN},
};

enum cs_kafka_kind cs_kafka_kind_of(rd_kafka_resp_err_t err)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].err == err) return meanings[i].kind;
    return CS_KAFKA_PASSING;
}

bool cs_kafka_scram_suspect(const char *text)
{
    return text && (strcasestr(text, "scram") != NULL) && rd_kafka_version() < 0x020601ff;
}

static const char *login_hint(const char *text)
{
    if (cs_kafka_scram_suspect(text))
        return "check name and password; note that this version of the client library (before 2.6.1) cannot "
               "log "
               "in by SCRAM at brokers of Kafka 4 and reports a wrong password instead: use SASL PLAIN over "
               "TLS, "
               "or TLS client certificates";
    return "check security.protocol, sasl.* and ssl.* in the kafka: block";
}

struct remedy {
    enum cs_kafka_kind kind;
    enum cs_code code;
    const char *says, *hint;
};

static const struct remedy remedies[] = {
    {CS_KAFKA_MISSING, CS_ENOENT, "does not exist",
        "create it (kafka-topics.sh --create --topic NAME --partitions N), or correct its name"},
    {CS_KAFKA_DENIED, CS_EDENIED, "is not permitted for this user",
        "grant it with kafka-acls.sh: Read on the input topic and the group, Write on the output topics, "
        "IdempotentWrite on the cluster (brokers before 2.8)"},
    {CS_KAFKA_LOGIN, CS_EDENIED, "refuses the login", NULL},
    {CS_KAFKA_RANGE, CS_EBROKER,
        "no longer holds the committed offset: retention or a truncation removed records that were not yet "
        "processed",
        "stop all instances, choose where to go on (kafka-consumer-groups.sh --reset-offsets --to-earliest "
        "--topic NAME --group GROUP --execute), start again"},
    {CS_KAFKA_DAMAGED, CS_EBROKER, "sent records that cannot be read; going on would lose them",
        "check the broker's log and disk; records that are damaged for good must be skipped by resetting the "
        "group's offset"},
    {CS_KAFKA_EVENT, CS_EBROKER, "refuses an event for good",
        "raise max.message.bytes of the dead-letter topic and message.max.bytes in the kafka: block"},
    {CS_KAFKA_STALE, CS_ECLOSED, "no longer counts this member", NULL},
    {CS_KAFKA_BROKEN, CS_EBROKER, "failed for good",
        "start again; if it says fenced, another process uses the same group.instance.id"},
};

cs_rc cs_kafka_tell(struct cs_diag *diag, rd_kafka_resp_err_t err, const char *what, const char *text)
{
    enum cs_kafka_kind kind = cs_kafka_kind_of(err);
    struct remedy r = {kind, CS_EBROKER, "failed", NULL};
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        if (remedies[i].kind == kind) r = remedies[i];
    const char *hint = kind == CS_KAFKA_LOGIN ? login_hint(text) : r.hint;
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, hint, "%s %s: %s (%s)", what, r.says,
        text && *text ? text : rd_kafka_err2str(err), rd_kafka_err2name(err));
    return cs_fail(r.code);
}
