/* The flights of one worker: a stack of free ones, a queue of those in the air, oldest first.
 *
 * A flight lands when every event is acknowledged and all before it have landed; then its positions may be
 * committed. So what is committed is always the end of a contiguous acknowledged prefix, whatever order the
 * acknowledgements come in. */
#ifndef CS_PIPELINE_FLIGHTS_H
#define CS_PIPELINE_FLIGHTS_H

#include "pipeline/positions.h"
#include "record/transport.h"

/* A flight with what only the pipeline knows of it. */
struct cs_slot {
    struct cs_flight flight; /* first: flight.next links slots */
    uint32_t sent;           /* events that the sink has taken */
    uint32_t events;         /* at launch */
    uint32_t round;          /* how often refused events were sent again as dead letters */
    size_t bytes;            /* of the arena, at launch */
    bool spoiled;            /* an event was refused that nothing can stand in for */
};

struct cs_flights {
    struct cs_slot *slot;
    uint32_t n;
    struct cs_flight *free;            /* last in, first out: the warmest memory */
    struct cs_flight *oldest, *newest; /* in the air */
    size_t share;                      /* bytes of a flight, in the mean; 0 = no bound */
    size_t aloft;                      /* bytes of those in the air */
    uint64_t n_landed;                 /* flights */
    uint64_t n_events;                 /* events of landed flights */
    uint64_t n_refused;                /* events that became dead letters on the way */
    void (*landed)(void *ctx, const struct cs_flight *f, bool spoiled); /* may be NULL */
    void *landed_ctx;
};

/* A flight may take more than `share` bytes: a batch that would not fit would fail, and fail again after
 * every restart. But no flight is handed out while those in the air take n shares together, and what a flight
 * took beyond its share is given back when it has landed. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_flights_init(struct cs_flights *fs, uint32_t n, size_t share);
/* No event may be with the sink any more. */
void cs_flights_clear(struct cs_flights *fs);
/* An empty flight that belongs to the caller until launched, or NULL when all are in the air or their bytes
 * are too many. When none is in the air there is always one. */
struct cs_flight *cs_flights_get(struct cs_flights *fs);
/* Give back a flight that was not launched. */
void cs_flights_put(struct cs_flights *fs, struct cs_flight *f);
/* The flight takes off: it is last in the queue, and cs_flights_send() sends it. */
void cs_flights_launch(struct cs_flights *fs, struct cs_flight *f);
/* Send what the sink takes now; *whole tells whether everything in the air has been handed over. */
CS_MUST cs_rc cs_flights_send(struct cs_flights *fs, const struct cs_sink *sink, bool *whole);

/* Land what has arrived: positions go to `t`. Refused events are made dead letters (`topic` is their input
 * topic) and wait for the next send. Errors: CS_EBROKER (a dead letter was refused too; told in diag),
 * CS_ENOMEM. */
CS_MUST cs_rc cs_flights_land(
    struct cs_flights *fs, const char *topic, struct cs_positions *t, struct cs_diag *diag);
/* Flights in the air must not commit this partition any more. */
void cs_flights_drop(struct cs_flights *fs, int32_t partition);
bool cs_flights_empty(const struct cs_flights *fs);

#endif
