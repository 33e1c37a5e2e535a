/* DeadLetter, packed by protobuf-c. Not to be used outside codec/. */
#ifndef CS_CODEC_DEAD_LETTER_H
#define CS_CODEC_DEAD_LETTER_H

#include "base/arena.h"

struct cs_dead_letter {
    const char *topic;
    struct cs_span key, payload;
    int64_t offset, record_ms;
    int32_t partition;
    const char *reason;
    const char *detail; /* may be NULL */
};

/* Pack into `out`; `scratch` is for what is needed on the way and may be the same arena. Errors: CS_ENOMEM.
 */
CS_MUST cs_rc cs_dead_letter_pack(
    const struct cs_dead_letter *d, struct cs_arena *scratch, struct cs_arena *arena, struct cs_span *out);

#endif
