#include "clock/metric.h"

static struct cs_value of_rate(const struct cs_metric *m, const struct cs_turn_view *v)
{
    bool answered = v->end == CS_END_ANSWERED;
    bool within = answered && !v->skewed && v->latency_ms <= m->within_ms;
    return (struct cs_value){within, answered || m->unanswered == CS_UNANSWERED_COUNTED};
}

static struct cs_value of_mean(const struct cs_metric *m, const struct cs_turn_view *v, bool cap_passed)
{
    bool capped = m->cap_ms && v->latency_ms > m->cap_ms;
    if (v->end == CS_END_ANSWERED && v->skewed) return (struct cs_value){0};
    if (v->end == CS_END_ANSWERED) return (struct cs_value){capped ? m->cap_ms : v->latency_ms, 1};
    bool counts = m->unanswered == CS_UNANSWERED_COUNTED && (v->end == CS_END_ABANDONED || cap_passed);
    return counts ? (struct cs_value){m->cap_ms, 1} : (struct cs_value){0};
}

static struct cs_value of_unanswered(const struct cs_turn_view *v)
{
    bool over =
        v->end == CS_END_ANSWERED ? v->late : v->end == CS_END_ABANDONED || v->state & CS_STATE_DAY_OVER;
    return (struct cs_value){over, 1};
}

static struct cs_value of_holding(const struct cs_turn_view *v)
{
    bool answered = v->end == CS_END_ANSWERED;
    bool held = answered ? v->responder == CS_RESPONDER_HOLDING : v->state & CS_STATE_HELD;
    bool person = held || (answered && v->responder == CS_RESPONDER_HUMAN);
    return (struct cs_value){held, person};
}

static bool meant(const struct cs_metric *m, const struct cs_turn_view *v)
{
    bool first = v->state & CS_STATE_FIRST;
    if (m->which == CS_WHICH_FIRST && !first) return false;
    if (m->which == CS_WHICH_NEXT && first) return false;
    return !(m->robot_only_excluded && v->end != CS_END_ANSWERED && v->state & CS_STATE_ROBOT);
}

struct cs_value cs_metric_value(const struct cs_plan *p, uint32_t metric, const struct cs_turn_view *v)
{
    const struct cs_metric *m = &p->profile->metric[metric];
    if (!v || !meant(m, v)) return (struct cs_value){0};
    switch (m->measure) {
    case CS_MEASURE_REPLY_RATE: return of_rate(m, v);
    case CS_MEASURE_MEAN_REPLY: return of_mean(m, v, m->cap_ms && v->level > p->cap_level[metric]);
    case CS_MEASURE_UNANSWERED: return of_unanswered(v);
    case CS_MEASURE_HOLDING: return of_holding(v);
    default: return (struct cs_value){v->end == CS_END_ANSWERED && v->skewed, v->end == CS_END_ANSWERED};
    }
}
