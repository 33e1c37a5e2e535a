/* Records from the library's queue into the columns of a batch. */
#include "kafka/source.h"

#include <inttypes.h>
#include <stdio.h>

enum { LEVEL_WARNING = 4, PROOF_MS = 1000 };

void cs_kafka_fetch_error(struct cs_kafka_source *s, const rd_kafka_message_t *m)
{
    char what[256];
    enum cs_kafka_kind kind = cs_kafka_kind_of(m->err);
    if (m->partition >= 0)
        snprintf(what, sizeof what, "topic %s, partition %" PRId32 ", offset %" PRId64,
            s->settings->topic_input, m->partition, m->offset);
    else if (m->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        snprintf(what, sizeof what, "reading as group %s", s->settings->group);
    else
        snprintf(what, sizeof what, "topic %s", s->settings->topic_input);
    const char *text = rd_kafka_message_errstr(m);
    if (kind == CS_KAFKA_PASSING || kind == CS_KAFKA_STALE || kind == CS_KAFKA_LOGIN)
        cs_kafka_client_log(&s->client, LEVEL_WARNING, "%s: %s", what, text);
    else
        cs_kafka_source_fail(s, m->err, what, text);
}

void cs_kafka_fetch_drop(struct cs_kafka_source *s)
{
    while (s->fetched_from < s->fetched_to)
        rd_kafka_message_destroy(s->fetched[s->fetched_from++]);
    s->fetched_from = s->fetched_to = 0;
}

/* The library waits until the array is full or the time is over: so wait for one, then take what is there. */
static void refill(struct cs_kafka_source *s, int timeout_ms)
{
    if (s->fetched_from < s->fetched_to) return;
    s->fetched_from = s->fetched_to = 0;
    ssize_t n = rd_kafka_consume_batch_queue(s->records, timeout_ms, s->fetched, 1);
    if (n == 1) n += rd_kafka_consume_batch_queue(s->records, 0, s->fetched + 1, CS_BATCH_MAX - 1);
    if (n > 0) s->fetched_to = (uint32_t)n;
}

/* True when the record is ours and was not delivered before (a rebalance makes brokers deliver again). */
static bool wanted(struct cs_kafka_source *s, const rd_kafka_message_t *m)
{
    struct cs_kafka_part *p = cs_kafka_part(s, m->partition);
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (p) p->at_end = true;
        return false;
    }
    if (m->err) {
        cs_kafka_fetch_error(s, m);
        return false;
    }
    if (!p || !p->assigned) return false;
    if (m->offset < p->next) s->n_duplicates++;
    return m->offset >= p->next;
}

struct choice {
    int32_t touched[CS_PARTITIONS_MAX];
    uint32_t n_touched;
    size_t bytes;
};

/* False when the record must wait for the next batch: too many partitions or bytes in this one, or its
 * partition's first record that is not replayed, behind others that are. */
static bool choose(struct cs_kafka_source *s, const rd_kafka_message_t *m, struct choice *c)
{
    struct cs_kafka_part *p = &s->part[m->partition];
    if (s->n_lent > 0 && c->bytes + m->len > s->batch_bytes) return false;
    bool first_live = p->replaying && m->offset >= p->committed;
    if (first_live && p->count > 0) return false;
    if (p->count == 0) {
        if (c->n_touched == CS_PARTITIONS_MAX) return false;
        c->touched[c->n_touched++] = m->partition;
    }
    if (first_live) p->replaying = false;
    p->count++;
    p->at_end = false;
    p->next = m->offset + 1;
    c->bytes += m->len;
    return true;
}

/* Take wanted records off `fetched` into `lent`, in order, as far as one batch may hold. */
static void take(struct cs_kafka_source *s, struct choice *c)
{
    while (s->fetched_from < s->fetched_to) {
        rd_kafka_message_t *m = s->fetched[s->fetched_from];
        bool keep = wanted(s, m);
        if (keep && !choose(s, m, c)) return;
        s->fetched_from++;
        if (keep)
            s->lent[s->n_lent++] = m;
        else
            rd_kafka_message_destroy(m);
    }
}

static uint8_t replay_of(const struct cs_kafka_part *p, int64_t offset)
{
    if (offset >= p->committed) return CS_REPLAY_NOT;
    return offset < p->state_from ? CS_REPLAY_CONTEXT : CS_REPLAY_STATE;
}

static void put(const struct cs_kafka_source *s, struct cs_batch *b, uint32_t i, const rd_kafka_message_t *m)
{
    rd_kafka_timestamp_type_t type;
    b->raw[i] = cs_span_of(m->payload, m->len);
    b->key[i] = cs_span_of(m->key, m->key_len);
    b->offset[i] = m->offset;
    b->record_ms[i] = rd_kafka_message_timestamp(m, &type);
    b->partition[i] = m->partition;
    b->replay[i] = replay_of(&s->part[m->partition], m->offset);
}

/* Group the records by partition, each in offset order: long runs for clock and producer. */
static void fill(struct cs_kafka_source *s, struct cs_batch *b, const struct choice *c)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->n_touched; i++) {
        struct cs_kafka_part *p = &s->part[c->touched[i]];
        p->at = at;
        at += p->count;
        p->count = 0;
    }
    for (uint32_t i = 0; i < s->n_lent; i++)
        put(s, b, s->part[s->lent[i]->partition].at++, s->lent[i]);
    b->n = s->n_lent;
    b->topic = s->settings->topic_input;
}

cs_rc cs_kafka_fetch(struct cs_kafka_source *s, struct cs_batch *b, int timeout_ms)
{
    struct choice c;
    c.n_touched = 0;
    c.bytes = 0;
    refill(s, timeout_ms);
    take(s, &c);
    fill(s, b, &c);
    return s->failed;
}

void cs_kafka_release(struct cs_kafka_source *s)
{
    for (uint32_t i = 0; i < s->n_lent; i++)
        rd_kafka_message_destroy(s->lent[i]);
    s->n_lent = 0;
}

/* While the connection is in doubt nobody knows what the log holds: ask, at most once a second. */
static bool proven(struct cs_kafka_source *s, int32_t partition)
{
    int64_t now = cs_kafka_now_ms(), low, high;
    if (!s->client.shaken) return true;
    if (now - s->proof_ms < PROOF_MS) return false;
    s->proof_ms = now;
    rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
        s->client.rk, s->settings->topic_input, partition, &low, &high, PROOF_MS / 4);
    if (!err) s->client.shaken = false;
    return !err;
}

bool cs_kafka_at_end(struct cs_kafka_source *s, int32_t partition)
{
    const struct cs_kafka_part *p = cs_kafka_part(s, partition);
    return p && p->assigned && p->at_end && s->fetched_from == s->fetched_to && proven(s, partition);
}
