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

/* What was told so far, in memory of the batch. */
struct told {
    struct cs_judgement *at;
    uint32_t n;
};

/* Room for `n` more. */
static bool reserve(struct told *t, struct cs_arena *arena, uint32_t n)
{
    struct cs_judgement *at = cs_arena_alloc(arena, ((size_t)t->n + n) * sizeof *at);
    if (!at) return false;
    if (t->n) memcpy(at, t->at, t->n * sizeof *at);
    t->at = at;
    return true;
}

/* What a view tells again is no violation of its own. */
static void tell_one(struct told *t, const struct cs_subject *s, struct cs_judgement j)
{
    bool again = false;
    for (uint32_t i = 0; s->view && i < t->n; i++)
        again |=
            t->at[i].verdict == CS_VERDICT_VIOLATION && cs_violation_again(&t->at[i].violation, &j.violation);
    if (again && j.verdict == CS_VERDICT_VIOLATION) j.verdict = CS_VERDICT_SHADOWED;
    t->at[t->n++] = j;
}

/* Judge one text. Of a view what stands in the message itself is left out. */
static cs_rc tell_text(struct cs_trial *t, uint32_t msg, struct told *out)
{
    struct cs_island island;
    cs_rc rc;
    while (!cs_bad(rc = cs_trial_next(t, &island)) && island.n)
        for (uint32_t i = 0; i < island.n; i++)
            if (!island.o[i].exempt && cs_occurrence_is_new(&t->subject, &island.o[i]))
                tell_one(out, &t->subject, judgement_of(&t->subject, &island.o[i], msg));
    return rc;
}

static cs_rc tell(
    const struct cs_ruleset *rs, struct cs_batch *b, const struct cs_charges *c, struct told *out)
{
    struct cs_arena scratch;
    struct cs_trial t = {.scratch = &scratch, .explain = true};
    cs_arena_init(&scratch, 1 << 16, 0);
    cs_rc rc = cs_trial_begin(&t, rs, b, c);
    if (!cs_bad(rc) && !reserve(out, &b->arena, t.n_accused)) rc = cs_fail(CS_ENOMEM);
    if (!cs_bad(rc) && t.n_accused) rc = tell_text(&t, c->msg, out);
    cs_arena_clear(&scratch);
    return rc;
}

cs_rc cs_annotate_explain(
    const struct cs_ruleset *rs, struct cs_batch *b, uint32_t msg, struct cs_judgement **out, uint32_t *n)
{
    struct cs_charges c = {0};
    struct told told = {0};
    cs_rc rc = reserve(&told, &b->arena, 0) ? CS_OK : cs_fail(CS_ENOMEM);
    while (!cs_bad(rc) && b->dead[msg] == CS_DEAD_NONE && cs_charges_next(b, &c))
        if (c.msg == msg) rc = tell(rs, b, &c, &told);
    if (cs_bad(rc)) return rc;
    qsort(told.at, told.n, sizeof *told.at, by_judgement);
    *out = told.at;
    *n = told.n;
    return CS_OK;
}
