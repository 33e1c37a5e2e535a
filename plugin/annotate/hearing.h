/* The hearing of one message: trials of its texts, finds of detectors and context, put together; internal to
 * annotate/. */
#ifndef CS_ANNOTATE_HEARING_H
#define CS_ANNOTATE_HEARING_H

#include "annotate/context.h"
#include "annotate/joint.h"
#include "annotate/listing.h"
#include "annotate/past.h"
#include "annotate/trial.h"

/* What a hearing works with; everything borrowed. */
struct cs_court {
    const struct cs_ruleset *rs;
    struct cs_arena *scratch; /* empty at the begin of a message */
    struct cs_context *context;
    struct cs_listing *listing;        /* violations go there; NULL: every hit becomes a candidate instead */
    const struct cs_past *past;        /* NULL: nothing is remembered */
    const struct cs_said *said;        /* the message as the memory sees it; NULL: it has no conversation */
    const struct cs_past_seats *seats; /* where its conversation is kept; set when said is */
    const struct cs_joint *joint;      /* what the message is part of; NULL: of nothing */
    uint64_t platform;                 /* bit of the message's platform */
};

/* All that was found in a batch, message by message. */
struct cs_docket {
    struct cs_batch *batch;
    struct cs_charges charges; /* of the next text in which something was found */
    bool more;                 /* there is one */
    uint32_t next_found, next_split;
};

struct cs_docket cs_docket_open(struct cs_batch *b);
/* The next message in which something was found, UINT32_MAX if there is none. */
uint32_t cs_docket_next(const struct cs_docket *d);
/* What message `msg`, which is the next one, may be a part of; NULL if it is none. */
const struct cs_split *cs_docket_split(const struct cs_docket *d, uint32_t msg);
/* Leave out what was found in message `msg`, which is the next one. */
void cs_docket_skip(struct cs_docket *d, uint32_t msg);

/* Hear message `msg`, in which something was found or nothing, and go on to the next. In the end the context
 * holds its facts, settled. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_hear(const struct cs_court *court, struct cs_docket *d, uint32_t msg);

/* finds.c: accuse rules of what detectors found, and note it as context. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_hear_finds(
    const struct cs_court *court, const struct cs_batch *b, const struct cs_found *found, uint32_t n);

/* conduct.c: accuse rules of behaviour that this message completes. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_hear_conduct(const struct cs_court *court, const struct cs_batch *b, uint32_t msg);
/* Equal for texts that differ in digits and in what the fold drops only; 0 for an empty one. */
uint32_t cs_conduct_print(const struct cs_folded *folded, uint32_t msg);

#endif
