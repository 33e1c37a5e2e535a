/* The configuration of one client: our settings, then the operator's `kafka:` block, then what the delivery
 * mode owns. */
#ifndef CS_KAFKA_CONF_H
#define CS_KAFKA_CONF_H

#include "kafka/kafka.h"
#include "kafka/property.h"

#include <librdkafka/rdkafka.h>

/* A configuration that belongs to the caller. A refused or wrong property is told in `diag`. Errors:
 * CS_EINVAL, CS_ENOMEM. */
CS_MUST cs_rc cs_kafka_conf_new(const struct cs_kafka_options *options, enum cs_kafka_role role,
    struct cs_diag *diag, rd_kafka_conf_t **out);

/* Most bytes of records that one batch may lend, so that `flights` batches of every worker fit the budget. */
size_t cs_kafka_batch_bytes(const struct cs_settings *s);

#endif
