/* Apart from the filter, for programs that put another one in its place. */
#include "filter/filter.h"

cs_rc cs_filter_regexes(
    enum cs_matcher_kind kind, const struct cs_ruleset *rs, struct cs_diag *diag, struct cs_regexes **out)
{
    struct cs_regexes_options o = {.gated = rs->gated,
        .n_gated = rs->n_regex,
        .gate = rs->gate,
        .n_gate = rs->n_gate,
        .n_pattern = rs->n_pattern};
    return rs->n_regex ? cs_regexes_new(kind, &o, diag, out) : CS_OK;
}
