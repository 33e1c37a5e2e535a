#include "annotate/expressions.h"

#include "annotate/regex_walk.h"

/* What the text shows where an expression matched; as with terms, what was changed or hidden is weaker. */
static uint8_t evidence_of(const struct cs_subject *s, const struct cs_regex_match *m)
{
    const struct cs_mapped *at = s->window.map.at;
    if (m->gapped) return CS_EVIDENCE_GAP;
    uint8_t bits = 0;
    for (uint32_t i = m->begin; i < m->end; i++)
        bits |= i > m->begin ? at[i].bits : at[i].bits & (uint8_t)~CS_MAPPED_IGNORABLE;
    return bits & (CS_MAPPED_CHANGED | CS_MAPPED_IGNORABLE) ? CS_EVIDENCE_FOLDED : CS_EVIDENCE_EXACT;
}

static cs_rc add(const struct cs_trial *t, const struct cs_regex_match *m, uint32_t n, struct cs_occurrence o,
    struct cs_expressions *out)
{
    if (n == 0) return CS_OK;
    struct cs_occurrence *all = cs_arena_alloc(t->scratch, ((size_t)out->n + n) * sizeof *all);
    if (!all) return cs_fail(CS_ENOMEM);
    if (out->n) memcpy(all, out->o, out->n * sizeof *all);
    for (uint32_t i = 0; i < n; i++) {
        o.begin = m[i].begin;
        o.end = m[i].end;
        o.sign_before = m[i].sign_before;
        o.sign_behind = m[i].sign_behind;
        all[out->n++] = o;
    }
    out->o = all;
    return CS_OK;
}

static cs_rc walk(
    const struct cs_trial *t, const struct cs_subject *s, struct cs_occurrence o, struct cs_expressions *out)
{
    struct cs_regex_match *m;
    uint32_t n, first = out->n;
    cs_rc rc = cs_regex_walk(s, &s->rs->regex[o.term - s->rs->n_term], t->scratch, &m, &n);
    if (!cs_bad(rc)) rc = add(t, m, n, o, out);
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++)
        out->o[first + i].evidence = evidence_of(s, &m[i]);
    return rc;
}

cs_rc cs_expressions_find(const struct cs_trial *t, const struct cs_batch *b, const struct cs_charges *c,
    struct cs_expressions *out)
{
    const struct cs_ruleset *rs = t->subject.rs;
    struct cs_subject s = {.rs = rs, .text = t->subject.text};
    cs_rc rc = CS_OK;
    *out = (struct cs_expressions){0};
    for (uint32_t i = 0; i < c->n_regex && !cs_bad(rc); i++) {
        uint32_t regex = b->regex[c->first_regex + i].regex, rule = rs->regex[regex].rule;
        uint8_t verdict = cs_trial_applies(t, &rs->rule[rule]);
        if (verdict != CS_VERDICT_VIOLATION && !t->explain) continue;
        if (!s.window.map.at) rc = cs_map_text(s.text, t->scratch, &s.window.map);
        struct cs_occurrence o = {.term = rs->n_term + regex,
            .rule = rule,
            .exempted_by = CS_NO_TERM,
            .verdict = verdict,
            .matched = true};
        if (!cs_bad(rc)) rc = walk(t, &s, o, out);
    }
    return rc;
}
