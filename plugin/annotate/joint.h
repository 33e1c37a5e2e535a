/* Numbers and accounts that a sender spreads over messages in a row: "加我 138", "0013", "8000". Internal to
 * annotate/.
 *
 * A message with nothing but a part of a number is remembered with its digits (the tail of
 * annotate/lookback.h); the next one of the same sender is read together with up to CS_EARLIER_MAX before it,
 * none older than CS_JOINED_MS. Others may speak in between, and the sender may say words that say nothing;
 * anything else ends it. What was said to be an order, a parcel or a size is no part of a number. */
#ifndef CS_ANNOTATE_JOINT_H
#define CS_ANNOTATE_JOINT_H

#include "annotate/lookback.h"
#include "detect/detect.h"

/* What a message makes of those before it. */
struct cs_joint {
    const struct cs_split *split;    /* the message; NULL: it is no part of a number */
    struct cs_found found;           /* if n_earlier: its span is that of the message's own signs */
    int64_t earlier[CS_EARLIER_MAX]; /* offsets of the other parts, youngest first */
    uint8_t n_earlier;               /* 0: nothing was found */
    uint8_t tail[CS_LOOKBACK_TAIL_MAX];
    uint8_t n_tail; /* bytes of it to be remembered */
};

/* Look back from `now`, which is not kept yet, for what its signs end. *out holds `split` on return. The
 * value is in `arena`. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_joint_find(uint16_t wanted, const struct cs_seat *seat, const struct cs_said *now,
    struct cs_arena *arena, struct cs_joint *out);

#endif
