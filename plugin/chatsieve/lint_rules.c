/* Doubtful rules, examples that do not say what they should, and ordinary words behind disguises. */
#include "base/utf8.h"
#include "chatsieve/lint.h"
#include "config/file.h"
#include "scan/lattice.h"
#include "text/map.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { TEXT_BYTES = 400, WORDS_BYTES_MAX = 64 << 20 };

static void tell(
    struct cs_lint *l, const struct cs_diag_at *at, const char *hint, const char *fmt, va_list ap)
{
    char text[TEXT_BYTES];
    vsnprintf(text, sizeof text, fmt, ap);
    cs_diag_add(l->diag, CS_DIAG_WARNING, at, hint, "%s", text);
}

void cs_lint_term(struct cs_lint *l, const struct cs_term *t, const char *hint, const char *fmt, ...)
{
    const char *file = l->rules->rule[t->rule].file;
    struct cs_diag_at at = cs_sources_at(&l->sources, file, t->line, t->column, t->text);
    va_list ap;
    va_start(ap, fmt);
    tell(l, &at, hint, fmt, ap);
    va_end(ap);
}

void cs_lint_rule(struct cs_lint *l, const struct cs_rule *r, const char *hint, const char *fmt, ...)
{
    struct cs_diag_at at = cs_sources_at(&l->sources, r->file, r->line, 0, r->id);
    va_list ap;
    va_start(ap, fmt);
    tell(l, &at, hint, fmt, ap);
    va_end(ap);
}

bool cs_lint_is_forbidden(const struct cs_term *t)
{
    return !t->exempt && !t->condition;
}

static bool has_han(const char *text)
{
    struct cs_span s = cs_span_str(text);
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        if (st.cp >= 0x4E00 && st.cp <= 0x9FFF) return true;
        at += st.len;
    }
    return false;
}

static void check_texts(struct cs_lint *l, const struct cs_rule *r)
{
    if (r->zh && !has_han(r->zh))
        cs_lint_rule(l, r, "write it in Chinese", "message.zh of rule %s has no Chinese character", r->id);
    if (r->zh && r->en && strcmp(r->zh, r->en) == 0)
        cs_lint_rule(
            l, r, "translate one of them", "message.zh and message.en of rule %s are the same", r->id);
}

/* Channels whose evidence the floor refuses. */
static void check_floor(struct cs_lint *l, const struct cs_rule *r)
{
    bool any = false;
    for (uint32_t c = 1; c < CS_CHANNELS_ALL; c <<= 1)
        any |= r->channels & c && cs_channels_evidence((uint8_t)c) <= r->floor;
    if (r->channels && !any)
        cs_lint_rule(l, r, "leave out evidence, or disguises",
            "rule %s looks for disguises, but with evidence %s none of them counts", r->id,
            cs_evidence_name(r->floor));
}

/* Spelled as another one but for case: one of the two is never met. */
static void check_platforms(struct cs_lint *l)
{
    const struct cs_ruleset *rs = l->rules;
    for (uint32_t a = 1; cs_ruleset_platform_name(rs, a); a++)
        for (uint32_t b = 1; b < a; b++) {
            const char *x = cs_ruleset_platform_name(rs, a), *y = cs_ruleset_platform_name(rs, b);
            if (strcasecmp(x, y) != 0) continue;
            for (uint32_t r = 0; r < rs->n_rule; r++)
                if (rs->rule[r].platforms >> a & 1 && !(rs->rule[r].platforms >> b & 1))
                    cs_lint_rule(l, &rs->rule[r], "platforms are told apart by case",
                        "rule %s is for platform \"%s\", others are for \"%s\"", rs->rule[r].id, x, y);
        }
}

void cs_lint_rules(struct cs_lint *l)
{
    for (uint32_t i = 0; i < l->rules->n_rule; i++) {
        check_texts(l, &l->rules->rule[i]);
        check_floor(l, &l->rules->rule[i]);
    }
    check_platforms(l);
}

static const char *text_of(const struct cs_example *e)
{
    return e->n_said ? e->said[e->n_said - 1].text : "";
}

static void tell_example(struct cs_lint *l, const struct cs_rule *r, const struct cs_example *e,
    const char *hint, const char *what)
{
    struct cs_diag_at at = cs_sources_at(&l->sources, r->file, e->line, 0, text_of(e));
    cs_diag_add(l->diag, CS_DIAG_WARNING, &at, hint, "rule %s: \"%.60s\" %s", r->id, text_of(e), what);
}

/* The canonical form shows separators as spaces. */
static void drop_spaces(struct cs_buf *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->len; i++)
        if (b->ptr[i] != ' ') b->ptr[kept++] = b->ptr[i];
    b->len = kept;
}

static cs_rc same_form(const char *a, const char *b, bool *same)
{
    struct cs_buf x = {0}, y = {0};
    cs_rc rc = cs_fold_readable(cs_span_str(a), &x);
    if (!cs_bad(rc)) rc = cs_fold_readable(cs_span_str(b), &y);
    drop_spaces(&x);
    drop_spaces(&y);
    *same = cs_span_eq(cs_buf_span(&x), cs_buf_span(&y));
    cs_buf_clear(&x);
    cs_buf_clear(&y);
    return rc;
}

/* An example that stands under hit and under clean. *told is set when it does. */
static cs_rc check_contradiction(struct cs_lint *l, const struct cs_rule *r, uint32_t i, bool *told)
{
    cs_rc rc = CS_OK;
    *told = false;
    for (uint32_t k = 0; k < i && !cs_bad(rc) && !*told; k++) {
        const struct cs_example *a = &r->example[k], *b = &r->example[i];
        if (a->must_hit == b->must_hit || a->n_said != 1 || b->n_said != 1) continue;
        rc = same_form(text_of(a), text_of(b), told);
        if (*told)
            tell_example(l, r, b, "keep it in one of the lists", "is an example of both hit and clean");
    }
    return rc;
}

/* On the first platform where it fails. */
static cs_rc check_outcome(struct cs_lint *l, const struct cs_rule *r, const struct cs_example *e)
{
    uint32_t bit = 0, n = 0;
    cs_rc rc = CS_OK;
    for (const char *p; !cs_bad(rc) && (p = cs_runner_platform(l->rules, r, &bit)) != NULL;) {
        rc = cs_runner_example(l->runner, p, r, e, &n);
        if (cs_bad(rc) || cs_runner_found(l->runner, n, r->id) == e->must_hit) continue;
        tell_example(l, r, e, "chatsieve explain --near tells why",
            e->must_hit ? "must hit and does not" : "must stay clean and is hit");
        return CS_OK;
    }
    return rc;
}

/* True when a violation of the example in hand names the term. */
static bool names_term(const struct cs_runner *r, uint32_t n, const struct cs_term *t)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(r->batch->violation[i].term, t->text) == 0) return true;
    return false;
}

static cs_rc check_expression(struct cs_lint *l, const struct cs_term *t)
{
    const struct cs_rule *r = &l->rules->rule[t->rule];
    uint32_t bit = 0, n = 0;
    const char *platform = cs_runner_platform(l->rules, r, &bit);
    for (uint32_t i = 0; platform && i < r->n_example; i++) {
        if (!r->example[i].must_hit) continue;
        cs_rc rc = cs_runner_example(l->runner, platform, r, &r->example[i], &n);
        if (cs_bad(rc) || names_term(l->runner, n, t)) return rc;
    }
    cs_lint_term(
        l, t, "add one under examples.hit", "no example of rule %s shows what this expression finds", r->id);
    return CS_OK;
}

cs_rc cs_lint_examples(struct cs_lint *l)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < l->rules->n_rule; i++) {
        const struct cs_rule *r = &l->rules->rule[i];
        for (uint32_t k = 0; k < r->n_example && !cs_bad(rc); k++) {
            bool told;
            rc = check_contradiction(l, r, k, &told);
            if (!cs_bad(rc) && !told) rc = check_outcome(l, r, &r->example[k]);
        }
    }
    for (uint32_t i = 0; i < l->rules->n_regex && !cs_bad(rc); i++)
        rc = check_expression(l, &l->rules->term[l->rules->n_term + i]);
    return rc;
}

/* The violation as a term; several alternatives of one line have one place. */
static const struct cs_term *term_of(const struct cs_lint *l, const struct cs_violation *v)
{
    for (uint32_t i = 0; i < l->rules->n_term; i++) {
        const struct cs_term *t = &l->rules->term[i];
        if (strcmp(t->text, v->term) == 0 && strcmp(l->rules->rule[t->rule].id, v->rule_id) == 0) return t;
    }
    return NULL;
}

/* A word that a disguise covers whole. */
static bool check_word(struct cs_lint *l, struct cs_span word, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct cs_violation *v = &l->runner->batch->violation[i];
        if (v->evidence < CS_EVIDENCE_PINYIN || v->byte_begin || v->byte_end != word.len) continue;
        const struct cs_term *t = term_of(l, v);
        if (!t) continue;
        char hint[160];
        snprintf(hint, sizeof hint, "add \"%.*s\" to exempt, or leave %s out of disguises", (int)word.len,
            (const char *)word.ptr, cs_evidence_name(v->evidence));
        cs_lint_term(l, t, hint, "\"%.60s\" of rule %s also finds the ordinary word \"%.*s\" (%s)", v->term,
            v->rule_id, (int)word.len, (const char *)word.ptr, cs_evidence_name(v->evidence));
        return true;
    }
    return false;
}

/* On every platform until it is told. */
static cs_rc say_word(struct cs_lint *l, struct cs_span word)
{
    static const uint8_t roles[] = {CS_ROLE_AGENT, CS_ROLE_BUYER};
    cs_rc rc = CS_OK;
    for (uint32_t bit = 0; bit < CS_PLATFORMS_MAX && !cs_bad(rc); bit++) {
        const char *platform =
            bit ? cs_ruleset_platform_name(l->rules, bit) : "a platform that no rule names";
        for (size_t k = 0; platform && k < sizeof roles / sizeof roles[0] && !cs_bad(rc); k++) {
            struct cs_chat chat = {.platform = cs_span_str(platform), .role = roles[k], .text = word};
            uint32_t n = 0;
            cs_runner_begin(l->runner);
            rc = cs_runner_say(l->runner, &chat, &n);
            if (!cs_bad(rc) && check_word(l, word, n)) return CS_OK;
        }
    }
    return rc;
}

cs_rc cs_lint_words(struct cs_lint *l, const char *path)
{
    struct cs_buf text = {0};
    if (!l->rules->n_disguisable) return CS_OK;
    cs_rc rc = cs_file_read(path, WORDS_BYTES_MAX, NULL, l->diag, &text);
    struct cs_span rest = cs_buf_span(&text);
    while (rest.len && !cs_bad(rc)) {
        const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        struct cs_span word = cs_span_cut(rest, 0, len && rest.ptr[len - 1] == '\r' ? len - 1 : len);
        if (word.len && word.ptr[0] != '#') rc = say_word(l, word);
        rest = cs_span_cut(rest, len + 1, rest.len);
    }
    cs_buf_clear(&text);
    return rc;
}
