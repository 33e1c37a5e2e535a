/* From the paths an operator names to the pack files behind them. */
#ifndef CS_RULES_PACK_FILES_H
#define CS_RULES_PACK_FILES_H

#include "base/arena.h"
#include "base/diag.h"

struct cs_paths {
    const char **path;
    uint32_t n, cap;
};

/* Every file stays itself; a directory becomes its *.yaml files, sorted by name. Faults are told and the
 * rest goes on: the first one is returned at the end. Memory is the arena's. Errors: CS_ENOENT, CS_EDENIED,
 * CS_EIO, CS_ENOMEM. */
CS_MUST cs_rc cs_paths_expand(
    const char *const *path, uint32_t n, struct cs_arena *arena, struct cs_diag *diag, struct cs_paths *out);

#endif
