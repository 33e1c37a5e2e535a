#include "annotate/past.h"

#include "annotate/hearing.h"

cs_rc cs_past_open(struct cs_past *p, const struct cs_needs *needs)
{
    *p = (struct cs_past){
        .sayers = needs->sayers, .conduct_begin = needs->conduct_begin, .conduct_end = needs->conduct_end};
    if (!cs_needs_back_ms(needs)) return CS_OK;
    cs_rc rc = cs_memory_new(needs->facts_ms, 0, &p->facts);
    if (!cs_bad(rc) && needs->sayers) rc = cs_memory_new(needs->values_ms, 0, &p->values);
    return rc;
}

void cs_past_close(struct cs_past *p)
{
    cs_memory_free(&p->facts);
    cs_memory_free(&p->values);
}

void cs_past_drop(struct cs_past *p, int32_t partition)
{
    if (p->facts) cs_memory_drop(p->facts, partition);
    if (p->values) cs_memory_drop(p->values, partition);
}

/* The conditions that hold in this message and that later ones may ask about. */
static uint32_t facts_of(const struct cs_court *court, uint8_t role, uint64_t *fact)
{
    const struct cs_ruleset *rs = court->rs;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rs->n_condition; i++) {
        const struct cs_condition *c = &rs->condition[i];
        const struct cs_evident *e = &court->context->evident[i];
        uint64_t places = e->end - e->begin;
        if (!places || c->scope == CS_SCOPE_MESSAGE || !cs_condition_hears(c, role, rs->rule[c->rule].actors))
            continue;
        fact[n++] = (uint64_t)i << 8 | (places < UINT8_MAX ? places : UINT8_MAX);
    }
    return n;
}

static cs_rc keep_facts(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, uint32_t msg)
{
    uint64_t *fact = NULL;
    uint32_t n = 0;
    if (court->context->evident) {
        fact = cs_arena_alloc(court->scratch, court->rs->n_condition * sizeof *fact);
        if (!fact) return cs_fail(CS_ENOMEM);
        n = facts_of(court, b->role[msg], fact);
    }
    return cs_memory_keep(p->facts, b->partition[msg], court->said, fact, n);
}

static cs_rc keep_values(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, struct cs_past_finds f)
{
    uint64_t *value = cs_arena_alloc(court->scratch, (size_t)(f.end - f.begin) * sizeof *value);
    if (!value) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < f.end - f.begin; i++)
        value[i] = cs_memory_hash(p->values, b->found[f.begin + i].value);
    struct cs_said said = *court->said;
    cs_memory_place(p->values, b, f.msg, &said);
    if (!said.placed) return CS_OK;
    return cs_memory_keep(p->values, b->partition[f.msg], &said, value, f.end - f.begin);
}

cs_rc cs_past_keep(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, struct cs_past_finds f)
{
    cs_rc rc = keep_facts(p, court, b, f.msg);
    bool kept = f.end > f.begin && p->sayers >> b->role[f.msg] & 1;
    return cs_bad(rc) || !kept ? rc : keep_values(p, court, b, f);
}
