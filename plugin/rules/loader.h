/* What one load has gathered so far. Internal to rules/: pack files go through pack.c (keys) and term.c
 * (folding) into these arrays, from which ruleset.c builds the immutable set.
 *
 * Faults are told and counted in `bad`; the functions go on, so that one run tells all. Their results only
 * speak of memory (CS_ENOMEM). */
#ifndef CS_RULES_LOADER_H
#define CS_RULES_LOADER_H

#include "base/map.h"
#include "config/yaml_doc.h"
#include "rules/ruleset.h"

enum { CS_PACK_FAULTS_MAX = 200, CS_NAME_BYTES_MAX = 64 };

/* A rule set with the memory behind it. */
struct cs_ruleset_box {
    struct cs_ruleset set;
    struct cs_arena arena;
    const char *platform[CS_PLATFORMS_MAX]; /* [i] has bit i; [0] is not used */
    uint32_t n_platform;                    /* bits in use, bit 0 included */
};

struct cs_pack {
    const char *id, *version, *file;
    uint64_t hash; /* of file name and content */
};

struct cs_loader {
    struct cs_diag *diag;
    struct cs_ruleset_box *box;
    struct cs_arena scratch; /* dies with each term */

    const struct cs_yaml *yaml;            /* the file being read */
    uint32_t told;                         /* messages about it */
    const struct cs_yaml_node *told_twice; /* the last term whose alternatives fold alike */
    bool bad;                              /* an error was told about any file */

    struct cs_pack *pack;
    struct cs_rule *rule;
    uint32_t *same_id; /* beside rule: 1 + index of the rule before with the same id */
    struct cs_term *term;
    uint32_t *same_pattern; /* beside term: 1 + index of the term before with the same rule and pattern */
    struct cs_codes *pattern;
    struct cs_condition *condition;
    uint32_t n_condition, cap_condition;
    uint32_t in_condition; /* 1 + the condition whose terms are being read, 0: those of the rule */
    uint64_t lists_used;   /* of the pack's lists, by position; those behind the 64th count as used */
    struct cs_regex *regex;
    struct cs_gated *gated; /* beside regex */
    struct cs_gate *gate;
    uint32_t n_regex, cap_regex, cap_gated, n_gate, cap_gate;
    uint32_t n_pack, cap_pack, n_rule, cap_rule, cap_same_id, n_term, cap_term, cap_same_pattern, n_pattern,
        cap_pattern;
    struct cs_map rule_of_id; /* id -> newest rule */
    struct cs_map pattern_of; /* folded codes -> pattern */
    struct cs_map term_of;    /* struct cs_term_key -> newest term */
};

struct cs_term_key {
    uint32_t rule, pattern, condition;
};

/* Tell something about `node` of the file being read. */
void cs_loader_tell(struct cs_loader *l, enum cs_diag_level level, const struct cs_yaml_node *node,
    const char *hint, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same about any place. */
void cs_loader_tell_at(struct cs_loader *l, enum cs_diag_level level, const struct cs_diag_at *at,
    const char *hint, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* `p` with room for one more than `n` elements, or NULL and `p` is as before. */
void *cs_loader_grow(void *p, uint32_t n, uint32_t *cap, size_t size);
/* Move an array of the loader into the rule set's arena, or NULL. */
const void *cs_loader_settle(struct cs_loader *l, const void *from, uint32_t n, size_t size);
/* Copy into the rule set, or NULL. */
const char *cs_loader_keep(struct cs_loader *l, const char *text);

/* Fingerprint of the file being read. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_pack_hash(const struct cs_loader *l, struct cs_pack *pack);
/* Read l->yaml. */
CS_MUST cs_rc cs_pack_read(struct cs_loader *l);
/* Fold one scalar and add it to rule `rule`. */
CS_MUST cs_rc cs_term_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, bool exempt);
/* The terms of a key: a list of scalars, or one that stands for a list of one; "@name" stands for the terms
 * of that list of the pack. `what` is the key. */
CS_MUST cs_rc cs_terms_read(
    struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node, const char *what);
/* Tell what is wrong with the lists of the pack, and in the end which of them nobody used. */
void cs_lists_check(struct cs_loader *l);
void cs_lists_end(struct cs_loader *l);
/* The pattern of these codes, a new one if need be. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_pattern_intern(struct cs_loader *l, struct cs_codes code, uint32_t *out);
/* Key `regex`. */
CS_MUST cs_rc cs_regex_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
/* Put the expressions into the rule set. */
CS_MUST cs_rc cs_regexes_finish(struct cs_loader *l);
/* List what rules look for in disguise; the terms of the set are final. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_disguises_list(struct cs_loader *l);
/* Key `spin`: when it says so, add the rule's terms with synonyms, those that no pack spells out itself. */
CS_MUST cs_rc cs_spin_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node);
/* Add a term of rule `term.rule` that is these codes and reads `term.text`, unless the rule has it already.
 * Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_term_add(struct cs_loader *l, struct cs_term term, struct cs_codes code);
/* Warn of exempt phrases among the terms from `first` on, all of one rule, that protect nothing. */
void cs_term_check_exempt(struct cs_loader *l, uint32_t first, const struct cs_yaml_node *list);

#endif
