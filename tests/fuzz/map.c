/* The map of a text and its windows, against a walk over the characters one by one. */
#include "fuzz.h"

#include "base/utf8.h"
#include "text/map.h"
#include "text/window.h"

enum { CHARS = 300, WINDOWS = 8 };

static struct cs_arena arena;

/* What was dropped since the last kept character. */
struct dropped {
    uint32_t gap;
    uint8_t bits;
};

static void drop(struct dropped *d, enum cs_char_class class)
{
    if (class == CS_CHAR_IGNORABLE) d->bits |= CS_MAPPED_IGNORABLE;
    if (class == CS_CHAR_SENTENCE_END) d->bits |= CS_MAPPED_SENTENCE;
    if (class != CS_CHAR_IGNORABLE && d->gap < UINT16_MAX) d->gap++;
}

static void check_dropped(const struct cs_mapped *m, const struct dropped *d)
{
    FUZZ_CHECK(m->gap == d->gap, "gap %u, not %u", m->gap, d->gap);
    FUZZ_CHECK((m->bits & (CS_MAPPED_SENTENCE | CS_MAPPED_IGNORABLE)) == d->bits, "bits %x", m->bits);
}

/* The codes of the character at byte `at`, folded by itself. Returns how many. */
static uint32_t check_kept(
    const struct cs_map_text *map, uint32_t code, struct cs_span text, struct cs_place p)
{
    struct cs_utf8_step st = cs_utf8_next(text, p.byte);
    struct cs_map_text alone;
    fuzz_ok(cs_map_text(cs_span_cut(text, p.byte, p.byte + st.len), &arena, &alone), "one character");
    FUZZ_CHECK(alone.n > 0 && code + alone.n <= map->n, "U+%04X: %u codes", st.cp, alone.n);
    for (uint32_t i = 0; i < alone.n; i++) {
        const struct cs_mapped *m = &map->at[code + i];
        FUZZ_CHECK(m->code == alone.at[i].code, "U+%04X", st.cp);
        FUZZ_CHECK(m->byte_begin == p.byte && m->byte_end == p.byte + st.len, "U+%04X", st.cp);
        FUZZ_CHECK(m->char_begin == p.character, "U+%04X", st.cp);
        FUZZ_CHECK(!(m->bits & CS_MAPPED_INNER) == (i == 0), "U+%04X", st.cp);
    }
    return alone.n;
}

static void check_whole(struct cs_span text, const struct cs_map_text *map)
{
    struct cs_place p = {0};
    struct dropped d = {0};
    bool invalid = false;
    for (; p.byte < text.len; p.character++) {
        struct cs_utf8_step st = cs_utf8_next(text, p.byte);
        enum cs_char_class class = cs_char_class(st.cp);
        invalid |= st.bad;
        if (class == CS_CHAR_KEPT) {
            FUZZ_CHECK(p.code < map->n, "U+%04X at %u is not there", st.cp, p.byte);
            check_dropped(&map->at[p.code], &d);
            p.code += check_kept(map, p.code, text, p);
            d = (struct dropped){0};
        } else {
            drop(&d, class);
        }
        p.byte += st.len;
    }
    const struct cs_mapped *end = &map->at[map->n];
    FUZZ_CHECK(p.code == map->n && invalid == map->invalid_utf8, "%u codes", p.code);
    FUZZ_CHECK(end->code == 0 && end->byte_begin == text.len && end->byte_end == text.len, "sentinel");
    FUZZ_CHECK(end->char_begin == p.character, "sentinel");
    check_dropped(end, &d);
}

static bool same(const struct cs_mapped *a, const struct cs_mapped *b, bool edge)
{
    uint8_t told = edge ? (uint8_t) ~(CS_MAPPED_SENTENCE | CS_MAPPED_IGNORABLE) : 0xFF;
    return a->byte_begin == b->byte_begin && a->byte_end == b->byte_end && a->char_begin == b->char_begin &&
           a->code == b->code && (edge || a->gap == b->gap) && (a->bits & told) == (b->bits & told);
}

static void check_window(
    const struct cs_map_text *whole, const struct cs_window *w, uint32_t from, uint32_t to)
{
    bool to_end = to >= whole->n;
    uint32_t stop = w->first + w->map.n;
    FUZZ_CHECK(w->first <= from && stop <= whole->n, "[%u, %u) of %u", w->first, stop, whole->n);
    FUZZ_CHECK(to_end ? stop == whole->n : stop > to, "[%u, %u) does not reach %u", w->first, stop, to);
    FUZZ_CHECK(!(whole->at[w->first].bits & CS_MAPPED_INNER), "code %u is inside a character", w->first);
    for (uint32_t i = 0; i < w->map.n + to_end; i++)
        FUZZ_CHECK(
            same(&w->map.at[i], &whole->at[w->first + i], i == 0 && from > 0), "code %u", w->first + i);
    FUZZ_CHECK(to_end || !(whole->at[stop].bits & CS_MAPPED_INNER), "cut before code %u", stop);
}

/* Windows in order, as one pass over a message takes them; each also by itself. */
static void check_windows(struct fuzz_in *in, struct cs_span text, const struct cs_map_text *whole)
{
    struct cs_window w = {0};
    uint32_t from = 0;
    for (uint32_t n = fuzz_below(in, WINDOWS); n; n--) {
        if (whole->n && from + 1 < whole->n) from += fuzz_below(in, whole->n - from);
        uint32_t to = from + fuzz_below(in, 1 + (fuzz_byte(in) & 1 ? 12 : whole->n + 4));
        struct cs_window alone = {0};
        fuzz_ok(cs_map_window(text, from, to, &arena, &w), "window");
        check_window(whole, &w, from, to);
        fuzz_ok(cs_map_window(text, from, to, &arena, &alone), "window");
        check_window(whole, &alone, from, to);
        struct cs_map_text part;
        fuzz_ok(cs_map_part(text, &w.begin, to, &arena, &part), "part");
        FUZZ_CHECK(w.begin.code == w.first && part.n == w.map.n, "%u codes, not %u", part.n, w.map.n);
        fuzz_telling += w.map.n > 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = fuzz_open(data, size);
    struct cs_buf b = {0};
    struct cs_map_text whole;
    if (!arena.chunk_bytes) cs_arena_init(&arena, 1 << 16, 0);
    cs_arena_reset(&arena);
    fuzz_text(&in, CHARS, &b);
    uint8_t *mine = fuzz_tight(cs_buf_span(&b));
    struct cs_span text = cs_span_of(mine, b.len);
    fuzz_ok(cs_map_text(text, &arena, &whole), "map");
    check_whole(text, &whole);
    check_windows(&in, text, &whole);
    fuzz_cases++;
    free(mine);
    cs_buf_clear(&b);
    return 0;
}
