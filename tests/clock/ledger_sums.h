/* Rows of metrics as sums, for the model of the clock. */
#ifndef TESTS_CLOCK_LEDGER_SUMS_H
#define TESTS_CLOCK_LEDGER_SUMS_H

#include <stddef.h>
#include <stdint.h>

enum { M_SHOPS = 4, M_BUYERS = 200, M_AGENTS = 4, M_DAYS = 8, M_METRICS = 16, M_PENDING = 1000 };
enum { TAOBAO, PDD, JD, DOUYIN };

/* Rows by shop, agent (0 = the shop), day and metric. */
struct cell {
    int64_t n, d;
};
struct sums {
    struct cell at[M_SHOPS][M_AGENTS][M_DAYS][M_METRICS];
    int64_t first_day;
};

static const char *const m_names[M_METRICS] = {"reply_rate_3min", "mean_reply", "unanswered_at_day_end",
    "skewed", "reception", "last_word", "effective_reply_rate", "reply_rate_5min", "mean_human_response",
    "first_reply_30s", "human_reply_rate_3min", "human_reply_rate_2min", "mean_first_reply",
    "mean_next_reply", NULL, NULL};
enum {
    RATE3,
    MEAN,
    LEFT,
    SKEWED,
    RECEPTION,
    LAST_WORD,
    EFFECTIVE,
    RATE5,
    HUMAN,
    FIRST30,
    MSG3,
    MSG2,
    MEAN1,
    MEAN2
};

/* The rows of an agent (or nobody) of a shop on a day. */
struct page {
    struct sums *sums;
    uint32_t shop, agent;
    int64_t day;
};

static inline void m_add1(struct page p, struct cell by, uint32_t k)
{
    struct cell *c = &p.sums->at[p.shop][p.agent][p.day - p.sums->first_day][k];
    c->n += by.n;
    c->d += by.d;
}

/* To the shop, and to the agent if there is one. */
static inline void m_add(struct page p, struct cell by, uint32_t k)
{
    if (p.agent) m_add1(p, by, k);
    p.agent = 0;
    m_add1(p, by, k);
}

#endif
