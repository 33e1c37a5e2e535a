/* What a terminal can show: cells, colours, and text that cannot do harm. */
#ifndef CS_CHATSIEVE_SCREEN_H
#define CS_CHATSIEVE_SCREEN_H

#include "base/buf.h"

/* Alternate screen, cursor hidden, no line wrap; and back. */
#define CS_SCREEN_ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
#define CS_SCREEN_LEAVE "\033[?7h\033[?25h\033[0m\033[?1049l"

#define CS_PAINT_RESET "\033[0m"
#define CS_PAINT_BOLD "\033[1m"
#define CS_PAINT_DIM "\033[2m"
#define CS_PAINT_RED "\033[31m"
#define CS_PAINT_GREEN "\033[32m"
#define CS_PAINT_YELLOW "\033[33m"
#define CS_PAINT_CYAN "\033[36m"
#define CS_PAINT_HIT "\033[97;41m"

struct cs_screen_size {
    uint32_t rows, columns;
};
/* Size of the terminal behind `fd`; 24 x 80 when it does not tell. */
struct cs_screen_size cs_screen_size(int fd);
/* True when colours are wanted there: `when` is auto, always or never; auto means a terminal and no NO_COLOR.
 */
bool cs_screen_colours(const char *when, int fd);

/* Cells of one code point: 0, 1 or 2. Needs a UTF-8 locale. */
uint32_t cs_cells_of(uint32_t cp);
/* Cells of a text as cs_cells_put writes it. */
uint32_t cs_cells(struct cs_span text);

/* A run of characters [begin, end) to be shown between `on` and CS_PAINT_RESET. */
struct cs_paint {
    uint32_t begin, end;
    const char *on;
};

/* Append as much of `text` as fits into `max` cells; control and bidi characters are shown as a middle dot,
 * so that no text can steer the terminal. Returns the cells used. */
uint32_t cs_cells_put(
    struct cs_buf *out, struct cs_span text, uint32_t max, const struct cs_paint *paint, uint32_t n_paint);
/* The same, filled up with spaces to `width`. */
void cs_cells_pad(struct cs_buf *out, struct cs_span text, uint32_t width);

#endif
