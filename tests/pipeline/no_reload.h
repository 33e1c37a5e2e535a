/* For filters of tests whose rules are not exchanged. Include it once in a program. */
#ifndef CS_TESTS_NO_RELOAD_H
#define CS_TESTS_NO_RELOAD_H

#include "filter/toolset.h"

cs_rc cs_toolset_new(const struct cs_filter_options *options, struct cs_toolset **out)
{
    (void)options, (void)out;
    return cs_fail(CS_EUNSUPPORTED);
}

void cs_toolset_free(struct cs_toolset **t)
{
    *t = NULL;
}

cs_rc cs_clock_exchange(struct cs_clock *c, const struct cs_profiles *next)
{
    (void)c, (void)next;
    return cs_fail(CS_EUNSUPPORTED);
}

struct cs_toolset *cs_filter_exchange(struct cs_filter *f, struct cs_toolset *tools)
{
    (void)f;
    return tools;
}

#endif
