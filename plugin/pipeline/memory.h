/* Topics in plain memory, as a transport without a broker: for tests, sanitizers and measurements.
 *
 * Any number of workers share one cs_memory; every call takes its lock, callbacks are made without it. Faults
 * are drawn from a seeded generator: short sends, late acknowledgements in any order, events refused for
 * good, partitions taken away (with and without notice), a broken producer. It also watches what may never
 * happen: committing a record whose event was not acknowledged. */
#ifndef CS_PIPELINE_MEMORY_H
#define CS_PIPELINE_MEMORY_H

#include "pipeline/pipeline.h"

/* "one_in": that something happens once in so many chances; 0 = never. */
struct cs_memory_options {
    uint32_t partitions, workers;
    uint64_t seed;
    uint32_t batch_max;     /* records in a batch, at random up to this; 0 = CS_BATCH_MAX, always full */
    uint32_t send_max;      /* events taken by one send, at random up to this; 0 = all */
    uint32_t ack_max;       /* acknowledgements of one poll, at random up to this, in random order; 0 = all */
    bool hold_acks;         /* acknowledge nothing */
    uint32_t refuse_one_in; /* of annotated events: refused for good */
    uint32_t refuse_bytes;  /* events longer than this are refused; 0 = none */
    uint32_t move_one_in;   /* of polls: some partition goes to another worker, its owner is told first */
    uint32_t lose_one_in;   /* of polls: some partition is taken from its owner without notice */
    uint32_t break_one_in;  /* of sink polls: the producer is beyond repair */
    uint32_t replay_records; /* how many records before the committed one are replayed on assignment, when
                              * there is no snapshot */
    uint32_t spoil_one_in;   /* of state events: refused for good */
    uint64_t state_events;   /* of a partition that are written; with the next one the process ends: nothing
                                more is written or committed */
    bool compacted;          /* of the state topic only the newest record of each key is there to be read */
};

/* The consumer group that snapshots are kept for; the input topic has the name "memory". */
#define CS_MEMORY_GROUP "memory"

struct cs_memory_stats {
    uint64_t moved, lost, broken, refused_events;
    uint64_t stale_commits;     /* of partitions that the worker no longer owned: refused */
    uint64_t premature_commits; /* beyond an event that was not acknowledged: must stay 0 */
    uint64_t backward_commits;  /* below the committed offset: must stay 0 */
    uint64_t lost_snapshots;    /* a commit knew of one, and none was whole on assignment: must stay 0 */
};

struct cs_memory_event {
    struct cs_span key, value; /* owned by the memory, until it is freed */
    int64_t offset;            /* of the input record */
    int32_t partition;
};

struct cs_memory;

CS_MUST cs_rc cs_memory_new(const struct cs_memory_options *options, struct cs_memory **out);
void cs_memory_free(struct cs_memory **m);
/* Another set of faults for the next pipeline over the same topics. */
void cs_memory_faults(struct cs_memory *m, const struct cs_memory_options *options);
/* Append one record to the input topic; bytes are copied. */
CS_MUST cs_rc cs_memory_put(
    struct cs_memory *m, int32_t partition, struct cs_span key, struct cs_span value, int64_t record_ms);
/* First offset that is not committed. */
int64_t cs_memory_committed(struct cs_memory *m, int32_t partition);
/* Events written to `output` so far for input partition `partition`, in the order of writing. */
uint64_t cs_memory_count(struct cs_memory *m, enum cs_output output, int32_t partition);
struct cs_memory_event cs_memory_event(
    struct cs_memory *m, enum cs_output output, int32_t partition, uint64_t i);
struct cs_memory_stats cs_memory_stats(struct cs_memory *m);

/* The context is a struct cs_memory. */
extern const struct cs_transport_ops cs_memory_transport;

#endif
