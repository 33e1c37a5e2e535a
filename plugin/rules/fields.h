/* Readers of single values of a pack: each checks its node, tells what is wrong, and leaves the target as it
 * was when something is. Internal to rules/. A cs_rc speaks only of memory (CS_ENOMEM). */
#ifndef CS_RULES_FIELDS_H
#define CS_RULES_FIELDS_H

#include "rules/loader.h"

/* The shop's side: people and robots. */
enum {
    CS_ACTORS_AGENT = 1 << CS_ROLE_AGENT | 1 << CS_ROLE_ROBOT | 1 << CS_ROLE_ROBOT_ASSIST,
    CS_ACTORS_ANY = (1 << CS_ROLE_COUNT) - 2
};

/* True for a mapping; every key outside `keys` is told with the nearest one. */
bool cs_field_mapping(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    const char *const *keys, uint32_t n);
/* The value of `key`, or NULL after telling that `what` lacks it. */
const struct cs_yaml_node *cs_field_required(
    struct cs_loader *l, const struct cs_yaml_node *map, const char *key, const char *what);
/* True for a scalar that says something. */
bool cs_field_is_value(struct cs_loader *l, const struct cs_yaml_node *node, const char *what);

/* A list, or one scalar that stands for a list of one. */
struct cs_field_list {
    const struct cs_yaml_node *const *item;
    uint32_t n;
    const struct cs_yaml_node *single;
};
bool cs_field_list(
    struct cs_loader *l, const struct cs_yaml_node *node, const char *what, struct cs_field_list *out);

/* Free text. */
CS_MUST cs_rc cs_field_text(
    struct cs_loader *l, const struct cs_yaml_node *node, const char *what, const char **out);
/* An identifier: 1 to 64 of A-Z a-z 0-9 . _ - */
CS_MUST cs_rc cs_field_name(
    struct cs_loader *l, const struct cs_yaml_node *node, const char *what, const char **out);
void cs_field_bool(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, bool *out);

struct cs_field_range {
    uint8_t min, max;
};
void cs_field_number(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    struct cs_field_range range, uint8_t *out);

/* "all", "others" (those that no rule names) or names; new names are numbered. */
CS_MUST cs_rc cs_field_platforms(struct cs_loader *l, const struct cs_yaml_node *node, uint64_t *out);
void cs_field_actors(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out);
void cs_field_evidence(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out);
/* "all" or channels; any floor of evidence that does not come after them is the weakest. */
void cs_field_disguises(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_rule *rule);
void cs_field_sound(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out);
/* The entry of names[0 .. n) that the value is, or n after telling the nearest one. `what` is "channel" or
 * the like. */
uint32_t cs_field_choice(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    const char *const *names, uint32_t n);
/* A day such as 2024-01-06, as the moment it begins by Beijing time. */
void cs_field_date(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, int64_t *out_ms);
CS_MUST cs_rc cs_field_examples(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_rule *rule);

/* Keys of a rule that ask for more than terms, one function each (context_keys.c, extra_keys.c). */
CS_MUST cs_rc cs_key_all(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_some(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_none(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_count(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_from(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_until(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_detect(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_allow(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_unless_said_by(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_mask(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
CS_MUST cs_rc cs_key_behaviour(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
/* Keys that mean nothing together. */
void cs_key_check(struct cs_loader *l, const struct cs_rule *rule, const struct cs_yaml_node *node);
/* "all" or detectors, into a set. */
void cs_field_detectors(struct cs_loader *l, const struct cs_yaml_node *node, uint16_t *out);
/* A duration of min to max milliseconds, both included. */
struct cs_field_durations {
    int32_t min, max;
};
void cs_field_duration(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    struct cs_field_durations range, int32_t *out);

#endif
