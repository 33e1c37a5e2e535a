/* What a turn is worth, by sets of metrics, against one metric at a time as a person would say it. */
#include "clock/metric.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct value {
    int64_t numerator, denominator;
};

static struct value of_rate(const struct cs_metric *m, const struct cs_turn_view *v)
{
    bool answered = v->end == CS_END_ANSWERED;
    return (struct value){answered && !v->skewed && v->latency_ms <= m->within_ms,
        answered || m->unanswered == CS_UNANSWERED_COUNTED};
}

static struct value of_mean(const struct cs_metric *m, const struct cs_turn_view *v, bool cap_passed)
{
    if (v->end == CS_END_ANSWERED && v->skewed) return (struct value){0};
    bool capped = m->cap_ms && v->latency_ms > m->cap_ms;
    if (v->end == CS_END_ANSWERED) return (struct value){capped ? m->cap_ms : v->latency_ms, 1};
    bool counts = m->unanswered == CS_UNANSWERED_COUNTED && (v->end == CS_END_ABANDONED || cap_passed);
    return (struct value){counts ? m->cap_ms : 0, counts};
}

static struct value of_unanswered(const struct cs_turn_view *v)
{
    if (v->end == CS_END_ANSWERED) return (struct value){v->late, 1};
    return (struct value){v->end == CS_END_ABANDONED || v->state & CS_STATE_DAY_OVER, 1};
}

static struct value of_holding(const struct cs_turn_view *v)
{
    bool answered = v->end == CS_END_ANSWERED;
    bool held = answered ? v->responder == CS_RESPONDER_HOLDING : v->state & CS_STATE_HELD;
    return (struct value){held, held || (answered && v->responder == CS_RESPONDER_HUMAN)};
}

static struct value worth(const struct cs_plan *p, uint32_t k, const struct cs_turn_view *v)
{
    const struct cs_metric *m = &p->profile->metric[k];
    bool first = v->state & CS_STATE_FIRST, answered = v->end == CS_END_ANSWERED;
    if (m->which == (first ? CS_WHICH_NEXT : CS_WHICH_FIRST)) return (struct value){0};
    if (m->robot_only_excluded && !answered && v->state & CS_STATE_ROBOT) return (struct value){0};
    switch (m->measure) {
    case CS_MEASURE_REPLY_RATE: return of_rate(m, v);
    case CS_MEASURE_MEAN_REPLY: return of_mean(m, v, m->cap_ms && v->level > p->cap_level[k]);
    case CS_MEASURE_UNANSWERED: return of_unanswered(v);
    case CS_MEASURE_HOLDING: return of_holding(v);
    default: return (struct value){answered && v->skewed, answered};
    }
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static struct cs_metric any_metric(void)
{
    static const uint8_t of_turns[] = {CS_MEASURE_REPLY_RATE, CS_MEASURE_REPLY_RATE, CS_MEASURE_MEAN_REPLY,
        CS_MEASURE_MEAN_REPLY, CS_MEASURE_UNANSWERED, CS_MEASURE_HOLDING, CS_MEASURE_SKEWED};
    struct cs_metric m = {.id = "m",
        .measure = of_turns[below(7)],
        .unit = CS_UNIT_TURN,
        .which = (uint8_t)below(CS_WHICH_COUNT),
        .unanswered = (uint8_t)below(CS_UNANSWERED_COUNT),
        .robot_only_excluded = below(2),
        .within_ms = below(5) * 1000};
    /* An unanswered turn counts as the cap: the reader of profiles wants one then. */
    if (m.measure == CS_MEASURE_MEAN_REPLY && (m.unanswered == CS_UNANSWERED_COUNTED || below(2)))
        m.cap_ms = (1 + below(4)) * 1000;
    return m;
}

static struct cs_turn_view any_view(const struct cs_plan *p)
{
    static const uint8_t responder[] = {CS_RESPONDER_HUMAN, CS_RESPONDER_HOLDING, CS_RESPONDER_ASSIST};
    bool skewed = below(4) == 0;
    return (struct cs_turn_view){.state = (uint16_t)below(1 << 13),
        .level = (uint8_t)below(p->n_level + 1u),
        .end = (uint8_t)below(3),
        .responder = responder[below(3)],
        .skewed = skewed,
        .late = below(2),
        .latency_ms = skewed ? 0 : below(6) * 1000};
}

static void compare(const struct cs_plan *p)
{
    struct cs_turn_view v = any_view(p);
    struct cs_tally t = cs_metric_tally(p, &v);
    cr_assert((t.hits & ~t.counts) == 0);
    for (uint32_t k = 0; k < p->profile->n_metric; k++) {
        struct value want = worth(p, k, &v), got = {t.hits >> k & 1, t.counts >> k & 1};
        if (p->profile->metric[k].measure == CS_MEASURE_MEAN_REPLY && got.denominator)
            got.numerator = cs_metric_ms(p, k, &v);
        cr_assert(want.numerator == got.numerator && want.denominator == got.denominator,
            "measure %u of state %x, level %u, end %u: %ld/%ld, not %ld/%ld", p->profile->metric[k].measure,
            v.state, v.level, v.end, (long)got.numerator, (long)got.denominator, (long)want.numerator,
            (long)want.denominator);
    }
}

Test(metric, sets_say_what_each_metric_says)
{
    struct cs_profile *f = calloc(1, sizeof *f);
    struct cs_plan *p = malloc(sizeof *p);
    const struct cs_clock_options o = {.window_ms = 1, .conversations_max = 1};
    srand(5);
    for (uint32_t round = 0; round < 400; round++) {
        f->n_metric = 1 + below(CS_METRICS_MAX);
        for (uint32_t k = 0; k < f->n_metric; k++)
            f->metric[k] = any_metric();
        cs_plan_make(p, f, &o);
        for (uint32_t i = 0; i < 100; i++)
            compare(p);
        cr_assert(cs_metric_tally(p, NULL).counts == 0);
    }
    free(p);
    free(f);
}
