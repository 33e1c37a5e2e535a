/* A made-up expression, and what it matches by a slow and obvious twin that shares nothing with the program:
 * from every character on, all ends that the tree of the expression can have, the longest first. */
#ifndef CS_TESTS_FUZZ_EXPRESSION_H
#define CS_TESTS_FUZZ_EXPRESSION_H

#include "fuzz.h"

enum { EXPRESSION_NODES = 256, EXPRESSION_TEXT = 60, EXPRESSION_LETTERS = 7 };

/* What texts of the twin are made of: kept letters, then what is dropped. */
extern const char *const expression_letter[EXPRESSION_LETTERS];

struct expression {
    struct node {
        enum { NODE_SET, NODE_SEQUENCE, NODE_CHOICE, NODE_REPEAT, NODE_BEGIN } kind;
        uint32_t child, next; /* nodes, 0: none */
        uint32_t set;         /* bit l: letter l */
        uint32_t min, max;
    } node[EXPRESSION_NODES];
    uint32_t n, root;
    struct cs_buf text; /* as a rule has it */
};

/* False when the plan asks for more nodes than there are. Clear e->text. */
bool expression_make(struct fuzz_in *in, struct expression *e);

/* A text, and the characters of it that are kept. */
struct letters {
    struct cs_buf text;
    uint8_t letter[EXPRESSION_TEXT];
    uint32_t at[EXPRESSION_TEXT]; /* characters of the text before it */
    uint32_t gap[EXPRESSION_TEXT];
    bool sentence[EXPRESSION_TEXT],
        point[EXPRESSION_TEXT]; /* what was dropped before it: an end, one point only */
    uint32_t n;
};

void letters_make(struct fuzz_in *in, struct letters *l);

struct stretch {
    uint32_t begin, end; /* characters */
};

/* Matches in order, none overlapping. Returns their number. */
uint32_t expression_find(
    const struct expression *e, const struct letters *l, struct stretch out[EXPRESSION_TEXT]);

#endif
