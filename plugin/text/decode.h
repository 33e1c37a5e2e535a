/* Decoding in line what nearly all characters are; internal to text/. */
#ifndef CS_TEXT_DECODE_H
#define CS_TEXT_DECODE_H

#include "base/utf8.h"
#include "text/tables.h"

/* Of three bytes p[0 .. 3), or 0 when they are ill-formed. */
static inline uint32_t cs_text_decode_three(const uint8_t *p)
{
    uint32_t cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    bool good = (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && cp >= 0x800 && (cp & 0xF800) != 0xD800;
    return good ? cp : 0;
}

/* A well-formed character of one to three bytes at `at`, and its length; 0 for U+0000 and for all others. */
static inline uint32_t cs_text_decode_short(struct cs_span s, uint32_t at, uint32_t *len)
{
    const uint8_t *p = s.ptr + at;
    *len = 1;
    if (p[0] < 0x80) return p[0];
    *len = p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] >= 0xF0 || s.len - at < *len) return 0;
    if (*len == 3) return cs_text_decode_three(p);
    return (p[1] & 0xC0) == 0x80 ? (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu) : 0;
}

/* True when a code point is not one code or none by cs_text_code alone. */
static inline bool cs_text_is_rare(uint32_t cp)
{
    return (cp == 0) | (cs_text_code[cp] == CS_TEXT_EXPAND) | (cp == CS_TEXT_DELIMITER_BYTE);
}

/* Characters in a row, at most `most`, from U+4E00 to U+9FFF: each is one code (of some by way of
 * cs_text_fold_cp), and none is a sign. They are told by the first two bytes. */
static inline uint32_t cs_text_han_run(struct cs_span s, size_t at, uint32_t most)
{
    uint32_t n = 0, room = (uint32_t)(s.len - at) / 3;
    const uint8_t *p = s.ptr + at;
    if (room > most) room = most;
    for (; n < room; n++, p += 3) {
        uint32_t head = (uint32_t)p[0] << 8 | p[1];
        if (head - 0xE4B8u > 0xE9BFu - 0xE4B8u || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) break;
    }
    return n;
}

/* Of a code point of the BMP. Han characters are known at once. */
static inline bool cs_text_is_sign(uint32_t cp)
{
    if (cp - 0x4E00u < 0x5200u) return false;
    return cs_text_class[(uint32_t)cs_text_class_page[cp >> 8] * 256u + (cp & 0xFFu)] & CS_TEXT_SIGN;
}

#endif
