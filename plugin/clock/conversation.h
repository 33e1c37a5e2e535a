/* The conversations of one partition: a hash table over a pool of slots, and a list from the longest
 * untouched to the last touched. One thread; owned by the clock. */
#ifndef CS_CLOCK_CONVERSATION_H
#define CS_CLOCK_CONVERSATION_H

#include "base/rc.h"
#include "base/span.h"

enum { CS_NO_SLOT = UINT32_MAX };

struct cs_conversation {
    uint8_t *key; /* platform NUL shop NUL buyer: ids hold no NUL, so the parts cannot run together */
    uint64_t hash;
    uint32_t key_len;
    uint16_t platform_len, shop_len;
    uint32_t older, newer;     /* neighbours in the list; `newer` links free slots too */
    uint32_t unanswered;       /* buyer messages of the open turn; 0 = nobody waits */
    int64_t since_ms;          /* sent time of the opening message */
    int64_t since_record_ms;   /* its record time: an older turn than the window is forgotten */
    int64_t touched_record_ms; /* record time of the last message */
    int64_t replied_record_ms; /* record time of the last human reply; INT64_MIN = none */
};

struct cs_conversations {
    struct cs_conversation *slot;
    uint32_t n_slot, cap_slot; /* used (free ones included) and allocated */
    uint32_t free;             /* head of the free slots */
    uint32_t *index;           /* open addressing: slot numbers, CS_NO_SLOT = empty */
    uint32_t n, cap_index;     /* cap_index is a power of two, or 0 */
    uint32_t oldest, newest;
    uint64_t seed;
};

struct cs_conversation_key {
    struct cs_span platform, shop, buyer;
};

void cs_conversations_init(struct cs_conversations *t, uint64_t seed);
void cs_conversations_clear(struct cs_conversations *t);
uint64_t cs_conversations_hash(const struct cs_conversation_key *key, uint64_t seed);
/* The slot of `key`, which has this hash, made when it is new (*fresh tells), and now the last touched. The
 * pointer is valid until the next call. Errors: CS_ENOMEM, CS_ELIMIT (ids longer than 64 KiB), with the table
 * unchanged. */
CS_MUST cs_rc cs_conversations_touch(struct cs_conversations *t, const struct cs_conversation_key *key,
    uint64_t hash, bool *fresh, struct cs_conversation **out);
/* Hints to the processor that a key with this hash will be touched soon. With many conversations most of a
 * touch is waiting for memory: first for the place in the index, then for the slot, then for the key and the
 * neighbours in the list. Each hint reads what the one before it made arrive. They change nothing. */
void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash);
void cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash);
void cs_conversations_hint_links(const struct cs_conversations *t, uint64_t hash);
/* The longest untouched one, or NULL. */
struct cs_conversation *cs_conversations_oldest(const struct cs_conversations *t);
/* Forget the longest untouched one; there must be one. */
void cs_conversations_pop(struct cs_conversations *t);

#endif
