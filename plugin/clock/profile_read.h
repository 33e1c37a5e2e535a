/* Reading one profile file. Internal to profile*.c. */
#ifndef CS_CLOCK_PROFILE_READ_H
#define CS_CLOCK_PROFILE_READ_H

#include "clock/definition.h"
#include "config/yaml_doc.h"

struct cs_profile_reader {
    const struct cs_yaml *yaml;
    struct cs_diag *diag;
    struct cs_arena *arena;
    bool no_memory;
};

typedef void cs_take_fn(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);

struct cs_profile_key {
    const char *name;
    cs_take_fn *take;
    size_t offset; /* of the target */
};

/* Tell a fault of a node. */
void cs_profile_fault(struct cs_profile_reader *r, const struct cs_yaml_node *n, const char *hint,
    const char *what, const char *detail);
/* Read every pair of a mapping by its key; unknown keys are told with the nearest one. */
void cs_profile_mapping(struct cs_profile_reader *r, const struct cs_yaml_node *n,
    const struct cs_profile_key *key, uint32_t n_key, void *target);
/* The number of the word in names[0 .. n), or n after telling. */
uint32_t cs_profile_choice(
    struct cs_profile_reader *r, const struct cs_yaml_node *n, const char *const *names, uint32_t n_names);
bool cs_profile_scalar(struct cs_profile_reader *r, const struct cs_yaml_node *n);
/* The items of a sequence, or the one scalar or mapping that stands for a list of one. */
uint32_t cs_profile_list(const struct cs_yaml_node *n, const struct cs_yaml_node *const **item,
    const struct cs_yaml_node **single);
/* Values: targets are const char *, int64_t (milliseconds), int64_t, bool. */
void cs_take_text(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);
void cs_take_duration(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);
void cs_take_count(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);
void cs_take_bool(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);
void cs_take_metrics(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target);

/* Read a file's root into `out`, which is cleared by the caller in any case; faults are in r->diag. */
void cs_profile_read(struct cs_profile_reader *r, struct cs_profile *out);

#endif
