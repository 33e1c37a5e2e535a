/* What is not to be published as it stands; internal to annotate/. */
#ifndef CS_ANNOTATE_MASK_H
#define CS_ANNOTATE_MASK_H

#include "record/batch.h"

/* Put one * in the place of every character of the spans that are to be masked, among the violations v[0 ..
 * n) of message `msg`: b->text becomes a masked copy in b->arena, byte spans are those of the copy,
 * characters keep their numbers, and the message gets CS_FLAG_MASKED. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_mask(struct cs_batch *b, uint32_t msg, struct cs_violation *v, uint32_t n);

#endif
