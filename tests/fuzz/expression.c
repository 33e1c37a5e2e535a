#include "expression.h"

enum { A = 3, B, ONE, TWO, DEPTH = 3, GAP_MAX = 2, ALL = (1 << EXPRESSION_LETTERS) - 1 };

const char *const expression_letter[EXPRESSION_LETTERS] = {"甲", "乙", "丙", "a", "b", "1", "2"};

static uint32_t add(struct expression *e, uint32_t kind)
{
    uint32_t i = e->n < EXPRESSION_NODES ? e->n++ : 0; /* node 0 is spare: there is no room */
    e->node[i] = (struct node){.kind = kind};
    return i;
}

static uint32_t add_set(struct expression *e, const char *text, uint32_t set)
{
    uint32_t i = add(e, NODE_SET);
    e->node[i].set = set;
    cs_buf_str(&e->text, text);
    return i;
}

static uint32_t add_letter(struct expression *e, uint32_t letter)
{
    return add_set(e, expression_letter[letter], 1u << letter);
}

static uint32_t sequence(struct fuzz_in *in, struct expression *e, uint32_t depth);

static uint32_t choice(struct fuzz_in *in, struct expression *e, uint32_t depth)
{
    uint32_t i = add(e, NODE_CHOICE);
    cs_buf_str(&e->text, "(?:");
    uint32_t first = sequence(in, e, depth);
    cs_buf_str(&e->text, "|");
    uint32_t second = sequence(in, e, depth);
    cs_buf_str(&e->text, ")");
    e->node[first].next = second;
    e->node[i].child = first;
    return i;
}

static uint32_t repeat(struct fuzz_in *in, struct expression *e, uint32_t depth)
{
    static const struct {
        const char *text;
        uint32_t min, max;
    } how[] = {{"?", 0, 1}, {"*", 0, UINT32_MAX}, {"+", 1, UINT32_MAX}, {"{2}", 2, 2}, {"{1,3}", 1, 3},
        {"{0,2}", 0, 2}, {"{2,}", 2, UINT32_MAX}, {"*?", 0, UINT32_MAX}};
    uint32_t i = add(e, NODE_REPEAT), k = fuzz_below(in, sizeof how / sizeof *how);
    cs_buf_str(&e->text, "(");
    e->node[i].child = sequence(in, e, depth);
    cs_buf_fmt(&e->text, ")%s", how[k].text);
    e->node[i].min = how[k].min;
    e->node[i].max = how[k].max;
    return i;
}

static uint32_t piece(struct fuzz_in *in, struct expression *e, uint32_t depth)
{
    static const struct {
        const char *text;
        uint32_t set;
    } some[] = {{".", ALL}, {"[甲乙]", 3}, {"[^甲]", ALL & ~1}, {"[a-b]", 1 << A | 1 << B},
        {"\\d", 1 << ONE | 1 << TWO}, {"\\w", 1 << A | 1 << B | 1 << ONE | 1 << TWO}, {"\\W", 7},
        {"[1-2甲]", 1 << ONE | 1 << TWO | 1}, {"[^\\d乙]", ALL & ~(1 << ONE | 1 << TWO | 2)}};
    uint32_t what = fuzz_below(in, 10);
    if (depth && what >= 8) return choice(in, e, depth - 1);
    if (depth && what >= 5) return repeat(in, e, depth - 1);
    if (what % 2) return add_letter(e, fuzz_below(in, EXPRESSION_LETTERS));
    uint32_t k = fuzz_below(in, sizeof some / sizeof *some);
    return add_set(e, some[k].text, some[k].set);
}

static void append(struct expression *e, uint32_t parent, uint32_t child)
{
    uint32_t *to = &e->node[parent].child;
    while (*to)
        to = &e->node[*to].next;
    *to = child;
}

static uint32_t sequence(struct fuzz_in *in, struct expression *e, uint32_t depth)
{
    uint32_t i = add(e, NODE_SEQUENCE);
    for (uint32_t n = 1 + fuzz_below(in, 3); n && e->n < EXPRESSION_NODES; n--)
        append(e, i, piece(in, e, depth));
    return i;
}

/* What every match has: without it a rule is refused. */
static uint32_t gate(struct fuzz_in *in, struct expression *e)
{
    static const uint8_t pair[][2] = {{0, 1}, {1, A}, {ONE, 0}, {A, B}, {2, 2}};
    uint32_t i = add(e, NODE_SEQUENCE), k = fuzz_below(in, sizeof pair / sizeof *pair);
    append(e, i, add_letter(e, pair[k][0]));
    append(e, i, add_letter(e, pair[k][1]));
    return i;
}

bool expression_make(struct fuzz_in *in, struct expression *e)
{
    e->n = 1;
    e->text = (struct cs_buf){0};
    e->root = add(e, NODE_SEQUENCE);
    uint32_t how = fuzz_byte(in);
    if (how % 8 == 0) {
        append(e, e->root, add(e, NODE_BEGIN));
        cs_buf_str(&e->text, "^");
    }
    if (how & 16) append(e, e->root, sequence(in, e, how % DEPTH));
    append(e, e->root, gate(in, e));
    if (how & 32) append(e, e->root, sequence(in, e, how / 64));
    return e->n < EXPRESSION_NODES;
}

void letters_make(struct fuzz_in *in, struct letters *l)
{
    static const char *const dropped[] = {" ", ".", "-", "。", "…", "\u200b"};
    enum { POINT = 1, END = 3, IGNORABLE = 5 };
    *l = (struct letters){.n = 0};
    uint32_t characters = 0, gap = 0, points = 0;
    bool sentence = false;
    for (uint8_t op = fuzz_byte(in); op && l->n < EXPRESSION_TEXT; op = fuzz_byte(in), characters++) {
        uint32_t d = op % 6;
        if (op >= 200) {
            gap += d != IGNORABLE;
            points += d == POINT;
            sentence |= d >= END && d != IGNORABLE;
            cs_buf_str(&l->text, dropped[d]);
            continue;
        }
        l->letter[l->n] = op % EXPRESSION_LETTERS;
        l->at[l->n] = characters;
        l->gap[l->n] = gap;
        l->point[l->n] = gap == 1 && points == 1;
        l->sentence[l->n] = sentence;
        cs_buf_str(&l->text, expression_letter[l->letter[l->n++]]);
        gap = points = 0;
        sentence = false;
    }
}

struct twin {
    const struct expression *e;
    const struct letters *l;
    uint32_t start;
};

/* All ends of the node when it begins at any of `at`; bit i: before letter i. */
static uint64_t ends(const struct twin *t, uint32_t node, uint64_t at);

static uint64_t take(const struct twin *t, uint32_t set, uint64_t at)
{
    uint64_t out = 0;
    for (uint32_t i = 0; i < t->l->n; i++) {
        bool barred = i != t->start && (t->l->gap[i] > GAP_MAX || t->l->sentence[i]);
        if ((at >> i & 1) && !barred && (set >> t->l->letter[i] & 1)) out |= (uint64_t)2 << i;
    }
    return out;
}

static uint64_t again(const struct twin *t, const struct node *n, uint64_t at)
{
    for (uint32_t i = 0; i < n->min; i++)
        at = ends(t, n->child, at);
    for (uint32_t i = n->min; i < n->max; i++) {
        uint64_t more = at | ends(t, n->child, at);
        if (more == at) break;
        at = more;
    }
    return at;
}

static uint64_t ends(const struct twin *t, uint32_t node, uint64_t at)
{
    const struct node *n = &t->e->node[node];
    uint64_t out = 0;
    switch (n->kind) {
    case NODE_SET: return take(t, n->set, at);
    case NODE_BEGIN: return at & 1;
    case NODE_REPEAT: return again(t, n, at);
    case NODE_CHOICE:
        for (uint32_t c = n->child; c; c = t->e->node[c].next)
            out |= ends(t, c, at);
        return out;
    default:
        for (uint32_t c = n->child; c && at; c = t->e->node[c].next)
            at = ends(t, c, at);
        return at;
    }
}

/* A word or number goes on across this border. */
static bool joined(const struct letters *l, uint32_t i)
{
    if (i == 0 || i == l->n) return false;
    uint32_t x = l->letter[i - 1], y = l->letter[i];
    bool digits = x >= ONE && y >= ONE, words = (x == A || x == B) && (y == A || y == B);
    return l->gap[i] == 0 ? digits || words : digits && l->point[i];
}

uint32_t expression_find(
    const struct expression *e, const struct letters *l, struct stretch out[EXPRESSION_TEXT])
{
    uint32_t n = 0;
    for (uint32_t start = 0; start < l->n;) {
        struct twin t = {e, l, start};
        uint64_t found = joined(l, start) ? 0 : ends(&t, e->root, (uint64_t)1 << start);
        uint32_t end = l->n;
        while (end > start && (!(found >> end & 1) || joined(l, end)))
            end--;
        if (end > start) out[n++] = (struct stretch){l->at[start], l->at[end - 1] + 1};
        start = end > start ? end : start + 1;
    }
    return n;
}
