/* Alternatives inside a term: "(你|您)不(知道|清楚)(啊|)" stands for eight phrases. Groups do not nest. Round
 * brackets and bars mean nothing else in a term, for the fold drops them. */
#ifndef CS_RULES_VARIANTS_H
#define CS_RULES_VARIANTS_H

#include "base/buf.h"

enum { CS_VARIANT_GROUPS_MAX = 8, CS_VARIANTS_MAX = 4096 };

struct cs_variants {
    struct cs_span part[2 * CS_VARIANT_GROUPS_MAX + 1]; /* literal, group, literal, group, ..., literal */
    uint32_t n_part;
    uint32_t choices[CS_VARIANT_GROUPS_MAX]; /* alternatives of each group */
    uint32_t n;                              /* all combinations */
};

/* Split `text`, which must outlive *out. NULL on success, else what is wrong with it. */
const char *cs_variants_parse(struct cs_span text, struct cs_variants *out);
/* Append combination `i` < n to `out`. */
void cs_variants_write(const struct cs_variants *v, uint32_t i, struct cs_buf *out);

#endif
