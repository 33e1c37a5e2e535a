/* Regular expressions of rules: what they are after loading.
 *
 * An expression is read, bounded and folded here, without any library. Three things come of it: a program of
 * small steps over folded characters, which says exactly what is a match (annotate/regex_walk.h); an
 * expression for the library that matches wherever the program can and sometimes more (scan/regex.h); and
 * gates, literal runs of codes of which every match has at least one, which the matcher finds on its way.
 * Everything lives in the rule set. */
#ifndef CS_RULES_REGEX_H
#define CS_RULES_REGEX_H

#include "record/batch.h"

/* Bounds of an expression, told with their place when they are passed. With them, and with what the library
 * gets being coarser the longer an expression is (regex_program.c), the slowest of 12,000 hostile expressions
 * within the bounds took 0.3 s to load, so that a legal one needs no supervision. */
enum {
    CS_REGEX_BYTES_MAX = 512, /* of an expression as written */
    CS_REGEX_DEPTH_MAX = 16,  /* groups inside groups */
    CS_REGEX_REPEAT_MAX = 64, /* the m of {n,m} */
    CS_REGEX_ALTERNATIVES_MAX = 256,
    CS_REGEX_OPS_MAX = 512,     /* steps of the program, repeats written out */
    CS_REGEX_RANGES_MAX = 4096, /* of all classes */
    CS_REGEX_GATES_MAX = 64,
    CS_REGEX_GATE_CODES_MIN = 2,
    CS_REGEX_SPAN_MAX = 256, /* folded codes in one match, as in a term */
    CS_REGEXES_MAX = 1024    /* of all packs */
};

enum cs_regex_op_kind {
    CS_REGEX_MATCH,
    CS_REGEX_SPLIT,     /* go on at a, and at b */
    CS_REGEX_JUMP,      /* go on at a */
    CS_REGEX_CHARACTER, /* take the character a */
    CS_REGEX_ONE_OF,    /* take a character of range[a .. a + b) */
    CS_REGEX_NONE_OF,   /* take a character outside them */
    CS_REGEX_BEGIN,     /* the text begins here */
    CS_REGEX_END,       /* the text ends here */
    CS_REGEX_EDGE,      /* a Latin word or a number begins or ends here */
    CS_REGEX_INNER,     /* none does */
    CS_REGEX_SIGN,      /* the sign a stands among what the fold dropped here, and any gap is fine */
    CS_REGEX_FREE_GAP   /* the expression has a separator here: any gap is fine */
};

struct cs_regex_op {
    uint32_t kind, a, b;
};

/* Folded characters first .. last. */
struct cs_regex_range {
    uint32_t first, last;
};

struct cs_regex {
    const char *text; /* as written */
    const struct cs_regex_op *op;
    const struct cs_regex_range *range;
    uint32_t n_op;
    uint32_t rule; /* index of its rule */
    uint32_t line, column;
};

#endif
