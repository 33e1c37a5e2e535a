/* What becomes of hits, as tables of rule, text and outcome. */
#include "annotate/kit.h"

#include <criterion/criterion.h>

enum { GAP_0 = 1, GAP_9 = 2, CROSS = 4, CLAUSE = 8, EXACT_ONLY = 16, FOLDED_ONLY = 32 };

static void set_options(struct cs_rule *r, int options)
{
    if (options & GAP_0) r->gap = 0;
    if (options & GAP_9) r->gap = 9;
    if (options & CROSS) r->cross_sentence = true;
    if (options & CLAUSE) r->whole_clause = true;
    if (options & EXACT_ONLY) r->floor = CS_EVIDENCE_EXACT;
    if (options & FOLDED_ONLY) r->floor = CS_EVIDENCE_FOLDED;
}

struct row {
    int options;
    const char *terms, *exempt, *text, *outcome;
};

static void check_rows(const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct kit *k = kit_open();
        set_options(kit_rule(k, "R"), row[i].options);
        kit_terms(k, row[i].terms, false);
        kit_terms(k, row[i].exempt, true);
        kit_seal(k);
        kit_say(k, "jd", CS_ROLE_AGENT, cs_span_str(row[i].text));
        kit_annotate(k);
        cr_expect_str_eq(kit_outcome(k, 0), row[i].outcome, "row %zu: '%s' in '%s' gives '%s', not '%s'", i,
            row[i].terms, row[i].text, kit_outcome(k, 0), row[i].outcome);
        kit_close(k);
    }
}

#define CHECK(rows) check_rows(rows, sizeof rows / sizeof rows[0])

Test(annotate, spans_and_evidence)
{
    static const struct row rows[] = {
        {0, "微信", NULL, "微信", "R[微信]exact"},
        {0, "微信", NULL, "加微信吧", "R[微信]exact"},
        {0, "微信", NULL, "。微信。", "R[微信]exact"},
        {0, "微信", NULL, "微信微信", "R[微信]exact R[微信]exact"},
        {0, "微信", NULL, "没有", ""},
        {0, "微信", NULL, "", ""},
        {0, "微信", NULL, "加 微 信 号", "R[微 信]gap"},
        {0, "微信", NULL, "微.-信", "R[微.-信]gap"},
        {0, "微信", NULL, "微\u200b信", "R[微\u200b信]folded"},
        {0, "支付宝", NULL, "支付寶", "R[支付寶]folded"},
        {0, "支付宝", NULL, "用支-付寶付", "R[支-付寶]gap"},
        {0, "vx", NULL, "加ＶX号", "R[ＶX]folded"},
        {0, "VX", NULL, "VX", "R[VX]exact"},
        {0, "VX", NULL, "vx", "R[vx]folded"},
        {EXACT_ONLY, "微信", NULL, "微信 微 信", "R[微信]exact"},
        {EXACT_ONLY, "vx", NULL, "VX", ""},
        {FOLDED_ONLY, "vx", NULL, "VX v-x", "R[VX]folded"},
    };
    CHECK(rows);
}

Test(annotate, gaps_and_sentence_ends)
{
    static const struct row rows[] = {
        {0, "微信", NULL, "微--信", "R[微--信]gap"},
        {0, "微信", NULL, "微---信", ""},
        {0, "微信", NULL, "微- \u200b-信", ""},
        {0, "微信", NULL, "微-\u200b-信", "R[微-\u200b-信]gap"},
        {GAP_0, "微信", NULL, "微-信微信", "R[微信]exact"},
        {GAP_9, "微信", NULL, "微-- -- ---信", "R[微-- -- ---信]gap"},
        {0, "支付宝", NULL, "支--付--宝", "R[支--付--宝]gap"},
        {0, "微信", NULL, "稍微。信用", ""},
        {0, "微信", NULL, "稍微\n信用", ""},
        {0, "微信", NULL, "稍微？信用", ""},
        {CROSS, "微信", NULL, "微。信", "R[微。信]gap"},
        {CROSS, "微信", NULL, "微。。。信", ""},
        /* Where the term itself has a sign, any gap will do. */
        {0, "你问我，我问谁？", NULL, "你问我，我问谁", "R[你问我，我问谁]exact"},
        {0, "你问我，我问谁？", NULL, "你问我,我问谁?", "R[你问我,我问谁]folded"},
        {0, "你问我，我问谁？", NULL, "你问我我问谁", "R[你问我我问谁]folded"},
        {0, "你问我，我问谁？", NULL, "你问我。。。我问谁", "R[你问我。。。我问谁]folded"},
        {0, "你问我，我问谁？", NULL, "你问-我，我问谁", "R[你问-我，我问谁]gap"},
        {0, "你问我，我问谁？", NULL, "你问。我，我问谁", ""},
    };
    CHECK(rows);
}

Test(annotate, edges_of_words_and_numbers)
{
    static const struct row rows[] = {
        {0, "vx", NULL, "加vx号", "R[vx]exact"},
        {0, "vx", NULL, "vx", "R[vx]exact"},
        {0, "vx", NULL, "avx vxa avxa", ""},
        {0, "vx", NULL, "a vx", "R[vx]exact"},
        {0, "vx", NULL, "a-vx-a", "R[vx]exact"},
        {0, "vx", NULL, "a\u200bvx", ""},
        {0, "vx", NULL, "vx1 2vx", "R[vx]exact R[vx]exact"},
        {0, "vx", NULL, "ｖｘｖｘ", ""},
        {0, "av", NULL, "测av试 have", "R[av]exact"},
        {0, "v信", NULL, "av信", ""},
        {0, "v信", NULL, "v信a", "R[v信]exact"},
        {0, "5分", NULL, "给5分好评", "R[5分]exact"},
        {0, "5分", NULL, "15分 4.5分 4．5分 4.\u200b5分", ""},
        {0, "5分", NULL, "4. 5分", "R[5分]exact"},
        {0, "5分", NULL, "第4-5分", "R[5分]exact"},
        {0, "5分", NULL, "a5分", "R[5分]exact"},
        {0, "第1", NULL, "第12 第1.5 第1. 第1", "R[第1]exact R[第1]exact"},
        {0, "400", NULL, "4000 1400 400", "R[400]exact"},
        /* One character that folds to several codes is not cut. */
        {0, "g", NULL, "㎏", ""},
        {0, "k", NULL, "㎏", ""},
        {0, "kg", NULL, "㎏", "R[㎏]folded"},
        {0, "5kg", NULL, "5㎏", "R[5㎏]folded"},
        {0, "5k", NULL, "5㎏", ""},
        {0, "株式", NULL, "㍿", ""},
        {0, "𠀀", NULL, "𠀀𠀁", "R[𠀀]exact"},
    };
    CHECK(rows);
}

Test(annotate, marks_and_clauses)
{
    static const struct row rows[] = {
        {0, "100%", NULL, "100%棉", "R[100%]exact"},
        {0, "100%", NULL, "100％棉", "R[100％]folded"},
        {0, "100%", NULL, "100 %%", "R[100 %]folded"},
        {0, "@我+", NULL, "(@，+@我。+)", "R[@我。+]folded"},
        {0, "100%", NULL, "100元", ""},
        {0, "100%", NULL, "100", ""},
        {0, "100%", NULL, "10-0%", "R[10-0%]gap"},
        {0, "100%棉", NULL, "100%棉 100棉", "R[100%棉]exact"},
        {0, "@某人", NULL, "找@某人 找某人", "R[@某人]exact"},
        {CLAUSE, "不知道", NULL, "不知道", "R[不知道]exact"},
        {CLAUSE, "不知道", NULL, "嗯，不知道。", "R[不知道]exact"},
        {CLAUSE, "不知道", NULL, "我不知道", ""},
        {CLAUSE, "不知道", NULL, "不知道呢", ""},
        {CLAUSE, "不知道", NULL, "不知道您要哪个，不知道", "R[不知道]exact"},
    };
    CHECK(rows);
}

Test(annotate, exemptions_are_per_occurrence)
{
    static const struct row rows[] = {
        {0, "最", "最近", "最近", ""},
        {0, "最", "最近", "最近最好", "R[最]exact"},
        {0, "最", "最近|最后", "最后最近最", "R[最]exact"},
        {0, "线下", "光线下", "光线下看，线下交易", "R[线下]exact"},
        {0, "线下", "光线下", "光 线 下", ""},
        {0, "线下", "光线下", "光----线下", "R[线下]exact"},
        {0, "线下", "光线下", "光。线下", "R[线下]exact"},
        {0, "第一", "第一次|第一个", "第一次第一个第一名", "R[第一]exact"},
        {0, "ab|bc", "abc", "abc ab", "R[ab]exact"},
        {0, "bcd", "abc", "abcd", ""},                         /* not covered, but inside a word */
        {0, "乙丙丁", "甲乙丙", "甲乙丙丁", "R[乙丙丁]exact"}, /* overlapped, not covered */
        {0, "100%", "100%棉", "100%棉 100%", "R[100%]exact"},
        {0, "100", "100%棉", "100棉", "R[100]exact"},
        {CLAUSE, "不知道", "不知道您", "不知道。", "R[不知道]exact"},
    };
    CHECK(rows);
}

Test(annotate, longest_of_one_rule_wins)
{
    static const struct row rows[] = {
        {0, "微信|微信号", NULL, "微信号 微信", "R[微信号]exact R[微信]exact"},
        {0, "甲乙|乙丙丁", NULL, "甲乙丙丁", "R[乙丙丁]exact"},
        {0, "甲乙|乙丙", NULL, "甲乙丙", "R[甲乙]exact"},
        {0, "甲甲", NULL, "甲甲甲甲甲", "R[甲甲]exact R[甲甲]exact"},
        /* A shadowed hit shadows nothing: 甲乙丙丁 beats 丁戊己, so 己庚 stays. */
        {0, "甲乙丙丁|丁戊己|己庚", NULL, "甲乙丙丁戊己庚", "R[甲乙丙丁]exact R[己庚]exact"},
        /* An exempt hit shadows nothing either. */
        {0, "甲乙|甲乙丙", "甲乙丙丁", "甲乙丙丁", ""},
        {0, "乙丙丁|丁戊", "甲乙丙丁", "甲乙丙丁戊", "R[丁戊]exact"},
        /* Equal folded forms: the stronger evidence. */
        {0, "支付宝|支付寶", NULL, "支付寶", "R[支付寶]exact"},
    };
    CHECK(rows);
}

Test(annotate, rules_are_independent_and_sorted)
{
    struct kit *k = kit_open();
    kit_rule(k, "Z");
    kit_terms(k, "微信", false);
    kit_rule(k, "A");
    kit_terms(k, "微信|信号", false);
    kit_rule(k, "M");
    kit_terms(k, "加微信号", false);
    kit_terms(k, "信号", true);
    kit_rule(k, "B");
    kit_terms(k, "微信号", false);
    kit_seal(k);
    kit_say(k, "jd", CS_ROLE_AGENT, cs_span_str("加微信号"));
    kit_annotate(k);
    cr_expect_str_eq(kit_outcome(k, 0), "M[加微信号]exact A[微信]exact Z[微信]exact B[微信号]exact");
    const struct cs_violation *v = &k->batch.violation[3];
    cr_expect(v->byte_begin == 3 && v->byte_end == 12 && v->char_begin == 1 && v->char_end == 4);
    cr_expect(v->severity == 3 && v->msg == 0);
    cr_expect_str_eq(v->term, "微信号");
    cr_expect_str_eq(v->category, "test");
    kit_close(k);
}

Test(annotate, platforms_and_speakers)
{
    static const struct {
        const char *platform;
        uint8_t role;
        const char *outcome;
        bool unknown;
    } row[] = {
        {"jd", CS_ROLE_AGENT, "ANY[微信]exact JD[微信]exact", false},
        {"pdd", CS_ROLE_AGENT, "ANY[微信]exact", false},
        {"jd", CS_ROLE_BUYER, "BUYER[微信]exact", false},
        {"elsewhere", CS_ROLE_AGENT, "ANY[微信]exact", true},
        {"jd", CS_ROLE_STAFF, "", false},
        {"", CS_ROLE_AGENT, "ANY[微信]exact", true},
        {"jd", 255, "", false},
    };
    enum { N = sizeof row / sizeof row[0] };
    struct kit *k = kit_open();
    kit_rule(k, "JD")->platforms = KIT_JD;
    kit_terms(k, "微信", false);
    kit_rule(k, "ANY");
    kit_terms(k, "微信", false);
    kit_rule(k, "BUYER")->actors = KIT_BUYER;
    kit_terms(k, "微信", false);
    kit_rule(k, "OTHER")->platforms = KIT_PDD;
    kit_terms(k, "信", true);
    kit_seal(k);
    for (size_t i = 0; i < N; i++)
        kit_say(k, row[i].platform, row[i].role, CS_SPAN_LIT("微信"));
    kit_annotate(k);
    for (uint32_t i = 0; i < N; i++) {
        cr_expect_str_eq(kit_outcome(k, i), row[i].outcome, "row %u: %s", i, kit_outcome(k, i));
        cr_expect_eq(k->batch.flags[i], row[i].unknown ? 1u << CS_FLAG_UNKNOWN_PLATFORM : 0, "row %u", i);
    }
    kit_close(k);
}

Test(annotate, nul_and_broken_bytes)
{
    static const char nul[] = "a\0\xE5\xBE\xAE\0\xE4\xBF\xA1z";           /* a NUL 微 NUL 信 z */
    static const char bad[] = "\xFF\xE5\xBE\xAE\xC0\xE4\xBF\xA1\xE5\xBE"; /* bad 微 bad 信 truncated */
    struct kit *k = kit_open();
    kit_rule(k, "R");
    kit_terms(k, "微信", false);
    kit_seal(k);
    kit_say(k, "jd", CS_ROLE_AGENT, cs_span_of(nul, sizeof nul - 1));
    kit_say(k, "jd", CS_ROLE_AGENT, cs_span_of(bad, sizeof bad - 1));
    kit_annotate(k);
    cr_assert_eq(k->batch.violation_begin[2], 2);
    const struct cs_violation *v = k->batch.violation;
    cr_expect(v[0].byte_begin == 2 && v[0].byte_end == 9 && v[0].char_begin == 2 && v[0].char_end == 5);
    cr_expect(v[1].byte_begin == 1 && v[1].byte_end == 8 && v[1].char_begin == 1 && v[1].char_end == 4);
    cr_expect(v[0].evidence == CS_EVIDENCE_GAP && v[1].evidence == CS_EVIDENCE_GAP);
    kit_close(k);
}

Test(annotate, dead_messages_stay_silent)
{
    struct kit *k = kit_open();
    kit_rule(k, "R");
    kit_terms(k, "微信", false);
    kit_seal(k);
    kit_say(k, "jd", CS_ROLE_AGENT, CS_SPAN_LIT("微信"));
    uint32_t dead = kit_say(k, "nowhere", CS_ROLE_AGENT, CS_SPAN_LIT("微信"));
    kit_say(k, "jd", CS_ROLE_AGENT, CS_SPAN_LIT("微信"));
    k->batch.dead[dead] = CS_DEAD_MALFORMED;
    kit_annotate(k);
    cr_expect_str_eq(kit_outcome(k, 0), "R[微信]exact");
    cr_expect_str_eq(kit_outcome(k, 1), "");
    cr_expect_str_eq(kit_outcome(k, 2), "R[微信]exact");
    cr_expect_eq(k->batch.flags[dead], 0);
    struct cs_judgement *j;
    uint32_t n = 9;
    kit_ok(cs_annotate_explain(&k->rs, &k->batch, dead, &j, &n), "explain");
    cr_expect_eq(n, 0);
    kit_close(k);
}

Test(annotate, an_empty_batch_and_an_empty_rule_set)
{
    struct kit *k = kit_open();
    kit_seal(k);
    kit_annotate(k);
    cr_expect_eq(k->batch.violation_begin[0], 0);
    kit_say(k, "jd", CS_ROLE_AGENT, CS_SPAN_LIT("微信"));
    kit_annotate(k);
    cr_expect_eq(k->batch.violation_begin[1], 0);
    kit_close(k);
}
