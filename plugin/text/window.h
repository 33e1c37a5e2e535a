/* The map of text/map.h for a few codes of a long text: what is left of them is stepped over, not mapped.
 *
 * A message with a hit is longer than most, and a hit is four characters of it: mapping it whole took eight
 * times the instructions. */
#ifndef CS_TEXT_WINDOW_H
#define CS_TEXT_WINDOW_H

#include "text/map.h"

/* Part of a map; at[0] of it is code `first` of the text. */
struct cs_window {
    struct cs_map_text map;
    uint32_t first;
    struct cs_place begin; /* of the character that gives at[0] */
};

/* As cs_map_text, for the characters that give codes from .. to (both included, and whole characters). `from`
 * is 0 or a code that the text has, at most `to`; w->first is at most `from`. Bytes and characters count from
 * the begin of the text. If the text has no code `to`, the window reaches to its end and ends with the
 * sentinel of cs_map_text; otherwise there is nothing to be read behind the last code. What was dropped
 * before the first code is told only if `from` is 0.
 *
 * *w is zero or the last window of the same text: a window further to the right is looked for from there on,
 * so that many windows, taken in order, step over the text once. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_map_window(
    struct cs_span text, uint32_t from, uint32_t to, struct cs_arena *arena, struct cs_window *w);

/* True when codes begin .. begin + n - 1, which the text has, are as many Han characters side by side, each
 * of three bytes and one code: nothing was dropped between them, and they are parts of no word of letters and
 * no number. *at, which is zero or a place not behind code `begin`, becomes the first one's; otherwise it
 * becomes that of the character that gives code `begin`. */
bool cs_map_plain(struct cs_span text, uint32_t begin, uint32_t n, struct cs_place *at);

#endif
