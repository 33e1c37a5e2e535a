/* A hierarchical timing wheel: timers in buckets of 64 per level, 1 ms on the lowest; adding is O(1), each
 * timer moves down at most once per level, and empty stretches are skipped by bit sets.
 *
 * Entries are only added; one that no longer matters is recognised by its owner when it fires. Entries of a
 * bucket lie in runs of memory, so that a burst is read in order. One thread. */
#ifndef CS_CLOCK_WHEEL_H
#define CS_CLOCK_WHEEL_H

#include "base/rc.h"

#include <stdint.h>

/* Times are 0 .. CS_WHEEL_TIME_MAX: 47 bits of milliseconds. An entry keeps 32 bits of its time, so it may be
 * due at most CS_WHEEL_AHEAD (24 days) after the wheel's time when it is added; what is due later is added
 * for then and looked at once more. */
enum { CS_WHEEL_LEVELS = 8, CS_WHEEL_BUCKETS = 64 };
#define CS_WHEEL_TIME_MAX INT64_C(0x7FFFFFFFFFFF)
#define CS_WHEEL_AHEAD INT64_C(0x7FFFFFFF)

struct cs_timer {
    uint32_t due; /* low bits of the time */
    uint32_t id;
};

struct cs_wheel_run;

struct cs_wheel {
    int64_t now_ms;  /* everything due up to here has fired */
    int64_t next_ms; /* nothing has to be looked at before */
    uint64_t occupied[CS_WHEEL_LEVELS];
    struct cs_wheel_run *bucket[CS_WHEEL_LEVELS][CS_WHEEL_BUCKETS];
    struct cs_wheel_run *spare;
    uint32_t *fired; /* what cs_wheel_next() lends */
    uint32_t cap_fired;
    uint64_t n;
};

void cs_wheel_init(struct cs_wheel *w);
void cs_wheel_clear(struct cs_wheel *w);
/* The time of a waiting entry from its low bits. */
static inline int64_t cs_wheel_time(const struct cs_wheel *w, uint32_t due)
{
    return w->now_ms + (uint32_t)(due - (uint32_t)w->now_ms);
}
/* now_ms < due_ms <= now_ms + CS_WHEEL_AHEAD. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_wheel_add(struct cs_wheel *w, int64_t due_ms, uint32_t id);
/* Turn to the next instant <= until_ms at which something is due and lend the ids of all entries of that
 * millisecond, in no order; *n == 0 when there is none, and now_ms is then until_ms. Errors: CS_ENOMEM, with
 * nothing lost. */
CS_MUST cs_rc cs_wheel_next(struct cs_wheel *w, int64_t until_ms, uint32_t **out, uint32_t *n);
/* Turn to `until_ms` if it is certain that nothing is due up to there; otherwise nothing happens. */
static inline bool cs_wheel_idle(struct cs_wheel *w, int64_t until_ms)
{
    if (until_ms >= w->next_ms || until_ms < w->now_ms) return false;
    w->now_ms = until_ms;
    return true;
}
/* Bytes held. */
uint64_t cs_wheel_bytes(const struct cs_wheel *w);

#endif
