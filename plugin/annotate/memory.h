/* What was said before, as far as rules ask: facts about earlier messages of a conversation, never their
 * text.
 *
 * One thread; owned by a judge. Kept per partition, so that it can leave with the partition. It is a pure
 * function of the partition's records: a message is forgotten when its record is older than the window, or
 * when messages_max younger ones are kept; of a conversation no more than CS_MEMORY_STEPS messages are looked
 * back at. Times are arguments; the wall clock is never read. A conversation is known by two keyed hashes of
 * its buyer over one of its shop, 64 bits each: two of them meet by chance less often than memory fails.
 *
 * Memory: 80 bytes a message, 8 a fact, and 24 to 48 a conversation, so at most about 115 MiB a partition by
 * default, and only for rule sets that look back. */
#ifndef CS_ANNOTATE_MEMORY_H
#define CS_ANNOTATE_MEMORY_H

#include "record/batch.h"

enum { CS_MEMORY_STEPS = 64, CS_MEMORY_MESSAGES_DEFAULT = 1 << 20 };

/* One message, as it is remembered. */
struct cs_said {
    uint64_t conversation[2], sender; /* keyed hashes */
    int64_t offset, record_ms, sent_ms;
    uint64_t print; /* fingerprint of the text, 0 for none */
    uint8_t role;   /* enum cs_role */
    bool placed;    /* belongs to a conversation */
    /* Set by the memory. */
    uint32_t n_fact;
    uint64_t fact, before; /* where its facts begin, and 1 + the number of the message before it; 0: none */
};

struct cs_memory;

CS_MUST cs_rc cs_memory_new(int64_t window_ms, uint32_t messages_max, struct cs_memory **out);
void cs_memory_free(struct cs_memory **m);

/* Set `s` for message `i`, what the memory sets itself left out. */
void cs_memory_place(const struct cs_memory *m, const struct cs_batch *b, uint32_t i, struct cs_said *s);

/* Hints to the processor that a message like `s` will be looked back from, and kept, soon: with many
 * conversations most of that is waiting for memory. First for the place of its conversation in the index,
 * later for the message before it, which the index must be read for. They change nothing. */
void cs_memory_hint_index(const struct cs_memory *m, int32_t partition, const struct cs_said *s);
void cs_memory_hint_before(const struct cs_memory *m, int32_t partition, const struct cs_said *s);

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
