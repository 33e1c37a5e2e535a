/* Event ids: "topic/partition/offset". Not to be used outside codec/. */
#ifndef CS_CODEC_EVENT_ID_H
#define CS_CODEC_EVENT_ID_H

#include "base/arena.h"

/* Bytes that "partition/offset" and a NUL can need. */
enum { CS_EVENT_ID_TAIL = 11 + 1 + 20 + 1 };

/* "topic/" in `arena`, with room for the tail; NULL when there is no memory. */
CS_MUST char *cs_event_id_new(struct cs_arena *arena, const char *topic, size_t *prefix);
/* Complete the id behind its first `prefix` bytes; a NUL follows. Returns its length. */
size_t cs_event_id_set(char *id, size_t prefix, int32_t partition, int64_t offset);

#endif
