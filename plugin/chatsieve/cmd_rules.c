#include "chatsieve/commands.h"
#include "chatsieve/rules.h"

#include <stdio.h>
#include <string.h>

/* A verb and how many operands it takes behind itself. */
static const struct verb {
    const char *name, *operands;
    uint32_t min, max;
    int (*run)(const struct cs_args *args, struct cs_log *log);
} verbs[] = {
    {"lint", "[PATH...]", 0, UINT32_MAX, cs_rules_lint},
    {"test", "[PATH...]", 0, UINT32_MAX, cs_rules_test},
    {"stats", "[CORPUS...]", 0, UINT32_MAX, cs_rules_stats},
    {"diff", "A B [CORPUS...]", 2, UINT32_MAX, cs_rules_diff},
};

enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

static int usage(const struct verb *v)
{
    if (v)
        fprintf(stderr, "chatsieve: usage: chatsieve rules %s %s\n", v->name, v->operands);
    else
        fprintf(stderr, "chatsieve: rules needs lint, test, stats or diff; see chatsieve help rules\n");
    return CS_EXIT_USAGE;
}

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[N_VERBS];
    for (size_t i = 0; i < N_VERBS; i++)
        names[i] = verbs[i].name;
    const char *near = cs_diag_nearest(cs_span_str(name), names, N_VERBS);
    fprintf(stderr, "chatsieve: there is no command \"rules %s\"%s%s%s\n", name,
        near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return usage(NULL);
}

int cs_cmd_rules(const struct cs_args *args, struct cs_log *log)
{
    if (!args->operand.n) return usage(NULL);
    const struct verb *v = find(args->operand.item[0]);
    if (!v) return unknown(args->operand.item[0]);
    uint32_t n = args->operand.n - 1;
    return n < v->min || n > v->max ? usage(v) : v->run(args, log);
}
