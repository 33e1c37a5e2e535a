#include "chatsieve/test_file.h"

#include "config/units.h"
#include "config/yaml_doc.h"

#include <stdio.h>

struct reading {
    const struct cs_args *args;
    const struct cs_yaml *yaml;
    struct cs_arena *arena;
    struct cs_diag *diag;
    bool bad, no_memory;
};

static void tell(struct reading *r, const struct cs_yaml_node *node, const char *hint, const char *what)
{
    struct cs_diag_at at = cs_yaml_at(r->yaml, node);
    r->bad = true;
    cs_diag_add(r->diag, CS_DIAG_ERROR, &at, hint, "%s", what);
}

/* True for a mapping; keys outside `keys` are told. */
static bool is_mapping(
    struct reading *r, const struct cs_yaml_node *node, const char *const *keys, uint32_t n)
{
    if (node->kind != CS_YAML_MAPPING) {
        tell(r, node, NULL, "a mapping must stand here");
        return false;
    }
    for (uint32_t i = 0; i < node->n; i++) {
        uint32_t k = 0;
        while (k < n && strcmp(keys[k], node->key[i]->text) != 0)
            k++;
        if (k < n) continue;
        char what[128], hint[128];
        const char *near = cs_diag_nearest(cs_span_str(node->key[i]->text), keys, n);
        snprintf(what, sizeof what, "there is no key \"%.80s\" here", node->key[i]->text);
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", near ? near : "");
        tell(r, node->key[i], near ? hint : NULL, what);
    }
    return true;
}

static const char *keep(struct reading *r, const struct cs_yaml_node *node)
{
    if (node->kind != CS_YAML_SCALAR) {
        tell(r, node, NULL, "a single value must stand here");
        return "";
    }
    const char *copy = cs_arena_strdup(r->arena, cs_span_of(node->text, node->len));
    if (!copy) r->no_memory = true;
    return copy ? copy : "";
}

static const char *text_of(
    struct reading *r, const struct cs_yaml_node *map, const char *key, const char *preset)
{
    const struct cs_yaml_node *node = cs_yaml_get(map, key);
    return node ? keep(r, node) : preset;
}

static uint8_t role_of(struct reading *r, const struct cs_yaml_node *map, uint8_t preset)
{
    const struct cs_yaml_node *node = cs_yaml_get(map, "role");
    if (!node) return preset;
    uint32_t role = cs_role_parse(cs_span_str(keep(r, node)));
    if (role != CS_ROLE_UNSPECIFIED && role < CS_ROLE_COUNT) return (uint8_t)role;
    tell(r, node, "buyer, agent, robot, robot_assist, system or staff", "there is no such role");
    return preset;
}

static int64_t at_of(struct reading *r, const struct cs_yaml_node *map, int64_t preset)
{
    const struct cs_yaml_node *node = cs_yaml_get(map, "at");
    uint64_t ms = 0;
    if (!node) return preset;
    if (node->kind == CS_YAML_SCALAR && !cs_bad(cs_parse_duration(cs_span_str(node->text), &ms)) &&
        ms <= INT32_MAX)
        return (int64_t)ms;
    tell(r, node, "write a duration such as 30s", "this is no time since the begin of the conversation");
    return preset;
}

/* A rule id, a list of them, or none. */
static void read_expect(struct reading *r, const struct cs_yaml_node *node, struct cs_test_message *out)
{
    bool list = node->kind == CS_YAML_SEQUENCE;
    uint32_t n = list ? node->n : 1;
    const char **id = cs_arena_zalloc(r->arena, (size_t)n + 1, sizeof *id);
    out->judged = true;
    if (!id) {
        r->no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const char *name = keep(r, list ? node->item[i] : node);
        if (list || strcmp(name, "none") != 0) id[out->n_expect++] = name;
    }
    out->expect = id;
}

static void read_message(struct reading *r, const struct cs_yaml_node *node, struct cs_test_message *out)
{
    const struct cs_yaml_node *text = cs_yaml_get(node, "text"), *expect = cs_yaml_get(node, "expect");
    out->line = node->line;
    out->role = role_of(r, node, (uint8_t)cs_role_parse(cs_span_str(r->args->role)));
    out->sender = text_of(r, node, "sender", "agent");
    out->at_ms = at_of(r, node, out->at_ms);
    if (text)
        out->text = keep(r, text);
    else
        tell(r, node, NULL, "this message needs the key \"text\"");
    if (expect) read_expect(r, expect, out);
}

static void read_messages(struct reading *r, const struct cs_yaml_node *list, struct cs_test *out)
{
    static const char *const keys[] = {"role", "sender", "at", "text", "expect"};
    if (list->kind != CS_YAML_SEQUENCE || !list->n) {
        tell(r, list, "begin each message with a dash", "messages must be a list");
        return;
    }
    struct cs_test_message *m = cs_arena_zalloc(r->arena, list->n, sizeof *m);
    if (!m) {
        r->no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < list->n; i++) {
        if (!is_mapping(r, list->item[i], keys, sizeof keys / sizeof keys[0])) return;
        m[i].at_ms = i ? m[i - 1].at_ms + 1000 : 0;
        read_message(r, list->item[i], &m[i]);
        if (i && m[i].at_ms < m[i - 1].at_ms)
            tell(r, list->item[i], NULL, "this message comes before the one above it");
    }
    out->message = m;
    out->n_message = list->n;
}

static bool judges(const struct cs_test *t)
{
    for (uint32_t i = 0; i < t->n_message; i++)
        if (t->message[i].judged) return true;
    return false;
}

static void read_test(struct reading *r, const struct cs_yaml_node *node, struct cs_test *out)
{
    static const char *const keys[] = {
        "name", "platform", "messages", "role", "sender", "at", "text", "expect"};
    if (!is_mapping(r, node, keys, sizeof keys / sizeof keys[0])) return;
    const struct cs_yaml_node *messages = cs_yaml_get(node, "messages");
    out->line = node->line;
    out->platform = text_of(r, node, "platform", r->args->platform);
    struct cs_test_message *single = cs_arena_zalloc(r->arena, 1, sizeof *single);
    if (!single) {
        r->no_memory = true;
        return;
    }
    if (messages) {
        read_messages(r, messages, out);
    } else {
        read_message(r, node, single);
        out->message = single;
        out->n_message = 1;
    }
    out->name = text_of(r, node, "name", out->n_message ? out->message[out->n_message - 1].text : "");
    if (!r->bad && !judges(out))
        tell(r, node, "add expect: [RULE], or expect: none", "this test expects nothing");
}

static void read_root(struct reading *r, struct cs_test_file *out)
{
    static const char *const keys[] = {"tests"};
    const struct cs_yaml_node *root = cs_yaml_root(r->yaml);
    if (!is_mapping(r, root, keys, 1)) return;
    const struct cs_yaml_node *list = cs_yaml_get(root, "tests");
    if (!list || list->kind != CS_YAML_SEQUENCE) {
        tell(
            r, list ? list : root, "begin each test with a dash", "the file needs the key \"tests\", a list");
        return;
    }
    struct cs_test *t = cs_arena_zalloc(r->arena, list->n, sizeof *t);
    if (!t) {
        r->no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < list->n; i++)
        read_test(r, list->item[i], &t[i]);
    out->test = t;
    out->n = list->n;
}

cs_rc cs_test_file_read(const char *path, const struct cs_args *args, struct cs_arena *arena,
    struct cs_diag *diag, struct cs_test_file *out)
{
    struct cs_yaml *yaml = NULL;
    *out = (struct cs_test_file){.path = path};
    cs_rc rc = cs_yaml_load(path, diag, &yaml);
    if (cs_bad(rc)) return rc;
    struct reading r = {.args = args, .yaml = yaml, .arena = arena, .diag = diag};
    read_root(&r, out);
    cs_yaml_free(&yaml);
    if (r.no_memory) return cs_fail(CS_ENOMEM);
    return r.bad ? cs_fail(CS_ESYNTAX) : CS_OK;
}
