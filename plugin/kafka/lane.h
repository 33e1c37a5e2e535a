/* What waits for one partition of an output topic. Inside of the Kafka sink; one thread.
 *
 * The library (2.0.2 to 2.8 at least) counts an idempotent producer's messages where it means requests, so
 * that a partition never has more than one request in flight, and while a further batch is ready its thread
 * asks again and again without a pause: seen to burn three times the CPU of all other work whenever the
 * broker takes longer than linger.ms. So a partition is given what fits into one request, and nothing before
 * all of that is acknowledged; the rest waits here. */
#ifndef CS_KAFKA_LANE_H
#define CS_KAFKA_LANE_H

#include "record/flight.h"

/* What one request may hold, and how long events wait for company. */
struct cs_kafka_load {
    size_t bytes;
    uint32_t events;
    int64_t hold_ms;
};

struct cs_kafka_run {
    struct cs_event *event;
    uint32_t n;
};

struct cs_kafka_lane {
    struct cs_kafka_run *run; /* [from, to) wait */
    uint32_t from, to, cap;
    uint32_t n_waiting, in_air;
    size_t bytes;     /* of the waiting ones, with what a record has around it */
    int64_t since_ms; /* when the oldest of them came */
};

void cs_kafka_lane_clear(struct cs_kafka_lane *l);
/* Let `n` events wait; they stay where they are until they are acknowledged. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_kafka_lane_add(struct cs_kafka_lane *l, struct cs_event *e, uint32_t n, int64_t now_ms);
/* Milliseconds until the lane may be served; 0 = now, -1 = nothing waits, or an acknowledgement comes first.
 */
int cs_kafka_lane_due(const struct cs_kafka_lane *l, const struct cs_kafka_load *load, int64_t now_ms);
/* The next run of at most `max` events that still fits beside `used`, which grows; n is 0 when there is none.
 * An event that is too large for any request goes alone. The run stays until it is taken. */
struct cs_kafka_run cs_kafka_lane_next(const struct cs_kafka_lane *l, const struct cs_kafka_load *load,
    struct cs_kafka_load *used, uint32_t max);
/* The first `n` waiting events, all of the run that next() gave or its begin, wait no longer. */
void cs_kafka_lane_take(struct cs_kafka_lane *l, uint32_t n);

#endif
