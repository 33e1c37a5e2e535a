#include "clock/conversation.h"

#include "base/hash.h"

#include <stdlib.h>

enum { FIRST_PLACES = 128, FIRST_ERRANDS = 64, PIECE = 1 << CS_PIECE_BITS };

void cs_conversations_init(struct cs_conversations *t, uint64_t seed)
{
    *t = (struct cs_conversations){.free = CS_NO_SLOT,
        .oldest = CS_NO_SLOT,
        .newest = CS_NO_SLOT,
        .free_errand = CS_NO_ERRAND,
        .seed = seed};
}

static void free_buyer(struct cs_conversations *t, struct cs_conversation *c)
{
    if (c->buyer_len <= CS_BUYER_INLINE) return;
    t->buyer_bytes -= c->buyer_len;
    free(c->buyer.out);
}

void cs_conversations_clear(struct cs_conversations *t)
{
    for (uint32_t i = 0; i < t->n_slot; i++)
        free_buyer(t, cs_conversations_at(t, i));
    for (uint32_t i = 0; i < t->n_piece; i++)
        free(t->piece[i]);
    free(t->piece);
    free(t->index);
    free(t->errand);
    cs_conversations_init(t, t->seed);
}

uint64_t cs_conversations_hash(const struct cs_conversation_key *k, uint64_t seed)
{
    return cs_hash(k->buyer, seed + k->shop);
}

/* Place in the index where `key` stands, or where it belongs. The index always has an empty place. */
static inline uint32_t find(
    const struct cs_conversations *t, const struct cs_conversation_key *key, uint64_t hash)
{
    uint32_t mask = t->cap_index - 1, i = (uint32_t)hash & mask;
    for (; t->index[i] != CS_NO_SLOT; i = (i + 1) & mask) {
        const struct cs_conversation *c = cs_conversations_at(t, t->index[i]);
        if (c->shop == key->shop && cs_span_eq(cs_conversation_buyer(c), key->buyer)) break;
    }
    return i;
}

static uint32_t home(const struct cs_conversations *t, uint32_t slot, uint32_t mask)
{
    const struct cs_conversation *c = cs_conversations_at(t, slot);
    struct cs_conversation_key key = {c->shop, cs_conversation_buyer(c)};
    return (uint32_t)cs_conversations_hash(&key, t->seed) & mask;
}

static cs_rc grow_index(struct cs_conversations *t)
{
    if ((uint64_t)t->n * 2 < t->cap_index) return CS_OK;
    uint32_t cap = t->cap_index ? t->cap_index * 2 : FIRST_PLACES;
    uint32_t *index = cap ? malloc(cap * sizeof *index) : NULL;
    if (!index) return cs_fail(CS_ENOMEM);
    memset(index, 0xFF, cap * sizeof *index);
    for (uint32_t i = 0; i < t->cap_index; i++) {
        if (t->index[i] == CS_NO_SLOT) continue;
        uint32_t at = home(t, t->index[i], cap - 1);
        while (index[at] != CS_NO_SLOT)
            at = (at + 1) & (cap - 1);
        index[at] = t->index[i];
    }
    free(t->index);
    t->index = index;
    t->cap_index = cap;
    return CS_OK;
}

static cs_rc grow_slots(struct cs_conversations *t)
{
    if (t->free != CS_NO_SLOT || t->n_slot < t->cap_slot) return CS_OK;
    if (t->n_piece == t->cap_piece) {
        uint32_t cap = t->cap_piece ? t->cap_piece * 2 : 8;
        struct cs_conversation **piece = realloc(t->piece, cap * sizeof *piece);
        if (!piece) return cs_fail(CS_ENOMEM);
        t->piece = piece;
        t->cap_piece = cap;
    }
    struct cs_conversation *fresh = malloc(PIECE * sizeof *fresh);
    if (!fresh) return cs_fail(CS_ENOMEM);
    t->piece[t->n_piece++] = fresh;
    t->cap_slot += PIECE;
    return CS_OK;
}

static uint32_t take_slot(struct cs_conversations *t)
{
    uint32_t s = t->free;
    if (s == CS_NO_SLOT) return t->n_slot++;
    t->free = cs_conversations_at(t, s)->newer;
    return s;
}

static inline void unlink_slot(struct cs_conversations *t, const struct cs_conversation *c)
{
    if (c->older == CS_NO_SLOT)
        t->oldest = c->newer;
    else
        cs_conversations_at(t, c->older)->newer = c->newer;
    if (c->newer == CS_NO_SLOT)
        t->newest = c->older;
    else
        cs_conversations_at(t, c->newer)->older = c->older;
}

static inline void link_newest(struct cs_conversations *t, uint32_t s)
{
    struct cs_conversation *c = cs_conversations_at(t, s);
    c->older = t->newest;
    c->newer = CS_NO_SLOT;
    if (t->newest == CS_NO_SLOT)
        t->oldest = s;
    else
        cs_conversations_at(t, t->newest)->newer = s;
    t->newest = s;
}

static cs_rc insert(struct cs_conversations *t, const struct cs_conversation_key *k, uint64_t hash)
{
    cs_rc rc = grow_index(t);
    if (!cs_bad(rc)) rc = grow_slots(t);
    if (cs_bad(rc)) return rc;
    uint8_t *out = k->buyer.len > CS_BUYER_INLINE ? malloc(k->buyer.len) : NULL;
    if (k->buyer.len > CS_BUYER_INLINE && !out) return cs_fail(CS_ENOMEM);
    uint32_t place = find(t, k, hash), s = take_slot(t);
    struct cs_conversation *c = cs_conversations_at(t, s);
    *c = (struct cs_conversation){.shop = k->shop,
        .buyer_len = (uint16_t)k->buyer.len,
        .errand = CS_NO_ERRAND,
        .due_ms = CS_NO_TIME,
        .latest_ms = INT64_MIN};
    if (out) {
        c->buyer.out = out;
        t->buyer_bytes += k->buyer.len;
    }
    if (k->buyer.len) memcpy(out ? out : c->buyer.in, k->buyer.ptr, k->buyer.len);
    t->index[place] = s;
    t->n++;
    link_newest(t, s);
    return CS_OK;
}

cs_rc cs_conversations_touch(struct cs_conversations *t, const struct cs_conversation_key *k, uint64_t hash,
    bool *fresh, uint32_t *slot)
{
    uint32_t s = t->cap_index ? t->index[find(t, k, hash)] : CS_NO_SLOT;
    *fresh = s == CS_NO_SLOT;
    cs_rc rc = *fresh ? insert(t, k, hash) : CS_OK;
    if (cs_bad(rc)) return rc;
    if (!*fresh && s != t->newest) {
        unlink_slot(t, cs_conversations_at(t, s));
        link_newest(t, s);
    }
    *slot = t->newest;
    return CS_OK;
}

/* The slot at the home of `hash`, mostly the right one, or CS_NO_SLOT. */
static uint32_t home_slot(const struct cs_conversations *t, uint64_t hash)
{
    return t->cap_index ? t->index[(uint32_t)hash & (t->cap_index - 1)] : CS_NO_SLOT;
}

void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash)
{
    if (t->cap_index) __builtin_prefetch(&t->index[(uint32_t)hash & (t->cap_index - 1)]);
}

void cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash)
{
    uint32_t s = home_slot(t, hash);
    if (s == CS_NO_SLOT) return;
    const struct cs_conversation *c = cs_conversations_at(t, s);
    __builtin_prefetch(c, 1);
    __builtin_prefetch(&c->bad, 1); /* slots lie across lines */
}

void cs_conversations_hint_links(const struct cs_conversations *t, uint64_t hash)
{
    uint32_t s = home_slot(t, hash);
    if (s == CS_NO_SLOT) return;
    const struct cs_conversation *c = cs_conversations_at(t, s);
    if (c->buyer_len > CS_BUYER_INLINE) __builtin_prefetch(c->buyer.out);
    if (c->older != CS_NO_SLOT) __builtin_prefetch(&cs_conversations_at(t, c->older)->newer, 1);
    if (c->newer != CS_NO_SLOT) __builtin_prefetch(&cs_conversations_at(t, c->newer)->older, 1);
}

/* Empty place `hole` of the index and move back those behind it that may stand nearer to their home. */
static void close_hole(struct cs_conversations *t, uint32_t hole)
{
    uint32_t mask = t->cap_index - 1;
    t->index[hole] = CS_NO_SLOT;
    for (uint32_t i = (hole + 1) & mask; t->index[i] != CS_NO_SLOT; i = (i + 1) & mask) {
        uint32_t at = home(t, t->index[i], mask);
        if (((i - at) & mask) < ((i - hole) & mask)) continue;
        t->index[hole] = t->index[i];
        t->index[i] = CS_NO_SLOT;
        hole = i;
    }
}

void cs_conversations_keep(struct cs_conversations *t)
{
    uint32_t s = t->oldest;
    unlink_slot(t, cs_conversations_at(t, s));
    link_newest(t, s);
}

void cs_conversations_pop(struct cs_conversations *t)
{
    uint32_t s = t->oldest;
    struct cs_conversation *c = cs_conversations_at(t, s);
    uint32_t mask = t->cap_index - 1, at = home(t, s, mask);
    while (t->index[at] != s)
        at = (at + 1) & mask;
    close_hole(t, at);
    unlink_slot(t, c);
    while (c->errand != CS_NO_ERRAND)
        cs_errand_remove(t, &c->errand);
    free_buyer(t, c);
    *c = (struct cs_conversation){.newer = t->free, .due_ms = CS_NO_TIME};
    t->free = s;
    t->n--;
}

cs_rc cs_errand_add(struct cs_conversations *t, struct cs_conversation *c, const struct cs_errand *errand)
{
    if (t->free_errand == CS_NO_ERRAND && t->n_errand == t->cap_errand) {
        uint32_t cap = t->cap_errand ? t->cap_errand * 2 : FIRST_ERRANDS;
        struct cs_errand *p = realloc(t->errand, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        t->errand = p;
        t->cap_errand = cap;
    }
    uint32_t at = t->free_errand == CS_NO_ERRAND ? t->n_errand++ : t->free_errand;
    if (at == t->free_errand) t->free_errand = t->errand[at].next;
    t->errand[at] = *errand;
    t->errand[at].next = c->errand;
    c->errand = at;
    t->live_errands++;
    return CS_OK;
}

void cs_errand_remove(struct cs_conversations *t, uint32_t *link)
{
    uint32_t at = *link;
    *link = t->errand[at].next;
    t->errand[at].next = t->free_errand;
    t->free_errand = at;
    t->live_errands--;
}

uint64_t cs_conversations_bytes(const struct cs_conversations *t)
{
    return (uint64_t)t->cap_slot * sizeof(struct cs_conversation) +
           (uint64_t)t->cap_index * sizeof *t->index + (uint64_t)t->cap_errand * sizeof *t->errand +
           (uint64_t)t->cap_piece * sizeof *t->piece + t->buyer_bytes;
}
