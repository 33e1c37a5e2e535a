/* Input positions that have landed and wait to be committed, one per partition. One thread; the owner clears.
 */
#ifndef CS_PIPELINE_POSITIONS_H
#define CS_PIPELINE_POSITIONS_H

#include "record/flight.h"

struct cs_positions {
    struct cs_position *last; /* by partition number; next_offset 0 = none */
    bool *dirty;              /* by partition number: newer than the last take() */
    uint32_t n;
    struct cs_position *out; /* what take() lends: n entries */
    bool any;                /* something is dirty */
};

/* Remember a landed position. Positions of one partition only move forward (cs_position_newer). Errors:
 * CS_ENOMEM. */
CS_MUST cs_rc cs_positions_note(struct cs_positions *t, const struct cs_position *pos);
/* The positions noted since the last take(), lent until the next call. */
uint32_t cs_positions_take(struct cs_positions *t, const struct cs_position **pos);
/* The partition is someone else's now. */
void cs_positions_drop(struct cs_positions *t, int32_t partition);
void cs_positions_clear(struct cs_positions *t);

#endif
