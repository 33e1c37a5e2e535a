/* State from before: the newest whole snapshot of each partition that arrives, offered to the listener, and
 * what is told when it cannot be continued without loss. */
#include "codec/state.h"
#include "kafka/reader.h"
#include "kafka/source.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVEL_WARNING = 4, LOW_MS = 5000, TEXT_BYTES = 512 };

#define ACCEPT_HINT "to go on with what is left, start once with --set state.lost=accept"

int64_t cs_kafka_low(const struct cs_kafka_source *s, int32_t partition, int64_t otherwise)
{
    int64_t low, high;
    rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
        s->client.rk, s->settings->topic_input, partition, &low, &high, LOW_MS);
    return err || low < 0 ? otherwise : low;
}

/* Something is lost: the end, unless the operator has accepted that. */
static void lose(struct cs_kafka_source *s, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void lose(struct cs_kafka_source *s, const char *hint, const char *fmt, ...)
{
    char text[TEXT_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (s->settings->state_lost == CS_STATE_LOST_ACCEPT) {
        cs_kafka_client_log(&s->client, LEVEL_WARNING, "accepted: %s", text);
        return;
    }
    if (cs_bad(s->failed)) return;
    if (s->diag) cs_diag_add(s->diag, CS_DIAG_ERROR, NULL, hint, "%s", text);
    s->failed = cs_fail(CS_EINVAL);
}

static void check_partitions(struct cs_kafka_source *s, int32_t partition)
{
    int32_t then = s->part[partition].mark.partitions;
    if (then <= 0 || then == s->n_input) return;
    lose(s,
        "counters go on as they are; buyers whose key moved to another partition lose their open "
        "turn: " ACCEPT_HINT,
        "the input topic %s had %" PRId32 " partitions when its offsets were committed and has %" PRId32
        " now: state is kept per partition (here %" PRId32 ")",
        s->settings->topic_input, then, s->n_input, partition);
}

/* What must be read again must still be there. */
static void check_low(struct cs_kafka_source *s, int32_t partition)
{
    struct cs_kafka_part *p = &s->part[partition];
    if (p->state_from < 0 || p->state_from >= p->committed) return;
    int64_t low = cs_kafka_low(s, partition, p->state_from);
    if (low <= p->state_from) return;
    lose(s, "keep input for longer than state.interval and the longest outage: " ACCEPT_HINT,
        "%s/%" PRId32 ": state was saved at offset %" PRId64 ", but the topic now begins at %" PRId64
        ": %" PRId64 " records before the committed offset %" PRId64
        " can no longer be read again, and open turns and counters would lack them",
        s->settings->topic_input, partition, p->state_from, low,
        (low < p->committed ? low : p->committed) - p->state_from, p->committed);
    p->state_from = low < p->committed ? low : p->committed;
}

/* What the commit knew of must be there, or a newer one: a slot is written over only when the other is behind
 * the commit. */
static void check_snapshot(struct cs_kafka_source *s, int32_t partition, const struct cs_snapshot *found)
{
    const struct cs_kafka_part *p = &s->part[partition];
    if (found || !s->settings->topic_state || p->committed <= 0 || !p->mark.known || p->mark.snapshot_at < 0)
        return;
    lose(s,
        "keep it compacted (cleanup.policy=compact) and delete nothing in it; counters of days that began "
        "before what clock.window reads again would fall back: " ACCEPT_HINT,
        "%s/%" PRId32 ": its state was saved at offset %" PRId64
        " of topic %s, and neither that nor a newer one is "
        "there: the topic was made anew, or records of it were deleted",
        s->settings->topic_input, partition, p->mark.snapshot_at, s->settings->topic_state);
}

static cs_rc take(void *ctx, struct cs_span key, struct cs_span value, int64_t offset)
{
    (void)key;
    return cs_state_read(ctx, value, offset);
}

/* Where reading the state topic begins, or -1 when there is nothing to look for. Snapshots older than the one
 * that was known at the commit are of no use. */
static int64_t snapshot_begin(const struct cs_kafka_source *s, const struct cs_kafka_part *p)
{
    if (!s->settings->topic_state || p->committed <= 0) return -1;
    return p->mark.known ? p->mark.snapshot_at : 0;
}

static void offer(struct cs_kafka_source *s, int32_t partition, const struct cs_snapshot *found)
{
    struct cs_kafka_part *p = &s->part[partition];
    struct cs_diag why = {0};
    struct cs_span *chunk = found ? calloc(found->chunks, sizeof *chunk) : NULL;
    struct cs_resume r = {.partition = partition,
        .partitions = s->n_input,
        .committed = p->committed,
        .record_ms = p->mark.record_ms,
        .watermark_ms = p->mark.watermark_ms,
        .snapshot_at = -1};
    if (chunk) {
        for (uint32_t i = 0; i < found->chunks; i++)
            chunk[i] = cs_snapshot_chunk(found, i);
        r.snapshot_offset = found->offset;
        r.snapshot_at = found->at;
        r.snapshot_slot = found->slot;
        r.chunk = chunk;
        r.n_chunk = found->chunks;
    }
    bool taken = s->listener.assigned && s->listener.assigned(s->listener.ctx, &r, &why);
    if (taken) p->state_from = r.snapshot_offset;
    if (chunk && !taken)
        cs_kafka_client_log(&s->client, LEVEL_WARNING, "%s/%" PRId32 ": the saved state is not used: %s",
            s->settings->topic_input, partition, why.n ? cs_diag_text(&why, 0) : "no reason given");
    cs_diag_clear(&why);
    free(chunk);
}

/* The reader is opened for the first partition that needs it. */
static cs_rc read_snapshots(
    struct cs_kafka_source *s, struct cs_kafka_reader *reader, int64_t from, struct cs_state_reader *out)
{
    const struct cs_kafka_options o = {
        .settings = s->settings, .worker = s->worker, .log = s->client.log, .log_ctx = s->client.log_ctx};
    cs_rc rc = reader->client.rk ? CS_OK : cs_kafka_reader_open(reader, &o, s->diag);
    if (cs_bad(rc)) return rc;
    char name[256];
    snprintf(name, sizeof name, "%s", s->settings->topic_state);
    const rd_kafka_topic_partition_t at = {.topic = name, .partition = out->partition, .offset = from};
    return cs_kafka_reader_run(reader, &at, take, out, s->diag);
}

static void restore(struct cs_kafka_source *s, struct cs_kafka_reader *reader, int32_t partition)
{
    struct cs_kafka_part *p = &s->part[partition];
    int64_t from = snapshot_begin(s, p);
    struct cs_state_reader found;
    cs_state_reader_init(&found, s->settings->group, s->settings->topic_input, partition, p->committed);
    check_partitions(s, partition);
    if (from >= 0 && !cs_bad(s->failed)) s->failed = read_snapshots(s, reader, from, &found);
    if (!cs_bad(s->failed)) check_snapshot(s, partition, cs_state_newest(&found));
    if (!cs_bad(s->failed)) offer(s, partition, cs_state_newest(&found));
    if (!cs_bad(s->failed)) check_low(s, partition);
    cs_state_reader_clear(&found);
}

void cs_kafka_restore(struct cs_kafka_source *s, const rd_kafka_topic_partition_list_t *committed)
{
    struct cs_kafka_reader reader = {0};
    for (int i = 0; i < committed->cnt && !cs_bad(s->failed); i++)
        restore(s, &reader, committed->elems[i].partition);
    cs_kafka_reader_close(&reader);
}
