/* Every hit of one message and what became of it. */
#include "annotate/hearing.h"

#include <stdlib.h>

const char *cs_verdict_name(uint32_t v)
{
    static const char *const name[CS_VERDICT_COUNT] = {"violation", "rule is for another platform",
        "rule is for another speaker", "gap too wide", "sentence ends inside", "inside a word or number",
        "a sign of the term is missing", "not a whole clause", "evidence too weak", "exempt",
        "inside a longer hit of the same rule", "rule is not in force that day", "context is missing",
        "context speaks against it", "at too few places", "an allowed value",
        "said by the other side before"};
    return v < CS_VERDICT_COUNT ? name[v] : NULL;
}

static int by_judgement(const void *a, const void *b)
{
    const struct cs_judgement *x = a, *y = b;
    int c = cs_violation_order(&x->violation, &y->violation);
    return c ? c : x->term < y->term ? -1 : x->term > y->term;
}

static struct cs_judgement judgement_of(const struct cs_ruleset *rs, const struct cs_candidate *it)
{
    return (struct cs_judgement){.violation = it->v,
        .exempted_by = it->exempted_by == CS_NO_TERM ? NULL : rs->term[it->exempted_by].text,
        .condition = it->failed ? &rs->condition[it->failed - 1] : NULL,
        .rule = it->rule,
        .term = it->term,
        .verdict = it->verdict};
}

static cs_rc tell_all(
    const struct cs_ruleset *rs, const struct cs_context *c, struct cs_batch *b, struct cs_judgement **out)
{
    struct cs_judgement *told = cs_arena_alloc(&b->arena, c->n_candidate * sizeof *told);
    if (!told) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < c->n_candidate; i++)
        told[i] = judgement_of(rs, &c->candidate[i]);
    if (c->n_candidate) qsort(told, c->n_candidate, sizeof *told, by_judgement);
    *out = told;
    return CS_OK;
}

cs_rc cs_annotate_explain(
    const struct cs_ruleset *rs, struct cs_batch *b, uint32_t msg, struct cs_judgement **out, uint32_t *n)
{
    struct cs_arena scratch;
    struct cs_context context = {0};
    const struct cs_court court = {.rs = rs,
        .scratch = &scratch,
        .context = &context,
        .platform = cs_ruleset_platform(rs, b->platform[msg])};
    struct cs_docket docket = cs_docket_open(b);
    cs_arena_init(&scratch, 1 << 16, 0);
    uint32_t at = cs_docket_next(&docket);
    for (; at < msg; at = cs_docket_next(&docket))
        cs_docket_skip(&docket, at);
    cs_rc rc = at == msg && b->dead[msg] == CS_DEAD_NONE ? cs_hear(&court, &docket, msg) : CS_OK;
    if (!cs_bad(rc)) rc = tell_all(rs, &context, b, out);
    if (!cs_bad(rc)) *n = context.n_candidate;
    cs_context_clear(&context);
    cs_arena_clear(&scratch);
    return rc;
}
