/* WeChat accounts: a name beside a word for WeChat. */
#include "detect/glyph.h"

enum { NAME_MIN = 6, NAME_MAX = 20, WAY_MAX = 8 };

static const char *const words[] = {"微信", "威信", "薇信", "徽信", "微芯", "维信", "微心", "薇心", "卫星",
    "v信", "vx", "wx", "weixin", "wechat", "v", "薇", "微", "加v", "+v", "微❤", "薇❤", "威❤", "v❤", "微♥",
    "薇♥", "威♥", "v♥", "wei信", "微xin", NULL};
/* What may stand between the word and the name. */
static const char *const links[] = {"号码", "账号", "帐号", "号", "是", "为", "加", "我", "的", "id", "搜索",
    "搜", ":", ",", " ", "-", "=", "~", "就是", "联系", "添加", "用", NULL};

static bool is_name_sign(uint32_t u)
{
    return cs_is_alnum(u) || u == '-' || u == '_';
}

/* Glyphs of the link that ends before glyph `at`; 0 for none. */
static uint32_t link_before(const struct cs_glyphs *g, uint32_t at)
{
    for (const char *const *w = links; *w; w++)
        for (uint32_t n = 1; n <= 2 && n <= at; n++)
            if (cs_glyphs_word(g, at - n, *w) == n) return n;
    return 0;
}

/* The begin of what links words to glyph `at`, going left. */
static uint32_t way_back(const struct cs_glyphs *g, uint32_t at)
{
    uint32_t begin = at;
    for (uint32_t n = 1; n && at - begin < WAY_MAX; begin -= n)
        n = link_before(g, begin);
    return begin;
}

/* A cue ends right at one of the places between `from` and `at`: the links may be part of it. */
static bool has_cue(const struct cs_glyphs *g, uint32_t at)
{
    for (uint32_t p = way_back(g, at); p <= at; p++)
        if (cs_cue_before(g, p, words, 0)) return true;
    return false;
}

static bool has_kinds(const struct cs_glyphs *g, uint32_t from, uint32_t to)
{
    bool digit = false, sign = false;
    for (uint32_t i = from; i < to; i++) {
        digit |= cs_is_digit(g->at[i].u);
        sign |= g->at[i].u == '_' || g->at[i].u == '-';
    }
    return digit || sign;
}

/* Words that stand behind 微信 without being an account. */
static bool is_everyday(const struct cs_glyphs *g, uint32_t at)
{
    static const char *const everyday[] = {"iphone", "android", "wechat", "weixin", "alipay", "windows",
        "macbook", "apple", "huawei", "xiaomi", "http", NULL};
    for (const char *const *w = everyday; *w; w++)
        if (cs_glyphs_word(g, at, *w)) return true;
    return false;
}

/* A name of letters alone is an account when it is said to be one, or short. */
static bool is_account(const struct cs_glyphs *g, uint32_t begin, uint32_t end)
{
    uint32_t n = end - begin, left = begin ? g->at[begin - 1].u : 0;
    if (!cs_is_letter(g->at[begin].u) || n < NAME_MIN || n > NAME_MAX) return false;
    if (is_everyday(g, begin) || !has_cue(g, begin)) return false;
    bool stated = left == ':' || left == 0x53F7 || left == 0x662F; /* 号, 是 */
    return stated || has_kinds(g, begin, end) || n <= 12;
}

static void add(struct cs_finds *f, const struct cs_glyphs *g, uint32_t begin, uint32_t end)
{
    char value[NAME_MAX];
    const uint32_t span[2] = {begin, end};
    for (uint32_t k = begin; k < end; k++)
        value[k - begin] = (char)g->at[k].u;
    cs_finds_add(f, g, CS_DETECT_WECHAT, span, cs_span_of(value, end - begin));
}

void cs_find_accounts(struct cs_finds *f, const struct cs_glyphs *g)
{
    for (uint32_t i = 0, end; i < g->n; i = end + (end == i)) {
        for (end = i; is_name_sign(cs_glyph_at(g, end));)
            end++;
        if (end > i && is_account(g, i, end)) add(f, g, i, end);
    }
}
