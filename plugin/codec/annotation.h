/* The annotation fields of AnnotatedMessage, written as protobuf-c would write them. Not to be used outside
 * codec/.
 *
 * They come in three runs, each in ascending order: what is the same for a whole batch (written once and
 * copied), what differs in every message, and what only findings have. */
#ifndef CS_CODEC_ANNOTATION_H
#define CS_CODEC_ANNOTATION_H

#include "codec/codec.h"

/* Writes one batch. Its memory is the batch's arena. */
struct cs_annotator {
    const struct cs_batch *batch;
    struct cs_arena *arena;
    char *event_id; /* "topic/" and room for two integers: the id of the record at id_partition, id_offset */
    size_t event_id_prefix, event_id_len; /* of "topic/", and of the whole; 0 = none yet */
    int64_t id_offset;
    int32_t id_partition;
    uint8_t *scratch;  /* begins with what the batch has in common */
    uint8_t *at, *end; /* where the next field goes, and the end of scratch */
    size_t batch_len;
    size_t plain_max; /* most bytes that cs_annotator_put_plain() touches */
    struct cs_span flag[CS_FLAG_COUNT], responder[CS_RESPONDER_COUNT], profile; /* names with their lengths */
};

CS_MUST cs_rc cs_annotator_init(struct cs_annotator *a, const struct cs_stamp *stamp, struct cs_batch *b);
/* The annotation fields of message `i`; *out is lent until the next call. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_annotator_pack(struct cs_annotator *a, uint32_t i, struct cs_span *out);

/* True when there are no findings but flags: put_plain() writes all. */
bool cs_annotator_is_plain(const struct cs_annotator *a, uint32_t i);
/* The same bytes as pack() for such a message, where they are to stand; returns the place behind them. */
uint8_t *cs_annotator_put_plain(struct cs_annotator *a, uint32_t i, uint8_t *to);

#endif
