/* The books of one partition: shops, their agents, and the KPI rows of each shop and agent by service day.
 * One thread; owned by the partition.
 *
 * A ledger holds the rows of one (shop, agent, day): one cell per metric of the profile. Agent 0 is the shop
 * itself. Changed ledgers are listed until the next flush. Days long past are closed and given back. */
#ifndef CS_CLOCK_BOOKS_H
#define CS_CLOCK_BOOKS_H

#include "base/map.h"
#include "clock/plan.h"

enum { CS_SEEN_SHOPS = 256, CS_SEEN_AGENTS = 512 };
enum { CS_NOBODY = 0 /* agent 0: the shop, or an agent who is not known */, CS_NO_LEDGER = UINT32_MAX };

enum cs_online { CS_ONLINE_UNKNOWN, CS_ONLINE_YES, CS_ONLINE_NO };

struct cs_agent {
    char *name;
    uint32_t name_len;
    uint32_t ledger;  /* the one used last, or CS_NO_LEDGER */
    uint32_t waiting; /* open turns */
    uint8_t online;   /* enum cs_online */
};

struct cs_shop {
    uint8_t *id; /* platform NUL shop; NULL = a free place */
    uint16_t platform_len, shop_len;
    uint32_t users; /* conversations and ledgers */
    struct cs_agent *agent;
    uint32_t n_agent, cap_agent;
    uint32_t n_online, n_offline;         /* agents of known presence */
    bool offline;                         /* leave-message mode */
    int64_t moment_from_ms, moment_to_ms; /* quarter of an hour that `moment` and `plan` are of */
    struct cs_moment moment;
    uint8_t plan;
    uint8_t end_plan; /* by whose hours day `end_day` ends at `end_ms`; -1 = not asked so far */
    uint8_t open_plan;
    int32_t end_day;
    int64_t end_ms;
    int64_t closed_ms, open_ms; /* from .. below the hours of `open_plan` have not begun */
};

struct cs_cell {
    int64_t numerator, denominator, max;
    uint8_t told; /* bits: bands and, as bit CS_BANDS_MAX, the penalty */
};

struct cs_ledger {
    struct cs_cell *cell; /* by metric; NULL = a free place */
    uint32_t changed;     /* metrics, as bits */
    uint32_t shop, next_changed;
    int32_t day;
    uint16_t agent;
    uint8_t plan;
    bool listed;
};

/* An agent of a shop; perhaps not one that exists. */
struct cs_seen_agent {
    uint32_t shop;
    uint16_t agent;
};

struct cs_books {
    struct cs_shop *shop;
    uint32_t n_shop, cap_shop, free_shop;
    struct cs_ledger *ledger;
    uint32_t n_ledger, cap_ledger, free_ledger;
    uint32_t live_ledgers, changed; /* head of the changed ones, or CS_NO_LEDGER */
    struct cs_map shops, agents, ledgers;
    const struct cs_plan *plan;
    uint64_t refused;   /* contributions without a row */
    uint64_t forgotten; /* shops: as long as it stays the same, no number of a shop has a new meaning */
    /* Who was looked up last, by the ends of the name: to be compared before it is believed. */
    uint32_t seen_shop[CS_SEEN_SHOPS];
    struct cs_seen_agent seen_agent[CS_SEEN_AGENTS];
};

/* Which rows: a shop's or an agent's on a day by a plan. */
struct cs_page {
    uint32_t shop;
    int32_t day;
    uint16_t agent;
    uint8_t plan;
};

void cs_books_init(struct cs_books *k, const struct cs_plan *plan, uint64_t seed);
void cs_books_clear(struct cs_books *k);
/* The number of a shop, made when it is new. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_books_shop(struct cs_books *k, struct cs_span platform, struct cs_span shop, uint32_t *out);
/* The shop's number, or UINT32_MAX. */
uint32_t cs_books_known_shop(struct cs_books *k, struct cs_span platform, struct cs_span shop);
/* The number of an agent of the shop; CS_NOBODY for an empty name, and beyond 65,000 agents of a shop. */
CS_MUST cs_rc cs_books_agent(struct cs_books *k, uint32_t shop, struct cs_span name, uint16_t *out);
/* Whether agent `number` of the shop, who exists, has this name. */
static inline bool cs_books_is_agent(
    const struct cs_books *k, uint32_t shop, uint16_t number, struct cs_span name)
{
    const struct cs_agent *a = &k->shop[shop].agent[number];
    return a->name_len == name.len && cs_bytes_eq(a->name, name.ptr, name.len);
}
/* A user of the shop comes (+1) or goes (-1); with the last one the shop is forgotten. */
void cs_books_use(struct cs_books *k, uint32_t shop, int32_t by);
struct cs_span cs_books_platform(const struct cs_books *k, uint32_t shop);
struct cs_span cs_books_shop_id(const struct cs_books *k, uint32_t shop);
struct cs_span cs_books_agent_name(const struct cs_books *k, uint32_t shop, uint16_t agent);

/* The ledger of a page, made when it is new; CS_NO_LEDGER when there are too many. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_books_find_ledger(struct cs_books *k, const struct cs_page *page, uint32_t *out);
/* The same; mostly it is the one of the time before. */
CS_MUST static inline cs_rc cs_books_ledger(struct cs_books *k, const struct cs_page *p, uint32_t *out)
{
    uint32_t last = k->shop[p->shop].agent[p->agent].ledger;
    if (last == CS_NO_LEDGER) return cs_books_find_ledger(k, p, out);
    const struct cs_ledger *l = &k->ledger[last];
    bool same =
        l->cell && l->shop == p->shop && l->agent == p->agent && l->day == p->day && l->plan == p->plan;
    if (!same) return cs_books_find_ledger(k, p, out);
    *out = last;
    return CS_OK;
}
/* Its cell of a metric, to be changed. */
static inline struct cs_cell *cs_books_cell(struct cs_books *k, uint32_t ledger, uint32_t metric)
{
    struct cs_ledger *l = &k->ledger[ledger];
    l->changed |= 1u << metric;
    if (!l->listed) {
        l->listed = true;
        l->next_changed = k->changed;
        k->changed = ledger;
    }
    return &l->cell[metric];
}
/* Every row of the marked plans is a changed one. */
void cs_books_retell(struct cs_books *k, const bool *plan);
/* Give back ledgers of days before `day` that are not listed as changed. */
void cs_books_close(struct cs_books *k, int32_t day);

#endif
