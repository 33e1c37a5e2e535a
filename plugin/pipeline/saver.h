/* Saves the state of a worker's partitions to the state topic, one snapshot at a time.
 *
 * The chunks go in one flight; when they have landed, a mark in another. A snapshot writes over the older of
 * the partition's two slots, and only when the newer is committed past: so whatever a crash leaves, one whole
 * snapshot at or before the committed offset is there. A failed one is tried again when the next is due. */
#ifndef CS_PIPELINE_SAVER_H
#define CS_PIPELINE_SAVER_H

#include "record/flight.h"

struct cs_worker;

enum { CS_SAVER_LOOK_MS = 100 };

enum cs_saver_phase { CS_SAVER_IDLE, CS_SAVER_CHUNKS, CS_SAVER_MARK };

struct cs_saver {
    enum cs_saver_phase phase;
    const struct cs_flight *flight; /* in the air, or NULL */
    int32_t partition;
    uint8_t slot;
    int64_t offset, at;
    uint32_t chunks, next; /* next: partition to look at first */
    uint64_t checksum;
    uint64_t n_saved, n_failed;
};

/* Go on with the snapshot under way, or begin one that is due. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_saver_step(struct cs_worker *w, int64_t now_ms);
/* A flight has landed; `spoiled`: not every event of it was taken. */
void cs_saver_landed(struct cs_worker *w, const struct cs_flight *f, bool spoiled);
/* The partition is someone else's now. */
void cs_saver_drop(struct cs_saver *s, int32_t partition);

#endif
