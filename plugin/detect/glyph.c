#include "detect/glyph.h"

#include "base/utf8.h"
#include "text/alphabet.h"
#include "text/map.h"

/* 幺 is one where numbers are spoken; the fold makes it 么, as in 什么. */
enum { FIRST_CAP = 8, WORD_MAX = 8, YAO = 0x5E7A };

static uint32_t narrow(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E) return cp - 0xFEE0;
    return cp == 0x3000 ? ' ' : cp;
}

static uint32_t room_for(struct cs_span text, const struct cs_map_text *map)
{
    return (uint32_t)text.len + map->n;
}

static uint32_t unit_of(uint32_t cp, uint16_t code)
{
    return cp == YAO ? YAO : cs_code_unit(code);
}

static bool is_keycap(uint32_t cp)
{
    return cp == 0xFE0F || cp == 0x20E3;
}

cs_rc cs_glyphs_read(struct cs_span text, struct cs_arena *arena, struct cs_glyphs *out)
{
    struct cs_map_text map;
    cs_rc rc = cs_map_text(text, arena, &map);
    if (cs_bad(rc)) return rc;
    struct cs_glyph *to = cs_arena_alloc(arena, (size_t)room_for(text, &map) * sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    uint32_t n = 0, k = 0, character = 0;
    for (uint32_t at = 0; at < text.len; character++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        struct cs_glyph g = {at, at + st.len, character, character + 1, narrow(st.cp)};
        bool kept = k < map.n && map.at[k].byte_begin == at;
        if (!kept && n && is_keycap(st.cp)) {
            to[n - 1].byte_end = g.byte_end;
            to[n - 1].char_end = g.char_end;
        } else if (!kept && cs_char_class(st.cp) != CS_CHAR_IGNORABLE) {
            to[n++] = g;
        }
        for (; k < map.n && map.at[k].byte_begin == at; k++) {
            g.u = unit_of(st.cp, map.at[k].code);
            to[n++] = g;
        }
        at += st.len;
    }
    *out = (struct cs_glyphs){to, n};
    return CS_OK;
}

static bool overlaps(const struct cs_finds *f, uint32_t begin, uint32_t end)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (f->at[i].byte_begin < end && begin < f->at[i].byte_end) return true;
    return false;
}

static bool reserve(struct cs_finds *f)
{
    if (f->n < f->cap) return true;
    uint32_t cap = f->cap ? f->cap * 2 : FIRST_CAP;
    struct cs_found *wider = cs_arena_alloc(f->arena, cap * sizeof *wider);
    if (!wider) return false;
    if (f->n) memcpy(wider, f->at, f->n * sizeof *wider);
    f->at = wider;
    f->cap = cap;
    return true;
}

/* As it is written, but for case and separators. */
static uint8_t evidence_of(const struct cs_glyphs *g, const uint32_t span[2])
{
    for (uint32_t i = span[0]; i < span[1]; i++)
        if (g->at[i].byte_end - g->at[i].byte_begin > 1 && !cs_is_han(g->at[i].u)) return CS_EVIDENCE_FOLDED;
    return CS_EVIDENCE_EXACT;
}

void cs_finds_add(struct cs_finds *f, const struct cs_glyphs *g, uint8_t detector, const uint32_t span[2],
    struct cs_span value)
{
    uint32_t begin = g->at[span[0]].byte_begin, end = g->at[span[1] - 1].byte_end;
    if (!(f->wanted >> detector & 1) || f->cut || overlaps(f, begin, end)) return;
    f->cut = f->n == CS_FINDS_MAX;
    if (f->cut) return;
    uint8_t *copy = reserve(f) ? cs_arena_alloc(f->arena, value.len) : NULL;
    if (!copy) {
        f->exhausted = true;
        return;
    }
    if (value.len) memcpy(copy, value.ptr, value.len);
    f->at[f->n++] = (struct cs_found){.msg = f->msg,
        .byte_begin = begin,
        .byte_end = end,
        .char_begin = g->at[span[0]].char_begin,
        .char_end = g->at[span[1] - 1].char_end,
        .detector = detector,
        .evidence = evidence_of(g, span),
        .value = cs_span_of(copy, value.len)};
}

uint32_t cs_digit_value(uint32_t u)
{
    static const struct {
        uint16_t unit;
        uint8_t value;
    } han[] = {{0x3007, 0}, {0x96F6, 0}, {0x4E00, 1}, {0x5E7A, 1}, {0x58F9, 1}, {0x4E8C, 2}, {0x8D30, 2},
        {0x4E09, 3}, {0x53C1, 3}, {0x56DB, 4}, {0x8086, 4}, {0x4E94, 5}, {0x4F0D, 5}, {0x516D, 6},
        {0x9646, 6}, {0x4E03, 7}, {0x67D2, 7}, {0x516B, 8}, {0x634C, 8}, {0x4E5D, 9}, {0x7396, 9}};
    if (cs_is_digit(u)) return u - '0';
    for (size_t i = 0; u >= 0x3007 && i < sizeof han / sizeof han[0]; i++)
        if (han[i].unit == u) return han[i].value;
    return 10;
}

uint32_t cs_spoken_value(uint32_t u)
{
    switch (u) {
    case u'洞': return 0;
    case CS_SPOKEN_TWO: return 2;
    case u'拐': return 7;
    case u'勾': return 9;
    default: return 10;
    }
}

/* The character at the begin of a word, which is well-formed; *len is its length. */
static inline uint32_t first_of(const uint8_t *p, uint32_t *len)
{
    *len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t cp = *len == 1 ? p[0] : p[0] & (0x7Fu >> *len);
    for (uint32_t i = 1; i < *len; i++)
        cp = cp << 6 | (p[i] & 0x3Fu);
    return cp;
}

uint32_t cs_glyphs_word(const struct cs_glyphs *g, uint32_t at, const char *word)
{
    const uint8_t *p = (const uint8_t *)word;
    uint32_t n = 0, len, first = cs_glyph_at(g, at);
    if (p[0] < 0x80 ? p[0] != first : p[0] >= 0xE0 && p[0] < 0xF0 && ((p[2] ^ first) & 0x3F))
        return 0; /* mostly */
    for (; *p; p += len, n++)
        if (cs_glyph_at(g, at + n) != first_of(p, &len)) return 0;
    return n;
}

static bool ends_sentence(uint32_t u)
{
    return u == 0x3002 || u == '!' || u == '?' || u == ';' || u == '\n';
}

/* A Latin word counts only as a whole. */
static bool is_whole(const struct cs_glyphs *g, uint32_t at, uint32_t n)
{
    bool left = at && cs_is_letter(g->at[at].u) && cs_is_letter(g->at[at - 1].u);
    bool right = cs_is_letter(cs_glyph_at(g, at + n - 1)) && cs_is_letter(cs_glyph_at(g, at + n));
    return !left && !right;
}

static bool any_word(const struct cs_glyphs *g, uint32_t at, const char *const *word, uint32_t before)
{
    for (; *word; word++) {
        uint32_t n = cs_glyphs_word(g, at, *word);
        if (n && at + n <= before && is_whole(g, at, n)) return true;
    }
    return false;
}

bool cs_cue_before(const struct cs_glyphs *g, uint32_t at, const char *const *word, uint32_t gap)
{
    uint32_t passed = 0;
    for (uint32_t p = at; p > 0 && passed <= gap + WORD_MAX; passed++) {
        p--;
        if (ends_sentence(g->at[p].u)) return false;
        for (const char *const *w = word; *w; w++) {
            uint32_t n = cs_glyphs_word(g, p, *w);
            if (n && p + n <= at && at - (p + n) <= gap && is_whole(g, p, n)) return true;
        }
    }
    return false;
}

bool cs_cue_behind(const struct cs_glyphs *g, uint32_t at, const char *const *word, uint32_t gap)
{
    for (uint32_t p = at; p < g->n && p <= at + gap && !ends_sentence(g->at[p].u); p++)
        if (any_word(g, p, word, UINT32_MAX)) return true;
    return false;
}
