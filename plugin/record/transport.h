/* Where batches come from and where events go: the two interfaces between the pipeline and a transport.
 *
 * One worker thread owns a source and a sink and makes every call; callbacks come on that thread, from
 * inside poll(). Kafka implements them in kafka/, plain memory in pipeline/. */
#ifndef CS_RECORD_TRANSPORT_H
#define CS_RECORD_TRANSPORT_H

#include "base/diag.h"
#include "record/batch.h"

/* Where a partition goes on. The chunks are lent for the call. */
struct cs_resume {
    int32_t partition, partitions; /* the latter: how many the input has */
    int64_t committed;             /* first offset that is not done; 0 = nothing was committed */
    int64_t record_ms;             /* these two: cs_position of that commit; 0 = not known */
    int64_t watermark_ms;          /* up to which timers fired in a former life */
    int64_t snapshot_offset;       /* the newest whole snapshot of the state before an offset <= committed */
    int64_t snapshot_at;           /* where in the state topic it begins */
    uint8_t snapshot_slot;
    const struct cs_span *chunk;
    uint32_t n_chunk; /* 0 = there is none */
};

/* What the pipeline wants to hear about partitions. */
struct cs_source_listener {
    void *ctx;
    /* How long before the committed offset records matter to memories that no snapshot holds; 0 = not. */
    int64_t context_ms;
    /* This worker now owns the partition. True when it has taken over the snapshot; else `diag` may say why
     * not, and as much as a clock remembers is replayed before the committed offset (cs_batch.replay). */
    bool (*assigned)(void *ctx, const struct cs_resume *r, struct cs_diag *diag);
    /* The partition goes. !lost: finish what is in flight and commit before returning; lost: it is
     * someone else's already, drop its state and never commit it. */
    void (*revoked)(void *ctx, const int32_t *partition, uint32_t n, bool lost);
};

struct cs_source_ops {
    size_t size; /* sizeof(struct cs_source_ops): the caller checks it */
    /* Fill the input columns of an empty batch with up to CS_BATCH_MAX records. Waits up to `timeout_ms` for
     * the first one; b->n == 0 is no error. Records of one partition come in offset order, and replayed ones
     * never in one batch with others of their partition. Errors: CS_ECLOSED
     * (no more will come), CS_EDENIED, CS_EBROKER, CS_ENOENT (fatal; diag says what to do). */
    cs_rc (*poll)(void *self, struct cs_batch *b, int timeout_ms, struct cs_diag *diag);
    /* Take back what poll() lent to `b`. */
    void (*release)(void *self, struct cs_batch *b);
    /* Commit these positions; returns at once unless `wait`. A refused commit is tried again with the next.
     */
    cs_rc (*commit)(void *self, const struct cs_position *pos, uint32_t n, bool wait);
    /* Serve partition changes without taking records, for a worker that has no room for a batch; never waits.
     * May be NULL. Errors: as poll(). */
    cs_rc (*serve)(void *self, struct cs_diag *diag);
    /* The offset that is known to be committed, 0 = none. */
    int64_t (*committed)(void *self, int32_t partition);
    /* True when every record that the log held a moment ago has been delivered. */
    bool (*at_end)(void *self, int32_t partition);
};

struct cs_sink_ops {
    size_t size;
    /* Hand over events [from, n_event) of the flight. The number taken is *taken; the rest waits for room.
     * Each taken event is acknowledged later from poll(): n_pending falls, n_failed may rise. */
    cs_rc (*send)(void *self, struct cs_flight *f, uint32_t from, uint32_t *taken);
    /* Serve acknowledgements, waiting up to `timeout_ms` for the first.
     * Errors: CS_EBROKER, CS_EDENIED when the producer is beyond repair. */
    cs_rc (*poll)(void *self, int timeout_ms, struct cs_diag *diag);
};

struct cs_source {
    const struct cs_source_ops *ops;
    void *self;
};

struct cs_sink {
    const struct cs_sink_ops *ops;
    void *self;
};

#endif
