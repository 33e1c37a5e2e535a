/* From text to tree. The grammar is the part of the library's that says something about a folded text; what
 * else the library takes or refuses is refused here, with its place. */
#include "base/utf8.h"
#include "rules/regex_tree.h"

static const char *const hint_group = "groups are written (...) or (?:...)";

struct cs_rx *cs_rx_node(struct cs_rx_tree *t, enum cs_rx_kind kind, uint32_t at)
{
    struct cs_rx *n = cs_arena_zalloc(t->arena, 1, sizeof *n);
    if (!n) {
        t->no_memory = true;
        return NULL;
    }
    n->kind = kind;
    n->at = at;
    return n;
}

struct cs_rx *cs_rx_fail(
    struct cs_rx_tree *t, uint32_t at, uint32_t width, const char *what, const char *hint)
{
    if (!t->fault.what) t->fault = (struct cs_rx_fault){what, hint, at, width};
    return NULL;
}

void cs_rx_append(struct cs_rx *parent, struct cs_rx *child)
{
    struct cs_rx **end = &parent->child;
    while (*end)
        end = &(*end)->next;
    *end = child;
}

uint32_t cs_rx_take(const struct cs_rx_tree *t, uint32_t *at)
{
    struct cs_utf8_step st = cs_utf8_next(t->text, *at);
    *at += st.len;
    return st.cp;
}

static char peek(const struct cs_rx_tree *t, uint32_t at)
{
    return at < t->text.len ? (char)t->text.ptr[at] : 0;
}

/* True when `s` stands at *at, which then moves behind it. */
static bool take_text(const struct cs_rx_tree *t, uint32_t *at, const char *s)
{
    size_t n = strlen(s);
    if (t->text.len - *at < n || memcmp(t->text.ptr + *at, s, n) != 0) return false;
    *at += (uint32_t)n;
    return true;
}

static struct cs_rx *parse_choice(struct cs_rx_tree *t, uint32_t *at, uint32_t depth);

/* Behind "(?": only what changes nothing in a folded text. */
static bool parse_group_head(struct cs_rx_tree *t, uint32_t *at, uint32_t begin)
{
    if (take_text(t, at, ":") || take_text(t, at, "i:") || take_text(t, at, "s:")) return true;
    const char *what = "this kind of group is not supported";
    if (strchr("=!<", peek(t, *at))) what = "look-around and named groups are not supported";
    if (peek(t, *at) == '>') what = "atomic groups are not supported";
    if (peek(t, *at) == 'R' || peek(t, *at) == '(') what = "recursion and conditions are not supported";
    cs_rx_fail(t, begin, *at - begin + 1, what, hint_group);
    return false;
}

static struct cs_rx *parse_group(struct cs_rx_tree *t, uint32_t *at, uint32_t depth)
{
    uint32_t begin = *at - 1;
    if (depth == CS_REGEX_DEPTH_MAX)
        return cs_rx_fail(t, begin, 1, "groups are nested too deeply", "at most 16 groups inside each other");
    if (take_text(t, at, "?i)") || take_text(t, at, "?s)")) return cs_rx_node(t, CS_RX_EMPTY, begin);
    if (take_text(t, at, "?") && !parse_group_head(t, at, begin)) return NULL;
    if (peek(t, *at) == '*') return cs_rx_fail(t, begin, 2, "verbs are not supported", hint_group);
    struct cs_rx *inner = parse_choice(t, at, depth + 1);
    if (!inner) return NULL;
    if (!take_text(t, at, ")")) return cs_rx_fail(t, begin, 1, "this group is not closed", hint_group);
    return inner;
}

static struct cs_rx *assertion(struct cs_rx_tree *t, uint32_t kind, uint32_t at)
{
    struct cs_rx *n = cs_rx_node(t, CS_RX_ASSERT, at);
    if (n) n->value = kind;
    return n;
}

static struct cs_rx *parse_escape(struct cs_rx_tree *t, uint32_t *at)
{
    static const struct {
        char letter;
        uint8_t kind;
    } anchors[] = {{'b', CS_REGEX_EDGE}, {'B', CS_REGEX_INNER}, {'A', CS_REGEX_BEGIN}, {'z', CS_REGEX_END},
        {'Z', CS_REGEX_END}};
    uint32_t begin = *at - 1, cp;
    char c = peek(t, *at);
    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++)
        if (c == anchors[i].letter) {
            ++*at;
            return assertion(t, anchors[i].kind, begin);
        }
    struct cs_rx *shorthand = cs_rx_shorthand(t, c, begin);
    if (shorthand || t->no_memory) {
        ++*at;
        return shorthand;
    }
    return cs_rx_escaped(t, at, &cp) ? cs_rx_literal(t, cp, begin) : NULL;
}

static struct cs_rx *parse_atom(struct cs_rx_tree *t, uint32_t *at, uint32_t depth)
{
    uint32_t begin = *at, cp = cs_rx_take(t, at);
    switch (cp) {
    case '(': return parse_group(t, at, depth);
    case '[': return cs_rx_class(t, at);
    case '.': return cs_rx_shorthand(t, '.', begin);
    case '^': return assertion(t, CS_REGEX_BEGIN, begin);
    case '$': return assertion(t, CS_REGEX_END, begin);
    case '\\': return parse_escape(t, at);
    case '*':
    case '+':
    case '?':
        return cs_rx_fail(t, begin, 1, "there is nothing to repeat here",
            "write a backslash before a sign that is meant itself");
    default: return cs_rx_literal(t, cp, begin);
    }
}

/* Digits up to a bound that is more than any limit. */
static bool take_number(const struct cs_rx_tree *t, uint32_t *at, uint32_t *out)
{
    uint32_t begin = *at, v = 0;
    for (char c; (c = peek(t, *at)) >= '0' && c <= '9'; ++*at)
        if (v < 100000000) v = v * 10 + (uint32_t)(c - '0');
    *out = v;
    return *at > begin;
}

/* {n}, {n,} or {n,m}; anything else that begins with a brace is text. */
static bool take_braces(const struct cs_rx_tree *t, uint32_t *at, uint32_t *min, uint32_t *max)
{
    uint32_t i = *at;
    if (!take_text(t, &i, "{") || !take_number(t, &i, min)) return false;
    *max = *min;
    if (take_text(t, &i, ",") && !take_number(t, &i, max)) *max = CS_RX_UNBOUNDED;
    if (!take_text(t, &i, "}")) return false;
    *at = i;
    return true;
}

static bool take_quantifier(const struct cs_rx_tree *t, uint32_t *at, uint32_t *min, uint32_t *max)
{
    *min = 0;
    *max = CS_RX_UNBOUNDED;
    if (take_text(t, at, "*")) return true;
    if (take_text(t, at, "+")) {
        *min = 1;
        return true;
    }
    if (take_text(t, at, "?")) {
        *max = 1;
        return true;
    }
    return take_braces(t, at, min, max);
}

static bool repeat_is_legal(struct cs_rx_tree *t, uint32_t begin, uint32_t end, const struct cs_rx *r)
{
    const char *what = NULL, *hint = "a repeat counts to 64 at most; * and + have no bound";
    bool bounded = r->max != CS_RX_UNBOUNDED;
    if (r->min > CS_REGEX_REPEAT_MAX || (bounded && r->max > CS_REGEX_REPEAT_MAX))
        what = "this repeat counts too far";
    if (bounded && r->min > r->max) {
        what = "the bounds of this repeat are the wrong way round";
        hint = "write {least,most}";
    }
    if (what) cs_rx_fail(t, begin, end - begin, what, hint);
    return !what;
}

/* An atom with its quantifiers. That a repeat is lazy makes no difference: the longest match counts. */
static struct cs_rx *parse_piece(struct cs_rx_tree *t, uint32_t *at, uint32_t depth)
{
    uint32_t start = *at, min, max;
    struct cs_rx *n = parse_atom(t, at, depth);
    for (uint32_t begin = *at; n && take_quantifier(t, at, &min, &max); begin = *at) {
        struct cs_rx *r = cs_rx_node(t, CS_RX_REPEAT, start);
        if (!r) return NULL;
        r->min = min;
        r->max = max;
        r->child = n;
        if (!repeat_is_legal(t, begin, *at, r)) return NULL;
        if (peek(t, *at) == '+')
            return cs_rx_fail(t, *at, 1, "possessive repeats are not supported", "leave the + out");
        take_text(t, at, "?");
        n = r;
    }
    return n;
}

static struct cs_rx *parse_sequence(struct cs_rx_tree *t, uint32_t *at, uint32_t depth)
{
    struct cs_rx *s = cs_rx_node(t, CS_RX_SEQUENCE, *at);
    while (s && *at < t->text.len && peek(t, *at) != '|' && peek(t, *at) != ')') {
        struct cs_rx *piece = parse_piece(t, at, depth);
        if (!piece) return NULL;
        cs_rx_append(s, piece);
    }
    return s;
}

static struct cs_rx *parse_choice(struct cs_rx_tree *t, uint32_t *at, uint32_t depth)
{
    uint32_t n = 0;
    struct cs_rx *choice = cs_rx_node(t, CS_RX_CHOICE, *at);
    do {
        uint32_t begin = *at;
        struct cs_rx *s = choice ? parse_sequence(t, at, depth) : NULL;
        if (!s) return NULL;
        if (++n > CS_REGEX_ALTERNATIVES_MAX)
            return cs_rx_fail(t, begin, 1, "there are too many alternatives", "at most 256 in one group");
        cs_rx_append(choice, s);
    } while (take_text(t, at, "|"));
    return n == 1 ? choice->child : choice;
}

void cs_rx_parse(struct cs_rx_tree *t)
{
    uint32_t at = 0;
    if (t->text.len > CS_REGEX_BYTES_MAX) {
        cs_rx_fail(t, 0, 1, "this expression is too long", "512 bytes are the most; write several");
        return;
    }
    struct cs_rx *root = parse_choice(t, &at, 0);
    if (root && at < t->text.len)
        cs_rx_fail(t, at, 1, "this bracket closes nothing", "write \\) for the sign itself");
    else
        t->root = root;
}
