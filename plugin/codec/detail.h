/* Sentences that tell what is wrong with a record. They name fields and places, never message text. Not to be
 * used outside codec/. */
#ifndef CS_CODEC_DETAIL_H
#define CS_CODEC_DETAIL_H

#include "base/arena.h"
#include "codec/chat.h"

/* A formatted sentence in `arena`; a fixed one when there is no memory. */
const char *cs_detail_fmt(struct cs_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "field 10 (text): why, at byte N". */
const char *cs_detail_field(struct cs_arena *arena, const struct cs_chat_fault *fault, ptrdiff_t at);

#endif
