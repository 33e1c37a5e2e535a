#include "clock/shard.h"

static struct cs_turn_view open_view(const struct cs_conversation *v)
{
    return (struct cs_turn_view){.state = v->state, .level = v->level};
}

static int32_t bit_of(uint32_t set, uint32_t k)
{
    return (int32_t)(set >> k & 1);
}

/* The change of metric `k`; false when there is none. */
static bool differs(const struct cs_plan *p, uint32_t k, const struct cs_turn_view *view[2],
    const struct cs_tally tally[2], struct cs_change *ch)
{
    bool mean = bit_of(p->of[CS_MEASURE_MEAN_REPLY], k);
    int64_t numerator[2] = {bit_of(tally[0].hits, k), bit_of(tally[1].hits, k)};
    for (uint32_t i = 0; i < 2 && mean; i++)
        numerator[i] = bit_of(tally[i].counts, k) ? cs_metric_ms(p, k, view[i]) : 0;
    ch->metric = k;
    ch->numerator = numerator[1] - numerator[0];
    ch->denominator = bit_of(tally[1].counts, k) - bit_of(tally[0].counts, k);
    /* The longest reply: what a turn without one counts for depends on how long it is looked at. */
    bool replied = view[1] && view[1]->end == CS_END_ANSWERED;
    ch->max = mean && replied ? numerator[1] : 0;
    return ch->numerator || ch->denominator || ch->max;
}

/* Post what the change from `before` to `after` (NULL = no turn) means to every metric of turns. */
static cs_rc settle(
    struct cs_scene *s, const struct cs_turn_view *before, const struct cs_turn_view *after, int64_t now_ms)
{
    const struct cs_plan *p = s->plan;
    const struct cs_turn_view *view[2] = {before, after};
    struct cs_change ch = {.agent = s->v->turn_agent, .day = s->v->turn_day};
    cs_rc rc = CS_OK;
    if (!p->of_turns) return CS_OK;
    const struct cs_tally t[2] = {cs_metric_tally(p, before), cs_metric_tally(p, after)};
    uint32_t left = (t[0].counts ^ t[1].counts) | (t[0].hits ^ t[1].hits);
    left |= p->of[CS_MEASURE_MEAN_REPLY] & t[0].counts & t[1].counts;
    for (; left && !cs_bad(rc); left &= left - 1)
        if (differs(p, (uint32_t)__builtin_ctz(left), view, t, &ch)) rc = cs_post(s, &ch, now_ms);
    return rc;
}

/* Buyer metrics that this buyer fails now. */
static uint8_t bad_now(const struct cs_scene *s)
{
    const struct cs_conversation *v = s->v;
    bool open = v->state & CS_STATE_COUNTS && v->turn_day == v->buyer_day;
    return (uint8_t)(v->bad | (open ? s->plan->bad_at[v->level] : 0));
}

static cs_rc settle_buyer(struct cs_scene *s, uint8_t before, int64_t now_ms)
{
    uint8_t after = bad_now(s), changed = (uint8_t)(before ^ after);
    cs_rc rc = CS_OK;
    if (!(s->v->state & CS_STATE_ASKED)) return CS_OK;
    for (uint8_t k = 0; k < s->plan->n_buyer && !cs_bad(rc); k++) {
        if (!(changed >> k & 1)) continue;
        struct cs_change ch = {
            .day = s->v->buyer_day, .metric = s->plan->buyer_metric[k], .numerator = after >> k & 1 ? -1 : 1};
        rc = cs_post(s, &ch, now_ms);
    }
    return rc;
}

cs_rc cs_buyer_asks(struct cs_scene *s, int32_t day, int64_t now_ms)
{
    struct cs_conversation *v = s->v;
    uint16_t d = cs_day16(day);
    if (v->state & CS_STATE_ASKED && v->buyer_day == d) return CS_OK;
    /* A straggler of a day that is past must not count the buyer twice on the present one. */
    if (v->state & CS_STATE_ASKED && d < v->buyer_day) return CS_OK;
    v->state |= CS_STATE_ASKED;
    v->buyer_day = d;
    v->bad = 0;
    struct cs_change ch = {.day = d, .numerator = 1, .denominator = 1};
    uint32_t metrics = 0;
    for (uint8_t k = 0; k < s->plan->n_buyer; k++)
        metrics |= 1u << s->plan->buyer_metric[k];
    cs_rc rc = cs_post_all(s, metrics, &ch, now_ms);
    ch.numerator = 0;
    return cs_bad(rc) ? rc : cs_post_all(s, s->plan->of[CS_MEASURE_COMPLAINTS], &ch, now_ms);
}

/* One more or one less waits for the shop and the agent; the peaks are kept. */
static cs_rc count_waiting(struct cs_scene *s, bool more, int64_t now_ms)
{
    uint32_t metrics = s->plan->of[CS_MEASURE_CONCURRENCY];
    struct cs_shop *shop = &s->shard->books.shop[s->v->shop];
    struct cs_agent *agent = &shop->agent[s->v->turn_agent];
    uint32_t by = more ? 1u : UINT32_MAX;
    if (!s->plan->profile) return CS_OK;
    shop->agent[CS_NOBODY].waiting += by;
    if (s->v->turn_agent != CS_NOBODY) agent->waiting += by;
    cs_rc rc = CS_OK;
    for (; more && metrics && !cs_bad(rc); metrics &= metrics - 1) {
        struct cs_change ch = {.day = s->v->turn_day, .metric = (uint32_t)__builtin_ctz(metrics)};
        ch.max = shop->agent[CS_NOBODY].waiting;
        rc = cs_post(s, &ch, now_ms);
        if (cs_bad(rc) || s->v->turn_agent == CS_NOBODY) continue;
        ch.agent = s->v->turn_agent;
        ch.max = agent->waiting;
        rc = cs_post(s, &ch, now_ms);
    }
    return rc;
}

cs_rc cs_turn_begin(struct cs_scene *s, int64_t sent_ms, int64_t offset, int32_t day)
{
    struct cs_conversation *v = s->v;
    int64_t later = cs_time_between(sent_ms, v->since_ms);
    v->counted_ms = later < 0 ? 0 : later > UINT32_MAX ? UINT32_MAX : (uint32_t)later;
    v->offset = offset & CS_TIME_MAX;
    v->turn_day = cs_day16(day);
    v->turn_agent = v->agent;
    v->level = 0;
    v->state &= (uint16_t) ~(CS_STATE_ROBOT | CS_STATE_HELD | CS_STATE_DAY_OVER | CS_STATE_FIRST);
    v->state |= CS_STATE_COUNTS;
    if (!(v->state & CS_STATE_SESSION_REPLIED)) v->state |= CS_STATE_FIRST;
    struct cs_turn_view now = open_view(v);
    cs_rc rc = settle(s, NULL, &now, sent_ms);
    return cs_bad(rc) ? rc : count_waiting(s, true, sent_ms);
}

/* The turn has become `after`; it is in the metrics no more. */
static cs_rc end(struct cs_scene *s, const struct cs_turn_view *after, uint8_t bad, int64_t now_ms)
{
    struct cs_conversation *v = s->v;
    struct cs_turn_view before = open_view(v);
    uint8_t bad_before = bad_now(s);
    cs_rc rc = settle(s, &before, after, now_ms);
    if (!cs_bad(rc)) rc = count_waiting(s, false, now_ms);
    if (v->turn_day == v->buyer_day) v->bad |= bad;
    v->state &= (uint16_t)~CS_STATE_COUNTS;
    return cs_bad(rc) ? rc : settle_buyer(s, bad_before, now_ms);
}

cs_rc cs_turn_answer(struct cs_scene *s, int64_t sent_ms, uint8_t responder)
{
    struct cs_conversation *v = s->v;
    struct cs_turn_view after = open_view(v);
    const struct cs_profile *f = s->plan->profile;
    int64_t ms = cs_time_between(sent_ms, cs_counted_from(v));
    uint8_t bad = 0;
    after.end = CS_END_ANSWERED;
    after.responder = responder;
    after.skewed = ms < 0;
    after.latency_ms = ms < 0 ? 0 : ms;
    if (s->plan->of[CS_MEASURE_UNANSWERED]) after.late = sent_ms >= cs_day_end(s, v->turn_day);
    for (uint8_t k = 0; k < s->plan->n_buyer; k++)
        if (ms < 0 || ms > f->metric[s->plan->buyer_metric[k]].within_ms) bad = (uint8_t)(bad | 1u << k);
    struct cs_change ch = {.agent = v->turn_agent, .day = v->turn_day, .numerator = after.latency_ms};
    cs_rc rc = end(s, &after, bad, sent_ms);
    return cs_bad(rc) ? rc : cs_post_all(s, s->plan->of[CS_MEASURE_CONCURRENCY], &ch, sent_ms);
}

cs_rc cs_turn_abandon(struct cs_scene *s, int64_t now_ms, bool buyer_too)
{
    struct cs_turn_view after = open_view(s->v);
    after.end = CS_END_ABANDONED;
    return end(s, &after, buyer_too ? UINT8_MAX : 0, now_ms);
}

cs_rc cs_turn_undo(struct cs_scene *s, int64_t now_ms)
{
    return end(s, NULL, 0, now_ms);
}

cs_rc cs_turn_mark(struct cs_scene *s, uint16_t state, uint8_t levels, int64_t now_ms)
{
    struct cs_turn_view before = open_view(s->v);
    uint8_t bad_before = bad_now(s);
    s->v->state |= state;
    s->v->level = (uint8_t)(s->v->level + levels);
    struct cs_turn_view after = open_view(s->v);
    cs_rc rc = settle(s, &before, &after, now_ms);
    return cs_bad(rc) ? rc : settle_buyer(s, bad_before, now_ms);
}

cs_rc cs_turn_assign(struct cs_scene *s, uint16_t agent, int64_t now_ms)
{
    struct cs_turn_view now = open_view(s->v);
    cs_rc rc = settle(s, &now, NULL, now_ms);
    if (!cs_bad(rc)) rc = count_waiting(s, false, now_ms);
    if (!cs_bad(rc)) rc = cs_messages_assign(s, agent);
    s->v->turn_agent = agent;
    if (!cs_bad(rc)) rc = settle(s, NULL, &now, now_ms);
    return cs_bad(rc) ? rc : count_waiting(s, true, now_ms);
}
