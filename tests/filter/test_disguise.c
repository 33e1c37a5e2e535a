/* Disguised terms through the stages of the filter: spans, evidence, floors, edges and who wins. */
#include "annotate/annotate.h"
#include "filter/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char pack_text[] =
    "pack: {id: p, version: 1}\nrules:\n"
    "  - {id: ALL, category: c, severity: 3, platforms: all, actors: any, disguises: all, sound: modern,\n"
    "     terms: [微信, 支付宝], plain: vx, exempt: [各位新, 微信公众号], message: {zh: 一, en: one}}\n"
    "  - {id: SOUND, category: c, severity: 3, platforms: all, actors: any, disguises: all, sound: main,\n"
    "     evidence: homophone, gap: 0, terms: 淘宝, message: {zh: 二, en: two}}\n"
    "  - {id: SHORT, category: c, severity: 3, platforms: all, actors: any, terms: 拼多多,\n"
    "     abbreviations: [pdd, 某宝], message: {zh: 三, en: three}}\n"
    "  - {id: SPUN, category: c, severity: 3, platforms: all, actors: any, terms: [随便您去投诉, 清楚了],\n"
    "     spin: true, exempt: 随意您去投诉渠道, message: {zh: 四, en: four}}\n";

struct world {
    struct cs_ruleset *rules;
    struct cs_matcher *matcher;
    struct cs_lattice *lattice;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_buf bytes;
};

static void ok(cs_rc rc)
{
    cr_assert(!cs_bad(rc), "%s", cs_rc_name(rc));
}

static void load_pack(struct world *w, struct cs_diag *d)
{
    char path[] = "/tmp/cs-disguise-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, pack_text, sizeof pack_text - 1), (ssize_t)(sizeof pack_text - 1));
    close(fd);
    const char *file = path;
    cs_rc rc = cs_ruleset_load(&file, 1, d, &w->rules);
    unlink(path);
    cr_assert(!cs_bad(rc), "%s", d->n ? cs_diag_text(d, 0) : "");
}

static void open_world(struct world *w, enum cs_matcher_kind kind)
{
    struct cs_diag d = {0};
    struct cs_settings s;
    *w = (struct world){.batch = malloc(sizeof *w->batch)};
    cr_assert(w->batch != NULL);
    ok(cs_settings_default(&s));
    load_pack(w, &d);
    ok(cs_matcher_new(kind, w->rules->pattern, w->rules->n_pattern, &d, &w->matcher));
    ok(cs_lattice_new(kind, w->rules->disguisable, w->rules->n_disguisable, &d, &w->lattice));
    struct cs_filter_options o = cs_filter_options_of(&s, w->rules, w->matcher);
    o.lattice = w->lattice;
    ok(cs_filter_new(&o, &w->filter));
    cs_batch_init(w->batch, 0);
    cs_settings_clear(&s);
    cs_diag_clear(&d);
}

static void close_world(struct world *w)
{
    cs_filter_free(&w->filter);
    cs_lattice_free(&w->lattice);
    cs_matcher_free(&w->matcher);
    cs_ruleset_free(&w->rules);
    cs_batch_clear(w->batch);
    cs_buf_clear(&w->bytes);
    free(w->batch);
}

/* The violations of one text, as "RULE evidence matched", "; " between them. */
static void find(struct world *w, const char *text, struct cs_buf *out)
{
    struct cs_batch *b = w->batch;
    struct cs_chat chat = {.platform = CS_SPAN_LIT("jd"),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .text = cs_span_str(text),
        .role = CS_ROLE_AGENT,
        .sent_ms = 1000};
    cs_batch_reset(b);
    cs_buf_reset(&w->bytes);
    ok(cs_chat_pack(&chat, &w->bytes));
    b->topic = "in";
    b->n = 1;
    b->raw[0] = cs_buf_span(&w->bytes);
    b->replay[0] = false;
    ok(cs_filter_inspect(w->filter, b));
    cs_buf_reset(out);
    for (uint32_t i = 0; i < b->violation_begin[1]; i++) {
        const struct cs_violation *v = &b->violation[i];
        struct cs_span cut = cs_span_cut(cs_span_str(text), v->byte_begin, v->byte_end);
        cs_buf_fmt(out, "%s%s %s %.*s", i ? "; " : "", v->rule_id, cs_evidence_name(v->evidence),
            (int)cut.len, (const char *)cut.ptr);
    }
}

static const struct {
    const char *text, *want;
} row[] = {
    {"加我威信吧", "ALL homophone 威信"},
    {"加我 wei xin 号", "ALL pinyin wei xin"},
    {"jiaweixin", "ALL pinyin weixin"},
    {"我wei信联系", "ALL pinyin wei信"},
    {"徽．信", "ALL shape 徽．信"},
    {"微 亻言", "ALL split 微 亻言"},
    {"zhi付寶和薇亻言", "ALL pinyin zhi付寶; ALL split 薇亻言"},
    {"微（wēi）信（xìn）", "ALL gap 微（wēi）信（xìn）"},
    {"微(wei)信(xin】", "ALL gap 微(wei)信(xin"}, /* another bracket closes nothing */
    {"加威信 (xìn) 吧", "ALL homophone 威信 (xìn)"},
    {"加wx和zfb", "ALL abbreviation wx; ALL abbreviation zfb"},
    {"加微信", "ALL exact 微信"},
    {"微信xin", "ALL exact 微信"},        /* what is written wins over what is longer and disguised */
    {"各位新朋友", ""},                   /* exempt, though the term only sounds so */
    {"威信公众号", "ALL homophone 威信"}, /* the exempt phrase is another one */
    {"swxs", ""},                         /* inside a word */
    {"helloweixin", ""},                  /* the rest of the word is no pinyin */
    {"hello weixin", "ALL pinyin weixin"},
    {"威。信", ""},  /* a sentence ends inside */
    {"威   信", ""}, /* too wide a gap */
    {"掏宝", "SOUND homophone 掏宝"},
    {"淘宀玉", ""},  /* weaker than the floor */
    {"tao bao", ""}, /* this rule allows no gap */
    {"上pdd看看", "SHORT abbreviation pdd"},
    {"测pdd试Ｐ.Ｄ.Ｄ", "SHORT abbreviation pdd; SHORT abbreviation Ｐ.Ｄ.Ｄ"},
    {"spdds", ""},
    {"某寶", "SHORT abbreviation 某寶"},
    {"拼夕夕", ""}, /* the rule has no disguises */
    {"随便您去投诉", "SPUN exact 随便您去投诉"},
    {"随意您去投诉吧", "SPUN spin 随意您去投诉"},
    {"随-意您去申诉", "SPUN spin 随-意您去申诉"},
    {"随意您去投诉渠道", ""}, /* exempt */
    {"分明了", ""},           /* a word is no phrase */
    {"天🐱+徽信", "ALL shape 徽信"},
    {"支付💎转", "ALL abbreviation 支付💎"},
    {"➕某寶(bǎo)", "SHORT abbreviation 某寶"},
    {"+v💎和支💎", ""},
    {"拼(pīn)多（duō）多(duō)的",
        "SHORT gap 拼(pīn)多（duō）多"}, /* no disguises: notes are dropped for all */
    {"支付🐱宝", "ALL gap 支付🐱宝"},      /* a sign that says nothing here is a gap */
    {"支付💎和支付宝", "ALL abbreviation 支付💎; ALL exact 支付宝"},
    {"您好，请问有什么可以帮您", ""},
};

static void play(enum cs_matcher_kind kind)
{
    struct world w;
    struct cs_buf got = {0};
    open_world(&w, kind);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        find(&w, row[i].text, &got);
        cr_expect_str_eq(cs_buf_cstr(&got), row[i].want, "%s: \"%s\", not \"%s\"", row[i].text,
            cs_buf_cstr(&got), row[i].want);
    }
    cs_buf_clear(&got);
    close_world(&w);
}

Test(disguise, through_all_stages)
{
    play(CS_MATCHER_HYPERSCAN);
}

Test(disguise, through_the_plain_twins)
{
    play(CS_MATCHER_REFERENCE);
}

Test(disguise, explain_tells_what_became_of_each)
{
    struct world w;
    struct cs_buf got = {0};
    struct cs_judgement *j;
    uint32_t n = 0;
    open_world(&w, CS_MATCHER_HYPERSCAN);
    find(&w, "您好威信swxs", &got);
    ok(cs_annotate_explain(w.rules, w.batch, 0, &j, &n));
    cr_assert_eq(n, 2u, "%u", n);
    cr_expect(j[0].verdict == CS_VERDICT_VIOLATION && j[0].violation.evidence == CS_EVIDENCE_HOMOPHONE);
    cr_expect_eq(j[0].violation.char_begin, 2u);
    cr_expect_eq(j[0].violation.char_end, 4u);
    cr_expect(j[1].verdict == CS_VERDICT_WORD_EDGE && j[1].violation.evidence == CS_EVIDENCE_ABBREVIATION);
    find(&w, "您好", &got);
    ok(cs_annotate_explain(w.rules, w.batch, 0, &j, &n));
    cr_expect_eq(n, 0u);
    cs_buf_clear(&got);
    close_world(&w);
}
