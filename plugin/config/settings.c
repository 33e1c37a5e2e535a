#include "config/settings.h"

#include "config/expand.h"
#include "config/file.h"
#include "config/settings_table.h"
#include "config/yaml_doc.h"

#include <stdio.h>

enum { NAME_MAX_BYTES = 128, ROWS_MAX = 64 };

/* One load: where the values come from and what was set so far. */
struct loader {
    const struct cs_yaml *yaml;
    struct cs_diag *diag;
    struct cs_settings *s;
    struct cs_span dir;
    const struct cs_yaml_node *seen[ROWS_MAX]; /* the value that set row i */
};

/* A fault was told in diag: go on, so that one run tells all. Only want of memory ends it. */
static cs_rc go_on(cs_rc rc)
{
    return cs_is(rc, CS_ENOMEM) ? rc : CS_OK;
}

static cs_rc put_node(struct loader *l, const struct cs_setting *row, const struct cs_yaml_node *node)
{
    struct cs_diag_at at = cs_yaml_at(l->yaml, node);
    struct cs_setting_input in = {.raw = node->text, .at = &at, .dir = l->dir};
    if (node->kind != CS_YAML_SCALAR) {
        cs_diag_add(l->diag, CS_DIAG_ERROR, &at, NULL, "%s must be %s, not a %s", row->info.name,
            cs_setting_is_list(row) ? "a list of single values" : "a single value",
            node->kind == CS_YAML_MAPPING ? "mapping" : "list");
        return CS_OK;
    }
    if (node->plain && !node->len) {
        char hint[NAME_MAX_BYTES];
        snprintf(hint, sizeof hint, "it expects %s", row->info.value);
        cs_diag_add(l->diag, CS_DIAG_ERROR, &at, hint, "%s has no value", row->info.name);
        return CS_OK;
    }
    return go_on(cs_setting_expand_put(l->s, row, &in, l->diag));
}

static cs_rc load_option(struct loader *l, const struct cs_setting *row, const struct cs_yaml_node *node)
{
    uint32_t n, i = (uint32_t)(row - cs_setting_rows(&n));
    if (l->seen[i]) {
        struct cs_diag_at at = cs_yaml_at(l->yaml, node);
        cs_diag_add(l->diag, CS_DIAG_ERROR, &at, NULL, "%s is set twice, first in line %u", row->info.name,
            l->seen[i]->line);
        return CS_OK;
    }
    l->seen[i] = node;
    cs_setting_empty(row, l->s);
    if (!cs_setting_is_list(row) || node->kind != CS_YAML_SEQUENCE) return put_node(l, row, node);
    cs_rc rc = CS_OK;
    for (uint32_t k = 0; k < node->n && !cs_bad(rc); k++)
        rc = put_node(l, row, node->item[k]);
    return rc;
}

static cs_rc load_kafka(struct loader *l, const struct cs_yaml_node *map)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < map->n && !cs_bad(rc); i++) {
        const struct cs_yaml_node *key = map->key[i], *node = map->item[i];
        struct cs_diag_at at = cs_yaml_at(l->yaml, node);
        if (node->kind != CS_YAML_SCALAR) {
            cs_diag_add(l->diag, CS_DIAG_ERROR, &at,
                "write the dotted name of the client library: linger.ms: 5",
                "kafka.%.80s must be a single value", key->text);
            continue;
        }
        struct cs_setting_input in = {.raw = node->text, .at = &at, .dir = l->dir};
        struct cs_property p = {
            .key = key->text, .file = cs_yaml_name(l->yaml), .line = key->line, .column = key->column};
        rc = go_on(cs_setting_kafka(l->s, p, &in, l->diag));
    }
    return rc;
}

static cs_rc load_mapping(struct loader *l, const char *prefix, const struct cs_yaml_node *map);

/* Key `name` (with its prefix) that is no option itself. */
static cs_rc load_section(struct loader *l, const char *name, const struct cs_yaml_node *node)
{
    if (node->kind == CS_YAML_SCALAR && node->plain && !node->len) return CS_OK; /* all of it commented out */
    if (node->kind != CS_YAML_MAPPING) {
        struct cs_diag_at at = cs_yaml_at(l->yaml, node);
        cs_diag_add(l->diag, CS_DIAG_ERROR, &at, NULL, "%s must be a mapping", name);
        return CS_OK;
    }
    char prefix[NAME_MAX_BYTES + 1];
    snprintf(prefix, sizeof prefix, "%s.", name);
    return strcmp(name, "kafka") == 0 ? load_kafka(l, node) : load_mapping(l, prefix, node);
}

static cs_rc load_mapping(struct loader *l, const char *prefix, const struct cs_yaml_node *map)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < map->n && !cs_bad(rc); i++) {
        char name[NAME_MAX_BYTES];
        const char *key = map->key[i]->text;
        int len = snprintf(name, sizeof name, "%s%s", prefix, key);
        const struct cs_setting *row = len < NAME_MAX_BYTES ? cs_setting_find(name) : NULL;
        if (row) {
            rc = load_option(l, row, map->item[i]);
        } else if (len < NAME_MAX_BYTES && (cs_setting_is_section(name) || strcmp(name, "kafka") == 0)) {
            rc = load_section(l, name, map->item[i]);
        } else {
            struct cs_diag_at at = cs_yaml_at(l->yaml, map->key[i]);
            cs_setting_unknown(l->diag, &at, prefix, key);
        }
    }
    return rc;
}

/* Where an option was set, for faults that show only when all are known. */
static bool place_of(void *ctx, const struct cs_setting *row, struct cs_diag_at *at)
{
    const struct loader *l = ctx;
    uint32_t n;
    const struct cs_yaml_node *node = l->seen[row - cs_setting_rows(&n)];
    if (node) *at = cs_yaml_at(l->yaml, node);
    return node != NULL;
}

static cs_rc load_tree(struct loader *l)
{
    const struct cs_yaml_node *root = cs_yaml_root(l->yaml);
    if (root->kind != CS_YAML_MAPPING) {
        struct cs_diag_at at = cs_yaml_at(l->yaml, root);
        cs_diag_add(l->diag, CS_DIAG_ERROR, &at, "such as brokers: 127.0.0.1:9092",
            "the file must be a mapping of options to values");
        return cs_fail(CS_ESYNTAX);
    }
    uint32_t errors = l->diag->n_errors;
    cs_rc rc = load_mapping(l, "", root);
    if (cs_bad(rc)) return rc;
    cs_setting_check_all(l->s, l->diag, place_of, l);
    return l->diag->n_errors > errors ? cs_fail(CS_ESYNTAX) : CS_OK;
}

cs_rc cs_settings_load(const char *path, struct cs_diag *diag, struct cs_settings *s)
{
    cs_rc rc = cs_settings_default(s);
    if (cs_bad(rc)) return rc;
    struct cs_yaml *yaml = NULL;
    rc = cs_yaml_load(path, diag, &yaml);
    if (cs_bad(rc)) return rc;
    struct loader l = {.yaml = yaml, .diag = diag, .s = s, .dir = cs_file_dir(path)};
    rc = load_tree(&l);
    cs_yaml_free(&yaml);
    return rc;
}
