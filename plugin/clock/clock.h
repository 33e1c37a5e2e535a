/* The reply clock: the only stateful room. A turn opens at the first unanswered buyer message of a
 * conversation (platform, shop, buyer) and closes at the human reply, whose latency is the reply's time minus
 * the opening's.
 *
 * One worker thread owns a clock. State is kept per partition, so that it can leave with the partition, and
 * is a pure function of the partition's records of the last `window_ms`: an open turn that is older is
 * forgotten. Time is an argument everywhere; the wall clock is never read. */
#ifndef CS_CLOCK_CLOCK_H
#define CS_CLOCK_CLOCK_H

#include "record/batch.h"

struct cs_clock_options {
    int64_t window_ms; /* how long a conversation is remembered after its last record, in record time */
    uint32_t conversations_max; /* per partition; the longest untouched one is evicted beyond it */
    uint32_t threshold_s[CS_THRESHOLDS_MAX]; /* ascending, seconds */
    uint8_t n_threshold;
};

struct cs_clock_counts {
    uint64_t open;    /* conversations held now */
    uint64_t waiting; /* of these, with an open turn */
    uint64_t evicted; /* dropped because of conversations_max: their next latency is unknown */
    uint64_t expired; /* dropped after window_ms */
};

/* One conversation whose buyer waits; spans are borrowed until the clock changes. */
struct cs_waiting {
    struct cs_span platform, shop, buyer;
    int64_t since_ms;
    uint32_t messages;
};

struct cs_clock;

CS_MUST cs_rc cs_clock_new(const struct cs_clock_options *options, struct cs_clock **out);
void cs_clock_free(struct cs_clock **c);

/* Fill b->response for every living message in order and add CS_FLAG_NO_CONVERSATION and CS_FLAG_CLOCK_SKEW.
 * Replayed messages change state too. Errors: CS_ENOMEM, after which the clock must be freed. */
CS_MUST cs_rc cs_clock_run(struct cs_clock *c, struct cs_batch *b);

/* Forget a partition and all its conversations. */
void cs_clock_drop(struct cs_clock *c, int32_t partition);

struct cs_clock_counts cs_clock_count(const struct cs_clock *c);
/* The `max` conversations that have waited longest, longest first; returns how many were written. For
 * displays: walks every conversation. */
uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max);

#endif
