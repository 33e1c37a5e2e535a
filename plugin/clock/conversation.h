/* The conversations of one partition: a hash table over slots in fixed pieces of memory, and a list from the
 * longest untouched to the last touched. One thread; owned by the clock. */
#ifndef CS_CLOCK_CONVERSATION_H
#define CS_CLOCK_CONVERSATION_H

#include "base/rc.h"
#include "base/span.h"

enum { CS_NO_SLOT = UINT32_MAX, CS_NO_ERRAND = UINT32_MAX, CS_BUYER_INLINE = 16, CS_RECENT = 2 };
/* Conversations that the clock remembers but has no timer for. */
#define CS_NO_TIME INT64_MAX

/* Bits of cs_conversation.state. */
enum {
    CS_STATE_REPLIED = 1 << 0,        /* a valid reply came in this conversation */
    CS_STATE_SESSION = 1 << 1,        /* a session has begun */
    CS_STATE_SESSION_COUNTS = 1 << 2, /* ... in service hours, and is in the metrics */
    CS_STATE_SESSION_REPLIED = 1 << 3,
    CS_STATE_SESSION_LEAVE = 1 << 4, /* ... in leave-message mode */
    CS_STATE_SHOP_SPOKE = 1 << 5,    /* the session's last word is the shop's */
    CS_STATE_COUNTS = 1 << 6,        /* the open turn is in the metrics */
    CS_STATE_ROBOT = 1 << 7,         /* a robot has answered it */
    CS_STATE_HELD = 1 << 8,          /* a holding reply was said that closes nothing */
    CS_STATE_FIRST = 1 << 9,         /* its reply is the first of the session */
    CS_STATE_DAY_OVER = 1 << 10,     /* its service day has ended */
    CS_STATE_OFFLINE = 1 << 11,      /* it began outside service hours and nobody was told so far */
    CS_STATE_ASKED = 1 << 12         /* the buyer has asked on `buyer_day` */
};

/* The turn has two beginnings: `since_ms` is when the buyer began to wait; the metrics count from
 * `counted_ms` later, the first message in service hours of the day. Days are days since 1970-01-01, cut to
 * 16 bits. */
struct cs_conversation {
    union {
        uint8_t in[CS_BUYER_INLINE];
        uint8_t *out;
    } buyer;
    int64_t touched_record_ms; /* record time of the last message */
    int64_t latest_ms;         /* greatest sent time */
    int64_t since_ms;          /* sent time of the turn's opening message */
    int64_t offset;            /* of the message from which the metrics count, else of the opening one */
    int64_t session_ms;        /* sent time of the session's first message */
    int64_t due_ms;            /* the armed timer, or CS_NO_TIME */
    uint32_t older, newer;     /* neighbours in the list; `newer` links free slots too */
    uint32_t shop, errand;
    uint32_t unanswered; /* buyer messages of the open turn; 0 = nobody waits */
    uint32_t counted_ms;
    uint32_t recent[CS_RECENT]; /* hashes of the last message ids, newest first; 0 = none */
    uint16_t buyer_len, state;
    uint16_t agent, turn_agent, session_agent;
    uint16_t turn_day, session_day, buyer_day, reception_day, reception_agent;
    uint8_t level; /* passed by the turn */
    uint8_t bad;   /* buyer metrics that this buyer fails on buyer_day for good */
    uint8_t plan;  /* that judges turn, session and buyer day */
};

/* What a conversation has to do beside its turn. */
enum cs_errand_kind { CS_ERRAND_MESSAGE, CS_ERRAND_CASE, CS_ERRAND_PROMISE, CS_ERRAND_RECEPTION };

struct cs_errand {
    int64_t since_ms, due_ms, offset; /* due CS_NO_TIME: told, or never */
    uint32_t next;
    uint16_t agent, day;
    uint8_t kind;
};

struct cs_conversations {
    struct cs_conversation **piece;
    uint32_t n_slot, cap_slot, n_piece, cap_piece; /* slots used (free ones included) and allocated */
    uint32_t free;                                 /* head of the free slots */
    uint32_t *index;                               /* open addressing: slot numbers, CS_NO_SLOT = empty */
    uint32_t n, cap_index;                         /* cap_index is a power of two, or 0 */
    uint32_t oldest, newest;
    struct cs_errand *errand;
    uint32_t n_errand, cap_errand, free_errand, live_errands;
    uint64_t seed, buyer_bytes; /* of ids too long to stand in the slot */
};

/* A buyer of a shop, by the shop's number. */
struct cs_conversation_key {
    uint32_t shop;
    struct cs_span buyer;
};

enum { CS_PIECE_BITS = 12 };
static inline struct cs_conversation *cs_conversations_at(const struct cs_conversations *t, uint32_t slot)
{
    return &t->piece[slot >> CS_PIECE_BITS][slot & ((1u << CS_PIECE_BITS) - 1)];
}

static inline struct cs_span cs_conversation_buyer(const struct cs_conversation *c)
{
    return cs_span_of(c->buyer_len > CS_BUYER_INLINE ? c->buyer.out : c->buyer.in, c->buyer_len);
}

void cs_conversations_init(struct cs_conversations *t, uint64_t seed);
void cs_conversations_clear(struct cs_conversations *t);
uint64_t cs_conversations_hash(const struct cs_conversation_key *key, uint64_t seed);
/* The slot of `key`, which has this hash, made when it is new (*fresh tells), and now the last touched. The
 * buyer's id has at most 64 KiB. Errors: CS_ENOMEM, with the table unchanged. */
CS_MUST cs_rc cs_conversations_touch(struct cs_conversations *t, const struct cs_conversation_key *key,
    uint64_t hash, bool *fresh, uint32_t *slot);
/* Hints to the processor that a key with this hash will be touched soon. With many conversations most of a
 * touch is waiting for memory: first for the place in the index, then for the slot, then for the neighbours
 * in the list. Each hint reads what the one before it made arrive. They change nothing. */
void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash);
void cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash);
void cs_conversations_hint_links(const struct cs_conversations *t, uint64_t hash);
/* Move the longest untouched one to the end of the list. */
void cs_conversations_keep(struct cs_conversations *t);
/* Forget the longest untouched one; there must be one. */
void cs_conversations_pop(struct cs_conversations *t);

/* Hang an errand on a conversation. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_errand_add(
    struct cs_conversations *t, struct cs_conversation *c, const struct cs_errand *errand);
/* Take the errand after `*link` off; *link is then the next one. */
void cs_errand_remove(struct cs_conversations *t, uint32_t *link);
/* Bytes held. */
uint64_t cs_conversations_bytes(const struct cs_conversations *t);

#endif
