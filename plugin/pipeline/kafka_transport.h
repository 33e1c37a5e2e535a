/* Kafka as the transport of a pipeline: one consumer and one producer per worker. */
#ifndef CS_PIPELINE_KAFKA_TRANSPORT_H
#define CS_PIPELINE_KAFKA_TRANSPORT_H

#include "kafka/kafka.h"
#include "pipeline/pipeline.h"

struct cs_kafka_transport_options {
    const struct cs_settings *settings; /* must outlive the transport */
    uint32_t workers;
    bool fixed;           /* no group: partition p belongs to worker p % workers (for the mock cluster) */
    cs_kafka_log_fn *log; /* NULL = silent; called from any thread */
    void *log_ctx;
};

struct cs_kafka_transport;

CS_MUST cs_rc cs_kafka_transport_new(
    const struct cs_kafka_transport_options *options, struct cs_kafka_transport **out);
/* After the pipeline's end. */
void cs_kafka_transport_free(struct cs_kafka_transport **t);

/* The context is a struct cs_kafka_transport. */
extern const struct cs_transport_ops cs_kafka_transport;

#endif
