#include "clock/speech.h"

static bool speaks(const struct cs_speech *m)
{
    uint8_t role = m->batch->role[m->i];
    return m->batch->text[m->i].len || (role != CS_ROLE_SYSTEM && m->notice == CS_NOTICE_NONE);
}

/* Time from the turn's opening to this message; skew is clamped to 0 and flagged. */
static int64_t waited(const struct cs_conversation *v, const struct cs_speech *m)
{
    int64_t ms = cs_time_between(m->sent_ms, v->since_ms);
    if (ms >= 0) return ms;
    m->batch->flags[m->i] |= 1u << CS_FLAG_CLOCK_SKEW;
    return 0;
}

static void report(const struct cs_scene *s, const struct cs_speech *m, bool opens)
{
    struct cs_response *r = &m->batch->response[m->i];
    const struct cs_plan *p = s->plan;
    r->waiting_since_ms = s->v->since_ms;
    r->position = s->v->unanswered;
    r->turn = opens ? CS_TURN_OPENS : m->valid ? CS_TURN_ANSWERS : CS_TURN_WAITS;
    r->latency_ms = opens ? 0 : waited(s->v, m);
    for (uint8_t k = 0; k < p->n_threshold && r->latency_ms > (int64_t)p->threshold_s[k] * 1000; k++)
        r->threshold_s[r->n_threshold++] = p->threshold_s[k];
}

cs_rc cs_silence(struct cs_scene *s, int64_t now_ms)
{
    struct cs_conversation *v = s->v;
    cs_rc rc = v->state & CS_STATE_COUNTS ? cs_turn_abandon(s, now_ms, true) : CS_OK;
    if (v->unanswered) s->clock->counts.waiting--;
    v->unanswered = 0;
    v->state &= (uint16_t)~CS_STATE_OFFLINE;
    return cs_bad(rc) ? rc : cs_messages_dropped(s);
}

/* The conversation goes over to another agent while the buyer waits. */
static cs_rc hand_over(struct cs_scene *s, const struct cs_speech *m, uint16_t agent, bool told)
{
    struct cs_conversation *v = s->v;
    bool counts = v->state & CS_STATE_COUNTS, known = v->turn_agent != CS_NOBODY;
    const struct cs_profile *f = s->plan->profile;
    v->agent = agent;
    if (!counts || v->turn_agent == agent) return CS_OK;
    if (!known || !f || !f->transfer_splits) return cs_turn_assign(s, agent, m->sent_ms);
    int64_t from = f->transfer_restarts && told ? m->sent_ms : cs_counted_from(v);
    cs_rc rc = cs_turn_abandon(s, m->sent_ms, false);
    if (cs_bad(rc)) return rc;
    int64_t offset = from == m->sent_ms ? cs_speech_offset(m) : v->offset;
    return cs_turn_begin(s, from, offset, v->turn_day);
}

static bool leave_message(const struct cs_scene *s)
{
    return s->v->state & CS_STATE_SESSION_LEAVE && s->plan->profile && s->plan->profile->leave_excluded;
}

/* The buyer asks for a person after a robot has answered: what went before leaves both sides. */
static bool begins_anew(const struct cs_scene *s, const struct cs_speech *m)
{
    return s->v->state & CS_STATE_COUNTS && s->v->state & CS_STATE_ROBOT &&
           m->meaning & CS_MEANS_HUMAN_REQUEST && s->plan->profile->human_restarts;
}

bool cs_begins_turn(const struct cs_scene *s, const struct cs_speech *m)
{
    bool open = s->v->state & CS_STATE_COUNTS;
    if (m->batch->role[m->i] != CS_ROLE_BUYER || !m->counts || !speaks(m)) return false;
    return !open || (cs_day16(m->at.day) > s->v->turn_day && cs_session_over(s, m->sent_ms));
}

/* The turn of a day that is over. */
static cs_rc leave_behind(struct cs_scene *s, const struct cs_speech *m)
{
    if (!m->begins || !(s->v->state & CS_STATE_COUNTS)) return CS_OK;
    cs_rc rc = cs_turn_abandon(s, m->sent_ms, true);
    return cs_bad(rc) ? rc : cs_messages_dropped(s);
}

/* The buyer's message begins a turn for the metrics, or goes on with one; over midnight with one of the day
 * before. */
static cs_rc count_turn(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    if (!m->counts || leave_message(s)) return CS_OK;
    cs_rc rc = begins_anew(s, m) ? cs_turn_undo(s, m->sent_ms) : CS_OK;
    bool of_yesterday = v->state & CS_STATE_COUNTS && cs_day16(m->at.day) > v->turn_day;
    if (!cs_bad(rc) && !of_yesterday) rc = cs_buyer_asks(s, m->at.day, m->sent_ms);
    if (!cs_bad(rc) && !(v->state & CS_STATE_COUNTS))
        rc = cs_turn_begin(s, m->sent_ms, cs_speech_offset(m), m->at.day);
    return cs_bad(rc) ? rc : cs_message_asked(s, m);
}

static void open_turn(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    const struct cs_profile *f = s->plan->profile;
    bool outside = f && !m->at.in_hours && f->offline_ms;
    s->clock->counts.waiting++;
    v->since_ms = m->sent_ms & CS_TIME_MAX;
    v->counted_ms = 0;
    v->offset = cs_speech_offset(m) & CS_TIME_MAX;
    v->state = (uint16_t)((v->state & ~CS_STATE_OFFLINE) | (outside ? CS_STATE_OFFLINE : 0));
}

static cs_rc buyer_speaks(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    const struct cs_profile *f = s->plan->profile;
    cs_rc rc = leave_behind(s, m);
    if (!cs_bad(rc)) rc = cs_session_buyer(s, m);
    if (!cs_bad(rc) && m->agent != CS_NOBODY) rc = hand_over(s, m, m->agent, true);
    if (!cs_bad(rc)) rc = cs_session_received(s, m);
    bool courtesy = m->meaning & CS_MEANS_COURTESY && f && !f->courtesy_opens;
    if (cs_bad(rc) || (courtesy && !v->unanswered)) return rc;
    bool opens = v->unanswered++ == 0;
    if (opens) open_turn(s, m);
    report(s, m, opens);
    return count_turn(s, m);
}

static cs_rc reply_counts(struct cs_scene *s, const struct cs_speech *m)
{
    cs_rc rc = CS_OK;
    if (m->agent != CS_NOBODY) rc = hand_over(s, m, m->agent, false);
    if (!cs_bad(rc)) rc = cs_session_received(s, m);
    if (!cs_bad(rc) && s->v->state & CS_STATE_COUNTS) rc = cs_turn_answer(s, m->sent_ms, m->responder);
    if (!cs_bad(rc)) rc = cs_messages_answered(s, m->sent_ms);
    return cs_bad(rc) ? rc : cs_session_reply(s, m);
}

static cs_rc valid_reply(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    if (v->unanswered) report(s, m, false);
    m->batch->response[m->i].first_reply = !(v->state & CS_STATE_REPLIED);
    cs_rc rc = reply_counts(s, m);
    v->state |= CS_STATE_REPLIED;
    v->state &= (uint16_t)~CS_STATE_OFFLINE;
    if (v->unanswered) s->clock->counts.waiting--;
    v->unanswered = 0;
    if (m->responder == CS_RESPONDER_HUMAN && s->plan->profile && !cs_bad(rc))
        rc = cs_promises_kept(s, m->sent_ms);
    return rc;
}

static cs_rc other_reply(struct cs_scene *s, const struct cs_speech *m)
{
    if (s->v->unanswered) report(s, m, false);
    if (!(s->v->state & CS_STATE_COUNTS)) return CS_OK;
    if (m->responder == CS_RESPONDER_ROBOT) return cs_turn_mark(s, CS_STATE_ROBOT, 0, m->sent_ms);
    if (m->responder == CS_RESPONDER_HOLDING) return cs_turn_mark(s, CS_STATE_HELD, 0, m->sent_ms);
    return CS_OK;
}

static cs_rc take_notice(struct cs_scene *s, const struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    struct cs_books *k = &s->shard->books;
    switch (m->notice) {
    case CS_NOTICE_AGENT_ONLINE:
    case CS_NOTICE_AGENT_OFFLINE:
    case CS_NOTICE_ALL_OFFLINE: cs_presence(k, v->shop, m->agent, m->notice); return CS_OK;
    case CS_NOTICE_SESSION_OPEN:
        v->state &= (uint16_t) ~(CS_STATE_SESSION | CS_STATE_SESSION_REPLIED);
        return CS_OK;
    case CS_NOTICE_SESSION_CLOSE: return cs_session_close(s, m->sent_ms);
    case CS_NOTICE_TRANSFER: return hand_over(s, m, m->agent, true);
    default: return cs_errand_notice(s, m);
    }
}

static cs_rc promise(struct cs_scene *s, struct cs_speech *m)
{
    bool made = m->meaning & CS_MEANS_PROMISE && m->notice == CS_NOTICE_NONE;
    if (!made) return CS_OK;
    m->notice = CS_NOTICE_PROMISE;
    return cs_errand_notice(s, m);
}

cs_rc cs_speak(struct cs_scene *s, struct cs_speech *m)
{
    cs_rc rc = m->notice ? take_notice(s, m) : CS_OK;
    uint8_t role = m->batch->role[m->i];
    m->valid = s->plan->valid >> m->responder & 1 && speaks(m);
    if (cs_bad(rc)) return rc;
    if (role == CS_ROLE_BUYER && speaks(m)) {
        rc = buyer_speaks(s, m);
    } else if (m->valid) {
        cs_presence(&s->shard->books, s->v->shop, m->agent, CS_NOTICE_AGENT_ONLINE);
        rc = valid_reply(s, m);
        if (!cs_bad(rc)) rc = promise(s, m);
    } else if (role != CS_ROLE_BUYER && s->v->unanswered) {
        rc = other_reply(s, m);
    }
    return rc;
}
