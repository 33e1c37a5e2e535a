#include "annotate/annotate.h"

#include "annotate/contest.h"

#include <stdlib.h>

/* What one call carries from message to message; all memory is the batch arena's. */
struct work {
    const struct cs_ruleset *rs;
    struct cs_batch *b;
    struct cs_occurrence *list; /* of the message in hand */
    uint32_t n_list, cap_list, n_accused;
    struct cs_violation *out;
    uint32_t n_out, cap_out;
    uint64_t platform; /* of the message in hand */
    bool explain;      /* keep what does not apply, too */
};

struct range {
    uint32_t begin, end; /* of b->hit */
};

const char *cs_verdict_name(uint32_t v)
{
    static const char *const name[CS_VERDICT_COUNT] = {"violation", "rule is for another platform",
        "rule is for another speaker", "gap too wide", "sentence ends inside", "inside a word or number",
        "a sign of the term is missing", "not a whole clause", "evidence too weak", "exempt",
        "inside a longer hit of the same rule"};
    return v < CS_VERDICT_COUNT ? name[v] : NULL;
}

/* Names of a few bytes, compared for every message: without a call. */
static inline bool same_name(struct cs_span a, struct cs_span b)
{
    size_t i = 0;
    while (i < a.len && a.len == b.len && a.ptr[i] == b.ptr[i])
        i++;
    return a.len == b.len && i == a.len;
}

static struct range hits_from(const struct cs_batch *b, uint32_t from, uint32_t msg)
{
    struct range r = {from, from};
    while (r.end < b->n_hit && b->hit[r.end].msg == msg)
        r.end++;
    return r;
}

static uint8_t applies(const struct cs_rule *rule, uint64_t platform, uint8_t role)
{
    if (!(rule->platforms & platform)) return CS_VERDICT_OTHER_PLATFORM;
    return role < CS_ROLE_COUNT && rule->actors & 1u << role ? CS_VERDICT_VIOLATION : CS_VERDICT_OTHER_ACTOR;
}

static uint32_t count_terms(const struct work *w, struct range hits)
{
    const uint32_t *begin = w->rs->term_begin;
    uint32_t n = 0;
    for (uint32_t h = hits.begin; h < hits.end; h++)
        n += begin[w->b->hit[h].pattern + 1] - begin[w->b->hit[h].pattern];
    return n;
}

static bool reserve_list(struct work *w, uint32_t n)
{
    if (n <= w->cap_list) return true;
    struct cs_occurrence *p = cs_arena_alloc(&w->b->arena, (size_t)n * 2 * sizeof *p);
    if (!p) return false;
    w->list = p;
    w->cap_list = n * 2;
    return true;
}

/* The terms behind one hit that are meant for this platform and speaker. */
static void collect_hit(struct work *w, uint32_t msg, const struct cs_hit *hit)
{
    const struct cs_ruleset *rs = w->rs;
    for (uint32_t t = rs->term_begin[hit->pattern]; t < rs->term_begin[hit->pattern + 1]; t++) {
        const struct cs_term *term = &rs->term[t];
        uint8_t verdict = applies(&rs->rule[term->rule], w->platform, w->b->role[msg]);
        if (verdict != CS_VERDICT_VIOLATION && !w->explain) continue;
        w->list[w->n_list++] = (struct cs_occurrence){.term = t,
            .rule = term->rule,
            .begin = hit->end - rs->pattern[hit->pattern].len,
            .end = hit->end,
            .exempted_by = CS_NO_TERM,
            .verdict = verdict,
            .exempt = term->exempt};
        w->n_accused += !term->exempt;
    }
}

static cs_rc collect(struct work *w, uint32_t msg, struct range hits)
{
    w->n_list = w->n_accused = 0;
    w->platform = cs_ruleset_platform(w->rs, w->b->platform[msg]);
    if (!reserve_list(w, count_terms(w, hits))) return cs_fail(CS_ENOMEM);
    for (uint32_t h = hits.begin; h < hits.end; h++)
        collect_hit(w, msg, &w->b->hit[h]);
    return CS_OK;
}

/* Map what the occurrences in w->list need: their codes and one neighbour on each side. */
static cs_rc map(const struct work *w, struct cs_subject *s)
{
    uint32_t begin = UINT32_MAX, end = 0;
    for (uint32_t i = 0; i < w->n_list; i++) {
        if (w->list[i].begin < begin) begin = w->list[i].begin;
        if (w->list[i].end > end) end = w->list[i].end;
    }
    return cs_map_window(s->text, begin ? begin - 1 : 0, end, &w->b->arena, &s->window);
}

/* Settle the verdicts of w->list. */
static cs_rc judge(struct work *w, uint32_t msg, struct cs_subject *s)
{
    *s = (struct cs_subject){.rs = w->rs, .text = w->b->text[msg]};
    cs_rc rc = map(w, s);
    if (cs_bad(rc)) return rc;
    for (uint32_t i = 0; i < w->n_list; i++)
        cs_occurrence_judge(s, &w->list[i]);
    if (w->n_list < 2) return CS_OK;
    uint32_t *owner = cs_arena_zalloc(&w->b->arena, s->window.map.n, sizeof *owner);
    if (!owner) return cs_fail(CS_ENOMEM);
    cs_contest(w->list, w->n_list, (struct cs_owners){owner, s->window.first});
    return CS_OK;
}

static int by_span(const struct cs_violation *x, const struct cs_violation *y)
{
    if (x->byte_begin != y->byte_begin) return x->byte_begin < y->byte_begin ? -1 : 1;
    if (x->byte_end != y->byte_end) return x->byte_end < y->byte_end ? -1 : 1;
    return strcmp(x->rule_id, y->rule_id);
}

static int by_violation(const void *a, const void *b)
{
    return by_span(a, b);
}

static bool reserve_out(struct work *w, uint32_t more)
{
    if (w->cap_out - w->n_out >= more) return true;
    size_t cap = (size_t)w->cap_out * 2 + more + 16;
    struct cs_violation *p = cs_arena_alloc(&w->b->arena, cap * sizeof *p);
    if (!p || cap > UINT32_MAX) return false;
    if (w->n_out) memcpy(p, w->out, w->n_out * sizeof *p);
    w->out = p;
    w->cap_out = (uint32_t)cap;
    return true;
}

static cs_rc report(struct work *w, uint32_t msg, const struct cs_subject *s)
{
    if (!reserve_out(w, w->n_accused)) return cs_fail(CS_ENOMEM);
    uint32_t first = w->n_out;
    for (uint32_t i = 0; i < w->n_list; i++) {
        const struct cs_occurrence *o = &w->list[i];
        if (o->exempt || o->verdict != CS_VERDICT_VIOLATION) continue;
        w->out[w->n_out++] = cs_occurrence_violation(s, o, msg);
    }
    if (w->n_out - first > 1) qsort(w->out + first, w->n_out - first, sizeof *w->out, by_violation);
    return CS_OK;
}

/* Most hits are of rules for others or are exempt phrases alone: those messages are not mapped. */
static cs_rc annotate_message(struct work *w, uint32_t msg, struct range hits)
{
    struct cs_subject s;
    cs_rc rc = collect(w, msg, hits);
    if (cs_bad(rc) || w->n_accused == 0) return rc;
    rc = judge(w, msg, &s);
    return cs_bad(rc) ? rc : report(w, msg, &s);
}

/* Bit 0 alone is the set of "any platform that no rule names". Once for every message: neighbours mostly
 * share the platform, so that the names are compared here and looked up rarely. */
static void flag_platforms(const struct cs_ruleset *rs, struct cs_batch *b)
{
    struct cs_span name = {0};
    bool unknown = false, known_name = false;
    for (uint32_t m = 0; m < b->n; m++) {
        if (b->dead[m] != CS_DEAD_NONE) continue;
        if (!known_name || !same_name(name, b->platform[m])) {
            name = b->platform[m];
            unknown = cs_ruleset_platform(rs, name) == 1;
            known_name = true;
        }
        if (unknown) b->flags[m] |= 1u << CS_FLAG_UNKNOWN_PLATFORM;
    }
}

/* Messages from `from` to `to`, `to` left out, have no violation. */
static void pass_over(struct work *w, uint32_t from, uint32_t to)
{
    uint32_t *begin = w->b->violation_begin, n_out = w->n_out;
    for (uint32_t m = from; m < to; m++)
        begin[m] = n_out;
}

cs_rc cs_annotate(const struct cs_ruleset *rs, struct cs_batch *b)
{
    struct work w = {.rs = rs, .b = b};
    flag_platforms(rs, b);
    uint32_t next = 0;
    for (struct range hits = {0, 0}; hits.begin < b->n_hit; hits.begin = hits.end) {
        uint32_t m = b->hit[hits.begin].msg;
        hits = hits_from(b, hits.begin, m);
        pass_over(&w, next, m + 1);
        next = m + 1;
        cs_rc rc = b->dead[m] == CS_DEAD_NONE ? annotate_message(&w, m, hits) : CS_OK;
        if (cs_bad(rc)) return rc;
    }
    pass_over(&w, next, b->n + 1);
    b->violation = w.out;
    return CS_OK;
}

static int by_judgement(const void *a, const void *b)
{
    const struct cs_judgement *x = a, *y = b;
    int c = by_span(&x->violation, &y->violation);
    return c ? c : x->term < y->term ? -1 : x->term > y->term;
}

static cs_rc tell(struct work *w, uint32_t msg, const struct cs_subject *s, struct cs_judgement **out)
{
    struct cs_judgement *j = cs_arena_alloc(&w->b->arena, w->n_accused * sizeof *j);
    if (!j) return cs_fail(CS_ENOMEM);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n_list; i++) {
        const struct cs_occurrence *o = &w->list[i];
        if (o->exempt) continue;
        j[n++] = (struct cs_judgement){.violation = cs_occurrence_violation(s, o, msg),
            .exempted_by = o->exempted_by == CS_NO_TERM ? NULL : w->rs->term[o->exempted_by].text,
            .rule = o->rule,
            .term = o->term,
            .verdict = o->verdict};
    }
    qsort(j, n, sizeof *j, by_judgement);
    *out = j;
    return CS_OK;
}

cs_rc cs_annotate_explain(
    const struct cs_ruleset *rs, struct cs_batch *b, uint32_t msg, struct cs_judgement **out, uint32_t *n)
{
    struct work w = {.rs = rs, .b = b, .explain = true};
    struct cs_subject s = {0};
    uint32_t h = 0;
    while (h < b->n_hit && b->hit[h].msg < msg)
        h++;
    struct range hits = hits_from(b, h, msg);
    cs_rc rc = b->dead[msg] == CS_DEAD_NONE ? collect(&w, msg, hits) : CS_OK;
    if (!cs_bad(rc) && w.n_accused) rc = judge(&w, msg, &s);
    if (!cs_bad(rc)) rc = tell(&w, msg, &s, out);
    if (cs_bad(rc)) return rc;
    *n = w.n_accused;
    return CS_OK;
}
