#include "annotate/trial.h"

#include "annotate/contest.h"
#include "annotate/context.h"
#include "annotate/expressions.h"

#include <stdlib.h>

/* Islands with fewer codes than this between them are mapped together: that is cheaper than to look twice. */
enum { NEAR = 8 };

static bool in_force(const struct cs_validity *valid, int64_t sent_ms)
{
    if (sent_ms <= 0) return !valid->until_ms; /* nobody knows when it was said */
    return (!valid->from_ms || sent_ms >= valid->from_ms) && (!valid->until_ms || sent_ms < valid->until_ms);
}

static bool is_speaker(const struct cs_rule *rule, uint8_t role)
{
    return role < CS_ROLE_COUNT && rule->actors & 1u << role;
}

uint8_t cs_trial_applies(const struct cs_trial *t, const struct cs_rule *rule)
{
    if (!(rule->platforms & t->platform)) return CS_VERDICT_OTHER_PLATFORM;
    if (!is_speaker(rule, t->role)) return CS_VERDICT_OTHER_ACTOR;
    return in_force(&rule->valid, t->sent_ms) ? CS_VERDICT_VIOLATION : CS_VERDICT_NOT_IN_FORCE;
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

/* True when the condition of a context term may matter: for a rule that applies, or to later messages. */
static bool is_heard(const struct cs_trial *t, const struct cs_rule *rule, const struct cs_condition *c)
{
    if (!(rule->platforms & t->platform)) return false;
    if (is_speaker(rule, t->role)) return true;
    return t->remembers && c->scope != CS_SCOPE_MESSAGE && cs_condition_hears(c, t->role, rule->actors);
}

/* Exempt phrases of a rule for others protect context that its later messages may ask for. */
static bool protects_context(const struct cs_trial *t, const struct cs_rule *rule)
{
    return t->remembers && rule->n_condition && rule->platforms & t->platform;
}

/* Take term `i` for an occurrence, the next of the list, unless it means nothing here. Its place is to be set
 * before. Written where it stays: copies of what was just written wait for it. */
static void add(struct cs_trial *t, uint32_t i)
{
    const struct cs_ruleset *rs = t->subject.rs;
    const struct cs_term *term = &rs->term[i];
    const struct cs_rule *rule = &rs->rule[term->rule];
    struct cs_occurrence *o = &t->list[t->n];
    o->term = i;
    o->rule = term->rule;
    o->condition = term->condition;
    o->exempted_by = CS_NO_TERM;
    o->verdict = CS_VERDICT_VIOLATION;
    o->exempt = term->exempt;
    o->matched = false;
    o->sign_before = o->sign_behind = 0;
    if (o->condition) {
        if (!is_heard(t, rule, &rs->condition[o->condition - 1])) return;
        t->n_context++;
    } else {
        o->verdict = cs_trial_applies(t, rule);
        if (o->exempt && protects_context(t, rule)) o->verdict = CS_VERDICT_VIOLATION;
        if (o->verdict != CS_VERDICT_VIOLATION && !t->explain) return;
    }
    t->n++;
    t->n_accused += !o->exempt;
}

/* The terms behind one disguise. */
static void collect_disguise(struct cs_trial *t, const struct cs_disguised *d)
{
    const struct cs_ruleset *rs = t->subject.rs;
    const struct cs_disguisable *what = &rs->disguisable[d->term];
    for (uint32_t i = rs->term_begin[what->pattern]; i < rs->term_begin[what->pattern + 1]; i++) {
        struct cs_occurrence *o = &t->list[t->n];
        if (!cs_ruleset_disguises(rs, what, &rs->term[i])) continue;
        o->begin = d->begin;
        o->end = d->end;
        o->evidence = d->evidence;
        o->channels = d->channels;
        add(t, i);
    }
}

/* The terms behind one hit. */
static void collect(struct cs_trial *t, const struct cs_hit *hit)
{
    const struct cs_ruleset *rs = t->subject.rs;
    uint32_t len = rs->pattern[hit->pattern].len, stop = rs->term_begin[hit->pattern + 1];
    for (uint32_t i = rs->term_begin[hit->pattern]; i < stop; i++) {
        struct cs_occurrence *o = &t->list[t->n];
        o->begin = hit->end - len;
        o->end = hit->end;
        o->evidence = CS_EVIDENCE_EXACT;
        o->channels = 0;
        add(t, i);
    }
}

/* Rules that something in this message may be a hit of. */
static void seek(const struct cs_trial *t, uint8_t *sought)
{
    const struct cs_ruleset *rs = t->subject.rs;
    for (uint32_t i = 0; i < t->n; i++)
        if (!t->list[i].exempt && !t->list[i].condition) sought[t->list[i].rule] = 1;
    for (uint32_t i = 0; i < t->n_found; i++)
        for (uint32_t r = 0; r < rs->n_rule; r++)
            if (rs->rule[r].detect >> t->found[i].detector & 1) sought[r] = 1;
}

/* Context of rules that hit nowhere is of no use, unless later messages may ask for it. */
static cs_rc drop_context(struct cs_trial *t)
{
    const struct cs_ruleset *rs = t->subject.rs;
    uint8_t *sought = cs_arena_zalloc(t->scratch, rs->n_rule, 1);
    uint32_t n = 0;
    if (!sought) return cs_fail(CS_ENOMEM);
    seek(t, sought);
    t->n_accused = t->n_context = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        const struct cs_occurrence *o = &t->list[i];
        bool kept = !o->condition || sought[o->rule] ||
                    (t->remembers && rs->condition[o->condition - 1].scope != CS_SCOPE_MESSAGE);
        if (!kept) continue;
        t->n_accused += !o->exempt;
        t->n_context += o->condition != 0;
        t->list[n++] = *o;
    }
    t->n = n;
    return CS_OK;
}

static int by_begin(const void *a, const void *b)
{
    const struct cs_occurrence *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Hits come by end, so that mostly nothing is to be done, and a few are soon put in their places. */
static void sort(struct cs_occurrence *o, uint32_t n)
{
    enum { FEW = 16 };
    for (uint32_t i = 1; i < n; i++) {
        if (o[i].begin >= o[i - 1].begin) continue;
        if (n > FEW) {
            qsort(o, n, sizeof *o, by_begin);
            return;
        }
        uint32_t k = i;
        struct cs_occurrence x = o[i];
        for (; k && o[k - 1].begin > x.begin; k--)
            o[k] = o[k - 1];
        o[k] = x;
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

/* Who says it, where and when. */
static void set_scene(struct cs_trial *t, const struct cs_ruleset *rs, const struct cs_batch *b, uint32_t msg)
{
    t->role = b->role[msg];
    t->sent_ms = b->sent_ms[msg];
    t->list = NULL;
    t->n = t->n_accused = t->n_context = t->next = 0;
    t->subject = (struct cs_subject){.rs = rs, .text = b->text[msg]};
    t->place = (struct cs_place){0};
}

static cs_rc collect_all(struct cs_trial *t, const struct cs_charges *c, const struct cs_expressions *matched)
{
    size_t most = count_terms(t->subject.rs, c) + matched->n;
    t->list = most > UINT32_MAX ? NULL : cs_arena_alloc(t->scratch, most * sizeof *t->list);
    if (!t->list) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < c->n_hit; i++)
        collect(t, &c->hit[i]);
    for (uint32_t i = 0; i < c->n_disguise; i++)
        collect_disguise(t, &c->disguise[i]);
    add_matched(t, matched);
    cs_rc rc = t->n_context ? drop_context(t) : CS_OK;
    if (t->n_accused) sort(t->list, t->n);
    return rc;
}

cs_rc cs_trial_begin(
    struct cs_trial *t, const struct cs_ruleset *rs, const struct cs_batch *b, const struct cs_charges *c)
{
    struct cs_expressions matched;
    bool is_view = c->text != c->msg;
    set_scene(t, rs, b, c->msg);
    cs_rc rc = is_view && c->n_regex ? take_view(t, &b->view[c->text - b->n]) : CS_OK;
    if (!cs_bad(rc)) rc = cs_expressions_find(t, b, c, &matched);
    if (!cs_bad(rc)) rc = collect_all(t, c, &matched);
    if (cs_bad(rc)) return rc;
    if (is_view && t->n_accused && !t->subject.view) rc = take_view(t, &b->view[c->text - b->n]);
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

/* How many codes around the island must be seen. */
static uint32_t letters_around(const struct cs_island *island)
{
    for (uint32_t i = 0; i < island->n; i++)
        if (island->o[i].channels) return CS_LETTERS_AROUND;
    return 1;
}

/* Map the island, which ends at code `end`, and judge its occurrences. */
static cs_rc judge_in_window(struct cs_trial *t, struct cs_island island, uint32_t end)
{
    uint32_t begin = island.o->begin, around = letters_around(&island);
    uint32_t from = begin > around ? begin - around : 0;
    struct cs_subject *s = &t->subject;
    cs_rc rc = cs_map_window(s->text, from, end + around - 1, t->scratch, &s->window);
    for (uint32_t i = 0; i < island.n && !cs_bad(rc); i++)
        cs_occurrence_judge(s, &island.o[i]);
    return rc;
}

static bool judge_plainly(struct cs_trial *t, struct cs_island island)
{
    for (uint32_t i = 0; i < island.n; i++)
        if (!cs_occurrence_judge_plainly(&t->subject, &t->place, &island.o[i])) return false;
    return true;
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
    cs_rc rc = judge_plainly(t, *out) ? CS_OK : judge_in_window(t, *out, end);
    if (cs_bad(rc) || out->n == 1) return rc;
    uint32_t first = out->o->begin, *owner = cs_arena_zalloc(t->scratch, end - first, sizeof *owner);
    if (!owner) return cs_fail(CS_ENOMEM);
    cs_contest(out->o, out->n, (struct cs_owners){owner, first});
    return CS_OK;
}
