/* Words that say the same in a phrase, by groups: 不知道 不晓得. Constant data, from data/spins.txt. */
#ifndef CS_TEXT_SPINS_H
#define CS_TEXT_SPINS_H

#include "text/shapes.h"

/* Words cs_spins_count() and beyond do not exist; words of one group are neighbours. */
uint32_t cs_spins_count(void);
/* The group of word `i` and, as folded units, the word. */
uint32_t cs_spins_word(uint32_t i, struct cs_units *out);

#endif
