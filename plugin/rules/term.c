#include "base/utf8.h"
#include "rules/loader.h"
#include "rules/mark.h"
#include "rules/variants.h"
#include "text/alphabet.h"
#include "text/map.h"

/* Phrases longer than this are not searched for the terms they protect: the search is quadratic. */
enum { EXEMPT_CHECK_CODES_MAX = 64 };

/* A term that was folded and may still turn out to be useless. */
struct draft {
    const struct cs_yaml_node *node;
    struct cs_span text; /* one variant of the node's text */
    struct cs_map_text map;
    uint16_t *code; /* n of them */
    uint32_t n;
    struct cs_term term;
};

static const char *kind_of(bool exempt)
{
    return exempt ? "exempt phrase" : "term";
}

static struct cs_span bytes_of(const uint16_t *code, uint32_t n)
{
    return cs_span_of(code, (size_t)n * sizeof *code);
}

/* Note the signs that the fold dropped and that count. False when there are more than a term may have. */
static bool collect_marks(struct draft *d)
{
    struct cs_span s = d->text;
    uint32_t k = 0;
    for (uint32_t at = 0; at < s.len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        while (k < d->n && d->map.at[k].byte_begin < at)
            k++;
        bool kept = k < d->n && d->map.at[k].byte_begin == at;
        uint32_t mark = kept ? 0 : cs_mark_of(st.cp);
        if (mark && d->term.n_mark == CS_MARKS_MAX) return false;
        if (mark) d->term.mark[d->term.n_mark++] = (struct cs_mark){.at = (uint16_t)k, .cp = mark};
        at += st.len;
    }
    return true;
}

/* Places where the term itself has a separator: there any gap is as good as that one. */
static uint64_t free_gaps(const struct draft *d)
{
    uint64_t bits = 0;
    for (uint32_t i = 1; i < d->n && i < 64; i++)
        if (d->map.at[i].gap) bits |= (uint64_t)1 << i;
    return bits;
}

static cs_rc fold(struct cs_loader *l, struct draft *d)
{
    cs_arena_reset(&l->scratch);
    cs_rc rc = cs_map_text(d->text, &l->scratch, &d->map);
    if (cs_bad(rc)) return rc;
    d->n = d->map.n;
    d->code = cs_arena_alloc(&l->scratch, (size_t)d->n * sizeof *d->code);
    if (!d->code) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < d->n; i++)
        d->code[i] = d->map.at[i].code;
    return CS_OK;
}

static bool matchable(const struct draft *d)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->code[i] == 0 || d->code[i] == CS_CODE_DELIMITER) return false;
    return true;
}

static uint32_t characters(const struct draft *d)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->n; i++)
        n += !(d->map.at[i].bits & CS_MAPPED_INNER);
    return n;
}

/* False when the term is useless, which was told. */
static bool check_draft(struct cs_loader *l, struct draft *d)
{
    const char *kind = kind_of(d->term.exempt);
    if (d->n == 0) {
        cs_loader_tell(l, CS_DIAG_ERROR, d->node, "it needs at least one letter, digit or Han character",
            "nothing is left of this %s after folding", kind);
        return false;
    }
    if (d->n > CS_TERM_CODES_MAX) {
        cs_loader_tell(l, CS_DIAG_ERROR, d->node, NULL,
            "this %s has %u characters after folding; %d is the most", kind, d->n, CS_TERM_CODES_MAX);
        return false;
    }
    if (!matchable(d)) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, d->node, NULL, "this %s has a character that no text can contain", kind);
        return false;
    }
    if (!collect_marks(d)) {
        cs_loader_tell(l, CS_DIAG_ERROR, d->node, NULL, "this %s has more than %d signs such as %% or +",
            kind, CS_MARKS_MAX);
        return false;
    }
    bool alone = l->rule[d->term.rule].whole_clause; /* then it is no part of an ordinary word */
    if (!d->term.exempt && !d->term.condition && !alone && characters(d) == 1)
        cs_loader_tell(l, CS_DIAG_WARNING, d->node, "write the words that are meant, or add exempt phrases",
            "a term of a single character hits ordinary words");
    return true;
}

cs_rc cs_pattern_intern(struct cs_loader *l, struct cs_codes code, uint32_t *out)
{
    struct cs_span key = bytes_of(code.ptr, code.len);
    const uint32_t *known = cs_map_get(&l->pattern_of, key);
    if (known) {
        *out = *known;
        return CS_OK;
    }
    void *wider = cs_loader_grow(l->pattern, l->n_pattern, &l->cap_pattern, sizeof *l->pattern);
    if (!wider) return cs_fail(CS_ENOMEM);
    l->pattern = wider;
    uint16_t *copy = cs_arena_alloc(&l->box->arena, key.len);
    if (!copy) return cs_fail(CS_ENOMEM);
    memcpy(copy, code.ptr, key.len);
    cs_rc rc = cs_map_put(&l->pattern_of, key, l->n_pattern);
    if (cs_bad(rc)) return rc;
    l->pattern[l->n_pattern] = (struct cs_codes){copy, code.len};
    *out = l->n_pattern++;
    return CS_OK;
}

static bool same_marks(const struct cs_term *a, const struct cs_term *b)
{
    if (a->n_mark != b->n_mark) return false;
    for (uint32_t i = 0; i < a->n_mark; i++)
        if (a->mark[i].at != b->mark[i].at || a->mark[i].cp != b->mark[i].cp) return false;
    return true;
}

static struct cs_term_key key_of(const struct cs_term *t)
{
    return (struct cs_term_key){t->rule, t->pattern, t->condition};
}

/* The newest term with this key as 1 + index, 0 if there is none. */
static uint32_t newest(const struct cs_loader *l, struct cs_term_key key)
{
    const uint32_t *t = cs_map_get(&l->term_of, cs_span_of(&key, sizeof key));
    return t ? *t + 1 : 0;
}

/* Two alternatives of one line that fold alike are told once. */
static void tell_duplicate(struct cs_loader *l, const struct draft *d, const struct cs_term *t)
{
    const char *kind = kind_of(t->exempt);
    bool same_line = t->line == d->term.line && t->column == d->term.column;
    if (same_line && l->told_twice == d->node) return;
    if (same_line) {
        l->told_twice = d->node;
        cs_loader_tell(l, CS_DIAG_WARNING, d->node, "remove one of the alternatives",
            "two alternatives of this %s are the same after folding: \"%.60s\"", kind, t->text);
    } else if (t->exempt == d->term.exempt) {
        cs_loader_tell(l, CS_DIAG_WARNING, d->node, "remove one of them",
            "this %s is the same as \"%.60s\" in line %u, column %u, after folding", kind, t->text, t->line,
            t->column);
    } else {
        cs_loader_tell(l, CS_DIAG_ERROR, d->node, "remove one of them",
            "this exempt phrase is the term \"%.60s\" in line %u, column %u, which could never hit", t->text,
            t->line, t->column);
    }
}

/* True when the rule has this term already, which was told. */
static bool is_duplicate(struct cs_loader *l, const struct draft *d)
{
    for (uint32_t i = newest(l, key_of(&d->term)); i; i = l->same_pattern[i - 1]) {
        if (!same_marks(&l->term[i - 1], &d->term)) continue;
        tell_duplicate(l, d, &l->term[i - 1]);
        return true;
    }
    return false;
}

static cs_rc append(struct cs_loader *l, const struct draft *d)
{
    void *term = cs_loader_grow(l->term, l->n_term, &l->cap_term, sizeof *l->term);
    if (term) l->term = term;
    void *same = cs_loader_grow(l->same_pattern, l->n_term, &l->cap_same_pattern, sizeof *l->same_pattern);
    if (same) l->same_pattern = same;
    const char *text = cs_arena_strdup(&l->box->arena, d->text);
    if (!term || !same || !text) return cs_fail(CS_ENOMEM);
    l->term[l->n_term] = d->term;
    l->term[l->n_term].text = text;
    l->same_pattern[l->n_term] = newest(l, key_of(&d->term));
    struct cs_term_key key = key_of(&d->term);
    cs_rc rc = cs_map_put(&l->term_of, cs_span_of(&key, sizeof key), l->n_term);
    if (!cs_bad(rc)) l->n_term++;
    return rc;
}

cs_rc cs_term_add(struct cs_loader *l, struct cs_term term, struct cs_codes code)
{
    struct draft d = {.text = cs_span_str(term.text), .n = code.len, .term = term};
    d.code = cs_arena_alloc(&l->scratch, code.len * sizeof *d.code);
    if (!d.code) return cs_fail(CS_ENOMEM);
    memcpy(d.code, code.ptr, code.len * sizeof *d.code);
    cs_rc rc = cs_pattern_intern(l, code, &d.term.pattern);
    return cs_bad(rc) || newest(l, key_of(&d.term)) ? rc : append(l, &d);
}

static cs_rc read_variant(struct cs_loader *l, struct draft *d)
{
    cs_rc rc = fold(l, d);
    if (cs_bad(rc) || !check_draft(l, d)) return rc;
    d->term.free_gap = free_gaps(d);
    rc = cs_pattern_intern(l, (struct cs_codes){d->code, d->n}, &d->term.pattern);
    if (cs_bad(rc) || is_duplicate(l, d)) return rc;
    return append(l, d);
}

cs_rc cs_term_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, bool exempt)
{
    struct cs_variants v;
    const char *wrong = cs_variants_parse(cs_span_of(node->text, node->len), &v);
    if (wrong) {
        cs_loader_tell(l, CS_DIAG_ERROR, node, "alternatives are written (this|that)", "%s in this %s", wrong,
            kind_of(exempt));
        return CS_OK;
    }
    struct cs_buf text = {0};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < v.n && !cs_bad(rc); i++) {
        cs_buf_reset(&text);
        cs_variants_write(&v, i, &text);
        struct draft d = {.node = node,
            .text = cs_buf_span(&text),
            .term = {.rule = rule,
                .condition = l->in_condition,
                .line = node->line,
                .column = node->column,
                .exempt = exempt}};
        rc = cs_buf_rc(&text);
        if (!cs_bad(rc)) rc = read_variant(l, &d);
    }
    cs_buf_clear(&text);
    return rc;
}

static bool is_term(const struct cs_loader *l, uint32_t rule, const uint16_t *code, uint32_t n)
{
    const uint32_t *p = cs_map_get(&l->pattern_of, bytes_of(code, n));
    if (!p) return false;
    const struct cs_rule *r = &l->rule[rule];
    for (uint32_t c = 0; c <= r->n_condition; c++) {
        struct cs_term_key key = {rule, *p, c ? r->condition + c : 0};
        for (uint32_t i = newest(l, key); i; i = l->same_pattern[i - 1])
            if (!l->term[i - 1].exempt) return true;
    }
    return false;
}

static bool protects_something(const struct cs_loader *l, const struct cs_term *t)
{
    struct cs_codes c = l->pattern[t->pattern];
    if (c.len > EXEMPT_CHECK_CODES_MAX) return true;
    for (uint32_t i = 0; i < c.len; i++)
        for (uint32_t j = i + 1; j <= c.len; j++)
            if (is_term(l, t->rule, c.ptr + i, j - i)) return true;
    return false;
}

static const struct cs_yaml_node *node_at(
    const struct cs_yaml_node *list, const struct cs_term *t, uint32_t *from)
{
    if (list->kind != CS_YAML_SEQUENCE) return list;
    for (; *from < list->n; ++*from)
        if (list->item[*from]->line == t->line && list->item[*from]->column == t->column)
            return list->item[*from];
    return list;
}

void cs_term_check_exempt(struct cs_loader *l, uint32_t first, const struct cs_yaml_node *list)
{
    const struct cs_yaml_node *told = NULL;
    uint32_t from = 0;
    for (uint32_t i = first; i < l->n_term; i++) {
        const struct cs_term *t = &l->term[i];
        if (!t->exempt || protects_something(l, t)) continue;
        const struct cs_yaml_node *node = node_at(list, t, &from);
        if (node != told)
            cs_loader_tell(l, CS_DIAG_WARNING, node, "an exempt phrase must contain a term of its rule",
                "this exempt phrase protects nothing");
        told = node;
    }
}
