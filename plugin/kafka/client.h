/* What consumer and producer have in common: how one is made, and how its logs and errors come out. */
#ifndef CS_KAFKA_CLIENT_H
#define CS_KAFKA_CLIENT_H

#include "kafka/conf.h"
#include "kafka/error.h"

/* First member of a source, a sink and a probe: the library's opaque pointer is a client. Fields below `rk`
 * are written by callbacks on the owner's thread, inside polls. */
struct cs_kafka_client {
    rd_kafka_t *rk;
    cs_kafka_log_fn *log; /* called from any thread of the library; the two never change after open */
    void *log_ctx;
    rd_kafka_resp_err_t login_err; /* the last refused login, until a login succeeds */
    char login_text[256];
    bool shaken;               /* a connection broke, or no broker is up */
    rd_kafka_resp_err_t fatal; /* beyond repair; fatal_text says why */
    char fatal_text[512];
};

/* Turn `conf` (taken over in any case) into a running client whose callbacks know `c`. Errors: CS_EINVAL (the
 * combination of properties), told in diag. */
CS_MUST cs_rc cs_kafka_client_open(struct cs_kafka_client *c, const struct cs_kafka_options *options,
    enum cs_kafka_role role, rd_kafka_conf_t *conf, struct cs_diag *diag);

/* One line to the log, if there is one. Never message text. */
void cs_kafka_client_log(const struct cs_kafka_client *c, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Milliseconds of the monotonic clock. */
int64_t cs_kafka_now_ms(void);

#endif
