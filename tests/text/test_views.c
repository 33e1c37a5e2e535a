/* What texts are read as: which have views, what stands in them, and the way back. */
#include "base/utf8.h"
#include "text/fold.h"
#include "text/views.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *text, *want[2]; /* NULL: no such view */
} row[] = {
    {"加🐧", {"加QQ", "加企鹅"}},
    {"➕v信", {"加v信", NULL}},
    {"+v", {"加v", NULL}},
    {"天🐱\xEF\xB8\x8F店", {"天猫\xEF\xB8\x8F店", "天喵\xEF\xB8\x8F店"}},
    {"業(yè)務", {"業務", NULL}},
    {"客服團(tuán)隊（ＤＵＩ４）好", {"客服團隊好", NULL}},
    {"团队 [tuan duì] 好", {"团队  好", NULL}},
    {"女(nǚ)绿(lv)", {"女绿", NULL}},
    {"微(wei)🐴(ma)", {"微马(ma)", "微马头(ma)"}},
    {"重(zhòng)重【chóng】", {"重重", NULL}},
    {"微信(weixin", {NULL, NULL}}, /* never closed */
    {"微信(qq)", {NULL, NULL}},    /* not how it sounds */
    {"(wei)信", {NULL, NULL}},     /* nothing to be read before it */
    {"a(ei)", {NULL, NULL}},
    {"微。信()", {NULL, NULL}},
    {"今天发货(明天到)😊", {NULL, NULL}}, /* faces are moods, not words */
    {"", {NULL, NULL}},
};

Test(views, what_texts_are_read_as)
{
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        for (uint32_t r = 0; r < CS_VIEW_READINGS; r++) {
            struct cs_view_text v;
            cr_assert(!cs_bad(cs_view_make(cs_span_str(row[i].text), r, &arena, &v)));
            cr_assert_eq(v.n_piece > 0, row[i].want[r] != NULL, "%s, reading %u", row[i].text, r);
            if (!v.n_piece) continue;
            cr_expect(cs_span_eq(v.text, cs_span_str(row[i].want[r])), "%s, reading %u: %.*s", row[i].text, r,
                (int)v.text.len, (const char *)v.text.ptr);
        }
    cs_arena_clear(&arena);
}

Test(views, the_way_back)
{
    static const struct {
        uint32_t begin, end;           /* bytes of the view 加QQ业务员 */
        uint32_t want_begin, want_end; /* bytes of the text */
        uint32_t char_begin, char_end;
        bool found;
        uint8_t evidence;
    } at[] = {
        {0, 3, 0, 3, 0, 1, false, 0}, {0, 5, 0, 7, 0, 2, true, CS_EVIDENCE_ABBREVIATION},
        {3, 5, 3, 7, 1, 2, true, CS_EVIDENCE_ABBREVIATION},
        {4, 5, 3, 7, 1, 2, true, CS_EVIDENCE_ABBREVIATION},                         /* a piece is never cut */
        {5, 8, 7, 10, 2, 3, false, 0}, {5, 11, 7, 18, 2, 9, true, CS_EVIDENCE_GAP}, /* 业(y e)务 */
        {5, 14, 7, 21, 2, 10, true, CS_EVIDENCE_GAP},
        {8, 11, 15, 18, 8, 9, false, 0}, /* a note before it is not part of it */
    };
    struct cs_arena arena;
    struct cs_view_text v;
    cs_arena_init(&arena, 4096, 0);
    cr_assert(!cs_bad(cs_view_make(cs_span_str("加🐧业(y e)务员"), 0, &arena, &v)));
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct cs_stretch in = {.byte_begin = at[i].begin, .byte_end = at[i].end}, out;
        uint8_t evidence = 0;
        in.char_begin = (uint32_t)cs_utf8_count(cs_span_cut(v.text, 0, in.byte_begin));
        in.char_end = (uint32_t)cs_utf8_count(cs_span_cut(v.text, 0, in.byte_end));
        cr_expect_eq(cs_view_locate(&v, in, &out, &evidence), at[i].found, "row %zu", i);
        cr_expect(out.byte_begin == at[i].want_begin && out.byte_end == at[i].want_end, "row %zu: %u to %u",
            i, out.byte_begin, out.byte_end);
        cr_expect(out.char_begin == at[i].char_begin && out.char_end == at[i].char_end, "row %zu: %u to %u",
            i, out.char_begin, out.char_end);
        cr_expect_eq(evidence, at[i].evidence, "row %zu: %u", i, evidence);
    }
    cs_arena_clear(&arena);
}

/* Texts of parts that make views, that break them, and of rubbish. */
static struct cs_span random_text(uint8_t *to, size_t max)
{
    static const char *const part[] = {"微", "信", "業", "(", "（", ")", "）", "[", "wei", "yè", "xin", "🐧",
        "➕", "+", "🐱", "😊", " ", "。", "v", "\xF0\x9F", "\xE4", "\x1E", "\xEF\xB8\x8F", "好"};
    size_t n = 0, parts = (size_t)rand() % 60;
    for (size_t i = 0; i < parts; i++) {
        const char *p = part[(size_t)rand() % (sizeof part / sizeof *part)];
        if (n + strlen(p) > max) break;
        memcpy(to + n, p, strlen(p));
        n += strlen(p);
    }
    return cs_span_of(to, n);
}

enum { BATCH = 64, BYTES = 240, ROUNDS = 400 };

struct folding {
    struct cs_folder *f;
    struct cs_folded in;
    struct cs_view_list views;
};

static void fold(struct folding *g, const struct cs_span *text)
{
    cr_assert(!cs_bad(cs_fold_texts(g->f, text, BATCH, NULL, &g->in)));
    cr_assert(!cs_bad(cs_fold_views(g->f, text, &g->in, &g->views)));
    cr_assert_eq(g->in.n, BATCH + g->views.n);
}

/* Every text that has a view is found, and it is folded as any text is. */
static void check(
    const struct folding *g, const struct cs_span *text, struct folding *alone, struct cs_arena *arena)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < BATCH; i++)
        for (uint32_t r = 0; r < CS_VIEW_READINGS; r++) {
            struct cs_view_text v;
            cr_assert(!cs_bad(cs_view_make(text[i], r, arena, &v)));
            if (!v.n_piece) continue;
            cr_assert(at < g->views.n && g->views.view[at].msg == i && g->views.view[at].reading == r, "%.*s",
                (int)text[i].len, (const char *)text[i].ptr);
            cr_assert(!cs_bad(cs_fold_texts(alone->f, &v.text, 1, NULL, &alone->in)));
            uint32_t begin = g->in.begin[BATCH + at], n = g->in.begin[BATCH + at + 1] - begin;
            cr_assert_eq(n, alone->in.n_code);
            cr_assert(memcmp(g->in.code + begin, alone->in.code, n * sizeof *g->in.code) == 0);
            at++;
        }
    cr_assert_eq(at, g->views.n);
}

Test(views, random_batches_in_both_kernels)
{
    static uint8_t bytes[BATCH][BYTES];
    struct cs_span text[BATCH];
    struct folding best = {0}, scalar = {0}, alone = {0};
    struct cs_arena arena;
    uint32_t found = 0;
    cs_arena_init(&arena, 1 << 16, 0);
    cr_assert(!cs_bad(cs_folder_new(&best.f)) && !cs_bad(cs_folder_new(&scalar.f)) &&
              !cs_bad(cs_folder_new(&alone.f)));
    cs_folder_force_scalar(scalar.f);
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < BATCH; i++)
            text[i] = random_text(bytes[i], BYTES);
        cs_arena_reset(&arena);
        fold(&best, text);
        fold(&scalar, text);
        check(&best, text, &alone, &arena);
        check(&scalar, text, &alone, &arena);
        found += best.views.n;
    }
    cr_expect(found > ROUNDS * 8, "%u", found);
    cs_folder_free(&best.f);
    cs_folder_free(&scalar.f);
    cs_folder_free(&alone.f);
    cs_arena_clear(&arena);
}

/* More signs than a batch has room to note: nothing is overlooked. */
Test(views, stuffed_with_signs)
{
    enum { SIGNS = 5000 };
    struct folding g = {0};
    struct cs_arena arena;
    struct cs_span text[BATCH] = {0};
    char *many = malloc(SIGNS * 4 + 1);
    cr_assert(many != NULL);
    many[0] = 0;
    for (size_t i = 0; i < SIGNS; i++)
        memcpy(many + 4 * i, "🐧", 5);
    cs_arena_init(&arena, 1 << 16, 0);
    cr_assert(!cs_bad(cs_folder_new(&g.f)));
    text[1] = cs_span_of(many, (size_t)SIGNS * 4);
    text[BATCH - 1] = cs_span_str("➕v");
    fold(&g, text);
    cr_assert_eq(g.views.n, 3u);
    cr_expect(g.views.view[0].msg == 1 && g.views.view[1].msg == 1 && g.views.view[2].msg == BATCH - 1);
    cs_folder_free(&g.f);
    cs_arena_clear(&arena);
    free(many);
}
