/* Snapshots of the reply clock as records of the state topic.
 *
 * A snapshot of one input partition is a row of chunks and a mark behind them that names how many there are
 * and their checksum. Keys make it fit for a compacted topic: "group/topic/partition/slot/number", the mark
 * "group/topic/partition/slot/end". The two slots are written in turn, so that one whole snapshot stays while
 * the other is written over; a snapshot without its mark, or with a chunk missing, is none. */
#ifndef CS_CODEC_STATE_H
#define CS_CODEC_STATE_H

#include "base/arena.h"
#include "base/buf.h"

enum { CS_STATE_SLOTS = 2, CS_STATE_SEEN = 4 };

/* What all records of one snapshot have in common; borrowed strings. */
struct cs_state_head {
    const char *group, *topic;
    int64_t offset; /* the state is that after every record before it */
    int32_t partition, partitions;
    uint8_t slot;
};

/* One record in `arena`: key and value. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_state_chunk(const struct cs_state_head *head, uint32_t index, struct cs_span payload,
    struct cs_arena *arena, struct cs_span record[2]);
CS_MUST cs_rc cs_state_mark(const struct cs_state_head *head, uint32_t chunks, uint64_t checksum,
    struct cs_arena *arena, struct cs_span record[2]);
/* Chained: give the sum of the chunks before this one, 0 at first. */
uint64_t cs_state_checksum(struct cs_span payload, uint64_t before);

/* One snapshot as it is being read. */
struct cs_snapshot {
    int64_t offset;
    int64_t at; /* where in the state topic its first chunk stands */
    int32_t partitions;
    uint8_t slot;
    uint32_t chunks; /* seen in a row from number 0 */
    uint64_t checksum;
    bool whole; /* the mark was seen, and agrees */
    struct cs_buf bytes;
    struct cs_buf ends; /* size_t per chunk: where it ends in `bytes` */
};

/* Reads the records of one partition's snapshots, in the order of the state topic. The owner clears it.
 *
 * For a moment two processes may save the same partition: one that has lost it and does not know yet. Their
 * records come in turns, and none may spoil the other's, so snapshots are told apart by slot and offset. */
struct cs_state_reader {
    const char *group, *topic; /* borrowed */
    int64_t most;              /* snapshots of later offsets are of no use */
    int32_t partition;
    struct cs_snapshot seen[CS_STATE_SEEN]; /* chunks 0 = free */
    bool failed;                            /* memory was wanting */
    uint64_t n_strange;                     /* records of the partition that could not be read */
};

void cs_state_reader_init(
    struct cs_state_reader *r, const char *group, const char *topic, int32_t partition, int64_t most);
void cs_state_reader_clear(struct cs_state_reader *r);
/* Take one record, which stands at offset `at` of the state topic. What belongs to other groups, topics or
 * partitions is passed over. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_state_read(struct cs_state_reader *r, struct cs_span value, int64_t at);
/* The newest whole snapshot, or NULL. Lent by the reader. */
const struct cs_snapshot *cs_state_newest(const struct cs_state_reader *r);
/* Chunk `i`, lent by the snapshot. */
struct cs_span cs_snapshot_chunk(const struct cs_snapshot *s, uint32_t i);

#endif
