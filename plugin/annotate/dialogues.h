/* The conversations of a partition, as far back as messages are remembered; internal to annotate/.
 *
 * A conversation is a block with a ring of its messages; when the ring is full it moves to a block of the
 * next size. Blocks of a size lie in pieces of 64 KiB, never move, and are used again when they are free. An
 * open-addressing table of 8 bytes a slot finds them. */
#ifndef CS_ANNOTATE_DIALOGUES_H
#define CS_ANNOTATE_DIALOGUES_H

#include "base/rc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CS_DIALOGUE_SIZES = 6, CS_DIALOGUE_MESSAGES_MAX = 64, CS_DIALOGUE_NUMBER_BITS = 29 };

/* What fits behind a head of 32 bytes; a piece has 1 << bits blocks. */
static const struct cs_dialogue_size {
    uint16_t bytes;
    uint8_t room, bits;
} cs_dialogue_size[CS_DIALOGUE_SIZES] = {
    {64, 1, 10}, {128, 4, 9}, {256, 9, 8}, {512, 20, 7}, {1024, 41, 6}, {1600, CS_DIALOGUE_MESSAGES_MAX, 5}};

/* One message. Times are milliseconds after those of its conversation; CS_LONG_AGO and CS_FAR_AHEAD stand for
 * what does not fit. */
enum { CS_LONG_AGO = INT32_MIN, CS_FAR_AHEAD = INT32_MAX };
struct cs_trace {
    uint32_t offset; /* low half */
    int32_t record, sent;
    uint32_t sender, print; /* the low bits of sender are the role */
    uint32_t note;          /* annotate/notes.h; 0: none */
};

struct cs_dialogue {
    uint64_t key; /* of a free block: the next free one */
    int64_t record_ms, sent_ms;
    uint32_t touched_s;     /* stamp of the newest message */
    uint8_t size, first, n; /* n == 0: the block is free */
    struct cs_trace trace[];
};

struct cs_dialogue_pool {
    uint8_t **piece;
    uint32_t n_piece, cap_piece;
    uint32_t n_block, free; /* blocks ever used; 1 + number of the first free one, or 0 */
};

struct cs_dialogue_slot {
    uint32_t tag, ref; /* low half of the key; ref 0: empty */
};

/* All zero is an empty one. */
struct cs_dialogues {
    struct cs_dialogue_pool pool[CS_DIALOGUE_SIZES];
    struct cs_dialogue_slot *slot;
    uint32_t n, cap; /* cap is a power of two, or 0 */
};

/* The conversation with this key, 0 if there is none. A ref stays valid until it is widened or removed. */
uint32_t cs_dialogues_find(const struct cs_dialogues *t, uint64_t key);
/* The ref of block `number` of a size, 0 behind the last; the block may be free. */
uint32_t cs_dialogues_block(const struct cs_dialogues *t, uint32_t size, uint32_t number);
static inline struct cs_dialogue *cs_dialogues_at(const struct cs_dialogues *t, uint32_t ref)
{
    uint32_t size = ref >> CS_DIALOGUE_NUMBER_BITS,
             number = (ref & ((1u << CS_DIALOGUE_NUMBER_BITS) - 1)) - 1;
    const struct cs_dialogue_size *s = &cs_dialogue_size[size];
    uint8_t *piece = t->pool[size].piece[number >> s->bits];
    void *at = piece + (size_t)(number & ((1u << s->bits) - 1)) * s->bytes; /* pieces are aligned */
    return at;
}

/* Messages that a block of this size holds. */
static inline uint32_t cs_dialogue_room(uint32_t size)
{
    return cs_dialogue_size[size].room;
}

/* Message `k`, 0 for the oldest. */
static inline struct cs_trace *cs_dialogue_trace(struct cs_dialogue *d, uint32_t k)
{
    uint32_t i = d->first + k, room = cs_dialogue_size[d->size].room;
    return &d->trace[i < room ? i : i - room];
}

/* A new, empty conversation; its first message is to be set at once. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_dialogues_add(struct cs_dialogues *t, uint64_t key, uint32_t *ref);
/* Move a conversation to a larger block. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_dialogues_widen(struct cs_dialogues *t, uint32_t *ref);
void cs_dialogues_remove(struct cs_dialogues *t, uint32_t ref);
void cs_dialogues_clear(struct cs_dialogues *t);
uint64_t cs_dialogues_bytes(const struct cs_dialogues *t);

/* Ask the processor for the slot of a key; for its block, which is most likely the one returned, or 0; and
 * for the newest messages of that block, which may have gone in between, but not with its memory. */
void cs_dialogues_hint_slot(const struct cs_dialogues *t, uint64_t key);
uint32_t cs_dialogues_hint_block(const struct cs_dialogues *t, uint64_t key);
void cs_dialogues_hint_traces(const struct cs_dialogues *t, uint32_t ref);

#endif
