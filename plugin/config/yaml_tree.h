/* What the two halves of the YAML door share: the tree's memory and the way from a place to its line. */
#ifndef CS_CONFIG_YAML_TREE_H
#define CS_CONFIG_YAML_TREE_H

#include "base/arena.h"
#include "config/yaml_doc.h"

enum {
    CS_YAML_BYTES_MAX = 16 * 1024 * 1024,
    CS_YAML_DEPTH_MAX = 32,
    CS_YAML_NODES_MAX = 2000000,
    CS_YAML_FAULTS_MAX = 100,         /* told of one file; more help nobody */
    CS_YAML_LINE_SHOWN_MAX = 8 * 1024 /* a longer line is not copied into messages */
};

struct cs_yaml {
    struct cs_arena arena;
    const char *name;
    struct cs_span source; /* as read */
    struct cs_span body;   /* without a byte order mark */
    uint32_t *line_begin;  /* offsets into body */
    uint32_t n_line;
    const struct cs_yaml_node *root;
};

/* Parse y->body into y->root. Errors as cs_yaml_parse. */
CS_MUST cs_rc cs_yaml_build(struct cs_yaml *y, struct cs_diag *diag);
/* The place of line and column (both from 1) with its source line. */
struct cs_diag_at cs_yaml_place(const struct cs_yaml *y, uint32_t line, uint32_t column);

#endif
