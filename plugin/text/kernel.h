/* The parts of the batch fold that exist per processor.
 *
 * Internal to text/. A kernel turns UTF-8 into UTF-16 by *position*: for every byte it works out the unit
 * that would end there and then keeps those that really do. There is no branch on the length of a character,
 * so a change of script, which comes every four or five characters in chat, costs nothing, and a block may
 * begin and end anywhere in a character. */
#ifndef CS_TEXT_KERNEL_H
#define CS_TEXT_KERNEL_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CS_TEXT_BLOCK = 64,  /* a kernel takes multiples of this many bytes */
    CS_TEXT_BEFORE = 64, /* bytes readable before the first block, zero before the text */
    CS_TEXT_BEHIND = 64, /* bytes readable behind the last block */
};

/* What the bytes of a block are; bit i is byte i. */
struct cs_text_look {
    uint64_t begin; /* no continuation */
    uint64_t ascii;
    uint64_t three; /* begins U+4E00 .. U+9FFF or U+FF01 .. U+FF0F, if two continuations follow */
    uint64_t
        kept; /* of these those that are one code: Han, ASCII letters and digits; the others are dropped */
};

struct cs_text_kernel {
    const char *name;
    /* Put the texts side by side, a CS_TEXT_DELIMITER_BYTE behind each; returns the end. CS_TEXT_BLOCK +
     * CS_TEXT_BEHIND more bytes are overwritten. */
    uint8_t *(*gather)(const struct cs_span *text, uint32_t n, uint8_t *to);
    /* Transcode p[0 .. n), n a multiple of CS_TEXT_BLOCK, and return the units written; up to 32 more are
     * overwritten. Bytes around p are looked at, so that a character may begin before p or end behind n: its
     * unit is written where it ends. *bad is set when the bytes are not well-formed; the units are then of no
     * use. */
    size_t (*transcode)(const uint8_t *p, size_t n, uint16_t *out, bool *bad);
    /* Of unit[0 .. n) the begin of the first 32 among which an opening bracket may begin a note
     * (text/views.h), judged by the unit behind it, which may be 0: not known; n or more when there is none.
     * Reads up to 32 units behind n. */
    size_t (*seek_note)(const uint16_t *unit, size_t n);
    /* Write the positions behind each CS_CODE_DELIMITER in code[0 .. n) to out and return their number; zeros
     * stand behind n up to a multiple of 32. Gives up when there are more than `max`; up to 36 more entries
     * are overwritten. */
    uint32_t (*find)(const uint16_t *code, uint32_t n, uint32_t *out, uint32_t max);
    /* Look at p[0 .. CS_TEXT_BLOCK), which may be ill-formed. What is behind p[0 .. n), n > 0, is not read
     * and counts as zeros. */
    void (*look)(const uint8_t *p, size_t n, struct cs_text_look *out);
};

/* For kernels without a better way. */
uint8_t *cs_text_gather(const struct cs_span *text, uint32_t n, uint8_t *to);

/* Each is NULL where the processor cannot run it. */
const struct cs_text_kernel *cs_text_kernel_avx512(void);
const struct cs_text_kernel *cs_text_kernel_avx2(void);

#endif
