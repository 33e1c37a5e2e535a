/* From tree to program, and to the expression for the library. */
#include "base/utf8.h"
#include "rules/regex_tree.h"

#include <stdio.h>

/* Repeats of nothing write no step: their rounds are bounded by work. */
enum { WORK_MAX = 16 * CS_REGEX_OPS_MAX };

struct writer {
    struct cs_regex_op *op;
    uint32_t n, work;
};

/* False when the program has become too long. */
static bool put(struct writer *w, uint32_t kind, uint32_t a, uint32_t b)
{
    if (w->n == CS_REGEX_OPS_MAX) return false;
    w->op[w->n++] = (struct cs_regex_op){kind, a, b};
    return true;
}

static bool write_node(struct writer *w, const struct cs_rx *n);

/* SPLIT this, next; this; JUMP end ... */
static bool write_choice(struct writer *w, const struct cs_rx *n)
{
    uint32_t jump[CS_REGEX_ALTERNATIVES_MAX], n_jump = 0;
    for (const struct cs_rx *c = n->child; c; c = c->next) {
        uint32_t split = w->n;
        if (c->next && !put(w, CS_REGEX_SPLIT, split + 1, 0)) return false;
        if (!write_node(w, c)) return false;
        if (!c->next) break;
        jump[n_jump++] = w->n;
        if (!put(w, CS_REGEX_JUMP, 0, 0)) return false;
        w->op[split].b = w->n;
    }
    while (n_jump)
        w->op[jump[--n_jump]].a = w->n;
    return true;
}

static bool write_optional(struct writer *w, const struct cs_rx *child, bool loop)
{
    uint32_t split = w->n;
    if (!put(w, CS_REGEX_SPLIT, split + 1, 0) || !write_node(w, child)) return false;
    if (loop && !put(w, CS_REGEX_JUMP, split, 0)) return false;
    w->op[split].b = w->n;
    return true;
}

/* x{2,4} is x x (x (x)?)?, and an x that is left out leaves out those behind it. */
static bool write_repeat(struct writer *w, const struct cs_rx *n)
{
    uint32_t split[CS_REGEX_REPEAT_MAX], n_split = 0;
    for (uint32_t i = 0; i < n->min; i++)
        if (!write_node(w, n->child)) return false;
    if (n->max == CS_RX_UNBOUNDED) return write_optional(w, n->child, true);
    for (uint32_t i = n->min; i < n->max; i++) {
        split[n_split++] = w->n;
        if (!put(w, CS_REGEX_SPLIT, w->n + 1, 0) || !write_node(w, n->child)) return false;
    }
    while (n_split)
        w->op[split[--n_split]].b = w->n;
    return true;
}

static bool write_node(struct writer *w, const struct cs_rx *n)
{
    if (++w->work > WORK_MAX) return false;
    switch (n->kind) {
    case CS_RX_EMPTY: return true;
    case CS_RX_CHARACTER: return put(w, CS_REGEX_CHARACTER, n->value, 0);
    case CS_RX_SET: return put(w, n->negated ? CS_REGEX_NONE_OF : CS_REGEX_ONE_OF, n->first, n->n);
    case CS_RX_ASSERT: return put(w, n->value, n->sign, 0);
    case CS_RX_CHOICE: return write_choice(w, n);
    case CS_RX_REPEAT: return write_repeat(w, n);
    default: break;
    }
    for (const struct cs_rx *c = n->child; c; c = c->next)
        if (!write_node(w, c)) return false;
    return true;
}

void cs_rx_program(struct cs_rx_tree *t, struct cs_arena *to, struct cs_regex_op **op, uint32_t *n)
{
    struct writer w = {.op = cs_arena_alloc(t->arena, CS_REGEX_OPS_MAX * sizeof *w.op)};
    if (!w.op) {
        t->no_memory = true;
        return;
    }
    if (!write_node(&w, t->root) || !put(&w, CS_REGEX_MATCH, 0, 0)) {
        cs_rx_fail(t, 0, (uint32_t)t->text.len, "with its repeats written out this expression is too long",
            "512 steps are the most; use smaller repeats, or * and +, or several expressions");
        return;
    }
    *op = cs_arena_alloc(to, w.n * sizeof **op);
    if (*op) memcpy(*op, w.op, w.n * sizeof **op);
    t->no_memory = !*op;
    *n = w.n;
}

/* What the library gets may match more than is meant, and should when what is meant takes long to compile:
 * compiling grows with the square of characters and loops. Long repeats become loops, large classes any
 * character, and behind COST_MAX anything may follow. */
enum { EXACT_REPEAT_MAX = 16, EXACT_RANGES_MAX = 64, COST_MAX = 256, SET_COST = 3, LOOP_COST = 4 };

struct expression {
    const struct cs_rx_tree *tree;
    struct cs_buf *out;
    uint32_t cost; /* of what is written so far */
};

static void write_set(struct expression *e, const struct cs_rx *n)
{
    e->cost += SET_COST;
    if (n->n == 0 || n->n > EXACT_RANGES_MAX) {
        cs_buf_str(e->out, ".");
        return;
    }
    cs_buf_str(e->out, n->negated ? "[^" : "[");
    for (uint32_t i = 0; i < n->n; i++) {
        struct cs_regex_range r = e->tree->range[n->first + i];
        cs_buf_fmt(e->out, "\\x{%X}-\\x{%X}", r.first, r.last);
    }
    cs_buf_str(e->out, "]");
}

static void express(struct expression *e, const struct cs_rx *n);

static void write_bounds(struct expression *e, const struct cs_rx *n)
{
    bool single = n->child->kind == CS_RX_CHARACTER || n->child->kind == CS_RX_SET;
    uint32_t each = n->child->kind == CS_RX_SET ? SET_COST : 1;
    if (n->max == 1) {
        if (n->min == 0) cs_buf_str(e->out, "?");
    } else if (single && n->max <= EXACT_REPEAT_MAX && e->cost + n->max * each <= COST_MAX) {
        e->cost += n->max * each;
        cs_buf_fmt(e->out, "{%u,%u}", n->min, n->max);
    } else {
        e->cost += LOOP_COST;
        cs_buf_str(e->out, n->min ? "+" : "*");
    }
}

/* True when the node can only match nothing as the library sees it: then no repeat is written. */
static bool is_invisible(const struct cs_rx *n)
{
    if (n->kind == CS_RX_EMPTY || n->kind == CS_RX_ASSERT || (n->kind == CS_RX_REPEAT && n->max == 0))
        return true;
    if (n->kind == CS_RX_CHARACTER || n->kind == CS_RX_SET) return false;
    for (const struct cs_rx *c = n->child; c; c = c->next)
        if (!is_invisible(c)) return false;
    return true;
}

static void express_children(struct expression *e, const struct cs_rx *n, const char *between)
{
    cs_buf_str(e->out, "(?:");
    for (const struct cs_rx *c = n->child; c; c = c->next) {
        bool enough = e->cost > COST_MAX;
        if (enough) cs_buf_str(e->out, ".*");
        if (enough) break;
        express(e, c);
        if (c->next) cs_buf_str(e->out, between);
    }
    cs_buf_str(e->out, ")");
}

static void express(struct expression *e, const struct cs_rx *n)
{
    if (is_invisible(n)) return;
    switch (n->kind) {
    case CS_RX_CHARACTER:
        e->cost++;
        cs_buf_fmt(e->out, "\\x{%X}", n->value);
        break;
    case CS_RX_SET: write_set(e, n); break;
    case CS_RX_SEQUENCE: express_children(e, n, ""); break;
    case CS_RX_CHOICE: express_children(e, n, "|"); break;
    default:
        cs_buf_str(e->out, "(?:");
        express(e, n->child);
        cs_buf_str(e->out, ")");
        write_bounds(e, n);
        break;
    }
}

void cs_rx_expression(const struct cs_rx_tree *t, struct cs_buf *out)
{
    struct expression e = {.tree = t, .out = out};
    express(&e, t->root);
}
