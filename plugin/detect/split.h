/* Messages that hold a part of a number; internal to detect/. */
#ifndef CS_DETECT_SPLIT_H
#define CS_DETECT_SPLIT_H

#include "detect/glyph.h"

/* Longer messages are none; in folded characters. */
enum { CS_SPLIT_TEXT_MAX = 32 };

/* Each character that such a message may have beside digits and letters, and whether it is one of a word that
 * leads to a number; some come more than once. */
void cs_split_word_signs(void *context, void (*each)(void *context, uint32_t u, bool leads));
/* Read a message; false when it says more than a part of a number does. */
bool cs_split_read(const struct cs_glyphs *g, struct cs_split *out);

#endif
