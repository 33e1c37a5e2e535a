/* `rules test`: the examples of packs, and test files. */
#include "chatsieve/log.h"
#include "chatsieve/output.h"
#include "chatsieve/rules.h"
#include "chatsieve/runner.h"
#include "chatsieve/test_file.h"
#include "chatsieve/test_report.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Time of the first message of a conversation; rules with dates are tested by their own examples. */
enum { DAY_S = 86400 };
static const int64_t first_ms = (int64_t)20270 * DAY_S * 1000; /* 2025-07-01 */

struct session {
    const struct cs_args *args;
    struct cs_engine engine;
    struct cs_runner runner;
    struct cs_test_report report;
    struct cs_arena arena;
    struct cs_diag *diag;
    const char **pack, **test; /* paths by kind */
    uint32_t n_pack, n_test, cap_test;
    bool *hit; /* beside the rules */
};

static bool ends_in(const char *s, const char *tail)
{
    size_t a = strlen(s), b = strlen(tail);
    return a > b && strcmp(s + a - b, tail) == 0;
}

static cs_rc add_test(struct session *s, const char *dir, const char *name)
{
    struct cs_buf path = {0};
    if (s->n_test == s->cap_test) {
        s->cap_test = s->cap_test ? s->cap_test * 2 : 16;
        const char **wider = cs_arena_zalloc(&s->arena, s->cap_test, sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (s->n_test) memcpy(wider, s->test, s->n_test * sizeof *wider);
        s->test = wider;
    }
    cs_buf_fmt(&path, "%s%s%s", dir ? dir : "", dir && !ends_in(dir, "/") ? "/" : "", name);
    const char *copy = cs_arena_strdup(&s->arena, cs_buf_span(&path));
    cs_buf_clear(&path);
    if (!copy) return cs_fail(CS_ENOMEM);
    s->test[s->n_test++] = copy;
    return CS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Test files of a directory; *packs tells whether there are other YAML files. */
static cs_rc look_into(struct session *s, const char *dir, DIR *d, bool *packs)
{
    uint32_t first = s->n_test;
    cs_rc rc = CS_OK;
    for (const struct dirent *e = readdir(d); e && !cs_bad(rc); e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        if (ends_in(e->d_name, ".test.yaml"))
            rc = add_test(s, dir, e->d_name);
        else
            *packs |= ends_in(e->d_name, ".yaml");
    }
    if (s->n_test > first) qsort(s->test + first, s->n_test - first, sizeof *s->test, by_name);
    return rc;
}

/* Operands, and packs of --rules. */
static cs_rc sort_paths(struct session *s)
{
    const struct cs_list *o = &s->args->operand, *rules = &s->args->rules;
    cs_rc rc = CS_OK;
    s->pack = cs_arena_zalloc(&s->arena, (size_t)o->n + rules->n, sizeof *s->pack);
    if (!s->pack) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < rules->n; i++)
        s->pack[s->n_pack++] = rules->item[i];
    for (uint32_t i = 1; i < o->n && !cs_bad(rc); i++) {
        DIR *d = ends_in(o->item[i], ".test.yaml") ? NULL : opendir(o->item[i]);
        bool packs = !d;
        if (ends_in(o->item[i], ".test.yaml")) {
            rc = add_test(s, NULL, o->item[i]);
            packs = false;
        }
        if (d) {
            rc = look_into(s, o->item[i], d, &packs);
            closedir(d);
        }
        if (packs) s->pack[s->n_pack++] = o->item[i];
    }
    return rc;
}

static void note_hits(struct session *s, uint32_t n)
{
    const struct cs_ruleset *rs = s->engine.rules;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t r = 0; r < rs->n_rule; r++)
            s->hit[r] |= rs->rule[r].id == s->runner.batch->violation[i].rule_id;
}

static cs_rc try_example(struct session *s, const struct cs_rule *r, const struct cs_example *e)
{
    char place[PATH_MAX + 32], name[300], why[128];
    const char *text = e->n_said ? e->said[e->n_said - 1].text : "", *platform, *wrong = NULL;
    uint32_t bit = 0, n = 0;
    while (!wrong && (platform = cs_runner_platform(s->engine.rules, r, &bit)) != NULL) {
        cs_rc rc = cs_runner_example(&s->runner, platform, r, e, &n);
        if (cs_bad(rc)) return rc;
        note_hits(s, n);
        if (cs_runner_found(&s->runner, n, r->id) == e->must_hit) continue;
        snprintf(why, sizeof why, "%s on %.60s", e->must_hit ? "does not hit" : "hits", platform);
        wrong = why;
    }
    snprintf(place, sizeof place, "%s:%u", r->file, e->line);
    snprintf(name, sizeof name, "%s \"%.240s\"", e->must_hit ? "hits" : "stays clean in", text);
    cs_test_report_add(&s->report, r->id, name, place, wrong);
    return CS_OK;
}

static cs_rc try_examples(struct session *s)
{
    const struct cs_ruleset *rs = s->engine.rules;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < rs->n_rule; i++)
        for (uint32_t k = 0; k < rs->rule[i].n_example && !cs_bad(rc); k++)
            rc = try_example(s, &rs->rule[i], &rs->rule[i].example[k]);
    return rc;
}

static bool is_expected(const struct cs_test_message *m, const char *id)
{
    for (uint32_t i = 0; i < m->n_expect; i++)
        if (strcmp(m->expect[i], id) == 0) return true;
    return false;
}

/* What is missing and what is too much; empty when all is as it should be. */
static void compare(const struct session *s, const struct cs_test_message *m, uint32_t n, struct cs_buf *why)
{
    const struct cs_violation *v = s->runner.batch->violation;
    for (uint32_t i = 0; i < m->n_expect; i++)
        if (!cs_runner_found(&s->runner, n, m->expect[i]))
            cs_buf_fmt(why, "%s%s does not hit", why->len ? ", " : "", m->expect[i]);
    for (uint32_t i = 0; i < n; i++)
        if (!is_expected(m, v[i].rule_id))
            cs_buf_fmt(why, "%s%s hits \"%.60s\"", why->len ? ", " : "", v[i].rule_id, v[i].term);
}

static cs_rc try_test(struct session *s, const struct cs_test_file *f, const struct cs_test *t)
{
    char place[PATH_MAX + 32];
    struct cs_buf why = {0};
    cs_rc rc = CS_OK;
    uint32_t line = t->line;
    cs_runner_begin(&s->runner);
    for (uint32_t i = 0; i < t->n_message && !cs_bad(rc) && !why.len; i++) {
        const struct cs_test_message *m = &t->message[i];
        struct cs_chat chat = {.platform = cs_span_str(t->platform),
            .agent = m->role == CS_ROLE_BUYER ? (struct cs_span){0} : cs_span_str(m->sender),
            .text = cs_span_str(m->text),
            .role = m->role,
            .sent_ms = first_ms + m->at_ms};
        uint32_t n = 0;
        rc = cs_runner_say(&s->runner, &chat, &n);
        if (cs_bad(rc)) break;
        note_hits(s, n);
        if (m->judged) compare(s, m, n, &why);
        line = m->line;
    }
    snprintf(place, sizeof place, "%s:%u", f->path, line);
    if (!cs_bad(rc))
        cs_test_report_add(&s->report, f->path, t->name, place, why.len ? cs_buf_cstr(&why) : NULL);
    cs_buf_clear(&why);
    return rc;
}

/* A test must not wait for a rule that does not exist. */
static void check_ids(struct session *s, const struct cs_test_file *f, const struct cs_test_message *m)
{
    const struct cs_ruleset *rs = s->engine.rules;
    for (uint32_t i = 0; i < m->n_expect; i++) {
        uint32_t r = 0;
        while (r < rs->n_rule && strcmp(rs->rule[r].id, m->expect[i]) != 0)
            r++;
        if (r < rs->n_rule) continue;
        struct cs_diag_at at = {.file = f->path, .line = m->line};
        cs_diag_add(s->diag, CS_DIAG_ERROR, &at, NULL, "there is no rule \"%.64s\"", m->expect[i]);
    }
}

static cs_rc try_file(struct session *s, const char *path)
{
    struct cs_test_file f;
    cs_rc rc = cs_test_file_read(path, s->args, &s->arena, s->diag, &f);
    for (uint32_t i = 0; i < f.n && !cs_bad(rc); i++)
        for (uint32_t k = 0; k < f.test[i].n_message; k++)
            check_ids(s, &f, &f.test[i].message[k]);
    for (uint32_t i = 0; i < f.n && !cs_bad(rc); i++)
        rc = try_test(s, &f, &f.test[i]);
    return rc;
}

static cs_rc run(struct session *s)
{
    cs_rc rc = sort_paths(s);
    if (!cs_bad(rc)) rc = cs_engine_open(&s->engine, s->pack, s->n_pack, NULL, s->diag);
    if (!cs_bad(rc)) rc = cs_runner_init(&s->runner, &s->engine);
    if (!cs_bad(rc)) s->hit = cs_arena_zalloc(&s->arena, s->engine.rules->n_rule, sizeof *s->hit);
    if (!cs_bad(rc) && !s->hit) rc = cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) rc = try_examples(s);
    cs_rc first = rc;
    for (uint32_t i = 0; i < s->n_test && s->hit; i++) {
        rc = try_file(s, s->test[i]);
        if (!cs_bad(first)) first = rc;
    }
    return cs_bad(first) || !cs_diag_has_errors(s->diag) ? first : cs_fail(CS_ESYNTAX);
}

static int report(const struct session *s)
{
    const struct cs_ruleset *rs = s->engine.rules;
    struct cs_buf silent = {0}, out = {0};
    for (uint32_t i = 0; i < rs->n_rule; i++)
        if (!s->hit[i])
            cs_buf_fmt(&silent, "%s (%s:%u)\n", rs->rule[i].id, rs->rule[i].file, rs->rule[i].line);
    cs_test_report_end(&s->report, &silent, &out);
    cs_buf_clear(&silent);
    int code = cs_output_text(&out);
    return code == CS_EXIT_OK && s->report.failed ? CS_EXIT_FINDINGS : code;
}

int cs_rules_test(const struct cs_args *args, struct cs_log *log)
{
    struct cs_diag diag = {0};
    struct session s = {.args = args, .diag = &diag};
    if (strcmp(args->report, "tap") == 0) s.report.style = CS_TEST_TAP;
    if (strcmp(args->report, "junit") == 0) s.report.style = CS_TEST_JUNIT;
    cs_arena_init(&s.arena, 1 << 16, 0);
    cs_rc rc = run(&s);
    cs_log_diag(log, &diag);
    int code = cs_exit_of(rc);
    if (s.hit && (!cs_bad(rc) || cs_is(rc, CS_ESYNTAX))) {
        int told = report(&s);
        if (code == CS_EXIT_OK) code = told;
    }
    cs_buf_clear(&s.report.body);
    cs_runner_clear(&s.runner);
    cs_engine_clear(&s.engine);
    cs_arena_clear(&s.arena);
    cs_diag_clear(&diag);
    return code;
}
