#define _GNU_SOURCE
#include "chatsieve/screen.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

struct cs_screen_size cs_screen_size(int fd)
{
    struct winsize w = {0};
    if (ioctl(fd, TIOCGWINSZ, &w) != 0 || !w.ws_row || !w.ws_col) return (struct cs_screen_size){24, 80};
    return (struct cs_screen_size){w.ws_row, w.ws_col};
}

bool cs_screen_colours(const char *when, int fd)
{
    if (strcmp(when, "auto") != 0) return strcmp(when, "always") == 0;
    return isatty(fd) == 1 && !getenv("NO_COLOR");
}

/* Characters that would steer a terminal: controls, bidi marks and overrides. */
static bool steers(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x200E && cp <= 0x200F) ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

uint32_t cs_cells_of(uint32_t cp)
{
    if (steers(cp)) return 1;
    int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : (uint32_t)w;
}

uint32_t cs_cells(struct cs_span text)
{
    uint32_t n = 0;
    for (size_t at = 0; at < text.len;) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        n += cs_cells_of(st.cp);
        at += st.len;
    }
    return n;
}

static const char *paint_of(const struct cs_paint *paint, uint32_t n, uint32_t at)
{
    for (uint32_t i = 0; i < n; i++)
        if (at >= paint[i].begin && at < paint[i].end) return paint[i].on;
    return NULL;
}

static void put_char(struct cs_buf *out, uint32_t cp)
{
    uint8_t u[CS_UTF8_MAX_BYTES];
    size_t n = cs_utf8_put(steers(cp) ? 0xB7 : cp, u);
    cs_buf_add(out, cs_span_of(u, n));
}

/* Change from one paint to another. */
static void switch_paint(struct cs_buf *out, const char *from, const char *to)
{
    if (from == to) return;
    if (from) cs_buf_str(out, CS_PAINT_RESET);
    if (to) cs_buf_str(out, to);
}

uint32_t cs_cells_put(
    struct cs_buf *out, struct cs_span text, uint32_t max, const struct cs_paint *paint, uint32_t n_paint)
{
    uint32_t used = 0, index = 0;
    const char *now = NULL;
    for (size_t at = 0; at < text.len; index++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        uint32_t w = cs_cells_of(st.cp);
        if (used + w > max) break;
        const char *want = paint_of(paint, n_paint, index);
        switch_paint(out, now, want);
        now = want;
        put_char(out, st.cp);
        used += w;
        at += st.len;
    }
    switch_paint(out, now, NULL);
    return used;
}

void cs_cells_pad(struct cs_buf *out, struct cs_span text, uint32_t width)
{
    for (uint32_t used = cs_cells_put(out, text, width, NULL, 0); used < width; used++)
        cs_buf_byte(out, ' ');
}
