/* Snapshots as records: what compaction, a crash in the middle and strangers leave must never be taken for a
 * whole one. */
#include "codec/state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORDS_MAX = 64 };

struct record {
    struct cs_span key, value;
};

static struct cs_arena arena;
static struct record topic[RECORDS_MAX];
static uint32_t n_topic;

static void begin(void)
{
    cs_arena_init(&arena, 4096, 0);
    n_topic = 0;
}

static void end(void)
{
    cs_arena_clear(&arena);
}

static struct cs_state_head head(int64_t offset, uint8_t slot)
{
    return (struct cs_state_head){
        .group = "g", .topic = "in", .offset = offset, .partition = 3, .partitions = 8, .slot = slot};
}

static void put(const struct cs_span record[2])
{
    topic[n_topic++] = (struct record){record[0], record[1]};
}

/* `n` chunks that name the snapshot, and the mark behind them. */
static void put_snapshot(const struct cs_state_head *h, uint32_t n, bool mark)
{
    uint64_t sum = 0;
    struct cs_span record[2];
    for (uint32_t i = 0; i < n; i++) {
        char text[64];
        int len = snprintf(text, sizeof text, "state %lld chunk %u", (long long)h->offset, i);
        struct cs_span payload = cs_span_of(text, (size_t)len);
        cr_assert(!cs_bad(cs_state_chunk(h, i, payload, &arena, record)));
        put(record);
        sum = cs_state_checksum(payload, sum);
    }
    if (!mark) return;
    cr_assert(!cs_bad(cs_state_mark(h, n, sum, &arena, record)));
    put(record);
}

/* All of the topic, for a group that has committed `most`. */
static struct cs_state_reader reader(int64_t most)
{
    struct cs_state_reader r;
    cs_state_reader_init(&r, "g", "in", 3, most);
    for (uint32_t i = 0; i < n_topic; i++)
        cr_assert(!cs_bad(cs_state_read(&r, topic[i].value, 100 + i)));
    return r;
}

/* The offset of the newest whole one, -1 when there is none. */
static int64_t newest(int64_t most)
{
    struct cs_state_reader r = reader(most);
    const struct cs_snapshot *s = cs_state_newest(&r);
    int64_t offset = s ? s->offset : -1;
    cs_state_reader_clear(&r);
    return offset;
}

/* Keep the last record of each key, as compaction does. */
static void compact(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n_topic; i++) {
        bool last = true;
        for (uint32_t k = i + 1; k < n_topic; k++)
            if (cs_span_eq(topic[i].key, topic[k].key)) last = false;
        if (last) topic[kept++] = topic[i];
    }
    n_topic = kept;
}

Test(state, a_snapshot_comes_back, .init = begin, .fini = end)
{
    struct cs_state_head h = head(1000, 0);
    put_snapshot(&h, 3, true);
    struct cs_state_reader r = reader(1000);
    const struct cs_snapshot *s = cs_state_newest(&r);
    cr_assert(s != NULL);
    cr_expect(s->offset == 1000 && s->at == 100 && s->chunks == 3 && s->partitions == 8 && s->slot == 0);
    cr_expect(cs_span_eq(cs_snapshot_chunk(s, 0), CS_SPAN_LIT("state 1000 chunk 0")));
    cr_expect(cs_span_eq(cs_snapshot_chunk(s, 2), CS_SPAN_LIT("state 1000 chunk 2")));
    cr_expect_eq(newest(999), -1, "a snapshot of the future is no use");
    cr_expect(cs_span_eq(topic[0].key, CS_SPAN_LIT("g/in/3/0/0")));
    cr_expect(cs_span_eq(topic[3].key, CS_SPAN_LIT("g/in/3/0/end")));
    cs_state_reader_clear(&r);
}

/* Slots are written in turn; the newest that is not beyond the committed offset counts. */
Test(state, the_newest_not_beyond, .init = begin, .fini = end)
{
    struct cs_state_head a = head(1000, 0), b = head(2000, 1), c = head(3000, 0);
    put_snapshot(&a, 2, true);
    put_snapshot(&b, 2, true);
    cr_expect_eq(newest(5000), 2000);
    cr_expect_eq(newest(1999), 1000);
    put_snapshot(&c, 2, true);
    for (int compacted = 0; compacted < 2; compacted++) {
        if (compacted) compact();
        cr_expect_eq(newest(5000), 3000);
        cr_expect_eq(newest(2999), 2000);
        cr_expect_eq(newest(1999), compacted ? -1 : 1000);
    }
}

/* A long topic that nobody compacted: the newest ones are kept. */
Test(state, many, .init = begin, .fini = end)
{
    for (int64_t k = 1; k <= 12; k++) {
        struct cs_state_head h = head(k * 1000, (uint8_t)(k % 2));
        put_snapshot(&h, 3, true);
    }
    cr_expect_eq(newest(20000), 12000);
    cr_expect_eq(newest(11999), 11000);
}

/* One whole snapshot, and behind it only attempts that failed. */
Test(state, many_failures, .init = begin, .fini = end)
{
    struct cs_state_head whole = head(1000, 0);
    put_snapshot(&whole, 2, true);
    for (int64_t k = 2; k <= 9; k++) {
        struct cs_state_head h = head(k * 1000, 1);
        put_snapshot(&h, 2, false);
        cr_expect_eq(newest(20000), 1000, "after %d failures", (int)k - 1);
    }
}

/* Two processes save at once, in the same slot and in both: each other's records do not spoil them. */
Test(state, two_writers, .init = begin, .fini = end)
{
    for (uint8_t slot = 0; slot < 2; slot++) {
        struct cs_state_head a = head(1000, 0), b = head(1100, slot);
        struct record mixed[8];
        n_topic = 0;
        put_snapshot(&a, 3, true);
        put_snapshot(&b, 3, true);
        for (int i = 0; i < 8; i++)
            mixed[i] = topic[i % 2 * 4 + i / 2];
        memcpy(topic, mixed, sizeof mixed);
        cr_expect_eq(newest(5000), 1100, "slot %u", slot);
        cr_expect_eq(newest(1099), 1000, "slot %u", slot);
        compact();
        cr_expect_eq(newest(5000), 1100, "slot %u, compacted", slot);
    }
}

/* A crash after any number of records of the third snapshot, compacted or not: never a mixture. */
Test(state, cut_anywhere, .init = begin, .fini = end)
{
    for (uint32_t cut = 0; cut <= 5; cut++) {
        for (int compacted = 0; compacted < 2; compacted++) {
            struct cs_state_head a = head(1000, 0), b = head(2000, 1), c = head(3000, 0);
            n_topic = 0;
            put_snapshot(&a, 6, true); /* longer than the one that writes over it */
            put_snapshot(&b, 4, true);
            put_snapshot(&c, 4, true);
            n_topic -= 5 - cut;
            if (compacted) compact();
            struct cs_state_reader r = reader(5000);
            const struct cs_snapshot *s = cs_state_newest(&r);
            cr_assert(s != NULL);
            cr_expect_eq(s->offset, cut == 5 ? 3000 : 2000, "cut %u", cut);
            cr_expect_eq(s->chunks, 4);
            cs_state_reader_clear(&r);
        }
    }
}

/* One record less, two in the wrong order, a byte changed: no snapshot. */
Test(state, damaged, .init = begin, .fini = end)
{
    struct cs_state_head h = head(1000, 0);
    for (uint32_t gone = 0; gone < 4; gone++) {
        n_topic = 0;
        put_snapshot(&h, 3, true);
        memmove(&topic[gone], &topic[gone + 1], (3 - gone) * sizeof *topic);
        n_topic--;
        cr_expect_eq(newest(5000), -1, "without record %u", gone);
    }
    n_topic = 0;
    put_snapshot(&h, 3, true);
    struct record second = topic[1];
    topic[1] = topic[2];
    topic[2] = second;
    cr_expect_eq(newest(5000), -1, "out of order");
}

/* Any single changed byte of any record, and any truncation. */
Test(state, every_byte, .init = begin, .fini = end)
{
    struct cs_state_head h = head(1000, 0);
    put_snapshot(&h, 2, true);
    for (uint32_t i = 0; i < n_topic; i++) {
        struct cs_span whole = topic[i].value;
        for (size_t at = 0; at < whole.len; at++) {
            uint8_t *copy = malloc(whole.len);
            memcpy(copy, whole.ptr, whole.len);
            copy[at] ^= 0x55;
            topic[i].value = cs_span_of(copy, whole.len);
            struct cs_state_reader r = reader(INT64_MAX);
            const struct cs_snapshot *s = cs_state_newest(&r);
            bool same = s && cs_span_eq(cs_snapshot_chunk(s, 1), CS_SPAN_LIT("state 1000 chunk 1")) &&
                        cs_span_eq(cs_snapshot_chunk(s, 0), CS_SPAN_LIT("state 1000 chunk 0"));
            cr_expect(!s || same, "record %u, byte %zu", i, at);
            cs_state_reader_clear(&r);
            topic[i].value = cs_span_of(copy, at);
            cr_expect_eq(newest(INT64_MAX), -1, "record %u cut at %zu", i, at);
            free(copy);
        }
        topic[i].value = whole;
    }
}

/* Other groups, topics and partitions share the state topic. */
Test(state, strangers, .init = begin, .fini = end)
{
    struct cs_state_head ours = head(1000, 0), theirs[3] = {head(900, 0), head(900, 0), head(900, 0)};
    theirs[0].group = "h";
    theirs[1].topic = "other";
    theirs[2].partition = 4;
    put_snapshot(&ours, 2, false);
    for (int i = 0; i < 3; i++)
        put_snapshot(&theirs[i], 1, true);
    struct cs_state_reader r = reader(5000);
    cr_expect(cs_state_newest(&r) == NULL);
    cr_assert(!cs_bad(cs_state_read(&r, CS_SPAN_LIT("\xFFnonsense"), 900)));
    cr_assert(!cs_bad(cs_state_read(&r, (struct cs_span){0}, 901)), "a tombstone");
    cr_expect_eq(r.n_strange, 1);
    cs_state_reader_clear(&r);
}
