/* What is doubtful in rule packs although they load: `rules lint`. Each check tells what it finds with file,
 * line, column and a suggestion. */
#ifndef CS_CHATSIEVE_LINT_H
#define CS_CHATSIEVE_LINT_H

#include "chatsieve/runner.h"
#include "chatsieve/sources.h"

struct cs_lint {
    const struct cs_engine *engine;
    const struct cs_ruleset *rules; /* of the engine */
    struct cs_runner *runner;
    struct cs_diag *diag;
    struct cs_sources sources;
};

/* A warning about a term, an expression, or a rule as a whole. */
void cs_lint_term(struct cs_lint *l, const struct cs_term *t, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void cs_lint_rule(struct cs_lint *l, const struct cs_rule *r, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* True for a term that the rule forbids. */
bool cs_lint_is_forbidden(const struct cs_term *t);

/* The checks; errors: CS_ENOMEM, CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_lint_terms(struct cs_lint *l);    /* shadowed, repeated, slow, never disguised */
void cs_lint_rules(struct cs_lint *l);             /* keys that contradict each other, texts, platforms */
CS_MUST cs_rc cs_lint_examples(struct cs_lint *l); /* contradictory, failing, not touching an expression */
/* Disguised terms that are one of these ordinary words, one a line. Errors also: CS_ENOENT, CS_EIO. */
CS_MUST cs_rc cs_lint_words(struct cs_lint *l, const char *path);
/* Terms that hit much of an operator's own corpus. */
struct cs_args;
CS_MUST cs_rc cs_lint_corpus(struct cs_lint *l, const struct cs_args *args);

#endif
