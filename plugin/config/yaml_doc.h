/* A YAML file as a tree with positions: the only door to libyaml.
 *
 * The tree is read-only and owns everything it hands out. Only what configuration and rule packs need: one
 * document, mappings, sequences, scalars; aliases, tags and duplicate keys are refused with their place,
 * depth and size are bounded. */
#ifndef CS_CONFIG_YAML_DOC_H
#define CS_CONFIG_YAML_DOC_H

#include "base/diag.h"

enum cs_yaml_kind { CS_YAML_SCALAR, CS_YAML_SEQUENCE, CS_YAML_MAPPING };

struct cs_yaml_node {
    enum cs_yaml_kind kind;
    bool plain;                             /* scalar without quotes: may be a number, bool or null */
    uint32_t line, column;                  /* from 1; column in characters */
    const char *text;                       /* scalar: NUL-terminated value */
    uint32_t len;                           /* of text */
    uint32_t n;                             /* children of a sequence, pairs of a mapping */
    const struct cs_yaml_node *const *key;  /* mapping: n keys, all scalars */
    const struct cs_yaml_node *const *item; /* sequence: n children; mapping: n values */
};

struct cs_yaml;

/* Parse a file of at most 16 MiB. Errors: CS_ENOENT, CS_EIO, CS_ESYNTAX, CS_ELIMIT, CS_ENOMEM, each told in
 * diag. */
CS_MUST cs_rc cs_yaml_load(const char *path, struct cs_diag *diag, struct cs_yaml **out);
/* The same from memory; `name` stands for the file in messages. */
CS_MUST cs_rc cs_yaml_parse(
    const char *name, struct cs_span text, struct cs_diag *diag, struct cs_yaml **out);
void cs_yaml_free(struct cs_yaml **y);
const struct cs_yaml_node *cs_yaml_root(const struct cs_yaml *y);
const char *cs_yaml_name(const struct cs_yaml *y);
/* The whole file as read, for hashes; lives with the tree. */
struct cs_span cs_yaml_source(const struct cs_yaml *y);
/* Value of `key` in a mapping, or NULL. */
const struct cs_yaml_node *cs_yaml_get(const struct cs_yaml_node *map, const char *key);
/* Where a node stands, with its source line, for cs_diag_add. */
struct cs_diag_at cs_yaml_at(const struct cs_yaml *y, const struct cs_yaml_node *node);

#endif
