/* The generated character tables of this room (gen_tables.py), and the plain way to read them.
 *
 * Internal to text/. Everything is constant data. The fold of a code point does not depend on its
 * neighbours; it is one dense code for nearly every character that matters, so the hot path is one load. */
#ifndef CS_TEXT_TABLES_H
#define CS_TEXT_TABLES_H

#include "text/alphabet.h"

#include <stdbool.h>

enum {
    CS_TEXT_EXPANSION_MAX = 6, /* codes of one code point, at most; never more than twice its UTF-8 bytes */
    /* Stands between the messages of a batch while they are folded as one buffer. A control character, hence
     * a separator, when it comes from a message: there it is replaced by another one. */
    CS_TEXT_DELIMITER_BYTE = 0x1E,
    CS_TEXT_SEPARATOR_BYTE = 0x01,
    CS_TEXT_LETTER = 4, /* bits beside enum cs_char_class in cs_text_class */
    CS_TEXT_SIGN = 8,   /* dropped, but a reader may read it: an opening bracket, or in cs_text_signs */
    CS_TEXT_DOUBT = 16, /* hardly ever written, but what other encodings are misread as (suspect.c) */
    CS_TEXT_SIGN_READINGS = 2,
    CS_TEXT_HAN = 0x4E00, /* the Han characters of GBK, from here on */
    CS_TEXT_HAN_COUNT = 20992,
};

/* Entries that are no result: codes of noncharacters, which no text can produce. */
#define CS_TEXT_EXPAND ((uint16_t)((0xFFFEu * CS_CODE_FACTOR) & 0xFFFFu)) /* several codes: look it up */
#define CS_TEXT_PAIR ((uint16_t)((0xFDD0u * CS_CODE_FACTOR) & 0xFFFFu))   /* astral, kept: two surrogates */

/* By UTF-16 unit: 0 = dropped, CS_TEXT_EXPAND = see cs_text_expansions (a low surrogate: see its pair), else
 * the code. The entry of CS_TEXT_DELIMITER_BYTE is CS_CODE_DELIMITER. 128 KB, the only table that is hot. */
extern const uint16_t cs_text_code[65536];
/* By page of 256 code points from U+10000: the same for the other planes, and CS_TEXT_PAIR. */
extern const uint16_t cs_text_astral_page[4096];
extern const uint16_t cs_text_astral[];
/* By page of 256 code points: enum cs_char_class, CS_TEXT_LETTER, CS_TEXT_SIGN and CS_TEXT_DOUBT.
 */
extern const uint16_t cs_text_class_page[4352];
extern const uint8_t cs_text_class[];

/* One code point that folds to several units, or to none but must be noticed; sorted by cp. */
struct cs_text_expansion {
    uint32_t cp;
    uint16_t begin; /* in cs_text_expansion_code */
    uint8_t n;
};
extern const struct cs_text_expansion cs_text_expansions[];
extern const uint16_t cs_text_expansion_code[];
extern const uint32_t cs_text_expansion_count;

/* What a sign is read as, most usual first, UTF-8, as indexes of cs_text_sign_name; 0 is none. Sorted by cp.
 */
struct cs_text_sign {
    uint32_t cp;
    uint16_t reading[CS_TEXT_SIGN_READINGS];
};
extern const struct cs_text_sign cs_text_signs[];
extern const uint32_t cs_text_sign_count;
extern const char *const cs_text_sign_name[];

/* By Han character: 1, 2, 3 where its GBK code is the first, second, third two bytes of two characters of
 * UTF-8, else 0. */
extern const uint8_t cs_text_misread[CS_TEXT_HAN_COUNT];

/* By 8-bit mask: the byte shuffle that moves the 16-bit lanes of the mask to the front. */
extern const uint8_t cs_text_compress[256][16];

/* Class and letter bit of a code point; a separator beyond U+10FFFF. */
uint8_t cs_text_class_of(uint32_t cp);
/* The row of a code point, or NULL. */
const struct cs_text_sign *cs_text_sign_of(uint32_t cp);
/* The codes of one code point, 0 to CS_TEXT_EXPANSION_MAX of them. */
uint32_t cs_text_fold_cp(uint32_t cp, uint16_t out[CS_TEXT_EXPANSION_MAX]);

static inline bool cs_text_is_high(uint32_t unit)
{
    return (unit & 0xFC00u) == 0xD800u;
}
static inline bool cs_text_is_low(uint32_t unit)
{
    return (unit & 0xFC00u) == 0xDC00u;
}
static inline uint32_t cs_text_join(uint32_t high, uint32_t low)
{
    return 0x10000u + ((high & 0x3FFu) << 10) + (low & 0x3FFu);
}

#endif
