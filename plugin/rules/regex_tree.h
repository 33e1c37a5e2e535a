/* An expression as a tree, between reading it and writing what comes of it. Internal to rules/. */
#ifndef CS_RULES_REGEX_TREE_H
#define CS_RULES_REGEX_TREE_H

#include "base/buf.h"
#include "rules/regex.h"

enum cs_rx_kind {
    CS_RX_EMPTY,
    CS_RX_CHARACTER, /* the folded character `value` */
    CS_RX_SET,       /* one of the ranges, or none of them */
    CS_RX_SEQUENCE,
    CS_RX_CHOICE,
    CS_RX_REPEAT, /* the only child, min to max times */
    CS_RX_ASSERT  /* enum cs_regex_op_kind `value` with `sign` */
};

enum { CS_RX_UNBOUNDED = UINT32_MAX };

struct cs_rx {
    enum cs_rx_kind kind;
    uint32_t at; /* byte of the expression where it begins */
    uint32_t value, sign;
    uint32_t first, n; /* ranges of a set */
    bool negated;
    uint32_t min, max;
    struct cs_rx *child, *next; /* first child; next one of the same parent */
};

/* What is wrong, and where. Texts are constant. */
struct cs_rx_fault {
    const char *what, *hint;
    uint32_t at, width; /* bytes of the expression */
};

struct cs_rx_tree {
    struct cs_arena *arena; /* of nodes and ranges */
    struct cs_span text;
    struct cs_rx *root;
    struct cs_regex_range *range; /* room for CS_REGEX_RANGES_MAX, taken when first needed */
    uint32_t n_range;
    struct cs_rx_fault fault; /* what == NULL: none */
    bool no_memory;
};

/* A new node, or NULL and no_memory is set. */
struct cs_rx *cs_rx_node(struct cs_rx_tree *t, enum cs_rx_kind kind, uint32_t at);
/* Note the first fault; NULL for the caller's return. */
struct cs_rx *cs_rx_fail(
    struct cs_rx_tree *t, uint32_t at, uint32_t width, const char *what, const char *hint);
/* Append `child` to `parent`. */
void cs_rx_append(struct cs_rx *parent, struct cs_rx *child);
/* What the character `cp` of an expression stands for: folded characters in a row, a sign, or nothing that a
 * text would show. NULL when memory is out. */
struct cs_rx *cs_rx_literal(struct cs_rx_tree *t, uint32_t cp, uint32_t at);

/* Read t->text, UTF-8 without NUL. t->root is set unless there is a fault or no memory. */
void cs_rx_parse(struct cs_rx_tree *t);
/* A class from the [ at *at on, which moves behind it. */
struct cs_rx *cs_rx_class(struct cs_rx_tree *t, uint32_t *at);
/* What \d, \w, \s, \h, \D, \W, \S and . stand for; NULL when `letter` is none of them, or memory is out. */
struct cs_rx *cs_rx_shorthand(struct cs_rx_tree *t, char letter, uint32_t at);
/* The code point that an escape such as \x{4E00} means, behind whose backslash *at stands; *at moves behind
 * it. False after telling a fault. */
bool cs_rx_escaped(struct cs_rx_tree *t, uint32_t *at, uint32_t *cp);
/* The character at *at, which moves behind it. */
uint32_t cs_rx_take(const struct cs_rx_tree *t, uint32_t *at);

/* The program of the tree: *op in `to`, n of them. Tells a fault when it is too long. */
void cs_rx_program(struct cs_rx_tree *t, struct cs_arena *to, struct cs_regex_op **op, uint32_t *n);
/* The expression for the library. It matches where the program does; where repeats are many, signs, edges and
 * anchors stand, it matches more. */
void cs_rx_expression(const struct cs_rx_tree *t, struct cs_buf *out);

/* Gates: at least one of them stands in every match. */
struct cs_rx_gates {
    struct cs_codes code[CS_REGEX_GATES_MAX];
    uint32_t n; /* 0: there are none that are long enough */
};
void cs_rx_find_gates(struct cs_rx_tree *t, struct cs_rx_gates *out);

#endif
