/* What was said before, as far as rules ask: facts about earlier messages of a conversation, never their
 * text.
 *
 * One thread at a time; independent of the rule set, so that a judge hands it to its successor when rules are
 * reloaded. Kept per partition, so that it can leave with the partition. From a message one sees earlier ones
 * of its conversation, youngest first: at most CS_LOOKBACK_STEPS, up to the first whose record is older than
 * the window or more than records_max offsets away. That depends on the partition's records alone as long as
 * record times go back by less than the window. Times are arguments; the wall clock is never read. A time
 * that is more than 24 days off those of its conversation is only known to be long ago or far ahead.
 *
 * Memory: conversations lie in blocks of 64 bytes to 1.5 KiB by the number of their messages, 24 bytes each;
 * blocks of forgotten ones are used again, so that a steady load takes no new memory. With the default of
 * 1,048,576 records that is 30 to 50 MiB a partition for ordinary chat, and at most about 120 MiB (each
 * message a conversation of its own); what is noted with messages takes 8 bytes a fact, 32 MiB at most: then
 * the oldest notes go first.
 *
 * Use, message by message:
 *     cs_lookback_place(m, b, i, &said);
 *     rc = cs_lookback_seek(m, b->partition[i], &said, &seat);
 *     struct cs_recall r = cs_lookback_recall(&seat, &said);
 *     for (const struct cs_said *s = cs_recall_next(&r); s; s = cs_recall_next(&r))
 *         ... s->sender, s->offset, cs_recall_fact(&r, k), cs_recall_tail(&r, tail) ...
 *     rc = cs_lookback_keep(&seat, &said, &(struct cs_kept){fact, n_fact, tail}); */
#ifndef CS_ANNOTATE_LOOKBACK_H
#define CS_ANNOTATE_LOOKBACK_H

#include "record/batch.h"

enum { CS_LOOKBACK_STEPS = 64, CS_LOOKBACK_RECORDS_DEFAULT = 1 << 20, CS_LOOKBACK_TAIL_MAX = 24 };

/* One message, as it looks back and as it is remembered. */
struct cs_said {
    uint64_t conversation; /* keyed hash of platform, shop and buyer: two of a million conversations meet less
                              often than once in 10^7 fillings of the memory */
    int64_t offset, record_ms, sent_ms;
    uint32_t sender; /* keyed hash of role and agent: equal only for the same role, and for all of a buyer */
    uint32_t print;  /* fingerprint of the text, 0 for none */
    uint8_t role;    /* enum cs_role */
    uint32_t hint;   /* of cs_lookback_hint */
    bool placed;     /* belongs to a conversation; otherwise nothing else is set, and it is neither sought nor
                        kept */
};

/* What may be kept with a message beside that. A fact is whatever the caller likes. The tail is a short byte
 * string, at most CS_LOOKBACK_TAIL_MAX bytes: the digits with which a message ends, for a number that goes on
 * in the next one. Both may be empty; then they cost nothing. */
struct cs_kept {
    const uint64_t *fact;
    uint32_t n_fact;
    struct cs_span tail;
};

struct cs_lookback;

/* `seed` keys all hashes; memories with equal seeds share what cs_lookback_place sets. records_max 0 means
 * the default. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_lookback_new(
    int64_t window_ms, uint32_t records_max, uint64_t seed, struct cs_lookback **out);
void cs_lookback_free(struct cs_lookback **m);
/* Look back by another window from now on; what was forgotten does not come back. */
void cs_lookback_set_window(struct cs_lookback *m, int64_t window_ms);

/* Take the seed of another memory; `m` must be empty. */
void cs_lookback_reseed(struct cs_lookback *m, const struct cs_lookback *like);

/* Set `s` for message `i`, but for its print. */
void cs_lookback_place(const struct cs_lookback *m, const struct cs_batch *b, uint32_t i, struct cs_said *s);

/* Where a conversation is kept; valid until the next keep or drop. */
struct cs_seat {
    struct cs_shard *shard;
    uint32_t ref; /* 0: nothing of it is kept */
};
/* Find the conversation of a placed message. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_lookback_seek(
    struct cs_lookback *m, int32_t partition, const struct cs_said *s, struct cs_seat *out);

/* Hints to the processor that a message like `s` will be sought soon, in three steps some messages apart:
 * with many conversations most of a look back is waiting for memory. They change nothing. */
enum cs_hint { CS_HINT_INDEX, CS_HINT_CONVERSATION, CS_HINT_MESSAGES };
void cs_lookback_hint(const struct cs_lookback *m, int32_t partition, struct cs_said *s, enum cs_hint step);

/* A way back through a conversation. */
struct cs_recall {
    const struct cs_shard *shard;
    const struct cs_said *now;
    uint32_t ref, steps, note;
    struct cs_said at; /* the message in hand */
};
/* Begin at the message before `now`, which is not kept yet and must outlive the way. */
struct cs_recall cs_lookback_recall(const struct cs_seat *seat, const struct cs_said *now);
/* The next one back, or NULL; valid until the next call. */
const struct cs_said *cs_recall_next(struct cs_recall *r);
/* The k-th one back from the beginning, 1 for the youngest, or NULL: a look ahead that does not move and may
 * tell of what the window no longer shows. Valid until the next call. */
const struct cs_said *cs_recall_peek(struct cs_recall *r, uint32_t k);
/* Facts of the message in hand. */
uint32_t cs_recall_facts(const struct cs_recall *r);
uint64_t cs_recall_fact(const struct cs_recall *r, uint32_t k);
/* Its tail; returns the number of bytes. */
uint32_t cs_recall_tail(const struct cs_recall *r, uint8_t out[CS_LOOKBACK_TAIL_MAX]);

/* Remember a message behind `seat`, where it was sought. Errors: CS_ENOMEM; nothing is changed then. */
CS_MUST cs_rc cs_lookback_keep(
    const struct cs_seat *seat, const struct cs_said *s, const struct cs_kept *kept);
/* Forget a partition. */
void cs_lookback_drop(struct cs_lookback *m, int32_t partition);
/* Bytes held now. */
uint64_t cs_lookback_bytes(const struct cs_lookback *m);

/* Keyed hash of a value, for facts. */
uint64_t cs_lookback_hash(const struct cs_lookback *m, struct cs_span value);

#endif
