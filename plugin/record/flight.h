/* Events on their way to the broker, and the input positions that may be committed once all have arrived.
 *
 * A flight is filled by the stages that run on one batch, sent, and recycled when every event is
 * acknowledged. It owns the bytes of its events. The thread that fills it also receives the
 * acknowledgements: no field is shared between threads. */
#ifndef CS_RECORD_FLIGHT_H
#define CS_RECORD_FLIGHT_H

#include "base/arena.h"

enum { CS_PARTITIONS_MAX = 256 }; /* partitions that one batch may touch */

/* Kinds of output, each with a configured topic. An operator may switch off all but the first two. */
enum cs_output {
    CS_OUTPUT_ANNOTATED,
    CS_OUTPUT_DEADLETTER,
    CS_OUTPUT_OVERDUE, /* turns that passed a threshold unanswered */
    CS_OUTPUT_KPI,     /* cumulative counters; compacted */
    CS_OUTPUT_STATE,   /* snapshots of the clock; compacted */
    CS_OUTPUT_COUNT
};

struct cs_flight;

struct cs_event {
    struct cs_flight *flight;
    struct cs_span key, value; /* in the flight's arena; key.ptr NULL = the record had no key */
    int64_t offset;            /* of the input record that it answers; of a state event, once it is
                                * acknowledged: where the sink wrote it */
    int32_t partition;         /* of that record, and of the event */
    uint8_t output;            /* enum cs_output */
    const char *refusal; /* why the sink could not deliver it for good (static), else NULL; set by the sink */
};

/* Everything before `next_offset` of `partition` is done when the flight has landed, and every timer up to
 * `watermark_ms` has fired. The two and what is needed to come back to them are committed as one. */
struct cs_position {
    int64_t next_offset;
    int64_t record_ms;    /* broker time of the last record before next_offset; 0 = not known */
    int64_t watermark_ms; /* up to which timers have fired; 0 = not known */
    int64_t
        snapshot_at; /* where in the state topic the newest complete snapshot begins; -1 = there is none */
    int32_t partition;
};

/* True when `a` says more than `b` of the same partition: further in the log, or there further in time or
 * with a newer snapshot. */
static inline bool cs_position_newer(const struct cs_position *a, const struct cs_position *b)
{
    if (a->next_offset != b->next_offset) return a->next_offset > b->next_offset;
    return a->watermark_ms > b->watermark_ms || a->snapshot_at > b->snapshot_at;
}

struct cs_flight {
    struct cs_arena arena;
    struct cs_event *event; /* n_event of them, in input order */
    uint32_t n_event, cap_event;
    uint32_t n_pending; /* sent or to be sent, not yet acknowledged */
    uint32_t n_failed;  /* acknowledged with an error that no retry mends */
    struct cs_position pos[CS_PARTITIONS_MAX];
    uint32_t n_pos;
    struct cs_flight *next; /* in the owner's list */
};

/* Room for `n` more events in `event`; those that are there may move. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_flight_reserve(struct cs_flight *f, uint32_t n);

#endif
