/* Inside of the Kafka source, shared by its files: source.c (life), fetch.c (records to a batch), rebalance.c
 * (who owns which partition, and where reading starts), restore.c (state from before), commit.c (offsets back
 * to the group).
 *
 * Records of all owned partitions flow into one queue of our own, apart from the queue of group events: so a
 * rebalance never happens in the middle of a fetch, and the group can be served without taking records. */
#ifndef CS_KAFKA_SOURCE_H
#define CS_KAFKA_SOURCE_H

#include "kafka/client.h"
#include "kafka/mark.h"

/* One partition of the input topic; the index is its number. */
struct cs_kafka_part {
    bool assigned;
    bool replaying;     /* nothing from `committed` on was delivered yet */
    bool at_end;        /* the broker said that this was the end, and nothing was delivered since */
    bool renew;         /* the metadata of `done` is of an older form, or of another number of partitions */
    int64_t next;       /* lowest offset that may still be delivered: anything below was delivered before */
    int64_t committed;  /* the group's offset when assigned: records below are replayed */
    int64_t state_from; /* the state before this offset was taken over; -1 = none */
    struct cs_kafka_mark mark; /* of the commit that was found */
    struct cs_position want;   /* to be committed; next_offset -1 = nothing */
    struct cs_position asked;  /* in the commit request under way, next_offset -1 = none */
    struct cs_position done;   /* known to be committed */
    uint32_t count;            /* records in the batch that is being filled; 0 between polls */
    uint32_t at;               /* where the next of them goes */
};

struct cs_kafka_source {
    struct cs_kafka_client client; /* first: the library's opaque */
    const struct cs_settings *settings;
    struct cs_source_listener listener;
    uint32_t worker, fixed_workers;
    rd_kafka_queue_t *records, *commits;
    struct cs_kafka_part *part;
    uint32_t n_part, n_assigned;
    int32_t n_input; /* partitions of the input topic, when partitions were last assigned */
    size_t batch_bytes;

    rd_kafka_message_t *fetched[CS_BATCH_MAX]; /* taken from the library, not yet in a batch: */
    uint32_t fetched_from, fetched_to;         /* [from, to) wait */
    rd_kafka_message_t *lent[CS_BATCH_MAX];
    uint32_t n_lent;

    struct cs_diag *diag; /* of the poll under way, for callbacks; NULL outside */
    cs_rc failed;         /* first fatal failure; every later poll returns it */
    bool commit_running;
    int64_t commit_retry_ms; /* not before this time */
    int64_t proof_ms;        /* when a broken connection was last tried for life */
    uint64_t n_duplicates;   /* records delivered twice by the broker and dropped */
};

/* rebalance.c */
void cs_kafka_rebalance(
    rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *parts, void *opaque);
/* Own partitions by number without a group: p % fixed_workers == worker. Errors: as cs_kafka_preflight. */
CS_MUST cs_rc cs_kafka_assign_fixed(struct cs_kafka_source *s, struct cs_diag *diag);

/* restore.c */
/* Offer the listener the state of every partition of `committed`, whose marks are known. A loss that it may
 * not accept fails the source. */
void cs_kafka_restore(struct cs_kafka_source *s, const rd_kafka_topic_partition_list_t *committed);
/* First offset that exists, or `otherwise`. */
int64_t cs_kafka_low(const struct cs_kafka_source *s, int32_t partition, int64_t otherwise);

/* fetch.c */
CS_MUST cs_rc cs_kafka_fetch(struct cs_kafka_source *s, struct cs_batch *b, int timeout_ms);
void cs_kafka_release(struct cs_kafka_source *s);
/* Give back what waits in `fetched` (its partitions are gone, or the source closes). */
void cs_kafka_fetch_drop(struct cs_kafka_source *s);
/* Look at a message that carries an error instead of a record. */
void cs_kafka_fetch_error(struct cs_kafka_source *s, const rd_kafka_message_t *m);

/* commit.c */
CS_MUST cs_rc cs_kafka_commit(
    struct cs_kafka_source *s, const struct cs_position *pos, uint32_t n, bool wait);
/* Serve answers to commits and try refused ones again; never blocks. */
void cs_kafka_commit_serve(struct cs_kafka_source *s);

/* True when all that the log held a moment ago has been delivered. */
bool cs_kafka_at_end(struct cs_kafka_source *s, int32_t partition);

/* Remember a fatal failure: told once, in the diag of the poll under way. */
void cs_kafka_source_fail(
    struct cs_kafka_source *s, rd_kafka_resp_err_t err, const char *what, const char *text);
struct cs_kafka_part *cs_kafka_part(struct cs_kafka_source *s, int32_t partition);

#endif
