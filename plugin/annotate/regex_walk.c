#include "annotate/regex_walk.h"

#include "text/alphabet.h"

/* Characters looked at beyond matches, for each code of the text, and in any case. */
enum { AHEAD_FACTOR = 16, AHEAD_MIN = 4096 };

/* A way through the program that waits at a step for its next character. */
struct thread {
    uint32_t op, start;
    uint16_t sign; /* right before its start */
    bool gapped;
};

/* A step to be looked at; `freed`: any gap before the next character is fine; `sign`: the last one passed on
 * the way from the last character. */
struct branch {
    uint32_t op;
    uint16_t sign;
    bool freed;
};

/* How far a step was followed at the place in hand: a gap may stop some threads and let others pass. */
enum { UNSEEN, BARRED, PASSED };

struct walk {
    const struct cs_subject *s;
    const struct cs_rule *rule;
    const struct cs_regex *r;
    struct thread *now, *next; /* at most one a step */
    uint32_t n_now, n_next;
    uint8_t *seen;
    struct branch *stack;
    uint32_t n_stack;
    struct cs_regex_match best;
    bool found;
    size_t ahead, ahead_max;
};

static uint32_t length(const struct walk *w)
{
    return w->s->window.map.n;
}

static const struct cs_mapped *at(const struct walk *w, uint32_t i)
{
    return &w->s->window.map.at[i];
}

/* Whether what was dropped before code i parts a match there. */
static bool is_barred(const struct walk *w, uint32_t i)
{
    const struct cs_mapped *m = at(w, i);
    uint16_t widest = w->rule->floor < CS_EVIDENCE_GAP ? 0 : w->rule->gap;
    if (w->rule->floor == CS_EVIDENCE_EXACT && m->bits & CS_MAPPED_IGNORABLE) return true;
    return m->gap > widest || (m->bits & CS_MAPPED_SENTENCE && !w->rule->cross_sentence);
}

/* Whether a match may begin or end at code i. */
static bool is_border(const struct walk *w, uint32_t i)
{
    if (at(w, i)->bits & CS_MAPPED_INNER || cs_subject_joined(w->s, i)) return false;
    return !w->rule->whole_clause || i == 0 || i == length(w) || at(w, i)->gap > 0;
}

static bool is_word(const struct walk *w, uint32_t i)
{
    return at(w, i)->bits & (CS_MAPPED_LETTER | CS_MAPPED_DIGIT);
}

/* The library's \b, with separators where they were dropped. */
static bool is_edge(const struct walk *w, uint32_t i)
{
    bool left = i > 0 && is_word(w, i - 1), right = i < length(w) && is_word(w, i);
    return i < length(w) && at(w, i)->gap ? left || right : left != right;
}

static void accept(struct walk *w, struct thread t, uint32_t i, uint16_t sign)
{
    if (i == t.start || (w->found && t.start > w->best.begin) || !is_border(w, i)) return;
    w->best = (struct cs_regex_match){t.start, i, t.sign, sign, t.gapped};
    w->found = true;
}

static void push(struct walk *w, struct branch b, uint32_t op)
{
    b.op = op;
    w->stack[w->n_stack++] = b;
}

/* True when the condition of step `op` holds before code i. */
static bool holds(const struct walk *w, const struct cs_regex_op *op, uint32_t i)
{
    switch (op->kind) {
    case CS_REGEX_BEGIN: return i == 0;
    case CS_REGEX_END: return i == length(w);
    case CS_REGEX_EDGE: return is_edge(w, i);
    case CS_REGEX_INNER: return !is_edge(w, i);
    case CS_REGEX_SIGN: return cs_subject_dropped(w->s, i, op->a);
    default: return true;
    }
}

/* Go on behind a condition that holds. */
static void pass(struct walk *w, struct branch b, const struct cs_regex_op *op)
{
    if (op->kind == CS_REGEX_SIGN) b.sign = (uint16_t)op->a;
    b.freed |= op->kind == CS_REGEX_SIGN || op->kind == CS_REGEX_FREE_GAP;
    push(w, b, b.op + 1);
}

/* One step that takes no character, or a thread that waits at one that does. */
static void follow(struct walk *w, struct branch b, struct thread from, uint32_t i)
{
    const struct cs_regex_op *op = &w->r->op[b.op];
    switch (op->kind) {
    case CS_REGEX_MATCH: accept(w, from, i, b.sign); break;
    case CS_REGEX_JUMP: push(w, b, op->a); break;
    case CS_REGEX_SPLIT:
        push(w, b, op->b);
        push(w, b, op->a);
        break;
    case CS_REGEX_CHARACTER:
    case CS_REGEX_ONE_OF:
    case CS_REGEX_NONE_OF:
        if (w->seen[b.op] != PASSED) break;
        from.op = b.op;
        if (from.start == i) from.sign = b.sign;
        from.gapped |= !b.freed && at(w, i)->gap > 0;
        w->now[w->n_now++] = from;
        break;
    default:
        if (holds(w, op, i)) pass(w, b, op);
        break;
    }
}

/* Follow a thread to all steps that it can wait at before code i. */
static void add(struct walk *w, struct thread t, uint32_t i, bool barred)
{
    w->n_stack = 0;
    push(w, (struct branch){.freed = t.start == i}, t.op);
    while (w->n_stack) {
        struct branch b = w->stack[--w->n_stack];
        uint8_t level = barred && !b.freed ? BARRED : PASSED;
        if (w->seen[b.op] >= level) continue;
        w->seen[b.op] = level;
        follow(w, b, t, i);
    }
}

static bool in_ranges(const struct cs_regex_range *r, uint32_t n, uint32_t cp)
{
    uint32_t low = 0;
    while (low < n) {
        uint32_t middle = low + (n - low) / 2;
        if (cp > r[middle].last)
            low = middle + 1;
        else if (cp < r[middle].first)
            n = middle;
        else
            return true;
    }
    return false;
}

static bool takes(const struct walk *w, const struct cs_regex_op *op, uint32_t cp)
{
    if (op->kind == CS_REGEX_CHARACTER) return op->a == cp;
    return in_ranges(w->r->range + op->a, op->b, cp) == (op->kind == CS_REGEX_ONE_OF);
}

/* The character at code i, and how many codes it takes. */
static uint32_t character(const struct walk *w, uint32_t i, uint32_t *width)
{
    uint32_t cp = cs_code_unit(at(w, i)->code);
    *width = 1;
    if (cp < 0xD800 || cp > 0xDBFF || i + 1 >= length(w)) return cp;
    *width = 2;
    return 0x10000 + ((cp - 0xD800) << 10) + (cs_code_unit(at(w, i + 1)->code) & 0x3FFu);
}

/* All threads over the character at code i; returns how many codes it takes. */
static uint32_t step(struct walk *w, uint32_t i)
{
    uint32_t width, cp = character(w, i, &width);
    bool refused = w->rule->floor == CS_EVIDENCE_EXACT && at(w, i)->bits & CS_MAPPED_CHANGED;
    w->n_next = 0;
    for (uint32_t k = 0; k < w->n_now && !refused; k++) {
        struct thread t = w->now[k];
        if (w->found && t.start > w->best.begin) continue;
        if (i + width - t.start > CS_REGEX_SPAN_MAX || !takes(w, &w->r->op[t.op], cp)) continue;
        t.op++;
        w->next[w->n_next++] = t;
    }
    return width;
}

/* All threads that wait before code i: the earlier they began the sooner they are served. */
static void gather(struct walk *w, uint32_t i)
{
    bool barred = is_barred(w, i);
    memset(w->seen, UNSEEN, w->r->n_op);
    w->n_now = 0;
    for (uint32_t k = 0; k < w->n_next; k++)
        add(w, w->next[k], i, barred);
    if (!w->found && i < length(w) && is_border(w, i)) add(w, (struct thread){.start = i}, i, barred);
}

/* The next match from code `from` on. */
static bool find(struct walk *w, uint32_t from)
{
    w->found = false;
    w->n_next = 0;
    for (uint32_t i = from; i <= length(w);) {
        gather(w, i);
        if (i == length(w) || (w->found && w->ahead++ > w->ahead_max)) break;
        i += step(w, i);
        if (w->found && !w->n_next) break;
    }
    return w->found;
}

static bool prepare(struct walk *w, struct cs_arena *scratch)
{
    size_t n = w->r->n_op;
    w->now = cs_arena_alloc(scratch, n * sizeof *w->now);
    w->next = cs_arena_alloc(scratch, n * sizeof *w->next);
    w->seen = cs_arena_alloc(scratch, n);
    w->stack = cs_arena_alloc(scratch, (4 * n + 4) * sizeof *w->stack); /* two levels, two branches each */
    w->ahead_max = (size_t)length(w) * AHEAD_FACTOR + AHEAD_MIN;
    return w->now && w->next && w->seen && w->stack;
}

cs_rc cs_regex_walk(const struct cs_subject *s, const struct cs_regex *r, struct cs_arena *scratch,
    struct cs_regex_match **out, uint32_t *n)
{
    struct walk w = {.s = s, .rule = &s->rs->rule[r->rule], .r = r};
    size_t most = s->window.map.n / CS_REGEX_GATE_CODES_MIN + 1;
    struct cs_regex_match *match = cs_arena_alloc(scratch, most * sizeof *match);
    if (!match || !prepare(&w, scratch)) return cs_fail(CS_ENOMEM);
    uint32_t found = 0;
    for (uint32_t from = 0; find(&w, from); from = w.best.end)
        match[found++] = w.best;
    *out = match;
    *n = found;
    return CS_OK;
}
