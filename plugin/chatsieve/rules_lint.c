/* `rules lint`: everything that is wrong or doubtful in packs, in one run. */
#include "chatsieve/lint.h"
#include "chatsieve/output.h"
#include "chatsieve/rules.h"

#include <stdio.h>

static cs_rc run_checks(struct cs_lint *l, const struct cs_args *args)
{
    char words[PATH_MAX];
    cs_lint_rules(l);
    cs_rc rc = cs_lint_terms(l);
    if (!cs_bad(rc)) rc = cs_lint_examples(l);
    if (!cs_bad(rc) && cs_engine_words(words)) rc = cs_lint_words(l, words);
    if (!cs_bad(rc) && args->corpus) rc = cs_lint_corpus(l, args);
    return rc;
}

static cs_rc check(const struct cs_engine *e, const struct cs_args *args, struct cs_diag *diag)
{
    struct cs_runner runner;
    struct cs_lint l = {.engine = e, .rules = e->rules, .runner = &runner, .diag = diag};
    cs_rc rc = cs_runner_init(&runner, e);
    if (!cs_bad(rc)) rc = run_checks(&l, args);
    cs_runner_clear(&runner);
    cs_sources_clear(&l.sources);
    return rc;
}

static void put_count(struct cs_buf *out, uint32_t n, const char *what, const char *end)
{
    cs_buf_fmt(out, "%u %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static int report(const struct cs_diag *diag)
{
    struct cs_buf out = {0};
    for (uint32_t i = 0; i < diag->n; i++)
        cs_diag_render(diag, i, &out);
    put_count(&out, diag->n_errors, "error", ", ");
    put_count(&out, diag->n - diag->n_errors, "warning", "\n");
    int code = cs_output_text(&out);
    if (code != CS_EXIT_OK) return code;
    return diag->n || diag->failed ? CS_EXIT_FINDINGS : CS_EXIT_OK;
}

int cs_rules_lint(const struct cs_args *args, struct cs_log *log)
{
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    (void)log;
    cs_rc rc = cs_engine_open_lint(&e, args->operand.item + 1, args->operand.n - 1, &diag);
    if (e.matcher) {
        cs_rc checked = check(&e, args, &diag);
        rc = cs_is(rc, CS_ESYNTAX) || !cs_bad(rc) ? checked : rc;
    }
    int code = report(&diag);
    if (cs_bad(rc) && !cs_is(rc, CS_ESYNTAX)) {
        fprintf(stderr, "chatsieve: %s\n", cs_rc_name(rc));
        code = cs_exit_of(rc);
    }
    cs_engine_clear(&e);
    cs_diag_clear(&diag);
    return code;
}
