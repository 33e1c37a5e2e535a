/* Occurrences against each other: exemptions, and the longest of overlapping ones; internal to annotate/. */
#ifndef CS_ANNOTATE_CONTEST_H
#define CS_ANNOTATE_CONTEST_H

#include "annotate/occurrence.h"

/* Within each rule: an occurrence inside a genuine exempt phrase becomes EXEMPT; of those that overlap, the
 * one with most codes stays, then the leftmost, and the others become SHADOWED, longest first, so that a
 * shadowed one shadows nothing. `o` is reordered. `owner` is scratch: one zeroed entry per code of the
 * message. */
void cs_contest(struct cs_occurrence *o, uint32_t n, uint32_t *owner);

#endif
