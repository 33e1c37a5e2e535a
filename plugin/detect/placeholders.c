/* Slots of a template that nobody filled: XX, ***, {name}. */
#include "detect/glyph.h"

enum { SLOT_MAX = 24 };

static bool is_x(uint32_t u)
{
    return u == 'x' || u == 0xD7;
}

/* A run of `same` glyphs from i on. */
static uint32_t run_of(const struct cs_glyphs *g, uint32_t i, bool (*same)(uint32_t))
{
    uint32_t n = 0;
    while (i + n < g->n && same(g->at[i + n].u))
        n++;
    return n;
}

static bool is_star(uint32_t u)
{
    return u == '*';
}

static bool is_line(uint32_t u)
{
    return u == '_';
}

/* Sizes are no slots: xxl, 2xx; nor is a masked number, 138****8000. */
static bool stands_free(const struct cs_glyphs *g, uint32_t begin, uint32_t end)
{
    bool left = begin && cs_is_alnum(g->at[begin - 1].u);
    return !left && !cs_is_alnum(cs_glyph_at(g, end)) && cs_glyph_at(g, end) != 0x7801;
}

/* {name}: letters, Han, digits and _ in curly brackets. */
static uint32_t slot_at(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t end = i + 1;
    if (g->at[i].u != '{') return 0;
    while (
        end < g->n && end - i < SLOT_MAX &&
        (cs_is_alnum(g->at[end].u) || cs_is_han(g->at[end].u) || g->at[end].u == '_' || g->at[end].u == '{'))
        end++;
    if (end - i < 2 || cs_glyph_at(g, end) != '}') return 0;
    return cs_glyph_at(g, end + 1) == '}' ? end + 2 - i : end + 1 - i;
}

static uint32_t placeholder_at(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t n = slot_at(g, i);
    if (n) return n;
    n = run_of(g, i, is_x);
    if (n >= 2 && n <= 6 && stands_free(g, i, i + n)) return n;
    n = run_of(g, i, is_star);
    if (n >= 2 && stands_free(g, i, i + n)) return n;
    n = run_of(g, i, is_line);
    return n >= 3 && stands_free(g, i, i + n) ? n : 0;
}

void cs_find_placeholders(struct cs_finds *f, const struct cs_glyphs *g)
{
    if (!(f->wanted >> CS_DETECT_PLACEHOLDER & 1)) return;
    for (uint32_t i = 0; i < g->n;) {
        uint32_t n = placeholder_at(g, i), u = g->at[i].u;
        const uint32_t span[2] = {i, i + n};
        if (n) cs_finds_add(f, g, CS_DETECT_PLACEHOLDER, span, CS_SPAN_LIT(""));
        while (!n && i + 1 < g->n && g->at[i + 1].u == u && (is_x(u) || is_star(u) || is_line(u)))
            i++;
        i += n ? n : 1;
    }
}
