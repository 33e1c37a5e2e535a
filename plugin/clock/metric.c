#include "clock/metric.h"

/* Metrics whose turns this is one of. */
static uint32_t meant(const struct cs_plan *p, const struct cs_turn_view *v)
{
    uint32_t out = v->state & CS_STATE_FIRST ? p->of_next : p->of_first;
    if (v->state & CS_STATE_ROBOT && v->end != CS_END_ANSWERED) out |= p->not_of_robots;
    return p->of_turns & ~out;
}

static uint32_t within(const struct cs_plan *p, uint32_t rates, int64_t ms)
{
    uint32_t hits = 0;
    for (uint32_t left = rates; left; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctz(left);
        if (ms <= p->profile->metric[k].within_ms) hits |= 1u << k;
    }
    return hits;
}

static struct cs_tally of_answered(const struct cs_plan *p, const struct cs_turn_view *v)
{
    const uint32_t *of = p->of;
    struct cs_tally t = {
        .counts = of[CS_MEASURE_REPLY_RATE] | of[CS_MEASURE_UNANSWERED] | of[CS_MEASURE_SKEWED],
        .hits = v->skewed ? of[CS_MEASURE_SKEWED] : 0};
    uint32_t all = meant(p, v);
    if (!v->skewed) {
        t.counts |= of[CS_MEASURE_MEAN_REPLY];
        t.hits |= within(p, all & of[CS_MEASURE_REPLY_RATE], v->latency_ms);
    }
    if (v->late) t.hits |= of[CS_MEASURE_UNANSWERED];
    bool held = v->responder == CS_RESPONDER_HOLDING;
    if (held || v->responder == CS_RESPONDER_HUMAN) t.counts |= of[CS_MEASURE_HOLDING];
    if (held) t.hits |= of[CS_MEASURE_HOLDING];
    return (struct cs_tally){t.counts & all, t.hits & all};
}

static struct cs_tally of_unanswered(const struct cs_plan *p, const struct cs_turn_view *v)
{
    const uint32_t *of = p->of;
    bool abandoned = v->end == CS_END_ABANDONED;
    uint32_t means = p->counted & of[CS_MEASURE_MEAN_REPLY], all = meant(p, v);
    struct cs_tally t = {
        .counts = of[CS_MEASURE_UNANSWERED] | (p->counted & of[CS_MEASURE_REPLY_RATE]), .hits = 0};
    t.counts |= abandoned ? means : means & p->capped_at[v->level];
    if (abandoned || v->state & CS_STATE_DAY_OVER) t.hits |= of[CS_MEASURE_UNANSWERED];
    if (v->state & CS_STATE_HELD) {
        t.counts |= of[CS_MEASURE_HOLDING];
        t.hits |= of[CS_MEASURE_HOLDING];
    }
    return (struct cs_tally){t.counts & all, t.hits & all};
}

struct cs_tally cs_metric_tally(const struct cs_plan *p, const struct cs_turn_view *v)
{
    if (!v) return (struct cs_tally){0};
    return v->end == CS_END_ANSWERED ? of_answered(p, v) : of_unanswered(p, v);
}
