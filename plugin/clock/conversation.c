#include "clock/conversation.h"

#include "base/hash.h"

#include <stdlib.h>

enum { FIRST_PLACES = 128, FIRST_ERRANDS = 64, LINE = 64 };

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
    if (c->buyer_len != CS_BUYER_OUT) return;
    t->buyer_bytes -= cs_conversation_buyer(c).len + sizeof(uint32_t);
    free(c->buyer.out);
}

void cs_conversations_clear(struct cs_conversations *t)
{
    for (uint32_t i = 0; i < t->n_slot; i++)
        free_buyer(t, cs_conversations_at(t, i));
    for (uint32_t i = 0; i < t->n_piece; i++)
        free(t->piece[i]->memory);
    free(t->piece);
    free(t->index);
    free(t->errand);
    cs_conversations_init(t, t->seed);
}

uint64_t cs_conversations_hash(const struct cs_conversation_key *k, uint64_t seed)
{
    return cs_hash(k->buyer, seed + k->shop);
}

static inline bool is_of(const struct cs_conversation *c, const struct cs_conversation_key *k)
{
    struct cs_span buyer;
    if (c->shop != k->shop || c->buyer_len == CS_BUYER_NONE) return false;
    buyer = cs_conversation_buyer(c);
    return buyer.len == k->buyer.len && cs_bytes_eq(buyer.ptr, k->buyer.ptr, buyer.len);
}

/* Where a key with this hash belongs in an index of `cap` places. */
static inline uint32_t home_of(uint64_t hash, uint32_t cap)
{
    return (uint32_t)((hash >> 32) * cap >> 32);
}

static inline uint32_t next_place(const struct cs_conversations *t, uint32_t at)
{
    return at + 1 == t->cap_index ? 0 : at + 1;
}

static inline uint32_t slot_of(const struct cs_conversations *t, uint32_t entry)
{
    return entry & t->slot_mask;
}

static inline bool has_tag(const struct cs_conversations *t, uint32_t entry, uint64_t hash)
{
    return ((entry ^ (uint32_t)hash) & ~t->slot_mask) == 0;
}

static inline uint32_t entry_of(const struct cs_conversations *t, uint64_t hash, uint32_t slot)
{
    return ((uint32_t)hash & ~t->slot_mask) | slot;
}

/* The first place from `at` on whose tag is that of the hash, or an empty one. The index always has one. */
static inline uint32_t next_likely(const struct cs_conversations *t, uint32_t at, uint64_t hash)
{
    while (t->index[at] != CS_NO_SLOT && !has_tag(t, t->index[at], hash))
        at = next_place(t, at);
    return at;
}

/* Place in the index where `key` stands, or where it belongs. */
static uint32_t find(const struct cs_conversations *t, const struct cs_conversation_key *key, uint64_t hash)
{
    uint32_t at = next_likely(t, home_of(hash, t->cap_index), hash);
    while (t->index[at] != CS_NO_SLOT && !is_of(cs_conversations_at(t, slot_of(t, t->index[at])), key))
        at = next_likely(t, next_place(t, at), hash);
    return at;
}

static uint64_t hash_of_slot(const struct cs_conversations *t, uint32_t slot)
{
    const struct cs_conversation *c = cs_conversations_at(t, slot);
    struct cs_conversation_key key = {c->shop, cs_conversation_buyer(c)};
    return cs_conversations_hash(&key, t->seed);
}

static void enter(struct cs_conversations *t, uint32_t slot)
{
    uint64_t hash = hash_of_slot(t, slot);
    uint32_t at = home_of(hash, t->cap_index);
    while (t->index[at] != CS_NO_SLOT)
        at = next_place(t, at);
    t->index[at] = entry_of(t, hash, slot);
}

/* At most three quarters are in use, and after it has grown half. Slot numbers are always below the places'.
 */
static cs_rc grow_index(struct cs_conversations *t)
{
    if (((uint64_t)t->n + 1) * 4 <= (uint64_t)t->cap_index * 3) return CS_OK;
    if (t->cap_index > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    uint32_t cap = t->cap_index ? t->cap_index / 2 * 3 : FIRST_PLACES;
    uint32_t *index = malloc(cap * sizeof *index);
    if (!index) return cs_fail(CS_ENOMEM);
    memset(index, 0xFF, cap * sizeof *index);
    free(t->index);
    t->index = index;
    t->cap_index = cap;
    t->slot_mask = UINT32_MAX >> __builtin_clz(cap);
    for (uint32_t i = 0; i < t->n_slot; i++)
        if (cs_conversations_at(t, i)->buyer_len != CS_BUYER_NONE) enter(t, i);
    return CS_OK;
}

/* A piece whose slots begin with lines of the cache. */
static struct cs_piece *new_piece(void)
{
    uint8_t *memory = malloc(sizeof(struct cs_piece) + LINE);
    if (!memory) return NULL;
    void *aligned = memory + (LINE - (uintptr_t)memory % LINE);
    struct cs_piece *p = aligned;
    p->memory = memory;
    return p;
}

static cs_rc grow_slots(struct cs_conversations *t)
{
    if (t->free != CS_NO_SLOT || t->n_slot < t->cap_slot) return CS_OK;
    if (t->n_piece == t->cap_piece) {
        uint32_t cap = t->cap_piece ? t->cap_piece * 2 : 8;
        struct cs_piece **piece = realloc(t->piece, cap * sizeof *piece);
        if (!piece) return cs_fail(CS_ENOMEM);
        t->piece = piece;
        t->cap_piece = cap;
    }
    struct cs_piece *fresh = new_piece();
    if (!fresh) return cs_fail(CS_ENOMEM);
    t->piece[t->n_piece++] = fresh;
    t->cap_slot += CS_PIECE;
    return CS_OK;
}

static uint32_t take_slot(struct cs_conversations *t)
{
    uint32_t s = t->free;
    if (s == CS_NO_SLOT) return t->n_slot++;
    t->free = cs_conversations_links(t, s)->newer;
    return s;
}

static inline void unlink_slot(struct cs_conversations *t, struct cs_links c)
{
    if (c.older == CS_NO_SLOT)
        t->oldest = c.newer;
    else
        cs_conversations_links(t, c.older)->newer = c.newer;
    if (c.newer == CS_NO_SLOT)
        t->newest = c.older;
    else
        cs_conversations_links(t, c.newer)->older = c.older;
}

static inline void link_newest(struct cs_conversations *t, uint32_t s)
{
    *cs_conversations_links(t, s) = (struct cs_links){t->newest, CS_NO_SLOT};
    if (t->newest == CS_NO_SLOT)
        t->oldest = s;
    else
        cs_conversations_links(t, t->newest)->newer = s;
    t->newest = s;
}

/* Store the id; one that is too long comes to memory of its own. */
static cs_rc name_buyer(struct cs_conversations *t, struct cs_conversation *c, struct cs_span buyer)
{
    uint32_t len = (uint32_t)buyer.len;
    c->buyer_len = (uint8_t)len;
    if (len && len <= CS_BUYER_INLINE) memcpy(c->buyer.in, buyer.ptr, len);
    if (len <= CS_BUYER_INLINE) return CS_OK;
    uint8_t *out = malloc(sizeof len + len);
    if (!out) return cs_fail(CS_ENOMEM);
    memcpy(out, &len, sizeof len);
    memcpy(out + sizeof len, buyer.ptr, len);
    c->buyer.out = out;
    c->buyer_len = CS_BUYER_OUT;
    t->buyer_bytes += sizeof len + len;
    return CS_OK;
}

static cs_rc insert(struct cs_conversations *t, const struct cs_conversation_key *k, uint64_t hash)
{
    cs_rc rc = grow_index(t);
    if (!cs_bad(rc)) rc = grow_slots(t);
    if (cs_bad(rc)) return rc;
    struct cs_conversation made = {.shop = k->shop, .errand = CS_NO_ERRAND};
    rc = name_buyer(t, &made, k->buyer);
    if (cs_bad(rc)) return rc;
    uint32_t place = find(t, k, hash), s = take_slot(t);
    *cs_conversations_at(t, s) = made;
    t->index[place] = entry_of(t, hash, s);
    t->n++;
    link_newest(t, s);
    return CS_OK;
}

/* The slot of a key, or CS_NO_SLOT. */
static inline uint32_t look_up(const struct cs_conversations *t, const struct cs_conversation_key *k,
    const struct cs_conversation_at *at)
{
    if (at->guess < t->n_slot && is_of(cs_conversations_at(t, at->guess), k)) return at->guess;
    uint32_t entry = t->cap_index ? t->index[find(t, k, at->hash)] : CS_NO_SLOT;
    return entry == CS_NO_SLOT ? CS_NO_SLOT : slot_of(t, entry);
}

cs_rc cs_conversations_touch(
    struct cs_conversations *t, const struct cs_conversation_key *k, struct cs_conversation_at *at)
{
    uint32_t s = look_up(t, k, at);
    at->fresh = s == CS_NO_SLOT;
    cs_rc rc = at->fresh ? insert(t, k, at->hash) : CS_OK;
    if (cs_bad(rc)) return rc;
    if (!at->fresh && s != t->newest) {
        unlink_slot(t, *cs_conversations_links(t, s));
        link_newest(t, s);
    }
    at->slot = t->newest;
    return CS_OK;
}

void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash)
{
    if (t->cap_index) __builtin_prefetch(&t->index[home_of(hash, t->cap_index)]);
}

uint32_t cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash)
{
    if (!t->cap_index) return CS_NO_SLOT;
    uint32_t entry = t->index[next_likely(t, home_of(hash, t->cap_index), hash)];
    if (entry == CS_NO_SLOT) return CS_NO_SLOT;
    uint32_t s = slot_of(t, entry);
    const struct cs_conversation *c = cs_conversations_at(t, s);
    __builtin_prefetch(c, 1);
    __builtin_prefetch(&c->buyer_len, 1);
    __builtin_prefetch(cs_conversations_links(t, s), 1);
    return s;
}

void cs_conversations_hint_links(const struct cs_conversations *t, uint32_t guess)
{
    if (guess == CS_NO_SLOT) return;
    struct cs_links c = *cs_conversations_links(t, guess);
    const struct cs_conversation *v = cs_conversations_at(t, guess);
    if (v->buyer_len == CS_BUYER_OUT) __builtin_prefetch(v->buyer.out);
    if (c.older != CS_NO_SLOT) __builtin_prefetch(cs_conversations_links(t, c.older), 1);
    if (c.newer != CS_NO_SLOT) __builtin_prefetch(cs_conversations_links(t, c.newer), 1);
}

/* How many places from `from` to `to`, around the end. */
static inline uint32_t distance(const struct cs_conversations *t, uint32_t from, uint32_t to)
{
    return to >= from ? to - from : to + t->cap_index - from;
}

/* Empty place `hole` of the index and move back those behind it that may stand nearer to their home. */
static void close_hole(struct cs_conversations *t, uint32_t hole)
{
    t->index[hole] = CS_NO_SLOT;
    for (uint32_t i = next_place(t, hole); t->index[i] != CS_NO_SLOT; i = next_place(t, i)) {
        uint32_t at = home_of(hash_of_slot(t, slot_of(t, t->index[i])), t->cap_index);
        if (distance(t, at, i) < distance(t, hole, i)) continue;
        t->index[hole] = t->index[i];
        t->index[i] = CS_NO_SLOT;
        hole = i;
    }
}

void cs_conversations_keep(struct cs_conversations *t)
{
    uint32_t s = t->oldest;
    unlink_slot(t, *cs_conversations_links(t, s));
    link_newest(t, s);
}

void cs_conversations_pop(struct cs_conversations *t)
{
    uint32_t s = t->oldest;
    struct cs_conversation *c = cs_conversations_at(t, s);
    uint32_t at = home_of(hash_of_slot(t, s), t->cap_index);
    while (slot_of(t, t->index[at]) != s)
        at = next_place(t, at);
    close_hole(t, at);
    unlink_slot(t, *cs_conversations_links(t, s));
    while (c->errand != CS_NO_ERRAND)
        cs_errand_remove(t, &c->errand);
    free_buyer(t, c);
    *c = (struct cs_conversation){.buyer_len = CS_BUYER_NONE};
    cs_conversations_links(t, s)->newer = t->free;
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
    t->added++;
    return CS_OK;
}

void cs_errand_remove(struct cs_conversations *t, uint32_t *link)
{
    uint32_t at = *link;
    *link = t->errand[at].next;
    t->errand[at].next = t->free_errand;
    t->errand[at].plan = 0;
    t->free_errand = at;
    t->live_errands--;
}

uint64_t cs_conversations_bytes(const struct cs_conversations *t)
{
    return (uint64_t)t->n_piece * (sizeof(struct cs_piece) + LINE) +
           (uint64_t)t->cap_index * sizeof *t->index + (uint64_t)t->cap_errand * sizeof *t->errand +
           (uint64_t)t->cap_piece * sizeof *t->piece + t->buyer_bytes;
}
