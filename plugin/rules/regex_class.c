/* Characters, classes and escapes of an expression. A class holds what its members fold to, because that is
 * what a text shows. */
#include "base/utf8.h"
#include "rules/mark.h"
#include "rules/regex_tree.h"
#include "text/alphabet.h"
#include "text/map.h"

#include <stdlib.h>

enum { FOLD_MAX = 8, MEMBERS_MAX = 70000, LAST = 0x10FFFF };

/* What one character folds to, as characters. */
struct folded {
    uint32_t cp[FOLD_MAX];
    uint32_t n;
};

static uint32_t joined(const struct cs_map_text *map, uint32_t *k)
{
    uint32_t cp = cs_code_unit(map->at[(*k)++].code);
    if (cp < 0xD800 || cp > 0xDBFF || *k == map->n) return cp;
    return 0x10000 + ((cp - 0xD800) << 10) + (cs_code_unit(map->at[(*k)++].code) & 0x3FFu);
}

static bool fold(struct cs_rx_tree *t, uint32_t cp, struct folded *out)
{
    uint8_t utf8[CS_UTF8_MAX_BYTES];
    struct cs_map_text map;
    struct cs_arena_mark mark = cs_arena_mark(t->arena);
    struct cs_span text = cs_span_of(utf8, cs_utf8_put(cp, utf8));
    out->n = 0;
    if (cs_bad(cs_map_text(text, t->arena, &map))) {
        t->no_memory = true;
        return false;
    }
    for (uint32_t k = 0; k < map.n && out->n < FOLD_MAX;)
        out->cp[out->n++] = joined(&map, &k);
    cs_arena_rewind(t->arena, mark);
    return true;
}

static struct cs_rx *character(struct cs_rx_tree *t, uint32_t folded, uint32_t at)
{
    struct cs_rx *n = cs_rx_node(t, CS_RX_CHARACTER, at);
    if (n) n->value = folded;
    return n;
}

/* A sign that must be there, or any separator. */
static struct cs_rx *invisible(struct cs_rx_tree *t, uint32_t cp, uint32_t at)
{
    bool ignorable = cs_char_class(cp) == CS_CHAR_IGNORABLE;
    struct cs_rx *n = cs_rx_node(t, ignorable ? CS_RX_EMPTY : CS_RX_ASSERT, at);
    if (!n) return NULL;
    n->sign = cs_mark_of(cp);
    n->value = n->sign ? CS_REGEX_SIGN : CS_REGEX_FREE_GAP;
    return n;
}

struct cs_rx *cs_rx_literal(struct cs_rx_tree *t, uint32_t cp, uint32_t at)
{
    struct folded f;
    if (!fold(t, cp, &f)) return NULL;
    if (f.n == 0) return invisible(t, cp, at);
    if (f.n == 1) return character(t, f.cp[0], at);
    struct cs_rx *s = cs_rx_node(t, CS_RX_SEQUENCE, at);
    for (uint32_t i = 0; s && i < f.n; i++) {
        struct cs_rx *c = character(t, f.cp[i], at);
        if (!c) return NULL;
        cs_rx_append(s, c);
    }
    return s;
}

static bool add_range(struct cs_rx_tree *t, uint32_t first, uint32_t last, uint32_t at)
{
    if (!t->range) t->range = cs_arena_alloc(t->arena, CS_REGEX_RANGES_MAX * sizeof *t->range);
    if (!t->range) {
        t->no_memory = true;
        return false;
    }
    if (t->n_range == CS_REGEX_RANGES_MAX) {
        cs_rx_fail(t, at, 1, "the classes of this expression are too large", "write . or a class [^...]");
        return false;
    }
    t->range[t->n_range++] = (struct cs_regex_range){first, last};
    return true;
}

/* Ranges of the letters of an escape; false when it is none. */
static bool add_shorthand(struct cs_rx_tree *t, char letter, uint32_t at)
{
    if (letter == 'd') return add_range(t, '0', '9', at);
    if (letter == 'w') return add_range(t, '0', '9', at) && add_range(t, 'a', 'z', at);
    return true;
}

static struct cs_rx *set(struct cs_rx_tree *t, uint32_t first, bool negated, uint32_t at)
{
    struct cs_rx *n = cs_rx_node(t, CS_RX_SET, at);
    if (!n) return NULL;
    n->first = first;
    n->n = t->n_range - first;
    n->negated = negated;
    return n;
}

struct cs_rx *cs_rx_shorthand(struct cs_rx_tree *t, char letter, uint32_t at)
{
    static const struct {
        char letter, members;
        bool negated;
    } sets[] = {{'.', 0, true}, {'S', 0, true}, {'H', 0, true}, {'d', 'd', false}, {'w', 'w', false},
        {'D', 'd', true}, {'W', 'w', true}};
    uint32_t first = t->n_range;
    if (letter == 's' || letter == 'h') return invisible(t, ' ', at);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (sets[i].letter == letter)
            return add_shorthand(t, sets[i].members, at) ? set(t, first, sets[i].negated, at) : NULL;
    return NULL;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char byte_at(const struct cs_rx_tree *t, uint32_t at)
{
    return at < t->text.len ? (char)t->text.ptr[at] : 0;
}

/* Behind \x: two digits, or {digits}. */
static bool hexadecimal(struct cs_rx_tree *t, uint32_t *at, uint32_t *cp)
{
    uint32_t begin = *at - 2, v = 0, n = 0;
    bool braces = byte_at(t, *at) == '{';
    *at += braces;
    for (; n < (braces ? 6 : 2) && digit_of(byte_at(t, *at)) >= 0; n++)
        v = v * 16 + (uint32_t)digit_of(byte_at(t, (*at)++));
    bool closed = !braces || byte_at(t, (*at)++) == '}';
    *cp = v;
    if (closed && n && v && v <= LAST && (v < 0xD800 || v > 0xDFFF)) return true;
    cs_rx_fail(t, begin, 2, "this is no character", "a character is written \\x{4E00}");
    return false;
}

bool cs_rx_escaped(struct cs_rx_tree *t, uint32_t *at, uint32_t *cp)
{
    static const char *const control = "aefnrtv";
    uint32_t begin = *at - 1;
    char c = byte_at(t, *at);
    if (c == 'x') {
        ++*at;
        return hexadecimal(t, at, cp);
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!c)
        cs_rx_fail(t, begin, 1, "nothing stands behind this backslash", NULL);
    else if (c >= '1' && c <= '9')
        cs_rx_fail(t, begin, 2, "back-references are not supported", "write the text itself");
    else if ((letter && !strchr(control, c)) || c == '0')
        cs_rx_fail(t, begin, 2, "this escape is not supported",
            "\\d \\w \\s \\h \\D \\W \\S \\b \\B \\A \\z and \\x{4E00} are");
    else {
        *cp = letter ? '\n' : cs_rx_take(t, at);
        *at += letter;
        return true;
    }
    return false;
}

/* A class while it is read. */
struct class
{
    uint32_t begin, first; /* its bracket; its first range */
    uint32_t sign;         /* a sign among its members */
    bool separator;        /* a member that the fold drops */
    uint32_t members;
};

static bool add_single(struct cs_rx_tree *t, struct class *c, uint32_t cp, uint32_t at)
{
    struct folded f;
    if (!fold(t, cp, &f)) return false;
    if (f.n == 0 && cs_mark_of(cp)) c->sign = cs_mark_of(cp);
    if (f.n == 0) c->separator = true;
    if (f.n > 1)
        cs_rx_fail(t, at, 1, "this character folds to several and cannot be in a class",
            "write it as an alternative: (a|b)");
    return f.n == 0 || (f.n == 1 && add_range(t, f.cp[0], f.cp[0], at));
}

/* The range itself stands for its members that fold to themselves; the others are never seen in a text. */
static bool add_members(struct cs_rx_tree *t, struct class *c, struct cs_regex_range r, uint32_t at)
{
    struct folded f;
    c->members += r.last - r.first;
    if (c->members > MEMBERS_MAX || r.first > r.last) {
        cs_rx_fail(t, at, 1,
            r.first > r.last ? "this range is the wrong way round"
                             : "the classes of this expression are too large",
            "write . or a class [^...]");
        return false;
    }
    for (uint32_t cp = r.first; cp <= r.last; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF) continue;
        if (!fold(t, cp, &f)) return false;
        if (f.n == 1 && (f.cp[0] < r.first || f.cp[0] > r.last) && !add_range(t, f.cp[0], f.cp[0], at))
            return false;
    }
    return add_range(t, r.first, r.last, at);
}

/* A member that is one character; false after telling why not. */
static bool take_member(struct cs_rx_tree *t, uint32_t *at, uint32_t *cp)
{
    *cp = cs_rx_take(t, at);
    return *cp != '\\' || cs_rx_escaped(t, at, cp);
}

static bool add_member(struct cs_rx_tree *t, struct class *c, uint32_t *at)
{
    uint32_t begin = *at, cp, last;
    char escape = byte_at(t, begin) == '\\' ? byte_at(t, begin + 1) : 0;
    if (escape && strchr("dwsh", escape)) {
        *at += 2;
        c->separator |= escape == 's' || escape == 'h';
        return add_shorthand(t, escape, begin);
    }
    if (byte_at(t, begin) == '[' && byte_at(t, begin + 1) == ':') {
        cs_rx_fail(t, begin, 2, "named classes are not supported", "write \\d, \\w or a-z");
        return false;
    }
    if (!take_member(t, at, &cp)) return false;
    if (byte_at(t, *at) != '-' || byte_at(t, *at + 1) == ']') return add_single(t, c, cp, begin);
    ++*at;
    if (*at >= t->text.len || !take_member(t, at, &last)) return false;
    return add_members(t, c, (struct cs_regex_range){cp, last}, begin);
}

static int by_first(const void *a, const void *b)
{
    const struct cs_regex_range *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Sorted, and joined where they meet. */
static void tidy(struct cs_rx_tree *t, uint32_t first)
{
    struct cs_regex_range *r = t->range + first;
    uint32_t n = t->n_range - first, kept = 0;
    qsort(r, n, sizeof *r, by_first);
    for (uint32_t i = 1; i < n; i++)
        if (r[i].first <= r[kept].last + 1) {
            if (r[i].last > r[kept].last) r[kept].last = r[i].last;
        } else
            r[++kept] = r[i];
    t->n_range = first + (n ? kept + 1 : 0);
}

/* A class of nothing but separators is one; with other members they are left out. */
static struct cs_rx *finish(struct cs_rx_tree *t, const struct class *c, bool negated)
{
    if (t->n_range > c->first) tidy(t, c->first);
    if (negated || t->n_range > c->first) return set(t, c->first, negated, c->begin);
    if (c->sign || c->separator) return invisible(t, c->sign ? c->sign : ' ', c->begin);
    return cs_rx_fail(t, c->begin, 1, "this class has no member", "write what it holds: [0-9]");
}

struct cs_rx *cs_rx_class(struct cs_rx_tree *t, uint32_t *at)
{
    struct class c = {.begin = *at - 1, .first = t->n_range};
    bool negated = byte_at(t, *at) == '^';
    *at += negated;
    for (bool first = true; *at < t->text.len; first = false) {
        if (byte_at(t, *at) == ']' && !first) {
            ++*at;
            return finish(t, &c, negated);
        }
        if (!add_member(t, &c, at)) {
            if (!t->fault.what && !t->no_memory) break;
            return NULL;
        }
    }
    return cs_rx_fail(t, c.begin, 1, "this class is not closed", "a class is written [...]");
}
