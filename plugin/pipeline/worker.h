/* One worker thread: its transport, filter, flights and what it publishes. Everything but `shared` belongs to
 * the thread; others read `shared` under its lock. */
#ifndef CS_PIPELINE_WORKER_H
#define CS_PIPELINE_WORKER_H

#include "pipeline/flights.h"
#include "pipeline/parts.h"
#include "pipeline/pipeline.h"
#include "pipeline/saver.h"

#include <pthread.h>

enum { CS_SLOWEST_MAX = 64 };

/* What a worker lets others see. */
struct cs_shared {
    pthread_mutex_t lock;
    struct cs_pipeline_counts counts;
    struct cs_arena names; /* of `slowest` */
    struct cs_waiting slowest[CS_SLOWEST_MAX];
    uint32_t n_slowest;
};

/* What the workers of a pipeline share; written by stop(), by failing workers and by watch(). */
struct cs_control {
    atomic_bool stop, watch;
    atomic_uint running;        /* threads that have not ended */
    atomic_uint first_failed;   /* index + 1 of the worker that failed first, 0 = none */
    _Atomic int64_t stop_until; /* monotonic milliseconds; 0 while nobody has seen the stop */
};

struct cs_worker {
    const struct cs_pipeline_options *options;
    struct cs_control *control;
    uint32_t index;
    pthread_t thread;
    bool started, ended; /* ended: seen by join() */

    struct cs_source source;
    struct cs_sink sink;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_flights flights;
    struct cs_parts parts;
    struct cs_saver saver;
    struct cs_positions positions; /* that have landed */
    const char *topic;             /* of the last batch */
    int64_t commit_at_ms, watch_at_ms, flush_at_ms, tick_at_ms, save_look_ms;
    uint64_t commits, waits, overdue;
    bool sink_broken; /* its poll failed: nothing more will land */
    bool finished;    /* all that could be committed is */

    struct cs_diag diag; /* read by join() after the thread's end */
    cs_rc rc;
    struct cs_shared shared;
    _Atomic(struct cs_toolset *) incoming; /* put here by reload(), taken before the next batch */
    _Atomic(struct cs_toolset *) outgoing; /* put here in exchange, for reload() to free */
};

/* The body of the thread. */
void *cs_worker_main(void *worker);

/* timekeeper.c: fire timers of partitions whose log has ended, and what lies between that and a commit. */
/* The timers of `p` are those of its former life from now on. */
CS_MUST cs_rc cs_worker_resume(struct cs_worker *w, struct cs_part *p);
/* Let time go on where no records come; now and then. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_worker_tick(struct cs_worker *w, int64_t now_ms);
/* A checkpoint says what is done, behind the counters that say so: when its flight has landed, its positions
 * may be committed. Does nothing without a free flight. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_worker_checkpoint(struct cs_worker *w, int64_t now_ms);
/* Forget the messages of a batch, and memory beyond what the options let it keep. */
void cs_worker_reset_batch(struct cs_worker *w);

/* publish.c: let others see the counters; once a batch. */
void cs_worker_publish(struct cs_worker *w, int64_t now_ms);
/* sum += c, field by field. */
void cs_counts_add(struct cs_pipeline_counts *sum, const struct cs_pipeline_counts *c);
int64_t cs_pipeline_now_ms(void);

#endif
