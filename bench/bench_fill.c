/* Fill a topic from length-delimited ChatMessage records on standard input, keyed by conversation, so that a
 * benchmark on Kafka reads the same chat as the others:
 *
 *     chatsieve generate --count 2000000 --format protobuf | bench_fill HOST:PORT TOPIC PARTITIONS */
#include "base/hash.h"
#include "codec/codec.h"
#include "kafka/kafka.h"

#include <stdio.h>
#include <stdlib.h>

enum { READ_BYTES = 1 << 20, RECORD_MAX = 1 << 20 };

static void put(struct cs_kafka_feed *feed, struct cs_span body, int32_t partitions)
{
    struct cs_arena arena;
    struct cs_annotated a;
    cs_arena_init(&arena, 4096, 0);
    if (cs_bad(cs_annotated_unpack(body, &arena, &a))) exit(65);
    char key[512];
    int n = snprintf(key, sizeof key, "%.*s/%.*s/%.*s", (int)a.chat.platform.len,
        (const char *)a.chat.platform.ptr, (int)a.chat.shop.len, (const char *)a.chat.shop.ptr,
        (int)a.chat.buyer.len, (const char *)a.chat.buyer.ptr);
    struct cs_span k = cs_span_of(key, n > 0 && n < (int)sizeof key ? (size_t)n : 0);
    int32_t partition = (int32_t)(cs_hash(k, 0) % (uint64_t)partitions);
    if (cs_bad(cs_kafka_feed_put(feed, k, body, partition))) exit(69);
    cs_arena_clear(&arena);
}

/* Put every whole record of `in` and drop it from the buffer. */
static uint64_t drain(struct cs_kafka_feed *feed, struct cs_buf *in, int32_t partitions)
{
    uint64_t n = 0;
    size_t at = 0, size;
    struct cs_span body;
    while ((size = cs_frame_next(cs_span_of(in->ptr + at, in->len - at), RECORD_MAX, &body)) != 0) {
        if (size == CS_FRAME_BAD) exit(65);
        put(feed, body, partitions);
        at += size;
        n++;
    }
    memmove(in->ptr, in->ptr + at, in->len - at);
    in->len -= at;
    return n;
}

int main(int argc, char **argv)
{
    struct cs_kafka_feed *feed = NULL;
    struct cs_diag d = {0};
    struct cs_buf in = {0};
    uint64_t n = 0;
    if (argc != 4 || atoi(argv[3]) < 1) {
        fputs("usage: bench_fill HOST:PORT TOPIC PARTITIONS < records\n", stderr);
        return 64;
    }
    if (cs_bad(cs_kafka_feed_open(argv[1], argv[2], &d, &feed))) return 69;
    for (;;) {
        uint8_t *to = cs_buf_reserve(&in, READ_BYTES);
        size_t got = to ? fread(to, 1, READ_BYTES, stdin) : 0;
        in.len += got;
        if (!got) break;
        n += drain(feed, &in, atoi(argv[3]));
    }
    if (cs_bad(cs_kafka_feed_flush(feed, 60000))) return 69;
    cs_kafka_feed_close(&feed);
    cs_buf_clear(&in);
    printf("filled %s with %llu records\n", argv[2], (unsigned long long)n);
    return 0;
}
