/* Multi-pattern matching over the dense alphabet: the only door to the regular-expression library.
 *
 * A matcher is compiled from patterns, never changes, and may be read by any thread. A scanner is one
 * thread's scratch for one matcher. Two kinds implement the same contract: the library, and a plain reference
 * that is obviously right and slow; a differential test compares them. Exactly the occurrences of every
 * pattern inside each message are reported, overlapping ones included; none spans two messages. */
#ifndef CS_SCAN_MATCHER_H
#define CS_SCAN_MATCHER_H

#include "base/diag.h"
#include "record/batch.h"

enum cs_matcher_kind { CS_MATCHER_HYPERSCAN, CS_MATCHER_REFERENCE };

enum { CS_PATTERN_CODES_MAX = 256 }; /* codes in one pattern */

struct cs_matcher;
struct cs_scanner;

/* Patterns to compile, borrowed. */
struct cs_patterns {
    const struct cs_codes *pattern;
    uint32_t n;
};

/* Check once at start that the library is sound on this machine: platform, version, known answers.
 * Errors: CS_EUNSUPPORTED, with what to do in `diag`. */
CS_MUST cs_rc cs_matcher_self_test(struct cs_diag *diag);

/* Compile pattern[0 .. n); the index is the pattern's id in hits. Patterns are copied; they must be
 * non-empty, distinct, at most CS_PATTERN_CODES_MAX codes, and contain neither 0 nor CS_CODE_DELIMITER. n may
 * be 0. Errors: CS_EINVAL (diag names the pattern), CS_ENOMEM, CS_EUNSUPPORTED.
 * Cost: 5,000 patterns compile in 0.05 s, 65,000 in 1.4 s. Patterns that share their last four codes are told
 * apart one by one, 1.3 ns each, wherever a text has those four: thousands of them are a matter for a lint.
 */
CS_MUST cs_rc cs_matcher_new(enum cs_matcher_kind kind, const struct cs_codes *pattern, uint32_t n,
    struct cs_diag *diag, struct cs_matcher **out);
void cs_matcher_free(struct cs_matcher **m);
/* Bytes of the compiled database, for reports. */
size_t cs_matcher_bytes(const struct cs_matcher *m);
/* Name and version of the engine in use, such as "hyperscan 5.4.0". */
const char *cs_matcher_engine(const struct cs_matcher *m);

enum { CS_HITS_DEFAULT = 4096 }; /* for scanners that bound the hits of a message; this one does not */

/* `m` must outlive the scanner. */
CS_MUST cs_rc cs_scanner_new(const struct cs_matcher *m, struct cs_scanner **out);
void cs_scanner_free(struct cs_scanner **s);

/* Scan all messages of `in` at once. *hit is lent until the next call and sorted by msg, end, pattern; all
 * hits are there (scan/hits.h tells what they take). Errors: CS_ENOMEM, CS_EUNSUPPORTED (the library failed).
 */
CS_MUST cs_rc cs_scanner_scan(
    struct cs_scanner *s, const struct cs_folded *in, const struct cs_hit **hit, uint32_t *n_hit);

#endif
