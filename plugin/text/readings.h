/* How folded characters sound: toneless pinyin syllables, by level of dictionary.
 *
 * Everything is constant data, generated from Unihan (gen_readings.py). Units are folded UTF-16 units, not
 * dense codes: cs_code_unit() leads from one to the other. */
#ifndef CS_TEXT_READINGS_H
#define CS_TEXT_READINGS_H

#include "text/alphabet.h"

#include <stdbool.h>

/* How common a reading is: the usual one, those of modern dictionaries, those of the great historical one.
 * Recall and false hits of each: 89 %, 99.7 % and 100 % against 1, 3 and 6 parts of noise. */
enum cs_sound { CS_SOUND_MAIN, CS_SOUND_MODERN, CS_SOUND_ALL, CS_SOUND_COUNT };

enum { CS_SYLLABLE_LETTERS = 6, CS_READING_SHIFT = 12 };

/* Readings of one unit, most common first; each value holds a syllable and a level. */
struct cs_readings {
    const uint16_t *ptr;
    uint32_t n;
};

/* None for a unit that is no Han character, or an unknown one. */
struct cs_readings cs_readings_of(uint16_t unit);

/* Syllables count from 1 in alphabetical order. */
static inline uint32_t cs_reading_syllable(uint16_t reading)
{
    return reading & ((1u << CS_READING_SHIFT) - 1);
}
static inline uint32_t cs_reading_sound(uint16_t reading)
{
    return (uint32_t)reading >> CS_READING_SHIFT;
}

uint32_t cs_syllable_count(void);
/* "zhong", NUL-terminated, 1 to CS_SYLLABLE_LETTERS letters; ü is written v. `syllable` is 1 to the count. */
const char *cs_syllable_name(uint32_t syllable);

/* The level at which two units share a syllable: the rarer of the two readings, at best over all shared
 * syllables. CS_SOUND_COUNT when they share none. */
enum cs_sound cs_sound_shared(uint16_t a, uint16_t b);

/* True when letter[0 .. n), lower-case ASCII, is a sequence of whole syllables; also when n is 0. */
bool cs_syllables_fill(const char *letter, uint32_t n);

#endif
