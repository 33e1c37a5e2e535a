/* What a worker knows of each partition: how far it is done, and what of that is safe. One thread; the owner
 * clears. */
#ifndef CS_PIPELINE_PARTS_H
#define CS_PIPELINE_PARTS_H

#include "record/transport.h"

struct cs_part {
    bool mine;
    bool resuming; /* nothing was processed yet that is to be published: timers are still those of a former
                      life */
    bool dirty;    /* more is done than the last checkpoint said */
    struct cs_position pos; /* done so far; next_offset 0 = nothing yet */
    int64_t resume_ms;      /* timers up to here fired in a former life; 0 = not known */
    int32_t partitions;     /* of the input */
    int64_t saved_offset;   /* of the newest whole snapshot; -1 = none */
    int64_t save_at_ms;     /* monotonic: when the next one is due */
    uint8_t slot;           /* that the newest is in */
};

struct cs_parts {
    struct cs_part *at; /* by partition number */
    uint32_t n;
    uint32_t n_resuming, n_mine;
    bool any_dirty;
};

/* The partition is ours, as of `r`; without its snapshot. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_parts_take(struct cs_parts *t, const struct cs_resume *r);
/* It is someone else's now. */
void cs_parts_drop(struct cs_parts *t, int32_t partition);
/* NULL unless it is ours. */
struct cs_part *cs_parts_find(const struct cs_parts *t, int32_t partition);
/* A batch has done up to `pos`. */
void cs_parts_done(struct cs_parts *t, const struct cs_position *pos);
void cs_parts_touch(struct cs_parts *t, struct cs_part *p);
void cs_parts_resumed(struct cs_parts *t, struct cs_part *p);
void cs_parts_clear(struct cs_parts *t);

#endif
