/* Offsets back to the group. One request is under way at a time; what is landed meanwhile goes with the next.
 * The metadata string (kafka/mark.h) carries what the reply clock is restored from. The store of the library
 * is not used: it drops the metadata before 2.2.
 *
 * Exactly-once has its place here: the same positions then travel inside the producer's transaction
 * (send_offsets_to_transaction), and this file only keeps count of them. */
#include "kafka/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVEL_WARNING = 4, RETRY_MS = 300, SERVE_MS = 20, WAIT_MIN_MS = 500, WAIT_MAX_MS = 5000 };

static bool due(const struct cs_kafka_part *p)
{
    return p->assigned && p->want.next_offset > 0 && (p->renew || cs_position_newer(&p->want, &p->done));
}

static bool any_due(const struct cs_kafka_source *s)
{
    for (uint32_t i = 0; i < s->n_part; i++)
        if (due(&s->part[i])) return true;
    return false;
}

/* The group has moved on without us: a rebalance follows and decides anew. */
static void forget_all(struct cs_kafka_source *s)
{
    for (uint32_t i = 0; i < s->n_part; i++)
        s->part[i].want.next_offset = -1;
}

static void settle(struct cs_kafka_source *s, rd_kafka_resp_err_t err)
{
    enum cs_kafka_kind kind = cs_kafka_kind_of(err);
    char what[256];
    if (!err) return;
    s->commit_retry_ms = cs_kafka_now_ms() + RETRY_MS;
    if (kind == CS_KAFKA_STALE) forget_all(s);
    snprintf(what, sizeof what, "committing offsets of group %s", s->settings->group);
    if (kind == CS_KAFKA_DENIED || kind == CS_KAFKA_BROKEN)
        cs_kafka_source_fail(s, err, what, NULL);
    else
        cs_kafka_client_log(&s->client, LEVEL_WARNING, "%s: %s", what, rd_kafka_err2str(err));
}

static void on_commit(
    rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *parts, void *opaque)
{
    (void)rk;
    struct cs_kafka_source *s = opaque;
    rd_kafka_resp_err_t first = err == RD_KAFKA_RESP_ERR__NO_OFFSET ? RD_KAFKA_RESP_ERR_NO_ERROR : err;
    s->commit_running = false;
    for (int i = 0; parts && i < parts->cnt; i++) {
        struct cs_kafka_part *p = cs_kafka_part(s, parts->elems[i].partition);
        rd_kafka_resp_err_t e = err ? err : parts->elems[i].err;
        if (e && !first) first = e;
        if (p && !e && p->assigned && p->asked.next_offset == parts->elems[i].offset) {
            p->done = p->asked;
            p->renew = false;
        }
        if (p) p->asked.next_offset = -1;
    }
    settle(s, first);
}

static bool add(struct cs_kafka_source *s, rd_kafka_topic_partition_list_t *list, int32_t partition)
{
    struct cs_kafka_part *p = &s->part[partition];
    rd_kafka_topic_partition_t *e =
        rd_kafka_topic_partition_list_add(list, s->settings->topic_input, partition);
    /* The library frees the metadata with free(). */
    char *metadata = malloc(CS_KAFKA_MARK_BYTES);
    if (!metadata) return false;
    const struct cs_kafka_mark mark = {.record_ms = p->want.record_ms,
        .watermark_ms = p->want.watermark_ms,
        .snapshot_at = p->want.snapshot_at,
        .partitions = s->n_input};
    cs_kafka_mark_put(&mark, metadata);
    p->asked = p->want;
    e->offset = p->want.next_offset;
    e->metadata = metadata;
    e->metadata_size = strlen(metadata);
    return true;
}

static void request(struct cs_kafka_source *s)
{
    if (s->commit_running || cs_kafka_now_ms() < s->commit_retry_ms) return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    bool whole = true;
    for (uint32_t i = 0; i < s->n_part && whole; i++)
        if (due(&s->part[i])) whole = add(s, list, (int32_t)i);
    if (whole && list->cnt > 0) {
        rd_kafka_resp_err_t err = rd_kafka_commit_queue(s->client.rk, list, s->commits, on_commit, s);
        s->commit_running = !err;
        settle(s, err);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

void cs_kafka_commit_serve(struct cs_kafka_source *s)
{
    rd_kafka_queue_poll_callback(s->commits, 0);
    if (!s->commit_running && any_due(s)) request(s);
}

static cs_rc wait_done(struct cs_kafka_source *s)
{
    int64_t half = s->settings->stop_ms / 2;
    int64_t end = cs_kafka_now_ms() + (half < WAIT_MIN_MS      ? WAIT_MIN_MS
                                          : half > WAIT_MAX_MS ? WAIT_MAX_MS
                                                               : half);
    while ((s->commit_running || any_due(s)) && !cs_bad(s->failed)) {
        if (cs_kafka_now_ms() >= end) return cs_fail(CS_ETIMEDOUT);
        rd_kafka_queue_poll_callback(s->commits, SERVE_MS);
        request(s);
    }
    return s->failed;
}

cs_rc cs_kafka_commit(struct cs_kafka_source *s, const struct cs_position *pos, uint32_t n, bool wait)
{
    for (uint32_t i = 0; i < n; i++) {
        struct cs_kafka_part *p = cs_kafka_part(s, pos[i].partition);
        if (p && p->assigned && cs_position_newer(&pos[i], &p->want)) p->want = pos[i];
    }
    request(s);
    return wait ? wait_done(s) : CS_OK;
}
