/* A second annotator, slow and obvious: it works on characters, not on codes, and knows nothing of islands
 * and windows. What is disguised it takes from the search for disguises; all the judging is its own. */
#ifndef CS_TESTS_ANNOTATE_PLAIN_H
#define CS_TESTS_ANNOTATE_PLAIN_H

#include "rules/ruleset.h"
#include "text/views.h"

enum { PLAIN_FINDINGS = 4096, PLAIN_CHARS = 1024, PLAIN_CODES = 2 * PLAIN_CHARS };

/* One place of one term; begin and end are characters, half open. */
struct plain_finding {
    uint32_t rule, term, begin, end, codes;
    uint8_t evidence;
    uint8_t channels; /* of a disguise, else 0 */
    bool exempt, gone;
};

struct plain_findings {
    struct plain_finding at[PLAIN_FINDINGS];
    uint32_t n;
};

/* What is to be judged; `platform` is a platform bit, disguises are those of this text. */
struct plain_case {
    const struct cs_ruleset *rs;
    struct cs_span text;
    const struct cs_view_text *view; /* the text is this view of a message, else NULL: then what the message
                                        itself says is left out, and places are those in the message */
    uint64_t platform;
    uint8_t role;
    const struct cs_disguised *disguise;
    uint32_t n_disguise;
};

/* The violations, in no order. False when the text or its findings are too many for this judge. */
bool plain_judge(const struct plain_case *c, struct cs_arena *arena, struct plain_findings *out);
/* The finding that equals the violation, or NULL. */
const struct plain_finding *plain_same(
    const struct plain_findings *fs, const struct cs_violation *v, const struct cs_ruleset *rs);

#endif
