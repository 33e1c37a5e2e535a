/* UTF-8, one code point at a time: the plain twin of the vector code in text/.
 *
 * Decoding never fails: an ill-formed sequence yields CS_UTF8_BAD (U+FFFD) and consumes its maximal
 * subpart, as in Unicode 15, section 3.9, table 3-8 (the practice of W3C and ICU). */
#ifndef CS_BASE_UTF8_H
#define CS_BASE_UTF8_H

#include "base/span.h"

enum { CS_UTF8_BAD = 0xFFFD, CS_UTF8_MAX_BYTES = 4 };

struct cs_utf8_step {
    uint32_t cp; /* code point, CS_UTF8_BAD when ill-formed */
    uint8_t len; /* bytes consumed, 1-4 */
    bool bad;    /* the bytes were ill-formed (a well-formed U+FFFD is not) */
};

/* Decode at `at`, which must be < s.len. */
struct cs_utf8_step cs_utf8_next(struct cs_span s, size_t at);
/* True when every byte of `s` belongs to a well-formed sequence. */
bool cs_utf8_valid(struct cs_span s);
/* Code points in `s`; an ill-formed subpart counts one. */
size_t cs_utf8_count(struct cs_span s);
/* Write `cp` to `out`; returns the bytes written, 1-4. Surrogates and values above U+10FFFF are written as
 * U+FFFD. */
size_t cs_utf8_put(uint32_t cp, uint8_t out[CS_UTF8_MAX_BYTES]);

#endif
