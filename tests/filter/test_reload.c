/* Rules are exchanged in the middle of conversations: what was said before is still known, as far as the new
 * rules ask for the same. */
#include "filter/talk.h"

#include "filter/toolset.h"

#define PAST "platforms: all, message: {zh: 一, en: one}"

/* PROMISE asks for the same fact under another number, for longer, and of a rule that is called otherwise. */
static const char before_pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: STEER, category: c, severity: 5, terms: [微信],\n"
    "     all: [{any: [加, 转账], in: sender, last: 3, for: 10m}], " PAST "}\n"
    "  - {id: THREAT, category: c, severity: 1, actors: buyer, terms: [投诉],\n"
    "     all: [{any: [保证], in: agent, for: 1h}], " PAST "}\n"
    "  - {id: REPEAT, category: c, severity: 1, behaviour: {repeat: {times: 3, seconds: 60}}, " PAST "}\n"
    "  - {id: LEAK, category: c, severity: 1, detect: mobile, unless_said_by: buyer, " PAST "}\n";
static const char after_pack[] =
    "pack: {id: p, version: 2}\n"
    "rules:\n"
    "  - {id: NEW, category: c, severity: 1, terms: [红包], exempt: [红包雨],\n"
    "     all: [{any: [好评], in: agent}], " PAST "}\n"
    "  - {id: PROMISE, category: d, severity: 3, actors: buyer, terms: [退钱],\n"
    "     some: [{any: [保证], in: agent, last: 16, for: 2h}], " PAST "}\n"
    "  - {id: OTHERWISE, category: c, severity: 5, gap: 0, terms: [qq],\n"
    "     all: [{any: [加, 转账], in: sender, last: 3, for: 10m}], " PAST "}\n"
    "  - {id: REPEAT, category: c, severity: 1, behaviour: {repeat: {times: 3, seconds: 60}}, " PAST "}\n"
    "  - {id: LEAK, category: c, severity: 1, detect: mobile, unless_said_by: buyer, " PAST "}\n";
static const char plain_pack[] = "pack: {id: p, version: 3}\n"
                                 "rules:\n"
                                 "  - {id: WORD, category: c, severity: 5, terms: [微信], " PAST "}\n";

enum { A = CS_ROLE_AGENT, B = CS_ROLE_BUYER };

/* The rules of `pack` in place of those of `t`; `t` keeps what it must free. */
static void reload(struct talk *t, struct talk *other, const char *pack)
{
    struct cs_settings s;
    struct cs_toolset *tools;
    talk_open(other, pack);
    talk_ok(cs_settings_default(&s), "settings");
    struct cs_filter_options o = cs_filter_options_of(&s, other->rules, other->matcher);
    o.lattice = other->lattice;
    talk_ok(cs_toolset_new(&o, &tools), "toolset");
    tools = cs_filter_exchange(t->filter, tools);
    cs_toolset_free(&tools);
    cs_settings_clear(&s);
}

static void expect_outcomes(struct talk *t, const struct line *line, const char *const *outcome, uint32_t n)
{
    talk_run(t, line, n);
    for (uint32_t i = 0; i < n; i++)
        cr_expect_str_eq(talk_outcome(t, i), outcome[i], "%u %s: %s", i, line[i].text, talk_outcome(t, i));
}

static const struct line before[] = {
    {"b1", A, "a", "我保证", 1000, 0, 0, false},     /* 0 */
    {"b1", A, "a", "好评加一下", 2000, 0, 0, false}, /* 1 */
    {"b2", A, "a", "催一下", 2000, 0, 0, false},     /* 2 */
    {"b2", A, "a", "催一下", 3000, 0, 0, false},     /* 3 */
    {"b3", B, "", "我的电话13812345678", 1000, 0, 0, false},
};
static const struct line after[] = {
    {"b1", B, "", "退钱", 3000, 0, 0, false},      /* the promise from before */
    {"b1", A, "a", "给你红包", 4000, 0, 0, false}, /* nobody looked for 好评 before */
    {"b1", A, "a", "qq", 5000, 0, 0, false},       /* 加, but of a rule with another gap: another fact */
    {"b2", A, "a", "催一下", 4000, 0, 0, false},   /* the third time */
    {"b3", A, "a", "电话13812345678对吗", 2000, 0, 0, false},
    {"b3", A, "a", "电话13912345678对吗", 3000, 0, 0, false}, {"b1", A, "a", "好评", 6000, 0, 0, false},
    {"b1", A, "a", "给你红包", 7000, 0, 0, false}, /* now it is known */
};

Test(reload, looks_back_beyond_it)
{
    static const char *const none[] = {"", "", "", "", ""};
    static const char *const outcome[] = {
        "PROMISE[退钱]<0", "", "", "REPEAT[催一下]<3<2", "", "LEAK[13912345678]", "", "NEW[红包]<11"};
    struct talk t, other;
    talk_open(&t, before_pack);
    expect_outcomes(&t, before, none, sizeof before / sizeof before[0]);
    reload(&t, &other, after_pack);
    expect_outcomes(&t, after, outcome, sizeof after / sizeof after[0]);
    talk_close(&t);
    talk_close(&other);
}

/* To the same rules: as if nothing had happened. To rules that do not look back, and again: all is forgotten.
 */
Test(reload, same_rules_and_none)
{
    static const struct line add = {"b1", A, "a", "加", 1000, 0, 0, false},
                             say = {"b1", A, "a", "微信", 2000, 0, 0, false};
    static const char *const quiet[] = {""}, *const known[] = {"STEER[微信]<0"},
                             *const word[] = {"WORD[微信]"};
    struct talk t, same, plain, back;
    talk_open(&t, before_pack);
    expect_outcomes(&t, &add, quiet, 1);
    reload(&t, &same, before_pack);
    expect_outcomes(&t, &say, known, 1);
    reload(&t, &plain, plain_pack);
    expect_outcomes(&t, &say, word, 1);
    reload(&t, &back, before_pack);
    expect_outcomes(&t, &say, quiet, 1);
    talk_close(&t);
    talk_close(&same);
    talk_close(&plain);
    talk_close(&back);
}
