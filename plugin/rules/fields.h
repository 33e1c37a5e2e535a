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

/* "all" or names; new names are numbered. */
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
CS_MUST cs_rc cs_field_examples(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_rule *rule);

#endif
