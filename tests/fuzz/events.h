/* One record through the whole filter, of a small pack, to its event. */
#ifndef CS_TESTS_FUZZ_EVENTS_H
#define CS_TESTS_FUZZ_EVENTS_H

#include "engine.h"

enum { EVENTS_MAX = 8 };

struct events {
    struct engine engine;
    struct cs_filter *filter; /* reads `format` */
    struct cs_batch *batch;
    struct cs_flight *flight;
};

/* Once. */
void events_open(struct events *e, enum cs_format format);
/* Run n records, at most EVENTS_MAX, as one batch with a flight of its own. */
void events_run(struct events *e, const struct cs_span *record, uint32_t n);
/* The event of record i, whose offset is 1000 + i. */
struct cs_span events_of(const struct events *e, uint32_t i);

#endif
