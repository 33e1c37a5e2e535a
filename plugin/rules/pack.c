#include "rules/fields.h"
#include "rules/loader.h"

#include <stdio.h>

/* One key of a rule and how its value is read. Absent optional keys keep the default. */
struct rule_key {
    const char *name;
    bool required;
    cs_rc (*read)(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
};

static cs_rc read_id(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return cs_field_name(l, node, "id", &l->rule[rule].id);
}

static cs_rc read_category(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return cs_field_name(l, node, "category", &l->rule[rule].category);
}

static cs_rc read_severity(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_number(l, node, "severity", (struct cs_field_range){1, 5}, &l->rule[rule].severity);
    return CS_OK;
}

static cs_rc read_gap(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_number(l, node, "gap", (struct cs_field_range){0, CS_GAP_MAX}, &l->rule[rule].gap);
    return CS_OK;
}

static cs_rc read_cross_sentence(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_bool(l, node, "cross_sentence", &l->rule[rule].cross_sentence);
    return CS_OK;
}

static cs_rc read_whole_clause(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_bool(l, node, "whole_clause", &l->rule[rule].whole_clause);
    return CS_OK;
}

static cs_rc read_platforms(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return cs_field_platforms(l, node, &l->rule[rule].platforms);
}

static cs_rc read_actors(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_actors(l, node, &l->rule[rule].actors);
    return CS_OK;
}

static cs_rc read_evidence(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_evidence(l, node, &l->rule[rule].floor);
    return CS_OK;
}

static cs_rc read_disguises(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_disguises(l, node, &l->rule[rule]);
    return CS_OK;
}

static cs_rc read_sound(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_sound(l, node, &l->rule[rule].sound);
    return CS_OK;
}

static cs_rc read_message(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    static const char *const keys[] = {"zh", "en"};
    if (!cs_field_mapping(l, node, "message", keys, 2)) return CS_OK;
    const struct cs_yaml_node *zh = cs_field_required(l, node, "zh", "the message for people");
    const struct cs_yaml_node *en = cs_field_required(l, node, "en", "the message for people");
    cs_rc rc = zh ? cs_field_text(l, zh, "message.zh", &l->rule[rule].zh) : CS_OK;
    return cs_bad(rc) || !en ? rc : cs_field_text(l, en, "message.en", &l->rule[rule].en);
}

static cs_rc read_terms(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    if (node->kind == CS_YAML_SEQUENCE && !node->n)
        cs_loader_tell(l, CS_DIAG_ERROR, node, NULL, "a rule without terms can never hit");
    return cs_terms_read(l, rule, node, "terms");
}

/* Terms that are only meant as they are written. */
static cs_rc read_plain(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    uint32_t first = l->n_term;
    cs_rc rc = cs_terms_read(l, rule, node, "plain");
    for (uint32_t i = first; i < l->n_term; i++)
        l->term[i].plain = true;
    return rc;
}

/* Short forms that are only meant as they are written. */
static cs_rc read_abbreviations(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    uint32_t first = l->n_term;
    cs_rc rc = cs_terms_read(l, rule, node, "abbreviations");
    for (uint32_t i = first; i < l->n_term; i++) {
        l->term[i].plain = true;
        l->term[i].best = CS_EVIDENCE_ABBREVIATION;
    }
    uint8_t *floor = &l->rule[rule].floor;
    if (*floor < CS_EVIDENCE_ABBREVIATION) *floor = CS_EVIDENCE_ABBREVIATION;
    return rc;
}

static cs_rc read_exempt(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    uint32_t first = l->n_term;
    cs_rc rc = cs_terms_read(l, rule, node, "exempt");
    /* A phrase may protect what only sounds like a term, or what an expression finds. */
    bool disguised = l->rule[rule].channels || (l->n_regex && l->regex[l->n_regex - 1].rule == rule);
    if (!cs_bad(rc) && !disguised) cs_term_check_exempt(l, first, node);
    return rc;
}

static cs_rc read_examples(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    return cs_field_examples(l, node, &l->rule[rule]);
}

/* Terms stand before exempt phrases: these are checked against them; and both before spin, which adds to
 * them. A floor of evidence of its own wins over the one that disguises bring. */
static const struct rule_key rule_keys[] = {
    {"id", true, read_id},
    {"category", true, read_category},
    {"severity", true, read_severity},
    {"platforms", true, read_platforms},
    {"actors", false, read_actors},
    {"disguises", false, read_disguises},
    {"abbreviations", false, read_abbreviations},
    {"sound", false, read_sound},
    {"evidence", false, read_evidence},
    {"gap", false, read_gap},
    {"cross_sentence", false, read_cross_sentence},
    {"whole_clause", false, read_whole_clause},
    {"terms", false, read_terms},
    {"plain", false, read_plain},
    {"detect", false, cs_key_detect},
    {"behaviour", false, cs_key_behaviour},
    {"all", false, cs_key_all},
    {"some", false, cs_key_some},
    {"none", false, cs_key_none},
    {"count", false, cs_key_count},
    {"from", false, cs_key_from},
    {"until", false, cs_key_until},
    {"allow", false, cs_key_allow},
    {"unless_said_by", false, cs_key_unless_said_by},
    {"mask", false, cs_key_mask},
    {"regex", false, cs_regex_read},
    {"exempt", false, read_exempt},
    {"spin", false, cs_spin_read},
    {"message", true, read_message},
    {"examples", false, read_examples},
};

enum { N_RULE_KEYS = sizeof rule_keys / sizeof rule_keys[0] };

/* Platforms that the rule shares with an earlier one of the same id. */
static const struct cs_rule *overlapping(const struct cs_loader *l, const struct cs_rule *r, uint32_t newest)
{
    for (uint32_t i = newest; i; i = l->same_id[i - 1])
        if (l->rule[i - 1].platforms & r->platforms) return &l->rule[i - 1];
    return NULL;
}

/* Ids are unique over all packs, but for variants whose platforms do not meet. */
static cs_rc register_id(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    const struct cs_rule *r = &l->rule[rule];
    struct cs_span id = cs_span_str(r->id);
    const uint32_t *known = cs_map_get(&l->rule_of_id, id);
    uint32_t newest = known ? *known + 1 : 0;
    const struct cs_rule *other = overlapping(l, r, newest);
    if (other) {
        cs_loader_tell(l, CS_DIAG_ERROR, cs_yaml_get(node, "id"),
            "choose another id, or platforms that do not meet", "the rule \"%s\" exists already: %s:%u",
            r->id, other->file, other->line);
        return CS_OK;
    }
    l->same_id[rule] = newest;
    return cs_map_put(&l->rule_of_id, id, rule);
}

static cs_rc new_rule(struct cs_loader *l, const struct cs_pack *pack, const struct cs_yaml_node *node)
{
    void *rule = cs_loader_grow(l->rule, l->n_rule, &l->cap_rule, sizeof *l->rule);
    if (rule) l->rule = rule;
    void *same = cs_loader_grow(l->same_id, l->n_rule, &l->cap_same_id, sizeof *l->same_id);
    if (same) l->same_id = same;
    if (!rule || !same) return cs_fail(CS_ENOMEM);
    l->same_id[l->n_rule] = 0;
    l->rule[l->n_rule++] = (struct cs_rule){.pack = pack->id,
        .file = pack->file,
        .line = node->line,
        .severity = 1,
        .actors = CS_ACTORS_AGENT,
        .floor = CS_EVIDENCE_GAP,
        .gap = CS_GAP_DEFAULT};
    return CS_OK;
}

/* What no single key can tell. */
static void check_whole(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    static const char *const anchors[] = {"terms", "plain", "abbreviations", "regex", "detect", "behaviour"};
    bool any = false;
    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++)
        any |= cs_yaml_get(node, anchors[i]) != NULL;
    if (!any) cs_field_required(l, node, "terms", "this rule");
    cs_key_check(l, &l->rule[rule], node);
}

static cs_rc read_rule(struct cs_loader *l, const struct cs_pack *pack, const struct cs_yaml_node *node)
{
    const char *names[N_RULE_KEYS];
    for (uint32_t i = 0; i < N_RULE_KEYS; i++)
        names[i] = rule_keys[i].name;
    if (!cs_field_mapping(l, node, "a rule", names, N_RULE_KEYS)) return CS_OK;
    cs_rc rc = new_rule(l, pack, node);
    uint32_t rule = l->n_rule - 1;
    for (uint32_t i = 0; i < N_RULE_KEYS && !cs_bad(rc); i++) {
        const struct cs_yaml_node *value = cs_yaml_get(node, rule_keys[i].name);
        if (value)
            rc = rule_keys[i].read(l, rule, value);
        else if (rule_keys[i].required)
            cs_field_required(l, node, rule_keys[i].name, "this rule");
    }
    if (cs_bad(rc)) return rc;
    check_whole(l, rule, node);
    if (!cs_yaml_get(node, "examples"))
        cs_loader_tell(l, CS_DIAG_WARNING, node, "add examples: {hit: [...], clean: [...]}",
            "this rule has no examples");
    return l->rule[rule].id ? register_id(l, rule, node) : CS_OK;
}

static void check_pack_id(struct cs_loader *l, const struct cs_pack *pack, const struct cs_yaml_node *node)
{
    for (uint32_t i = 0; i < l->n_pack; i++)
        if (pack->id && l->pack[i].id && strcmp(l->pack[i].id, pack->id) == 0)
            cs_loader_tell(l, CS_DIAG_ERROR, node, "is one of them loaded twice?",
                "the pack \"%s\" is loaded already: %s", pack->id, l->pack[i].file);
}

static cs_rc read_head(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_pack *pack)
{
    static const char *const keys[] = {"id", "version", "language", "source"};
    if (!cs_field_mapping(l, node, "pack", keys, 4)) return CS_OK;
    const struct cs_yaml_node *id = cs_field_required(l, node, "id", "the pack");
    const struct cs_yaml_node *version = cs_field_required(l, node, "version", "the pack");
    cs_rc rc = id ? cs_field_name(l, id, "id", &pack->id) : CS_OK;
    if (!cs_bad(rc) && version) rc = cs_field_name(l, version, "version", &pack->version);
    for (uint32_t i = 2; i < 4 && !cs_bad(rc); i++) {
        const char *unused;
        const struct cs_yaml_node *note = cs_yaml_get(node, keys[i]);
        if (note) rc = cs_field_text(l, note, keys[i], &unused);
    }
    check_pack_id(l, pack, id);
    return rc;
}

static cs_rc add_pack(struct cs_loader *l, const struct cs_pack *pack)
{
    void *wider = cs_loader_grow(l->pack, l->n_pack, &l->cap_pack, sizeof *l->pack);
    if (!wider) return cs_fail(CS_ENOMEM);
    l->pack = wider;
    l->pack[l->n_pack++] = *pack;
    return CS_OK;
}

static cs_rc read_rules(struct cs_loader *l, const struct cs_pack *pack, const struct cs_yaml_node *node)
{
    if (node->kind != CS_YAML_SEQUENCE) {
        cs_loader_tell(l, CS_DIAG_ERROR, node, "begin each rule with \"- id: ...\"", "rules must be a list");
        return CS_OK;
    }
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < node->n && !cs_bad(rc); i++)
        rc = read_rule(l, pack, node->item[i]);
    return rc;
}

cs_rc cs_pack_read(struct cs_loader *l)
{
    static const char *const keys[] = {"pack", "rules", "lists"};
    const struct cs_yaml_node *root = cs_yaml_root(l->yaml);
    if (!cs_field_mapping(l, root, "a rule pack", keys, 3)) return CS_OK;
    cs_lists_check(l);
    const struct cs_yaml_node *head = cs_field_required(l, root, "pack", "the file");
    const struct cs_yaml_node *rules = cs_field_required(l, root, "rules", "the file");
    struct cs_pack pack = {.id = "", .version = "", .file = cs_loader_keep(l, cs_yaml_name(l->yaml))};
    if (!pack.file) return cs_fail(CS_ENOMEM);
    cs_rc rc = head ? read_head(l, head, &pack) : CS_OK;
    if (!cs_bad(rc)) rc = cs_pack_hash(l, &pack);
    if (!cs_bad(rc)) rc = add_pack(l, &pack);
    if (!cs_bad(rc) && rules) rc = read_rules(l, &pack, rules);
    cs_lists_end(l);
    return rc;
}
