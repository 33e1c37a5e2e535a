/* The encode stage: columns to events in the flight. */
#include "codec/annotation.h"
#include "codec/codec.h"
#include "codec/dead_letter.h"
#include "codec/repair.h"
#include "codec/rewrite.h"

/* The input's bytes as they are published: a copy, unless the message has to be encoded anew. */
static cs_rc chat_bytes(struct cs_batch *b, uint32_t i, struct cs_span *out)
{
    *out = b->raw[i];
    bool bad_text = b->flags[i] & 1u << CS_FLAG_INVALID_UTF8;
    bool masked = b->flags[i] & 1u << CS_FLAG_MASKED;
    if (!bad_text && masked) return cs_rewrite(&b->arena, b->raw[i], &b->text[i], out);
    if (!bad_text && !b->rewrite[i]) return CS_OK;
    if (!bad_text) return cs_rewrite(&b->arena, b->raw[i], NULL, out);
    struct cs_span text = cs_repair(&b->arena, b->text[i], CS_REPAIR_KEEP_NUL);
    if (!text.ptr) return cs_fail(CS_ENOMEM);
    return cs_rewrite(&b->arena, b->raw[i], &text, out);
}

static uint8_t *put(uint8_t *to, struct cs_span s)
{
    if (s.len) memcpy(to, s.ptr, s.len);
    return to + s.len;
}

/* One allocation: the value, then the key. */
static cs_rc put_event(struct cs_event *e, struct cs_span head, struct cs_span tail, struct cs_span key)
{
    uint8_t *bytes = cs_arena_alloc(&e->flight->arena, head.len + tail.len + key.len);
    if (!bytes) return cs_fail(CS_ENOMEM);
    uint8_t *key_at = put(put(bytes, head), tail);
    put(key_at, key);
    e->value = cs_span_of(bytes, head.len + tail.len);
    e->key = key.ptr ? cs_span_of(key_at, key.len) : (struct cs_span){0};
    return CS_OK;
}

/* The usual event, written where it stays: what it might have taken and did not is given back. */
static cs_rc put_plain(
    struct cs_event *e, struct cs_annotator *a, uint32_t i, struct cs_span head, struct cs_span key)
{
    struct cs_arena *arena = &e->flight->arena;
    uint8_t *bytes = cs_arena_alloc(arena, head.len + a->plain_max + key.len);
    if (!bytes) return cs_fail(CS_ENOMEM);
    uint8_t *key_at = cs_annotator_put_plain(a, i, put(bytes, head));
    cs_arena_trim(arena, put(key_at, key));
    e->value = cs_span_of(bytes, (size_t)(key_at - bytes));
    e->key = key.ptr ? cs_span_of(key_at, key.len) : (struct cs_span){0};
    return CS_OK;
}

static cs_rc encode_annotated(struct cs_annotator *a, struct cs_batch *b, uint32_t i, struct cs_event *e)
{
    struct cs_span head, tail;
    cs_rc rc = chat_bytes(b, i, &head);
    e->output = CS_OUTPUT_ANNOTATED;
    if (cs_bad(rc)) return rc;
    if (cs_annotator_is_plain(a, i)) return put_plain(e, a, i, head, b->key[i]);
    rc = cs_annotator_pack(a, i, &tail);
    return cs_bad(rc) ? rc : put_event(e, head, tail, b->key[i]);
}

static cs_rc encode_dead(struct cs_batch *b, uint32_t i, struct cs_event *e)
{
    struct cs_dead_letter d = {.topic = b->topic,
        .key = b->key[i],
        .payload = b->raw[i],
        .offset = b->offset[i],
        .record_ms = b->record_ms[i],
        .partition = b->partition[i],
        .reason = cs_dead_name(b->dead[i]),
        .detail = b->dead_detail[i]};
    struct cs_span value = {0};
    cs_rc rc = cs_dead_letter_pack(&d, &b->arena, &b->arena, &value);
    if (!cs_bad(rc)) rc = put_event(e, value, (struct cs_span){0}, b->key[i]);
    e->output = CS_OUTPUT_DEADLETTER;
    return rc;
}

/* Remember that everything up to message `i` is done. `last` is the entry used before: records of one
 * partition mostly come in a row. */
static cs_rc note_position(struct cs_flight *f, const struct cs_batch *b, uint32_t i, uint32_t *last)
{
    uint32_t k = *last;
    if (k >= f->n_pos || f->pos[k].partition != b->partition[i])
        for (k = 0; k < f->n_pos && f->pos[k].partition != b->partition[i];)
            k++;
    if (k == CS_PARTITIONS_MAX) return cs_fail(CS_ELIMIT);
    if (k == f->n_pos) f->n_pos++;
    f->pos[k] = (struct cs_position){.next_offset = b->offset[i] + 1,
        .record_ms = b->record_ms[i],
        .snapshot_at = -1,
        .partition = b->partition[i]};
    *last = k;
    return CS_OK;
}

/* What one message needs beside its event is given back, or a batch of messages with many violations would
 * take three times its output. When the annotator's own memory had to grow, it is behind the mark and stays:
 * it doubles, so that this is rare. */
static cs_rc encode_row(struct cs_annotator *a, struct cs_batch *b, uint32_t i, struct cs_event *e)
{
    struct cs_arena_mark mark = cs_arena_mark(&b->arena);
    const uint8_t *own = a->scratch;
    *e = (struct cs_event){.flight = b->flight, .offset = b->offset[i], .partition = b->partition[i]};
    cs_rc rc = b->dead[i] == CS_DEAD_NONE ? encode_annotated(a, b, i, e) : encode_dead(b, i, e);
    if (a->scratch == own) cs_arena_rewind(&b->arena, mark);
    return rc;
}

cs_rc cs_encode(const struct cs_stamp *stamp, struct cs_batch *b)
{
    struct cs_flight *f = b->flight;
    struct cs_annotator a;
    cs_rc rc = cs_annotator_init(&a, stamp, b);
    if (!cs_bad(rc)) rc = cs_flight_reserve(f, b->n);
    uint32_t n = f->n_event, last = 0;
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i++) {
        if (b->replay[i]) continue;
        rc = note_position(f, b, i, &last);
        if (!cs_bad(rc)) rc = encode_row(&a, b, i, &f->event[n++]);
    }
    if (cs_bad(rc)) return rc;
    f->n_pending += n - f->n_event;
    f->n_event = n;
    return b->n_overdue ? cs_encode_told(stamp, b) : CS_OK;
}
