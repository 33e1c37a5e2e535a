#include "clock/clock.h"

#include "base/hash.h"
#include "clock/conversation.h"

#include <stdlib.h>

enum { GROUP = 32 /* messages whose memory is asked for together: as many as a set has bits */ };

struct shard {
    int32_t partition;
    struct cs_conversations conversations;
};

struct cs_clock {
    struct cs_clock_options options;
    struct shard *shard;
    uint32_t n_shard, cap_shard;
    uint32_t last; /* shard of the message before: records come in runs of a partition */
    uint64_t seed;
    struct cs_clock_counts counts; /* evicted and expired; the others are summed when asked */
    uint64_t waiting;
};

cs_rc cs_clock_new(const struct cs_clock_options *options, struct cs_clock **out)
{
    bool sane =
        options->window_ms > 0 && options->conversations_max > 0 && options->n_threshold <= CS_THRESHOLDS_MAX;
    if (!sane) return cs_fail(CS_EINVAL);
    struct cs_clock *c = calloc(1, sizeof *c);
    if (!c) return cs_fail(CS_ENOMEM);
    c->options = *options;
    c->seed = cs_hash_seed();
    *out = c;
    return CS_OK;
}

void cs_clock_free(struct cs_clock **c)
{
    if (!*c) return;
    for (uint32_t i = 0; i < (*c)->n_shard; i++)
        cs_conversations_clear(&(*c)->shard[i].conversations);
    free((*c)->shard);
    free(*c);
    *c = NULL;
}

static cs_rc shard_add(struct cs_clock *c, int32_t partition)
{
    if (c->n_shard == c->cap_shard) {
        uint32_t cap = c->cap_shard ? c->cap_shard * 2 : 8;
        struct shard *p = realloc(c->shard, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        c->shard = p;
        c->cap_shard = cap;
    }
    c->shard[c->n_shard].partition = partition;
    cs_conversations_init(&c->shard[c->n_shard].conversations, c->seed);
    c->n_shard++;
    return CS_OK;
}

static uint32_t shard_find(const struct cs_clock *c, int32_t partition)
{
    uint32_t i = 0;
    while (i < c->n_shard && c->shard[i].partition != partition)
        i++;
    return i;
}

static cs_rc shard_of(struct cs_clock *c, int32_t partition, struct cs_conversations **out)
{
    if (c->last >= c->n_shard || c->shard[c->last].partition != partition) {
        uint32_t i = shard_find(c, partition);
        cs_rc rc = i == c->n_shard ? shard_add(c, partition) : CS_OK;
        if (cs_bad(rc)) return rc;
        c->last = i;
    }
    *out = &c->shard[c->last].conversations;
    return CS_OK;
}

/* Longer ago than the window, without overflow for hostile times. */
static bool outside(const struct cs_clock *c, int64_t then_ms, int64_t now_ms)
{
    int64_t age;
    if (__builtin_sub_overflow(now_ms, then_ms, &age)) return now_ms > then_ms;
    return age > c->options.window_ms;
}

static void forget_oldest(struct cs_clock *c, struct cs_conversations *t, uint64_t *count)
{
    if (cs_conversations_oldest(t)->unanswered) c->waiting--;
    cs_conversations_pop(t);
    ++*count;
}

static void sweep(struct cs_clock *c, struct cs_conversations *t, int64_t now_ms)
{
    const struct cs_conversation *old = cs_conversations_oldest(t);
    while (old && outside(c, old->touched_record_ms, now_ms)) {
        forget_oldest(c, t, &c->counts.expired);
        old = cs_conversations_oldest(t);
    }
}

/* Time from the turn's opening to this message; skew is clamped to 0 and flagged, so it never counts as fast.
 */
static int64_t waited(const struct cs_conversation *v, struct cs_batch *b, uint32_t i)
{
    int64_t ms;
    if (__builtin_sub_overflow(b->sent_ms[i], v->since_ms, &ms))
        ms = b->sent_ms[i] < v->since_ms ? -1 : INT64_MAX;
    if (ms >= 0) return ms;
    b->flags[i] |= 1u << CS_FLAG_CLOCK_SKEW;
    return 0;
}

static void pass_thresholds(const struct cs_clock_options *o, struct cs_response *r)
{
    for (uint8_t k = 0; k < o->n_threshold && r->latency_ms > (int64_t)o->threshold_s[k] * 1000; k++)
        r->threshold_s[r->n_threshold++] = o->threshold_s[k];
}

/* A person of the shop wrote it for this buyer: automatic and broadcast texts leave the buyer waiting. */
static bool is_human_reply(const struct cs_batch *b, uint32_t i)
{
    return b->role[i] == CS_ROLE_AGENT && b->origin[i] != CS_ORIGIN_AUTO_REPLY &&
           b->origin[i] != CS_ORIGIN_BROADCAST;
}

static void buyer_speaks(struct cs_clock *c, struct cs_conversation *v, const struct cs_batch *b, uint32_t i)
{
    if (v->unanswered++) return;
    v->since_ms = b->sent_ms[i];
    v->since_record_ms = b->record_ms[i];
    c->waiting++;
}

static void close_turn(struct cs_clock *c, struct cs_conversation *v)
{
    if (v->unanswered) c->waiting--;
    v->unanswered = 0;
}

static uint8_t turn_of(const struct cs_batch *b, uint32_t i, bool opened)
{
    if (opened) return CS_TURN_OPENS;
    return is_human_reply(b, i) ? CS_TURN_ANSWERS : CS_TURN_WAITS;
}

static void advance(struct cs_clock *c, struct cs_conversation *v, struct cs_batch *b, uint32_t i)
{
    struct cs_response *r = &b->response[i];
    bool human = is_human_reply(b, i), idle = v->unanswered == 0;
    if (b->role[i] == CS_ROLE_BUYER) buyer_speaks(c, v, b, i);
    if (v->unanswered) {
        r->waiting_since_ms = v->since_ms;
        r->position = v->unanswered;
        r->turn = turn_of(b, i, idle);
        r->latency_ms = idle ? 0 : waited(v, b, i);
        pass_thresholds(&c->options, r);
    }
    if (!human) return;
    r->first_reply = v->replied_record_ms == INT64_MIN || outside(c, v->replied_record_ms, b->record_ms[i]);
    v->replied_record_ms = b->record_ms[i];
    close_turn(c, v);
}

static struct cs_conversation_key key_of(const struct cs_batch *b, uint32_t i)
{
    return (struct cs_conversation_key){b->platform[i], b->shop[i], b->buyer[i]};
}

static cs_rc run_one(struct cs_clock *c, struct cs_batch *b, uint32_t i, uint64_t hash)
{
    struct cs_conversations *t;
    struct cs_conversation *v;
    bool fresh;
    cs_rc rc = shard_of(c, b->partition[i], &t);
    if (cs_bad(rc)) return rc;
    sweep(c, t, b->record_ms[i]);
    struct cs_conversation_key key = key_of(b, i);
    rc = cs_conversations_touch(t, &key, hash, &fresh, &v);
    if (cs_bad(rc)) return rc;
    if (v->unanswered && outside(c, v->since_record_ms, b->record_ms[i])) close_turn(c, v);
    v->touched_record_ms = b->record_ms[i];
    advance(c, v, b, i);
    if (t->n > c->options.conversations_max) forget_oldest(c, t, &c->counts.evicted);
    return CS_OK;
}

/* Ids beyond 64 KiB name no conversation that anybody could have: such a message is flagged like one without
 * ids. */
static bool has_conversation(const struct cs_batch *b, uint32_t i)
{
    return !b->dead[i] && b->shop[i].len && b->buyer[i].len && b->platform[i].len <= UINT16_MAX &&
           b->shop[i].len <= UINT16_MAX && b->buyer[i].len <= UINT16_MAX;
}

/* The conversations of a partition, if there are any yet. */
static const struct cs_conversations *known_shard(const struct cs_clock *c, int32_t partition)
{
    bool same = c->last < c->n_shard && c->shard[c->last].partition == partition;
    uint32_t s = same ? c->last : shard_find(c, partition);
    return s < c->n_shard ? &c->shard[s].conversations : NULL;
}

/* Hash the keys of messages from .. to - 1 and ask for the memory that they will touch, of all of them at
 * once instead of one after the other. Returns the set of those that have a conversation. */
static uint32_t look_ahead(
    const struct cs_clock *c, const struct cs_batch *b, uint32_t from, uint32_t to, uint64_t hash[GROUP])
{
    const struct cs_conversations *t[GROUP];
    uint64_t asked[GROUP];
    uint32_t n = 0, placed = 0;
    for (uint32_t i = from; i < to; i++) {
        if (!has_conversation(b, i)) continue;
        placed |= 1u << (i - from);
        struct cs_conversation_key key = key_of(b, i);
        hash[i - from] = asked[n] = cs_conversations_hash(&key, c->seed);
        t[n] = known_shard(c, b->partition[i]);
        if (t[n]) cs_conversations_hint_index(t[n], asked[n]), n++;
    }
    for (uint32_t k = 0; k < n; k++)
        cs_conversations_hint_slot(t[k], asked[k]);
    for (uint32_t k = 0; k < n; k++)
        cs_conversations_hint_links(t[k], asked[k]);
    return placed;
}

static cs_rc run_group(struct cs_clock *c, struct cs_batch *b, uint32_t from, uint32_t to)
{
    uint64_t hash[GROUP];
    uint32_t placed = look_ahead(c, b, from, to, hash);
    for (uint32_t i = from; i < to; i++) {
        b->response[i] = (struct cs_response){0};
        if (b->dead[i]) continue;
        if (!(placed >> (i - from) & 1)) {
            b->flags[i] |= 1u << CS_FLAG_NO_CONVERSATION;
            continue;
        }
        cs_rc rc = run_one(c, b, i, hash[i - from]);
        if (cs_bad(rc)) return rc;
    }
    return CS_OK;
}

cs_rc cs_clock_run(struct cs_clock *c, struct cs_batch *b)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i += GROUP)
        rc = run_group(c, b, i, i + GROUP < b->n ? i + GROUP : b->n);
    return rc;
}

void cs_clock_drop(struct cs_clock *c, int32_t partition)
{
    uint32_t i = shard_find(c, partition);
    if (i == c->n_shard) return;
    struct cs_conversations *t = &c->shard[i].conversations;
    for (uint32_t s = t->oldest; s != CS_NO_SLOT; s = t->slot[s].newer)
        if (t->slot[s].unanswered) c->waiting--;
    cs_conversations_clear(t);
    c->shard[i] = c->shard[--c->n_shard];
}

struct cs_clock_counts cs_clock_count(const struct cs_clock *c)
{
    struct cs_clock_counts k = c->counts;
    k.waiting = c->waiting;
    for (uint32_t i = 0; i < c->n_shard; i++)
        k.open += c->shard[i].conversations.n;
    return k;
}

static struct cs_waiting waiting_of(const struct cs_conversation *v)
{
    struct cs_span key = cs_span_of(v->key, v->key_len);
    size_t shop = (size_t)v->platform_len + 1, buyer = shop + v->shop_len + 1;
    return (struct cs_waiting){.platform = cs_span_cut(key, 0, v->platform_len),
        .shop = cs_span_cut(key, shop, shop + v->shop_len),
        .buyer = cs_span_cut(key, buyer, key.len),
        .since_ms = v->since_ms,
        .messages = v->unanswered};
}

/* Insert into the ascending list `out` of at most `max`; returns its new length. */
static uint32_t rank(struct cs_waiting *out, uint32_t n, uint32_t max, const struct cs_conversation *v)
{
    uint32_t at = n;
    while (at > 0 && out[at - 1].since_ms > v->since_ms)
        at--;
    if (at == max) return n;
    if (n < max) n++;
    memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
    out[at] = waiting_of(v);
    return n;
}

uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_shard; i++) {
        const struct cs_conversations *t = &c->shard[i].conversations;
        for (uint32_t s = t->oldest; s != CS_NO_SLOT; s = t->slot[s].newer)
            if (t->slot[s].unanswered) n = rank(out, n, max, &t->slot[s]);
    }
    return n;
}

cs_rc cs_clock_advance(struct cs_clock *c, int32_t partition, int64_t watermark_ms, struct cs_batch *b)
{
    (void)c, (void)partition, (void)watermark_ms;
    b->overdue = NULL;
    b->n_overdue = 0;
    return CS_OK;
}

cs_rc cs_clock_resume(struct cs_clock *c, int32_t partition, int64_t watermark_ms)
{
    (void)c, (void)partition, (void)watermark_ms;
    return CS_OK;
}

int64_t cs_clock_watermark(const struct cs_clock *c, int32_t partition)
{
    (void)c, (void)partition;
    return INT64_MIN;
}

cs_rc cs_clock_flush(struct cs_clock *c, struct cs_batch *b)
{
    (void)c;
    b->kpi = NULL;
    b->n_kpi = 0;
    return CS_OK;
}

cs_rc cs_clock_save(struct cs_clock *c, int32_t partition, const struct cs_snapshot_sink *sink)
{
    (void)c, (void)partition, (void)sink;
    return cs_fail(CS_EUNSUPPORTED);
}

cs_rc cs_clock_load(
    struct cs_clock *c, int32_t partition, const struct cs_span *chunk, uint32_t n, struct cs_diag *diag)
{
    (void)c, (void)partition, (void)chunk, (void)n, (void)diag;
    return cs_fail(CS_EUNSUPPORTED);
}
