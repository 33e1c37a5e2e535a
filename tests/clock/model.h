/* The reply clock told again in the plainest way: for each message, walk back over the whole log. */
#ifndef TESTS_CLOCK_MODEL_H
#define TESTS_CLOCK_MODEL_H

#include "clock/clock.h"

struct said {
    int32_t partition;
    uint32_t shop, buyer;
    uint8_t role, origin;
    int64_t sent_ms, record_ms;
};

static inline bool model_human(const struct said *m)
{
    return m->role == CS_ROLE_AGENT && m->origin != CS_ORIGIN_AUTO_REPLY && m->origin != CS_ORIGIN_BROADCAST;
}

static inline bool model_same(const struct said *a, const struct said *b)
{
    return a->partition == b->partition && a->shop == b->shop && a->buyer == b->buyer;
}

/* What the clock must say of message `i`, from log[0 .. i]. Valid while no turn outlives the window. */
static inline struct cs_response model_response(const struct said *log, uint32_t i)
{
    struct cs_response r = {0};
    uint32_t unanswered = log[i].role == CS_ROLE_BUYER ? 1 : 0, first = i;
    bool replied = false, searching = true;
    for (uint32_t k = i; k-- > 0;) {
        if (!model_same(&log[k], &log[i])) continue;
        if (model_human(&log[k])) replied = true, searching = false;
        if (!searching || log[k].role != CS_ROLE_BUYER) continue;
        unanswered++;
        first = k;
    }
    r.first_reply = model_human(&log[i]) && !replied;
    if (unanswered == 0) return r;
    r.position = unanswered;
    r.waiting_since_ms = log[first].sent_ms;
    r.turn = first == i ? CS_TURN_OPENS : model_human(&log[i]) ? CS_TURN_ANSWERS : CS_TURN_WAITS;
    int64_t ms = log[i].sent_ms - log[first].sent_ms;
    r.latency_ms = ms > 0 ? ms : 0;
    return r;
}

#endif
