#include "annotate/context.h"

#include "annotate/facts.h"
#include "base/utf8.h"
#include "text/map.h"

#include <stdlib.h>

enum { FIRST_CAP = 64, AGENTS = 1 << CS_ROLE_AGENT | 1 << CS_ROLE_ROBOT | 1 << CS_ROLE_ROBOT_ASSIST };

bool cs_rule_has_context(const struct cs_rule *rule)
{
    return rule->n_condition || rule->count > 1;
}

bool cs_condition_hears(const struct cs_condition *c, uint8_t role, uint8_t actors)
{
    static const uint8_t heard[CS_SCOPE_COUNT] = {[CS_SCOPE_CONVERSATION] = UINT8_MAX,
        [CS_SCOPE_BUYER] = 1 << CS_ROLE_BUYER,
        [CS_SCOPE_AGENT] = AGENTS};
    uint8_t set = c->scope == CS_SCOPE_SENDER ? actors : heard[c->scope];
    return role < CS_ROLE_COUNT && set >> role & 1;
}

void cs_context_begin(struct cs_context *c)
{
    c->n_candidate = c->n_fact = c->n_stop = 0;
    c->evident = NULL;
}

/* `p` with room for one more than n elements, or NULL and `p` is as before. */
static void *grow(void *p, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap) return p;
    uint32_t wider = *cap ? *cap * 2 : FIRST_CAP;
    void *q = wider > *cap ? realloc(p, wider * size) : NULL;
    if (q) *cap = wider;
    return q;
}

cs_rc cs_context_accuse(struct cs_context *c, const struct cs_candidate *candidate)
{
    void *wider = grow(c->candidate, c->n_candidate, &c->cap_candidate, sizeof *c->candidate);
    if (!wider) return cs_fail(CS_ENOMEM);
    c->candidate = wider;
    c->candidate[c->n_candidate++] = *candidate;
    return CS_OK;
}

cs_rc cs_context_note(struct cs_context *c, struct cs_fact fact)
{
    void *wider = grow(c->fact, c->n_fact, &c->cap_fact, sizeof *c->fact);
    if (!wider) return cs_fail(CS_ENOMEM);
    c->fact = wider;
    c->fact[c->n_fact++] = fact;
    return CS_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct cs_fact *x = a, *y = b;
    if (x->condition != y->condition) return x->condition < y->condition ? -1 : 1;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end > y->end ? -1 : x->end < y->end;
}

/* Sort the facts, keep of overlapping ones of a condition the first, and tell each condition its own. */
static cs_rc arrange(struct cs_context *c, const struct cs_ruleset *rs, struct cs_arena *scratch)
{
    uint32_t n = 0;
    c->evident = cs_arena_zalloc(scratch, rs->n_condition, sizeof *c->evident);
    c->standing = cs_arena_zalloc(scratch, rs->n_rule, sizeof *c->standing);
    if (!c->evident || !c->standing) return cs_fail(CS_ENOMEM);
    if (c->n_fact > 1) qsort(c->fact, c->n_fact, sizeof *c->fact, by_place);
    for (uint32_t i = 0; i < c->n_fact; i++) {
        struct cs_fact f = c->fact[i];
        bool first = n == 0 || c->fact[n - 1].condition != f.condition;
        if (!first && c->fact[n - 1].end > f.begin) continue;
        if (first) c->evident[f.condition].begin = n;
        c->fact[n++] = f;
        c->evident[f.condition].end = n;
    }
    c->n_fact = n;
    return CS_OK;
}

/* The characters that end sentences, if somebody asks. */
static cs_rc find_stops(struct cs_context *c, const struct cs_hearing *h)
{
    bool asked = false;
    for (uint32_t i = 0; i < h->rs->n_condition && !asked; i++)
        asked = h->rs->condition[i].sentence && c->evident[i].end;
    uint32_t character = 0;
    for (size_t at = 0; asked && at < h->text.len; character++) {
        struct cs_utf8_step st = cs_utf8_next(h->text, at);
        at += st.len;
        if (cs_char_class(st.cp) != CS_CHAR_SENTENCE_END) continue;
        void *wider = grow(c->stop, c->n_stop, &c->cap_stop, sizeof *c->stop);
        if (!wider) return cs_fail(CS_ENOMEM);
        c->stop = wider;
        c->stop[c->n_stop++] = character;
    }
    return CS_OK;
}

/* The first of the facts begin .. end - 1 that begins at `x` or later, `end` if there is none. */
static uint32_t first_from(const struct cs_context *c, const struct cs_evident *e, uint64_t x)
{
    uint32_t lo = e->begin, hi = e->end;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->fact[mid].begin >= x)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* The first of them that ends behind `x`: they do not overlap, so that ends are in order, too. */
static uint32_t first_beyond(const struct cs_context *c, const struct cs_evident *e, uint64_t x)
{
    uint32_t lo = e->begin, hi = e->end;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->fact[mid].end > x)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Characters between the sentence ends around an anchor. */
struct reach {
    uint32_t begin, end;
};

static struct reach sentence_of(const struct cs_context *c, const struct cs_violation *anchor)
{
    uint32_t lo = 0, hi = c->n_stop;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->stop[mid] >= anchor->char_begin)
            hi = mid;
        else
            lo = mid + 1;
    }
    struct reach r = {lo ? c->stop[lo - 1] + 1 : 0, UINT32_MAX};
    while (lo < c->n_stop && c->stop[lo] < anchor->char_end)
        lo++;
    if (lo < c->n_stop) r.end = c->stop[lo];
    return r;
}

/* A run of facts. */
struct run {
    uint32_t from, to;
};

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t greatest(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t length(struct run r)
{
    return r.to > r.from ? r.to - r.from : 0;
}

/* The condition's facts that are near enough, on both sides. */
static struct run near(const struct cs_context *c, const struct cs_condition *cond,
    const struct cs_evident *e, const struct cs_violation *anchor)
{
    struct run r = {e->begin, e->end};
    if (cond->within != CS_ANYWHERE) {
        if (anchor->char_begin > cond->within)
            r.from = first_beyond(c, e, (uint64_t)anchor->char_begin - cond->within - 1);
        r.to = first_from(c, e, (uint64_t)anchor->char_end + cond->within + 1);
    }
    if (!cond->sentence) return r;
    struct reach s = sentence_of(c, anchor);
    return (struct run){greatest(r.from, first_from(c, e, s.begin)), least(r.to, first_beyond(c, e, s.end))};
}

/* Places of the condition near the anchor in this message. */
static uint32_t places(const struct cs_context *c, const struct cs_condition *cond,
    const struct cs_evident *e, const struct cs_violation *anchor)
{
    if (e->begin == e->end) return 0;
    uint32_t before = first_beyond(c, e, anchor->char_begin), after = first_from(c, e, anchor->char_end);
    struct run r = near(c, cond, e, anchor);
    if (cond->side == CS_SIDE_BEFORE) return length((struct run){r.from, least(before, r.to)});
    if (cond->side == CS_SIDE_AFTER) return length((struct run){greatest(after, r.from), r.to});
    bool itself = before >= r.from && before < r.to && c->fact[before].begin == anchor->char_begin &&
                  c->fact[before].end == anchor->char_end;
    return length(r) - itself;
}

/* The message is one that the condition listens to. */
static bool in_scope(const struct cs_condition *cond, const struct cs_said *s, const struct cs_said *now)
{
    if (cond->scope == CS_SCOPE_SENDER) return s->sender == now->sender;
    return cs_condition_hears(cond, s->role, 0);
}

static bool too_old(int64_t then_ms, int64_t now_ms, int64_t most_ms)
{
    int64_t age;
    if (__builtin_sub_overflow(now_ms, then_ms, &age)) return now_ms > then_ms;
    return age > most_ms;
}

/* Places of a condition in the earlier message in hand. */
static uint32_t remembered(const struct cs_recall *r, uint64_t name)
{
    uint32_t n = cs_recall_facts(r), places = 0;
    for (uint32_t k = 0; k < n && !places; k++)
        places = cs_fact_places(cs_recall_fact(r, k), name);
    return places;
}

/* Note which earlier message made it a violation. */
static void cite(struct cs_candidate *it, int64_t offset)
{
    for (uint32_t k = 0; k < it->n_earlier; k++)
        if (it->earlier[k] == offset) return;
    if (it->n_earlier < CS_EARLIER_MAX) it->earlier[it->n_earlier++] = offset;
}

/* Places of the condition in earlier messages. With `citing`, their messages are noted there. */
static uint32_t recall(const struct cs_hearing *h, uint32_t condition, struct cs_candidate *citing)
{
    const struct cs_condition *cond = &h->rs->condition[condition];
    uint32_t found = 0;
    if (cond->scope == CS_SCOPE_MESSAGE || !h->name || !h->said) return 0;
    struct cs_recall r = cs_lookback_recall(h->seat, h->said);
    uint32_t seen = 0;
    for (const struct cs_said *s = cs_recall_next(&r); s && seen < cond->last; s = cs_recall_next(&r)) {
        if (!in_scope(cond, s, h->said)) continue;
        seen++;
        if (too_old(s->record_ms, h->said->record_ms, cond->for_ms) ||
            too_old(s->sent_ms, h->said->sent_ms, cond->for_ms))
            continue;
        uint32_t n = remembered(&r, h->name[condition]);
        if (n && citing) cite(citing, s->offset);
        found += n;
    }
    return found;
}

static bool holds(
    struct cs_context *c, const struct cs_hearing *h, uint32_t condition, struct cs_candidate *candidate)
{
    const struct cs_condition *cond = &h->rs->condition[condition];
    struct cs_evident *e = &c->evident[condition];
    uint32_t here = places(c, cond, e, &candidate->v);
    if (here >= cond->count) return true;
    if (!e->recalled) e->earlier = recall(h, condition, NULL);
    e->recalled = true;
    if (here + e->earlier < cond->count) return false;
    if (cond->demand != CS_DEMAND_NONE) recall(h, condition, candidate);
    return true;
}

static void judge(struct cs_context *c, const struct cs_hearing *h, struct cs_candidate *candidate)
{
    const struct cs_rule *rule = &h->rs->rule[candidate->rule];
    uint32_t missing = 0;
    bool some = false;
    for (uint32_t i = rule->condition; i < rule->condition + rule->n_condition; i++) {
        uint8_t demand = h->rs->condition[i].demand;
        bool yes = (demand != CS_DEMAND_SOME || !some) && holds(c, h, i, candidate);
        if (demand == CS_DEMAND_SOME) {
            if (!some) missing = yes ? 0 : i + 1;
            some |= yes;
        } else if (yes == (demand == CS_DEMAND_NONE)) {
            candidate->verdict = yes ? CS_VERDICT_CONTEXT_FORBIDS : CS_VERDICT_CONTEXT_MISSING;
            candidate->failed = i + 1;
            return;
        }
    }
    if (missing) candidate->verdict = CS_VERDICT_CONTEXT_MISSING;
    candidate->failed = missing;
}

cs_rc cs_context_settle(struct cs_context *c, const struct cs_hearing *h, struct cs_arena *scratch)
{
    cs_rc rc = arrange(c, h->rs, scratch);
    if (!cs_bad(rc)) rc = find_stops(c, h);
    for (uint32_t i = 0; i < c->n_candidate && !cs_bad(rc); i++) {
        struct cs_candidate *it = &c->candidate[i];
        if (it->verdict == CS_VERDICT_VIOLATION) judge(c, h, it);
        c->standing[it->rule] += it->verdict == CS_VERDICT_VIOLATION;
    }
    for (uint32_t i = 0; i < c->n_candidate && !cs_bad(rc); i++) {
        struct cs_candidate *it = &c->candidate[i];
        bool few = c->standing[it->rule] < h->rs->rule[it->rule].count;
        if (few && it->verdict == CS_VERDICT_VIOLATION) it->verdict = CS_VERDICT_TOO_FEW;
    }
    return rc;
}

size_t cs_context_bytes(const struct cs_context *c)
{
    return c->cap_candidate * sizeof *c->candidate + c->cap_fact * sizeof *c->fact +
           c->cap_stop * sizeof *c->stop;
}

void cs_context_clear(struct cs_context *c)
{
    free(c->candidate);
    free(c->fact);
    free(c->stop);
    *c = (struct cs_context){0};
}
