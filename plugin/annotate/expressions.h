/* What the expressions of rules match in one message, as occurrences; internal to annotate/. */
#ifndef CS_ANNOTATE_EXPRESSIONS_H
#define CS_ANNOTATE_EXPRESSIONS_H

#include "annotate/trial.h"

struct cs_expressions {
    struct cs_occurrence *o; /* in the trial's scratch */
    uint32_t n;
};

/* Walk the expressions of `c` that are meant for this platform and speaker; with t->explain the others, too.
 * Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_expressions_find(const struct cs_trial *t, const struct cs_batch *b,
    const struct cs_charges *c, struct cs_expressions *out);

#endif
