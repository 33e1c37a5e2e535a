/* Who owns which partition, and where reading starts: at the group's committed offset, or as much before it
 * as the reply clock needs to be rebuilt. */
#include "kafka/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef rd_kafka_topic_partition_list_t part_list;
typedef rd_kafka_topic_partition_t part_entry;

enum { LEVEL_NOTICE = 5, ASK_MS = 10000, ASK_TIMES = 6, LOW_MS = 5000 };

static cs_rc reserve(struct cs_kafka_source *s, const part_list *list)
{
    uint32_t need = s->n_part;
    for (int i = 0; i < list->cnt; i++)
        if ((uint32_t)list->elems[i].partition >= need) need = (uint32_t)list->elems[i].partition + 1;
    if (need == s->n_part) return CS_OK;
    struct cs_kafka_part *p = realloc(s->part, need * sizeof *p);
    if (!p) return cs_fail(CS_ENOMEM);
    memset(p + s->n_part, 0, (need - s->n_part) * sizeof *p);
    s->part = p;
    s->n_part = need;
    return CS_OK;
}

/* The first per-partition error of an answer, or the answer's own. */
static rd_kafka_resp_err_t first_error(rd_kafka_resp_err_t err, const part_list *list)
{
    for (int i = 0; i < list->cnt && !err; i++)
        err = list->elems[i].err;
    return err;
}

/* Ask for the group's offsets; a coordinator that moves or loads is waited for. */
static rd_kafka_resp_err_t ask_committed(struct cs_kafka_source *s, part_list *list)
{
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    for (int i = 0; i < ASK_TIMES && err; i++) {
        err = first_error(rd_kafka_committed(s->client.rk, list, ASK_MS), list);
        if (err && cs_kafka_kind_of(err) != CS_KAFKA_PASSING) break;
    }
    return err;
}

/* The watermark time in the metadata of a commit, or -1. Others may have committed for this group with tools
 * that write no metadata: then nothing can be restored. */
static int64_t watermark_of(const part_entry *e)
{
    char text[32];
    if (!e->metadata || e->metadata_size < 3 || e->metadata_size >= sizeof text) return -1;
    memcpy(text, e->metadata, e->metadata_size);
    text[e->metadata_size] = 0;
    char *end;
    long long w = strncmp(text, "w=", 2) == 0 ? strtoll(text + 2, &end, 10) : -1;
    return w > 0 && *end == 0 ? w : -1;
}

/* First offset that exists, or `otherwise`. */
static int64_t low_of(const struct cs_kafka_source *s, int32_t partition, int64_t otherwise)
{
    int64_t low, high;
    rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
        s->client.rk, s->settings->topic_input, partition, &low, &high, LOW_MS);
    return err || low < 0 ? otherwise : low;
}

/* Offsets by time, in place: elems[i].offset holds a time and gets an offset. Where the broker cannot tell,
 * the first offset that exists serves: replaying more than needed is slow, never wrong. */
static void resolve_times(struct cs_kafka_source *s, part_list *list)
{
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(s->client.rk, list, ASK_MS);
    for (int i = 0; i < list->cnt; i++) {
        part_entry *e = &list->elems[i];
        int64_t committed = s->part[e->partition].committed;
        if (err || e->err || e->offset < 0) e->offset = low_of(s, e->partition, committed);
        if (e->offset > committed) e->offset = committed;
    }
}

/* Set `offset` of each partition that is to be replayed before its committed offset. */
static void plan_replay(struct cs_kafka_source *s, part_list *start, const part_list *committed)
{
    part_list *times = rd_kafka_topic_partition_list_new(start->cnt);
    for (int i = 0; i < committed->cnt; i++) {
        const part_entry *e = &committed->elems[i];
        int64_t w = watermark_of(e);
        if (e->offset <= 0 || w < 0 || s->settings->clock_window_ms <= 0) continue;
        int64_t from = w - s->settings->clock_window_ms;
        rd_kafka_topic_partition_list_add(times, e->topic, e->partition)->offset = from > 0 ? from : 0;
    }
    if (times->cnt > 0) resolve_times(s, times);
    for (int i = 0; i < times->cnt; i++)
        rd_kafka_topic_partition_list_set_offset(
            start, times->elems[i].topic, times->elems[i].partition, times->elems[i].offset);
    rd_kafka_topic_partition_list_destroy(times);
}

static void adopt(struct cs_kafka_source *s, const part_entry *committed)
{
    struct cs_kafka_part *p = &s->part[committed->partition];
    int64_t c = committed->offset >= 0 ? committed->offset : 0;
    *p = (struct cs_kafka_part){.committed = c, .want = c, .done = c, .asked = -1};
}

/* Fill `start` with the offsets to read from; a group without offsets starts at the first record. */
static rd_kafka_resp_err_t plan(struct cs_kafka_source *s, part_list *start)
{
    part_list *committed = rd_kafka_topic_partition_list_copy(start);
    rd_kafka_resp_err_t err = ask_committed(s, committed);
    for (int i = 0; i < committed->cnt && !err; i++) {
        part_entry *e = &committed->elems[i];
        adopt(s, e);
        int64_t at = e->offset >= 0 ? e->offset : RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_topic_partition_list_set_offset(start, e->topic, e->partition, at);
    }
    if (!err) plan_replay(s, start, committed);
    rd_kafka_topic_partition_list_destroy(committed);
    return err;
}

/* Lead a partition's records into our own queue. Done before reading starts, when the stop of an earlier
 * assignment is over, so that none takes another way. */
static void forward(struct cs_kafka_source *s, const part_entry *e)
{
    rd_kafka_queue_t *q = rd_kafka_queue_get_partition(s->client.rk, e->topic, e->partition);
    if (!q) return;
    rd_kafka_queue_forward(q, s->records);
    rd_kafka_queue_destroy(q);
}

static void start_reading(struct cs_kafka_source *s, const part_list *start)
{
    for (int i = 0; i < start->cnt; i++) {
        const part_entry *e = &start->elems[i];
        struct cs_kafka_part *p = &s->part[e->partition];
        p->assigned = true;
        p->next = e->offset >= 0 ? e->offset : 0;
        forward(s, e);
        cs_kafka_client_log(&s->client, LEVEL_NOTICE,
            "assigned %s/%" PRId32 ": committed %" PRId64 ", reading from %" PRId64, e->topic, e->partition,
            p->committed, p->next);
        if (s->listener.assigned) s->listener.assigned(s->listener.ctx, e->partition);
    }
    s->n_assigned = (uint32_t)start->cnt;
    rd_kafka_resp_err_t err = rd_kafka_assign(s->client.rk, start);
    if (err) cs_kafka_source_fail(s, err, "assigning partitions", NULL);
}

static void assign(struct cs_kafka_source *s, part_list *start)
{
    if (cs_bad(reserve(s, start))) {
        s->failed = cs_fail(CS_ENOMEM);
        return;
    }
    rd_kafka_resp_err_t err = plan(s, start);
    if (!err) {
        start_reading(s, start);
        return;
    }
    char what[256];
    snprintf(what, sizeof what, "reading the committed offsets of group %s", s->settings->group);
    cs_kafka_source_fail(s, err, what, NULL);
    rd_kafka_assign(s->client.rk, NULL);
}

static void revoke(struct cs_kafka_source *s, const part_list *parts, bool lost)
{
    int32_t *gone = calloc((size_t)parts->cnt + 1, sizeof *gone);
    uint32_t n = 0;
    for (int i = 0; i < parts->cnt && gone; i++)
        gone[n++] = parts->elems[i].partition;
    if (!gone) s->failed = cs_fail(CS_ENOMEM);
    cs_kafka_client_log(&s->client, LEVEL_NOTICE, "%u partitions %s", n, lost ? "lost" : "revoked");
    if (gone && n && s->listener.revoked) s->listener.revoked(s->listener.ctx, gone, n, lost);
    free(gone);
    for (uint32_t i = 0; i < s->n_part; i++)
        s->part[i].assigned = false;
    s->n_assigned = 0;
    cs_kafka_fetch_drop(s);
    rd_kafka_assign(s->client.rk, NULL);
}

void cs_kafka_rebalance(
    rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *parts, void *opaque)
{
    struct cs_kafka_source *s = opaque;
    if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        assign(s, parts);
    else
        revoke(s, parts, rd_kafka_assignment_lost(rk) != 0 || err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS);
}

/* Know the leaders before reading starts: otherwise that waits a second for the next refresh. */
static cs_rc learn_topic(struct cs_kafka_source *s, int32_t *partitions, struct cs_diag *diag)
{
    char what[256];
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(s->client.rk, s->settings->topic_input, NULL);
    snprintf(what, sizeof what, "input topic %s", s->settings->topic_input);
    rd_kafka_resp_err_t err =
        topic ? rd_kafka_metadata(s->client.rk, 0, topic, &md, ASK_MS) : rd_kafka_last_error();
    if (topic) rd_kafka_topic_destroy(topic);
    if (err) return cs_kafka_tell(diag, err, what, NULL);
    err = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    *partitions = err ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    return err ? cs_kafka_tell(diag, err, what, NULL) : CS_OK;
}

cs_rc cs_kafka_assign_fixed(struct cs_kafka_source *s, struct cs_diag *diag)
{
    int32_t partitions = 0;
    cs_rc rc = learn_topic(s, &partitions, diag);
    if (cs_bad(rc)) return rc;
    part_list *mine = rd_kafka_topic_partition_list_new(8);
    for (int32_t p = (int32_t)s->worker; p < partitions; p += (int32_t)s->fixed_workers)
        rd_kafka_topic_partition_list_add(mine, s->settings->topic_input, p);
    s->diag = diag;
    if (mine->cnt > 0) assign(s, mine);
    s->diag = NULL;
    rd_kafka_topic_partition_list_destroy(mine);
    return s->failed;
}
