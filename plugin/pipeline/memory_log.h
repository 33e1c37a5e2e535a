/* Inside of the memory transport: topics as logs of records, shared by memory.c (the topics) and
 * memory_worker.c (the transport of one worker). */
#ifndef CS_PIPELINE_MEMORY_LOG_H
#define CS_PIPELINE_MEMORY_LOG_H

#include "pipeline/memory.h"

#include <pthread.h>

struct cs_memory_log {
    struct cs_memory_event *at; /* for input, offset is the index */
    int64_t *ms;                /* record times */
    uint64_t n, cap;
};

enum { CS_MEMORY_NOBODY = -1 };

struct cs_memory_part {
    struct cs_memory_log input, output[CS_OUTPUT_COUNT];
    uint8_t *acked; /* by input offset */
    uint64_t cap_acked;
    int64_t committed;
    struct cs_position done; /* what was committed with it */
    int32_t owner, target;   /* worker, or CS_MEMORY_NOBODY */
};

struct cs_memory_worker {
    struct cs_memory *memory;
    uint32_t index;
    struct cs_source_listener listener;
    bool *owned;    /* by partition: what the worker believes */
    int64_t *next;  /* by partition: next offset to deliver */
    int64_t *live;  /* by partition: offsets below are replayed */
    int64_t *state; /* by partition: the state before this offset was taken over; -1 = none */
    struct cs_event **pending;
    uint32_t n_pending, cap_pending;
    bool open, broken;
};

struct cs_memory {
    pthread_mutex_t lock;
    struct cs_memory_options options;
    struct cs_memory_part *part;
    struct cs_memory_worker *worker;
    struct cs_memory_stats stats;
    uint64_t random;
};

/* All with the lock held. */
uint64_t cs_memory_random(struct cs_memory *m);
bool cs_memory_chance(struct cs_memory *m, uint32_t one_in);
CS_MUST cs_rc cs_memory_append(struct cs_memory_log *log, const struct cs_memory_event *e, int64_t ms);
void cs_memory_ack(struct cs_memory *m, const struct cs_event *e);
/* Commit for `worker` as a broker would: refuse what it does not own. */
void cs_memory_commit(struct cs_memory *m, uint32_t worker, const struct cs_position *pos);

#endif
