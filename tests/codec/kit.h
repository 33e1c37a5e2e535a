/* What the codec's tests share: a batch with its flight, random numbers, spans of bytes with NULs. */
#ifndef CS_TESTS_CODEC_KIT_H
#define CS_TESTS_CODEC_KIT_H

#include "codec/codec.h"

#include <stdio.h>
#include <stdlib.h>

#define BYTES(s) CS_SPAN_LIT(s)

static const struct cs_decode_options kit_protobuf = {CS_FORMAT_PROTOBUF, 1 << 20, 1 << 16};
static const struct cs_decode_options kit_json = {CS_FORMAT_JSON, 1 << 20, 1 << 16};
static const struct cs_stamp kit_stamp = {
    "starter@1, jd@7", "9f86d081884c7d65", 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI};

struct kit {
    struct cs_batch *b;
    struct cs_flight *f;
};

static inline struct kit kit_new(size_t batch_limit, size_t flight_limit)
{
    struct kit k = {malloc(sizeof *k.b), calloc(1, sizeof *k.f)};
    if (!k.b || !k.f) abort();
    cs_batch_init(k.b, batch_limit);
    cs_arena_init(&k.f->arena, 4096, flight_limit);
    k.b->flight = k.f;
    k.b->topic = "chat.messages";
    return k;
}

static inline void kit_reset(struct kit *k)
{
    cs_batch_reset(k->b);
    cs_arena_reset(&k->f->arena);
    struct cs_arena keep = k->f->arena;
    *k->f = (struct cs_flight){.arena = keep};
    k->b->flight = k->f;
    k->b->topic = "chat.messages";
}

static inline void kit_free(struct kit *k)
{
    cs_arena_clear(&k->f->arena);
    cs_batch_clear(k->b);
    free(k->f);
    free(k->b);
}

/* Append a record of partition 3. */
static inline uint32_t kit_add(struct kit *k, struct cs_span value)
{
    struct cs_batch *b = k->b;
    uint32_t i = b->n++;
    b->raw[i] = value;
    b->key[i] = BYTES("key");
    b->offset[i] = 1000 + i;
    b->record_ms[i] = 1700000000500 + i;
    b->partition[i] = 3;
    b->replay[i] = false;
    b->violation_begin[i] = b->violation_begin[i + 1] = 0;
    b->response[i] = (struct cs_response){0};
    return i;
}

static inline struct cs_chat kit_chat(void)
{
    return (struct cs_chat){.platform = BYTES("jd"),
        .shop = BYTES("shop-1"),
        .buyer = BYTES("买家7"),
        .agent = BYTES("agent-2"),
        .conversation = BYTES("c-9"),
        .message_id = BYTES("m-1"),
        .text = BYTES("亲，加微信聊"),
        .source_system = BYTES("gateway"),
        .order = BYTES("20240101"),
        .sent_ms = 1700000000000,
        .role = CS_ROLE_AGENT,
        .origin = CS_ORIGIN_TYPED,
        .account = CS_ACCOUNT_SUB};
}

/* Every column of the batch is good after this; the bytes live in `buf`. */
static inline struct cs_span kit_pack(const struct cs_chat *c, struct cs_buf *buf)
{
    cs_buf_reset(buf);
    if (cs_bad(cs_chat_pack(c, buf))) abort();
    return cs_buf_span(buf);
}

static inline uint64_t kit_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline size_t kit_below(uint64_t *state, size_t n)
{
    return (size_t)(kit_random(state) % n);
}

#endif
