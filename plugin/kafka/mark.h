/* What travels with a committed offset, in its metadata string. */
#ifndef CS_KAFKA_MARK_H
#define CS_KAFKA_MARK_H

#include "base/span.h"

enum { CS_KAFKA_MARK_BYTES = 128 };

struct cs_kafka_mark {
    bool known;        /* false: others may have committed for the group with tools that write none */
    int64_t record_ms; /* the first three: as in struct cs_position; 0 = not known */
    int64_t watermark_ms;
    int64_t snapshot_at; /* -1 = there was no snapshot */
    int32_t partitions;  /* of the input topic; 0 = not known */
};

/* "v2 t=RECORD_MS w=WATERMARK_MS s=SNAPSHOT_AT n=PARTITIONS", NUL-terminated. */
void cs_kafka_mark_put(const struct cs_kafka_mark *m, char out[CS_KAFKA_MARK_BYTES]);
/* Reads that, and "w=RECORD_MS", which the first version wrote. Anything else is not known. */
struct cs_kafka_mark cs_kafka_mark_of(struct cs_span metadata);

#endif
