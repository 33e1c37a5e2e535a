/* A message, character by character, as detectors read it; internal to detect/.
 *
 * Letters, digits and Han are folded as everywhere; what the fold drops stays, because @ and . mean something
 * here, in its narrow form. Ignorables are left out, but that the keycap of 1️⃣ belongs to
 * its digit. */
#ifndef CS_DETECT_GLYPH_H
#define CS_DETECT_GLYPH_H

#include "record/batch.h"

struct cs_glyph {
    uint32_t byte_begin, byte_end, char_begin, char_end;
    uint32_t u; /* folded unit, or code point of a sign */
};

struct cs_glyphs {
    const struct cs_glyph *at;
    uint32_t n;
};

/* Finds of one message, growing in the arena. */
struct cs_finds {
    struct cs_arena *arena;
    struct cs_found *at;
    uint32_t n, cap, msg;
    uint16_t wanted;
    bool exhausted; /* memory is out */
    bool cut;       /* there are more */
};

/* Finds of one message; with more of them it is flagged. */
enum { CS_FINDS_MAX = 1024 };

CS_MUST cs_rc cs_glyphs_read(struct cs_span text, struct cs_arena *arena, struct cs_glyphs *out);
/* Glyphs from .. to - 1 are a find with this value, unless nobody wants it or an earlier find overlaps it. */
void cs_finds_add(struct cs_finds *f, const struct cs_glyphs *g, uint8_t detector, const uint32_t span[2],
    struct cs_span value);

/* 0 beyond the edges. */
static inline uint32_t cs_glyph_at(const struct cs_glyphs *g, uint32_t i)
{
    return i < g->n ? g->at[i].u : 0;
}
static inline bool cs_is_digit(uint32_t u)
{
    return u >= '0' && u <= '9';
}
static inline bool cs_is_letter(uint32_t u)
{
    return u >= 'a' && u <= 'z';
}
static inline bool cs_is_alnum(uint32_t u)
{
    return cs_is_digit(u) || cs_is_letter(u);
}
static inline bool cs_is_han(uint32_t u)
{
    return (u >= 0x4E00 && u <= 0x9FFF) || (u >= 0x3400 && u <= 0x4DBF) || u == 0x3007;
}
/* 0 to 9 for digits of every script that the fold knows, Han numerals included; 10 for anything else. */
uint32_t cs_digit_value(uint32_t u);
/* 洞, 拐, 勾 and 两, as numbers are spoken on the radio; 10 for anything else. */
enum { CS_SPOKEN_TWO = 0x4E24 };
uint32_t cs_spoken_value(uint32_t u);

/* Characters of `word`, a folded UTF-8 string, that stand from glyph `at` on; 0 if it does not. */
uint32_t cs_glyphs_word(const struct cs_glyphs *g, uint32_t at, const char *word);
/* True when one of the words (ends in NULL) ends at most `gap` glyphs before glyph `at`, no sentence between.
 */
bool cs_cue_before(const struct cs_glyphs *g, uint32_t at, const char *const *word, uint32_t gap);
/* The same, begins behind. */
bool cs_cue_behind(const struct cs_glyphs *g, uint32_t at, const char *const *word, uint32_t gap);

/* The detectors, in their order of precedence. */
void cs_find_web(struct cs_finds *f, const struct cs_glyphs *g);
void cs_find_numbers(struct cs_finds *f, const struct cs_glyphs *g);
void cs_find_accounts(struct cs_finds *f, const struct cs_glyphs *g);
void cs_find_addresses(struct cs_finds *f, const struct cs_glyphs *g);
void cs_find_placeholders(struct cs_finds *f, const struct cs_glyphs *g);

#endif
