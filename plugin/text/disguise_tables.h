/* The generated tables behind readings.h, shapes.h and spins.h; internal to text/.
 *
 * A list of a unit is found through a page of 256 offsets; at the offset stands its length, then its values.
 * Offset 0 is the empty list. */
#ifndef CS_TEXT_DISGUISE_TABLES_H
#define CS_TEXT_DISGUISE_TABLES_H

#include "text/readings.h"
#include "text/shapes.h"

extern const char cs_text_syllable[][CS_SYLLABLE_LETTERS + 1];
extern const uint32_t cs_text_syllable_count;

extern const uint8_t cs_text_reading_page[256];
extern const uint32_t cs_text_reading_at[];
extern const uint16_t cs_text_reading[];

extern const uint8_t cs_text_similar_page[256];
extern const uint32_t cs_text_similar_at[];
extern const uint16_t cs_text_similar[];

extern const uint8_t cs_text_resembling_page[256];
extern const uint32_t cs_text_resembling_at[];
extern const uint16_t cs_text_resembling[];

extern const uint8_t cs_text_split_page[256];
extern const uint32_t cs_text_split_at[];
extern const uint16_t cs_text_split[];

extern const struct cs_letter cs_text_letter[];
extern const uint32_t cs_text_letter_count;

/* A word: units[at .. at + n). Words of a group are neighbours. */
struct cs_spin_row {
    uint16_t group, n;
    uint32_t at;
};
extern const uint16_t cs_text_spin_unit[];
extern const struct cs_spin_row cs_text_spin[];
extern const uint32_t cs_text_spin_count;

#endif
