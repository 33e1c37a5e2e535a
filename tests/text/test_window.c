/* A window equals the same part of the whole map, whatever the text is made of. */
#include "text/window.h"

#include "base/utf8.h"
#include "text/alphabet.h"
#include "text/kernel.h"
#include "text/seek.h"
#include "text/tables.h"

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

static bool is_in(uint32_t x, uint32_t first, uint32_t last)
{
    return x >= first && x <= last;
}

static bool is_alnum(uint32_t byte)
{
    return is_in(byte, '0', '9') || is_in(byte | 0x20, 'a', 'z');
}

/* At most `most` letters, all of them in use or the well-formed ones of one code, mostly Han. */
static struct cs_span random_text(uint64_t *seed, uint8_t *out, uint32_t most, bool tame)
{
    size_t n = 0;
    for (uint32_t i = draw(seed, most + 1); i > 0; i--) {
        struct cs_span s = letters[tame ? draw(seed, 14) : draw(seed, N_LETTERS)];
        if (tame && draw(seed, 3)) s = CS_SPAN_LIT("信");
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
        struct cs_span text = random_text(&seed, bytes, LETTERS_MAX, round % 2);
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

/* Texts of several blocks, from any character on. Each lies at the end of its memory. */
Test(window, seeking_by_blocks_and_by_characters)
{
    enum { LONG = 120 };
    uint64_t seed = 5;
    uint32_t far = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t bytes[LONG * 4];
        struct cs_span text = random_text(&seed, bytes, LONG, round % 8);
        uint8_t *own = malloc(text.len + 1);
        cr_assert(own != NULL);
        memcpy(own, bytes, text.len);
        struct cs_span s = {own, text.len};
        struct cs_place from = {0}, fast, slow;
        cs_text_seek_plainly(s, &from, draw(&seed, 8));
        for (uint32_t code = from.code; code < from.code + LONG; code += 1 + draw(&seed, 3)) {
            fast = slow = from;
            cs_text_seek(s, &fast, code);
            cs_text_seek_plainly(s, &slow, code);
            cr_assert(fast.byte == slow.byte && fast.character == slow.character && fast.code == slow.code,
                "round %d, code %u: byte %u and %u", round, code, fast.byte, slow.byte);
            far += slow.byte > 128;
        }
        free(own);
    }
    cr_expect(far > ROUNDS, "%u places beyond the second block", far);
}

/* As many Han characters side by side, told from the map. */
Test(window, plain_is_what_the_map_tells)
{
    uint64_t seed = 9;
    uint32_t yes = 0;
    struct cs_arena arena;
    cs_arena_init(&arena, 1 << 16, 0);
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t bytes[LETTERS_MAX * 4];
        struct cs_map_text whole;
        struct cs_place at = {0};
        cs_arena_reset(&arena);
        struct cs_span text = random_text(&seed, bytes, LETTERS_MAX, round % 4);
        cr_assert(!cs_bad(cs_map_text(text, &arena, &whole)));
        uint32_t n = 1 + draw(&seed, 3), begin = whole.n > n ? draw(&seed, whole.n - n) : whole.n;
        if (begin + n > whole.n) continue;
        bool plain = true;
        for (uint32_t i = begin; i < begin + n; i++) {
            const struct cs_mapped *m = &whole.at[i];
            uint32_t cp = cs_utf8_next(text, m->byte_begin).cp;
            plain &= cp >= 0x4E00 && cp <= 0x9FFF && (i == begin || m->byte_begin == m[-1].byte_end);
        }
        cr_assert_eq(cs_map_plain(text, begin, n, &at), plain, "round %d", round);
        if (plain) cr_assert_eq(at.byte, whole.at[begin].byte_begin);
        if (plain) cr_assert_eq(at.character, whole.at[begin].char_begin);
        if (plain)
            cr_assert(!(whole.at[begin].bits & (CS_MAPPED_LETTER | CS_MAPPED_DIGIT | CS_MAPPED_INNER)));
        yes += plain;
    }
    cr_expect(yes > ROUNDS / 8, "%u", yes);
    cs_arena_clear(&arena);
}

/* What seeking by blocks and plain occurrences take for granted. */
Test(window, facts_of_the_tables)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    struct cs_arena arena;
    struct cs_map_text map;
    cs_arena_init(&arena, 1 << 16, 0);
    for (uint32_t cp = 0; cp < 0x80; cp++) {
        cr_expect_eq(cs_text_fold_cp(cp, code), is_alnum(cp), "U+%04X", cp);
    }
    for (uint32_t cp = 0xFF01; cp <= 0xFF0F; cp++)
        cr_expect_eq(cs_text_fold_cp(cp, code), 0, "U+%04X", cp);
    for (uint32_t cp = 0x4E00; cp <= 0x9FFF; cp++) {
        uint8_t utf8[CS_UTF8_MAX_BYTES];
        cs_arena_reset(&arena);
        cr_assert(!cs_bad(cs_map_text(cs_span_of(utf8, cs_utf8_put(cp, utf8)), &arena, &map)));
        cr_expect(map.n == 1 && !(map.at[0].bits & (CS_MAPPED_LETTER | CS_MAPPED_DIGIT)), "U+%04X", cp);
    }
    cs_arena_clear(&arena);
}

/* Of the two bytes that begin a character. */
static bool is_han(uint32_t first, uint32_t second)
{
    return is_in(first << 8 | second, 0xE4B8, 0xE4BF) || is_in(first, 0xE5, 0xE9);
}

/* What a kernel tells of a block, told byte by byte. */
static struct cs_text_look look_plainly(const uint8_t *p, size_t n)
{
    struct cs_text_look k = {0};
    for (size_t i = 0; i < CS_TEXT_BLOCK; i++) {
        uint32_t b[3] = {0};
        for (size_t j = 0; j < 3 && i + j < n; j++)
            b[j] = p[i + j];
        bool han = is_han(b[0], b[1]), sign = b[0] == 0xEF && b[1] == 0xBC && is_in(b[2], 0x81, 0x8F);
        k.begin |= (uint64_t)((b[0] & 0xC0) != 0x80) << i;
        k.ascii |= (uint64_t)(b[0] < 0x80) << i;
        k.three |= (uint64_t)(han | sign) << i;
        k.kept |= (uint64_t)(han | is_alnum(b[0])) << i;
    }
    return k;
}

/* Each kernel that this processor has, on bytes at the end of their memory. */
Test(window, kernels_look_alike)
{
    enum { MOST = CS_TEXT_BLOCK + 8 };
    static const uint8_t telling[] = {0x00, 0x2F, '0', '9', ':', '@', 'A', 'Z', '[', '`', 'a', 'z', '{', 0x7F,
        0x80, 0x81, 0x8F, 0x90, 0xB7, 0xB8, 0xBC, 0xBF, 0xC0, 0xE3, 0xE4, 0xE5, 0xE9, 0xEA, 0xEF, 0xF0, 0xFF};
    const struct cs_text_kernel *kernel[] = {cs_text_kernel_avx512(), cs_text_kernel_avx2()};
    uint64_t seed = 13;
    for (int round = 0; round < 20 * ROUNDS; round++) {
        size_t n = 1 + draw(&seed, MOST);
        uint8_t *p = malloc(n);
        cr_assert(p != NULL);
        for (size_t i = 0; i < n; i++)
            p[i] = telling[draw(&seed, sizeof telling)];
        struct cs_text_look want = look_plainly(p, n), is;
        for (size_t k = 0; k < sizeof kernel / sizeof *kernel; k++) {
            if (!kernel[k]) continue;
            kernel[k]->look(p, n, &is);
            cr_assert(
                memcmp(&is, &want, sizeof is) == 0, "round %d, %s, %zu bytes", round, kernel[k]->name, n);
        }
        free(p);
    }
}
