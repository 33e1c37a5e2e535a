#include "clock/speech.h"

enum { MESSAGES_MAX = 256 /* of one turn, each with its time; older ones count as answered too late */ };

static void all_go(struct cs_shop *s)
{
    for (uint32_t i = 0; i < s->n_agent; i++)
        if (s->agent[i].online == CS_ONLINE_YES) s->agent[i].online = CS_ONLINE_NO;
    s->n_offline += s->n_online;
    s->n_online = 0;
    s->offline = true;
}

/* A shop that was said to be offline and an agent who speaks: somebody is there. */
void cs_presence(struct cs_books *k, uint32_t shop, uint16_t agent, uint8_t notice)
{
    struct cs_shop *s = &k->shop[shop];
    uint8_t now = notice == CS_NOTICE_AGENT_OFFLINE ? CS_ONLINE_NO : CS_ONLINE_YES;
    if (notice == CS_NOTICE_ALL_OFFLINE) {
        all_go(s);
        return;
    }
    struct cs_agent *a = &s->agent[agent];
    if (agent != CS_NOBODY && a->online != now) {
        s->n_online += (now == CS_ONLINE_YES ? 1u : 0u) - (a->online == CS_ONLINE_YES ? 1u : 0u);
        s->n_offline += (now == CS_ONLINE_NO ? 1u : 0u) - (a->online == CS_ONLINE_NO ? 1u : 0u);
        a->online = now;
    }
    s->offline = now == CS_ONLINE_NO && (s->offline || (s->n_online == 0 && s->n_offline > 0));
}

static struct cs_change session_change(const struct cs_scene *s)
{
    return (struct cs_change){.agent = s->v->session_agent, .day = s->v->session_day};
}

/* Metrics of sessions but the one of leave messages. */
static uint32_t session_metrics(const struct cs_plan *p, bool means)
{
    uint32_t set = p->of_sessions;
    return means ? set & p->of[CS_MEASURE_MEAN_REPLY] : set & p->of[CS_MEASURE_REPLY_RATE];
}

static cs_rc count_session(struct cs_scene *s, int64_t sign, int64_t now_ms)
{
    struct cs_change ch = session_change(s);
    bool leave = s->v->state & CS_STATE_SESSION_LEAVE;
    ch.denominator = sign;
    ch.numerator = leave ? sign : 0;
    cs_rc rc = cs_post_all(s, s->plan->of[CS_MEASURE_LEAVE], &ch, now_ms);
    if (cs_bad(rc) || (leave && s->plan->profile->leave_excluded)) return rc;
    ch.numerator = 0;
    rc = cs_post_all(s, s->plan->of[CS_MEASURE_LAST_WORD], &ch, now_ms);
    uint32_t rates = session_metrics(s->plan, false);
    for (; rates && !cs_bad(rc); rates &= rates - 1) {
        uint32_t k = (uint32_t)__builtin_ctz(rates);
        if (s->plan->profile->metric[k].unanswered == CS_UNANSWERED_COUNTED)
            rc = cs_post_all(s, 1u << k, &ch, now_ms);
    }
    return rc;
}

static cs_rc begin(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    v->state &= (uint16_t) ~(
        CS_STATE_SESSION_COUNTS | CS_STATE_SESSION_REPLIED | CS_STATE_SESSION_LEAVE | CS_STATE_SHOP_SPOKE);
    v->state |= CS_STATE_SESSION;
    if (s->shard->books.shop[v->shop].offline) v->state |= CS_STATE_SESSION_LEAVE;
    v->session_ms = m->sent_ms & CS_TIME_MAX;
    v->session_agent = m->agent;
    v->session_day = cs_day16(m->at.day);
    if (!m->counts || !s->plan->profile) return CS_OK;
    v->state |= CS_STATE_SESSION_COUNTS;
    return count_session(s, 1, m->sent_ms);
}

static cs_rc turn_last_word(struct cs_scene *s, int64_t now_ms)
{
    struct cs_conversation *v = s->v;
    v->state ^= CS_STATE_SHOP_SPOKE;
    struct cs_change ch = session_change(s);
    ch.numerator = v->state & CS_STATE_SHOP_SPOKE ? 1 : -1;
    bool out = v->state & CS_STATE_SESSION_LEAVE && s->plan->profile && s->plan->profile->leave_excluded;
    if (out || !(v->state & CS_STATE_SESSION_COUNTS)) return CS_OK;
    return cs_post_all(s, s->plan->of[CS_MEASURE_LAST_WORD], &ch, now_ms);
}

/* The last word of the session is now the shop's, or no more. */
static inline cs_rc last_word(struct cs_scene *s, bool shop, int64_t now_ms)
{
    bool was = s->v->state & CS_STATE_SHOP_SPOKE, session = s->v->state & CS_STATE_SESSION;
    return was == shop || !session ? CS_OK : turn_last_word(s, now_ms);
}

/* The session is whose it was given to first: an agent who becomes known before the first reply takes it over
 * whole. */
static cs_rc assign(struct cs_scene *s, uint16_t agent, int64_t now_ms)
{
    struct cs_conversation *v = s->v;
    if (v->session_agent != CS_NOBODY || agent == CS_NOBODY || v->state & CS_STATE_SESSION_REPLIED)
        return CS_OK;
    bool counts = v->state & CS_STATE_SESSION_COUNTS;
    bool spoke = v->state & CS_STATE_SHOP_SPOKE;
    cs_rc rc = spoke ? last_word(s, false, now_ms) : CS_OK;
    if (counts && !cs_bad(rc)) rc = count_session(s, -1, now_ms);
    v->session_agent = agent;
    if (counts && !cs_bad(rc)) rc = count_session(s, 1, now_ms);
    return cs_bad(rc) || !spoke ? rc : last_word(s, true, now_ms);
}

bool cs_session_over(const struct cs_scene *s, int64_t sent_ms)
{
    const struct cs_profile *f = s->plan->profile;
    return !(s->v->state & CS_STATE_SESSION) ||
           (f && cs_time_between(sent_ms, s->v->latest_ms) > f->session_gap_ms);
}

cs_rc cs_session_buyer(struct cs_scene *s, const struct cs_speech *m)
{
    bool fresh = cs_session_over(s, m->sent_ms);
    cs_rc rc = fresh ? begin(s, m) : assign(s, m->agent, m->sent_ms);
    return cs_bad(rc) ? rc : last_word(s, false, m->sent_ms);
}

static cs_rc first_reply(struct cs_scene *s, int64_t sent_ms)
{
    struct cs_change ch = session_change(s);
    int64_t ms = cs_time_between(sent_ms, s->v->session_ms);
    uint32_t left = s->plan->of_sessions;
    cs_rc rc = CS_OK;
    for (; left && !cs_bad(rc); left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctz(left);
        const struct cs_metric *m = &s->plan->profile->metric[k];
        bool mean = m->measure == CS_MEASURE_MEAN_REPLY;
        if (mean && ms < 0) continue;
        ch.denominator = mean || m->unanswered == CS_UNANSWERED_EXCLUDED;
        ch.numerator = mean ? (m->cap_ms && ms > m->cap_ms ? m->cap_ms : ms) : ms >= 0 && ms <= m->within_ms;
        ch.max = mean ? ch.numerator : 0;
        rc = cs_post_all(s, 1u << k, &ch, sent_ms);
    }
    return rc;
}

cs_rc cs_session_reply(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    if (!(v->state & CS_STATE_SESSION)) return CS_OK;
    cs_rc rc = assign(s, m->agent, m->sent_ms);
    if (!cs_bad(rc)) rc = last_word(s, true, m->sent_ms);
    bool first = !(v->state & CS_STATE_SESSION_REPLIED), counts = v->state & CS_STATE_SESSION_COUNTS;
    v->state |= CS_STATE_SESSION_REPLIED;
    bool out = v->state & CS_STATE_SESSION_LEAVE && s->plan->profile && s->plan->profile->leave_excluded;
    return cs_bad(rc) || !first || !counts || out ? rc : first_reply(s, m->sent_ms);
}

cs_rc cs_session_close(struct cs_scene *s, int64_t sent_ms)
{
    return cs_silence(s, sent_ms);
}

static bool received_before(const struct cs_scene *s, uint16_t agent, uint16_t day)
{
    const struct cs_conversations *t = &s->shard->conversations;
    if (s->v->reception_agent == agent) return true;
    for (uint32_t at = s->v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        if (t->errand[at].kind == CS_ERRAND_RECEPTION && t->errand[at].agent == agent &&
            t->errand[at].day == day)
            return true;
    return false;
}

static void forget_receptions(struct cs_scene *s)
{
    struct cs_conversations *t = &s->shard->conversations;
    uint32_t *link = &s->v->errand;
    while (*link != CS_NO_ERRAND)
        if (t->errand[*link].kind == CS_ERRAND_RECEPTION)
            cs_errand_remove(t, link);
        else
            link = &t->errand[*link].next;
}

/* Remember that the agent has had the conversation today; the first one in the slot, more as errands. */
static cs_rc note_reception(struct cs_scene *s, uint16_t agent, uint16_t day)
{
    struct cs_conversation *v = s->v;
    bool today = v->reception_day == day;
    if (!today) forget_receptions(s);
    v->reception_day = day;
    if (today && v->reception_agent != CS_NOBODY)
        return cs_errand_add(&s->shard->conversations, v,
            &(struct cs_errand){.due_ms = CS_NO_TIME,
                .agent = agent,
                .day = day,
                .kind = CS_ERRAND_RECEPTION,
                .plan = v->plan});
    v->reception_agent = agent;
    return CS_OK;
}

static cs_rc receive(struct cs_scene *s, const struct cs_speech *m)
{
    uint32_t left = m->plan->of[CS_MEASURE_RECEPTION];
    uint16_t day = cs_day16(m->at.day), last = s->v->reception_day;
    bool today = last == day;
    bool known = today && (m->agent == CS_NOBODY || received_before(s, m->agent, day));
    if (!left || !m->dated || day < last || known) return CS_OK;
    struct cs_scene of = *s;
    of.plan = m->plan;
    cs_rc rc = note_reception(s, m->agent, day);
    for (; left && !cs_bad(rc); left &= left - 1) {
        struct cs_change ch = {.day = day, .metric = (uint32_t)__builtin_ctz(left), .numerator = 1};
        rc = today ? CS_OK : cs_post(&of, &ch, m->sent_ms);
        if (!cs_bad(rc) && m->agent != CS_NOBODY) rc = cs_post_agent(&of, m->agent, &ch);
    }
    return rc;
}

/* A conversation counts once a day for the shop, and once for every agent that has it, at any hour. */
cs_rc cs_session_received(struct cs_scene *s, const struct cs_speech *m)
{
    bool first = m->agent == CS_NOBODY || m->agent == s->v->reception_agent;
    return first && s->v->reception_day == cs_day16(m->at.day) ? CS_OK : receive(s, m);
}

static uint32_t count_messages(const struct cs_scene *s, uint32_t *oldest)
{
    const struct cs_conversations *t = &s->shard->conversations;
    uint32_t n = 0;
    for (uint32_t at = s->v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        if (t->errand[at].kind == CS_ERRAND_MESSAGE) n++, *oldest = at;
    return n;
}

cs_rc cs_message_asked(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversations *t = &s->shard->conversations;
    struct cs_errand e = {.since_ms = m->sent_ms & CS_TIME_MAX,
        .due_ms = CS_NO_TIME,
        .agent = s->v->turn_agent,
        .day = cs_day16(m->at.day),
        .kind = CS_ERRAND_MESSAGE,
        .plan = s->v->plan};
    struct cs_change ch = {.agent = e.agent, .day = e.day, .denominator = 1};
    uint32_t oldest = CS_NO_ERRAND;
    if (!s->plan->of_messages) return CS_OK;
    cs_rc rc = CS_OK;
    if (count_messages(s, &oldest) < MESSAGES_MAX) {
        rc = cs_errand_add(t, s->v, &e);
    } else {
        e.next = t->errand[oldest].next;
        t->errand[oldest] = e;
    }
    return cs_bad(rc) ? rc : cs_post_all(s, s->plan->of_messages, &ch, m->sent_ms);
}

static cs_rc move_message(struct cs_scene *s, const struct cs_errand *e, uint16_t agent)
{
    cs_rc rc = CS_OK;
    for (uint32_t left = s->plan->of_messages; left && !cs_bad(rc); left &= left - 1) {
        struct cs_change ch = {.day = e->day, .metric = (uint32_t)__builtin_ctz(left), .denominator = -1};
        if (e->agent != CS_NOBODY) rc = cs_post_agent(s, e->agent, &ch);
        ch.denominator = 1;
        if (agent != CS_NOBODY && !cs_bad(rc)) rc = cs_post_agent(s, agent, &ch);
    }
    return rc;
}

static cs_rc answer_message(struct cs_scene *s, const struct cs_errand *e, int64_t sent_ms)
{
    int64_t ms = cs_time_between(sent_ms, e->since_ms);
    struct cs_change ch = {.agent = e->agent, .day = e->day, .numerator = 1};
    uint32_t within = 0;
    for (uint32_t left = s->plan->of_messages; left; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctz(left);
        if (ms >= 0 && ms <= s->plan->profile->metric[k].within_ms) within |= 1u << k;
    }
    return cs_post_all(s, within, &ch, sent_ms);
}

static cs_rc end_messages(struct cs_scene *s, bool answered, int64_t sent_ms)
{
    struct cs_conversations *t = &s->shard->conversations;
    uint32_t *link = &s->v->errand;
    cs_rc rc = CS_OK;
    while (*link != CS_NO_ERRAND && !cs_bad(rc)) {
        if (t->errand[*link].kind != CS_ERRAND_MESSAGE) {
            link = &t->errand[*link].next;
            continue;
        }
        if (answered) rc = answer_message(s, &t->errand[*link], sent_ms);
        cs_errand_remove(t, link);
    }
    return rc;
}

cs_rc cs_messages_assign(struct cs_scene *s, uint16_t agent)
{
    struct cs_conversations *t = &s->shard->conversations;
    cs_rc rc = CS_OK;
    if (!s->plan->of_messages) return CS_OK;
    for (uint32_t at = s->v->errand; at != CS_NO_ERRAND && !cs_bad(rc); at = t->errand[at].next) {
        struct cs_errand *e = &t->errand[at];
        if (e->kind != CS_ERRAND_MESSAGE || e->agent != s->v->turn_agent) continue;
        rc = move_message(s, e, agent);
        e->agent = agent;
    }
    return rc;
}

cs_rc cs_messages_answered(struct cs_scene *s, int64_t sent_ms)
{
    return s->plan->of_messages ? end_messages(s, true, sent_ms) : CS_OK;
}

cs_rc cs_messages_dropped(struct cs_scene *s)
{
    return s->plan->of_messages ? end_messages(s, false, 0) : CS_OK;
}
