#include "filter/toolset.h"

#include "rules/needs.h"

#include <stdlib.h>

cs_rc cs_toolset_new(const struct cs_filter_options *o, struct cs_toolset **out)
{
    struct cs_toolset *t = calloc(1, sizeof *t);
    if (!t) return cs_fail(CS_ENOMEM);
    t->rules = o->rules;
    cs_rc rc = cs_scanner_new(o->matcher, &t->scanner);
    if (!cs_bad(rc) && o->lattice) rc = cs_lattice_scanner_new(o->lattice, &t->disguises);
    if (!cs_bad(rc) && o->regexes) rc = cs_regex_scanner_new(o->regexes, &t->regexes);
    struct cs_needs needs = cs_needs_of(o->rules);
    if (!cs_bad(rc) && needs.detect) rc = cs_detector_new(needs.detect, &t->detectors);
    if (!cs_bad(rc)) rc = cs_judge_new(o->rules, o->hits_per_message, &t->judge);
    if (!cs_bad(rc)) cs_judge_mask(t->judge, o->mask);
    if (cs_bad(rc)) {
        cs_toolset_free(&t);
        return rc;
    }
    *out = t;
    return CS_OK;
}

void cs_toolset_free(struct cs_toolset **t)
{
    if (!*t) return;
    cs_scanner_free(&(*t)->scanner);
    cs_lattice_scanner_free(&(*t)->disguises);
    cs_regex_scanner_free(&(*t)->regexes);
    cs_detector_free(&(*t)->detectors);
    cs_judge_free(&(*t)->judge);
    free(*t);
    *t = NULL;
}
