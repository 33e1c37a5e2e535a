/* Posting changes to the books, and what follows from a new quotient: bands and penalties. */
#include "clock/shard.h"

enum { PENALTY_BIT = 1 << CS_BANDS_MAX };
#define MILLION INT64_C(1000000)

static cs_rc tell_condition(struct cs_scene *s, const struct cs_cell *cell, const struct cs_change *ch,
    const struct cs_overdue *kind, int64_t now_ms)
{
    struct cs_overdue o = *kind;
    o.offset = s->v->offset;
    o.since_ms = now_ms;
    o.due_ms = now_ms;
    o.numerator = cell->numerator;
    o.denominator = cell->denominator;
    o.day = ch->day;
    return cs_tell(s, &o);
}

static bool in_band(const struct cs_band *b, const struct cs_cell *c)
{
    if (c->denominator < b->least || c->denominator > INT64_MAX / MILLION) return false;
    return c->numerator * MILLION >= b->from_ppm * c->denominator &&
           c->numerator * MILLION < b->below_ppm * c->denominator;
}

static cs_rc check_conditions(
    struct cs_scene *s, struct cs_cell *cell, const struct cs_change *ch, int64_t now_ms)
{
    const struct cs_metric *m = &s->plan->profile->metric[ch->metric];
    cs_rc rc = CS_OK;
    for (uint8_t k = 0; k < m->n_band && !cs_bad(rc); k++) {
        if (cell->told >> k & 1 || !in_band(&m->band[k], cell)) continue;
        cell->told = (uint8_t)(cell->told | 1u << k);
        rc = tell_condition(
            s, cell, ch, &(struct cs_overdue){.kind = CS_OVERDUE_BAND, .name = m->band[k].name}, now_ms);
    }
    const struct cs_penalty *p = &m->penalty;
    bool due = p->failed && !(cell->told & PENALTY_BIT) && cell->denominator >= p->asked &&
               cell->denominator - cell->numerator >= p->failed;
    if (cs_bad(rc) || !due) return rc;
    cell->told |= PENALTY_BIT;
    return tell_condition(
        s, cell, ch, &(struct cs_overdue){.kind = CS_OVERDUE_PENALTY, .name = p->name}, now_ms);
}

static cs_rc find_ledger(
    struct cs_scene *s, uint16_t agent, const struct cs_change *ch, struct cs_posted *posted)
{
    struct cs_page page = {s->v->shop, ch->day, agent, s->plan->number};
    *posted = (struct cs_posted){CS_NO_LEDGER, agent, ch->day, s->plan->number};
    return cs_books_ledger(&s->shard->books, &page, &posted->ledger);
}

/* The cell of a row, changed; NULL without a row. */
static inline __attribute__((always_inline)) cs_rc post_to(
    struct cs_scene *s, uint16_t agent, const struct cs_change *ch, struct cs_cell **out)
{
    struct cs_posted *posted = &s->posted[agent == CS_NOBODY];
    bool same = posted->ledger != CS_NO_LEDGER && posted->agent == agent && posted->day == ch->day &&
                posted->plan == s->plan->number;
    cs_rc rc = same ? CS_OK : find_ledger(s, agent, ch, posted);
    *out = NULL;
    if (cs_bad(rc) || posted->ledger == CS_NO_LEDGER) return rc;
    struct cs_cell *cell = cs_books_cell(&s->shard->books, posted->ledger, ch->metric);
    cell->numerator += ch->numerator;
    cell->denominator += ch->denominator;
    if (ch->max > cell->max) cell->max = ch->max;
    *out = cell;
    return CS_OK;
}

cs_rc cs_post_agent(struct cs_scene *s, uint16_t agent, const struct cs_change *ch)
{
    struct cs_cell *cell;
    if (ch->day < s->shard->first_day || !(s->plan->agent_rows >> ch->metric & 1)) return CS_OK;
    return post_to(s, agent, ch, &cell);
}

cs_rc cs_post(struct cs_scene *s, const struct cs_change *ch, int64_t now_ms)
{
    const struct cs_plan *p = s->plan;
    uint32_t bit = 1u << ch->metric;
    struct cs_cell *cell;
    cs_rc rc = CS_OK;
    if (ch->day < s->shard->first_day) {
        s->clock->counts.late++;
        return CS_OK;
    }
    if (p->agent_rows & bit && ch->agent != CS_NOBODY) rc = post_to(s, ch->agent, ch, &cell);
    if (cs_bad(rc) || !(p->shop_rows & bit)) return rc;
    rc = post_to(s, CS_NOBODY, ch, &cell);
    if (cs_bad(rc) || !cell || !(p->watched & bit)) return rc;
    return check_conditions(s, cell, ch, now_ms);
}

cs_rc cs_post_all(struct cs_scene *s, uint32_t metrics, const struct cs_change *change, int64_t now_ms)
{
    cs_rc rc = CS_OK;
    for (; metrics && !cs_bad(rc); metrics &= metrics - 1) {
        struct cs_change ch = *change;
        ch.metric = (uint32_t)__builtin_ctz(metrics);
        rc = cs_post(s, &ch, now_ms);
    }
    return rc;
}
