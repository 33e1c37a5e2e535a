#include "text/window.h"

#include "text/decode.h"

__attribute__((noinline)) static uint32_t codes_of_rare(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    struct cs_utf8_step st = cs_utf8_next(s, at);
    *len = st.len;
    return cs_text_fold_cp(st.cp, code);
}

/* Codes of the character at `at`; *len is its length in bytes. */
static uint32_t codes_at(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint32_t cp = cs_text_decode_short(s, at, len);
    return cs_text_is_rare(cp) ? codes_of_rare(s, at, len) : cs_text_code[cp] != 0;
}

/* From `p` on to the character that gives code `code`, or to the end of the text. */
static void seek(struct cs_span s, struct cs_place *p, uint32_t code)
{
    while (p->byte < s.len) {
        uint32_t len, n = cs_text_han_run(s, p->byte, code - p->code);
        *p = (struct cs_place){p->byte + 3 * n, p->character + n, p->code + n};
        if (p->byte == s.len) return;
        n = codes_at(s, p->byte, &len);
        if (p->code + n > code) return;
        p->code += n;
        p->byte += len;
        p->character++;
    }
}

cs_rc cs_map_window(
    struct cs_span text, uint32_t from, uint32_t to, struct cs_arena *arena, struct cs_window *w)
{
    if (text.len > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    if (from == 0 || from < w->begin.code) w->begin = (struct cs_place){0};
    if (from) seek(text, &w->begin, from);
    w->first = w->begin.code;
    return cs_map_part(text, &w->begin, to, arena, &w->map);
}
