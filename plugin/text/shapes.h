/* How folded characters look: look-alikes, parts into which a character is split, letters that stand for one.
 *
 * Constant data, generated from Unihan and the lists in data/ (gen_readings.py). Units are folded UTF-16
 * units, not dense codes. */
#ifndef CS_TEXT_SHAPES_H
#define CS_TEXT_SHAPES_H

#include "text/alphabet.h"

#include <stdbool.h>

enum { CS_SPLIT_PARTS_MAX = 4 };

struct cs_units {
    const uint16_t *ptr;
    uint32_t n;
};

/* Units that are taken for `unit` at a glance, ascending; at most a dozen. */
struct cs_units cs_lookalikes_of(uint16_t unit);
/* Further ones that resemble it enough to be understood in its place, ascending; at most 80. */
struct cs_units cs_resembling_of(uint16_t unit);

/* All splits of a unit, one behind the other; step through them with cs_split_next. */
struct cs_units cs_splits_of(uint16_t unit);
/* Take the first split off `rest`. False when there is none. */
bool cs_split_next(struct cs_units *rest, struct cs_units *out);

/* A Latin letter that is written for a character without being its initial. */
struct cs_letter {
    uint16_t letter, unit;
};

/* All of them; *n is their number. */
const struct cs_letter *cs_letters_all(uint32_t *n);

#endif
