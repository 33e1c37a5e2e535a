/* Context: what stands around a hit, and what was said before it. */
#include "filter/talk.h"

static const char near_pack[] =
    "pack: {id: p, version: 1}\n"
    "lists: {contact: [微信, qq]}\n"
    "rules:\n"
    "  - {id: STEER, category: c, severity: 5, platforms: all, terms: ['@contact'],\n"
    "     all: [{any: [加, 转账], within: 4}], none: [{any: [不, 请勿], within: 2, side: before, sentence: "
    "true}],\n"
    "     message: {zh: 一, en: one}}\n"
    "  - {id: REWARD, category: c, severity: 4, platforms: all, terms: [好评], exempt: [好评如潮],\n"
    "     all: [{any: [返现, 送, 红包], within: 8, side: after, sentence: true}], message: {zh: 二, en: "
    "two}}\n"
    "  - {id: TWICE, category: c, severity: 1, platforms: all, terms: [赶紧], count: 2, message: {zh: 三, "
    "en: 3}}\n"
    "  - {id: OTHER, category: c, severity: 1, platforms: all, terms: [支付宝, 银行卡],\n"
    "     all: [{any: [支付宝, 银行卡]}], message: {zh: 四, en: 4}}\n"
    "  - {id: MANY, category: c, severity: 1, platforms: all, terms: [投诉],\n"
    "     all: [{any: [退, 赔], count: 2, within: 6}], message: {zh: 五, en: 5}}\n"
    "  - {id: EITHER, category: c, severity: 1, platforms: all, terms: [发票],\n"
    "     some: [{any: 税点}, {any: 另付, side: before, within: 0}], message: {zh: 六, en: 6}}\n"
    "  - {id: DAYS, category: c, severity: 1, platforms: all, terms: [运费险], from: 2024-01-06, until: "
    "2024-02-01,\n"
    "     message: {zh: 七, en: 7}}\n";

enum { NOON = 1, A = CS_ROLE_AGENT, B = CS_ROLE_BUYER };

/* 2024-01-06 00:00 in Beijing. */
#define FIRST_DAY 1704470400000

static void say_one(struct talk *t, const char *text, int64_t sent_ms)
{
    const struct line l = {.buyer = "b", .role = A, .agent = "a", .text = text, .sent_ms = sent_ms};
    talk_run(t, &l, 1);
}

Test(context, around_a_hit)
{
    static const struct {
        const char *text, *outcome;
    } row[] = {
        {"加我微信", "STEER[微信]"},
        {"微信加我", "STEER[微信]"},
        {"微信", ""},
        {"加一二三四微信", "STEER[微信]"},
        {"加一二三四五微信", ""},
        {"加，。！~微信", "STEER[微信]"}, /* distance counts characters, whatever they are */
        {"加，。！~ 微信", ""},
        {"加qq或微信", "STEER[qq] STEER[微信]"},
        {"请勿加微信", ""},
        {"请勿随便加微信", "STEER[微信]"}, /* too far from the refusal */
        {"加不了微信", ""},
        {"加。不。微信", "STEER[微信]"}, /* of another sentence */
        {"加微 信", "STEER[微 信]"},
        {"好评返现", "REWARD[好评]"},
        {"返现好评", ""},
        {"好评。送你", ""},
        {"好评一二三四五六七八红包", "REWARD[好评]"},
        {"好评一二三四五六七八九红包", ""},
        {"好评如潮送红包", ""},
        {"赶紧下单", ""},
        {"赶紧赶紧下单", "TWICE[赶紧] TWICE[赶紧]"},
        {"支付宝", ""}, /* not its own context */
        {"支付宝支付宝", "OTHER[支付宝] OTHER[支付宝]"},
        {"银行卡或支付宝", "OTHER[银行卡] OTHER[支付宝]"},
        {"退钱投诉", ""},
        {"退钱投诉赔钱", "MANY[投诉]"},
        {"退退投诉", "MANY[投诉]"},
        {"开发票", ""},
        {"税点，发票", "EITHER[发票]"},
        {"另付发票", "EITHER[发票]"},
        {"发票另付", ""},
        {"送运费险", ""},
        {"", ""},
    };
    struct talk t;
    talk_open(&t, near_pack);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        say_one(&t, row[i].text, NOON);
        cr_expect_str_eq(talk_outcome(&t, 0), row[i].outcome, "%s: %s", row[i].text, talk_outcome(&t, 0));
    }
    talk_close(&t);
}

Test(context, days_in_force)
{
    static const struct {
        int64_t sent_ms;
        bool in_force;
    } row[] = {{FIRST_DAY - 1, false}, {FIRST_DAY, true}, {FIRST_DAY + 26 * 86400000LL - 1, true},
        {FIRST_DAY + 26 * 86400000LL, false}};
    struct talk t;
    talk_open(&t, near_pack);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        say_one(&t, "运费险", row[i].sent_ms);
        cr_expect_str_eq(talk_outcome(&t, 0), row[i].in_force ? "DAYS[运费险]" : "", "%zu", i);
    }
    talk_close(&t);
}

static const char past_pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: SENDER, category: c, severity: 5, platforms: all, terms: [微信],\n"
    "     all: [{any: [加], in: sender, last: 2, for: 60s}], message: {zh: 一, en: one}}\n"
    "  - {id: SORRY, category: c, severity: 1, platforms: all, terms: [不能],\n"
    "     none: [{any: [抱歉], in: agent, last: 1, for: 60s}], message: {zh: 二, en: two}}\n"
    "  - {id: THREAT, category: c, severity: 1, platforms: all, actors: buyer, terms: [投诉],\n"
    "     all: [{any: [保证], in: agent, last: 3, for: 1h}], message: {zh: 三, en: 3}}\n"
    "  - {id: ANYBODY, category: c, severity: 1, platforms: all, actors: any, terms: [红包],\n"
    "     all: [{any: [好评], in: conversation, count: 2, last: 16}], exempt: [好评如潮], message: {zh: 四, "
    "en: 4}}\n";

Test(context, of_earlier_messages)
{
    static const struct line line[] = {
        {"b1", A, "a1", "加一下", 1000, 0, 0, false}, {"b1", A, "a1", "微信", 2000, 0, 0, false}, /* SENDER */
        {"b2", A, "a1", "微信", 2000, 0, 0, false}, /* another conversation */
        {"b1", A, "a2", "微信", 3000, 0, 0, false}, /* another sender */
        {"b1", B, "", "加", 3000, 0, 0, false}, {"b1", B, "", "嗯", 3000, 0, 0, false},
        {"b1", A, "a1", "微信", 4000, 0, 0, false}, /* still one of the last two of a1 */
        {"b1", A, "a1", "微信", 5000, 0, 0, false}, /* no more */
        {"b3", A, "a1", "加", 1000, 0, 0, false},
        {"b3", A, "a1", "微信", 61000, 0, 0, false}, /* just in time */
        {"b3", A, "a1", "微信", 61001, 0, 0, false}, /* too late */
        {"b4", A, "a1", "不能", 1000, 0, 0, false},  /* no word of sorrow */
        {"b4", A, "a1", "抱歉", 1000, 0, 0, false}, {"b4", B, "", "？", 1000, 0, 0, false},
        {"b4", A, "a2", "不能", 2000, 0, 0, false}, {"b5", A, "a1", "我保证", 1000, 0, 0, false},
        {"b5", B, "", "我要投诉", 1000, 0, 0, false}, /* the agent's promise, the buyer's threat */
        {"b6", B, "", "我保证", 1000, 0, 0, false}, {"b6", B, "", "我要投诉", 1000, 0, 0, false},
        {"b7", B, "", "好评", 1000, 0, 0, false}, {"b7", B, "", "好评如潮", 1000, 0, 0, false},
        {"b7", A, "a1", "红包", 1000, 0, 0, false}, {"b7", A, "a1", "好评红包", 1000, 0, 0, false},
        {"b8", B, "", "好评", 1000, 0, 0, false}, {"b8", B, "", "嗯", 1000, 0, 0, false},
        {"b8", A, "a1", "好评", 1000, 0, 0, false},
        {"b8", A, "a1", "红包", 1000, 0, 0, false}, /* each message with a part is named, youngest first */
    };
    static const char *const outcome[] = {"", "SENDER[微信]<0", "", "", "", "", "SENDER[微信]<0", "", "",
        "SENDER[微信]<8", "", "SORRY[不能]", "", "", "", "", "THREAT[投诉]<15", "", "", "", "", "",
        "ANYBODY[红包]<19", "", "", "", "ANYBODY[红包]<25<23"};
    enum { N = sizeof line / sizeof line[0] };
    struct talk t;
    talk_open(&t, past_pack);
    talk_run(&t, line, N);
    for (uint32_t i = 0; i < N; i++)
        cr_expect_str_eq(talk_outcome(&t, i), outcome[i], "%u %s: %s", i, line[i].text, talk_outcome(&t, i));
    talk_close(&t);
}

static const char conduct_pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: FLOOD, category: c, severity: 3, platforms: all, actors: any,\n"
    "     behaviour: {flood: {messages: 3, seconds: 10}}, message: {zh: 一, en: one}}\n"
    "  - {id: REPEAT, category: c, severity: 3, platforms: all, actors: any,\n"
    "     behaviour: {repeat: {times: 2, seconds: 60}}, message: {zh: 二, en: two}}\n"
    "  - {id: IDLE, category: c, severity: 3, platforms: all,\n"
    "     behaviour: {idle: {after: 10m}}, message: {zh: 三, en: 3}}\n"
    "  - {id: LEAK, category: c, severity: 5, platforms: all, detect: mobile, unless_said_by: buyer,\n"
    "     message: {zh: 四, en: 4}}\n";

Test(context, of_conduct)
{
    static const struct line line[] = {
        {"b1", A, "a1", "亲", 1000, 0, 0, false}, {"b1", A, "a1", "在的", 2000, 0, 0, false},
        {"b1", A, "a1", "请说", 3000, 0, 0, false},                                           /* FLOOD */
        {"b1", B, "", "你好", 4000, 0, 0, false}, {"b1", A, "a1", "亲亲", 5000, 0, 0, false}, /* answered */
        {"b2", B, "", "在吗1", 1000, 0, 0, false},
        {"b2", B, "", "在吗！2", 20000, 0, 0, false}, /* REPEAT: alike but for a digit */
        {"b2", B, "", "在吗", 90000, 0, 0, false},    /* too late */
        {"b3", B, "", "有货吗", 1000, 0, 0, false}, {"b3", A, "a1", "有的", 601000, 0, 0, false}, /* IDLE */
        {"b3", A, "a1", "亲", 602000, 0, 0, false}, {"b4", B, "", "我的电话13800138000", 1000, 0, 0, false},
        {"b4", A, "a1", "电话是138 0013 8000吗", 2000, 0, 0, false}, /* the buyer's own */
        {"b4", A, "a1", "打13900139000", 3000, 0, 0, false},         /* LEAK */
        {"b5", A, "a1", "打13800138000", 3000, 0, 0, false},         /* LEAK: another buyer's */
    };
    static const char *const outcome[] = {"", "", "FLOOD[请说]<1<0", "", "", "", "REPEAT[在吗！2]<5", "", "",
        "IDLE[有的]<8", "", "", "", "LEAK[13900139000]", "LEAK[13800138000]"};
    enum { N = sizeof line / sizeof line[0] };
    struct talk t;
    talk_open(&t, conduct_pack);
    talk_run(&t, line, N);
    for (uint32_t i = 0; i < N; i++)
        cr_expect_str_eq(talk_outcome(&t, i), outcome[i], "%u %s: %s", i, line[i].text, talk_outcome(&t, i));
    talk_close(&t);
}

static const char idle_pack[] = "pack: {id: p, version: 1}\n"
                                "rules:\n"
                                "  - {id: IDLE, category: c, severity: 3, platforms: all,\n"
                                "     behaviour: {idle: {after: 10m}}, message: {zh: 三, en: 3}}\n";

/* As the README says: from the first buyer message since a person last spoke to the next one's. */
Test(context, of_idle_accounts)
{
    enum { R = CS_ROLE_ROBOT, S = CS_ROLE_STAFF };
    static const struct line line[] = {
        {"b1", B, "", "在吗", 1000, 0, 0, false},
        {"b1", A, "a1", "在", 600999, 0, 0, false}, /* just in time */
        {"b2", B, "", "在吗", 1000, 0, 0, false},
        {"b2", A, "a1", "在", 601000, 0, 0, false},  /* just too late */
        {"b2", A, "a1", "亲", 1900000, 0, 0, false}, /* nobody waits any more */
        {"b3", B, "", "在吗", 1000, 0, 0, false},
        {"b3", R, "", "亲，请稍等", 2000, 0, 0, false}, /* no person */
        {"b3", S, "", "平台介入", 650000, 0, 0, false},
        {"b3", B, "", "人呢", 660000, 0, 0, false}, /* the wait goes on */
        {"b3", A, "a2", "在", 700000, 0, 0, false}, {"b4", B, "", "在吗", 1000, 0, 0, false},
        {"b4", A, "a1", "在", 2000, 0, 0, false}, {"b4", B, "", "有货吗", 300000, 0, 0, false},
        {"b4", A, "a1", "有", 890000, 0, 0, false}, /* waits since 300 s only */
        {"b5", B, "", "在吗", 1000, 1000, 0, false},
        {"b5", A, "a1", "在", 2000, 700000, 0, false}, /* by the records */
        {"b6", A, "a1", "欢迎", 1000, 0, 0, false},
        {"b6", A, "a1", "在吗亲", 900000, 0, 0, false}, /* nobody asked */
        {"b7", B, "", "在吗", 1000, 0, 0, false},
        {"b7", R, "", "在", 900000, 0, 0, false}, /* a robot is no idle person */
    };
    static const char *const outcome[] = {"", "", "", "IDLE[在]<2", "", "", "", "", "", "IDLE[在]<5", "", "",
        "", "", "", "IDLE[在]<14", "", "", "", ""};
    enum { N = sizeof line / sizeof line[0] };
    struct talk t;
    talk_open(&t, idle_pack);
    talk_run(&t, line, N);
    for (uint32_t i = 0; i < N; i++)
        cr_expect_str_eq(talk_outcome(&t, i), outcome[i], "%u %s: %s", i, line[i].text, talk_outcome(&t, i));
    talk_close(&t);
}

/* The annotated events of the last run, in order. */
static uint32_t annotated(const struct talk *t, struct cs_span *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->flight.n_event; i++)
        if (t->flight.event[i].output == CS_OUTPUT_ANNOTATED) out[n++] = t->flight.event[i].value;
    return n;
}

/* A conversation cut anywhere: what came before is replayed to a fresh filter, what comes behind is judged as
 * if nothing had happened, to the byte. */
Test(context, survives_a_restart)
{
    static const char *const said[] = {
        "加", "微信", "好评", "红包", "我保证", "要投诉", "不能", "抱歉", "嗯", "加微信"};
    enum { N = 300 };
    static struct line line[N];
    static struct cs_buf event[N];
    static struct cs_span now[N];
    struct talk t;
    uint64_t seed = 3;
    talk_open(&t, past_pack);
    for (uint32_t i = 0; i < N; i++)
        line[i] = (struct line){.buyer = talk_draw(&seed, 2) ? "b1" : "b2",
            .role = talk_draw(&seed, 2) ? A : B,
            .agent = talk_draw(&seed, 2) ? "a1" : "a2",
            .text = said[talk_draw(&seed, 10)],
            .sent_ms = 1000 + (int64_t)i * talk_draw(&seed, 9000)};
    talk_run(&t, line, N);
    uint32_t violations = t.batch->violation_begin[N];
    cr_assert_eq(annotated(&t, now), N);
    for (uint32_t i = 0; i < N; i++)
        cs_buf_add(&event[i], now[i]);
    for (uint32_t cut = 1; cut < N; cut += 7) {
        for (uint32_t i = 0; i < N; i++)
            line[i].replay = i < cut;
        talk_begin(&t);
        t.offset = 0;
        talk_run(&t, line, N);
        cr_assert_eq(annotated(&t, now), N - cut);
        for (uint32_t i = cut; i < N; i++)
            cr_assert(cs_span_eq(now[i - cut], cs_buf_span(&event[i])), "cut %u, %u", cut, i);
    }
    cr_expect_gt(violations, 20);
    for (uint32_t i = 0; i < N; i++)
        cs_buf_clear(&event[i]);
    talk_close(&t);
}

static const char mask_pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: PHONE, category: c, severity: 3, platforms: all, detect: mobile, mask: true,\n"
    "     message: {zh: 一, en: one}}\n"
    "  - {id: WORD, category: c, severity: 3, platforms: all, terms: 微信, message: {zh: 二, en: two}}\n";

static bool holds(struct cs_span s, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.ptr + i, part, n) == 0) return true;
    return false;
}

/* Nothing of the number is left in the event, and spans are those of the published text. */
Test(context, masks)
{
    static const struct {
        const char *text, *published;
    } row[] = {{"打１３８00138000加微信", "打***********加微信"}, {"微信", "微信"},
        {"一三八零零一三八零零零\xFF微信", "***********\xFF微信"}};
    struct talk t;
    talk_open(&t, mask_pack);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct line l = {.buyer = "b", .role = A, .agent = "a", .text = row[i].text, .sent_ms = NOON};
        talk_mask(&t);
        talk_run(&t, &l, 1);
        const struct cs_batch *b = t.batch;
        cr_expect(cs_span_eq(b->text[0], cs_span_str(row[i].published)), "%.*s", (int)b->text[0].len,
            (const char *)b->text[0].ptr);
        const struct cs_violation *v = &b->violation[b->violation_begin[1] - 1];
        cr_expect(cs_span_eq(cs_span_cut(b->text[0], v->byte_begin, v->byte_end), CS_SPAN_LIT("微信")));
        struct cs_span event = t.flight.event[0].value;
        cr_expect(!holds(event, "三八") && !holds(event, "00138"));
        bool masked = b->flags[0] >> CS_FLAG_MASKED & 1;
        cr_expect_eq(masked, strcmp(row[i].text, row[i].published) != 0);
    }
    talk_close(&t);
}
