/* The metrics told again in the plainest way: walk each conversation from its beginning, list its turns,
 * sessions, buyer days and messages with what became of them, and add up at the end, when every timer has
 * fired. */
#ifndef TESTS_CLOCK_LEDGER_MODEL_H
#define TESTS_CLOCK_LEDGER_MODEL_H

#include "clock/clock.h"
#include "ledger_sums.h"

#include <stdio.h>
#include <stdlib.h>

#define M_DAY INT64_C(86400000)
#define M_WINDOW M_DAY

/* One line of the log. */
struct line {
    int64_t sent_ms, now_ms;
    uint32_t shop, buyer, agent, id; /* agent 0 = not told, id 0 = none */
    uint8_t role, notice;
};

struct conversation {
    bool known, session, session_counts, session_replied, spoke, open, robot, first, asked;
    bool bad_hour, bad_5min;
    int64_t touched, latest, since, session_ms, counted, pending[M_PENDING];
    int64_t day, session_day, buyer_day, pending_day[M_PENDING], received_day;
    uint32_t unanswered, agent, turn_agent, session_agent, recent[2], n_pending, pending_agent[M_PENDING],
        received;
};

static inline int64_t m_day(int64_t ms)
{
    return (ms + 8 * 3600000) / M_DAY;
}

static inline bool m_hours(uint32_t shop, int64_t ms)
{
    int64_t of_day = (ms + 8 * 3600000) % M_DAY;
    return of_day >= (shop == JD ? 9 : 8) * INT64_C(3600000) && of_day < 23 * INT64_C(3600000);
}

/* What became of a turn. */
struct outcome {
    bool answered, skewed;
    int64_t ms;
};

static inline void m_means(struct page p, const struct conversation *v, struct outcome o)
{
    static const uint32_t mean[M_SHOPS] = {[TAOBAO] = MEAN, [PDD] = HUMAN, [JD] = MEAN, [DOUYIN] = M_METRICS};
    if (o.answered && o.skewed) return;
    if (!o.answered) {
        if (p.shop == TAOBAO && !v->robot) m_add(p, (struct cell){600000, 1}, MEAN);
        return;
    }
    m_add(p, (struct cell){o.ms, 1}, v->first ? MEAN1 : MEAN2);
    if (p.shop == TAOBAO && o.ms > 600000) o.ms = 600000;
    if (mean[p.shop] < M_METRICS) m_add(p, (struct cell){o.ms, 1}, mean[p.shop]);
}

/* A turn has ended: reply INT64_MIN = nobody answered. */
static inline void m_turn(struct sums *s, uint32_t shop, const struct conversation *v, int64_t reply)
{
    struct page p = {s, shop, v->turn_agent, v->day};
    struct outcome o = {.answered = reply != INT64_MIN};
    o.skewed = o.answered && reply < v->counted;
    o.ms = o.answered && !o.skewed ? reply - v->counted : 0;
    bool late = !o.answered || reply >= (v->day + 1) * M_DAY - 8 * 3600000;
    bool within = o.answered && !o.skewed && o.ms <= 180000;
    m_add(p, (struct cell){late, 1}, LEFT);
    if (o.answered) m_add(p, (struct cell){o.skewed, 1}, SKEWED);
    if (shop == TAOBAO) m_add(p, (struct cell){within, 1}, RATE3);
    m_means(p, v, o);
}

static inline void m_end(struct sums *s, uint32_t shop, struct conversation *v, int64_t reply, bool buyer_too)
{
    int64_t ms = reply - v->counted;
    m_turn(s, shop, v, reply);
    v->open = false;
    if (v->day != v->buyer_day || !buyer_too) return;
    v->bad_hour |= reply == INT64_MIN || ms < 0 || ms > 3600000;
    v->bad_5min |= reply == INT64_MIN || ms < 0 || ms > 300000;
}

static inline void m_buyer_day_over(struct sums *s, uint32_t shop, struct conversation *v)
{
    if (!v->asked || shop != PDD) return;
    m_add1((struct page){s, shop, 0, v->buyer_day}, (struct cell){!v->bad_hour, 1}, EFFECTIVE);
    m_add1((struct page){s, shop, 0, v->buyer_day}, (struct cell){!v->bad_5min, 1}, RATE5);
}

static inline void m_session_over(struct sums *s, uint32_t shop, struct conversation *v)
{
    if (!v->session || !v->session_counts) return;
    m_add((struct page){s, shop, v->session_agent, v->session_day}, (struct cell){v->spoke, 1}, LAST_WORD);
    if (shop == JD)
        m_add((struct page){s, shop, v->session_agent, v->session_day}, (struct cell){0, 1}, FIRST30);
}

static inline void m_begin(struct conversation *v, int64_t sent, int64_t day)
{
    v->open = true;
    v->counted = sent < v->since ? v->since : sent;
    v->day = day;
    v->turn_agent = v->agent;
    v->robot = false;
    v->first = !v->session_replied;
}

static inline void m_hand_over(struct sums *s, uint32_t shop, struct conversation *v, uint32_t agent)
{
    v->agent = agent;
    if (!v->open || v->turn_agent == agent) return;
    if (!v->turn_agent || shop != TAOBAO) {
        v->turn_agent = agent;
        return;
    }
    int64_t from = v->counted;
    m_end(s, shop, v, INT64_MIN, false);
    m_begin(v, from, v->day);
}

static inline void m_silence(struct sums *s, uint32_t shop, struct conversation *v)
{
    if (v->open) m_end(s, shop, v, INT64_MIN, true);
    v->unanswered = 0;
    v->n_pending = 0;
}

static inline void m_forget(struct sums *s, uint32_t shop, struct conversation *v)
{
    m_silence(s, shop, v);
    m_session_over(s, shop, v);
    m_buyer_day_over(s, shop, v);
    *v = (struct conversation){.latest = INT64_MIN / 2};
}

static inline void m_received(struct sums *s, const struct line *m, struct conversation *v)
{
    int64_t day = m_day(m->sent_ms);
    if (!m_hours(m->shop, m->sent_ms) || day < v->received_day) return;
    if (day > v->received_day) m_add1((struct page){s, m->shop, 0, day}, (struct cell){1, 0}, RECEPTION);
    if (day > v->received_day) v->received = 0;
    v->received_day = day;
    if (!m->agent || v->received >> m->agent & 1) return;
    v->received |= 1u << m->agent;
    m_add1((struct page){s, m->shop, m->agent, day}, (struct cell){1, 0}, RECEPTION);
}

static inline void m_session(struct sums *s, const struct line *m, struct conversation *v)
{
    if (!v->session || m->sent_ms - v->latest > 600000) {
        m_session_over(s, m->shop, v);
        v->session = true;
        v->session_replied = v->spoke = false;
        v->session_ms = m->sent_ms;
        v->session_agent = m->agent;
        v->session_day = m_day(m->sent_ms);
        v->session_counts = m_hours(m->shop, m->sent_ms);
    } else if (!v->session_agent) {
        v->session_agent = m->agent;
    }
    v->spoke = false;
}

static inline void m_asks(struct sums *s, const struct line *m, struct conversation *v)
{
    int64_t day = m_day(m->sent_ms);
    if (v->open && day > v->day) m_end(s, m->shop, v, INT64_MIN, true);
    if (!v->asked || day > v->buyer_day) {
        m_buyer_day_over(s, m->shop, v);
        v->asked = true;
        v->bad_hour = v->bad_5min = false;
        v->buyer_day = day;
    }
    if (!v->open) m_begin(v, m->sent_ms, day);
    if (m->shop != DOUYIN) return;
    v->pending[v->n_pending] = m->sent_ms;
    v->pending_day[v->n_pending] = day;
    v->pending_agent[v->n_pending++] = v->turn_agent;
    m_add((struct page){s, m->shop, v->turn_agent, day}, (struct cell){0, 1}, MSG3);
    m_add((struct page){s, m->shop, v->turn_agent, day}, (struct cell){0, 1}, MSG2);
}

static inline void m_buyer(struct sums *s, const struct line *m, struct conversation *v)
{
    m_session(s, m, v);
    if (m->agent) m_hand_over(s, m->shop, v, m->agent);
    m_received(s, m, v);
    if (v->unanswered++ == 0) v->since = m->sent_ms;
    if (m_hours(m->shop, m->sent_ms)) m_asks(s, m, v);
}

static inline void m_messages(struct sums *s, const struct line *m, struct conversation *v)
{
    for (uint32_t i = 0; i < v->n_pending; i++) {
        struct page p = {s, m->shop, v->pending_agent[i], v->pending_day[i]};
        int64_t ms = m->sent_ms - v->pending[i];
        m_add(p, (struct cell){ms >= 0 && ms <= 180000, 0}, MSG3);
        m_add(p, (struct cell){ms >= 0 && ms <= 120000, 0}, MSG2);
    }
    v->n_pending = v->unanswered = 0;
}

static inline void m_reply(struct sums *s, const struct line *m, struct conversation *v)
{
    if (m->agent) m_hand_over(s, m->shop, v, m->agent);
    m_received(s, m, v);
    if (v->open) m_end(s, m->shop, v, m->sent_ms, true);
    m_messages(s, m, v);
    if (!v->session) return;
    if (!v->session_agent) v->session_agent = m->agent;
    struct page p = {s, m->shop, v->session_agent, v->session_day};
    int64_t ms = m->sent_ms - v->session_ms;
    if (m->shop == JD && v->session_counts && !v->session_replied)
        m_add(p, (struct cell){ms >= 0 && ms <= 30000, 0}, FIRST30);
    v->session_replied = v->spoke = true;
}

static inline bool m_valid(const struct line *m)
{
    if (m->role == CS_ROLE_AGENT) return true;
    return m->role == CS_ROLE_ROBOT_ASSIST && (m->shop == TAOBAO || m->shop == DOUYIN);
}

/* What the message says, by whom. */
static inline void m_said(struct sums *s, const struct line *m, struct conversation *v)
{
    if (m->notice == CS_NOTICE_SESSION_CLOSE) m_silence(s, m->shop, v);
    if (m->notice == CS_NOTICE_TRANSFER) m_hand_over(s, m->shop, v, m->agent);
    if (m->role == CS_ROLE_BUYER) m_buyer(s, m, v);
    if (m_valid(m)) m_reply(s, m, v);
    if (m->role == CS_ROLE_ROBOT && v->unanswered && v->open) v->robot = true;
}

static inline bool m_repeated(const struct line *m, struct conversation *v)
{
    if (m->id && (v->recent[0] == m->id || v->recent[1] == m->id)) return true;
    if (m->id) v->recent[1] = v->recent[0], v->recent[0] = m->id;
    return false;
}

static inline void m_line(struct sums *s, const struct line *m, struct conversation *v)
{
    if (!v->known || m->now_ms - v->touched > M_WINDOW) m_forget(s, m->shop, v);
    v->known = true;
    if (v->unanswered && m->now_ms - v->since > M_WINDOW) m_silence(s, m->shop, v);
    v->touched = m->now_ms;
    if (m_repeated(m, v)) return;
    m_said(s, m, v);
    if (m->sent_ms > v->latest) v->latest = m->sent_ms;
}

/* The whole log. */
static inline void m_log(struct sums *s, const struct line *log, uint32_t n)
{
    struct conversation *v = calloc(M_SHOPS * M_BUYERS, sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        m_line(s, &log[i], &v[log[i].shop * M_BUYERS + log[i].buyer]);
    for (uint32_t i = 0; i < M_SHOPS * M_BUYERS; i++)
        m_forget(s, i / M_BUYERS, &v[i]);
    free(v);
}

#endif
