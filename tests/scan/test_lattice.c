/* What a reader calls a disguise, channel by channel, and what is none. Both kinds are asked each time. */
#include "scan/lattice_kit.h"

enum { NONE = CS_EVIDENCE_COUNT, ALL = CS_CHANNELS_ALL };

struct row {
    const char *text;
    uint32_t term, begin, end, evidence; /* of the first hit; NONE: there is none */
};

/* The hit of `term` from begin to end must be there with that evidence. */
static void check(struct lattice_kit *k, const struct row *r)
{
    const struct cs_disguised *hit;
    uint32_t n = lattice_scan_text(k, r->text, &hit);
    if (r->evidence == NONE) {
        cr_expect_eq(n, 0u, "%s: term %u, %s", r->text, hit->term, cs_evidence_name(hit->evidence));
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        if (hit[i].term == r->term && hit[i].begin == r->begin && hit[i].end == r->end) {
            cr_expect_eq(hit[i].evidence, r->evidence, "%s: %s", r->text, cs_evidence_name(hit[i].evidence));
            return;
        }
    cr_expect(false, "%s: not among %u hits", r->text, n);
}

static void check_all(struct lattice_kit *k, const struct row *row, size_t n)
{
    lattice_compile(k);
    for (size_t i = 0; i < n; i++)
        check(k, &row[i]);
    lattice_clear(k);
}

Test(lattice, each_channel)
{
    static const struct row row[] = {
        {"加威信号", 0, 1, 3, CS_EVIDENCE_HOMOPHONE},
        {"薇心", 0, 0, 2, CS_EVIDENCE_HOMOPHONE},
        {"weixin", 0, 0, 6, CS_EVIDENCE_PINYIN},
        {"加wei xin", 0, 1, 7, CS_EVIDENCE_PINYIN},
        {"加WeiＸin", 0, 1, 7, CS_EVIDENCE_PINYIN},
        {"加wei信", 0, 1, 5, CS_EVIDENCE_PINYIN},
        {"微xin", 0, 0, 4, CS_EVIDENCE_PINYIN},
        {"加wx", 0, 1, 3, CS_EVIDENCE_ABBREVIATION},
        {"加vx", 0, 1, 3, CS_EVIDENCE_ABBREVIATION},
        {"v信", 0, 0, 2, CS_EVIDENCE_ABBREVIATION},
        {"微亻言", 0, 0, 3, CS_EVIDENCE_SPLIT},
        {"微人言吗", 0, 0, 3, CS_EVIDENCE_SPLIT},
        {"徽信", 0, 0, 2, CS_EVIDENCE_SHAPE},
        {"陶宝", 1, 0, 2, CS_EVIDENCE_HOMOPHONE},
        {"淘宀玉", 1, 0, 3, CS_EVIDENCE_SPLIT},
        {"taobao", 1, 0, 6, CS_EVIDENCE_PINYIN},
        {"zfb转", 2, 0, 3, CS_EVIDENCE_ABBREVIATION},
        {"zhifubao", 2, 0, 8, CS_EVIDENCE_PINYIN},
        {"支fu寶", 2, 0, 4, CS_EVIDENCE_PINYIN},
        {"品多多", 3, 0, 3, CS_EVIDENCE_HOMOPHONE},
        {"pdd", 3, 0, 3, CS_EVIDENCE_ABBREVIATION},
    };
    struct lattice_kit k;
    lattice_init(&k);
    lattice_add(&k, "微信", ALL, CS_SOUND_MODERN);
    lattice_add(&k, "淘宝", ALL, CS_SOUND_MODERN);
    lattice_add(&k, "支付宝", ALL, CS_SOUND_MODERN);
    lattice_add(&k, "拼多多", ALL, CS_SOUND_MODERN);
    check_all(&k, row, sizeof row / sizeof *row);
}

Test(lattice, stacks_tell_their_weakest)
{
    static const struct row row[] = {
        {"徽xin", 0, 0, 4, CS_EVIDENCE_SHAPE},
        {"威亻言", 0, 0, 3, CS_EVIDENCE_SPLIT},
        {"wei亻言", 0, 0, 5, CS_EVIDENCE_SPLIT},
        {"v心", 0, 0, 2, CS_EVIDENCE_ABBREVIATION},
        {"zhi付保", 1, 0, 5, CS_EVIDENCE_HOMOPHONE},
        {"微(wei)信(xìn)", 0, 0, 5, CS_EVIDENCE_GAP},
        {"微(wēi)信(xìn)", 0, 0, 8, CS_EVIDENCE_GAP},
        {"威(wei)信", 0, 0, 5, CS_EVIDENCE_HOMOPHONE},
    };
    struct lattice_kit k;
    lattice_init(&k);
    lattice_add(&k, "微信", ALL, CS_SOUND_MODERN);
    lattice_add(&k, "支付宝", ALL, CS_SOUND_MODERN);
    check_all(&k, row, sizeof row / sizeof *row);
}

Test(lattice, what_is_none)
{
    static const struct row row[] = {
        {"微信", 0, 0, 0, NONE},
        {"加微信号", 0, 0, 0, NONE},
        {"微 信", 0, 0, 0, NONE}, /* the fold is a matter of the exact scan */
        {"信微", 0, 0, 0, NONE},
        {"微", 0, 0, 0, NONE},
        {"", 0, 0, 0, NONE},
        {"weixi", 0, 0, 0, NONE},
        {"深圳", 0, 0, 0, NONE},
        {"x信", 0, 0, 0, NONE},
    };
    struct lattice_kit k;
    lattice_init(&k);
    lattice_add(&k, "微信", ALL, CS_SOUND_ALL);
    check_all(&k, row, sizeof row / sizeof *row);
}

Test(lattice, a_term_opts_into_channels_and_levels)
{
    static const struct row row[] = {
        {"威信", 0, 0, 2, CS_EVIDENCE_HOMOPHONE},
        {"weixin", 1, 0, 6, CS_EVIDENCE_PINYIN},
        {"徽信", 2, 0, 2, CS_EVIDENCE_SHAPE},
        {"银航", 3, 0, 2, CS_EVIDENCE_HOMOPHONE},
        {"型货", 4, 0, 2, CS_EVIDENCE_HOMOPHONE},
    };
    struct lattice_kit k;
    lattice_init(&k);
    lattice_add(&k, "微信", CS_CHANNEL_HOMOPHONE, CS_SOUND_MAIN);
    lattice_add(&k, "微信", CS_CHANNEL_PINYIN, CS_SOUND_MAIN);
    lattice_add(&k, "微信", CS_CHANNEL_SHAPE, CS_SOUND_MAIN);
    lattice_add(&k, "银行", CS_CHANNEL_HOMOPHONE, CS_SOUND_MODERN);
    lattice_add(&k, "行货", CS_CHANNEL_HOMOPHONE, CS_SOUND_MAIN);
    lattice_compile(&k);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        check(&k, &row[i]);
    const struct cs_disguised *hit;
    cr_expect_eq(lattice_scan_text(&k, "wx", &hit), 0u);
    cr_expect_eq(lattice_scan_text(&k, "航货", &hit), 0u);
    cr_expect_eq(lattice_scan_text(&k, "威信 weixin 徽信", &hit), 3u);
    lattice_clear(&k);
}

Test(lattice, messages_do_not_run_together)
{
    struct lattice_kit k;
    lattice_init(&k);
    lattice_add(&k, "微信", ALL, CS_SOUND_ALL);
    lattice_compile(&k);
    const struct cs_span text[] = {CS_SPAN_LIT("威"), CS_SPAN_LIT("信"), CS_SPAN_LIT(""), CS_SPAN_LIT("wei"),
        CS_SPAN_LIT("xin"), CS_SPAN_LIT("威信"), CS_SPAN_LIT("")};
    const struct cs_disguised *hit;
    struct cs_folded in;
    lattice_ok(cs_fold_texts(k.folder, text, 7, NULL, &in), "fold");
    cr_assert_eq(lattice_scan(&k, &in, "seven messages", &hit), 1u);
    cr_expect(hit->msg == 5 && hit->begin == 0 && hit->end == 2);
    lattice_ok(cs_fold_texts(k.folder, text, 0, NULL, &in), "fold");
    cr_expect_eq(lattice_scan(&k, &in, "no message", &hit), 0u);
    lattice_clear(&k);
}

Test(lattice, refusals)
{
    static const uint16_t one[] = {7}, zero[] = {7, 0}, end[] = {7, CS_CODE_DELIMITER}, two[] = {7, 9};
    static const struct cs_disguisable bad[] = {
        {{one, 1}, ALL, 0, 0},
        {{zero, 2}, ALL, 0, 0},
        {{end, 2}, ALL, 0, 0},
        {{two, 2}, 0, 0, 0},
        {{two, 2}, 0x80, 0, 0},
        {{two, 2}, CS_CHANNEL_ANNOTATED, 0, 0},
        {{two, 2}, ALL, CS_SOUND_COUNT, 0},
        {{two, CS_PATTERN_CODES_MAX + 1}, ALL, 0, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cs_diag diag = {0};
        struct cs_lattice *set = NULL;
        cs_rc rc = cs_lattice_new(CS_MATCHER_HYPERSCAN, &bad[i], 1, &diag, &set);
        cr_expect(cs_is(rc, CS_EINVAL) && set == NULL && cs_diag_has_errors(&diag), "row %zu", i);
        cs_diag_clear(&diag);
    }
}

Test(lattice, an_empty_set_finds_nothing)
{
    struct lattice_kit k;
    const struct cs_disguised *hit;
    lattice_init(&k);
    lattice_compile(&k);
    cr_expect_eq(lattice_scan_text(&k, "加威信weixin", &hit), 0u);
    lattice_clear(&k);
}
