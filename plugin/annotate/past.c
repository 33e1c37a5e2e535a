#include "annotate/past.h"

#include "annotate/facts.h"
#include "annotate/hearing.h"
#include "base/hash.h"

#include <stdlib.h>

cs_rc cs_past_open(struct cs_past *p, const struct cs_ruleset *rs)
{
    uint64_t seed = cs_hash_seed();
    *p = (struct cs_past){.needs = cs_needs_of(rs)};
    if (!cs_needs_back_ms(&p->needs)) return CS_OK;
    cs_rc rc = cs_fact_names_new(rs, &p->name);
    if (!cs_bad(rc)) rc = cs_lookback_new(p->needs.facts_ms, 0, seed, &p->facts);
    if (!cs_bad(rc) && p->needs.sayers) rc = cs_lookback_new(p->needs.values_ms, 0, seed, &p->values);
    return rc;
}

void cs_past_close(struct cs_past *p)
{
    cs_lookback_free(&p->facts);
    cs_lookback_free(&p->values);
    free(p->name);
    p->name = NULL;
}

/* Both memories of a past have one seed: values only come along where facts do. */
void cs_past_inherit(struct cs_past *p, struct cs_past *from)
{
    if (!p->facts || !from->facts) return;
    struct cs_past old = *from;
    bool values = p->values && from->values;
    from->facts = p->facts;
    p->facts = old.facts;
    cs_lookback_set_window(p->facts, p->needs.facts_ms);
    if (!values && p->values) cs_lookback_reseed(p->values, p->facts);
    if (!values) return;
    from->values = p->values;
    p->values = old.values;
    cs_lookback_set_window(p->values, p->needs.values_ms);
}

void cs_past_drop(struct cs_past *p, int32_t partition)
{
    if (p->facts) cs_lookback_drop(p->facts, partition);
    if (p->values) cs_lookback_drop(p->values, partition);
}

cs_rc cs_past_seek(
    struct cs_past *p, int32_t partition, const struct cs_said *s, bool finds, struct cs_past_seats *out)
{
    cs_rc rc = cs_lookback_seek(p->facts, partition, s, &out->facts);
    if (cs_bad(rc) || !finds || !p->values) return rc;
    return cs_lookback_seek(p->values, partition, s, &out->values);
}

/* The conditions that hold in this message and that later ones may ask about. */
static uint32_t facts_of(const struct cs_past *p, const struct cs_court *court, uint8_t role, uint64_t *fact)
{
    const struct cs_ruleset *rs = court->rs;
    const struct cs_context *c = court->context;
    uint32_t n = 0;
    for (uint32_t i = 0, end; i < c->n_fact; i = end) {
        uint32_t condition = c->fact[i].condition;
        const struct cs_condition *it = &rs->condition[condition];
        end = c->evident[condition].end;
        if (it->scope == CS_SCOPE_MESSAGE || !cs_condition_hears(it, role, rs->rule[it->rule].actors))
            continue;
        fact[n++] = cs_fact_of(p->name[condition], end - i);
    }
    return n;
}

static cs_rc keep_facts(struct cs_past *p, const struct cs_court *court, uint8_t role)
{
    struct cs_kept kept = {0};
    if (court->joint) kept.tail = cs_span_of(court->joint->tail, court->joint->n_tail);
    if (court->context->n_fact) {
        uint64_t *fact = cs_arena_alloc(court->scratch, court->context->n_fact * sizeof *fact);
        if (!fact) return cs_fail(CS_ENOMEM);
        kept.fact = fact;
        kept.n_fact = facts_of(p, court, role, fact);
    }
    return cs_lookback_keep(&court->seats->facts, court->said, &kept);
}

static cs_rc keep_values(struct cs_past *p, const struct cs_court *court, struct cs_past_finds f)
{
    uint64_t *value = cs_arena_alloc(court->scratch, f.n * sizeof *value);
    if (!value) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < f.n; i++)
        value[i] = cs_lookback_hash(p->values, f.found[i].value);
    const struct cs_kept kept = {.fact = value, .n_fact = f.n};
    return cs_lookback_keep(&court->seats->values, court->said, &kept);
}

cs_rc cs_past_keep(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, struct cs_past_finds f)
{
    cs_rc rc = keep_facts(p, court, b->role[f.msg]);
    bool kept = f.n && p->needs.sayers >> b->role[f.msg] & 1;
    return cs_bad(rc) || !kept ? rc : keep_values(p, court, f);
}
