/* The keys all, some and none: lists of conditions. */
#include "config/units.h"
#include "rules/fields.h"

static const char *const sides[CS_SIDE_COUNT] = {"either", "after", "before"};
static const char *const scopes[CS_SCOPE_COUNT] = {"message", "sender", "conversation", "buyer", "agent"};

enum { WITHIN_MAX = 10000 };

static void read_within(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_condition *c)
{
    uint64_t v = 0;
    bool good =
        node->kind == CS_YAML_SCALAR && !cs_bad(cs_parse_count(cs_span_of(node->text, node->len), &v));
    if (good && v <= WITHIN_MAX)
        c->within = (uint16_t)v;
    else
        cs_loader_tell(l, CS_DIAG_ERROR, node, "leave the key out for anywhere",
            "within must be a whole number from 0 to %d", WITHIN_MAX);
}

static void read_numbers(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_condition *c)
{
    const struct cs_yaml_node *within = cs_yaml_get(node, "within"), *count = cs_yaml_get(node, "count"),
                              *last = cs_yaml_get(node, "last"), *age = cs_yaml_get(node, "for"),
                              *sentence = cs_yaml_get(node, "sentence");
    if (within) read_within(l, within, c);
    if (count) cs_field_number(l, count, "count", (struct cs_field_range){1, CS_PLACES_MAX}, &c->count);
    if (last) cs_field_number(l, last, "last", (struct cs_field_range){1, CS_LAST_MAX}, &c->last);
    if (age) cs_field_duration(l, age, "for", (struct cs_field_durations){1, CS_FOR_MAX_MS}, &c->for_ms);
    if (sentence) cs_field_bool(l, sentence, "sentence", &c->sentence);
}

static void read_choices(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_condition *c)
{
    const struct cs_yaml_node *side = cs_yaml_get(node, "side"), *in = cs_yaml_get(node, "in"),
                              *detect = cs_yaml_get(node, "detect");
    uint32_t v = side ? cs_field_choice(l, side, "side", sides, CS_SIDE_COUNT) : 0;
    if (v < CS_SIDE_COUNT) c->side = (uint8_t)v;
    v = in ? cs_field_choice(l, in, "place to look in", scopes, CS_SCOPE_COUNT) : 0;
    if (v < CS_SCOPE_COUNT) c->scope = (uint8_t)v;
    if (detect) cs_field_detectors(l, detect, &c->detect);
}

/* Keys that mean nothing together. */
static void check(struct cs_loader *l, const struct cs_yaml_node *node, const struct cs_condition *c)
{
    const struct cs_yaml_node *last = cs_yaml_get(node, "last"), *age = cs_yaml_get(node, "for");
    if (c->scope == CS_SCOPE_MESSAGE && !cs_yaml_get(node, "in") && (last || age))
        cs_loader_tell(l, CS_DIAG_ERROR, last ? last : age, "add in: sender, or another place to look in",
            "this condition looks at no earlier message");
    if (!cs_yaml_get(node, "any") && !cs_yaml_get(node, "detect"))
        cs_field_required(l, node, "any", "a condition");
}

static cs_rc append(struct cs_loader *l, uint32_t rule, const struct cs_condition *c)
{
    void *wider = cs_loader_grow(l->condition, l->n_condition, &l->cap_condition, sizeof *l->condition);
    if (!wider) return cs_fail(CS_ENOMEM);
    l->condition = wider;
    if (!l->rule[rule].n_condition++) l->rule[rule].condition = l->n_condition;
    l->condition[l->n_condition++] = *c;
    return CS_OK;
}

/* The terms of the newest condition. What must not stand there, or what is asked for as written, is never
 * looked for in disguise. */
static cs_rc read_any(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, bool plain)
{
    struct cs_condition *c = &l->condition[l->n_condition - 1];
    uint32_t first = l->n_term;
    l->in_condition = l->n_condition;
    cs_rc rc = cs_terms_read(l, rule, node, "any");
    l->in_condition = 0;
    for (uint32_t i = first; i < l->n_term; i++)
        l->term[i].plain = plain;
    if (l->n_term > first) c->text = l->term[first].text;
    return rc;
}

static const char *first_detector(uint16_t set)
{
    return set ? cs_detector_name((uint32_t)__builtin_ctz(set)) : "";
}

static cs_rc read_condition(
    struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, enum cs_demand demand)
{
    static const char *const keys[] = {
        "any", "within", "side", "count", "in", "last", "for", "sentence", "detect", "plain"};
    struct cs_condition c = {.rule = rule,
        .line = node->line,
        .within = CS_ANYWHERE,
        .demand = (uint8_t)demand,
        .count = 1,
        .last = CS_LAST_DEFAULT,
        .for_ms = CS_FOR_DEFAULT_MS};
    if (!cs_field_mapping(l, node, "a condition", keys, sizeof keys / sizeof keys[0])) return CS_OK;
    const struct cs_yaml_node *any = cs_yaml_get(node, "any"), *as_written = cs_yaml_get(node, "plain");
    bool plain = demand == CS_DEMAND_NONE;
    read_numbers(l, node, &c);
    read_choices(l, node, &c);
    check(l, node, &c);
    if (as_written) cs_field_bool(l, as_written, "plain", &plain);
    c.text = first_detector(c.detect);
    cs_rc rc = append(l, rule, &c);
    return cs_bad(rc) || !any ? rc : read_any(l, rule, any, plain);
}

static cs_rc read_conditions(
    struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, enum cs_demand demand)
{
    static const char *const names[] = {"all", "some", "none"};
    if (node->kind == CS_YAML_MAPPING) return read_condition(l, rule, node, demand);
    if (node->kind != CS_YAML_SEQUENCE || !node->n) {
        cs_loader_tell(l, CS_DIAG_ERROR, node, "begin each with \"- any: [...]\"",
            "%s must be a list of conditions", names[demand]);
        return CS_OK;
    }
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < node->n && !cs_bad(rc); i++)
        rc = read_condition(l, rule, node->item[i], demand);
    return rc;
}

cs_rc cs_key_all(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return read_conditions(l, rule, node, CS_DEMAND_ALL);
}

cs_rc cs_key_some(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return read_conditions(l, rule, node, CS_DEMAND_SOME);
}

cs_rc cs_key_none(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return read_conditions(l, rule, node, CS_DEMAND_NONE);
}
