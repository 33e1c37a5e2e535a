/* Finds terms behind disguises: what sounds alike, is spelled in pinyin, is split into parts, looks alike, or
 * is shortened to initials, also several of these in one term.
 *
 * Every unit of a term stands for a few alternative runs of codes, and a term is found where a path of such
 * runs leads through the text: a lattice, walked along a trie of the terms. Patterns are not expanded,
 * because readings multiply with splits and shapes: 500 names give 35,000 strings for pairs of channels
 * alone, and a walk from the few places where two neighbouring codes can open a term costs less than scanning
 * for them.
 *
 * A set is compiled once, never changes, and may be read by any thread; a scanner belongs to one thread. As
 * with matchers there is a plain kind that is obviously right and slow. */
#ifndef CS_SCAN_LATTICE_H
#define CS_SCAN_LATTICE_H

#include "scan/matcher.h"

/* Ways to disguise; a term names those that count. */
enum cs_channel {
    CS_CHANNEL_PINYIN = 1 << 0,    /* wei信, weixin */
    CS_CHANNEL_HOMOPHONE = 1 << 1, /* 威信 */
    CS_CHANNEL_ABBREVIATION =
        1 << 2,                    /* the initials of all characters, zfb; letters that stand for one, v信 */
    CS_CHANNEL_SPLIT = 1 << 3,     /* 微亻言 */
    CS_CHANNEL_SHAPE = 1 << 4,     /* 徽信 */
    CS_CHANNEL_REBUS = 1 << 5,     /* pictures */
    CS_CHANNEL_ANNOTATED = 1 << 6, /* 微(wei)信: always accepted; only in hits */
    CS_CHANNELS_ALL = (1 << 6) - 1
};

struct cs_lattice_term {
    struct cs_codes code; /* of the canonical form: 2 to CS_PATTERN_CODES_MAX of them */
    uint8_t channels;     /* set of enum cs_channel, not empty */
    uint8_t sound;        /* rarest enum cs_sound that counts, of the term's and of the text's characters */
};

/* Codes begin .. end - 1 of message `msg` are term `term` in disguise. */
struct cs_lattice_hit {
    uint32_t msg, term, begin, end;
    uint8_t
        evidence; /* enum cs_evidence: the weakest that the strongest path needs, GAP for ANNOTATED alone */
    uint8_t channels; /* of that path */
};

struct cs_lattice;
struct cs_lattice_scanner;

/* Compile term[0 .. n), n may be 0; the index is the term's number in hits; codes are copied. Errors:
 * CS_EINVAL (diag names the term), CS_ENOMEM. */
CS_MUST cs_rc cs_lattice_new(enum cs_matcher_kind kind, const struct cs_lattice_term *term, uint32_t n,
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
    const struct cs_lattice_hit **hit, uint32_t *n_hit);

/* The weakest evidence level that a set of channels needs; EXACT for none. */
uint8_t cs_channels_evidence(uint8_t channels);

#endif
