/* The annotation fields of AnnotatedMessage, packed by protobuf-c. Not to be used outside codec/. */
#ifndef CS_CODEC_ANNOTATION_H
#define CS_CODEC_ANNOTATION_H

#include "codec/codec.h"

#include <chatsieve/v1/annotated_message.pb-c.h>

/* Packs one batch. Its memory is the batch's arena. */
struct cs_annotator {
    Chatsieve__V1__AnnotatedMessage msg; /* only the annotation fields are ever set */
    Chatsieve__V1__AnnotatedMessage__Response response;
    const struct cs_batch *batch;
    struct cs_arena *arena;
    char *event_id; /* "topic/" and room for two integers */
    size_t event_id_prefix;
    char *flag[CS_FLAG_COUNT];
    int32_t threshold[CS_THRESHOLDS_MAX];
    uint8_t *scratch;
    size_t scratch_cap;
    size_t plain_max; /* most bytes that a message without violations and raw_text can need */
};

CS_MUST cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b);
/* The annotation fields of message `i`; *out is lent until the next call. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out);

#endif
