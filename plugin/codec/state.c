#include "codec/state.h"

#include "base/hash.h"

#include <chatsieve/v1/state.pb-c.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef Chatsieve__V1__StateRecord Record;

enum { KEY_TAIL = 64 };

uint64_t cs_state_checksum(struct cs_span payload, uint64_t before)
{
    return cs_hash(payload, before);
}

static cs_rc put_key(
    const struct cs_state_head *h, const char *last, struct cs_arena *arena, struct cs_span *key)
{
    size_t room = strlen(h->group) + strlen(h->topic) + KEY_TAIL;
    char *text = cs_arena_alloc(arena, room);
    if (!text) return cs_fail(CS_ENOMEM);
    int n = snprintf(text, room, "%s/%s/%" PRId32 "/%u/%s", h->group, h->topic, h->partition, h->slot, last);
    *key = cs_span_of(text, (size_t)n);
    return CS_OK;
}

static Record record_of(const struct cs_state_head *h)
{
    Record m = CHATSIEVE__V1__STATE_RECORD__INIT;
    m.consumer_group = (char *)(uintptr_t)h->group;
    m.source_topic = (char *)(uintptr_t)h->topic;
    m.source_partition = h->partition;
    m.partition_count = h->partitions;
    m.slot = h->slot;
    m.source_offset = h->offset;
    return m;
}

static cs_rc pack(const Record *m, struct cs_arena *arena, struct cs_span *value)
{
    uint8_t *bytes = cs_arena_alloc(arena, chatsieve__v1__state_record__get_packed_size(m));
    if (!bytes) return cs_fail(CS_ENOMEM);
    *value = cs_span_of(bytes, chatsieve__v1__state_record__pack(m, bytes));
    return CS_OK;
}

cs_rc cs_state_chunk(const struct cs_state_head *head, uint32_t index, struct cs_span payload,
    struct cs_arena *arena, struct cs_span record[2])
{
    char number[16];
    Record m = record_of(head);
    m.chunk_index = (int32_t)index;
    m.payload = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)payload.ptr, .len = payload.len};
    snprintf(number, sizeof number, "%" PRIu32, index);
    cs_rc rc = put_key(head, number, arena, &record[0]);
    return cs_bad(rc) ? rc : pack(&m, arena, &record[1]);
}

cs_rc cs_state_mark(const struct cs_state_head *head, uint32_t chunks, uint64_t checksum,
    struct cs_arena *arena, struct cs_span record[2])
{
    Record m = record_of(head);
    m.chunk_count = (int32_t)chunks;
    m.checksum = (int64_t)checksum;
    cs_rc rc = put_key(head, "end", arena, &record[0]);
    return cs_bad(rc) ? rc : pack(&m, arena, &record[1]);
}

void cs_state_reader_init(
    struct cs_state_reader *r, const char *group, const char *topic, int32_t partition, int64_t most)
{
    *r = (struct cs_state_reader){.group = group, .topic = topic, .most = most, .partition = partition};
}

void cs_state_reader_clear(struct cs_state_reader *r)
{
    for (int i = 0; i < CS_STATE_SEEN; i++)
        cs_buf_clear(&r->seen[i].bytes), cs_buf_clear(&r->seen[i].ends);
}

static bool is_ours(const struct cs_state_reader *r, const Record *m)
{
    return m->source_partition == r->partition && strcmp(m->consumer_group, r->group) == 0 &&
           strcmp(m->source_topic, r->topic) == 0;
}

/* The snapshot that the record belongs to, or NULL. */
static struct cs_snapshot *find(struct cs_state_reader *r, const Record *m)
{
    for (int i = 0; i < CS_STATE_SEEN; i++) {
        struct cs_snapshot *s = &r->seen[i];
        if (s->chunks && s->offset == m->source_offset && s->slot == m->slot) return s;
    }
    return NULL;
}

/* The place that is worth least: a free one, else that of the least offset; never the newest whole one. */
static struct cs_snapshot *make_room(struct cs_state_reader *r)
{
    const struct cs_snapshot *best = cs_state_newest(r);
    struct cs_snapshot *least = NULL;
    for (int i = 0; i < CS_STATE_SEEN; i++) {
        struct cs_snapshot *s = &r->seen[i];
        if (!s->chunks) return s;
        if (s != best && (!least || s->offset < least->offset)) least = s;
    }
    return least;
}

static struct cs_snapshot *begin(struct cs_state_reader *r, const Record *m, int64_t at)
{
    struct cs_snapshot *s = find(r, m);
    if (!s) s = make_room(r);
    cs_buf_reset(&s->bytes);
    cs_buf_reset(&s->ends);
    *s = (struct cs_snapshot){.offset = m->source_offset,
        .at = at,
        .partitions = m->partition_count,
        .slot = (uint8_t)m->slot,
        .bytes = s->bytes,
        .ends = s->ends};
    return s;
}

/* A chunk begins a snapshot, goes on with it, or stands alone: what compaction left of one that was
 * written over. */
static void take_chunk(struct cs_state_reader *r, const Record *m, int64_t at)
{
    struct cs_span payload = cs_span_of(m->payload.data, m->payload.len);
    struct cs_snapshot *s = m->chunk_index == 0 ? begin(r, m, at) : find(r, m);
    if (!s || s->whole || m->chunk_index < 0 || s->chunks != (uint32_t)m->chunk_index) return;
    cs_buf_add(&s->bytes, payload);
    cs_buf_add(&s->ends, cs_span_of(&s->bytes.len, sizeof s->bytes.len));
    s->checksum = cs_state_checksum(payload, s->checksum);
    s->chunks++;
    r->failed = r->failed || s->bytes.failed || s->ends.failed;
}

static void take_mark(struct cs_state_reader *r, const Record *m)
{
    struct cs_snapshot *s = find(r, m);
    if (!s) return;
    s->whole = s->chunks == (uint32_t)m->chunk_count && s->checksum == (uint64_t)m->checksum &&
               s->partitions == m->partition_count;
}

static cs_rc take(struct cs_state_reader *r, const Record *m, int64_t at)
{
    if (!is_ours(r, m) || m->source_offset > r->most) return CS_OK;
    if (m->slot < 0 || m->slot >= CS_STATE_SLOTS)
        r->n_strange++;
    else if (m->chunk_count > 0)
        take_mark(r, m);
    else
        take_chunk(r, m, at);
    return r->failed ? cs_fail(CS_ENOMEM) : CS_OK;
}

/* Tells want of memory from bytes that are no record. */
static void *watched_alloc(void *exhausted, size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) *(bool *)exhausted = true;
    return p;
}

static void watched_free(void *exhausted, void *p)
{
    (void)exhausted;
    free(p);
}

cs_rc cs_state_read(struct cs_state_reader *r, struct cs_span value, int64_t at)
{
    bool exhausted = false;
    ProtobufCAllocator allocator = {
        .alloc = watched_alloc, .free = watched_free, .allocator_data = &exhausted};
    if (!value.len) return CS_OK; /* a tombstone */
    Record *m = chatsieve__v1__state_record__unpack(&allocator, value.len, value.ptr);
    if (!m) {
        r->n_strange++;
        return exhausted ? cs_fail(CS_ENOMEM) : CS_OK;
    }
    cs_rc rc = take(r, m, at);
    chatsieve__v1__state_record__free_unpacked(m, &allocator);
    return rc;
}

const struct cs_snapshot *cs_state_newest(const struct cs_state_reader *r)
{
    const struct cs_snapshot *best = NULL;
    for (int i = 0; i < CS_STATE_SEEN; i++) {
        const struct cs_snapshot *s = &r->seen[i];
        if (s->whole && (!best || s->offset > best->offset)) best = s;
    }
    return best;
}

static size_t end_of(const struct cs_snapshot *s, uint32_t i)
{
    size_t end;
    memcpy(&end, s->ends.ptr + i * sizeof end, sizeof end);
    return end;
}

struct cs_span cs_snapshot_chunk(const struct cs_snapshot *s, uint32_t i)
{
    return cs_span_cut(cs_buf_span(&s->bytes), i ? end_of(s, i - 1) : 0, end_of(s, i));
}
