#include "kafka/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum { LEVEL_WARNING = 4 };

int64_t cs_kafka_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *cs_kafka_version(void)
{
    return rd_kafka_version_str();
}

void cs_kafka_client_log(const struct cs_kafka_client *c, int level, const char *fmt, ...)
{
    if (!c->log) return;
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    c->log(c->log_ctx, level, "chatsieve", line);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    const struct cs_kafka_client *c = rd_kafka_opaque(rk);
    if (c && c->log) c->log(c->log_ctx, level, facility, text);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct cs_kafka_client *c = opaque;
    rd_kafka_resp_err_t err = (rd_kafka_resp_err_t)code;
    if (err == RD_KAFKA_RESP_ERR__FATAL) {
        c->fatal = rd_kafka_fatal_error(rk, c->fatal_text, sizeof c->fatal_text);
    } else if (cs_kafka_kind_of(err) == CS_KAFKA_LOGIN) {
        c->login_err = err;
        snprintf(c->login_text, sizeof c->login_text, "%s", reason);
    }
    c->shaken = true;
    cs_kafka_client_log(c, LEVEL_WARNING, "%s: %s", rd_kafka_err2name(err), reason);
}

cs_rc cs_kafka_client_open(struct cs_kafka_client *c, const struct cs_kafka_options *options,
    enum cs_kafka_role role, rd_kafka_conf_t *conf, struct cs_diag *diag)
{
    char err[512];
    c->log = options->log;
    c->log_ctx = options->log_ctx;
    rd_kafka_conf_set_opaque(conf, c);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_type_t type = role == CS_KAFKA_CONSUMER ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
    c->rk = rd_kafka_new(type, conf, err, sizeof err);
    if (c->rk) return CS_OK;
    rd_kafka_conf_destroy(conf);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "the properties of the kafka: block do not fit together",
        "kafka client: %s", err);
    return cs_fail(CS_EINVAL);
}
