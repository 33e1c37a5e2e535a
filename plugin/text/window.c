#include "text/window.h"

#include "text/decode.h"
#include "text/seek.h"

cs_rc cs_map_window(
    struct cs_span text, uint32_t from, uint32_t to, struct cs_arena *arena, struct cs_window *w)
{
    if (text.len > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    if (from == 0 || from < w->begin.code) w->begin = (struct cs_place){0};
    if (from) cs_text_seek(text, &w->begin, from);
    w->first = w->begin.code;
    return cs_map_part(text, &w->begin, to, arena, &w->map);
}

bool cs_map_plain(struct cs_span text, uint32_t begin, uint32_t n, struct cs_place *at)
{
    cs_text_seek(text, at, begin);
    return at->code == begin && cs_text_han_run(text, at->byte, n) == n;
}
