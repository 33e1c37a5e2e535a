/* Context judged in the slowest and plainest way: every message is judged by reading all messages before it
 * again. Knows nothing of folding but that separators are passed over: texts are Han, separators and sentence
 * ends. */
#ifndef CS_TESTS_FILTER_PLAIN_CONTEXT_H
#define CS_TESTS_FILTER_PLAIN_CONTEXT_H

#include "rules/context.h"

#include <stddef.h>

enum { PLAIN_TERMS = 3, PLAIN_CONDITIONS = 4, PLAIN_TEXT = 64, PLAIN_GAP = 2, PLAIN_EARLIER = 3 };

struct plain_terms {
    const char *term[PLAIN_TERMS];
    int n;
};

struct plain_condition {
    struct plain_terms any;
    enum cs_demand demand;
    enum cs_scope scope;
    enum cs_side side;
    int within; /* -1: anywhere */
    int count, last;
    int64_t for_ms;
    bool sentence;
};

struct plain_rule {
    const char *id;
    struct plain_terms terms, exempt;
    unsigned actors; /* set of 1 << enum cs_role */
    int count, n_condition;
    struct plain_condition condition[PLAIN_CONDITIONS];
};

struct plain_message {
    const char *buyer, *agent, *text;
    int role;
    int64_t offset, sent_ms, record_ms;
};

/* What rule `r` has to say about message `at` of `all`, whose predecessors are the past: appends
 * "ID[matched]<offset<offset" for each violation, in text order and with a space before each. */
void plain_judge(const struct plain_rule *r, const struct plain_message *all, int at, char *out, size_t size);

#endif
