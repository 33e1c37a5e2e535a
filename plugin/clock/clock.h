/* The reply clock: the only stateful room. A turn opens at the first unanswered buyer message of a
 * conversation (platform, shop, buyer) and closes at the first valid reply, whose latency is the reply's time
 * minus the opening's. What is valid, the service hours, limits and KPI formulas come from profiles
 * (clock/profile.h).
 *
 * One worker thread owns a clock. State is kept per partition, so that it can leave with the partition. It is
 * a pure function of the partition's records and of the watermark, the event time up to which timers have
 * fired: the greatest record time, or further when cs_clock_advance() moves it on. A record more than an hour
 * ahead of all before it moves time only if it is at most a week ahead and was sent then by its own account,
 * or if the next record leaps, too, and then as far as both agree; else it is CS_FLAG_CLOCK_SKEW. Annotations
 * and KPI numbers depend on the times of messages alone; a timer only decides when something is told. Time is
 * an argument everywhere; the wall clock is never read.
 *
 * Messages count in the order of the log, whatever their times say. A message sent before an earlier one of
 * its conversation is CS_FLAG_OUT_OF_ORDER; a reply from before its question has latency 0, is
 * CS_FLAG_CLOCK_SKEW and never counts as fast. A message whose id is that of one of the last messages of its
 * conversation is CS_FLAG_DUPLICATE and moves nothing. */
#ifndef CS_CLOCK_CLOCK_H
#define CS_CLOCK_CLOCK_H

#include "base/diag.h"
#include "clock/profile.h"
#include "record/batch.h"

struct cs_clock_options {
    int64_t window_ms; /* how long a conversation is remembered after its last record, in record time */
    uint32_t conversations_max; /* per partition; the longest untouched one is evicted beyond it */
    uint32_t threshold_s[CS_THRESHOLDS_MAX]; /* ascending, seconds; they take the place of the profiles' */
    uint8_t n_threshold;                     /* 0 = those of the profiles */
    bool sent_is_record; /* a file without broker times: the sent time stands in for the record time */
    const struct cs_profiles *profiles; /* the clock takes a share; NULL = turns and latencies only */
};

struct cs_clock_counts {
    uint64_t open;    /* conversations held now */
    uint64_t waiting; /* of these, with an open turn */
    uint64_t evicted; /* dropped because of conversations_max: their next latency is unknown */
    uint64_t expired; /* dropped after window_ms */
    uint64_t late;    /* messages too old for any KPI row */
    uint64_t refused; /* KPI contributions lost because too many rows were open */
    uint64_t rows;    /* days of shops and agents with KPI rows held now */
    uint64_t bytes;   /* of conversations and timers */
    uint64_t plans;   /* profiles in use, former ones included; at most 255 */
};

/* One conversation whose buyer waits; spans are borrowed until the clock changes. */
struct cs_waiting {
    struct cs_span platform, shop, buyer;
    int64_t since_ms;
    uint32_t messages;
};

struct cs_clock;

/* Errors: CS_EINVAL (a bound is 0), CS_ENOMEM. */
CS_MUST cs_rc cs_clock_new(const struct cs_clock_options *options, struct cs_clock **out);
void cs_clock_free(struct cs_clock **c);

/* Fill b->response for every living message in order, add CS_FLAG_NO_CONVERSATION, _CLOCK_SKEW,
 * _OUT_OF_ORDER, _DUPLICATE and _LATE, and set b->overdue to what became due by the records' time. Replayed
 * messages change state too; what becomes due by them is silent. Errors: CS_ENOMEM, after which the clock
 * must be freed. */
CS_MUST cs_rc cs_clock_run(struct cs_clock *c, struct cs_batch *b);

/* Fire the timers of `partition` up to `watermark_ms` (an idle partition: the wall clock); an earlier time
 * than the watermark changes nothing. Sets b->overdue; `b` may be an empty batch. Errors: CS_ENOMEM, as
 * above. */
CS_MUST cs_rc cs_clock_advance(
    struct cs_clock *c, int32_t partition, int64_t watermark_ms, struct cs_batch *b);

/* The watermark of a partition that has been replayed or loaded: what is due up to there was told in a former
 * life. To be called before the first message that is not replayed, and before any advance. */
CS_MUST cs_rc cs_clock_resume(struct cs_clock *c, int32_t partition, int64_t watermark_ms);
/* INT64_MIN for a partition that holds nothing. */
int64_t cs_clock_watermark(const struct cs_clock *c, int32_t partition);

/* Set b->kpi to the rows of all partitions that changed since the last flush. Errors: CS_ENOMEM: nothing is
 * lost, the next flush has them. */
CS_MUST cs_rc cs_clock_flush(struct cs_clock *c, struct cs_batch *b);

/* Judge by the profiles `next` (NULL = none), of which the clock takes a share. Between two batches. A
 * profile with the same contents stays what it was. Turns, cases and promises that began under one that is
 * gone or changed end under it, and so do their rows; what begins later goes by the new ones, and
 * conversations begin a session under them. A profile that changed must have another name (id@version). Walks
 * all conversations when former profiles are in use. Errors: CS_ELIMIT (more than 255 profiles would be in
 * use), nothing has changed then. */
CS_MUST cs_rc cs_clock_exchange(struct cs_clock *c, const struct cs_profiles *next);

/* Takes one chunk of a snapshot, at most CS_SNAPSHOT_CHUNK bytes; the bytes are lent for the call. */
enum { CS_SNAPSHOT_CHUNK = 512 * 1024 };
struct cs_snapshot_sink {
    cs_rc (*put)(void *ctx, struct cs_span chunk);
    void *ctx;
};
/* Write the state of a partition, watermark included; nothing changes. Errors: CS_ENOMEM, those of put(). */
CS_MUST cs_rc cs_clock_save(struct cs_clock *c, int32_t partition, const struct cs_snapshot_sink *sink);
/* Take over a saved state: all `n` chunks in order. The partition must hold nothing. On failure it still
 * holds nothing and `diag` says why. Errors: CS_ESYNTAX (damaged, incomplete), CS_EUNSUPPORTED (another
 * format version, other options, or another profile of the same name), CS_ELIMIT (too many profiles),
 * CS_ENOMEM. */
CS_MUST cs_rc cs_clock_load(
    struct cs_clock *c, int32_t partition, const struct cs_span *chunk, uint32_t n, struct cs_diag *diag);

/* Forget a partition and all its conversations. */
void cs_clock_drop(struct cs_clock *c, int32_t partition);

struct cs_clock_counts cs_clock_count(const struct cs_clock *c);
/* The `max` conversations that have waited longest, longest first; returns how many were written. For
 * displays: walks every conversation. */
uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max);

#endif
