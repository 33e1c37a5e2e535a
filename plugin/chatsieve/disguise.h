/* The ways in which people write a forbidden word so that a plain search misses it. */
#ifndef CS_CHATSIEVE_DISGUISE_H
#define CS_CHATSIEVE_DISGUISE_H

#include "base/buf.h"
#include "chatsieve/random.h"

enum cs_disguise {
    CS_DISGUISE_NONE,
    CS_DISGUISE_GAP,         /* a space, dot, dash or star between two characters */
    CS_DISGUISE_ZERO_WIDTH,  /* something invisible between two characters */
    CS_DISGUISE_TRADITIONAL, /* traditional characters */
    CS_DISGUISE_STYLE,       /* full width, circled or mathematical letters, other case */
    CS_DISGUISE_MIXED,       /* traditional or styled, and a gap */
    CS_DISGUISE_COUNT
};

/* Append `term` in disguise. Where a term offers nothing to change (no letters, no traditional form) it gets
 * a gap instead. */
void cs_disguise(struct cs_span term, enum cs_disguise how, struct cs_random *r, struct cs_buf *out);

#endif
