/* Who owns which partition, and where reading starts: at the group's committed offset, or as much before it
 * as the reply clock needs to be rebuilt. */
#include "kafka/reader.h"
#include "kafka/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef rd_kafka_topic_partition_list_t part_list;
typedef rd_kafka_topic_partition_t part_entry;

enum { LEVEL_NOTICE = 5, ASK_MS = 10000, ASK_TIMES = 6 };

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

/* Offsets by time, in place: elems[i].offset holds a time and gets an offset. Where the broker cannot tell,
 * the first offset that exists serves: replaying more than needed is slow, never wrong. */
static void resolve_times(struct cs_kafka_source *s, part_list *list)
{
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(s->client.rk, list, ASK_MS);
    for (int i = 0; i < list->cnt; i++) {
        part_entry *e = &list->elems[i];
        const struct cs_kafka_part *p = &s->part[e->partition];
        if (err || e->err || e->offset < 0) e->offset = cs_kafka_low(s, e->partition, p->committed);
        if (e->offset > p->committed) e->offset = p->committed;
        if (p->state_from >= 0 && e->offset > p->state_from) e->offset = p->state_from;
    }
}

/* How far before the committed offset records matter that no snapshot holds. */
static int64_t horizon_ms(const struct cs_kafka_source *s, const struct cs_kafka_part *p)
{
    int64_t window = p->state_from >= 0 ? 0 : s->settings->clock_window_ms;
    return window > s->listener.context_ms ? window : s->listener.context_ms;
}

/* Set `offset` of each partition that is to be replayed before its committed offset. */
static void plan_replay(struct cs_kafka_source *s, part_list *start)
{
    part_list *times = rd_kafka_topic_partition_list_new(start->cnt);
    for (int i = 0; i < start->cnt; i++) {
        const part_entry *e = &start->elems[i];
        const struct cs_kafka_part *p = &s->part[e->partition];
        int64_t back = horizon_ms(s, p);
        if (p->committed <= 0 || p->mark.record_ms <= 0 || back <= 0) continue;
        int64_t from = p->mark.record_ms - back;
        rd_kafka_topic_partition_list_add(times, e->topic, e->partition)->offset = from > 0 ? from : 0;
    }
    if (times->cnt > 0) resolve_times(s, times);
    for (int i = 0; i < times->cnt; i++)
        rd_kafka_topic_partition_list_set_offset(
            start, times->elems[i].topic, times->elems[i].partition, times->elems[i].offset);
    rd_kafka_topic_partition_list_destroy(times);
}

static void adopt(struct cs_kafka_source *s, const part_entry *e)
{
    struct cs_kafka_part *p = &s->part[e->partition];
    int64_t c = e->offset >= 0 ? e->offset : 0;
    struct cs_kafka_mark mark = cs_kafka_mark_of(cs_span_of(e->metadata, e->metadata_size));
    const struct cs_position found = {.next_offset = c,
        .record_ms = mark.record_ms,
        .watermark_ms = mark.watermark_ms,
        .snapshot_at = mark.snapshot_at,
        .partition = e->partition};
    *p = (struct cs_kafka_part){.replaying = true,
        .renew = c > 0 && mark.partitions != s->n_input,
        .committed = c,
        .state_from = -1,
        .mark = mark,
        .want = found,
        .done = found,
        .asked = {.next_offset = -1}};
}

/* Fill `start` with the offsets to read from; a group without offsets starts at the first record. */
static rd_kafka_resp_err_t plan(struct cs_kafka_source *s, part_list *start)
{
    part_list *committed = rd_kafka_topic_partition_list_copy(start);
    rd_kafka_resp_err_t err = ask_committed(s, committed);
    for (int i = 0; i < committed->cnt && !err; i++)
        adopt(s, &committed->elems[i]);
    if (!err) cs_kafka_restore(s, committed);
    for (int i = 0; i < committed->cnt && !err; i++) {
        const part_entry *e = &committed->elems[i];
        int64_t state = s->part[e->partition].state_from;
        int64_t at = e->offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : state >= 0 ? state : e->offset;
        rd_kafka_topic_partition_list_set_offset(start, e->topic, e->partition, at);
    }
    if (!err) plan_replay(s, start);
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
            "assigned %s/%" PRId32 ": committed %" PRId64 ", state of %" PRId64 ", reading from %" PRId64,
            e->topic, e->partition, p->committed, p->state_from, p->next);
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
    cs_rc counted = cs_kafka_partition_count(s->client.rk, s->settings->topic_input, s->diag, &s->n_input);
    if (cs_bad(counted)) {
        s->failed = counted;
        return;
    }
    rd_kafka_resp_err_t err = plan(s, start);
    if (cs_bad(s->failed)) return;
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

cs_rc cs_kafka_assign_fixed(struct cs_kafka_source *s, struct cs_diag *diag)
{
    int32_t partitions = 0;
    /* Asking for the number makes the leaders known before reading starts: otherwise that waits a second. */
    cs_rc rc = cs_kafka_partition_count(s->client.rk, s->settings->topic_input, diag, &partitions);
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
