/* The key `regex` of a rule: each expression is read, bounded, and given its gates; or refused with the place
 * and the remedy. */
#include "base/utf8.h"
#include "rules/fields.h"
#include "rules/regex_tree.h"
#include "text/alphabet.h"

#include <stdlib.h>

/* Where bytes at .. at + width of an expression stand in the file: exactly, if it is written there as it is.
 */
static struct cs_diag_at place_of(
    const struct cs_loader *l, const struct cs_yaml_node *node, const struct cs_rx_fault *f)
{
    struct cs_diag_at at = cs_yaml_at(l->yaml, node);
    uint32_t column = node->column + (node->plain ? 0 : 1);
    size_t byte = 0;
    for (uint32_t i = 1; i < column && byte < at.text.len; i++)
        byte += cs_utf8_next(at.text, byte).len;
    struct cs_span text = cs_span_of(node->text, node->len);
    if (!cs_span_eq(cs_span_cut(at.text, byte, byte + node->len), text)) return at;
    uint32_t width = (uint32_t)cs_utf8_count(cs_span_cut(text, f->at, f->at + f->width));
    at.column = column + (uint32_t)cs_utf8_count(cs_span_cut(text, 0, f->at));
    at.width = width ? width : 1;
    return at;
}

/* Where the whole expression stands. */
static struct cs_diag_at whole(const struct cs_loader *l, const struct cs_yaml_node *node)
{
    return place_of(l, node, &(struct cs_rx_fault){.width = node->len});
}

static bool matchable(const struct cs_rx_gates *gates)
{
    for (uint32_t i = 0; i < gates->n; i++)
        for (uint32_t k = 0; k < gates->code[i].len; k++)
            if (gates->code[i].ptr[k] == 0 || gates->code[i].ptr[k] == CS_CODE_DELIMITER) return false;
    return true;
}

/* The analysed expression. The tree's fault is set where it cannot be used. */
static void analyse(
    struct cs_rx_tree *t, struct cs_arena *keep, struct cs_regex *out, struct cs_rx_gates *gates)
{
    uint32_t all = (uint32_t)t->text.len;
    cs_rx_parse(t);
    if (!t->fault.what && !t->no_memory) {
        struct cs_regex_op *op = NULL;
        cs_rx_program(t, keep, &op, &out->n_op);
        out->op = op;
    }
    if (t->fault.what || t->no_memory) return;
    cs_rx_find_gates(t, gates);
    if (t->no_memory) return;
    if (!matchable(gates)) cs_rx_fail(t, 0, all, "this has a character that no text can contain", NULL);
    if (!gates->n)
        cs_rx_fail(t, 0, all,
            "nothing in this expression tells quickly that a message needs a look: every match must contain "
            "one of at most 64 texts of two characters or more",
            "write out some text that must be there, as in 加(微信|vx).{0,6}\\d+; "
            "for numbers alone there is detect: [...]");
}

static cs_rc keep_ranges(struct cs_loader *l, const struct cs_rx_tree *t, struct cs_regex *out)
{
    struct cs_regex_range *r = cs_arena_alloc(&l->box->arena, t->n_range * sizeof *r);
    if (!r) return cs_fail(CS_ENOMEM);
    if (t->n_range) memcpy(r, t->range, t->n_range * sizeof *r);
    out->range = r;
    return CS_OK;
}

static cs_rc add_gates(struct cs_loader *l, const struct cs_rx_gates *gates)
{
    for (uint32_t i = 0; i < gates->n; i++) {
        void *wider = cs_loader_grow(l->gate, l->n_gate, &l->cap_gate, sizeof *l->gate);
        if (!wider) return cs_fail(CS_ENOMEM);
        l->gate = wider;
        uint32_t pattern;
        cs_rc rc = cs_pattern_intern(l, gates->code[i], &pattern);
        if (cs_bad(rc)) return rc;
        l->gate[l->n_gate++] = (struct cs_gate){.pattern = pattern, .regex = l->n_regex};
    }
    return CS_OK;
}

/* What the library gets, with the place for its own complaints. */
static cs_rc express(
    struct cs_loader *l, const struct cs_rx_tree *t, const struct cs_yaml_node *node, struct cs_gated *out)
{
    struct cs_buf b = {0};
    cs_rx_expression(t, &b);
    cs_rc rc = cs_buf_rc(&b);
    *out = (struct cs_gated){.at = whole(l, node)};
    out->at.file = l->rule[l->n_rule - 1].file;
    const char *line = cs_arena_strdup(&l->box->arena, out->at.text);
    out->at.text = cs_span_str(line);
    out->expression = cs_bad(rc) ? NULL : cs_arena_strdup(&l->box->arena, cs_buf_span(&b));
    cs_buf_clear(&b);
    return line && out->expression ? rc : cs_fail(CS_ENOMEM);
}

static cs_rc append(struct cs_loader *l, const struct cs_regex *r, const struct cs_gated *g)
{
    void *regex = cs_loader_grow(l->regex, l->n_regex, &l->cap_regex, sizeof *l->regex);
    if (regex) l->regex = regex;
    void *gated = cs_loader_grow(l->gated, l->n_regex, &l->cap_gated, sizeof *l->gated);
    if (gated) l->gated = gated;
    if (!regex || !gated) return cs_fail(CS_ENOMEM);
    l->regex[l->n_regex] = *r;
    l->gated[l->n_regex++] = *g;
    return CS_OK;
}

static cs_rc read_one(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    struct cs_rx_tree t = {.arena = &l->scratch, .text = cs_span_of(node->text, node->len)};
    struct cs_regex r = {.rule = rule, .line = node->line, .column = node->column};
    struct cs_rx_gates gates = {.n = 0};
    struct cs_gated gated;
    cs_arena_reset(&l->scratch);
    analyse(&t, &l->box->arena, &r, &gates);
    if (!t.no_memory && !t.fault.what && l->n_regex == CS_REGEXES_MAX)
        cs_rx_fail(&t, 0, node->len, "there are more than 1024 expressions in all packs", NULL);
    if (t.no_memory) return cs_fail(CS_ENOMEM);
    if (t.fault.what) {
        struct cs_diag_at at = place_of(l, node, &t.fault);
        cs_loader_tell_at(l, CS_DIAG_ERROR, &at, t.fault.hint, "regex: %s", t.fault.what);
        return CS_OK;
    }
    r.text = cs_loader_keep(l, node->text);
    cs_rc rc = r.text ? keep_ranges(l, &t, &r) : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) rc = express(l, &t, node, &gated);
    if (!cs_bad(rc)) rc = add_gates(l, &gates);
    return cs_bad(rc) ? rc : append(l, &r, &gated);
}

cs_rc cs_regex_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    struct cs_field_list list;
    if (!cs_field_list(l, node, "regex", &list)) return CS_OK;
    if (!list.n) cs_loader_tell(l, CS_DIAG_ERROR, node, "leave the key out", "regex is empty");
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < list.n && !cs_bad(rc); i++)
        if (cs_field_is_value(l, list.item[i], "regex")) rc = read_one(l, rule, list.item[i]);
    return rc;
}

static int by_pattern(const void *a, const void *b)
{
    const struct cs_gate *x = a, *y = b;
    if (x->pattern != y->pattern) return x->pattern < y->pattern ? -1 : 1;
    return x->regex < y->regex ? -1 : x->regex > y->regex;
}

cs_rc cs_regexes_finish(struct cs_loader *l)
{
    struct cs_ruleset *set = &l->box->set;
    set->regex = cs_loader_settle(l, l->regex, l->n_regex, sizeof *l->regex);
    set->gated = cs_loader_settle(l, l->gated, l->n_regex, sizeof *l->gated);
    if (l->n_gate) qsort(l->gate, l->n_gate, sizeof *l->gate, by_pattern);
    set->gate = cs_loader_settle(l, l->gate, l->n_gate, sizeof *l->gate);
    set->n_regex = l->n_regex;
    set->n_gate = l->n_gate;
    return set->regex && set->gated && set->gate ? CS_OK : cs_fail(CS_ENOMEM);
}
