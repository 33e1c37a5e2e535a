/* Workers that move batches from a source through the filter to a sink, and commit what has arrived.
 *
 * A worker is one thread with one source, one sink, one filter and a fixed number of flights. Its loop: take
 * a free flight (if there is none, only acknowledgements are served: that is the back-pressure), poll a
 * batch, run the stages, send, give the bytes back. Flights land in order: when the oldest has every event
 * acknowledged its positions may be committed, so the committed offset is always the end of a contiguous
 * acknowledged prefix. Input that the broker refuses for good is sent again as a dead letter. */
#ifndef CS_PIPELINE_PIPELINE_H
#define CS_PIPELINE_PIPELINE_H

#include "filter/filter.h"
#include "record/transport.h"

#include <stdatomic.h>

/* How a worker gets its transport. Called on the worker's thread. */
struct cs_transport_ops {
    CS_MUST cs_rc (*open)(void *ctx, uint32_t worker, const struct cs_source_listener *listener,
        struct cs_diag *diag, struct cs_source *source, struct cs_sink *sink);
    void (*close)(void *ctx, uint32_t worker, int timeout_ms);
};

struct cs_pipeline_options {
    struct cs_filter_options filter;
    const struct cs_transport_ops *transport;
    void *transport_ctx;
    uint32_t workers, flights;
    /* Bytes that a batch keeps for the next one, and that a flight may take in the mean. Neither makes a
     * batch fail: one that needs more gets it, and memory is bounded by what a source puts into a batch. */
    size_t batch_arena_bytes, flight_arena_bytes;
    int64_t stop_ms;   /* deadline for landing flights after a stop */
    int64_t commit_ms; /* commit at most this often */
    int64_t flush_ms;  /* publish counters, and make what is behind them fit to be committed, this often */
    int64_t save_ms;   /* save each partition that changed this often; 0 = never */
    const char *group, *topic; /* names of the input, for what is published about it; not NULL with save_ms */
    int64_t (*wall_ms)(void);  /* milliseconds since 1970-01-01 UTC; NULL = the system's clock */
};

/* Counters of all workers, published once a batch; read by any thread. */
struct cs_pipeline_counts {
    struct cs_filter_counts filter; /* sums */
    struct cs_clock_counts clock;
    uint64_t produced, committed_batches, refused, backpressure_waits, partitions;
    uint64_t overdue, snapshots, snapshots_failed;
};

struct cs_pipeline;

CS_MUST cs_rc cs_pipeline_new(const struct cs_pipeline_options *options, struct cs_pipeline **out);
/* Start the workers. */
CS_MUST cs_rc cs_pipeline_start(struct cs_pipeline *p);
/* Let every worker judge by the rules, matcher, lattice and expressions of `rules` from its next batch on,
 * and its clock by rules->clock.profiles (NULL = as before; see cs_clock_exchange). Returns when no worker
 * uses the former rules any more: they may be freed then. Waits as long as a worker's batch or its wait for
 * one takes, 100 ms at most when there is no traffic. One thread at a time. Errors: CS_ENOMEM,
 * CS_EUNSUPPORTED, CS_ELIMIT (too many profiles would be in use; with these three nothing has changed),
 * CS_ECLOSED (the workers have ended; neither rules are used any more), CS_ETIMEDOUT (a worker hangs: free
 * neither). */
CS_MUST cs_rc cs_pipeline_reload(struct cs_pipeline *p, const struct cs_filter_options *rules);
/* Ask all workers to finish; async-signal-safe. */
void cs_pipeline_stop(struct cs_pipeline *p);
/* True while no worker has failed and none has ended. */
bool cs_pipeline_alive(const struct cs_pipeline *p);
/* Wait for the workers' end; the first failure is returned and told in `diag`. CS_ETIMEDOUT when the stop
 * deadline passed with flights in the air: nothing of them was committed. */
CS_MUST cs_rc cs_pipeline_join(struct cs_pipeline *p, struct cs_diag *diag);
void cs_pipeline_free(struct cs_pipeline **p);
struct cs_pipeline_counts cs_pipeline_count(struct cs_pipeline *p);
/* The longest waiting conversations over all workers, as last published (each worker refreshes about once a
 * second when `watch` was switched on); strings are copied into `arena`. */
void cs_pipeline_watch(struct cs_pipeline *p, bool on);
uint32_t cs_pipeline_slowest(
    struct cs_pipeline *p, struct cs_arena *arena, struct cs_waiting *out, uint32_t max);

#endif
