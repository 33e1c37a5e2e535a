/* Profiles: what a platform counts and how, as data. Each is a YAML file with id, version, effective dates,
 * platforms or shops, time zone, service hours, what a valid reply is, limits, and metrics with their bands
 * and consequences. No figure of a platform is in the code.
 *
 * Immutable after load; any thread may read. README describes the files. */
#ifndef CS_CLOCK_PROFILE_H
#define CS_CLOCK_PROFILE_H

#include "base/diag.h"

struct cs_profiles;

/* Load `path` (n files or directories, whose *.yaml are read in the order of their names). All faults of all
 * files are told in `diag`. Of two profiles for the same platform or shop and date, the one loaded later
 * counts. Errors: CS_ENOENT, CS_EIO, CS_ESYNTAX, CS_ENOMEM; *out is then untouched. */
CS_MUST cs_rc cs_profiles_load(
    const char *const *path, uint32_t n, struct cs_diag *diag, struct cs_profiles **out);
/* One profile from memory; `name` stands for the file in messages. Errors: CS_ESYNTAX, CS_ENOMEM. */
CS_MUST cs_rc cs_profiles_parse(
    const char *name, struct cs_span text, struct cs_diag *diag, struct cs_profiles **out);
/* One more who uses them, and calls cs_profiles_free() in the end. Any thread. */
struct cs_profiles *cs_profiles_share(const struct cs_profiles *p);
/* With the last share they are gone. */
void cs_profiles_free(struct cs_profiles **p);
/* The name of a profile that is in both with other contents; NULL when there is none. */
const char *cs_profiles_clash(const struct cs_profiles *a, const struct cs_profiles *b);

/* "pdd@2019-01,taobao@2022-03,..." in the order of loading. */
const char *cs_profiles_version(const struct cs_profiles *p);
/* 16 hexadecimal digits over the contents of the files. */
const char *cs_profiles_hash(const struct cs_profiles *p);
uint32_t cs_profiles_count(const struct cs_profiles *p);

#endif
