/* What was said before, as far as rules ask: facts about earlier messages of a conversation, never their
 * text.
 *
 * One thread; owned by a judge. Kept per partition, so that it can leave with the partition. It is a pure
 * function of the partition's records: a message is forgotten when its record is older than the window, or
 * when messages_max younger ones are kept; of a conversation no more than CS_MEMORY_STEPS messages are looked
 * back at. Times are arguments; the wall clock is never read. A conversation is known by two keyed hashes of
 * its buyer over one of its shop, 64 bits each: two of them meet by chance less often than memory fails.
 *
 * Memory: 96 bytes a message, 8 a fact, and 24 to 48 a conversation, so at most about 130 MiB a partition by
 * default, and only for rule sets that look back. */
#ifndef CS_ANNOTATE_MEMORY_H
#define CS_ANNOTATE_MEMORY_H

#include "record/batch.h"

enum { CS_MEMORY_STEPS = 64, CS_MEMORY_MESSAGES_DEFAULT = 1 << 20, CS_MEMORY_DIGITS_MAX = 19 };

/* Digits at one end of a message; value of the first 19, n of them (0: none). */
struct cs_digits {
    uint64_t value;
    uint8_t n;
};

/* One message, as it is remembered. */
struct cs_said {
    uint64_t conversation[2], sender; /* keyed hashes */
    int64_t offset, record_ms, sent_ms;
    uint64_t print;  /* fingerprint of the text, 0 for none */
    uint64_t digits; /* the only digits of the message, where all of it is digits, or those at its end */
    uint8_t n_digits;
    uint8_t cues; /* set of 1u << enum cs_detector whose words stand before those digits */
    uint8_t role; /* enum cs_role */
    bool whole;   /* the message is nothing but those digits */
    /* Set by the memory. */
    uint32_t n_fact;
    uint64_t fact, before; /* where its facts begin, and 1 + the number of the message before it; 0: none */
};

struct cs_memory;

CS_MUST cs_rc cs_memory_new(int64_t window_ms, uint32_t messages_max, struct cs_memory **out);
void cs_memory_free(struct cs_memory **m);

/* Set conversation and sender of `s` for message `i`. False when the message belongs to no conversation. */
bool cs_memory_place(const struct cs_memory *m, const struct cs_batch *b, uint32_t i, struct cs_said *s);

/* A way back through a conversation, youngest first. */
struct cs_recall {
    const struct cs_memory *memory;
    uint32_t shard, steps;
    uint64_t next; /* 1 + number of a message, 0: the end */
    int64_t record_ms;
};
/* Begin at the message before `s`, which is not kept yet. */
struct cs_recall cs_memory_recall(const struct cs_memory *m, int32_t partition, const struct cs_said *s);
/* The next one back that the window still holds, or NULL; valid until the next keep. */
const struct cs_said *cs_recall_next(struct cs_recall *r);
/* Its facts. */
const uint64_t *cs_recall_fact(const struct cs_recall *r, const struct cs_said *s, uint32_t k);

/* Remember a message with its facts, and forget what is too old. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_memory_keep(
    struct cs_memory *m, int32_t partition, const struct cs_said *s, const uint64_t *fact, uint32_t n);
/* Forget a partition. */
void cs_memory_drop(struct cs_memory *m, int32_t partition);
/* Messages kept now. */
uint64_t cs_memory_messages(const struct cs_memory *m);

/* Keyed hash of a value, for facts. */
uint64_t cs_memory_hash(const struct cs_memory *m, struct cs_span value);

#endif
