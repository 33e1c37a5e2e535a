/* What one thread needs to find and judge by one rule set: its scanners and its judge.
 *
 * Any thread may make one; then the thread that owns the filter uses it, until it is exchanged for that of
 * another rule set (cs_filter_exchange). Rule set, matcher, lattice and expressions must outlive it. */
#ifndef CS_FILTER_TOOLSET_H
#define CS_FILTER_TOOLSET_H

#include "annotate/annotate.h"
#include "detect/detect.h"
#include "filter/filter.h"

struct cs_toolset {
    const struct cs_ruleset *rules;
    struct cs_scanner *scanner;
    struct cs_lattice_scanner *disguises; /* NULL without a lattice */
    struct cs_regex_scanner *regexes;     /* NULL without expressions */
    struct cs_detector_set *detectors;    /* NULL when no rule asks for any */
    struct cs_judge *judge;
    const struct cs_profiles *profiles; /* for the clock to take over with it; NULL = it keeps its own */
};

/* For the rules, matcher and lattice of `o`; the rest of it is not kept. Errors: CS_ENOMEM,
 * CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_toolset_new(const struct cs_filter_options *o, struct cs_toolset **out);
void cs_toolset_free(struct cs_toolset **t);

#endif
