/* Facts that any reader of Chinese can check, and what must hold for every unit of the tables. */
#include "text/readings.h"
#include "text/shapes.h"

#include "text/map.h"

#include <criterion/criterion.h>
#include <string.h>

static uint16_t unit(const char *text)
{
    struct cs_arena arena;
    struct cs_map_text map;
    cs_arena_init(&arena, 4096, 0);
    cr_assert_eq(cs_map_text(cs_span_str(text), &arena, &map).code, 0);
    cr_assert_geq(map.n, 1u, "%s", text);
    uint16_t u = cs_code_unit(map.at[0].code);
    cs_arena_clear(&arena);
    return u;
}

static uint32_t level_of(const char *text, const char *syllable)
{
    struct cs_readings r = cs_readings_of(unit(text));
    for (uint32_t i = 0; i < r.n; i++)
        if (strcmp(cs_syllable_name(cs_reading_syllable(r.ptr[i])), syllable) == 0)
            return cs_reading_sound(r.ptr[i]);
    return CS_SOUND_COUNT;
}

Test(readings, known_characters)
{
    static const struct {
        const char *text, *syllable;
        uint32_t level;
    } row[] = {
        {"微", "wei", CS_SOUND_MAIN},
        {"信", "xin", CS_SOUND_MAIN},
        {"信", "shen", CS_SOUND_ALL},
        {"行", "hang", CS_SOUND_MODERN},
        {"绿", "lv", CS_SOUND_MAIN},
        {"绿", "lu", CS_SOUND_MODERN},
        {"寶", "bao", CS_SOUND_MAIN},
        {"微", "xin", CS_SOUND_COUNT},
        {"a", "a", CS_SOUND_COUNT},
        {"7", "qi", CS_SOUND_COUNT},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        cr_expect_eq(level_of(row[i].text, row[i].syllable), row[i].level, "%s %s: %u", row[i].text,
            row[i].syllable, level_of(row[i].text, row[i].syllable));
}

Test(readings, shared_sounds)
{
    cr_expect_eq(cs_sound_shared(unit("微"), unit("威")), CS_SOUND_MAIN);
    cr_expect_eq(cs_sound_shared(unit("航"), unit("行")), CS_SOUND_MODERN);
    cr_expect_eq(cs_sound_shared(unit("深"), unit("信")), CS_SOUND_ALL);
    cr_expect_eq(cs_sound_shared(unit("微"), unit("信")), CS_SOUND_COUNT);
    cr_expect_eq(cs_sound_shared(unit("微"), unit("w")), CS_SOUND_COUNT);
}

Test(readings, every_list_is_well_formed)
{
    uint32_t known = 0, n = cs_syllable_count();
    cr_assert(n > 390 && n < 440, "%u syllables", n);
    for (uint32_t s = 2; s <= n; s++)
        cr_expect(strcmp(cs_syllable_name(s - 1), cs_syllable_name(s)) < 0, "%s", cs_syllable_name(s));
    for (uint32_t u = 0; u < 65536; u++) {
        struct cs_readings r = cs_readings_of((uint16_t)u);
        known += r.n > 0;
        cr_assert(r.n <= 16, "U+%04X", u);
        for (uint32_t i = 0; i < r.n; i++) {
            uint32_t s = cs_reading_syllable(r.ptr[i]);
            cr_assert(s >= 1 && s <= n && cs_reading_sound(r.ptr[i]) < CS_SOUND_COUNT, "U+%04X", u);
            cr_assert(i == 0 || r.ptr[i - 1] < r.ptr[i], "U+%04X", u);
        }
        cr_assert(r.n == 0 || cs_sound_shared((uint16_t)u, (uint16_t)u) <= CS_SOUND_ALL);
    }
    cr_expect_gt(known, 20000u);
}

Test(readings, letters_that_are_whole_syllables)
{
    static const char *const good[] = {"", "jia", "wode", "xian", "jiaweixin", "nvlv", "a", "fangan"};
    static const char *const bad[] = {"h", "hello", "jiaw", "v", "vx", "weixi1", "i"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(cs_syllables_fill(good[i], (uint32_t)strlen(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(!cs_syllables_fill(bad[i], (uint32_t)strlen(bad[i])), "%s", bad[i]);
    cr_expect(cs_syllables_fill("weixin!", 6), "what stands behind n is not read");
    char run[200];
    memset(run, 'a', sizeof run);
    cr_expect(cs_syllables_fill(run, 64));
    cr_expect(!cs_syllables_fill(run, 65), "too long to be pinyin");
}

static bool among(struct cs_units l, uint16_t u)
{
    for (uint32_t i = 0; i < l.n; i++)
        if (l.ptr[i] == u) return true;
    return false;
}

static bool looks_like(const char *a, const char *b)
{
    return among(cs_lookalikes_of(unit(a)), unit(b));
}

static bool resembles(const char *a, const char *b)
{
    return among(cs_resembling_of(unit(a)), unit(b));
}

Test(shapes, known_lookalikes)
{
    cr_expect(looks_like("微", "徽"));
    cr_expect(resembles("淘", "陶") && !looks_like("淘", "陶"));
    cr_expect(looks_like("已", "己"));
    cr_expect(!looks_like("微", "信"));
    cr_expect(!looks_like("微", "微"));
    cr_expect_eq(cs_lookalikes_of('x').n, 0u);
}

static bool splits_into(const char *whole, const char *left, const char *right)
{
    struct cs_units rest = cs_splits_of(unit(whole)), s;
    while (cs_split_next(&rest, &s))
        if (s.n == 2 && s.ptr[0] == unit(left) && s.ptr[1] == unit(right)) return true;
    return false;
}

Test(shapes, known_splits)
{
    cr_expect(splits_into("信", "亻", "言"));
    cr_expect(splits_into("信", "人", "言"));
    cr_expect(splits_into("淘", "氵", "匋"));
    cr_expect(!splits_into("信", "言", "亻"));
    cr_expect_eq(cs_splits_of('x').n, 0u);
}

static void check_likes(uint16_t u, struct cs_units l, uint32_t most)
{
    cr_assert_leq(l.n, most, "U+%04X: %u", u, l.n);
    for (uint32_t i = 0; i < l.n; i++) {
        cr_assert(l.ptr[i] != u && (i == 0 || l.ptr[i - 1] < l.ptr[i]), "U+%04X", u);
        cr_assert(most == 12 || !among(cs_lookalikes_of(u), l.ptr[i]), "U+%04X is far, too", u);
    }
}

Test(shapes, every_list_is_well_formed)
{
    uint32_t splits = 0;
    for (uint32_t u = 0; u < 65536; u++) {
        struct cs_units rest = cs_splits_of((uint16_t)u), s;
        while (cs_split_next(&rest, &s)) {
            cr_assert(s.n >= 2 && s.n <= CS_SPLIT_PARTS_MAX, "U+%04X", u);
            for (uint32_t i = 0; i < s.n; i++)
                cr_assert(s.ptr[i] != 0 && s.ptr[i] != u, "U+%04X", u);
            splits++;
        }
        cr_assert_eq(rest.n, 0u);
        check_likes((uint16_t)u, cs_lookalikes_of((uint16_t)u), 12);
        check_likes((uint16_t)u, cs_resembling_of((uint16_t)u), 80);
    }
    cr_expect_gt(splits, 10000u);
}

Test(shapes, letters)
{
    uint32_t n;
    const struct cs_letter *l = cs_letters_all(&n);
    bool v = false;
    for (uint32_t i = 0; i < n; i++) {
        cr_expect(l[i].letter >= 'a' && l[i].letter <= 'z' && cs_readings_of(l[i].unit).n > 0, "row %u", i);
        v |= l[i].letter == 'v' && l[i].unit == unit("微");
    }
    cr_expect(v, "v stands for 微");
}
