/* Single values of a profile file. */
#include "clock/profile_read.h"

#include "config/units.h"

#include <stdio.h>

void cs_profile_fault(struct cs_profile_reader *r, const struct cs_yaml_node *n, const char *hint,
    const char *what, const char *detail)
{
    struct cs_diag_at at = cs_yaml_at(r->yaml, n);
    cs_diag_add(r->diag, CS_DIAG_ERROR, &at, hint, "%s%s%s%s", what, detail ? " \"" : "",
        detail ? detail : "", detail ? "\"" : "");
}

bool cs_profile_scalar(struct cs_profile_reader *r, const struct cs_yaml_node *n)
{
    if (n->kind == CS_YAML_SCALAR && n->len > 0) return true;
    cs_profile_fault(r, n, NULL, "a single value is expected here", NULL);
    return false;
}

static void tell_unknown(struct cs_profile_reader *r, const struct cs_yaml_node *n, const char *what,
    const char *const *names, uint32_t n_names)
{
    const char *near = cs_diag_nearest(cs_span_of(n->text, n->len), names, n_names);
    char hint[128];
    snprintf(hint, sizeof hint, "did you mean \"%s\"?", near ? near : "");
    cs_profile_fault(r, n, near ? hint : NULL, what, n->text);
}

void cs_profile_mapping(struct cs_profile_reader *r, const struct cs_yaml_node *n,
    const struct cs_profile_key *key, uint32_t n_key, void *target)
{
    const char *names[32];
    if (n->kind != CS_YAML_MAPPING) {
        cs_profile_fault(r, n, "write `key: value` pairs", "a mapping is expected here", NULL);
        return;
    }
    for (uint32_t k = 0; k < n_key; k++)
        names[k] = key[k].name;
    for (uint32_t i = 0; i < n->n; i++) {
        uint32_t k = 0;
        while (k < n_key && strcmp(n->key[i]->text, names[k]) != 0)
            k++;
        if (k < n_key)
            key[k].take(r, n->item[i], (char *)target + key[k].offset);
        else
            tell_unknown(r, n->key[i], "unknown key", names, n_key);
    }
}

uint32_t cs_profile_choice(
    struct cs_profile_reader *r, const struct cs_yaml_node *n, const char *const *names, uint32_t n_names)
{
    if (!cs_profile_scalar(r, n)) return n_names;
    for (uint32_t k = 0; k < n_names; k++)
        if (names[k] && strcmp(n->text, names[k]) == 0) return k;
    tell_unknown(r, n, "unknown word", names, n_names);
    return n_names;
}

uint32_t cs_profile_list(
    const struct cs_yaml_node *n, const struct cs_yaml_node *const **item, const struct cs_yaml_node **single)
{
    *single = n;
    *item = n->kind == CS_YAML_SEQUENCE ? n->item : single;
    return n->kind == CS_YAML_SEQUENCE ? n->n : 1;
}

void cs_take_text(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    if (!cs_profile_scalar(r, n)) return;
    if (n->len > 64) {
        cs_profile_fault(r, n, NULL, "longer than 64 bytes", NULL);
        return;
    }
    char *copy = cs_arena_strdup(r->arena, cs_span_of(n->text, n->len));
    if (copy)
        *(const char **)target = copy;
    else
        r->no_memory = true;
}

void cs_take_duration(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint64_t ms;
    if (!cs_profile_scalar(r, n)) return;
    cs_rc rc = cs_parse_duration(cs_span_of(n->text, n->len), &ms);
    if (cs_bad(rc) || ms == 0 || ms > (uint64_t)366 * 86400000)
        cs_profile_fault(r, n, "write for example 40s, 5m, 24h", "not a time between 1ms and 366d:", n->text);
    else
        *(int64_t *)target = (int64_t)ms;
}

void cs_take_count(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint64_t v;
    if (!cs_profile_scalar(r, n)) return;
    if (cs_bad(cs_parse_count(cs_span_of(n->text, n->len), &v)) || v == 0 || v > INT32_MAX)
        cs_profile_fault(r, n, NULL, "not a number from 1:", n->text);
    else
        *(int64_t *)target = (int64_t)v;
}

void cs_take_bool(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const char *const names[] = {"no", "yes", "false", "true"};
    uint32_t k = cs_profile_choice(r, n, names, 4);
    if (k < 4) *(bool *)target = k & 1;
}
