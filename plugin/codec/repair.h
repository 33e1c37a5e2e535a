/* UTF-8 made well-formed: each ill-formed maximal subpart becomes U+FFFD. Not to be used outside codec/. */
#ifndef CS_CODEC_REPAIR_H
#define CS_CODEC_REPAIR_H

#include "base/arena.h"

/* What to do with NUL: keep it, or write U+FFFD, for values that must pass as C strings. */
enum cs_repair_nul { CS_REPAIR_KEEP_NUL, CS_REPAIR_REPLACE_NUL };

/* The repaired copy of `s` in `arena`, with a NUL behind it; ptr is NULL when there is no memory. */
CS_MUST struct cs_span cs_repair(struct cs_arena *arena, struct cs_span s, enum cs_repair_nul nul);

#endif
