#include "annotate/dialogues.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64, NUMBER_BITS = CS_DIALOGUE_NUMBER_BITS, FIRST_CAP = 64, FIRST_PIECES = 4 };

static_assert(sizeof(struct cs_dialogue) == 32 && sizeof(struct cs_trace) == 24, "blocks are full lines");

static struct cs_dialogue *block_at(const struct cs_dialogues *t, uint32_t size, uint32_t number)
{
    return cs_dialogues_at(t, size << NUMBER_BITS | (number + 1));
}

uint32_t cs_dialogues_block(const struct cs_dialogues *t, uint32_t size, uint32_t number)
{
    return number < t->pool[size].n_block ? size << NUMBER_BITS | (number + 1) : 0;
}

static cs_rc add_piece(struct cs_dialogue_pool *p, uint32_t size)
{
    if (p->n_block >> (NUMBER_BITS - 1)) return cs_fail(CS_ENOMEM);
    if (p->n_piece == p->cap_piece) {
        uint32_t cap = p->cap_piece ? p->cap_piece * 2 : FIRST_PIECES;
        uint8_t **wider = realloc(p->piece, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        p->piece = wider;
        p->cap_piece = cap;
    }
    size_t bytes = (size_t)cs_dialogue_size[size].bytes << cs_dialogue_size[size].bits;
    uint8_t *piece = aligned_alloc(LINE, bytes);
    if (!piece) return cs_fail(CS_ENOMEM);
    p->piece[p->n_piece++] = piece;
    return CS_OK;
}

static cs_rc take_block(struct cs_dialogues *t, uint32_t size, uint32_t *ref)
{
    struct cs_dialogue_pool *p = &t->pool[size];
    uint32_t number = p->free - 1;
    if (!p->free) {
        cs_rc rc = p->n_block >> cs_dialogue_size[size].bits == p->n_piece ? add_piece(p, size) : CS_OK;
        if (cs_bad(rc)) return rc;
        number = p->n_block++;
    } else {
        p->free = (uint32_t)block_at(t, size, number)->key;
    }
    *ref = size << NUMBER_BITS | (number + 1);
    *block_at(t, size, number) = (struct cs_dialogue){.size = (uint8_t)size};
    return CS_OK;
}

static void give_block(struct cs_dialogues *t, uint32_t ref)
{
    struct cs_dialogue *d = cs_dialogues_at(t, ref);
    struct cs_dialogue_pool *p = &t->pool[ref >> NUMBER_BITS];
    d->n = 0;
    d->key = p->free;
    p->free = ref & ((1u << NUMBER_BITS) - 1);
}

static uint32_t home_of(const struct cs_dialogues *t, uint32_t tag)
{
    return tag & (t->cap - 1);
}

/* The slot of `key`, or the empty one where it would go. */
static uint32_t slot_of(const struct cs_dialogues *t, uint64_t key)
{
    uint32_t tag = (uint32_t)key, i = home_of(t, tag);
    while (t->slot[i].ref && (t->slot[i].tag != tag || cs_dialogues_at(t, t->slot[i].ref)->key != key))
        i = (i + 1) & (t->cap - 1);
    return i;
}

uint32_t cs_dialogues_find(const struct cs_dialogues *t, uint64_t key)
{
    return t->cap ? t->slot[slot_of(t, key)].ref : 0;
}

static cs_rc grow_slots(struct cs_dialogues *t)
{
    struct cs_dialogues wider = {.cap = t->cap ? t->cap * 2 : FIRST_CAP};
    if (wider.cap < t->cap) return cs_fail(CS_ENOMEM);
    wider.slot = calloc(wider.cap, sizeof *wider.slot);
    if (!wider.slot) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < t->cap; i++) {
        uint32_t to = home_of(&wider, t->slot[i].tag);
        while (t->slot[i].ref && wider.slot[to].ref)
            to = (to + 1) & (wider.cap - 1);
        if (t->slot[i].ref) wider.slot[to] = t->slot[i];
    }
    free(t->slot);
    t->slot = wider.slot;
    t->cap = wider.cap;
    return CS_OK;
}

cs_rc cs_dialogues_add(struct cs_dialogues *t, uint64_t key, uint32_t *ref)
{
    cs_rc rc = t->n >= t->cap / 4 * 3 ? grow_slots(t) : CS_OK;
    if (!cs_bad(rc)) rc = take_block(t, 0, ref);
    if (cs_bad(rc)) return rc;
    cs_dialogues_at(t, *ref)->key = key;
    t->slot[slot_of(t, key)] = (struct cs_dialogue_slot){(uint32_t)key, *ref};
    t->n++;
    return CS_OK;
}

cs_rc cs_dialogues_widen(struct cs_dialogues *t, uint32_t *ref)
{
    struct cs_dialogue *from = cs_dialogues_at(t, *ref);
    uint32_t wider, slot = slot_of(t, from->key);
    cs_rc rc = take_block(t, from->size + 1u, &wider);
    if (cs_bad(rc)) return rc;
    struct cs_dialogue *to = cs_dialogues_at(t, wider);
    uint8_t size = to->size;
    *to = *from;
    to->size = size;
    to->first = 0;
    for (uint32_t k = 0; k < from->n; k++)
        to->trace[k] = *cs_dialogue_trace(from, k);
    t->slot[slot].ref = wider;
    give_block(t, *ref);
    *ref = wider;
    return CS_OK;
}

/* Those behind the gap that were pushed off their home move up, so that no search ends too early. */
void cs_dialogues_remove(struct cs_dialogues *t, uint32_t ref)
{
    uint32_t mask = t->cap - 1, gap = slot_of(t, cs_dialogues_at(t, ref)->key);
    give_block(t, ref);
    for (uint32_t i = (gap + 1) & mask; t->slot[i].ref; i = (i + 1) & mask) {
        uint32_t from_home = (i - home_of(t, t->slot[i].tag)) & mask;
        if (from_home < ((i - gap) & mask)) continue;
        t->slot[gap] = t->slot[i];
        gap = i;
    }
    t->slot[gap] = (struct cs_dialogue_slot){0};
    t->n--;
}

void cs_dialogues_clear(struct cs_dialogues *t)
{
    for (uint32_t s = 0; s < CS_DIALOGUE_SIZES; s++) {
        for (uint32_t i = 0; i < t->pool[s].n_piece; i++)
            free(t->pool[s].piece[i]);
        free(t->pool[s].piece);
    }
    free(t->slot);
    *t = (struct cs_dialogues){0};
}

uint64_t cs_dialogues_bytes(const struct cs_dialogues *t)
{
    uint64_t bytes = t->cap * sizeof *t->slot;
    for (uint32_t s = 0; s < CS_DIALOGUE_SIZES; s++)
        bytes +=
            (uint64_t)t->pool[s].n_piece * ((uint64_t)cs_dialogue_size[s].bytes << cs_dialogue_size[s].bits);
    return bytes;
}

void cs_dialogues_hint_slot(const struct cs_dialogues *t, uint64_t key)
{
    if (t->cap) __builtin_prefetch(&t->slot[home_of(t, (uint32_t)key)], 1);
}

/* By the tag alone: blocks are not looked at. */
uint32_t cs_dialogues_hint_block(const struct cs_dialogues *t, uint64_t key)
{
    if (!t->cap) return 0;
    uint32_t tag = (uint32_t)key, i = home_of(t, tag);
    while (t->slot[i].ref && t->slot[i].tag != tag)
        i = (i + 1) & (t->cap - 1);
    if (t->slot[i].ref) __builtin_prefetch(cs_dialogues_at(t, t->slot[i].ref), 1);
    return t->slot[i].ref;
}

void cs_dialogues_hint_traces(const struct cs_dialogues *t, uint32_t ref)
{
    struct cs_dialogue *d = cs_dialogues_at(t, ref);
    if (!d->n) return;
    __builtin_prefetch(cs_dialogue_trace(d, d->n - 1u), 1);
    __builtin_prefetch(&cs_dialogue_trace(d, d->n - 1u)[1], 1); /* where the next one goes, mostly */
}
