/* The violations of a batch as they are found, bounded for each message; internal to annotate/.
 *
 * What is listed of a message depends on that message alone, so that the same record gives the same event in
 * every batch. */
#ifndef CS_ANNOTATE_LISTING_H
#define CS_ANNOTATE_LISTING_H

#include "record/batch.h"

struct cs_listing {
    struct cs_violation *v;
    size_t n, cap;
    size_t first; /* of the message in hand */
    uint32_t max; /* of one message */
    bool cut;     /* something of the message in hand was left out */
};

/* Order within a message: by byte_begin, byte_end, rule id. */
int cs_violation_order(const struct cs_violation *a, const struct cs_violation *b);

/* True when both are of one rule and share bytes: what a view tells again. */
bool cs_violation_again(const struct cs_violation *a, const struct cs_violation *b);

/* Begin the next message. */
void cs_listing_begin(struct cs_listing *l);
/* Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_listing_add(struct cs_listing *l, const struct cs_violation *v);
/* True when `v` tells again what is listed. */
bool cs_listing_has(const struct cs_listing *l, const struct cs_violation *v);
/* Put the message in hand into its final form: cut to the most severe, in order. */
void cs_listing_end(struct cs_listing *l);
void cs_listing_clear(struct cs_listing *l);

#endif
