/* Finds terms behind disguises: what sounds alike, is spelled in pinyin, is split into parts, looks alike, or
 * is shortened to initials, also several of these in one term.
 *
 * Every unit of a term stands for a few alternative runs of codes, and a term is found where a path of such
 * runs leads through the text: a lattice, walked along a trie of the terms. Patterns are not expanded,
 * because alternatives multiply: a name of two characters stands for 10,000 strings in all channels, one of
 * four for 100 million. Walks begin where four neighbouring codes may open a term, which is rare: the search
 * costs 8 ns a message of real chat for 12 names, 14 for 500 words by sound (bench/bench_disguise.c).
 *
 * A set is compiled once, never changes, and may be read by any thread; a scanner belongs to one thread. As
 * with matchers there is a plain kind that is obviously right and slow. */
#ifndef CS_SCAN_LATTICE_H
#define CS_SCAN_LATTICE_H

#include "scan/matcher.h"

struct cs_lattice;
struct cs_lattice_scanner;

/* Compile term[0 .. n), n may be 0; the index is the term's number in what is found; codes are copied. A term
 * has 2 to CS_PATTERN_CODES_MAX codes. Errors: CS_EINVAL (diag names the term), CS_ENOMEM. */
CS_MUST cs_rc cs_lattice_new(enum cs_matcher_kind kind, const struct cs_disguisable *term, uint32_t n,
    struct cs_diag *diag, struct cs_lattice **out);
void cs_lattice_free(struct cs_lattice **l);
/* Bytes of the compiled set, for reports. */
size_t cs_lattice_bytes(const struct cs_lattice *l);

/* `l` must outlive the scanner. */
CS_MUST cs_rc cs_lattice_scanner_new(const struct cs_lattice *l, struct cs_lattice_scanner **out);
void cs_lattice_scanner_free(struct cs_lattice_scanner **s);

/* Scan all messages of `in`. *hit is lent until the next call and sorted by msg, begin, end, term, each place
 * and term once. Where a term stands undisguised there is no hit: that is what scan/matcher.h finds. Work is
 * bounded to CS_LATTICE_STEPS steps for each code that may begin a term, so that nothing in a text hides what
 * stands behind it; a message with a code that would need more gets bit CS_FLAG_HITS_TRUNCATED in flags[msg]
 * (flags may be NULL). Errors: CS_ENOMEM. */
enum { CS_LATTICE_STEPS = 4096 };
CS_MUST cs_rc cs_lattice_scan(struct cs_lattice_scanner *s, const struct cs_folded *in, uint32_t *flags,
    const struct cs_disguised **hit, uint32_t *n_hit);

/* The weakest evidence level that a set of channels needs; EXACT for none. */
uint8_t cs_channels_evidence(uint8_t channels);

#endif
