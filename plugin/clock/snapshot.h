/* The form of a saved partition. Internal to clock/.
 *
 * A stream of records cut into chunks of at most CS_SNAPSHOT_CHUNK bytes: each chunk begins with magic,
 * format version, its number, the number of bytes that follow, and their XXH3; the first one goes on with
 * the options it was made under and its profiles, as the files they were read from, the last one is marked.
 * Integers are little-endian, as this machine's. */
#ifndef CS_CLOCK_SNAPSHOT_H
#define CS_CLOCK_SNAPSHOT_H

#include "clock/shard.h"

#define CS_SNAPSHOT_MAGIC UINT32_C(0x4B435343) /* "CSCK" */
enum { CS_SNAPSHOT_VERSION = 4 };

struct cs_snapshot_chunk {
    uint32_t magic, version, number, last, length, unused;
    uint64_t checksum;
};

/* What stands at the beginning of the stream. */
struct cs_snapshot_head {
    uint64_t judges; /* fingerprint of options */
    int64_t watermark_ms, seen_ms, leap_ms;
    uint32_t n_shop, n_ledger, n_conversation;
    int32_t first_day;
    uint32_t n_plan, unused;
};

/* A profile in use is followed by its file. Whoever loads the state may have others; what began under this
 * one goes on under it. */
struct cs_snapshot_plan {
    uint64_t hash; /* of the file */
    uint32_t source_len;
    uint8_t place, unused[3]; /* place: what ledgers, conversations and errands say */
};

/* A shop is followed by its id and its agents; each agent by its name. */
struct cs_snapshot_shop {
    uint32_t number, n_agent, n_online, n_offline;
    uint16_t platform_len, shop_len;
    uint8_t offline, unused[3];
};
struct cs_snapshot_agent {
    uint32_t name_len, waiting;
    uint8_t online, unused[3];
};
/* A ledger is followed by its cells, a conversation by its buyer and its errands. */
struct cs_snapshot_ledger {
    uint32_t shop, changed;
    int32_t day;
    uint16_t agent;
    uint8_t plan, unused;
};
struct cs_snapshot_conversation {
    struct cs_conversation v; /* buyer and timer apart */
    uint32_t n_errand, buyer_len;
};

uint64_t cs_snapshot_judges(const struct cs_clock *c);

#endif
