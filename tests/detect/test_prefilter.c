/* The prefilter against the detectors themselves: where it says that one finds nothing, it finds nothing. */
#include "detect/glyph.h"
#include "detect/prefilter.h"
#include "text/fold.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { ROUNDS = 60000, PIECES_MAX = 12, TEXT_MAX = 256 };

struct bench {
    struct cs_prefilter prefilter;
    struct cs_folder *folder;
    struct cs_batch *batch;
};

static void fine(cs_rc rc)
{
    cr_assert(!cs_bad(rc), "%s", cs_rc_name(rc));
}

/* Detectors that find something by themselves, as a set of enum cs_prefilter_row. */
static uint8_t rows_that_find(struct cs_batch *b)
{
    static void (*const find[])(struct cs_finds *, const struct cs_glyphs *) = {
        cs_find_web, cs_find_numbers, cs_find_accounts, cs_find_addresses, cs_find_placeholders};
    struct cs_glyphs g;
    uint8_t rows = 0;
    fine(cs_glyphs_read(b->text[0], &b->arena, &g));
    for (size_t i = 0; i < sizeof find / sizeof find[0]; i++) {
        struct cs_finds f = {.arena = &b->arena, .wanted = UINT16_MAX};
        find[i](&f, &g);
        rows |= (uint8_t)((f.n > 0) << i);
    }
    return rows;
}

static void judge(struct bench *x, struct cs_span text)
{
    struct cs_batch *b = x->batch;
    cs_batch_reset(b);
    b->n = 1;
    b->text[0] = text;
    b->flags[0] = 0;
    fine(cs_fold_texts(x->folder, b->text, 1, b->flags, &b->folded));
    uint8_t rows = cs_prefilter_look(&x->prefilter, b, 0), finds = rows_that_find(b);
    cr_assert_eq(finds & ~rows, 0, "%.*s: %x of %x", (int)text.len, (const char *)text.ptr, rows, finds);
}

/* Behind a run that lets every message be looked at, so that each detector answers for itself. */
static void judge_random(const char *run, const char *const *piece, uint32_t n_piece, uint64_t seed)
{
    struct bench *x = calloc(1, sizeof *x);
    cr_assert(x && (x->batch = calloc(1, sizeof *x->batch)));
    cs_batch_init(x->batch, 0);
    fine(cs_folder_new(&x->folder));
    cs_prefilter_fill(&x->prefilter, UINT16_MAX);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char text[TEXT_MAX];
        size_t n = strlen(run);
        memcpy(text, run, n);
        for (uint32_t i = round % PIECES_MAX; i > 0; i--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const char *next = piece[(seed >> 33) % n_piece];
            size_t len = strlen(next);
            memcpy(text + n, next, len);
            n += len;
        }
        judge(x, cs_span_of(text, n));
    }
    cs_folder_free(&x->folder);
    cs_batch_clear(x->batch);
    free(x->batch);
    free(x);
}

#define JUDGE(run, piece, seed) judge_random(run, piece, sizeof(piece) / sizeof *(piece), seed)

Test(prefilter, lets_numbers_pass, .timeout = 60)
{
    static const char *const piece[] = {"1", "38", "0013", "8000", "95", "洞", "拐", "两", "幺", "〇", "壹",
        "九", "o", "l", "１", "⑩", "7️⃣", "𝟘", " ", "-", "—", "、", ",", "·", "…", "qq", "扣", "秋秋",
        "球球", "抠", "口口", "企鹅", "🐧", "叩叩", "蔻蔻", "寇寇", "打", "拨", "电话", "座机", "致电", "热线",
        "客服", "tel", "call", "联系", "號碼", "固话", "Ｑ"};
    JUDGE("三三三。", piece, 1);
    JUDGE("abc,", piece, 2);
}

Test(prefilter, lets_hosts_and_accounts_pass, .timeout = 60)
{
    static const char *const piece[] = {"ab", "c1", "com", "cn", "www", ".", "。", "．", "·", "丶", "点",
        "點", " dot ", "(dot)", "[dot]", "@", "ⓐ", "艾特", "圈a", "#at#", "/", "_", "-", "微信", "威信", "薇",
        "徽信", "维信", "卫星", "v", "vx", "wx", "wechat", "weixin", "🅆x", "微❤", ":", "号", "是", "ab12cd",
        "ⓒⓞⓜ", "。", "ａｂｃ", "qwerty"};
    JUDGE("三三三", piece, 3);
    JUDGE("abc ", piece, 4);
}

/* One of the commonest signs of an address must be there. */
Test(prefilter, lets_addresses_pass, .timeout = 60)
{
    static const char *const piece[] = {"江苏", "省", "内蒙古", "自治区", "特别行政区", "自治州", "地区",
        "市", "开发区", "新区", "小区", "县", "旗", "街道", "镇", "乡", "村", "大道", "胡同", "路", "街",
        "巷", "弄", "号楼", "号院", "号", "花园", "公寓", "大廈", "广场", "苑", "栋", "幢", "座", "单元",
        "室", "楼", "层", "12", "三", "x", "*", "_", "{", "}", "名", "幸福", "和平", "-", ","};
    JUDGE("三三三市！", piece, 5);
    JUDGE("abc县。", piece, 6);
}

/* The wide forms of { and _ are looked for beside letters alone. */
Test(prefilter, lets_slots_pass, .timeout = 60)
{
    static const char *const narrow[] = {
        "x", "X", "ⓧ", "××", "*", "＊", "_", "{", "}", "名", "a", "7", " ", "码"};
    static const char *const wide[] = {
        "x", "X", "×", "＊", "＿", "｛", "}", "｝", "名", "b", "7", " ", "，", "码"};
    JUDGE("三三三", narrow, 7);
    JUDGE("abc,", wide, 8);
}
