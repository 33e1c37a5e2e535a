/* Doubtful terms. */
#include "base/hash.h"
#include "base/map.h"
#include "chatsieve/lint.h"
#include "text/alphabet.h"

#include <stdlib.h>

/* Longer parts of a term are not looked up; so many equal codes at the end, or so
 * many terms with the same last four, are what the library is slow with (scan/matcher.h). */
enum { PART_MAX = 32, EQUAL_MAX = 8, TAIL = 4, TAILS_MAX = 1000 };

/* A term's codes and its rule, as a key. */
struct part_key {
    uint32_t rule;
    uint16_t code[PART_MAX];
};

static struct cs_span key_of(struct part_key *k, uint32_t rule, const uint16_t *code, uint32_t n)
{
    k->rule = rule;
    memcpy(k->code, code, n * sizeof *code);
    return cs_span_of(k, offsetof(struct part_key, code) + n * sizeof *code);
}

static struct cs_codes codes_of(const struct cs_lint *l, const struct cs_term *t)
{
    return l->rules->pattern[t->pattern];
}

/* What other terms of the rule are measured against: without signs, and found as it is written. */
static bool is_plain_word(const struct cs_term *t)
{
    return cs_lint_is_forbidden(t) && !t->n_mark && t->best == CS_EVIDENCE_EXACT;
}

static cs_rc fill(const struct cs_lint *l, struct cs_map *terms)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < l->rules->n_term && !cs_bad(rc); i++) {
        const struct cs_term *t = &l->rules->term[i];
        struct cs_codes c = codes_of(l, t);
        struct part_key key;
        if (is_plain_word(t) && c.len <= PART_MAX)
            rc = cs_map_put(terms, key_of(&key, t->rule, c.ptr, c.len), i);
    }
    return rc;
}

static int kind(uint16_t code)
{
    uint16_t unit = cs_code_unit(code);
    if (unit >= '0' && unit <= '9') return 1;
    return unit < 0x2E80 ? 2 : 0;
}

/* True when a word edge keeps codes begin .. end of a term from being a hit by themselves. */
static bool is_cut(struct cs_codes c, uint32_t begin, uint32_t end)
{
    if (begin && kind(c.ptr[begin]) && kind(c.ptr[begin]) == kind(c.ptr[begin - 1])) return true;
    return end < c.len && kind(c.ptr[end]) && kind(c.ptr[end]) == kind(c.ptr[end - 1]);
}

static bool contains(struct cs_codes a, struct cs_codes b)
{
    for (uint32_t i = 0; i + b.len <= a.len; i++)
        if (memcmp(a.ptr + i, b.ptr, b.len * sizeof *b.ptr) == 0) return true;
    return false;
}

/* True when an exempt phrase of the rule stands in the long term and holds the short one. */
static bool is_protected(const struct cs_lint *l, const struct cs_term *whole, const struct cs_term *part)
{
    for (uint32_t i = 0; i < l->rules->n_term; i++) {
        const struct cs_term *t = &l->rules->term[i];
        if (t->exempt && t->rule == whole->rule && contains(codes_of(l, t), codes_of(l, part)) &&
            contains(codes_of(l, whole), codes_of(l, t)))
            return true;
    }
    return false;
}

/* True when the rule looks for the first one in disguise, too, and not for the second. */
static bool is_looked_for_more(const struct cs_lint *l, const struct cs_term *t, const struct cs_term *part)
{
    return l->rules->rule[t->rule].channels && !t->plain && (part->plain || codes_of(l, part).len < 2);
}

/* A shorter term of another place that hits wherever this one does. */
static const struct cs_term *shorter_one(
    const struct cs_lint *l, const struct cs_map *terms, const struct cs_term *t)
{
    struct cs_codes c = codes_of(l, t);
    struct part_key key;
    for (uint32_t i = 0; i < c.len; i++)
        for (uint32_t n = 1; i + n <= c.len && n < c.len && n <= PART_MAX; n++) {
            const uint32_t *found = cs_map_get(terms, key_of(&key, t->rule, c.ptr + i, n));
            const struct cs_term *part = found ? &l->rules->term[*found] : NULL;
            if (!part || is_cut(c, i, i + n) || is_looked_for_more(l, t, part)) continue;
            if (part->line == t->line && part->column == t->column) continue;
            if (!is_protected(l, t, part)) return part;
        }
    return NULL;
}

/* A place in a pack: all alternatives of a line are told together, and only if none of them matters. */
struct place_key {
    const char *file; /* borrowed: one string for all rules of a pack */
    uint32_t line, column;
};

static struct cs_span place_of(const struct cs_lint *l, struct place_key *k, const struct cs_term *t)
{
    *k = (struct place_key){l->rules->rule[t->rule].file, t->line, t->column};
    return cs_span_of(k, sizeof *k);
}

static bool may_be_shadowed(const struct cs_lint *l, const struct cs_term *t)
{
    return is_plain_word(t) && !l->rules->rule[t->rule].whole_clause;
}

/* Note the places with an alternative that matters, to the rule or to a condition that shares its list. */
static cs_rc find_needed(const struct cs_lint *l, const struct cs_map *terms, struct cs_map *needed)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < l->rules->n_term && !cs_bad(rc); i++) {
        const struct cs_term *t = &l->rules->term[i];
        struct place_key key;
        if (t->condition || (may_be_shadowed(l, t) && !shorter_one(l, terms, t)))
            rc = cs_map_put(needed, place_of(l, &key, t), 1);
    }
    return rc;
}

/* Each place once. */
static cs_rc tell_shadowed(struct cs_lint *l, const struct cs_map *terms, struct cs_map *told)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < l->rules->n_term && !cs_bad(rc); i++) {
        const struct cs_term *t = &l->rules->term[i];
        struct place_key key;
        if (!may_be_shadowed(l, t) || cs_map_get(told, place_of(l, &key, t))) continue;
        const struct cs_term *s = shorter_one(l, terms, t);
        cs_lint_term(l, t, "remove the longer one, or the shorter one if it is too broad",
            "\"%.60s\" never matters: it contains the term \"%.60s\" in line %u", t->text, s->text, s->line);
        rc = cs_map_put(told, place_of(l, &key, t), 1);
    }
    return rc;
}

static cs_rc check_shadowed(struct cs_lint *l)
{
    struct cs_map terms, needed;
    cs_map_init(&terms, cs_hash_seed());
    cs_map_init(&needed, cs_hash_seed());
    cs_rc rc = fill(l, &terms);
    if (!cs_bad(rc)) rc = find_needed(l, &terms, &needed);
    if (!cs_bad(rc)) rc = tell_shadowed(l, &terms, &needed);
    cs_map_clear(&terms);
    cs_map_clear(&needed);
    return rc;
}

static bool same_marks(const struct cs_term *a, const struct cs_term *b)
{
    bool same = a->n_mark == b->n_mark;
    for (uint32_t i = 0; same && i < a->n_mark; i++)
        same = a->mark[i].at == b->mark[i].at && a->mark[i].cp == b->mark[i].cp;
    return same;
}

/* The same word in two rules of one category for the same people: one message, two violations. Where one of
 * them asks for more than the word, that is what the two are for. */
static bool is_repeated(const struct cs_lint *l, const struct cs_term *a, const struct cs_term *b)
{
    const struct cs_rule *x = &l->rules->rule[a->rule], *y = &l->rules->rule[b->rule];
    if (x == y || !cs_lint_is_forbidden(a) || !same_marks(a, b)) return false;
    if (x->n_condition || y->n_condition) return false;
    return x->platforms & y->platforms && x->actors & y->actors && strcmp(x->category, y->category) == 0;
}

static void check_repeated(struct cs_lint *l)
{
    const struct cs_ruleset *rs = l->rules;
    for (uint32_t i = 0; i < rs->n_term; i++) {
        const struct cs_term *t = &rs->term[i];
        if (!cs_lint_is_forbidden(t) || t->best != CS_EVIDENCE_EXACT) continue;
        for (uint32_t k = rs->term_begin[t->pattern]; k < i; k++) {
            if (!is_repeated(l, &rs->term[k], t)) continue;
            const struct cs_rule *other = &rs->rule[rs->term[k].rule];
            cs_lint_term(l, t, "keep it in one of them", "\"%.60s\" is a term of rule %s, too (%s:%u)",
                t->text, other->id, other->file, rs->term[k].line);
            break;
        }
    }
}

static void check_ending(struct cs_lint *l, const struct cs_term *t)
{
    struct cs_codes c = codes_of(l, t);
    uint32_t equal = 1;
    while (equal < c.len && c.ptr[c.len - equal - 1] == c.ptr[c.len - 1])
        equal++;
    if (equal >= EQUAL_MAX)
        cs_lint_term(l, t, "a few of them say the same: each longer run contains them",
            "this term ends in %u equal characters, which makes every search slow", equal);
}

static cs_rc check_endings(struct cs_lint *l)
{
    struct cs_map tails;
    cs_rc rc = CS_OK;
    cs_map_init(&tails, cs_hash_seed());
    for (uint32_t i = 0; i < l->rules->n_term && !cs_bad(rc); i++) {
        const struct cs_term *t = &l->rules->term[i];
        struct cs_codes c = codes_of(l, t);
        check_ending(l, t);
        if (c.len < TAIL || i > l->rules->term_begin[t->pattern]) continue;
        struct cs_span tail = cs_span_of(c.ptr + c.len - TAIL, TAIL * sizeof *c.ptr);
        const uint32_t *known = cs_map_get(&tails, tail);
        uint32_t n = known ? *known + 1 : 1;
        if (n == TAILS_MAX)
            cs_lint_term(l, t, "put what they share into one term, or into a regex",
                "%d terms end in the same four characters, which makes every search slow", TAILS_MAX);
        rc = cs_map_put(&tails, tail, n);
    }
    cs_map_clear(&tails);
    return rc;
}

static void check_disguise(struct cs_lint *l, const struct cs_term *t)
{
    const struct cs_rule *r = &l->rules->rule[t->rule];
    if (!r->channels || t->plain || !cs_lint_is_forbidden(t)) return;
    if (t->n_mark)
        cs_lint_term(
            l, t, "put it under plain", "\"%.60s\" is never looked for in disguise: it has a sign", t->text);
    else if (codes_of(l, t).len < 2)
        cs_lint_term(l, t, "put it under plain",
            "\"%.60s\" is never looked for in disguise: it is a single character", t->text);
}

cs_rc cs_lint_terms(struct cs_lint *l)
{
    check_repeated(l);
    for (uint32_t i = 0; i < l->rules->n_term; i++)
        check_disguise(l, &l->rules->term[i]);
    cs_rc rc = check_shadowed(l);
    return cs_bad(rc) ? rc : check_endings(l);
}
