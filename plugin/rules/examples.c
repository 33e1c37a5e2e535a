/* Examples of a rule: texts, and conversations of several messages. */
#include "rules/fields.h"

/* Messages of an example follow each other by 5 s and begin on 2025-07-01 10:00 in Beijing, if nothing else
 * is said. */
enum {
    EXAMPLE_STEP_MS = 5000,
    EXAMPLE_STEP_MAX_MS = 24 * 60 * 60 * 1000,
    EXAMPLE_HOUR_MS = 10 * 60 * 60 * 1000
};
static const int64_t example_day_ms = INT64_C(1751299200000);

/* The key of a line that names who speaks. */
static const struct cs_yaml_node *speaker(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *role)
{
    for (uint32_t r = CS_ROLE_UNSPECIFIED + 1; r < CS_ROLE_COUNT; r++) {
        const struct cs_yaml_node *text = cs_yaml_get(node, cs_role_name(r));
        *role = (uint8_t)r;
        if (text) return text;
    }
    cs_loader_tell(l, CS_DIAG_ERROR, node, "write \"buyer: ...\" or \"agent: ...\"", "who says this line?");
    return NULL;
}

static cs_rc add_text(
    struct cs_loader *l, const struct cs_yaml_node *node, struct cs_example_line *to, uint32_t *n)
{
    if (!cs_field_is_value(l, node, "an example")) return CS_OK;
    to[*n].text = cs_loader_keep(l, node->text);
    return to[(*n)++].text ? CS_OK : cs_fail(CS_ENOMEM);
}

/* "buyer: text", and "after: 30s" if need be. */
static cs_rc add_line(
    struct cs_loader *l, const struct cs_yaml_node *node, struct cs_example_line *to, uint32_t *n)
{
    const char *keys[CS_ROLE_COUNT] = {"after"};
    for (uint32_t r = CS_ROLE_UNSPECIFIED + 1; r < CS_ROLE_COUNT; r++)
        keys[r] = cs_role_name(r);
    if (!cs_field_mapping(l, node, "a line of a conversation", keys, CS_ROLE_COUNT)) return CS_OK;
    const struct cs_yaml_node *text = speaker(l, node, &to[*n].role), *after = cs_yaml_get(node, "after");
    to[*n].after_ms = EXAMPLE_STEP_MS;
    if (after)
        cs_field_duration(
            l, after, "after", (struct cs_field_durations){0, EXAMPLE_STEP_MAX_MS}, &to[*n].after_ms);
    return text ? add_text(l, text, to, n) : CS_OK;
}

static cs_rc read_lines(struct cs_loader *l, const struct cs_yaml_node *node,
    const struct cs_field_list *list, struct cs_example *e)
{
    struct cs_example_line *to = cs_arena_zalloc(&l->box->arena, list->n, sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < list->n && !cs_bad(rc); i++)
        rc = add_line(l, list->item[i], to, &e->n_said);
    if (!cs_bad(rc) && !list->n)
        cs_loader_tell(l, CS_DIAG_ERROR, node, "begin each line with \"- buyer: \" or \"- agent: \"",
            "this conversation is empty");
    e->said = to;
    return rc;
}

/* {conversation: [...], at: 2024-01-06} */
static cs_rc read_conversation(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_example *e)
{
    static const char *const keys[] = {"conversation", "at"};
    struct cs_field_list list;
    if (!cs_field_mapping(l, node, "an example", keys, 2)) return CS_OK;
    const struct cs_yaml_node *lines = cs_field_required(l, node, "conversation", "this example"),
                              *at = cs_yaml_get(node, "at");
    int64_t day = example_day_ms;
    if (at) cs_field_date(l, at, "at", &day);
    e->sent_ms = day + EXAMPLE_HOUR_MS;
    if (!lines || !cs_field_list(l, lines, "conversation", &list)) return CS_OK;
    return read_lines(l, lines, &list, e);
}

static cs_rc read_example(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_example *e)
{
    if (node->kind == CS_YAML_MAPPING) return read_conversation(l, node, e);
    struct cs_example_line *to = cs_arena_zalloc(&l->box->arena, 1, sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    e->said = to;
    e->sent_ms = example_day_ms + EXAMPLE_HOUR_MS;
    return add_text(l, node, to, &e->n_said);
}

/* Read one of the two lists behind what the rule has; room for it was taken. */
static cs_rc add_examples(
    struct cs_loader *l, const struct cs_field_list *list, bool hit, struct cs_example *to, uint32_t *n)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < list->n && !cs_bad(rc); i++) {
        struct cs_example e = {.must_hit = hit, .line = list->item[i]->line};
        rc = read_example(l, list->item[i], &e);
        if (!cs_bad(rc) && e.n_said) to[(*n)++] = e;
    }
    return rc;
}

static void example_list(
    struct cs_loader *l, const struct cs_yaml_node *map, const char *key, struct cs_field_list *out)
{
    const struct cs_yaml_node *node = cs_yaml_get(map, key);
    *out = (struct cs_field_list){0};
    if (node && !cs_field_list(l, node, key, out)) return;
    if (!out->n)
        cs_loader_tell(
            l, CS_DIAG_WARNING, node ? node : map, NULL, "this rule has no examples under \"%s\"", key);
}

cs_rc cs_field_examples(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_rule *rule)
{
    static const char *const keys[] = {"hit", "clean"};
    if (!cs_field_mapping(l, node, "examples", keys, 2)) return CS_OK;
    struct cs_field_list hit, clean;
    example_list(l, node, "hit", &hit);
    example_list(l, node, "clean", &clean);
    struct cs_example *to = cs_arena_zalloc(&l->box->arena, (size_t)hit.n + clean.n, sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    uint32_t n = 0;
    cs_rc rc = add_examples(l, &hit, true, to, &n);
    if (!cs_bad(rc)) rc = add_examples(l, &clean, false, to, &n);
    rule->example = to;
    rule->n_example = n;
    return rc;
}
