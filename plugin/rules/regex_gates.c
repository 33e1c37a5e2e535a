/* Which literal runs every match of an expression has, as Russ Cox's trigram index finds them: each part of
 * the tree knows all its texts, if they are few, or how its texts begin and end and the best set so far. */
#include "rules/regex_tree.h"
#include "text/alphabet.h"

enum { RUN_MAX = 16, COPIES_MAX = 8, SET_MEMBERS_MAX = 16 };

struct run {
    uint16_t code[RUN_MAX];
    uint32_t n;
};

struct runs {
    struct run item[CS_REGEX_GATES_MAX];
    uint32_t n;
};

/* What is known of a part. */
struct part {
    bool exact;             /* its texts are those of `tail` */
    struct runs head, tail; /* every text begins with one of head (unless exact), ends with one of tail */
    struct runs best;       /* one of these stands in every text; none: not known */
};

static const struct runs nothing = {.n = 1};

static bool same(const struct run *a, const struct run *b)
{
    return a->n == b->n && memcmp(a->code, b->code, a->n * sizeof *a->code) == 0;
}

/* False when there is no room. */
static bool add(struct runs *to, const struct run *r)
{
    for (uint32_t i = 0; i < to->n; i++)
        if (same(&to->item[i], r)) return true;
    if (to->n == CS_REGEX_GATES_MAX) return false;
    to->item[to->n++] = *r;
    return true;
}

static bool add_all(struct runs *to, const struct runs *from)
{
    for (uint32_t i = 0; i < from->n; i++)
        if (!add(to, &from->item[i])) return false;
    return true;
}

static uint32_t shortest(const struct runs *r)
{
    uint32_t least = r->n ? RUN_MAX : 0;
    for (uint32_t i = 0; i < r->n; i++)
        if (r->item[i].n < least) least = r->item[i].n;
    return least;
}

/* Longer runs are rarer; of equally long ones fewer are better. */
static void consider(struct part *p, const struct runs *r)
{
    uint32_t mine = shortest(&p->best), theirs = shortest(r);
    if (theirs < CS_REGEX_GATE_CODES_MIN || theirs < mine) return;
    if (theirs > mine || r->n < p->best.n) p->best = *r;
}

/* Every run of a with every run of b behind it; false when they are too many or too long. */
static bool cross(const struct runs *a, const struct runs *b, struct runs *out)
{
    out->n = 0;
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++) {
            struct run r = a->item[i];
            if (r.n + b->item[k].n > RUN_MAX) return false;
            memcpy(r.code + r.n, b->item[k].code, b->item[k].n * sizeof *r.code);
            r.n += b->item[k].n;
            if (!add(out, &r)) return false;
        }
    return true;
}

/* What follows does not hang together with what was so far. */
static void cut(struct part *p, const struct runs *tail)
{
    consider(p, &p->tail);
    if (p->exact) p->head = p->tail;
    p->exact = false;
    p->tail = *tail;
}

static void follow(struct part *p, const struct part *next)
{
    struct runs joined;
    bool fits = cross(&p->tail, next->exact ? &next->tail : &next->head, &joined);
    if (!next->exact) consider(p, &next->best);
    if (fits) p->tail = joined;
    if (!fits || !next->exact) cut(p, &next->tail);
}

static struct part *analyse(struct cs_rx_tree *t, const struct cs_rx *n);

static struct part *new_part(struct cs_rx_tree *t, bool exact)
{
    struct part *p = cs_arena_zalloc(t->arena, 1, sizeof *p);
    if (!p) {
        t->no_memory = true;
        return NULL;
    }
    p->exact = exact;
    p->head = p->tail = nothing;
    return p;
}

/* The codes of a folded character. */
static struct run run_of(uint32_t cp)
{
    struct run r = {.n = 1};
    if (cp < 0x10000) {
        r.code[0] = cs_code_of((uint16_t)cp);
        return r;
    }
    r.code[r.n - 1] = cs_code_of((uint16_t)(0xD800 + ((cp - 0x10000) >> 10)));
    r.code[r.n++] = cs_code_of((uint16_t)(0xDC00 + ((cp - 0x10000) & 0x3FF)));
    return r;
}

static struct part *analyse_set(struct cs_rx_tree *t, const struct cs_rx *n)
{
    uint32_t members = n->negated ? UINT32_MAX : 0;
    for (uint32_t i = 0; i < n->n && !n->negated; i++)
        members += t->range[n->first + i].last - t->range[n->first + i].first + 1;
    struct part *p = new_part(t, members <= SET_MEMBERS_MAX);
    if (!p || !p->exact) return p;
    p->tail.n = 0;
    for (uint32_t i = 0; i < n->n; i++)
        for (uint32_t cp = t->range[n->first + i].first; cp <= t->range[n->first + i].last; cp++) {
            struct run r = run_of(cp);
            if (!add(&p->tail, &r)) p->exact = false;
        }
    return p;
}

/* One branch more; false when nothing is known of all of them together. */
static void unite(struct part *p, const struct part *branch, bool *known)
{
    const struct runs *head = branch->exact ? &branch->tail : &branch->head;
    const struct runs *best = branch->exact ? &branch->tail : &branch->best;
    p->exact &= branch->exact;
    if (!add_all(&p->head, head)) p->head = nothing;
    if (!add_all(&p->tail, &branch->tail)) {
        p->tail = nothing;
        p->exact = false;
    }
    *known = *known && shortest(best) >= CS_REGEX_GATE_CODES_MIN && add_all(&p->best, best);
    if (!*known) p->best.n = 0;
}

static struct part *analyse_choice(struct cs_rx_tree *t, const struct cs_rx *n)
{
    struct part *p = new_part(t, true);
    bool known = true;
    if (!p) return NULL;
    p->head.n = p->tail.n = 0;
    for (const struct cs_rx *c = n->child; c; c = c->next) {
        const struct part *branch = analyse(t, c);
        if (!branch) return NULL;
        unite(p, branch, &known);
    }
    return p;
}

/* x? and x*: nothing, or what x is where that is little. */
static void make_optional(struct part *p, const struct part *child, bool once)
{
    p->exact = once && child->exact && add_all(&p->tail, &child->tail);
    if (!p->exact) p->tail = nothing;
}

static bool is_empty(const struct part *p)
{
    return p->exact && p->tail.n == 1 && p->tail.item[0].n == 0;
}

/* A few copies; more of them begin and end the same way. */
static struct part *analyse_repeat(struct cs_rx_tree *t, const struct cs_rx *n)
{
    struct part *p = new_part(t, true);
    if (!p || n->max == 0) return p;
    const struct part *child = analyse(t, n->child);
    if (!child) return NULL;
    if (is_empty(child)) return p;
    uint32_t copies = n->min < COPIES_MAX ? n->min : COPIES_MAX;
    for (uint32_t i = 0; i < copies; i++)
        follow(p, child);
    if (n->min == 0)
        make_optional(p, child, n->max == 1);
    else if (n->max > copies)
        cut(p, &child->tail);
    return p;
}

static struct part *analyse_sequence(struct cs_rx_tree *t, const struct cs_rx *n)
{
    struct part *p = new_part(t, true);
    for (const struct cs_rx *c = n->child; c && p; c = c->next) {
        const struct part *next = analyse(t, c);
        if (!next) return NULL;
        follow(p, next);
    }
    return p;
}

static struct part *analyse(struct cs_rx_tree *t, const struct cs_rx *n)
{
    switch (n->kind) {
    case CS_RX_SET: return analyse_set(t, n);
    case CS_RX_SEQUENCE: return analyse_sequence(t, n);
    case CS_RX_CHOICE: return analyse_choice(t, n);
    case CS_RX_REPEAT: return analyse_repeat(t, n);
    default: break;
    }
    struct part *p = new_part(t, true);
    if (p && n->kind == CS_RX_CHARACTER) p->tail.item[0] = run_of(n->value);
    return p;
}

void cs_rx_find_gates(struct cs_rx_tree *t, struct cs_rx_gates *out)
{
    out->n = 0;
    struct part *p = analyse(t, t->root);
    if (!p) return;
    consider(p, &p->tail);
    for (; out->n < p->best.n; out->n++)
        out->code[out->n] = (struct cs_codes){p->best.item[out->n].code, p->best.item[out->n].n};
}
