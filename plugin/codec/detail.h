/* Sentences that tell what is wrong with a record. They name fields and places, never message text. Not to be
 * used outside codec/. */
#ifndef CS_CODEC_DETAIL_H
#define CS_CODEC_DETAIL_H

#include "base/arena.h"
#include "codec/chat.h"

/* A formatted sentence in `arena`; a fixed one when there is no memory. */
const char *cs_detail_fmt(struct cs_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "field 10 (text): wrong wire type at byte 7", and a hint when `raw` is JSON sent to a protobuf input. */
const char *cs_detail_fault(struct cs_arena *arena, const struct cs_chat_fault *fault, struct cs_span raw);

#endif
