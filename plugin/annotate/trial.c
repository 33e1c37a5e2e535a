#include "annotate/trial.h"

#include "annotate/contest.h"
#include "annotate/expressions.h"

#include <stdlib.h>

/* Islands with fewer codes than this between them are mapped together: that is cheaper than to look twice. */
enum { NEAR = 8 };

uint8_t cs_trial_applies(const struct cs_rule *rule, uint64_t platform, uint8_t role)
{
    if (!(rule->platforms & platform)) return CS_VERDICT_OTHER_PLATFORM;
    return role < CS_ROLE_COUNT && rule->actors & 1u << role ? CS_VERDICT_VIOLATION : CS_VERDICT_OTHER_ACTOR;
}

/* Views come behind all messages: hits of theirs are the last ones. */
static void begin_charges(const struct cs_batch *b, struct cs_charges *c)
{
    static const struct cs_hit no_hit;
    static const struct cs_disguised no_disguise;
    const struct cs_hit *hits = b->n_hit ? b->hit : &no_hit, *hit = hits + b->n_hit;
    const struct cs_disguised *disguises = b->n_disguise ? b->disguise : &no_disguise,
                              *disguise = disguises + b->n_disguise;
    c->view = (struct cs_charges_cursor){.hits_end = hit, .disguises_end = disguise};
    while (b->n_view && hit > hits && hit[-1].msg >= b->n)
        hit--;
    while (b->n_view && disguise > disguises && disguise[-1].msg >= b->n)
        disguise--;
    c->view.hit = hit;
    c->view.disguise = disguise;
    c->at = (struct cs_charges_cursor){hits, hit, disguises, disguise};
    c->begun = true;
}

/* The text of the next hit, UINT32_MAX behind the last one. */
static uint32_t next_text(const struct cs_charges_cursor *at)
{
    uint32_t text = at->hit < at->hits_end ? at->hit->msg : UINT32_MAX;
    return at->disguise < at->disguises_end && at->disguise->msg < text ? at->disguise->msg : text;
}

/* A text with a candidate has the hit of its gate, too. */
static void take_regexes(const struct cs_batch *b, struct cs_charges *c)
{
    uint32_t low = 0, high = b->n_regex;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->regex[middle].msg < c->text)
            low = middle + 1;
        else
            high = middle;
    }
    c->first_regex = low;
    c->n_regex = 0;
    while (low + c->n_regex < b->n_regex && b->regex[low + c->n_regex].msg == c->text)
        c->n_regex++;
}

bool cs_charges_next(const struct cs_batch *b, struct cs_charges *c)
{
    if (!c->begun) begin_charges(b, c);
    uint32_t text = next_text(&c->at), msg = text, view = next_text(&c->view);
    struct cs_charges_cursor *at = &c->at;
    if (view != UINT32_MAX && b->view[view - b->n].msg < msg) {
        text = view;
        msg = b->view[view - b->n].msg;
        at = &c->view;
    }
    if (text == UINT32_MAX) return false;
    c->hit = at->hit;
    c->disguise = at->disguise;
    c->text = text;
    c->msg = msg;
    while (at->hit < at->hits_end && at->hit->msg == text)
        at->hit++;
    while (at->disguise < at->disguises_end && at->disguise->msg == text)
        at->disguise++;
    c->n_hit = (uint32_t)(at->hit - c->hit);
    c->n_disguise = (uint32_t)(at->disguise - c->disguise);
    take_regexes(b, c);
    return true;
}

static size_t count_terms(const struct cs_ruleset *rs, const struct cs_charges *c)
{
    size_t total = 0;
    for (uint32_t i = 0; i < c->n_hit; i++)
        total += rs->term_begin[c->hit[i].pattern + 1] - rs->term_begin[c->hit[i].pattern];
    for (uint32_t i = 0; i < c->n_disguise; i++) {
        uint32_t pattern = rs->disguisable[c->disguise[i].term].pattern;
        total += rs->term_begin[pattern + 1] - rs->term_begin[pattern];
    }
    return total;
}

/* The terms behind one disguise that are meant for this platform and speaker. */
static void collect_disguise(
    struct cs_trial *t, uint64_t platform, uint8_t role, const struct cs_disguised *d)
{
    const struct cs_ruleset *rs = t->subject.rs;
    const struct cs_disguisable *what = &rs->disguisable[d->term];
    for (uint32_t i = rs->term_begin[what->pattern]; i < rs->term_begin[what->pattern + 1]; i++) {
        const struct cs_term *term = &rs->term[i];
        uint8_t verdict = cs_trial_applies(&rs->rule[term->rule], platform, role);
        if (term->condition || !cs_ruleset_disguises(rs, what, term)) continue;
        if (verdict != CS_VERDICT_VIOLATION && !t->explain) continue;
        t->list[t->n++] = (struct cs_occurrence){.term = i,
            .rule = term->rule,
            .begin = d->begin,
            .end = d->end,
            .exempted_by = CS_NO_TERM,
            .verdict = verdict,
            .evidence = d->evidence,
            .channels = d->channels};
        t->n_accused++;
    }
}

/* The terms behind one hit that are meant for this platform and speaker. */
static void collect(struct cs_trial *t, uint64_t platform, uint8_t role, const struct cs_hit *hit)
{
    const struct cs_ruleset *rs = t->subject.rs;
    for (uint32_t i = rs->term_begin[hit->pattern]; i < rs->term_begin[hit->pattern + 1]; i++) {
        const struct cs_term *term = &rs->term[i];
        uint8_t verdict = cs_trial_applies(&rs->rule[term->rule], platform, role);
        if (term->condition || (verdict != CS_VERDICT_VIOLATION && !t->explain)) continue;
        t->list[t->n++] = (struct cs_occurrence){.term = i,
            .rule = term->rule,
            .begin = hit->end - rs->pattern[hit->pattern].len,
            .end = hit->end,
            .exempted_by = CS_NO_TERM,
            .verdict = verdict,
            .exempt = term->exempt};
        t->n_accused += !term->exempt;
    }
}

static int by_begin(const void *a, const void *b)
{
    const struct cs_occurrence *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Hits come by end, so that mostly nothing is to be done. */
static void sort(struct cs_occurrence *o, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (o[i].begin < o[i - 1].begin) {
            qsort(o, n, sizeof *o, by_begin);
            return;
        }
}

static void add_matched(struct cs_trial *t, const struct cs_expressions *m)
{
    if (m->n) memcpy(t->list + t->n, m->o, m->n * sizeof *m->o);
    t->n += m->n;
    t->n_accused += m->n;
}

/* Judge what the message is read as. */
static cs_rc take_view(struct cs_trial *t, const struct cs_view *v)
{
    cs_rc rc = cs_view_make(t->subject.text, v->reading, t->scratch, &t->view);
    if (cs_bad(rc)) return rc;
    t->subject.text = t->view.text;
    t->subject.view = &t->view;
    return CS_OK;
}

cs_rc cs_trial_begin(
    struct cs_trial *t, const struct cs_ruleset *rs, const struct cs_batch *b, const struct cs_charges *c)
{
    uint32_t msg = c->msg;
    uint64_t platform = cs_ruleset_platform(rs, b->platform[msg]);
    struct cs_expressions matched;
    t->n = t->n_accused = t->next = 0;
    t->subject = (struct cs_subject){.rs = rs, .text = b->text[msg]};
    cs_rc rc = c->text != msg && c->n_regex ? take_view(t, &b->view[c->text - b->n]) : CS_OK;
    if (!cs_bad(rc)) rc = cs_expressions_find(t, b, c, &matched);
    if (cs_bad(rc)) return rc;
    size_t most = count_terms(rs, c) + matched.n;
    t->list = most > UINT32_MAX ? NULL : cs_arena_alloc(t->scratch, most * sizeof *t->list);
    if (!t->list) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < c->n_hit; i++)
        collect(t, platform, b->role[msg], &c->hit[i]);
    for (uint32_t i = 0; i < c->n_disguise; i++)
        collect_disguise(t, platform, b->role[msg], &c->disguise[i]);
    add_matched(t, &matched);
    sort(t->list, t->n);
    if (c->text != msg && t->n_accused && !t->subject.view) rc = take_view(t, &b->view[c->text - b->n]);
    t->mark = cs_arena_mark(t->scratch);
    return rc;
}

/* The island that begins at t->next, with its end in codes; *accused tells whether a hit is in it that
 * counts. */
static struct cs_island cut(const struct cs_trial *t, uint32_t *end, bool *accused)
{
    struct cs_island island = {t->list + t->next, 0};
    *end = 0;
    *accused = false;
    for (uint32_t i = t->next; i < t->n && (*end == 0 || t->list[i].begin < *end + NEAR); i++) {
        if (t->list[i].end > *end) *end = t->list[i].end;
        *accused |= !t->list[i].exempt;
        island.n++;
    }
    return island;
}

static cs_rc settle(struct cs_trial *t, struct cs_island island)
{
    struct cs_subject *s = &t->subject;
    for (uint32_t i = 0; i < island.n; i++)
        cs_occurrence_judge(s, &island.o[i]);
    if (island.n < 2) return CS_OK;
    uint32_t *owner = cs_arena_zalloc(t->scratch, s->window.map.n, sizeof *owner);
    if (!owner) return cs_fail(CS_ENOMEM);
    cs_contest(island.o, island.n, (struct cs_owners){owner, s->window.first});
    return CS_OK;
}

/* How many codes around the island must be seen. */
static uint32_t letters_around(const struct cs_island *island)
{
    for (uint32_t i = 0; i < island->n; i++)
        if (island->o[i].channels) return CS_LETTERS_AROUND;
    return 1;
}

cs_rc cs_trial_next(struct cs_trial *t, struct cs_island *out)
{
    uint32_t end;
    bool accused;
    do {
        *out = cut(t, &end, &accused);
        t->next += out->n;
    } while (out->n && !accused);
    cs_arena_rewind(t->scratch, t->mark);
    if (out->n == 0) return CS_OK;
    uint32_t begin = out->o->begin, around = letters_around(out);
    struct cs_subject *s = &t->subject;
    cs_rc rc =
        cs_map_window(s->text, begin > around ? begin - around : 0, end + around - 1, t->scratch, &s->window);
    return cs_bad(rc) ? rc : settle(t, *out);
}
