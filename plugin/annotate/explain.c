/* Every hit of one message and what became of it. */
#include "annotate/listing.h"
#include "annotate/trial.h"

#include <stdlib.h>

const char *cs_verdict_name(uint32_t v)
{
    static const char *const name[CS_VERDICT_COUNT] = {"violation", "rule is for another platform",
        "rule is for another speaker", "gap too wide", "sentence ends inside", "inside a word or number",
        "a sign of the term is missing", "not a whole clause", "evidence too weak", "exempt",
        "inside a longer hit of the same rule"};
    return v < CS_VERDICT_COUNT ? name[v] : NULL;
}

static int by_judgement(const void *a, const void *b)
{
    const struct cs_judgement *x = a, *y = b;
    int c = cs_violation_order(&x->violation, &y->violation);
    return c ? c : x->term < y->term ? -1 : x->term > y->term;
}

static struct cs_judgement judgement_of(
    const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg)
{
    return (struct cs_judgement){.violation = cs_occurrence_violation(s, o, msg),
        .exempted_by = o->exempted_by == CS_NO_TERM ? NULL : s->rs->term[o->exempted_by].text,
        .rule = o->rule,
        .term = o->term,
        .verdict = o->verdict};
}

static cs_rc tell_all(struct cs_trial *t, uint32_t msg, struct cs_judgement *out)
{
    struct cs_island island;
    uint32_t n = 0;
    cs_rc rc;
    while (!cs_bad(rc = cs_trial_next(t, &island)) && island.n)
        for (uint32_t i = 0; i < island.n; i++)
            if (!island.o[i].exempt) out[n++] = judgement_of(&t->subject, &island.o[i], msg);
    return rc;
}

cs_rc cs_annotate_explain(
    const struct cs_ruleset *rs, struct cs_batch *b, uint32_t msg, struct cs_judgement **out, uint32_t *n)
{
    struct cs_arena scratch;
    struct cs_trial t = {.scratch = &scratch, .explain = true};
    struct cs_charges c = {0};
    bool found = false;
    while (!found && cs_charges_next(b, &c))
        found = c.msg == msg;
    cs_arena_init(&scratch, 1 << 16, 0);
    cs_rc rc = found && b->dead[msg] == CS_DEAD_NONE ? cs_trial_begin(&t, rs, b, &c) : CS_OK;
    struct cs_judgement *told = cs_arena_alloc(&b->arena, t.n_accused * sizeof *told);
    if (!cs_bad(rc) && !told) rc = cs_fail(CS_ENOMEM);
    if (!cs_bad(rc) && t.n_accused) rc = tell_all(&t, msg, told);
    cs_arena_clear(&scratch);
    if (cs_bad(rc)) return rc;
    qsort(told, t.n_accused, sizeof *told, by_judgement);
    *out = told;
    *n = t.n_accused;
    return CS_OK;
}
