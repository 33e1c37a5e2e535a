#include "base/utf8.h"
#include "config/yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

/* One pass over the library's events. Faults that leave the structure readable (alias, tag, duplicate key)
 * are counted and the build goes on, so that one run tells them all. */
struct builder {
    yaml_parser_t parser;
    struct cs_yaml *y;
    struct cs_diag *diag;
    const struct cs_yaml_node **open; /* children of the collections that are still open */
    uint32_t n_open, cap_open;
    uint32_t nodes, faults;
};

static struct cs_diag_at place_of(const struct builder *b, yaml_mark_t m)
{
    return cs_yaml_place(b->y, (uint32_t)m.line + 1, (uint32_t)m.column + 1);
}

/* Tell a fault that the build survives, unless there are too many. */
static cs_rc fault(struct builder *b, struct cs_diag_at at, const char *what, const char *hint)
{
    cs_diag_add(b->diag, CS_DIAG_ERROR, &at, hint, "%s", what);
    if (++b->faults < CS_YAML_FAULTS_MAX) return CS_OK;
    cs_diag_add(b->diag, CS_DIAG_ERROR, &at, NULL, "too many faults; the rest of the file was not read");
    return cs_fail(CS_ESYNTAX);
}

static cs_rc limit(struct builder *b, yaml_mark_t m, const char *what)
{
    struct cs_diag_at at = place_of(b, m);
    cs_diag_add(b->diag, CS_DIAG_ERROR, &at, NULL, "%s", what);
    return cs_fail(CS_ELIMIT);
}

/* The remedy for the mistakes that people make most. */
static const char *remedy(const struct cs_diag_at *at, const char *problem)
{
    uint32_t col = 1;
    size_t byte = 0;
    for (; byte < at->text.len && col < at->column; col++)
        byte += cs_utf8_next(at->text, byte).len;
    uint8_t c = byte < at->text.len ? at->text.ptr[byte] : 0;
    if (c == '\t') return "indent with spaces, not with tabs";
    if (c == '@' || c == '`' || c == '%') return "put a value that begins with this sign in quotes";
    if (strstr(problem, "mapping values")) return "a value that contains \": \" must stand in quotes";
    return NULL;
}

static cs_rc tell_syntax(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR) return cs_fail(CS_ENOMEM);
    const char *problem = p->problem ? p->problem : "this is not YAML";
    struct cs_diag_at at = place_of(b, p->problem_mark);
    const char *hint = remedy(&at, problem);
    if (p->context && p->context_mark.line != p->problem_mark.line)
        cs_diag_add(b->diag, CS_DIAG_ERROR, &at, hint, "%s (%s that begins in line %zu)", problem, p->context,
            p->context_mark.line + 1);
    else
        cs_diag_add(b->diag, CS_DIAG_ERROR, &at, hint, "%s", problem);
    return cs_fail(CS_ESYNTAX);
}

static cs_rc next_event(struct builder *b, yaml_event_t *e)
{
    return yaml_parser_parse(&b->parser, e) ? CS_OK : tell_syntax(b);
}

static cs_rc push(struct builder *b, const struct cs_yaml_node *node)
{
    if (b->n_open == b->cap_open) {
        uint32_t cap = b->cap_open ? b->cap_open * 2 : 256;
        const struct cs_yaml_node **p = realloc(b->open, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        b->open = p;
        b->cap_open = cap;
    }
    b->open[b->n_open++] = node;
    return CS_OK;
}

static cs_rc new_node(struct builder *b, enum cs_yaml_kind kind, yaml_mark_t m, struct cs_yaml_node **out)
{
    if (++b->nodes > CS_YAML_NODES_MAX) return limit(b, m, "this file has more than 2,000,000 values");
    struct cs_yaml_node *node = cs_arena_zalloc(&b->y->arena, 1, sizeof *node);
    if (!node) return cs_fail(CS_ENOMEM);
    *node = (struct cs_yaml_node){
        .kind = kind, .text = "", .line = (uint32_t)m.line + 1, .column = (uint32_t)m.column + 1};
    *out = node;
    return CS_OK;
}

static cs_rc build_scalar(struct builder *b, const yaml_event_t *e, struct cs_yaml_node *node)
{
    struct cs_span s = cs_span_of(e->data.scalar.value, e->data.scalar.length);
    node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = cs_arena_strdup(&b->y->arena, s);
    node->len = (uint32_t)s.len;
    if (!node->text) return cs_fail(CS_ENOMEM);
    if (!memchr(node->text, 0, s.len)) return CS_OK;
    node->len = (uint32_t)strlen(node->text);
    return fault(b, cs_yaml_at(b->y, node), "a value may not contain U+0000", NULL);
}

static int by_text(const void *a, const void *b)
{
    const struct cs_yaml_node *x = *(const struct cs_yaml_node *const *)a;
    const struct cs_yaml_node *y = *(const struct cs_yaml_node *const *)b;
    int c = strcmp(x->text, y->text);
    if (c) return c;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* `sorted` is scratch with the n keys of one mapping. */
static cs_rc check_duplicates(struct builder *b, const struct cs_yaml_node **sorted, uint32_t n)
{
    cs_rc rc = CS_OK;
    qsort(sorted, n, sizeof *sorted, by_text);
    for (uint32_t i = 1; i < n && !cs_bad(rc); i++) {
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) != 0) continue;
        char what[160];
        snprintf(what, sizeof what, "the key \"%.80s\" stands twice in this mapping, first in line %u",
            sorted[i]->text, sorted[i - 1]->line);
        rc = fault(b, cs_yaml_at(b->y, sorted[i]), what, NULL);
    }
    return rc;
}

static cs_rc check_keys(struct builder *b, const struct cs_yaml_node **key, uint32_t n)
{
    static const struct cs_yaml_node nameless = {.kind = CS_YAML_SCALAR, .text = ""};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++) {
        if (key[i]->kind == CS_YAML_SCALAR) continue;
        rc = fault(b, cs_yaml_at(b->y, key[i]), "a key must be a single value", NULL);
        key[i] = &nameless;
    }
    return rc;
}

static cs_rc close_sequence(struct builder *b, struct cs_yaml_node *node, uint32_t base)
{
    uint32_t n = b->n_open - base;
    const struct cs_yaml_node **item = cs_arena_alloc(&b->y->arena, n * sizeof(void *));
    if (!item) return cs_fail(CS_ENOMEM);
    if (n) memcpy(item, b->open + base, n * sizeof(void *));
    node->n = n;
    node->item = item;
    b->n_open = base;
    return CS_OK;
}

static cs_rc close_mapping(struct builder *b, struct cs_yaml_node *node, uint32_t base)
{
    uint32_t n = (b->n_open - base) / 2;
    const struct cs_yaml_node **key = cs_arena_alloc(&b->y->arena, n * sizeof(void *));
    const struct cs_yaml_node **item = cs_arena_alloc(&b->y->arena, n * sizeof(void *));
    if (!key || !item) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < n; i++) {
        key[i] = b->open[base + 2 * i];
        item[i] = b->open[base + 2 * i + 1];
    }
    cs_rc rc = check_keys(b, key, n);
    if (cs_bad(rc)) return rc;
    if (n) memcpy(b->open + base, key, n * sizeof(void *));
    if (n > 1) rc = check_duplicates(b, b->open + base, n);
    node->n = n;
    node->key = key;
    node->item = item;
    b->n_open = base;
    return rc;
}

static cs_rc build_node(
    struct builder *b, const yaml_event_t *e, uint32_t depth, const struct cs_yaml_node **out);

/* Push children until the collection ends. */
static cs_rc build_children(struct builder *b, yaml_event_type_t end, uint32_t depth)
{
    for (;;) {
        yaml_event_t e;
        const struct cs_yaml_node *child = NULL;
        cs_rc rc = next_event(b, &e);
        if (cs_bad(rc)) return rc;
        bool last = e.type == end;
        if (!last) rc = build_node(b, &e, depth + 1, &child);
        yaml_event_delete(&e);
        if (!last && !cs_bad(rc)) rc = push(b, child);
        if (last || cs_bad(rc)) return rc;
    }
}

static cs_rc build_collection(
    struct builder *b, const yaml_event_t *e, uint32_t depth, struct cs_yaml_node *node)
{
    if (depth >= CS_YAML_DEPTH_MAX) return limit(b, e->start_mark, "values are nested more than 32 deep");
    uint32_t base = b->n_open;
    bool map = node->kind == CS_YAML_MAPPING;
    cs_rc rc = build_children(b, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth);
    if (cs_bad(rc)) return rc;
    return map ? close_mapping(b, node, base) : close_sequence(b, node, base);
}

/* Anchor and tag of an event, whatever its type. */
static cs_rc check_properties(struct builder *b, const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    }
    cs_rc rc = CS_OK;
    if (anchor)
        rc = fault(
            b, place_of(b, e->start_mark), "anchors (&name) are not supported", "write the value itself");
    if (tag && !cs_bad(rc))
        rc = fault(b, place_of(b, e->start_mark), "tags (!name) are not supported",
            "put a value that begins with ! in quotes");
    return rc;
}

static cs_rc build_node(
    struct builder *b, const yaml_event_t *e, uint32_t depth, const struct cs_yaml_node **out)
{
    enum cs_yaml_kind kind = e->type == YAML_MAPPING_START_EVENT    ? CS_YAML_MAPPING
                             : e->type == YAML_SEQUENCE_START_EVENT ? CS_YAML_SEQUENCE
                                                                    : CS_YAML_SCALAR;
    struct cs_yaml_node *node = NULL;
    cs_rc rc = new_node(b, kind, e->start_mark, &node);
    if (!cs_bad(rc)) rc = check_properties(b, e);
    if (cs_bad(rc)) return rc;
    if (e->type == YAML_ALIAS_EVENT)
        rc = fault(b, place_of(b, e->start_mark), "aliases (*name) are not supported",
            "put a value that begins with * in quotes");
    else if (kind == CS_YAML_SCALAR)
        rc = build_scalar(b, e, node);
    else
        rc = build_collection(b, e, depth, node);
    if (!cs_bad(rc)) *out = node;
    return rc;
}

/* The first document's root, then nothing but the end of the stream. A file without content is an empty
 * mapping. */
static cs_rc build_stream(struct builder *b)
{
    bool done = false;
    cs_rc rc = CS_OK;
    while (!done && !cs_bad(rc)) {
        yaml_event_t e;
        rc = next_event(b, &e);
        if (cs_bad(rc)) break;
        done = e.type == YAML_STREAM_END_EVENT;
        if (e.type == YAML_DOCUMENT_START_EVENT && b->y->root) {
            rc = fault(
                b, place_of(b, e.start_mark), "a second document begins here", "one file, one document");
            done = true;
        } else if (e.type == YAML_SCALAR_EVENT || e.type == YAML_ALIAS_EVENT ||
                   e.type == YAML_SEQUENCE_START_EVENT || e.type == YAML_MAPPING_START_EVENT) {
            rc = build_node(b, &e, 0, &b->y->root);
        }
        yaml_event_delete(&e);
    }
    if (cs_bad(rc) || b->y->root) return rc;
    struct cs_yaml_node *empty = NULL;
    rc = new_node(b, CS_YAML_MAPPING, (yaml_mark_t){0}, &empty);
    b->y->root = empty;
    return rc;
}

cs_rc cs_yaml_build(struct cs_yaml *y, struct cs_diag *diag)
{
    struct builder b = {.y = y, .diag = diag};
    if (!yaml_parser_initialize(&b.parser)) return cs_fail(CS_ENOMEM);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, y->body.len ? y->body.ptr : (const uint8_t *)"", y->body.len);
    cs_rc rc = build_stream(&b);
    yaml_parser_delete(&b.parser);
    free(b.open);
    if (!cs_bad(rc) && b.faults) rc = cs_fail(CS_ESYNTAX);
    return rc;
}
