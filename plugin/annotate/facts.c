#include "annotate/facts.h"

#include "base/hash.h"
#include "rules/needs.h"

#include <stdlib.h>

static uint64_t hash_text(const char *s, uint64_t seed)
{
    return cs_hash(cs_span_str(s), seed);
}

/* Platform sets are numbered anew at every load; names stay. */
static uint64_t hash_platforms(const struct cs_ruleset *rs, uint64_t set)
{
    uint64_t h = set == UINT64_MAX;
    if (h) return h;
    for (uint32_t bit = 0; bit < CS_PLATFORMS_MAX; bit++) {
        const char *name = bit ? cs_ruleset_platform_name(rs, bit) : NULL;
        bool others = set & CS_PLATFORM_OTHERS; /* then all names count */
        if (name && (others || set >> bit & 1)) h += hash_text(name, set >> bit & 1);
    }
    return h;
}

/* What the rule decides for its context. */
static uint64_t hash_rule(const struct cs_ruleset *rs, const struct cs_rule *r)
{
    const struct {
        uint64_t platforms;
        uint8_t floor, channels, sound, gap, cross_sentence, whole_clause, zero[2];
    } what = {hash_platforms(rs, r->platforms), r->floor, r->channels, r->sound, r->gap, r->cross_sentence,
        r->whole_clause, {0}};
    return cs_hash((struct cs_span){(const uint8_t *)&what, sizeof what}, 1);
}

static uint64_t hash_term(const struct cs_ruleset *rs, const struct cs_term *t)
{
    const struct cs_codes *code = &rs->pattern[t->pattern];
    struct cs_span codes = {(const uint8_t *)code->ptr, code->len * sizeof *code->ptr};
    uint64_t flags = (uint64_t)t->best << 2 | (uint64_t)t->plain << 1 | t->exempt;
    return cs_hash(codes, hash_text(t->text, flags));
}

static uint64_t hash_condition(const struct cs_ruleset *rs, const struct cs_condition *c, uint16_t detect)
{
    const struct cs_rule *r = &rs->rule[c->rule];
    const struct {
        uint64_t rule;
        uint16_t detect, wanted; /* finds depend on what else is looked for in the same place */
        uint8_t scope, actors, zero[2];
    } what = {hash_rule(rs, r), c->detect, c->detect ? detect : 0, c->scope,
        c->scope == CS_SCOPE_SENDER ? r->actors : 0, {0}};
    return cs_hash((struct cs_span){(const uint8_t *)&what, sizeof what}, 2);
}

/* Terms are grouped by pattern, so that their order depends on other rules: sums do not. */
static void add_terms(const struct cs_ruleset *rs, uint64_t *exempt, uint64_t *name)
{
    for (uint32_t i = 0; i < rs->n_term; i++) {
        const struct cs_term *t = &rs->term[i];
        if (t->exempt) exempt[t->rule] += hash_term(rs, t);
        if (t->condition) name[t->condition - 1] += hash_term(rs, t);
    }
    for (uint32_t i = 0; i < rs->n_condition; i++)
        name[i] += exempt[rs->condition[i].rule];
}

cs_rc cs_fact_names_new(const struct cs_ruleset *rs, uint64_t **out)
{
    uint16_t detect = cs_needs_of(rs).detect;
    uint64_t *exempt = calloc(rs->n_rule + 1u, sizeof *exempt),
             *name = calloc(rs->n_condition + 1u, sizeof *name);
    if (!exempt || !name) {
        free(exempt);
        free(name);
        return cs_fail(CS_ENOMEM);
    }
    add_terms(rs, exempt, name);
    for (uint32_t i = 0; i < rs->n_condition; i++)
        name[i] = (name[i] ^ hash_condition(rs, &rs->condition[i], detect)) >> CS_FACT_PLACES_BITS;
    free(exempt);
    *out = name;
    return CS_OK;
}
