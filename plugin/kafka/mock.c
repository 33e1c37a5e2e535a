/* The mock cluster that the client library carries, as a broker for the demo and for error injection. */
#include "kafka/kafka.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct cs_kafka_mock {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    int32_t partitions;
};

/* A mock cluster runs inside some client; this one has no brokers and talks to nobody. */
cs_rc cs_kafka_mock_open(int32_t partitions, struct cs_diag *diag, struct cs_kafka_mock **out)
{
    char err[256] = "cannot start";
    struct cs_kafka_mock *m = calloc(1, sizeof *m);
    if (!m) return cs_fail(CS_ENOMEM);
    m->partitions = partitions;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, err, sizeof err);
    if (!m->rk) rd_kafka_conf_destroy(conf);
    if (m->rk) m->cluster = rd_kafka_mock_cluster_new(m->rk, 1);
    if (!m->cluster) {
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "embedded mock cluster: %s", err);
        cs_kafka_mock_close(&m);
        return cs_fail(CS_EBROKER);
    }
    *out = m;
    return CS_OK;
}

void cs_kafka_mock_close(struct cs_kafka_mock **mock)
{
    struct cs_kafka_mock *m = *mock;
    *mock = NULL;
    if (!m) return;
    if (m->cluster) rd_kafka_mock_cluster_destroy(m->cluster);
    if (m->rk) rd_kafka_destroy(m->rk);
    free(m);
}

const char *cs_kafka_mock_brokers(const struct cs_kafka_mock *m)
{
    return rd_kafka_mock_cluster_bootstraps(m->cluster);
}

cs_rc cs_kafka_mock_topic(struct cs_kafka_mock *m, const char *topic, int32_t partitions)
{
    int n = partitions > 0 ? partitions : m->partitions;
    rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(m->cluster, topic, n, 1);
    return err ? cs_fail(CS_EBROKER) : CS_OK;
}
