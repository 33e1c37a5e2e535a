/* A window equals the same part of the whole map, whatever the text is made of. */
#include "text/window.h"

#include "text/alphabet.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { ROUNDS = 4000, LETTERS_MAX = 30 };

/* Lengths 1 to 4, expansions, ignorables, separators, the delimiter byte, NUL, and every kind of broken
 * bytes. */
static const struct cs_span letters[] = {CS_SPAN_LIT("a"), CS_SPAN_LIT("9"), CS_SPAN_LIT("微"),
    CS_SPAN_LIT("信"), CS_SPAN_LIT("é"), CS_SPAN_LIT("ж"), CS_SPAN_LIT("㎏"), CS_SPAN_LIT("㍿"),
    CS_SPAN_LIT("𠀀"), CS_SPAN_LIT("😀"), CS_SPAN_LIT("𝕍"), CS_SPAN_LIT(" "), CS_SPAN_LIT("。"),
    CS_SPAN_LIT("\u200b"), CS_SPAN_LIT("\x1e"), CS_SPAN_LIT("\0"), CS_SPAN_LIT("\xFF"), CS_SPAN_LIT("\x80"),
    CS_SPAN_LIT("\xC0\x80"), CS_SPAN_LIT("\xE5\xBE"), CS_SPAN_LIT("\xE0\x80\x80"),
    CS_SPAN_LIT("\xED\xA0\x80"), CS_SPAN_LIT("\xF0\x9F\x98"), CS_SPAN_LIT("\xC3"),
    CS_SPAN_LIT("\xF5\x80\x80\x80")};
enum { N_LETTERS = sizeof letters / sizeof letters[0] };

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static struct cs_span random_text(uint64_t *seed, uint8_t *out)
{
    size_t n = 0;
    for (uint32_t i = draw(seed, LETTERS_MAX + 1); i > 0; i--) {
        struct cs_span s = letters[draw(seed, N_LETTERS)];
        memcpy(out + n, s.ptr, s.len);
        n += s.len;
    }
    return cs_span_of(out, n);
}

static void compare_at(const struct cs_mapped *a, const struct cs_mapped *b, bool also_before, int round)
{
    cr_assert(a->byte_begin == b->byte_begin && a->byte_end == b->byte_end, "round %d", round);
    cr_assert(a->char_begin == b->char_begin && a->code == b->code, "round %d", round);
    uint8_t before = CS_MAPPED_SENTENCE | CS_MAPPED_IGNORABLE;
    uint8_t mask = also_before ? 0xFF : (uint8_t)~before;
    cr_assert((a->bits & mask) == (b->bits & mask), "round %d", round);
    if (also_before) cr_assert_eq(a->gap, b->gap, "round %d", round);
}

static void compare_window(
    const struct cs_window *w, const struct cs_map_text *whole, uint32_t from, uint32_t to, int round)
{
    cr_assert(w->first <= from, "round %d", round);
    cr_assert(w->first + w->map.n > to || w->first + w->map.n == whole->n, "round %d", round);
    bool ended = w->first + w->map.n == whole->n && to >= whole->n;
    for (uint32_t i = 0; i < w->map.n + ended; i++)
        compare_at(&w->map.at[i], &whole->at[w->first + i], i > 0 || from == 0, round);
}

/* Several windows of one text, mostly further and further to the right. */
Test(window, equals_the_part_of_the_whole_map)
{
    uint64_t seed = 3;
    struct cs_arena arena;
    cs_arena_init(&arena, 1 << 16, 0);
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t bytes[LETTERS_MAX * 4];
        struct cs_map_text whole;
        struct cs_window window = {0};
        cs_arena_reset(&arena);
        struct cs_span text = random_text(&seed, bytes);
        cr_assert(!cs_bad(cs_map_text(text, &arena, &whole)));
        for (uint32_t n = draw(&seed, 4), from = 0; n < 4; n++) {
            from = whole.n == 0 ? 0 : from + draw(&seed, whole.n);
            if (from && from >= whole.n) from -= whole.n;
            uint32_t to = from + draw(&seed, 6);
            cr_assert(!cs_bad(cs_map_window(text, from, to, &arena, &window)));
            compare_window(&window, &whole, from, to, round);
        }
    }
    cs_arena_clear(&arena);
}

/* A short window of a long text takes no memory for the rest of it. */
Test(window, takes_one_entry_a_code)
{
    enum { CHARS = 200000 };
    char *text = malloc(CHARS + 1);
    struct cs_arena arena;
    struct cs_window window = {0};
    cr_assert(text != NULL);
    memset(text, 'a', CHARS);
    cs_arena_init(&arena, 1, 0);
    cr_assert(!cs_bad(cs_map_window(cs_span_of(text, CHARS), CHARS - 10, CHARS - 5, &arena, &window)));
    cr_expect_eq(window.map.n, 6);
    cr_expect(arena.held < 1024, "%zu", arena.held);
    cs_arena_clear(&arena);
    cs_arena_init(&arena, 1, 0);
    cr_assert(!cs_bad(cs_map_window(cs_span_of(text, CHARS), 0, UINT32_MAX, &arena, &window)));
    cr_expect_eq(window.map.n, CHARS);
    cr_expect(arena.held < 2 * CHARS * sizeof *window.map.at + 1024, "%zu", arena.held);
    free(text);
    cs_arena_clear(&arena);
}
