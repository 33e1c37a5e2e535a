/* Finding the byte of a code in a text; internal to text/. */
#ifndef CS_TEXT_SEEK_H
#define CS_TEXT_SEEK_H

#include "text/map.h"

/* From `p` on, not behind code `code`, to the character that gives that code, or to the end of the text. */
void cs_text_seek(struct cs_span s, struct cs_place *p, uint32_t code);
/* The same character by character: the slow twin. */
void cs_text_seek_plainly(struct cs_span s, struct cs_place *p, uint32_t code);

#endif
