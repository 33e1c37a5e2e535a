#include "kafka/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void cs_kafka_mark_put(const struct cs_kafka_mark *m, char out[CS_KAFKA_MARK_BYTES])
{
    snprintf(out, CS_KAFKA_MARK_BYTES, "v2 t=%" PRId64 " w=%" PRId64 " s=%" PRId64 " n=%" PRId32,
        m->record_ms, m->watermark_ms, m->snapshot_at, m->partitions);
}

/* Read `key` and a decimal number at *at; *good turns false when they are not there. */
static int64_t number(const char **at, const char *key, bool *good)
{
    char *end;
    size_t len = strlen(key);
    if (!*good || strncmp(*at, key, len) != 0) {
        *good = false;
        return 0;
    }
    long long v = strtoll(*at + len, &end, 10);
    *good = end != *at + len;
    *at = end;
    return v;
}

static struct cs_kafka_mark first_version(const char *at)
{
    bool good = true;
    int64_t t = number(&at, "w=", &good);
    good = good && *at == 0 && t > 0;
    return (struct cs_kafka_mark){
        .known = good, .record_ms = good ? t : 0, .watermark_ms = good ? t : 0, .snapshot_at = -1};
}

struct cs_kafka_mark cs_kafka_mark_of(struct cs_span metadata)
{
    char text[CS_KAFKA_MARK_BYTES];
    if (!metadata.ptr || metadata.len >= sizeof text) return (struct cs_kafka_mark){.snapshot_at = -1};
    memcpy(text, metadata.ptr, metadata.len);
    text[metadata.len] = 0;
    bool good = true;
    const char *at = text;
    struct cs_kafka_mark m;
    m.record_ms = number(&at, "v2 t=", &good);
    m.watermark_ms = number(&at, " w=", &good);
    m.snapshot_at = number(&at, " s=", &good);
    int64_t partitions = number(&at, " n=", &good);
    m.known = good && *at == 0 && partitions >= 0 && partitions <= INT32_MAX;
    m.partitions = (int32_t)partitions;
    return m.known ? m : first_version(text);
}
