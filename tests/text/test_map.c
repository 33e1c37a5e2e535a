/* cs_map_text: where codes come from and what was dropped between them. */
#include "text/map.h"

#include "text/alphabet.h"
#include "texts.h"

#include <criterion/criterion.h>

static struct cs_map_text map(struct cs_span text, struct cs_arena *arena)
{
    struct cs_map_text m;
    cs_arena_reset(arena);
    cr_assert(!cs_bad(cs_map_text(text, arena, &m)));
    return m;
}

enum { EXPAND = CS_MAPPED_CHANGED, INNER = CS_MAPPED_CHANGED | CS_MAPPED_INNER };

/* One code a row; `text` starts a new text, the last row of each is the sentinel (unit 0). */
static const struct {
    const char *text;
    uint32_t byte_begin, byte_end, char_begin;
    uint16_t unit, gap;
    uint8_t bits;
} rows[] = {
    {"", 0, 0, 0, 0, 0, 0},
    {"微信", 0, 3, 0, 0x5FAE, 0, 0},
    {NULL, 3, 6, 1, 0x4FE1, 0, 0},
    {NULL, 6, 6, 2, 0, 0, 0},
    {"微 。\u200b信!", 0, 3, 0, 0x5FAE, 0, 0},
    {NULL, 10, 13, 4, 0x4FE1, 2, CS_MAPPED_SENTENCE | CS_MAPPED_IGNORABLE},
    {NULL, 14, 14, 6, 0, 1, CS_MAPPED_SENTENCE},
    {"Ｖ1", 0, 3, 0, 'v', 0, CS_MAPPED_CHANGED | CS_MAPPED_LETTER},
    {NULL, 3, 4, 1, '1', 0, CS_MAPPED_DIGIT},
    {NULL, 4, 4, 2, 0, 0, 0},
    {" ½x", 1, 3, 1, '1', 1, CS_MAPPED_CHANGED | CS_MAPPED_DIGIT},
    {NULL, 1, 3, 1, '2', 0, CS_MAPPED_CHANGED | CS_MAPPED_DIGIT | CS_MAPPED_INNER},
    {NULL, 3, 4, 2, 'x', 0, CS_MAPPED_LETTER},
    {NULL, 4, 4, 3, 0, 0, 0},
    {"𠀀", 0, 4, 0, 0xD840, 0, 0},
    {NULL, 0, 4, 0, 0xDC00, 0, CS_MAPPED_INNER},
    {NULL, 4, 4, 1, 0, 0, 0},
    {"寶.\xFFж", 0, 3, 0, 0x5B9D, 0, CS_MAPPED_CHANGED},
    {NULL, 5, 7, 3, 0x436, 2, CS_MAPPED_LETTER},
    {NULL, 7, 7, 4, 0, 0, 0},
    {"\r\n \ufe0f", 6, 6, 4, 0, 3, CS_MAPPED_SENTENCE | CS_MAPPED_IGNORABLE},
    {"a\x1E"
     "b\u0301",
        0, 1, 0, 'a', 0, CS_MAPPED_LETTER},
    {NULL, 2, 3, 2, 'b', 1, CS_MAPPED_LETTER},
    {NULL, 5, 5, 4, 0, 0, CS_MAPPED_IGNORABLE},
};

Test(map, examples)
{
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    struct cs_map_text m = {0};
    uint32_t at = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, at++) {
        if (rows[i].text) {
            cr_assert(i == 0 || at == m.n + 1, "row %zu: the text before has %u codes", i, m.n);
            m = map(cs_span_str(rows[i].text), &arena);
            at = 0;
        }
        cr_assert(at <= m.n, "row %zu: only %u codes", i, m.n);
        const struct cs_mapped *c = &m.at[at];
        cr_expect(
            c->byte_begin == rows[i].byte_begin && c->byte_end == rows[i].byte_end, "row %zu: bytes", i);
        cr_expect(c->char_begin == rows[i].char_begin, "row %zu: character %u", i, c->char_begin);
        cr_expect(cs_code_unit(c->code) == rows[i].unit, "row %zu: unit %x", i, cs_code_unit(c->code));
        cr_expect(
            c->gap == rows[i].gap && c->bits == rows[i].bits, "row %zu: gap %u, bits %x", i, c->gap, c->bits);
    }
    cs_arena_clear(&arena);
}

/* What the walk has seen since the last kept character. */
struct dropped {
    uint32_t gap;
    bool ignorable, sentence;
};

static void check_dropped(const struct cs_mapped *c, const struct dropped *d, uint32_t cp)
{
    cr_assert(c->gap == d->gap, "U+%04X", cp);
    cr_assert(((c->bits & CS_MAPPED_IGNORABLE) != 0) == d->ignorable, "U+%04X", cp);
    cr_assert(((c->bits & CS_MAPPED_SENTENCE) != 0) == d->sentence, "U+%04X", cp);
}

/* The codes of one kept character, from *code on; *code is then the next character's. */
static void check_kept(const struct cs_map_text *m, uint32_t *code, size_t at, size_t len, uint32_t character)
{
    const struct cs_mapped *c = &m->at[*code];
    cr_assert(c->byte_end == at + len && c->char_begin == character && !(c->bits & CS_MAPPED_INNER));
    for (++*code; m->at[*code].bits & CS_MAPPED_INNER; ++*code)
        cr_assert(m->at[*code].byte_begin == at && m->at[*code].char_begin == character);
}

static void drop(struct dropped *d, enum cs_char_class class)
{
    d->gap += class != CS_CHAR_IGNORABLE;
    d->ignorable |= class == CS_CHAR_IGNORABLE;
    d->sentence |= class == CS_CHAR_SENTENCE_END;
}

/* Walk text and map together: every character is either kept, with its exact bytes, or counted as dropped. */
static void check_cover(struct cs_span text, const struct cs_map_text *m)
{
    uint32_t code = 0, character = 0;
    struct dropped d = {0};
    for (size_t at = 0; at < text.len; character++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        enum cs_char_class class = cs_char_class(st.cp);
        bool kept = code < m->n && m->at[code].byte_begin == at;
        cr_assert(kept == (class == CS_CHAR_KEPT), "U+%04X", st.cp);
        if (kept) {
            check_dropped(&m->at[code], &d, st.cp);
            check_kept(m, &code, at, st.len, character);
            d = (struct dropped){0};
        } else {
            drop(&d, class);
        }
        at += st.len;
    }
    const struct cs_mapped *end = &m->at[m->n];
    cr_assert(code == m->n && end->code == 0 && end->byte_begin == text.len && end->byte_end == text.len);
    cr_assert(end->char_begin == character);
    check_dropped(end, &d, 0);
}

Test(map, spans_nest_and_cover_any_text)
{
    struct cs_arena arena;
    struct random r = {5};
    uint8_t bytes[400];
    cs_arena_init(&arena, 4096, 0);
    for (int i = 0; i < 60000; i++) {
        size_t len = random_below(&r, i % 100 ? 80 : sizeof bytes);
        random_text(&r, random_below(&r, 4), bytes, len);
        struct cs_map_text m = map(cs_span_of(bytes, len), &arena);
        check_cover(cs_span_of(bytes, len), &m);
    }
    cs_arena_clear(&arena);
}

Test(map, a_gap_saturates)
{
    struct cs_arena arena;
    static uint8_t bytes[70001];
    memset(bytes, ' ', sizeof bytes);
    bytes[70000] = 'x';
    cs_arena_init(&arena, 4096, 0);
    struct cs_map_text m = map(cs_span_of(bytes, sizeof bytes), &arena);
    cr_assert(m.n == 1 && m.at[0].gap == UINT16_MAX && m.at[0].char_begin == 70000);
    cs_arena_clear(&arena);
}

Test(map, an_arena_at_its_limit_refuses)
{
    struct cs_arena arena;
    static uint8_t bytes[5000];
    memset(bytes, 'x', sizeof bytes);
    cs_arena_init(&arena, 256, 8192);
    struct cs_map_text m;
    cr_assert(cs_is(cs_map_text(cs_span_of(bytes, sizeof bytes), &arena, &m), CS_ENOMEM));
    cs_arena_clear(&arena);
}
