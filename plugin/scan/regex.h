/* Regular expressions over the canonical form, behind gates: the second door to the library.
 *
 * Every match of an expression contains one of its gates, literal patterns that the matcher finds on its way
 * (scan/matcher.h). Only a message with a gate is written out as UTF-8, its folded characters in a row
 * without separators, and only the expressions of its gates are looked for in it. What is found here is a
 * candidate: annotate/ works out what matches, exactly. Without gate hits the cost is one test of a bit per
 * hit.
 *
 * A set is compiled once, never changes, and may be read by any thread; a scanner belongs to one thread. The
 * plain kind takes every gated message for a candidate. */
#ifndef CS_SCAN_REGEX_H
#define CS_SCAN_REGEX_H

#include "scan/matcher.h"

struct cs_regexes;
struct cs_regex_scanner;

/* What to compile; copied. Gates are sorted by pattern, then expression. */
struct cs_regexes_options {
    const struct cs_gated *gated;
    uint32_t n_gated;
    const struct cs_gate *gate;
    uint32_t n_gate;
    uint32_t n_pattern; /* of the matcher whose hits will be given */
};

/* Bytes that the compiled form of one expression may have: three times what the largest found by random
 * search within the bounds of rules/regex.h takes. */
enum { CS_REGEX_DATABASE_MAX = 1 << 20 };

/* Errors: CS_EINVAL (an expression that the library refuses or that becomes too large, told with its place;
 * all of them are told), CS_ENOMEM, CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_regexes_new(enum cs_matcher_kind kind, const struct cs_regexes_options *o,
    struct cs_diag *diag, struct cs_regexes **out);
void cs_regexes_free(struct cs_regexes **r);
/* Bytes of all compiled expressions, for reports. */
size_t cs_regexes_bytes(const struct cs_regexes *r);

/* `r` must outlive the scanner. */
CS_MUST cs_rc cs_regex_scanner_new(const struct cs_regexes *r, struct cs_regex_scanner **out);
void cs_regex_scanner_free(struct cs_regex_scanner **s);

/* The hits of one scan. */
struct cs_hits_of {
    const struct cs_hit *hit; /* sorted by msg */
    uint32_t n;
};

/* Candidates among the messages of `in`, whose hits these are. *out is lent until the next call and sorted by
 * msg, then expression, each pair once. Errors: CS_ENOMEM, CS_EUNSUPPORTED (the library failed). */
CS_MUST cs_rc cs_regex_scan(struct cs_regex_scanner *s, const struct cs_folded *in, struct cs_hits_of hits,
    const struct cs_regex_hit **out, uint32_t *n_out);

#endif
