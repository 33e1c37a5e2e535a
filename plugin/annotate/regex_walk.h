/* Where exactly an expression of a rule matches in a message; internal to annotate/.
 *
 * The program of the expression is walked over the mapped text with all its threads side by side, so that the
 * work is in proportion to the text whatever the expression: at most CS_REGEX_OPS_MAX steps for each
 * character, and looking beyond a match for a longer one is bounded for the whole text. What the rule says
 * about terms holds here, too: no gap wider than its own and no sentence end inside, but where the expression
 * itself has a separator; no Latin word or number is cut; a whole clause where it asks for one. Of the
 * matches that begin at one place the longest genuine one counts, the leftmost place first, and they do not
 * overlap. */
#ifndef CS_ANNOTATE_REGEX_WALK_H
#define CS_ANNOTATE_REGEX_WALK_H

#include "annotate/occurrence.h"

struct cs_regex_match {
    uint32_t begin, end;               /* codes */
    uint16_t sign_before, sign_behind; /* signs of the expression at its edges, or 0 */
    bool gapped;                       /* a gap stands inside that the expression does not have */
};

/* All matches of r in the text of `s`, whose window is the whole text; *out is in `scratch`, by place.
 * Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_regex_walk(const struct cs_subject *s, const struct cs_regex *r, struct cs_arena *scratch,
    struct cs_regex_match **out, uint32_t *n);

#endif
