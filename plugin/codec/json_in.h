/* JSON objects to ChatMessage. Not to be used outside codec/. */
#ifndef CS_CODEC_JSON_IN_H
#define CS_CODEC_JSON_IN_H

#include "record/batch.h"

/* Parse `json` and pack it as protobuf bytes in `arena`. Keys are the field names of the .proto or their
 * lowerCamelCase form; enums are words ("robot_assist", "ROLE_ROBOT_ASSIST") or numbers, sent_ms is a number
 * or a string of digits, null means absent, unknown keys are ignored. What is wrong with the object is told
 * in *dead (enum cs_dead) and *detail; *out is then untouched. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_json_chat(
    struct cs_span json, struct cs_arena *arena, struct cs_span *out, uint8_t *dead, const char **detail);

#endif
