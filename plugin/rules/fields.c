#include "rules/fields.h"

#include "config/units.h"

#include <stdio.h>

enum { PLATFORM_BYTES_MAX = 64, HINT_BYTES = 160 };

static const char *nearest_hint(const char *given, const char *const *names, uint32_t n, char out[HINT_BYTES])
{
    const char *near = cs_diag_nearest(cs_span_str(given), names, n);
    if (near) snprintf(out, HINT_BYTES, "did you mean \"%s\"?", near);
    return near ? out : NULL;
}

bool cs_field_mapping(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    const char *const *keys, uint32_t n)
{
    if (node->kind != CS_YAML_MAPPING) {
        cs_loader_tell(l, CS_DIAG_ERROR, node, NULL, "%s must be a mapping", what);
        return false;
    }
    for (uint32_t i = 0; i < node->n; i++) {
        uint32_t k = 0;
        while (k < n && strcmp(keys[k], node->key[i]->text) != 0)
            k++;
        char hint[HINT_BYTES];
        if (k == n)
            cs_loader_tell(l, CS_DIAG_ERROR, node->key[i], nearest_hint(node->key[i]->text, keys, n, hint),
                "%s has no key \"%.80s\"", what, node->key[i]->text);
    }
    return true;
}

const struct cs_yaml_node *cs_field_required(
    struct cs_loader *l, const struct cs_yaml_node *map, const char *key, const char *what)
{
    const struct cs_yaml_node *node = cs_yaml_get(map, key);
    if (!node) cs_loader_tell(l, CS_DIAG_ERROR, map, NULL, "%s needs the key \"%s\"", what, key);
    return node;
}

bool cs_field_is_value(struct cs_loader *l, const struct cs_yaml_node *node, const char *what)
{
    if (node->kind == CS_YAML_SCALAR && node->len) return true;
    cs_loader_tell(l, CS_DIAG_ERROR, node, NULL,
        node->kind == CS_YAML_SCALAR ? "%s: nothing stands here" : "%s: a single value must stand here",
        what);
    return false;
}

bool cs_field_list(
    struct cs_loader *l, const struct cs_yaml_node *node, const char *what, struct cs_field_list *out)
{
    if (node->kind == CS_YAML_MAPPING) {
        cs_loader_tell(l, CS_DIAG_ERROR, node, NULL, "%s must be a list", what);
        return false;
    }
    out->single = node;
    out->item = node->kind == CS_YAML_SEQUENCE ? node->item : &out->single;
    out->n = node->kind == CS_YAML_SEQUENCE ? node->n : 1;
    return true;
}

cs_rc cs_field_text(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, const char **out)
{
    if (!cs_field_is_value(l, node, what)) return CS_OK;
    const char *copy = cs_loader_keep(l, node->text);
    if (!copy) return cs_fail(CS_ENOMEM);
    *out = copy;
    return CS_OK;
}

static bool is_name(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return n > 0 && n <= CS_NAME_BYTES_MAX && s[n] == 0;
}

cs_rc cs_field_name(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, const char **out)
{
    if (!cs_field_is_value(l, node, what)) return CS_OK;
    if (is_name(node->text)) return cs_field_text(l, node, what, out);
    cs_loader_tell(
        l, CS_DIAG_ERROR, node, NULL, "%s must be 1 to %d of A-Z a-z 0-9 . _ -", what, CS_NAME_BYTES_MAX);
    return CS_OK;
}

void cs_field_bool(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, bool *out)
{
    bool yes = node->kind == CS_YAML_SCALAR && strcmp(node->text, "true") == 0;
    bool no = node->kind == CS_YAML_SCALAR && strcmp(node->text, "false") == 0;
    if (yes || no)
        *out = yes;
    else
        cs_loader_tell(l, CS_DIAG_ERROR, node, NULL, "%s must be true or false", what);
}

void cs_field_number(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    struct cs_field_range range, uint8_t *out)
{
    uint64_t v = 0;
    bool good =
        node->kind == CS_YAML_SCALAR && !cs_bad(cs_parse_count(cs_span_of(node->text, node->len), &v));
    if (good && v >= range.min && v <= range.max)
        *out = (uint8_t)v;
    else
        cs_loader_tell(l, CS_DIAG_ERROR, node, NULL, "%s must be a whole number from %u to %u", what,
            range.min, range.max);
}

/* The bit of a platform name; a new one when it is new. 0 after telling that there are too many. */
static cs_rc platform_bit(struct cs_loader *l, const struct cs_yaml_node *node, uint64_t *out)
{
    struct cs_ruleset_box *box = l->box;
    uint32_t i = 1;
    *out = 0;
    while (i < box->n_platform && strcmp(box->platform[i], node->text) != 0)
        i++;
    if (i == CS_PLATFORMS_MAX) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, node, NULL, "the packs name more than %d platforms", CS_PLATFORMS_MAX - 1);
        return CS_OK;
    }
    if (i == box->n_platform) {
        const char *name = cs_loader_keep(l, node->text);
        if (!name) return cs_fail(CS_ENOMEM);
        box->platform[box->n_platform++] = name;
    }
    *out = (uint64_t)1 << i;
    return CS_OK;
}

static cs_rc add_platform(struct cs_loader *l, const struct cs_yaml_node *node, uint64_t *set)
{
    if (!cs_field_is_value(l, node, "platforms")) return CS_OK;
    if (strcmp(node->text, "all") == 0 || strcmp(node->text, "others") == 0) {
        *set |= node->text[0] == 'a' ? UINT64_MAX : CS_PLATFORM_OTHERS;
        return CS_OK;
    }
    if (node->len > PLATFORM_BYTES_MAX) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, node, NULL, "a platform name has at most %d bytes", PLATFORM_BYTES_MAX);
        return CS_OK;
    }
    uint64_t bit = 0;
    cs_rc rc = platform_bit(l, node, &bit);
    *set |= bit;
    return rc;
}

cs_rc cs_field_platforms(struct cs_loader *l, const struct cs_yaml_node *node, uint64_t *out)
{
    struct cs_field_list list;
    if (!cs_field_list(l, node, "platforms", &list)) return CS_OK;
    if (!list.n)
        cs_loader_tell(
            l, CS_DIAG_ERROR, node, "write all, or a list such as [jd, pdd]", "platforms is empty");
    uint64_t set = 0;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < list.n && !cs_bad(rc); i++)
        rc = add_platform(l, list.item[i], &set);
    *out = set;
    return rc;
}

/* A word of an actor list and the roles it stands for. */
static const struct {
    const char *name;
    uint8_t set;
} actors[] = {
    {"any", CS_ACTORS_ANY},
    {"agent", CS_ACTORS_AGENT},
    {"human", 1 << CS_ROLE_AGENT},
    {"robot", 1 << CS_ROLE_ROBOT},
    {"robot_assist", 1 << CS_ROLE_ROBOT_ASSIST},
    {"buyer", 1 << CS_ROLE_BUYER},
    {"system", 1 << CS_ROLE_SYSTEM},
    {"staff", 1 << CS_ROLE_STAFF},
};

enum { N_ACTORS = sizeof actors / sizeof actors[0] };

uint32_t cs_field_choice(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    const char *const *names, uint32_t n)
{
    if (!cs_field_is_value(l, node, what)) return n;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(node->text, names[i]) == 0) return i;
    char hint[HINT_BYTES];
    cs_loader_tell(l, CS_DIAG_ERROR, node, nearest_hint(node->text, names, n, hint),
        "there is no %s \"%.80s\"", what, node->text);
    return n;
}

static uint8_t actor_set(struct cs_loader *l, const struct cs_yaml_node *node)
{
    const char *names[N_ACTORS];
    if (!cs_field_is_value(l, node, "actors")) return 0;
    for (uint32_t i = 0; i < N_ACTORS; i++) {
        names[i] = actors[i].name;
        if (strcmp(node->text, names[i]) == 0) return actors[i].set;
    }
    char hint[HINT_BYTES];
    cs_loader_tell(l, CS_DIAG_ERROR, node, nearest_hint(node->text, names, N_ACTORS, hint),
        "there is no actor \"%.80s\"", node->text);
    return 0;
}

void cs_field_actors(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out)
{
    struct cs_field_list list;
    uint8_t set = 0;
    if (!cs_field_list(l, node, "actors", &list)) return;
    if (!list.n) cs_loader_tell(l, CS_DIAG_ERROR, node, "leave the key out for agent", "actors is empty");
    for (uint32_t i = 0; i < list.n; i++)
        set |= actor_set(l, list.item[i]);
    *out = set;
}

void cs_field_evidence(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out)
{
    const char *names[CS_EVIDENCE_COUNT];
    if (!cs_field_is_value(l, node, "evidence")) return;
    for (uint32_t i = 0; i < CS_EVIDENCE_COUNT; i++)
        names[i] = cs_evidence_name(i);
    uint32_t v = cs_evidence_parse(cs_span_of(node->text, node->len));
    char hint[HINT_BYTES];
    if (v < CS_EVIDENCE_COUNT)
        *out = (uint8_t)v;
    else
        cs_loader_tell(l, CS_DIAG_ERROR, node, nearest_hint(node->text, names, CS_EVIDENCE_COUNT, hint),
            "there is no evidence level \"%.80s\"", node->text);
}
