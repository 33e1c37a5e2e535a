#include "pipeline/kafka_transport.h"

#include <stdlib.h>

struct client {
    struct cs_kafka_source *source;
    struct cs_kafka_sink *sink;
};

struct cs_kafka_transport {
    struct cs_kafka_transport_options options;
    struct client *client; /* one per worker, touched by its thread only */
};

cs_rc cs_kafka_transport_new(
    const struct cs_kafka_transport_options *options, struct cs_kafka_transport **out)
{
    struct cs_kafka_transport *t = calloc(1, sizeof *t);
    if (!t) return cs_fail(CS_ENOMEM);
    t->options = *options;
    t->client = calloc(options->workers, sizeof *t->client);
    if (!t->client) {
        free(t);
        return cs_fail(CS_ENOMEM);
    }
    *out = t;
    return CS_OK;
}

void cs_kafka_transport_free(struct cs_kafka_transport **transport)
{
    struct cs_kafka_transport *t = *transport;
    *transport = NULL;
    if (!t) return;
    free(t->client);
    free(t);
}

/* The producer first: when partitions arrive, events must have somewhere to go. */
static cs_rc kafka_open(void *ctx, uint32_t worker, const struct cs_source_listener *listener,
    struct cs_diag *diag, struct cs_source *source, struct cs_sink *sink)
{
    struct cs_kafka_transport *t = ctx;
    struct client *c = &t->client[worker];
    struct cs_kafka_options o = {.settings = t->options.settings,
        .worker = worker,
        .fixed_workers = t->options.fixed ? t->options.workers : 0,
        .listener = *listener,
        .log = t->options.log,
        .log_ctx = t->options.log_ctx};
    cs_rc rc = cs_kafka_sink_open(&o, diag, &c->sink);
    if (!cs_bad(rc)) *sink = cs_kafka_sink(c->sink);
    if (!cs_bad(rc)) rc = cs_kafka_source_open(&o, diag, &c->source);
    if (!cs_bad(rc)) *source = cs_kafka_source(c->source);
    return rc;
}

/* The consumer first: while it leaves the group, the last events still land. */
static void kafka_close(void *ctx, uint32_t worker, int timeout_ms)
{
    struct cs_kafka_transport *t = ctx;
    struct client *c = &t->client[worker];
    cs_kafka_source_close(&c->source, timeout_ms);
    cs_kafka_sink_close(&c->sink, timeout_ms);
}

const struct cs_transport_ops cs_kafka_transport = {.open = kafka_open, .close = kafka_close};
