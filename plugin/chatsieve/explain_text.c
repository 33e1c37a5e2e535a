#include "chatsieve/explain_text.h"

#include "base/utf8.h"
#include "chatsieve/screen.h"
#include "text/alphabet.h"
#include "text/map.h"

#include <stdio.h>

enum { GLYPH_CELLS = 6 };

/* Names for what cannot be seen. */
static const char *invisible_name(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        const char *name;
    } known[] = {
        {0x00, "NUL"},
        {0x09, "tab"},
        {0x0A, "line feed"},
        {0x0D, "carriage return"},
        {0x20, "space"},
        {0xA0, "no-break space"},
        {0xAD, "soft hyphen"},
        {0x200B, "zero width space"},
        {0x200C, "zero width non-joiner"},
        {0x200D, "zero width joiner"},
        {0x200E, "left-to-right mark"},
        {0x200F, "right-to-left mark"},
        {0x202E, "right-to-left override"},
        {0x2060, "word joiner"},
        {0x3000, "ideographic space"},
        {0xFE0F, "variation selector 16"},
        {0xFEFF, "zero width no-break space"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].cp == cp) return known[i].name;
    return NULL;
}

/* The UTF-16 units behind codes [begin, end) as UTF-8. */
static void put_units(struct cs_buf *out, const struct cs_map_text *map, uint32_t begin, uint32_t end)
{
    uint8_t u[CS_UTF8_MAX_BYTES];
    for (uint32_t k = begin; k < end; k++) {
        uint32_t cp = cs_code_unit(map->at[k].code);
        if (cp >= 0xD800 && cp < 0xDC00 && k + 1 < end) {
            uint32_t low = cs_code_unit(map->at[++k].code);
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        }
        cs_buf_add(out, cs_span_of(u, cs_utf8_put(cp, u)));
    }
}

static const char *dropped_name(uint32_t cp)
{
    switch (cs_char_class(cp)) {
    case CS_CHAR_IGNORABLE: return "dropped: ignorable";
    case CS_CHAR_SENTENCE_END: return "dropped: sentence end";
    default: return "dropped: separator";
    }
}

static void put_fate(
    struct cs_buf *out, struct cs_utf8_step st, const struct cs_map_text *map, uint32_t begin, uint32_t end)
{
    const char *name = invisible_name(st.cp);
    if (st.bad)
        cs_buf_str(out, "dropped: ill-formed UTF-8");
    else if (begin == end)
        cs_buf_str(out, dropped_name(st.cp));
    else if (map->at[begin].bits & CS_MAPPED_CHANGED) {
        cs_buf_str(out, "kept as ");
        put_units(out, map, begin, end);
    } else
        cs_buf_str(out, "kept");
    if (name && !st.bad) cs_buf_fmt(out, " (%s)", name);
}

static const char *fate_paint(const struct cs_map_text *map, uint32_t begin, uint32_t end)
{
    if (begin == end) return CS_PAINT_DIM;
    return map->at[begin].bits & CS_MAPPED_CHANGED ? CS_PAINT_YELLOW : "";
}

static void put_char(struct cs_buf *out, struct cs_span bytes, struct cs_utf8_step st)
{
    char code[16];
    if (st.bad)
        snprintf(code, sizeof code, "byte %02X", bytes.ptr[0]);
    else
        snprintf(code, sizeof code, "U+%04X", st.cp);
    cs_buf_str(out, "  ");
    struct cs_span glyph = st.bad ? CS_SPAN_LIT("\xEF\xBF\xBD") : bytes;
    cs_cells_pad(out, cs_cells_of(st.cp) ? glyph : CS_SPAN_LIT("\xC2\xB7"), GLYPH_CELLS);
    cs_buf_fmt(out, "%-9s ", code);
}

static void put_rows(struct cs_span text, const struct cs_map_text *map, bool colours, struct cs_buf *out)
{
    uint32_t index = 0, k = 0;
    for (size_t at = 0; at < text.len; index++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        uint32_t begin = k;
        while (k < map->n && map->at[k].char_begin == index)
            k++;
        if (colours) cs_buf_str(out, fate_paint(map, begin, k));
        put_char(out, cs_span_cut(text, at, at + st.len), st);
        put_fate(out, st, map, begin, k);
        cs_buf_str(out, colours ? CS_PAINT_RESET "\n" : "\n");
        at += st.len;
    }
}

cs_rc cs_explain_text(struct cs_span text, bool colours, struct cs_arena *arena, struct cs_buf *out)
{
    struct cs_map_text map;
    struct cs_buf form = {0};
    cs_rc rc = cs_map_text(text, arena, &map);
    if (!cs_bad(rc)) rc = cs_fold_readable(text, &form);
    if (!cs_bad(rc)) {
        put_rows(text, &map, colours, out);
        cs_buf_str(out, "\ncanonical form: ");
        cs_cells_put(out, cs_buf_span(&form), UINT32_MAX, NULL, 0);
        cs_buf_str(out, "\n");
        rc = cs_buf_rc(out);
    }
    cs_buf_clear(&form);
    return rc;
}
