/* Numbers and accounts that are sent in parts, through all stages. */
#include "talk.h"

enum { A = CS_ROLE_AGENT, B = CS_ROLE_BUYER, R = CS_ROLE_ROBOT };

static const char pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: MOBILE, category: c, severity: 4, platforms: all, actors: any, detect: mobile, mask: true,\n"
    "     allow: {numbers: ['13900139000']}, message: {zh: 一, en: one}}\n"
    "  - {id: OTHER, category: c, severity: 4, platforms: all, actors: any,\n"
    "     detect: [landline, service_number, bank_card, id_card, qq, wechat], message: {zh: 二, en: two}}\n";

/* Each row is a conversation of its own, messages split at |. "b:" begins a message of the buyer, "c:" one of
 * another agent, "+N:" one N seconds after the one before instead of five. */
static const struct {
    const char *said, *outcome; /* of the last message; offsets count from the row's first one */
} row[] = {
    {"138|0013|8000", "MOBILE[8000]<1<0"},
    {"138|00138000", "MOBILE[00138000]<0"},
    {"13|80|013|8000", "MOBILE[8000]<2<1<0"},
    {"1|3|8001|3|8000", ""}, /* more parts than are looked back at */
    {"加我 138|0013|8000哦", "MOBILE[8000]<1<0"},
    {"幺三八|①③ 00|捌零零零", "MOBILE[捌零零零]<1<0"},
    {"幺三八|⓪⓪①③|捌零零零", "MOBILE[捌零零零]<1<0"},
    {"我的电话|138|0013-8000", "MOBILE[0013-8000]<1<0"},
    {"138|好的|0013|嗯|8000", ""}, /* words count as messages back */
    {"138|嗯|00138000", "MOBILE[00138000]<0"},
    {"138|b:在吗|b:多少钱|0013|b:然后呢|8000", "MOBILE[8000]<3<0"},
    {"138|c:0013|8000", ""},
    {"138|b:0013|8000", ""},
    {"b:138|b:0013|b:8000", "MOBILE[8000]<1<0"},
    {"138|明天给您发货|0013|8000", ""},
    {"138|+600:00138000", "MOBILE[00138000]<0"},
    {"138|+601:00138000", ""},
    {"138|+300:0013|+300:8000", "MOBILE[8000]<1<0"},
    {"138|+301:0013|+300:8000", ""},
    {"139|0013|9000", ""}, /* allowed */
    {"0571|85022088", "OTHER[85022088]<0"},
    {"电话|85022088", "OTHER[85022088]<0"},
    {"400|820|8820", "OTHER[8820]<1<0"},
    {"6222 0210|0111|6245702", "OTHER[6245702]<1<0"},
    {"6222 0210|0111|6245703", ""},
    {"110105|19491231|002X", "OTHER[002X]<1<0"},
    {"加QQ|123456", "OTHER[123456]<0"},
    {"加qq 1234|5678", "OTHER[5678]<0"},
    {"1234|5678", ""},
    {"加我微信 abc|12345", "OTHER[12345]<0"},
    {"加我微信|abc|12345", "OTHER[12345]<1<0"},
    {"vx|abc_12345", "OTHER[abc_12345]<0"},
    {"abc|12345", ""},
    {"2件|150斤|身高170", ""},
    {"170|65|2", ""},
    {"订单号|1380|0138000", ""},
    {"单号1380|013|8000", ""},
    {"138|0013|8000元", ""},
    {"138.5|0013|8000", ""},
    {"13800138000|0013", ""}, /* the number is told where it stands */
    {"10:30|138|0013", ""},
    {"138|0013|8000|谢谢", ""},
};

enum { ROWS = sizeof row / sizeof row[0], PER_ROW = 8 };

struct script {
    struct line line[PER_ROW];
    char text[256], buyer[16];
    uint32_t n;
};

/* One message of a row; returns its text. */
static char *read_line(char *text, struct line *l, int64_t *now_ms)
{
    long after = 5;
    if (*text == '+') after = strtol(text + 1, &text, 10), text++;
    l->role = A;
    l->agent = "a1";
    if (text[0] == 'b' && text[1] == ':') l->role = B, l->agent = "", text += 2;
    if (text[0] == 'c' && text[1] == ':') l->agent = "a2", text += 2;
    *now_ms += after * 1000;
    l->sent_ms = *now_ms;
    return text;
}

static void read_row(size_t i, struct script *s)
{
    int64_t now_ms = 1700000000000;
    snprintf(s->text, sizeof s->text, "%s", row[i].said);
    snprintf(s->buyer, sizeof s->buyer, "buyer%zu", i);
    s->n = 0;
    for (char *next, *text = s->text; text; text = next) {
        next = strchr(text, '|');
        if (next) *next++ = 0;
        struct line *l = &s->line[s->n++];
        *l = (struct line){.buyer = s->buyer};
        l->text = read_line(text, l, &now_ms);
    }
}

Test(split, numbers_of_several_messages)
{
    struct talk t;
    talk_open(&t, pack);
    for (size_t i = 0; i < ROWS; i++) {
        struct script s;
        read_row(i, &s);
        t.offset = 0;
        talk_begin(&t);
        talk_run(&t, s.line, s.n);
        const char *outcome = talk_outcome(&t, s.n - 1);
        cr_expect_str_eq(outcome, row[i].outcome, "%s: %s", row[i].said, outcome);
    }
    talk_close(&t);
}

/* All rows at once, and each message in a batch of its own, give the same; another row's conversation never
 * counts. */
Test(split, batches_do_not_matter)
{
    static struct script s[ROWS];
    static struct line all[ROWS * PER_ROW];
    static char *want[ROWS * PER_ROW];
    uint32_t n = 0, longest = 0;
    struct talk t;
    talk_open(&t, pack);
    for (size_t i = 0; i < ROWS; i++) {
        read_row(i, &s[i]);
        longest = s[i].n > longest ? s[i].n : longest;
    }
    for (uint32_t k = 0; k < longest; k++)
        for (size_t i = 0; i < ROWS; i++)
            if (k < s[i].n) all[n++] = s[i].line[k];
    talk_run(&t, all, n);
    for (uint32_t i = 0; i < n; i++)
        want[i] = strdup(talk_outcome(&t, i));
    t.offset = 0;
    talk_begin(&t);
    for (uint32_t i = 0; i < n; i++) {
        talk_run(&t, &all[i], 1);
        cr_expect_str_eq(talk_outcome(&t, 0), want[i], "%s: %s", all[i].text, talk_outcome(&t, 0));
        free(want[i]);
    }
    talk_close(&t);
}

/* What was replayed in silence counts; what went with its partition does not. */
Test(split, comes_back_with_its_partition)
{
    static const struct line line[] = {{"b1", A, "a1", "138", 1000, 0, 3, true},
        {"b1", A, "a1", "0013", 2000, 0, 3, true}, {"b1", A, "a1", "8000", 3000, 0, 3, false}};
    struct talk t;
    talk_open(&t, pack);
    talk_run(&t, line, 3);
    cr_expect_str_eq(talk_outcome(&t, 2), "MOBILE[8000]<1<0");
    talk_begin(&t);
    t.offset = 0;
    talk_run(&t, line, 2);
    cs_filter_drop(t.filter, 3);
    talk_run(&t, line + 2, 1);
    cr_expect_str_eq(talk_outcome(&t, 0), "");
    talk_close(&t);
}

Test(split, masks_the_last_part)
{
    static const struct line line[] = {
        {"b1", A, "a1", "138", 1000, 0, 0, false}, {"b1", A, "a1", "00138000哦", 2000, 0, 0, false}};
    struct talk t;
    talk_open(&t, pack);
    talk_mask(&t);
    talk_run(&t, line, 2);
    cr_expect(cs_span_eq(t.batch->text[1], CS_SPAN_LIT("********哦")), "%.*s", (int)t.batch->text[1].len,
        (const char *)t.batch->text[1].ptr);
    cr_expect(cs_span_eq(t.batch->text[0], CS_SPAN_LIT("138")), "what came before was published already");
    talk_close(&t);
}

static const char leak_pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: LEAK, category: c, severity: 5, platforms: all, detect: mobile, unless_said_by: buyer,\n"
    "     message: {zh: 一, en: one}}\n"
    "  - {id: STEER, category: c, severity: 5, platforms: all, actors: any, terms: [便宜],\n"
    "     all: [{detect: mobile, in: conversation}], message: {zh: 二, en: two}}\n";

/* A joined number is a find like any other: it may be said again by others, and it is context. */
Test(split, counts_like_other_finds)
{
    static const struct line line[] = {{"b1", B, "", "138", 1000, 0, 0, false},
        {"b1", B, "", "00138000", 2000, 0, 0, false},
        {"b1", A, "a1", "13800138000对吗", 3000, 0, 0, false}, /* the buyer's own */
        {"b1", A, "a1", "136", 4000, 0, 0, false}, {"b1", A, "a1", "00136000", 5000, 0, 0, false}, /* LEAK */
        {"b1", B, "", "便宜吗", 6000, 0, 0, false}};                                               /* STEER */
    static const char *const outcome[] = {"", "", "", "", "LEAK[00136000]<3", "STEER[便宜]<4<2"};
    struct talk t;
    talk_open(&t, leak_pack);
    talk_run(&t, line, 6);
    for (uint32_t i = 0; i < 6; i++)
        cr_expect_str_eq(talk_outcome(&t, i), outcome[i], "%u: %s", i, talk_outcome(&t, i));
    talk_close(&t);
}
