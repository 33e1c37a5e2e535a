/* The pipeline over Kafka, as `run` and `demo` use it. */
#ifndef CS_CHATSIEVE_SERVICE_H
#define CS_CHATSIEVE_SERVICE_H

#include "chatsieve/engine.h"
#include "chatsieve/log.h"
#include "kafka/kafka.h"
#include "pipeline/kafka_transport.h"
#include "pipeline/pipeline.h"

/* Borrows what its options name, which must outlive it. */
struct cs_service {
    uint32_t workers;
    struct cs_kafka_transport *transport;
    struct cs_pipeline *pipeline;
};

/* Check the broker and its topics, waiting for it up to `wait_s` seconds with a line in the log now and then;
 * CS_ECLOSED when a signal asked to stop meanwhile. */
CS_MUST cs_rc cs_service_preflight(const struct cs_settings *s, int64_t wait_s, struct cs_log *log,
    struct cs_diag *diag, struct cs_kafka_topics *topics);
/* How the workers take their partitions. */
struct cs_service_options {
    const struct cs_engine *engine;
    const struct cs_settings *settings;
    struct cs_log *log;
    int32_t partitions; /* of the input: there are no more workers than that */
    bool fixed;         /* by number instead of by group: the mock cluster makes a group wait for seconds */
};

/* Start the workers. Clear `v` in any case. */
CS_MUST cs_rc cs_service_start(struct cs_service *v, const struct cs_service_options *o);
/* Stop, wait for the workers; the first failure is told in `diag`. */
CS_MUST cs_rc cs_service_stop(struct cs_service *v, struct cs_diag *diag);
void cs_service_clear(struct cs_service *v);

#endif
