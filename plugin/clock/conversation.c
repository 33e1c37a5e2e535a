#include "clock/conversation.h"

#include "base/hash.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

void cs_conversations_init(struct cs_conversations *t, uint64_t seed)
{
    *t = (struct cs_conversations){
        .free = CS_NO_SLOT, .oldest = CS_NO_SLOT, .newest = CS_NO_SLOT, .seed = seed};
}

void cs_conversations_clear(struct cs_conversations *t)
{
    for (uint32_t i = 0; i < t->n_slot; i++)
        free(t->slot[i].key);
    free(t->slot);
    free(t->index);
    cs_conversations_init(t, t->seed);
}

uint64_t cs_conversations_hash(const struct cs_conversation_key *k, uint64_t seed)
{
    return cs_hash(k->buyer, cs_hash(k->shop, cs_hash(k->platform, seed)));
}

static size_t key_len(const struct cs_conversation_key *k)
{
    return k->platform.len + 1 + k->shop.len + 1 + k->buyer.len;
}

static bool is_key(const struct cs_conversation *c, const struct cs_conversation_key *k)
{
    if (c->key_len != key_len(k) || c->platform_len != k->platform.len || c->shop_len != k->shop.len)
        return false;
    const uint8_t *shop = c->key + k->platform.len + 1, *buyer = shop + k->shop.len + 1;
    return cs_span_eq(cs_span_of(buyer, k->buyer.len), k->buyer) &&
           cs_span_eq(cs_span_of(shop, k->shop.len), k->shop) &&
           cs_span_eq(cs_span_of(c->key, k->platform.len), k->platform);
}

/* Place in the index where `key` stands, or where it belongs. The index always has an empty place. */
static uint32_t find(const struct cs_conversations *t, const struct cs_conversation_key *key, uint64_t hash)
{
    uint32_t mask = t->cap_index - 1, i = (uint32_t)hash & mask;
    for (; t->index[i] != CS_NO_SLOT; i = (i + 1) & mask) {
        const struct cs_conversation *c = &t->slot[t->index[i]];
        if (c->hash == hash && is_key(c, key)) break;
    }
    return i;
}

static cs_rc grow_index(struct cs_conversations *t)
{
    if ((uint64_t)t->n * 2 < t->cap_index) return CS_OK;
    uint32_t cap = t->cap_index ? t->cap_index * 2 : FIRST_SLOTS * 2;
    uint32_t *index = cap ? malloc(cap * sizeof *index) : NULL;
    if (!index) return cs_fail(CS_ENOMEM);
    memset(index, 0xFF, cap * sizeof *index);
    for (uint32_t i = 0; i < t->cap_index; i++) {
        uint32_t s = t->index[i];
        if (s == CS_NO_SLOT) continue;
        uint32_t at = (uint32_t)t->slot[s].hash & (cap - 1);
        while (index[at] != CS_NO_SLOT)
            at = (at + 1) & (cap - 1);
        index[at] = s;
    }
    free(t->index);
    t->index = index;
    t->cap_index = cap;
    return CS_OK;
}

static cs_rc grow_slots(struct cs_conversations *t)
{
    if (t->free != CS_NO_SLOT || t->n_slot < t->cap_slot) return CS_OK;
    uint32_t cap = t->cap_slot ? t->cap_slot * 2 : FIRST_SLOTS;
    struct cs_conversation *slot = cap ? realloc(t->slot, cap * sizeof *slot) : NULL;
    if (!slot) return cs_fail(CS_ENOMEM);
    t->slot = slot;
    t->cap_slot = cap;
    return CS_OK;
}

static uint32_t take_slot(struct cs_conversations *t)
{
    uint32_t s = t->free;
    if (s == CS_NO_SLOT) return t->n_slot++;
    t->free = t->slot[s].newer;
    return s;
}

static void unlink_slot(struct cs_conversations *t, const struct cs_conversation *c)
{
    if (c->older == CS_NO_SLOT)
        t->oldest = c->newer;
    else
        t->slot[c->older].newer = c->newer;
    if (c->newer == CS_NO_SLOT)
        t->newest = c->older;
    else
        t->slot[c->newer].older = c->older;
}

static void link_newest(struct cs_conversations *t, uint32_t s)
{
    t->slot[s].older = t->newest;
    t->slot[s].newer = CS_NO_SLOT;
    if (t->newest == CS_NO_SLOT)
        t->oldest = s;
    else
        t->slot[t->newest].newer = s;
    t->newest = s;
}

static uint8_t *append(uint8_t *to, struct cs_span part)
{
    if (part.len) memcpy(to, part.ptr, part.len);
    return to + part.len;
}

static uint8_t *join(const struct cs_conversation_key *k)
{
    uint8_t *key = malloc(key_len(k)), *to = key;
    if (!key) return NULL;
    to = append(to, k->platform);
    *to++ = 0;
    to = append(to, k->shop);
    *to++ = 0;
    append(to, k->buyer);
    return key;
}

static cs_rc insert(struct cs_conversations *t, const struct cs_conversation_key *k, uint64_t hash)
{
    cs_rc rc = grow_index(t);
    if (!cs_bad(rc)) rc = grow_slots(t);
    if (cs_bad(rc)) return rc;
    uint8_t *key = join(k);
    if (!key) return cs_fail(CS_ENOMEM);
    uint32_t s = take_slot(t);
    t->slot[s] = (struct cs_conversation){.key = key,
        .hash = hash,
        .key_len = (uint32_t)key_len(k),
        .platform_len = (uint16_t)k->platform.len,
        .shop_len = (uint16_t)k->shop.len,
        .replied_record_ms = INT64_MIN};
    t->index[find(t, k, hash)] = s;
    t->n++;
    link_newest(t, s);
    return CS_OK;
}

cs_rc cs_conversations_touch(struct cs_conversations *t, const struct cs_conversation_key *k, uint64_t hash,
    bool *fresh, struct cs_conversation **out)
{
    if (k->platform.len > UINT16_MAX || k->shop.len > UINT16_MAX || k->buyer.len > UINT16_MAX)
        return cs_fail(CS_ELIMIT);
    uint32_t s = t->cap_index ? t->index[find(t, k, hash)] : CS_NO_SLOT;
    *fresh = s == CS_NO_SLOT;
    cs_rc rc = *fresh ? insert(t, k, hash) : CS_OK;
    if (cs_bad(rc)) return rc;
    if (!*fresh && s != t->newest) {
        unlink_slot(t, &t->slot[s]);
        link_newest(t, s);
    }
    *out = &t->slot[t->newest];
    return CS_OK;
}

/* The slot at the home of `hash`, mostly the right one, or NULL. */
static const struct cs_conversation *home_slot(const struct cs_conversations *t, uint64_t hash)
{
    uint32_t s = t->cap_index ? t->index[(uint32_t)hash & (t->cap_index - 1)] : CS_NO_SLOT;
    return s == CS_NO_SLOT ? NULL : &t->slot[s];
}

void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash)
{
    if (t->cap_index) __builtin_prefetch(&t->index[(uint32_t)hash & (t->cap_index - 1)]);
}

void cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash)
{
    const struct cs_conversation *c = home_slot(t, hash);
    if (!c) return;
    __builtin_prefetch(c, 1);
    __builtin_prefetch(&c->replied_record_ms, 1); /* slots lie across lines */
}

void cs_conversations_hint_links(const struct cs_conversations *t, uint64_t hash)
{
    const struct cs_conversation *c = home_slot(t, hash);
    if (!c) return;
    __builtin_prefetch(c->key);
    if (c->older != CS_NO_SLOT) __builtin_prefetch(&t->slot[c->older].newer, 1);
    if (c->newer != CS_NO_SLOT) __builtin_prefetch(&t->slot[c->newer].older, 1);
}

struct cs_conversation *cs_conversations_oldest(const struct cs_conversations *t)
{
    return t->oldest == CS_NO_SLOT ? NULL : &t->slot[t->oldest];
}

/* Empty place `hole` of the index and move back those behind it that may stand nearer to their home. */
static void close_hole(struct cs_conversations *t, uint32_t hole)
{
    uint32_t mask = t->cap_index - 1;
    t->index[hole] = CS_NO_SLOT;
    for (uint32_t i = (hole + 1) & mask; t->index[i] != CS_NO_SLOT; i = (i + 1) & mask) {
        uint32_t home = (uint32_t)t->slot[t->index[i]].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        t->index[hole] = t->index[i];
        t->index[i] = CS_NO_SLOT;
        hole = i;
    }
}

void cs_conversations_pop(struct cs_conversations *t)
{
    uint32_t s = t->oldest;
    struct cs_conversation *c = &t->slot[s];
    uint32_t mask = t->cap_index - 1, at = (uint32_t)c->hash & mask;
    while (t->index[at] != s)
        at = (at + 1) & mask;
    close_hole(t, at);
    unlink_slot(t, c);
    free(c->key);
    *c = (struct cs_conversation){.newer = t->free};
    t->free = s;
    t->n--;
}
