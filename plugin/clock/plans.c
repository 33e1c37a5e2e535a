#include "clock/plans.h"

#include <stdlib.h>

uint8_t cs_plans_find(const struct cs_clock *c, uint64_t hash)
{
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++)
        if (c->owner[k] && c->plan[k].profile->hash == hash) return (uint8_t)k;
    return 0;
}

bool cs_plans_clash(const struct cs_clock *c, const struct cs_profile *p)
{
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++)
        if (c->owner[k] && c->plan[k].profile->hash != p->hash &&
            strcmp(c->plan[k].profile->name, p->name) == 0)
            return true;
    return false;
}

cs_rc cs_plans_take(struct cs_clock *c, const struct cs_profiles *set, uint32_t i, uint8_t *place)
{
    uint32_t k = cs_plans_find(c, set->item[i].hash);
    if (!k)
        for (k = 1; k < CS_PLANS_MAX && c->owner[k];)
            k++;
    if (k == CS_PLANS_MAX) return cs_fail(CS_ELIMIT);
    *place = (uint8_t)k;
    if (c->owner[k]) return CS_OK;
    c->owner[k] = cs_profiles_share(set);
    c->retired[k] = true;
    c->n_plan++;
    c->n_retired++;
    cs_plan_make(&c->plan[k], &set->item[i], &c->options);
    c->plan[k].number = (uint8_t)k;
    return CS_OK;
}

static void give_back(struct cs_clock *c, uint32_t k)
{
    cs_profiles_free(&c->owner[k]);
    c->n_plan--;
    c->n_retired--;
    c->retired[k] = false;
}

static bool has_quarters(const struct cs_calendar *c)
{
    for (uint32_t k = 0; k < c->n_window; k++)
        if (c->window[k].begin_s % 900 || c->window[k].end_s % 900) return false;
    return true;
}

/* Present profiles are those of `set` from now on; all others are retired. */
static cs_rc present(struct cs_clock *c, const struct cs_profiles *set)
{
    uint8_t place[CS_PROFILES_MAX];
    uint32_t n = set ? set->n : 0;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++)
        rc = cs_plans_take(c, set, i, &place[i]);
    if (cs_bad(rc)) return rc;
    c->n_retired = c->n_plan;
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++)
        c->retired[k] = c->owner[k] != NULL;
    for (uint32_t i = 0; i < n; i++) {
        c->n_retired -= c->retired[place[i]];
        c->retired[place[i]] = false;
    }
    memcpy(c->plan_of, place, n);
    c->quarters = true;
    for (uint32_t i = 0; i < n; i++)
        c->quarters &= has_quarters(&set->item[i].calendar);
    return CS_OK;
}

cs_rc cs_plans_open(struct cs_clock *c)
{
    /* Room for all places, so that none ever moves; what is not used is not touched. */
    c->plan = calloc(CS_PLANS_MAX, sizeof *c->plan);
    if (!c->plan) return cs_fail(CS_ENOMEM);
    cs_plan_make(&c->plan[0], NULL, &c->options);
    c->present = c->options.profiles ? cs_profiles_share(c->options.profiles) : NULL;
    return present(c, c->options.profiles);
}

void cs_plans_close(struct cs_clock *c)
{
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++)
        cs_profiles_free(&c->owner[k]);
    cs_profiles_free(&c->present);
    free(c->plan);
}

/* By slots, not by the list: in the order of memory, or a million conversations would take long. Free slots
 * go by plan 0. */
static void mark_conversations(const struct cs_conversations *t, bool *used)
{
    for (uint32_t slot = 0; slot < t->n_slot; slot++)
        used[cs_conversations_at(t, slot)->plan] = true;
    for (uint32_t at = 0; at < t->n_errand; at++)
        used[t->errand[at].plan] = true;
}

static void mark_books(const struct cs_books *k, bool *used)
{
    for (uint32_t i = 0; i < k->n_ledger; i++)
        if (k->ledger[i].cell) used[k->ledger[i].plan] = true;
}

/* What shops remember about a place is asked anew. */
static void forget_moments(struct cs_books *k)
{
    for (uint32_t i = 0; i < k->n_shop; i++) {
        k->shop[i].moment_from_ms = INT64_MAX;
        k->shop[i].end_day = -1;
        k->shop[i].open_ms = INT64_MIN;
    }
}

void cs_plans_release(struct cs_clock *c)
{
    bool used[CS_PLANS_MAX] = {false};
    c->release = false;
    if (!c->n_retired) return;
    for (uint32_t i = 0; i < c->n_shard; i++) {
        mark_conversations(&c->shard[i].conversations, used);
        mark_books(&c->shard[i].books, used);
        forget_moments(&c->shard[i].books);
    }
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++)
        if (c->retired[k] && !used[k]) give_back(c, k);
}

cs_rc cs_clock_exchange(struct cs_clock *c, const struct cs_profiles *next)
{
    cs_plans_release(c);
    cs_rc rc = present(c, next);
    if (cs_bad(rc)) return rc;
    struct cs_profiles *old = c->present;
    c->present = next ? cs_profiles_share(next) : NULL;
    c->options.profiles = next;
    cs_profiles_free(&old);
    for (uint32_t i = 0; i < c->n_shard; i++)
        forget_moments(&c->shard[i].books);
    return CS_OK;
}
