/* Numbers and accounts that are sent in parts: "加我 138", "0013", "8000". */
#include "detect/split.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "detect/detect.h"

/* What may stand beside the digits; of those that stand at one place the first counts. */
static const struct {
    const char *word;
    uint8_t lead;
} words[] = {{"联系电话", CS_LEAD_PHONE}, {"电话号码", CS_LEAD_PHONE}, {"手机号码", CS_LEAD_PHONE},
    {"手机号", CS_LEAD_PHONE}, {"手机", CS_LEAD_PHONE}, {"电话", CS_LEAD_PHONE}, {"座机", CS_LEAD_PHONE},
    {"固话", CS_LEAD_PHONE}, {"热线", CS_LEAD_PHONE}, {"致电", CS_LEAD_PHONE}, {"拨打", CS_LEAD_PHONE},
    {"打", CS_LEAD_PHONE}, {"tel", CS_LEAD_PHONE}, {"qq", CS_LEAD_QQ}, {"q", CS_LEAD_QQ},
    {"扣扣", CS_LEAD_QQ}, {"企鹅", CS_LEAD_QQ}, {"球球", CS_LEAD_QQ}, {"秋秋", CS_LEAD_QQ},
    {"抠抠", CS_LEAD_QQ}, {"微信", CS_LEAD_WECHAT}, {"薇信", CS_LEAD_WECHAT}, {"威信", CS_LEAD_WECHAT},
    {"徽信", CS_LEAD_WECHAT}, {"v信", CS_LEAD_WECHAT}, {"wechat", CS_LEAD_WECHAT}, {"weixin", CS_LEAD_WECHAT},
    {"vx", CS_LEAD_WECHAT}, {"wx", CS_LEAD_WECHAT}, {"v", CS_LEAD_WECHAT}, {"薇", CS_LEAD_WECHAT},
    {"微", CS_LEAD_WECHAT}, {"银行卡", CS_LEAD_CARD}, {"卡号", CS_LEAD_CARD}, {"账号", CS_LEAD_CARD},
    {"身份证", CS_LEAD_IDENTITY}, {"证件号", CS_LEAD_IDENTITY}, {"订单编号", CS_LEAD_OTHER},
    {"订单号", CS_LEAD_OTHER}, {"订单", CS_LEAD_OTHER}, {"单号", CS_LEAD_OTHER}, {"运单", CS_LEAD_OTHER},
    {"快递", CS_LEAD_OTHER}, {"物流", CS_LEAD_OTHER}, {"编号", CS_LEAD_OTHER}, {"货号", CS_LEAD_OTHER},
    {"款号", CS_LEAD_OTHER}, {"型号", CS_LEAD_OTHER}, {"验证码", CS_LEAD_OTHER}, {"尾号", CS_LEAD_OTHER},
    {"条码", CS_LEAD_OTHER}, {"邮编", CS_LEAD_OTHER}, {"身高", CS_LEAD_OTHER}, {"体重", CS_LEAD_OTHER},
    {"尺码", CS_LEAD_OTHER}, {"尺寸", CS_LEAD_OTHER}, {"号码是", CS_LEAD_CONTACT}, {"号码", CS_LEAD_CONTACT},
    {"联系", CS_LEAD_CONTACT}, {"加我", CS_LEAD_CONTACT}, {"找我", CS_LEAD_CONTACT}, {"加", CS_LEAD_CONTACT},
    {"号", CS_LEAD_NONE}, {"一下", CS_LEAD_NONE}, {"好的", CS_LEAD_NONE}, {"收到", CS_LEAD_NONE},
    {"然后", CS_LEAD_NONE}, {"还有", CS_LEAD_NONE}, {"接着", CS_LEAD_NONE}, {"继续", CS_LEAD_NONE},
    {"后面", CS_LEAD_NONE}, {"前面", CS_LEAD_NONE}, {"中间", CS_LEAD_NONE}, {"最后", CS_LEAD_NONE},
    {"开头", CS_LEAD_NONE}, {"记下", CS_LEAD_NONE}, {"记住", CS_LEAD_NONE}, {"稍等", CS_LEAD_NONE},
    {"谢谢", CS_LEAD_NONE}, {"在吗", CS_LEAD_NONE}, {"你好", CS_LEAD_NONE}, {"您好", CS_LEAD_NONE},
    {"分开", CS_LEAD_NONE}, {"ok", CS_LEAD_NONE}, {"好", CS_LEAD_NONE}, {"嗯", CS_LEAD_NONE},
    {"恩", CS_LEAD_NONE}, {"哦", CS_LEAD_NONE}, {"哈", CS_LEAD_NONE}, {"呵", CS_LEAD_NONE},
    {"呀", CS_LEAD_NONE}, {"啊", CS_LEAD_NONE}, {"呢", CS_LEAD_NONE}, {"的", CS_LEAD_NONE},
    {"是", CS_LEAD_NONE}, {"为", CS_LEAD_NONE}, {"亲", CS_LEAD_NONE}, {"对", CS_LEAD_NONE},
    {"了", CS_LEAD_NONE}, {"我", CS_LEAD_NONE}, {"你", CS_LEAD_NONE}, {"您", CS_LEAD_NONE},
    {"就", CS_LEAD_NONE}, {"这个", CS_LEAD_NONE}, {"这", CS_LEAD_NONE}, {"发", CS_LEAD_NONE},
    {"记", CS_LEAD_NONE}, {"下", CS_LEAD_NONE}, {"吧", CS_LEAD_NONE}};

enum { WORDS = sizeof words / sizeof words[0] };

void cs_split_word_signs(void *context, void (*each)(void *context, uint32_t u, bool leads))
{
    for (size_t k = 0; k < WORDS; k++) {
        struct cs_span word = cs_span_str(words[k].word);
        for (size_t at = 0; at < word.len;) {
            struct cs_utf8_step st = cs_utf8_next(word, at);
            each(context, st.cp, words[k].lead != CS_LEAD_NONE);
            at += st.len;
        }
    }
}

/* A Latin word ends where letters end: digits may follow it. */
static int word_at(const struct cs_glyphs *g, uint32_t i, uint32_t *n)
{
    for (size_t k = 0; k < WORDS; k++) {
        *n = cs_glyphs_word(g, i, words[k].word);
        if (!*n) continue;
        bool cut = cs_is_letter(g->at[i].u) && i && cs_is_alnum(g->at[i - 1].u);
        bool whole = !cs_is_letter(g->at[i + *n - 1].u) || !cs_is_letter(cs_glyph_at(g, i + *n));
        if (!cut && whole) return (int)k;
    }
    return -1;
}

/* Says nothing by itself. What makes prices, times and sizes is not among them. */
static bool is_quiet(uint32_t u)
{
    static const uint32_t quiet[] = {' ', '.', '-', '_', '~', '(', ')', '+', ',', ':', '!', '?', ';', '\n',
        '"', 0xB7, 0x2013, 0x2014, 0x2022, 0x2026, 0x3001, 0x3002, 0x2500, 0x30FB};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        if (quiet[i] == u) return true;
    return false;
}

/* Digit or letter as it is kept; 0 for none. */
static char sign_of(uint32_t u)
{
    uint32_t v = cs_digit_value(u);
    if (v == 10 && u != CS_SPOKEN_TWO) v = cs_spoken_value(u);
    if (v < 10) return (char)('0' + v);
    return cs_is_letter(u) ? (char)u : 0;
}

/* - and _ are part of a name that has letters. */
static bool is_name_mark(const struct cs_glyphs *g, uint32_t i, const struct cs_split *s)
{
    uint32_t u = g->at[i].u;
    if ((u != '-' && u != '_') || !s->n || !cs_is_alnum(cs_glyph_at(g, i + 1))) return false;
    for (uint32_t k = 0; k < s->n; k++)
        if (cs_is_letter((uint32_t)s->sign[k])) return true;
    return false;
}

static bool is_between(uint32_t u)
{
    return is_quiet(u) && u != ',' && u != ':' && u != '!' && u != '?' && u != ';' && u != '"' && u != 0x3002;
}

/* Separators from glyph `i` on, at most two, with a sign behind them that begins no word; 0 if not. */
static uint32_t gap_at(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t word;
    for (uint32_t n = 1; n <= 2 && is_between(cs_glyph_at(g, i + n - 1)); n++)
        if (sign_of(cs_glyph_at(g, i + n))) return word_at(g, i + n, &word) < 0 ? n : 0;
    return 0;
}

/* 99.9: a point, and no more than two digits behind it. */
static bool is_decimal(const struct cs_glyphs *g, uint32_t begin, uint32_t end)
{
    uint32_t points = 0, others = 0, behind = 0;
    for (uint32_t i = begin; i < end; i++) {
        bool point = g->at[i].u == '.';
        points += point;
        others += !point && !cs_is_digit(g->at[i].u);
        behind = point ? 0 : behind + 1;
    }
    return points == 1 && !others && behind <= 2;
}

/* The signs from glyph `i` on; returns where they end, 0 when there are too many. */
static uint32_t read_signs(const struct cs_glyphs *g, uint32_t i, struct cs_split *s)
{
    uint32_t begin = i, end = i;
    while (i < g->n) {
        char sign = is_name_mark(g, i, s) ? (char)g->at[i].u : sign_of(g->at[i].u);
        uint32_t gap = sign ? 0 : gap_at(g, i);
        if (!sign && !gap) break;
        if (sign && s->n == CS_SPLIT_SIGNS_MAX) return 0;
        if (sign) s->sign[s->n++] = sign;
        i += sign ? 1 : gap;
        end = i;
    }
    s->byte_begin = g->at[begin].byte_begin;
    s->char_begin = g->at[begin].char_begin;
    s->byte_end = g->at[end - 1].byte_end;
    s->char_end = g->at[end - 1].char_end;
    return is_decimal(g, begin, end) ? 0 : end;
}

/* A word beside the signs. Behind a word that leads to an account, letters are the account's: 微信 q... */
static int word_beside(const struct cs_glyphs *g, uint32_t i, const struct cs_split *s, uint32_t *n)
{
    return cs_is_letter(g->at[i].u) && s->lead > CS_LEAD_CONTACT ? -1 : word_at(g, i, n);
}

/* What it says counts from the most special word, and for nothing where an order or the like is meant. */
static void take_word(struct cs_split *s, uint8_t lead)
{
    bool more = lead > CS_LEAD_CONTACT || !s->lead;
    if (more && s->lead != CS_LEAD_OTHER) s->lead = lead;
}

bool cs_split_read(const struct cs_glyphs *g, struct cs_split *out)
{
    *out = (struct cs_split){0};
    for (uint32_t i = 0, n; i < g->n;) {
        int word = word_beside(g, i, out, &n);
        if (word >= 0) {
            take_word(out, words[word].lead);
            i += n;
        } else if (sign_of(g->at[i].u)) {
            i = out->n ? 0 : read_signs(g, i, out);
            if (!i) return false;
        } else if (is_quiet(g->at[i].u)) {
            i++;
        } else {
            return false;
        }
    }
    return true;
}

/* Longest of these in glyphs, and all signs. */
enum { LEAD_BYTES = 16, JOINED_BYTES = LEAD_BYTES + sizeof(((struct cs_joined *)0)->sign) };

/* A find over all messages, if there is one. */
static const struct cs_found *over_all(const struct cs_finds *f, uint32_t lead, uint32_t first, uint32_t end)
{
    for (uint32_t i = 0; i < f->n; i++) {
        const struct cs_found *it = &f->at[i];
        if (it->char_begin >= lead && it->char_begin < lead + first && it->char_end == end) return it;
    }
    return NULL;
}

cs_rc cs_detect_joined(
    uint16_t wanted, const struct cs_joined *j, struct cs_arena *arena, struct cs_found *out, bool *found)
{
    static const char *const leads[CS_LEAD_COUNT] = {"", "", "电话:", "qq:", "微信:", "卡号:", "身份证:", ""};
    struct cs_span lead = cs_span_str(leads[j->lead]);
    uint8_t text[JOINED_BYTES];
    struct cs_glyphs g;
    *found = false;
    if (j->lead == CS_LEAD_OTHER) return CS_OK;
    if (lead.len) memcpy(text, lead.ptr, lead.len);
    memcpy(text + lead.len, j->sign, j->n);
    cs_rc rc = cs_glyphs_read(cs_span_of(text, lead.len + j->n), arena, &g);
    if (cs_bad(rc)) return rc;
    struct cs_finds f = {.arena = arena, .wanted = wanted & CS_DETECT_JOINED};
    cs_find_numbers(&f, &g);
    cs_find_accounts(&f, &g);
    if (f.exhausted) return cs_fail(CS_ENOMEM);
    const struct cs_found *it = over_all(&f, (uint32_t)(g.n - j->n), j->first, g.n);
    *found = it != NULL;
    if (it) *out = (struct cs_found){.detector = it->detector, .value = it->value};
    return CS_OK;
}
