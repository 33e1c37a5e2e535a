/* Terms as a key lists them, and the lists of a pack that several rules share: "@contact". */
#include "rules/fields.h"

#include <stdio.h>

static const struct cs_yaml_node *lists_of(const struct cs_loader *l)
{
    const struct cs_yaml_node *lists = cs_yaml_get(cs_yaml_root(l->yaml), "lists");
    return lists && lists->kind == CS_YAML_MAPPING ? lists : NULL;
}

/* "@" and a name; "@所有人" is a term. */
static bool is_reference(const struct cs_yaml_node *node)
{
    if (node->len < 2 || node->text[0] != '@') return false;
    size_t n = strspn(node->text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return n + 1 == node->len;
}

static void tell_unknown(
    struct cs_loader *l, const struct cs_yaml_node *node, const struct cs_yaml_node *lists)
{
    const char *near[64], *hint = "terms that begin with @ are written with the wide sign";
    char text[160];
    uint32_t n = 0;
    for (; lists && n < lists->n && n < 64; n++)
        near[n] = lists->key[n]->text;
    const char *name = cs_diag_nearest(cs_span_of(node->text + 1, node->len - 1), near, n);
    if (name) snprintf(text, sizeof text, "did you mean \"@%.80s\"?", name);
    cs_loader_tell(
        l, CS_DIAG_ERROR, node, name ? text : hint, "this pack has no list \"%.80s\"", node->text + 1);
}

/* The list that a reference names, or NULL after telling. */
static const struct cs_yaml_node *find_list(struct cs_loader *l, const struct cs_yaml_node *reference)
{
    const struct cs_yaml_node *lists = lists_of(l);
    uint32_t k = 0, n = lists ? lists->n : 0;
    while (k < n && strcmp(lists->key[k]->text, reference->text + 1) != 0)
        k++;
    if (k == n) {
        tell_unknown(l, reference, lists);
        return NULL;
    }
    if (k < 64) l->lists_used |= (uint64_t)1 << k;
    return lists->item[k]->kind == CS_YAML_SEQUENCE ? lists->item[k] : NULL;
}

static cs_rc read_list(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *reference, bool exempt)
{
    const struct cs_yaml_node *list = find_list(l, reference);
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; list && i < list->n && !cs_bad(rc); i++) {
        const struct cs_yaml_node *term = list->item[i];
        if (term->kind == CS_YAML_SCALAR && term->len && !is_reference(term))
            rc = cs_term_read(l, rule, term, exempt);
    }
    return rc;
}

cs_rc cs_terms_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, const char *what)
{
    bool exempt = strcmp(what, "exempt") == 0;
    struct cs_field_list list;
    if (!cs_field_list(l, node, what, &list)) return CS_OK;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < list.n && !cs_bad(rc); i++) {
        if (!cs_field_is_value(l, list.item[i], what)) continue;
        rc = is_reference(list.item[i]) ? read_list(l, rule, list.item[i], exempt)
                                        : cs_term_read(l, rule, list.item[i], exempt);
    }
    return rc;
}

static void check_list(struct cs_loader *l, const struct cs_yaml_node *key, const struct cs_yaml_node *list)
{
    if (list->kind != CS_YAML_SEQUENCE || !list->n) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, list, "write [term, term]", "the list \"%.80s\" needs terms", key->text);
        return;
    }
    for (uint32_t i = 0; i < list->n; i++)
        if (cs_field_is_value(l, list->item[i], key->text) && is_reference(list->item[i]))
            cs_loader_tell(
                l, CS_DIAG_ERROR, list->item[i], "write its terms here", "a list cannot name another list");
}

void cs_lists_check(struct cs_loader *l)
{
    const struct cs_yaml_node *lists = cs_yaml_get(cs_yaml_root(l->yaml), "lists");
    l->lists_used = 0;
    if (!lists) return;
    if (lists->kind != CS_YAML_MAPPING) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, lists, "write lists: {name: [term, term]}", "lists must be a mapping");
        return;
    }
    for (uint32_t i = 0; i < lists->n; i++)
        check_list(l, lists->key[i], lists->item[i]);
}

void cs_lists_end(struct cs_loader *l)
{
    const struct cs_yaml_node *lists = lists_of(l);
    for (uint32_t i = 0; lists && i < lists->n && i < 64; i++)
        if (!(l->lists_used >> i & 1))
            cs_loader_tell(l, CS_DIAG_WARNING, lists->key[i], NULL, "no rule uses the list \"%.80s\"",
                lists->key[i]->text);
}
