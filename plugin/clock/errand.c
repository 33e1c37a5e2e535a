/* After-sale cases, promises and complaints. */
#include "clock/speech.h"

enum { OPEN_MAX = 16 /* cases or promises of one conversation */ };

static uint32_t count(const struct cs_scene *s, uint8_t kind)
{
    const struct cs_conversations *t = &s->shard->conversations;
    uint32_t n = 0;
    for (uint32_t at = s->v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        n += t->errand[at].kind == kind;
    return n;
}

static cs_rc open_errand(struct cs_scene *s, const struct cs_speech *m, uint8_t kind, int64_t within_ms)
{
    uint16_t day = cs_day16(m->at.day), agent = m->agent ? m->agent : s->v->agent;
    bool promise = kind == CS_ERRAND_PROMISE;
    struct cs_errand e = {.since_ms = m->sent_ms & CS_TIME_MAX,
        .due_ms = cs_time_cut(cs_time_after(m->sent_ms, within_ms)) & CS_TIME_MAX,
        .offset = cs_speech_offset(m) & CS_TIME_MAX,
        .agent = agent,
        .day = day,
        .kind = kind,
        .plan = m->plan->number};
    struct cs_scene of = *s;
    of.plan = m->plan;
    struct cs_change ch = {.agent = agent, .day = day, .numerator = promise, .denominator = 1};
    if (!within_ms || count(s, kind) >= OPEN_MAX) return CS_OK;
    cs_rc rc = cs_errand_add(&s->shard->conversations, s->v, &e);
    uint32_t metrics = of.plan->of[promise ? CS_MEASURE_PROMISES : CS_MEASURE_CASES];
    return cs_bad(rc) ? rc : cs_post_all(&of, metrics, &ch, m->sent_ms);
}

/* A promise kept on its day was not open when the day ended; a case counts when it was solved in time. */
static cs_rc close_errand(const struct cs_scene *s, const struct cs_errand *e, int64_t sent_ms)
{
    struct cs_scene then = *s;
    then.plan = &s->clock->plan[e->plan];
    const struct cs_profile *f = then.plan->profile;
    struct cs_change ch = {.agent = e->agent, .day = e->day, .numerator = 1};
    uint32_t metrics = then.plan->of[CS_MEASURE_CASES];
    bool counts = cs_time_between(sent_ms, e->since_ms) <= f->case_ms;
    if (e->kind == CS_ERRAND_PROMISE) {
        ch.numerator = -1;
        metrics = then.plan->of[CS_MEASURE_PROMISES];
        counts = sent_ms < cs_calendar_day_end(&f->calendar, e->day);
    }
    return counts ? cs_post_all(&then, metrics, &ch, sent_ms) : CS_OK;
}

/* Errands of this kind from before `until_ms`. */
static cs_rc close_all(struct cs_scene *s, uint8_t kind, int64_t until_ms, int64_t sent_ms)
{
    struct cs_conversations *t = &s->shard->conversations;
    uint32_t *link = &s->v->errand;
    cs_rc rc = CS_OK;
    while (*link != CS_NO_ERRAND && !cs_bad(rc)) {
        const struct cs_errand *e = &t->errand[*link];
        if (e->kind != kind || e->since_ms > until_ms) {
            link = &t->errand[*link].next;
            continue;
        }
        rc = close_errand(s, e, sent_ms);
        cs_errand_remove(t, link);
    }
    return rc;
}

cs_rc cs_promises_kept(struct cs_scene *s, int64_t sent_ms)
{
    if (s->v->errand == CS_NO_ERRAND) return CS_OK;
    int64_t until = cs_time_between(sent_ms, s->plan->profile->promise_settle_ms + 1);
    return close_all(s, CS_ERRAND_PROMISE, until, sent_ms);
}

static cs_rc complain(const struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_change ch = {.day = cs_day16(m->at.day), .numerator = 1};
    struct cs_scene of = *s;
    of.plan = m->plan;
    return cs_post_all(&of, m->plan->of[CS_MEASURE_COMPLAINTS], &ch, m->sent_ms);
}

/* Something new is of its own day and profile; what ends it, of those on which it began. */
static cs_rc begins(struct cs_scene *s, const struct cs_speech *m)
{
    const struct cs_profile *f = m->plan->profile;
    if (!f || !m->dated) return CS_OK;
    switch (m->notice) {
    case CS_NOTICE_CASE_OPEN: return open_errand(s, m, CS_ERRAND_CASE, f->case_ms);
    case CS_NOTICE_PROMISE: return open_errand(s, m, CS_ERRAND_PROMISE, f->promise_ms);
    case CS_NOTICE_COMPLAINT: return complain(s, m);
    default: return CS_OK;
    }
}

cs_rc cs_errand_notice(struct cs_scene *s, const struct cs_speech *m)
{
    switch (m->notice) {
    case CS_NOTICE_CASE_SOLVED: return close_all(s, CS_ERRAND_CASE, INT64_MAX, m->sent_ms);
    case CS_NOTICE_PROMISE_KEPT: return close_all(s, CS_ERRAND_PROMISE, INT64_MAX, m->sent_ms);
    default: return begins(s, m);
    }
}
