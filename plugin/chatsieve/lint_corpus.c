/* Terms that are too broad for an operator's own messages. */
#include "chatsieve/corpus.h"
#include "chatsieve/lint.h"

#include <stdlib.h>

/* A term that hits one of 50 messages of those it is meant for; fewer than 500 messages tell nothing. */
enum { BROAD_ONE_IN = 50, MESSAGES_MIN = 500 };

struct tally {
    struct cs_lint *lint;
    struct cs_filter *filter;
    uint32_t *hits; /* messages by term; expressions behind the terms */
    uint32_t *last; /* by term: 1 + the last message counted */
    uint32_t messages, next;
};

/* By place: the terms of a rule set are many, violations few. */
static void count_violation(struct tally *t, const struct cs_violation *v)
{
    const struct cs_ruleset *rs = t->lint->rules;
    for (uint32_t i = 0; i < rs->n_term + rs->n_regex; i++) {
        if (rs->term[i].text != v->term) continue;
        t->hits[i] += t->last[i] != t->next;
        t->last[i] = t->next;
        return;
    }
}

static cs_rc take(void *context, struct cs_batch *b)
{
    struct tally *t = context;
    cs_rc rc = cs_filter_inspect(t->filter, b);
    for (uint32_t m = 0; m < b->n && !cs_bad(rc); m++) {
        t->next++;
        t->messages += b->dead[m] == CS_DEAD_NONE;
        for (uint32_t i = b->violation_begin[m]; i < b->violation_begin[m + 1]; i++)
            count_violation(t, &b->violation[i]);
    }
    return rc;
}

static void tell(const struct tally *t)
{
    const struct cs_ruleset *rs = t->lint->rules;
    for (uint32_t i = 0; i < rs->n_term + rs->n_regex && t->messages >= MESSAGES_MIN; i++)
        if (t->hits[i] > t->messages / BROAD_ONE_IN)
            cs_lint_term(t->lint, &rs->term[i], "write longer terms, add exempt phrases, or ask for context",
                "\"%.60s\" of rule %s is too broad: it hits %u of %u messages of the corpus",
                rs->term[i].text, rs->rule[rs->term[i].rule].id, t->hits[i], t->messages);
}

cs_rc cs_lint_corpus(struct cs_lint *l, const struct cs_args *args)
{
    uint32_t n = l->rules->n_term + l->rules->n_regex + 1;
    struct tally t = {.lint = l, .hits = calloc(n, sizeof *t.hits), .last = calloc(n, sizeof *t.last)};
    cs_rc rc = t.hits && t.last ? cs_corpus_filter(args, l->engine, &t.filter) : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) rc = cs_corpus_read(args, args->corpus, take, &t);
    if (!cs_bad(rc)) tell(&t);
    cs_filter_free(&t.filter);
    free(t.hits);
    free(t.last);
    return rc;
}
