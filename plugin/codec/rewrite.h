/* A ChatMessage encoded anew, for the few that cannot be published byte for byte. Not to be used outside
 * codec/. */
#ifndef CS_CODEC_REWRITE_H
#define CS_CODEC_REWRITE_H

#include "base/arena.h"

/* Copy `raw`, which cs_chat_read() accepted, into `arena`, field by field: annotation fields are left out, of
 * a ChatMessage field that occurs several times only the last stays, and text becomes *text unless that is
 * NULL. Everything else, unknown fields included, keeps its bytes and order. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_rewrite(
    struct cs_arena *arena, struct cs_span raw, const struct cs_span *text, struct cs_span *out);

#endif
