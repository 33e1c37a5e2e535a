/* The annotation fields of AnnotatedMessage, packed by protobuf-c. Not to be used outside codec/.
 *
 * protobuf-c looks at each of the 28 fields of the message for every event, which costs more than writing the
 * few that are set. So it is shown three parts of its own descriptor in turn: what is the same for a whole
 * batch (packed once and copied), what differs in every message, and what only findings have. */
#ifndef CS_CODEC_ANNOTATION_H
#define CS_CODEC_ANNOTATION_H

#include "codec/chat.h"
#include "codec/codec.h"

#include <chatsieve/v1/annotated_message.pb-c.h>

enum { CS_ANNOTATION_FIELDS = CS_ANNOTATION_LAST - CS_ANNOTATION_FIRST + 1 };

enum cs_annotation_part { CS_PART_BATCH, CS_PART_MESSAGE, CS_PART_FINDINGS, CS_PART_COUNT };

/* Some fields of AnnotatedMessage, as a descriptor. */
struct cs_annotation_view {
    ProtobufCMessageDescriptor desc;
    ProtobufCFieldDescriptor field[CS_ANNOTATION_FIELDS];
};

/* Packs one batch. Its memory is the batch's arena. Not to be moved: it points into itself. */
struct cs_annotator {
    struct cs_annotation_view part[CS_PART_COUNT];
    Chatsieve__V1__AnnotatedMessage msg; /* only the annotation fields are ever set */
    Chatsieve__V1__AnnotatedMessage__Response response;
    const struct cs_batch *batch;
    struct cs_arena *arena;
    char *event_id; /* "topic/" and room for two integers */
    size_t event_id_prefix;
    char *flag[CS_FLAG_COUNT];
    int32_t threshold[CS_THRESHOLDS_MAX];
    uint8_t *scratch; /* begins with the packed part of the batch */
    size_t scratch_cap, batch_len;
    size_t message_max; /* most bytes that CS_PART_MESSAGE can need */
};

CS_MUST cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b);
/* The annotation fields of message `i`; *out is lent until the next call. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out);

#endif
