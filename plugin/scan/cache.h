/* Compiled databases kept in files, so that a restart or a rule change back and forth need not compile again.
 *
 * A database file is code: whoever can write it decides what is found. Only a directory and files that belong
 * to this user and that nobody else may write are used, and a file only if its name and head tell exactly
 * what would be compiled now: patterns in their order, library version, kind of processor, and a checksum of
 * all. Whatever is amiss with it, the patterns are compiled as without a cache. */
#ifndef CS_SCAN_CACHE_H
#define CS_SCAN_CACHE_H

#include "scan/matcher.h"

enum cs_cache_use { CS_CACHE_OFF, CS_CACHE_HIT, CS_CACHE_MISS };

struct cs_cache {
    const char *dir;       /* NULL: no cache; made if it is missing */
    enum cs_cache_use use; /* what it was good for, told by the call */
};

/* As cs_matcher_new. Why the cache is of no use is a warning in `diag`, never an error. */
CS_MUST cs_rc cs_matcher_new_cached(enum cs_matcher_kind kind, const struct cs_patterns *patterns,
    struct cs_cache *cache, struct cs_diag *diag, struct cs_matcher **out);

/* "off", "hit", "miss". */
const char *cs_cache_use_name(enum cs_cache_use use);

#endif
