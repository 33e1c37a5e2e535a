/* What an error of the client library means to us, and how it is told to an operator. */
#ifndef CS_KAFKA_ERROR_H
#define CS_KAFKA_ERROR_H

#include "base/diag.h"

#include <librdkafka/rdkafka.h>

enum cs_kafka_kind {
    CS_KAFKA_PASSING, /* the library goes on by itself */
    CS_KAFKA_EVENT,   /* this one event is refused for good; others are not concerned */
    CS_KAFKA_MISSING, /* a topic or partition does not exist */
    CS_KAFKA_DENIED,  /* not permitted */
    CS_KAFKA_LOGIN,   /* authentication or TLS refused */
    CS_KAFKA_RANGE,   /* a committed offset is no longer there */
    CS_KAFKA_DAMAGED, /* records that cannot be read and would be skipped */
    CS_KAFKA_STALE,   /* this member is no longer in the group: what it holds belongs to others */
    CS_KAFKA_BROKEN,  /* the client is beyond repair */
};

enum cs_kafka_kind cs_kafka_kind_of(rd_kafka_resp_err_t err);

/* Tell a fatal error in `diag` with its remedy and return the matching code. `what` names the thing
 * concerned ("topic chat.messages"); `text` is the library's own account, may be NULL. */
CS_MUST cs_rc cs_kafka_tell(
    struct cs_diag *diag, rd_kafka_resp_err_t err, const char *what, const char *text);

/* True when a failed login may be the SCRAM fault of client libraries before 2.6.1. */
bool cs_kafka_scram_suspect(const char *text);

#endif
