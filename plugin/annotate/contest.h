/* Occurrences against each other: exemptions, and the longest of overlapping ones; internal to annotate/. */
#ifndef CS_ANNOTATE_CONTEST_H
#define CS_ANNOTATE_CONTEST_H

#include "annotate/occurrence.h"

/* Scratch: one zeroed entry per code from code `first` of the message on. */
struct cs_owners {
    uint32_t *rule; /* 1 + the rule whose winning hit has the code */
    uint32_t first;
};

/* Within each rule: an occurrence inside a genuine exempt phrase becomes EXEMPT; of those that overlap, the
 * one that is written stays before one that is disguised, then the
 * one with most codes, then the leftmost, and the others become SHADOWED, longest first, so that a
 * shadowed one shadows nothing. `o` is reordered. */
void cs_contest(struct cs_occurrence *o, uint32_t n, struct cs_owners owners);

#endif
