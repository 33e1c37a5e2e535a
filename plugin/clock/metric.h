/* What a turn is worth to the metrics of turns. A number is always the sum over turns of this function of
 * their present state; whoever changes a turn posts the difference. So no number depends on when a timer
 * fired. */
#ifndef CS_CLOCK_METRIC_H
#define CS_CLOCK_METRIC_H

#include "clock/conversation.h"
#include "clock/plan.h"

enum cs_turn_end { CS_END_OPEN, CS_END_ANSWERED, CS_END_ABANDONED };

struct cs_turn_view {
    uint16_t state;    /* bits CS_STATE_* of the turn */
    uint8_t level;     /* passed */
    uint8_t end;       /* enum cs_turn_end */
    uint8_t responder; /* of the answer */
    bool skewed;       /* the answer is older than the question */
    bool late;         /* ... or later than the end of the service day */
    int64_t latency_ms;
};

/* Metrics as bits. The numerator of a mean that counts is cs_metric_ms(). */
struct cs_tally {
    uint32_t counts; /* whose denominator is 1; the others' is 0 */
    uint32_t hits;   /* whose numerator is 1; of rates and shares only */
};

/* `v` NULL: no turn. */
struct cs_tally cs_metric_tally(const struct cs_plan *p, const struct cs_turn_view *v);

/* Milliseconds that a turn is worth to a mean it counts in: those of the answer, at most the cap; the cap
 * without an answer. */
static inline int64_t cs_metric_ms(const struct cs_plan *p, uint32_t metric, const struct cs_turn_view *v)
{
    int64_t cap_ms = p->profile->metric[metric].cap_ms;
    bool capped = v->end != CS_END_ANSWERED || (cap_ms && v->latency_ms > cap_ms);
    return capped ? cap_ms : v->latency_ms;
}

#endif
