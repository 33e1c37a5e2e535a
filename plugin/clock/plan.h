/* A profile made ready for the clock: limits, caps and times of metrics in one ascending list of levels, so
 * that a waiting turn needs one timer. Immutable after it is made. */
#ifndef CS_CLOCK_PLAN_H
#define CS_CLOCK_PLAN_H

#include "clock/clock.h"
#include "clock/definition.h"

enum { CS_PLANS_MAX = 256 /* as many as a byte tells apart */ };
enum { CS_LEVELS_MAX = 2 * CS_LIMITS_MAX + CS_METRICS_MAX };

struct cs_level {
    int64_t after_ms;
    const char *name;
    uint8_t kind; /* enum cs_overdue_kind; CS_OVERDUE_NONE = only numbers change */
};

struct cs_plan {
    const struct cs_profile *profile; /* NULL: turns and latencies only */
    uint8_t number;                   /* its place among the clock's plans */
    const char *name;                 /* id@version or NULL */
    struct cs_level level[CS_LEVELS_MAX];
    uint8_t n_level;
    uint32_t threshold_s[CS_THRESHOLDS_MAX]; /* reported with a latency, ascending */
    uint8_t n_threshold;
    uint8_t valid;                     /* bits 1 << enum cs_responder */
    uint8_t cap_level[CS_METRICS_MAX]; /* of means: passed when a turn's level is greater */
    uint8_t buyer_metric[CS_BUYER_METRICS_MAX], n_buyer;
    uint8_t bad_at[CS_LEVELS_MAX + 1]; /* by a turn's level: buyer metrics whose time has passed */
    /* Sets of metrics, as bits. */
    uint32_t of_turns;                       /* that count turns */
    uint32_t of_first, of_next;              /* only the first turns of a session, or only the others */
    uint32_t counted;                        /* on which the unanswered are */
    uint32_t not_of_robots;                  /* without turns that only a robot answered */
    uint32_t capped_at[CS_LEVELS_MAX + 1];   /* by a turn's level: means whose cap has passed */
    uint32_t agent_rows, shop_rows, watched; /* with rows of these; with bands or a penalty */
    uint32_t of[CS_MEASURE_COUNT];           /* metrics of a measure, as bits */
    uint32_t meant[CS_ROLE_COUNT];           /* meanings of phrases that change anything, by who speaks */
    uint32_t of_messages, of_sessions;       /* reply rates and means of these units */
};

/* `profile` may be NULL. */
void cs_plan_make(struct cs_plan *p, const struct cs_profile *profile, const struct cs_clock_options *o);

#endif
