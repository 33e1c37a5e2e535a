#include "clock/snapshot.h"

#include "base/hash.h"

#include <stdlib.h>

struct writer {
    const struct cs_snapshot_sink *sink;
    uint8_t *bytes; /* one chunk */
    uint32_t used, number;
    cs_rc rc;
};

enum { ROOM = CS_SNAPSHOT_CHUNK - sizeof(struct cs_snapshot_chunk) };

uint64_t cs_snapshot_judges(const struct cs_clock *c)
{
    const struct cs_clock_options *o = &c->options;
    uint64_t h = cs_hash(cs_span_str(""), sizeof(struct cs_conversation));
    h = cs_hash(cs_span_of(o->threshold_s, o->n_threshold * sizeof o->threshold_s[0]), h);
    return cs_hash(cs_span_of(&o->window_ms, sizeof o->window_ms), h);
}

static void put_chunk(struct writer *w, bool last)
{
    struct cs_span body = cs_span_of(w->bytes + sizeof(struct cs_snapshot_chunk), w->used);
    struct cs_snapshot_chunk head = {.magic = CS_SNAPSHOT_MAGIC,
        .version = CS_SNAPSHOT_VERSION,
        .number = w->number++,
        .last = last,
        .length = w->used};
    head.checksum = cs_hash(body, (uint64_t)head.number << 1 | last);
    memcpy(w->bytes, &head, sizeof head);
    if (!cs_bad(w->rc)) w->rc = w->sink->put(w->sink->ctx, cs_span_of(w->bytes, sizeof head + w->used));
    w->used = 0;
}

static void put(struct writer *w, const void *from, size_t len)
{
    const uint8_t *p = from;
    while (len) {
        size_t n = ROOM - w->used < len ? ROOM - w->used : len;
        memcpy(w->bytes + sizeof(struct cs_snapshot_chunk) + w->used, p, n);
        w->used += (uint32_t)n;
        p += n;
        len -= n;
        if (w->used == ROOM) put_chunk(w, false);
    }
}

static void put_shop(struct writer *w, const struct cs_shop *s, uint32_t number)
{
    struct cs_snapshot_shop head = {.number = number,
        .n_agent = s->n_agent,
        .n_online = s->n_online,
        .n_offline = s->n_offline,
        .platform_len = s->platform_len,
        .shop_len = s->shop_len,
        .offline = s->offline};
    put(w, &head, sizeof head);
    put(w, s->id, (size_t)s->platform_len + 1 + s->shop_len);
    for (uint32_t i = 0; i < s->n_agent; i++) {
        const struct cs_agent *a = &s->agent[i];
        struct cs_snapshot_agent agent = {
            .name_len = a->name_len, .waiting = a->waiting, .online = a->online};
        put(w, &agent, sizeof agent);
        put(w, a->name, a->name_len);
    }
}

static void put_ledger(struct writer *w, const struct cs_books *k, const struct cs_ledger *l)
{
    struct cs_snapshot_ledger head = {
        .shop = l->shop, .changed = l->changed, .day = l->day, .agent = l->agent, .plan = l->plan};
    put(w, &head, sizeof head);
    put(w, l->cell, k->plan[l->plan].profile->n_metric * sizeof *l->cell);
}

static void put_conversation(
    struct writer *w, const struct cs_conversations *t, const struct cs_conversation *v)
{
    struct cs_snapshot_conversation c;
    memset(&c, 0, sizeof c);
    memcpy(&c.v, v, sizeof c.v);
    memset(&c.v.buyer, 0, sizeof c.v.buyer);
    c.v.due = 0;
    c.v.state &= (uint16_t)~CS_STATE_ARMED;
    for (uint32_t at = v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        c.n_errand++;
    struct cs_span buyer = cs_conversation_buyer(v);
    c.buyer_len = (uint32_t)buyer.len;
    put(w, &c, sizeof c);
    put(w, buyer.ptr, buyer.len);
    for (uint32_t at = v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        put(w, &t->errand[at], sizeof t->errand[at]);
}

static void put_plans(struct writer *w, const struct cs_clock *c)
{
    for (uint32_t k = 1; k < CS_PLANS_MAX; k++) {
        if (!c->owner[k]) continue;
        const struct cs_profile *f = c->plan[k].profile;
        struct cs_snapshot_plan head = {
            .hash = f->hash, .source_len = (uint32_t)f->source.len, .place = (uint8_t)k};
        put(w, &head, sizeof head);
        put(w, f->source.ptr, f->source.len);
    }
}

static void put_books(struct writer *w, const struct cs_books *k)
{
    for (uint32_t i = 0; i < k->n_shop; i++)
        if (k->shop[i].id) put_shop(w, &k->shop[i], i);
    for (uint32_t i = 0; i < k->n_ledger; i++)
        if (k->ledger[i].cell) put_ledger(w, k, &k->ledger[i]);
}

static struct cs_snapshot_head head_of(const struct cs_clock *c, const struct cs_shard *s)
{
    struct cs_snapshot_head h = {.judges = cs_snapshot_judges(c),
        .watermark_ms = s->watermark_ms,
        .seen_ms = s->seen_ms,
        .leap_ms = s->leap_ms,
        .n_ledger = s->books.live_ledgers,
        .n_conversation = s->conversations.n,
        .n_plan = c->n_plan,
        .first_day = s->first_day};
    for (uint32_t i = 0; i < s->books.n_shop; i++)
        h.n_shop += s->books.shop[i].id != NULL;
    return h;
}

cs_rc cs_clock_save(struct cs_clock *c, int32_t partition, const struct cs_snapshot_sink *sink)
{
    const struct cs_shard *s = cs_clock_known_shard(c, partition);
    if (!s) return CS_OK;
    struct writer w = {.sink = sink, .bytes = malloc(CS_SNAPSHOT_CHUNK), .rc = CS_OK};
    if (!w.bytes) return cs_fail(CS_ENOMEM);
    const struct cs_conversations *t = &s->conversations;
    struct cs_snapshot_head head = head_of(c, s);
    put(&w, &head, sizeof head);
    put_plans(&w, c);
    put_books(&w, &s->books);
    for (uint32_t at = t->oldest; at != CS_NO_SLOT && !cs_bad(w.rc);
         at = cs_conversations_links(t, at)->newer)
        put_conversation(&w, t, cs_conversations_at(t, at));
    put_chunk(&w, true);
    free(w.bytes);
    return w.rc;
}
