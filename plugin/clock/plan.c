#include "clock/plan.h"

static uint8_t place(struct cs_plan *p, int64_t after_ms, uint8_t kind)
{
    uint8_t k = 0;
    while (k < p->n_level &&
           (p->level[k].after_ms < after_ms || (p->level[k].after_ms == after_ms && p->level[k].kind < kind)))
        k++;
    return k;
}

static void add_level(struct cs_plan *p, struct cs_level l)
{
    uint8_t k = place(p, l.after_ms, l.kind);
    bool known = k < p->n_level && p->level[k].after_ms == l.after_ms && p->level[k].kind == l.kind;
    if (known && l.kind == CS_OVERDUE_NONE) return;
    memmove(&p->level[k + 1], &p->level[k], (size_t)(p->n_level - k) * sizeof l);
    p->level[k] = l;
    p->n_level++;
}

static uint8_t level_of(const struct cs_plan *p, int64_t after_ms)
{
    uint8_t k = 0;
    while (k < p->n_level && p->level[k].after_ms < after_ms)
        k++;
    return k;
}

static void add_threshold(struct cs_plan *p, int64_t after_ms)
{
    if (p->n_threshold < CS_THRESHOLDS_MAX) p->threshold_s[p->n_threshold++] = (uint32_t)(after_ms / 1000);
}

static void own_limits(struct cs_plan *p, const struct cs_profile *f)
{
    for (uint32_t k = 0; k < f->n_limit; k++) {
        const struct cs_limit *l = &f->limit[k];
        uint8_t kind = l->warning ? CS_OVERDUE_WARNING : CS_OVERDUE_THRESHOLD;
        add_level(p, (struct cs_level){l->after_ms, l->name, kind});
        if (l->warn_ms)
            add_level(p, (struct cs_level){l->after_ms - l->warn_ms, l->name, CS_OVERDUE_WARNING});
        if (!l->warning) add_threshold(p, l->after_ms);
    }
}

static void set_limits(struct cs_plan *p, const struct cs_clock_options *o)
{
    for (uint8_t k = 0; k < o->n_threshold; k++) {
        int64_t after_ms = (int64_t)o->threshold_s[k] * 1000;
        add_level(p, (struct cs_level){after_ms, "threshold", CS_OVERDUE_THRESHOLD});
        add_threshold(p, after_ms);
    }
}

static bool has_level(const struct cs_metric *m)
{
    bool mean = m->measure == CS_MEASURE_MEAN_REPLY && m->unit == CS_UNIT_TURN && m->cap_ms;
    return mean || m->unit == CS_UNIT_BUYER_DAY;
}

static int64_t level_time(const struct cs_metric *m)
{
    /* A buyer is late when the time has passed, not when it is reached. */
    return m->unit == CS_UNIT_BUYER_DAY ? m->within_ms : m->cap_ms;
}

static void sort_metric(struct cs_plan *p, const struct cs_metric *m, uint32_t k)
{
    uint32_t bit = 1u << k;
    bool reply = m->measure == CS_MEASURE_REPLY_RATE || m->measure == CS_MEASURE_MEAN_REPLY;
    bool turn = m->measure == CS_MEASURE_UNANSWERED || m->measure == CS_MEASURE_HOLDING ||
                m->measure == CS_MEASURE_SKEWED || (reply && m->unit == CS_UNIT_TURN);
    p->of[m->measure] |= bit;
    if (turn) p->of_turns |= bit;
    if (reply && m->unit == CS_UNIT_MESSAGE) p->of_messages |= bit;
    if (reply && m->unit == CS_UNIT_SESSION) p->of_sessions |= bit;
    if (m->unit == CS_UNIT_BUYER_DAY) p->buyer_metric[p->n_buyer++] = (uint8_t)k;
}

static void sort_rows(struct cs_plan *p, const struct cs_metric *m, uint32_t k)
{
    uint32_t bit = 1u << k;
    if (m->which == CS_WHICH_FIRST) p->of_first |= bit;
    if (m->which == CS_WHICH_NEXT) p->of_next |= bit;
    if (m->unanswered == CS_UNANSWERED_COUNTED) p->counted |= bit;
    if (m->robot_only_excluded) p->not_of_robots |= bit;
    if (m->agent) p->agent_rows |= bit;
    if (m->shop) p->shop_rows |= bit;
    if (m->n_band || m->penalty.failed) p->watched |= bit;
}

/* Which caps and which times of buyer days a turn has passed, level by level. */
static void look_over_levels(struct cs_plan *p, const struct cs_profile *f)
{
    for (uint8_t level = 0; level <= p->n_level; level++) {
        for (uint32_t k = 0; k < f->n_metric; k++)
            if (f->metric[k].cap_ms && level > p->cap_level[k]) p->capped_at[level] |= 1u << k;
        for (uint8_t k = 0; k < p->n_buyer; k++)
            if (level > p->cap_level[p->buyer_metric[k]])
                p->bad_at[level] = (uint8_t)(p->bad_at[level] | 1u << k);
    }
}

static void take_metrics(struct cs_plan *p, const struct cs_profile *f)
{
    for (uint32_t k = 0; k < f->n_metric; k++) {
        sort_metric(p, &f->metric[k], k);
        sort_rows(p, &f->metric[k], k);
        if (has_level(&f->metric[k]))
            add_level(p, (struct cs_level){level_time(&f->metric[k]), "", CS_OVERDUE_NONE});
    }
    for (uint32_t k = 0; k < f->n_metric; k++)
        if (has_level(&f->metric[k])) p->cap_level[k] = level_of(p, level_time(&f->metric[k]));
    look_over_levels(p, f);
}

/* Nobody has to look for a phrase that has no consequence. */
static void set_meanings(struct cs_plan *p, const struct cs_profile *f)
{
    if (!f->phrases.n) return;
    p->meant[CS_ROLE_BUYER] =
        (f->courtesy_opens ? 0 : CS_MEANS_COURTESY) | (f->human_restarts ? CS_MEANS_HUMAN_REQUEST : 0);
    p->meant[CS_ROLE_AGENT] = CS_MEANS_HOLDING | (f->promise_ms ? CS_MEANS_PROMISE : 0);
    p->meant[CS_ROLE_SYSTEM] = UINT32_MAX << 5;
}

void cs_plan_make(struct cs_plan *p, const struct cs_profile *profile, const struct cs_clock_options *o)
{
    *p = (struct cs_plan){.profile = profile,
        .name = profile ? profile->name : NULL,
        .valid = profile ? profile->valid : 1u << CS_RESPONDER_HUMAN};
    if (o->n_threshold || !profile)
        set_limits(p, o);
    else
        own_limits(p, profile);
    if (!profile) return;
    take_metrics(p, profile);
    set_meanings(p, profile);
}
