/* Canned phrases: the filters in front of the search change nothing. */
#include "clock/phrases.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define BROKEN "\xE5"

static const struct {
    const char *text;
    uint32_t meaning;
    bool whole;
} phrase[] = {{"请稍等", 1, true}, {"好的", 2, true}, {"ok", 2, true}, {"a好", 4, true},
    {"稍后回复您", 8, false}, {"24小时内回复", 16, false}, {"回复", 32, false}, {"OK了", 64, false},
    {"éa", 128, false}};

enum { PHRASES = sizeof phrase / sizeof phrase[0] };

static void fill(struct cs_phrases *p)
{
    *p = (struct cs_phrases){0};
    for (size_t i = 0; i < PHRASES; i++)
        cr_assert(
            !cs_bad(cs_phrases_add(p, cs_span_str(phrase[i].text), phrase[i].meaning, phrase[i].whole)));
}

/* Lower case; without the separators that the texts below are made of if `bare`. */
static void plain(const char *in, bool bare, char out[512])
{
    size_t n = 0;
    for (size_t i = 0; in[i]; i++) {
        bool mark = strncmp(in + i, "，", 3) == 0 || strncmp(in + i, "～", 3) == 0;
        if (bare && (in[i] == ' ' || in[i] == '!' || mark)) {
            i += mark ? 2 : 0;
            continue;
        }
        out[n++] = (char)tolower((unsigned char)in[i]);
    }
    out[n] = 0;
}

static uint32_t slowly(const char *text)
{
    char bare[512], all[512], want[512];
    uint32_t found = 0;
    plain(text, true, bare);
    plain(text, false, all);
    for (size_t i = 0; i < PHRASES; i++) {
        plain(phrase[i].text, false, want);
        bool hit = phrase[i].whole ? strcmp(bare, want) == 0 : strstr(all, want) != NULL;
        found |= hit ? phrase[i].meaning : 0;
    }
    return found;
}

Test(phrases, are_those_of_a_plain_search)
{
    static const char *const part[] = {"请", "稍", "等", "好", "的", "o", "K", "a", "A", "稍后", "回复", "您",
        "24", "小时内", "了", "é", " ", "!", "，", "～", BROKEN, "请稍等", "好的", "24小时内回复"};
    struct cs_phrases p;
    uint64_t seed = 7;
    unsigned hits = 0;
    fill(&p);
    for (int round = 0; round < 200000; round++) {
        char text[512] = "";
        for (int n = (int)(seed >> 60 & 7) + 1; n; n--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            strcat(text, part[(seed >> 33) % (sizeof part / sizeof part[0])]);
        }
        uint32_t found = cs_phrases_find(&p, cs_span_str(text), ~0u), whole = 7, one = 1u << round % 8;
        bool stray = strstr(text, BROKEN) != NULL; /* is white space in a whole phrase, too */
        uint32_t compared = stray ? ~whole : ~0u;
        cr_assert_eq(
            found & compared, slowly(text) & compared, "\"%s\": %x, plainly %x", text, found, slowly(text));
        cr_assert_eq(cs_phrases_find(&p, cs_span_str(text), one), found & one, "\"%s\" for %x", text, one);
        hits += found != 0;
    }
    cr_expect(hits > 1000, "only %u hits: this proves little", hits);
    cs_phrases_clear(&p);
}

Test(phrases, whole_ones_stand_alone)
{
    static const struct {
        const char *text;
        uint32_t meaning;
    } row[] = {{"请稍等", 1}, {" 请稍等～ ", 1}, {"请，稍 等！", 1}, {"亲请稍等", 0}, {"请稍等哦", 0},
        {"OK!", 2}, {"o k", 2}, {"okk", 0}, {"A 好", 4}, {"", 0}, {" ，", 0}, {"好", 0}, {"好的", 2}};
    struct cs_phrases p;
    fill(&p);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        cr_expect_eq(
            cs_phrases_find(&p, cs_span_str(row[i].text), ~0u), row[i].meaning, "\"%s\"", row[i].text);
    cs_phrases_clear(&p);
}
