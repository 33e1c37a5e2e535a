/* The same fold as text/fold.h for one text, slowly, with the way back to the original bytes.
 *
 * Used for messages with a hit, for terms and for `explain`. The codes are equal to those of cs_fold_texts,
 * byte for byte: a differential test holds the two together. */
#ifndef CS_TEXT_MAP_H
#define CS_TEXT_MAP_H

#include "base/buf.h"
#include "record/batch.h"

/* What happened between the previous kept code and this one, and what this one is. Bits of cs_mapped.bits. */
enum cs_mapped_bit {
    CS_MAPPED_SENTENCE = 1 << 0,  /* a sentence end was dropped right before: 。！？!?；; line feed … */
    CS_MAPPED_IGNORABLE = 1 << 1, /* an ignorable was dropped right before */
    CS_MAPPED_CHANGED = 1 << 2,   /* the folded unit is not the original character */
    CS_MAPPED_LETTER =
        1 << 3, /* the code is a cased-script letter (Latin, Greek, Cyrillic): words have edges */
    CS_MAPPED_DIGIT = 1 << 4, /* the code is 0-9 */
    CS_MAPPED_INNER = 1 << 5, /* not the first code of its original character (expansion, low surrogate) */
};

/* One kept code. A separator is any dropped character that is not an ignorable. */
struct cs_mapped {
    uint32_t byte_begin, byte_end; /* of the original character */
    uint32_t char_begin;           /* index of the original character; it ends at char_begin + 1 */
    uint16_t code;
    uint16_t gap; /* separators dropped right before it, saturating */
    uint8_t bits; /* enum cs_mapped_bit */
};

/* at[n] is a sentinel with code 0 that tells what was dropped behind the last code (byte_begin = byte_end =
 * text length, char_begin = number of characters). */
struct cs_map_text {
    struct cs_mapped *at;
    uint32_t n;
    bool invalid_utf8;
};

/* Map `text` with memory of `arena`. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_map_text(struct cs_span text, struct cs_arena *arena, struct cs_map_text *out);

/* A character's begin: its byte, its index, and how many codes are before it. Zero is the begin of a text. */
struct cs_place {
    uint32_t byte, character, code;
};

/* As cs_map_text, from the character at `from` on and no further than the character that gives code `to`. If
 * the text ends before it, the sentinel is that of cs_map_text, otherwise there is nothing to be read behind
 * the last code. Takes one struct cs_mapped a code and nothing else. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_map_part(struct cs_span text, const struct cs_place *from, uint32_t to,
    struct cs_arena *arena, struct cs_map_text *out);

/* Class of one code point, for those who look at dropped characters. */
enum cs_char_class { CS_CHAR_KEPT, CS_CHAR_IGNORABLE, CS_CHAR_SEPARATOR, CS_CHAR_SENTENCE_END };
enum cs_char_class cs_char_class(uint32_t cp);

/* The canonical form as readable UTF-8 (separators shown as one space), for `explain`. */
CS_MUST cs_rc cs_fold_readable(struct cs_span text, struct cs_buf *out);

#endif
