/* The conversations of one partition: a hash table over slots in fixed pieces of memory, and a list from the
 * longest untouched to the last touched. One thread; owned by the clock. */
#ifndef CS_CLOCK_CONVERSATION_H
#define CS_CLOCK_CONVERSATION_H

#include "base/rc.h"
#include "base/span.h"

enum { CS_NO_SLOT = UINT32_MAX, CS_NO_ERRAND = UINT32_MAX, CS_BUYER_INLINE = 16, CS_RECENT = 2 };

/* Times of the clock lie in 0 .. CS_TIME_MAX, 47 bits of milliseconds: until the year 6429. Those from
 * outside are cut to that when they come in, and so are offsets. */
#define CS_TIME_MAX INT64_C(0x7FFFFFFFFFFF)
/* Never. */
#define CS_NO_TIME CS_TIME_MAX

static inline int64_t cs_time_cut(int64_t ms)
{
    return ms < 0 ? 0 : ms > CS_TIME_MAX ? CS_TIME_MAX : ms;
}

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
    CS_STATE_ASKED = 1 << 12,        /* the buyer has asked on `buyer_day` */
    CS_STATE_ARMED = 1 << 13         /* a timer is armed for `due` */
};

/* The turn has two beginnings: `since_ms` is when the buyer began to wait; the metrics count from
 * `counted_ms` later, the first message in service hours of the day. Days are days since 1970-01-01, cut to
 * 16 bits.
 *
 * There are millions: 96 bytes, in two lines of the cache. A time takes 48 bits and shares its word with a
 * number of 16. A time is stored masked with CS_TIME_MAX, which changes nothing and tells the compiler so. */
struct cs_conversation {
    union {
        uint8_t in[CS_BUYER_INLINE];
        uint8_t *out; /* length in 32 bits, bytes */
    } buyer;
    int64_t touched_ms : 48; /* record time of the last message */
    uint64_t turn_day : 16;
    int64_t latest_ms : 48; /* greatest sent time */
    uint64_t session_day : 16;
    int64_t since_ms : 48; /* sent time of the turn's opening message */
    uint64_t buyer_day : 16;
    int64_t session_ms : 48; /* sent time of the session's first message */
    uint64_t reception_day : 16;
    int64_t offset : 48; /* of the message from which the metrics count, else of the opening one */
    uint64_t reception_agent : 16;
    uint32_t due; /* of the armed timer: the low bits of its time (wheel.h) */
    uint32_t shop, errand;
    uint32_t unanswered; /* buyer messages of the open turn; 0 = nobody waits */
    uint32_t counted_ms;
    uint32_t recent[CS_RECENT]; /* hashes of the last message ids, newest first; 0 = none */
    uint16_t agent, turn_agent, session_agent, state;
    uint8_t level;     /* passed by the turn */
    uint8_t bad;       /* buyer metrics that this buyer fails on buyer_day for good */
    uint8_t plan;      /* that judges turn, session and buyer day */
    uint8_t buyer_len; /* or CS_BUYER_OUT or CS_BUYER_NONE */
};
_Static_assert(sizeof(struct cs_conversation) == 96, "two lines of the cache at most");

enum {
    CS_BUYER_OUT = 254 /* the id is too long to stand in the slot */,
    CS_BUYER_NONE = 255 /* free slot */
};

/* What a conversation has to do beside its turn. */
enum cs_errand_kind {
    CS_ERRAND_MESSAGE,
    CS_ERRAND_CASE,
    CS_ERRAND_PROMISE,
    CS_ERRAND_RECEPTION,
    CS_ERRAND_ASKED /* what is known of a buyer day by a profile that is not the present one */
};

struct cs_errand {
    int64_t since_ms : 48; /* of CS_ERRAND_ASKED: `bad` */
    uint64_t agent : 16;
    int64_t due_ms : 48; /* CS_NO_TIME: told, or never */
    uint64_t day : 16;
    int64_t offset : 48;
    uint64_t kind : 8;
    uint64_t plan : 8; /* under which it began, and ends */
    uint32_t next;
};

/* Neighbours in the list. They stand apart from the slots because every touch changes four of them. */
struct cs_links {
    uint32_t older, newer; /* `newer` links free slots too */
};

enum { CS_PIECE_BITS = 12, CS_PIECE = 1 << CS_PIECE_BITS };

struct cs_piece {
    struct cs_conversation slot[CS_PIECE];
    struct cs_links links[CS_PIECE];
    void *memory; /* in which it lies aligned */
};

/* Places of the index hold slot numbers in the bits of `slot_mask` and above them other bits of the key's
 * hash, so that hardly a slot is looked at in vain; CS_NO_SLOT = empty. */
struct cs_conversations {
    struct cs_piece **piece;
    uint32_t n_slot, cap_slot, n_piece, cap_piece; /* slots used (free ones included) and allocated */
    uint32_t free;                                 /* head of the free slots */
    uint32_t *index;                               /* open addressing */
    uint32_t n, cap_index;
    uint32_t slot_mask;
    uint32_t oldest, newest;
    struct cs_errand *errand;
    uint32_t n_errand, cap_errand, free_errand, live_errands;
    uint32_t added;             /* errands so far: as long as it stays the same there is no new one */
    uint64_t seed, buyer_bytes; /* of ids too long to stand in the slot */
};

/* A buyer of a shop, by the shop's number. */
struct cs_conversation_key {
    uint32_t shop;
    struct cs_span buyer;
};

static inline struct cs_conversation *cs_conversations_at(const struct cs_conversations *t, uint32_t slot)
{
    return &t->piece[slot >> CS_PIECE_BITS]->slot[slot & (CS_PIECE - 1)];
}

static inline struct cs_links *cs_conversations_links(const struct cs_conversations *t, uint32_t slot)
{
    return &t->piece[slot >> CS_PIECE_BITS]->links[slot & (CS_PIECE - 1)];
}

static inline struct cs_span cs_conversation_buyer(const struct cs_conversation *c)
{
    uint32_t len;
    if (c->buyer_len <= CS_BUYER_INLINE) return cs_span_of(c->buyer.in, c->buyer_len);
    memcpy(&len, c->buyer.out, sizeof len);
    return cs_span_of(c->buyer.out + sizeof len, len);
}

void cs_conversations_init(struct cs_conversations *t, uint64_t seed);
void cs_conversations_clear(struct cs_conversations *t);
uint64_t cs_conversations_hash(const struct cs_conversation_key *key, uint64_t seed);
/* The slot of `key`, which has this hash, made when it is new (*fresh tells), and now the last touched.
 * `guess` is CS_NO_SLOT or what hint_slot() said. The buyer's id has at most 64 KiB. Errors: CS_ENOMEM, with
 * the table unchanged. */
struct cs_conversation_at {
    uint64_t hash;
    uint32_t guess, slot;
    bool fresh;
};
CS_MUST cs_rc cs_conversations_touch(
    struct cs_conversations *t, const struct cs_conversation_key *key, struct cs_conversation_at *at);
/* Hints to the processor that a key with this hash will be touched soon. With many conversations most of a
 * touch is waiting for memory: first for the place in the index, then for the slot, then for what the slot
 * points to. Each hint reads what the one before it made arrive. They change nothing. hint_slot() returns the
 * slot that it thinks is meant, or CS_NO_SLOT. */
void cs_conversations_hint_index(const struct cs_conversations *t, uint64_t hash);
uint32_t cs_conversations_hint_slot(const struct cs_conversations *t, uint64_t hash);
void cs_conversations_hint_links(const struct cs_conversations *t, uint32_t guess);
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
