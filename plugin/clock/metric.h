/* What a turn is worth to a metric. A number is always the sum over turns of this function of their present
 * state; whoever changes a turn posts the difference. So no number depends on when a timer fired. */
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

struct cs_value {
    int64_t numerator, denominator;
};

/* `v` NULL: no turn. */
struct cs_value cs_metric_value(const struct cs_plan *p, uint32_t metric, const struct cs_turn_view *v);

#endif
