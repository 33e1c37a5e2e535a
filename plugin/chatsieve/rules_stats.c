/* `rules stats`: how often each rule hits a corpus, whom, and what it costs. */
#include "chatsieve/corpus.h"
#include "chatsieve/log.h"
#include "chatsieve/output.h"
#include "chatsieve/rules.h"

#include <stdio.h>
#include <stdlib.h>

/* Of one rule. */
struct row {
    const struct cs_rule *rule;
    uint64_t hits, raw;              /* violations; candidates that were judged */
    uint64_t by_role[CS_ROLE_COUNT]; /* violations */
    uint32_t terms;
    double ns; /* a message */
};

struct stats {
    const struct cs_ruleset *rules;
    struct cs_filter *filter;
    struct row *row; /* beside rules->rule */
    uint64_t messages[CS_ROLE_COUNT], all, dead;
};

static void count_term(struct stats *s, uint32_t term)
{
    s->row[s->rules->term[term].rule].raw++;
}

static void count_candidates(struct stats *s, const struct cs_batch *b)
{
    const struct cs_ruleset *rs = s->rules;
    for (uint32_t i = 0; i < b->n_hit; i++)
        for (uint32_t t = rs->term_begin[b->hit[i].pattern]; t < rs->term_begin[b->hit[i].pattern + 1]; t++)
            count_term(s, t);
    for (uint32_t i = 0; i < b->n_disguise; i++) {
        const struct cs_disguisable *d = &rs->disguisable[b->disguise[i].term];
        for (uint32_t t = rs->term_begin[d->pattern]; t < rs->term_begin[d->pattern + 1]; t++)
            if (cs_ruleset_disguises(rs, d, &rs->term[t])) count_term(s, t);
    }
    for (uint32_t i = 0; i < b->n_regex; i++)
        count_term(s, rs->n_term + b->regex[i].regex);
}

/* A violation borrows the id of its rule. */
static void count_violation(struct stats *s, const struct cs_violation *v, uint8_t role)
{
    for (uint32_t i = 0; i < s->rules->n_rule; i++)
        if (s->rules->rule[i].id == v->rule_id) {
            s->row[i].hits++;
            s->row[i].by_role[role]++;
            return;
        }
}

static cs_rc take(void *context, struct cs_batch *b)
{
    struct stats *s = context;
    cs_rc rc = cs_filter_inspect(s->filter, b);
    if (cs_bad(rc)) return rc;
    count_candidates(s, b);
    for (uint32_t m = 0; m < b->n; m++) {
        s->dead += b->dead[m] != CS_DEAD_NONE;
        if (b->dead[m] != CS_DEAD_NONE) continue;
        s->all++;
        s->messages[b->role[m]]++;
        for (uint32_t i = b->violation_begin[m]; i < b->violation_begin[m + 1]; i++)
            count_violation(s, &b->violation[i], b->role[m]);
    }
    return CS_OK;
}

static void count_terms(struct stats *s)
{
    for (uint32_t i = 0; i < s->rules->n_term + s->rules->n_regex; i++)
        s->row[s->rules->term[i].rule].terms++;
}

/* The time of the search is shared out by terms, that of judging by candidates. */
static void share_costs(struct stats *s)
{
    const uint64_t *ns = cs_filter_counts(s->filter)->stage_ns;
    double raw = 0, terms = 0, all = s->all ? (double)s->all : 1;
    for (uint32_t i = 0; i < s->rules->n_rule; i++) {
        raw += (double)s->row[i].raw;
        terms += s->row[i].terms;
    }
    for (uint32_t i = 0; i < s->rules->n_rule; i++) {
        struct row *r = &s->row[i];
        double search = terms > 0 ? (double)ns[CS_STAGE_SCAN] * r->terms / terms : 0;
        double judge = raw > 0 ? (double)ns[CS_STAGE_ANNOTATE] * (double)r->raw / raw : 0;
        r->ns = (search + judge) / all;
    }
}

static int by_hits(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->hits != y->hits) return x->hits < y->hits ? 1 : -1;
    if (x->ns < y->ns || x->ns > y->ns) return x->ns < y->ns ? 1 : -1;
    return strcmp(x->rule->id, y->rule->id);
}

static double per_thousand(uint64_t n, uint64_t of)
{
    return of ? 1000.0 * (double)n / (double)of : 0;
}

static void put_head(const struct stats *s, struct cs_buf *out)
{
    const uint64_t *ns = cs_filter_counts(s->filter)->stage_ns;
    double all = s->all ? (double)s->all : 1;
    cs_buf_fmt(out, "%llu messages", (unsigned long long)s->all);
    for (uint32_t r = 1; r < CS_ROLE_COUNT; r++)
        if (s->messages[r]) cs_buf_fmt(out, ", %s %llu", cs_role_name(r), (unsigned long long)s->messages[r]);
    if (s->dead) cs_buf_fmt(out, "; %llu not decodable", (unsigned long long)s->dead);
    cs_buf_fmt(out,
        "\nsearch %.0f ns a message, shared out by terms; judging %.0f ns, shared out by candidates\n\n",
        (double)ns[CS_STAGE_SCAN] / all, (double)ns[CS_STAGE_ANNOTATE] / all);
    cs_buf_fmt(out, "%-32s %9s %9s %9s %9s", "rule", "hits", "per 1000", "ns", "judged");
    for (uint32_t r = 1; r < CS_ROLE_COUNT; r++)
        if (s->messages[r]) cs_buf_fmt(out, " %12s", cs_role_name(r));
    cs_buf_str(out, "\n");
}

static void put_row(const struct stats *s, const struct row *r, struct cs_buf *out)
{
    cs_buf_fmt(out, "%-32s %9llu %9.2f %9.2f %9llu", r->rule->id, (unsigned long long)r->hits,
        per_thousand(r->hits, s->all), r->ns, (unsigned long long)r->raw);
    for (uint32_t k = 1; k < CS_ROLE_COUNT; k++)
        if (s->messages[k]) cs_buf_fmt(out, " %12.2f", per_thousand(r->by_role[k], s->messages[k]));
    cs_buf_str(out, "\n");
}

static int report(struct stats *s)
{
    struct cs_buf out = {0};
    share_costs(s);
    put_head(s, &out);
    qsort(s->row, s->rules->n_rule, sizeof *s->row, by_hits);
    for (uint32_t i = 0; i < s->rules->n_rule; i++)
        put_row(s, &s->row[i], &out);
    return cs_output_text(&out);
}

static cs_rc measure(const struct cs_args *args, const struct cs_engine *e, struct stats *s)
{
    static const char *const standard_input = "-";
    const struct cs_list *o = &args->operand;
    s->rules = e->rules;
    s->row = calloc(e->rules->n_rule + 1, sizeof *s->row);
    cs_rc rc = s->row ? cs_corpus_filter(args, e, &s->filter) : cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < e->rules->n_rule && s->row; i++)
        s->row[i].rule = &e->rules->rule[i];
    if (!cs_bad(rc)) count_terms(s);
    for (uint32_t i = 1; (i < o->n || i == 1) && !cs_bad(rc); i++)
        rc = cs_corpus_read(args, o->n > 1 ? o->item[i] : standard_input, take, s);
    return rc;
}

int cs_rules_stats(const struct cs_args *args, struct cs_log *log)
{
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    struct stats s = {0};
    cs_rc rc = cs_engine_open(&e, args->rules.item, args->rules.n, NULL, &diag);
    cs_log_diag(log, &diag);
    if (!cs_bad(rc)) rc = measure(args, &e, &s);
    int code = cs_is(rc, CS_ENOENT) && e.rules ? CS_EXIT_NOINPUT : cs_exit_of(rc);
    if (!cs_bad(rc)) code = report(&s);
    cs_filter_free(&s.filter);
    free(s.row);
    cs_engine_clear(&e);
    cs_diag_clear(&diag);
    return code;
}
