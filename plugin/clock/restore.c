/* A saved partition comes back. Bytes from outside are checked before they are believed. */
#include "clock/snapshot.h"

#include "base/hash.h"
#include "clock/plans.h"

#include <stdio.h>
#include <stdlib.h>

enum { SOURCE_MAX = 1 << 20 };

struct reader {
    const struct cs_span *chunk; /* bodies begin behind their heads */
    uint32_t n, at;
    size_t used; /* of the body at hand */
    struct cs_clock *clock;
    struct cs_shard *shard;
    struct cs_diag *diag;
    uint32_t *shop; /* new number of a saved shop */
    uint32_t cap_shop;
    uint8_t place[CS_PLANS_MAX]; /* here, of a place there; 0 = unknown, but for place 0 */
};

static cs_rc refuse(struct reader *r, enum cs_code code, const char *hint, const char *what)
{
    cs_diag_add(r->diag, CS_DIAG_ERROR, NULL, hint, "the saved state of partition %d is not taken: %s",
        r->shard->partition, what);
    return cs_fail(code);
}

static cs_rc damaged(struct reader *r)
{
    return refuse(r, CS_ESYNTAX, "it is built anew from the records", "it is damaged");
}

static cs_rc check_chunk(struct reader *r, uint32_t i)
{
    struct cs_snapshot_chunk h;
    struct cs_span s = r->chunk[i];
    if (s.len < sizeof h) return damaged(r);
    memcpy(&h, s.ptr, sizeof h);
    if (h.magic != CS_SNAPSHOT_MAGIC) return damaged(r);
    if (h.version != CS_SNAPSHOT_VERSION)
        return refuse(r, CS_EUNSUPPORTED, "it is built anew from the records", "another version wrote it");
    struct cs_span body = cs_span_cut(s, sizeof h, s.len);
    bool good = h.number == i && h.last == (i + 1 == r->n) && h.length == body.len &&
                h.checksum == cs_hash(body, (uint64_t)i << 1 | h.last);
    return good ? CS_OK : damaged(r);
}

static bool get(struct reader *r, void *to, size_t len)
{
    uint8_t *p = to;
    while (len && r->at < r->n) {
        struct cs_span body = cs_span_cut(r->chunk[r->at], sizeof(struct cs_snapshot_chunk), SIZE_MAX);
        size_t n = body.len - r->used < len ? body.len - r->used : len;
        if (n) memcpy(p, body.ptr + r->used, n);
        p += n;
        len -= n;
        r->used += n;
        if (r->used == body.len) r->at++, r->used = 0;
    }
    return len == 0;
}

/* Profiles that are not among ours are read from the state itself, and kept as former ones. */
static cs_rc adopt(struct reader *r, struct cs_span source, uint8_t *place)
{
    struct cs_profiles *one = NULL;
    char what[256];
    cs_rc rc = cs_profiles_parse("saved profile", source, r->diag, &one);
    if (cs_bad(rc)) return rc;
    if (cs_plans_clash(r->clock, &one->item[0])) {
        snprintf(
            what, sizeof what, "its profile %.100s differs from ours of the same name", one->item[0].name);
        rc = refuse(r, CS_EUNSUPPORTED,
            "it is built anew from the records; a profile that changes and has a new version spares that",
            what);
    } else {
        rc = cs_plans_take(r->clock, one, 0, place);
        if (cs_bad(rc))
            rc = refuse(r, CS_ELIMIT, "it is built anew from the records", "too many profiles are in use");
    }
    cs_profiles_free(&one);
    return rc;
}

static cs_rc get_plan(struct reader *r)
{
    struct cs_snapshot_plan h;
    if (!get(r, &h, sizeof h) || !h.place || r->place[h.place] || h.source_len > SOURCE_MAX)
        return damaged(r);
    uint8_t *source = malloc((size_t)h.source_len + 1), place = cs_plans_find(r->clock, h.hash);
    if (!source) return cs_fail(CS_ENOMEM);
    cs_rc rc = get(r, source, h.source_len) ? CS_OK : damaged(r);
    if (!cs_bad(rc) && !place) rc = adopt(r, cs_span_of(source, h.source_len), &place);
    free(source);
    r->place[h.place] = place;
    return rc;
}

static bool known_plan(const struct reader *r, uint8_t place)
{
    return place == 0 || r->place[place] != 0;
}

static cs_rc get_agent(struct reader *r, uint32_t shop, uint32_t i)
{
    struct cs_snapshot_agent a;
    uint8_t name[UINT16_MAX + 1];
    uint16_t number = 0;
    if (!get(r, &a, sizeof a) || a.name_len > UINT16_MAX || !get(r, name, a.name_len)) return damaged(r);
    cs_rc rc = cs_books_agent(&r->shard->books, shop, cs_span_of(name, a.name_len), &number);
    if (cs_bad(rc)) return rc;
    if (number != i) return damaged(r);
    struct cs_agent *to = &r->shard->books.shop[shop].agent[i];
    to->waiting = a.waiting;
    to->online = a.online;
    return CS_OK;
}

static cs_rc get_shop(struct reader *r)
{
    struct cs_snapshot_shop h;
    static const size_t most = 2 * (size_t)UINT16_MAX + 1;
    if (!get(r, &h, sizeof h) || h.number >= r->cap_shop || h.n_agent == 0) return damaged(r);
    uint8_t *id = malloc(most);
    uint32_t shop = 0;
    if (!id) return cs_fail(CS_ENOMEM);
    cs_rc rc = get(r, id, (size_t)h.platform_len + 1 + h.shop_len) ? CS_OK : damaged(r);
    if (!cs_bad(rc))
        rc = cs_books_shop(&r->shard->books, cs_span_of(id, h.platform_len),
            cs_span_of(id + h.platform_len + 1, h.shop_len), &shop);
    free(id);
    if (cs_bad(rc)) return rc;
    r->shop[h.number] = shop;
    r->shard->books.shop[shop].n_online = h.n_online;
    r->shard->books.shop[shop].n_offline = h.n_offline;
    r->shard->books.shop[shop].offline = h.offline;
    for (uint32_t i = 0; i < h.n_agent && !cs_bad(rc); i++)
        rc = get_agent(r, shop, i);
    return rc;
}

static bool known_shop(const struct reader *r, uint32_t saved, uint32_t *out)
{
    *out = saved < r->cap_shop ? r->shop[saved] : UINT32_MAX;
    return *out != UINT32_MAX;
}

static cs_rc get_ledger(struct reader *r)
{
    struct cs_snapshot_ledger h;
    struct cs_books *k = &r->shard->books;
    uint32_t shop, ledger = CS_NO_LEDGER;
    if (!get(r, &h, sizeof h) || !known_shop(r, h.shop, &shop) || !r->place[h.plan] ||
        h.agent >= k->shop[shop].n_agent)
        return damaged(r);
    struct cs_page page = {shop, h.day, h.agent, r->place[h.plan]};
    cs_rc rc = cs_books_ledger(k, &page, &ledger);
    if (cs_bad(rc)) return rc;
    uint32_t n = r->clock->plan[page.plan].profile->n_metric;
    if (ledger == CS_NO_LEDGER || !get(r, k->ledger[ledger].cell, n * sizeof *k->ledger[ledger].cell))
        return damaged(r);
    for (uint32_t left = n < 32 ? h.changed & ((1u << n) - 1) : h.changed; left; left &= left - 1)
        cs_books_cell(k, ledger, (uint32_t)__builtin_ctz(left));
    return CS_OK;
}

static bool sane(const struct reader *r, const struct cs_conversation *v, uint32_t shop)
{
    const struct cs_shop *s = &r->shard->books.shop[shop];
    uint32_t most = v->agent;
    if (v->turn_agent > most) most = v->turn_agent;
    if (v->session_agent > most) most = v->session_agent;
    if (most >= s->n_agent || !known_plan(r, v->plan)) return false;
    if (v->plan == 0 && v->state & CS_STATE_OFFLINE) return false; /* no profile, no service hours */
    return v->level <= r->clock->plan[r->place[v->plan]].n_level;
}

static cs_rc get_errands(struct reader *r, struct cs_conversation *v, uint32_t n)
{
    struct cs_conversations *t = &r->shard->conversations;
    uint32_t n_agent = r->shard->books.shop[v->shop].n_agent, tail = CS_NO_ERRAND;
    for (uint32_t i = 0; i < n; i++) {
        struct cs_errand e;
        if (!get(r, &e, sizeof e) || e.agent >= n_agent || e.kind > CS_ERRAND_ASKED || !r->place[e.plan])
            return damaged(r);
        e.plan = r->place[e.plan];
        cs_rc rc = cs_errand_add(t, v, &e);
        if (cs_bad(rc)) return rc;
        if (tail != CS_NO_ERRAND) { /* keep the order: add() puts in front */
            uint32_t fresh = v->errand;
            v->errand = t->errand[fresh].next;
            t->errand[fresh].next = CS_NO_ERRAND;
            t->errand[tail].next = fresh;
            tail = fresh;
        } else {
            tail = v->errand;
        }
    }
    return CS_OK;
}

static void fill(struct cs_conversation *v, const struct cs_conversation *saved)
{
    struct cs_conversation made = *v;
    *v = *saved;
    v->buyer = made.buyer;
    v->shop = made.shop;
    v->buyer_len = made.buyer_len;
    v->errand = CS_NO_ERRAND;
    v->due = 0;
    v->state &= (uint16_t)~CS_STATE_ARMED;
}

static cs_rc get_conversation(struct reader *r)
{
    struct cs_snapshot_conversation c;
    struct cs_conversations *t = &r->shard->conversations;
    uint8_t buyer[UINT16_MAX];
    uint32_t shop;
    if (!get(r, &c, sizeof c) || !known_shop(r, c.v.shop, &shop) || !sane(r, &c.v, shop)) return damaged(r);
    if (c.buyer_len > sizeof buyer || !get(r, buyer, c.buyer_len)) return damaged(r);
    struct cs_conversation_key key = {shop, cs_span_of(buyer, c.buyer_len)};
    struct cs_conversation_at at = {cs_conversations_hash(&key, r->clock->seed), CS_NO_SLOT, 0, false};
    cs_rc rc = cs_conversations_touch(t, &key, &at);
    if (cs_bad(rc)) return rc;
    if (!at.fresh) return damaged(r);
    cs_books_use(&r->shard->books, shop, 1);
    struct cs_scene scene = cs_scene_of(r->clock, r->shard, at.slot);
    fill(scene.v, &c.v);
    scene.v->plan = r->place[c.v.plan];
    scene.plan = &r->clock->plan[scene.v->plan];
    if (scene.v->unanswered) r->clock->counts.waiting++;
    rc = get_errands(r, scene.v, c.n_errand);
    return cs_bad(rc) ? rc : cs_due_check(&scene);
}

/* Nothing follows; the last chunk may be empty. */
static bool at_end(const struct reader *r)
{
    return r->at == r->n ||
           (r->at + 1 == r->n && r->used == 0 && r->chunk[r->at].len == sizeof(struct cs_snapshot_chunk));
}

static void set_time(struct cs_shard *s, const struct cs_snapshot_head *h)
{
    int64_t now = h->watermark_ms < 0 ? 0 : h->watermark_ms;
    s->watermark_ms = h->watermark_ms;
    s->seen_ms = h->seen_ms;
    s->leap_ms = h->leap_ms;
    s->first_day = h->first_day;
    s->wheel.now_ms = now > CS_WHEEL_TIME_MAX ? CS_WHEEL_TIME_MAX : now;
}

static cs_rc get_all(struct reader *r, const struct cs_snapshot_head *h)
{
    cs_rc rc = CS_OK;
    set_time(r->shard, h);
    r->shard->quiet = true; /* what was due was told */
    for (uint32_t i = 0; i < h->n_plan && !cs_bad(rc); i++)
        rc = get_plan(r);
    for (uint32_t i = 0; i < h->n_shop && !cs_bad(rc); i++)
        rc = get_shop(r);
    for (uint32_t i = 0; i < h->n_ledger && !cs_bad(rc); i++)
        rc = get_ledger(r);
    for (uint32_t i = 0; i < h->n_conversation && !cs_bad(rc); i++)
        rc = get_conversation(r);
    r->shard->quiet = false;
    return cs_bad(rc) || at_end(r) ? rc : damaged(r);
}

static cs_rc load(struct reader *r)
{
    struct cs_snapshot_head h;
    cs_rc rc = r->n ? CS_OK : damaged(r);
    for (uint32_t i = 0; i < r->n && !cs_bad(rc); i++)
        rc = check_chunk(r, i);
    if (cs_bad(rc)) return rc;
    if (!get(r, &h, sizeof h)) return damaged(r);
    if (h.judges != cs_snapshot_judges(r->clock))
        return refuse(
            r, CS_EUNSUPPORTED, "it is built anew from the records", "it was made with other clock options");
    /* Shop numbers of the saved table may have holes; more holes than this nobody leaves. */
    r->cap_shop = h.n_shop > UINT32_MAX / 64 ? UINT32_MAX / 4 : h.n_shop * 16 + 65536;
    r->shop = malloc(r->cap_shop * sizeof *r->shop);
    if (!r->shop) return cs_fail(CS_ENOMEM);
    memset(r->shop, 0xFF, r->cap_shop * sizeof *r->shop);
    rc = get_all(r, &h);
    free(r->shop);
    return rc;
}

cs_rc cs_clock_load(
    struct cs_clock *c, int32_t partition, const struct cs_span *chunk, uint32_t n, struct cs_diag *diag)
{
    if (cs_clock_known_shard(c, partition)) return cs_fail(CS_EINVAL);
    struct reader r = {.chunk = chunk, .n = n, .clock = c, .diag = diag};
    cs_rc rc = cs_clock_shard(c, partition, &r.shard);
    if (cs_bad(rc)) return rc;
    rc = load(&r);
    if (cs_bad(rc)) cs_clock_drop(c, partition);
    return rc;
}
