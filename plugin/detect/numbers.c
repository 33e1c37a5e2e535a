/* Phone numbers, bank cards, identity cards and QQ numbers. */
#include "detect/glyph.h"

enum { DIGITS_MAX = 48, GROUPS_MAX = 24, LETTERS_MAX = 3 };

/* Digits that stand together, separators and all. */
struct chain {
    char digit[DIGITS_MAX];
    uint32_t at[DIGITS_MAX];       /* glyph of each */
    uint8_t group[GROUPS_MAX + 1]; /* first digit of each group; group[n_group] == n */
    bool strong[GROUPS_MAX];       /* a comma or the like stands before the group */
    uint32_t n, n_group, end;      /* end: glyph behind the last digit */
    uint32_t letters;              /* o and l that stand for digits */
    uint32_t spoken;               /* 洞, 拐, 勾 and 两 that do */
};

/* Some groups of a chain. */
struct piece {
    const struct chain *c;
    uint32_t from, to; /* digits */
};

static const char *const orders[] = {"单号", "订单", "运单", "编号", "货号", "型号", "条码", "流水", "快递",
    "物流", "批号", "编码", "款号", "号码牌", "sn", "no", "id", NULL};
static const char *const identity[] = {"身份证", "身份", "证件", "证号", NULL};
static const char *const phones[] = {
    "电话", "座机", "致电", "热线", "拨打", "客服", "打", "拨", "tel", "call", "联系", "号码", "固话", NULL};
static const char *const qq_words[] = {
    "qq", "扣扣", "企鹅", "q", "秋秋", "球球", "抠抠", "口口", "扣", "抠", "🐧", "叩叩", "蔻蔻", "寇寇", NULL};
static const char *const qq_wares[] = {"币", "会员", "音乐", "飞车", "空间", "糖", "弹", "版", NULL};
static const char *const qq_things[] = {"qq音乐", "qq会员", "qq飞车", "qq空间", "qq糖", "qq弹", "qq浏览",
    "qq邮箱", "qq币", "q币", "q弹", "q版", NULL};
static const char *const amounts[] = {"¥", "￥", "$", "积分", "共", "价", "销量", NULL};
static const char *const units[] = {"元", "块", "件", "个", "克", "斤", "米", "天", "万", "人", "年", "月",
    "条", "次", "毫升", "ml", "kg", "cm", "mm", "g", "w", "折", "%", "+", "积分", NULL};
static const char *const before_letters[] = {"tel", "phone", "mobile", "mob", "t", "p", "v", "vx", "wx", "q",
    "qq", "weixin", "wechat", "call", "dh", "sj", "x", NULL};

static bool is_weak(uint32_t u)
{
    static const uint32_t weak[] = {' ', '-', '.', '_', '~', '*', '+', '(', ')', 0xB7, 0x2013, 0x2014, 0x2022,
        0x2026, 0x3001, ',', '/', 0xFF0C, 0x2D, 0x2500, 0x30FB, 0xFE0F, '|', '=', '#'};
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
        if (weak[i] == u) return true;
    return false;
}

static bool is_list(uint32_t u)
{
    return u == 0x3001 || u == ',' || u == '/' || u == 0xFF0C || u == '|' || u == '+';
}

static bool is_numeral(uint32_t u)
{
    return cs_digit_value(u) < 10 || cs_spoken_value(u) < 10;
}

/* 两 only where no word follows: two of something stand behind many a number. */
static uint32_t spoken_at(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t u = cs_glyph_at(g, i), next = cs_glyph_at(g, i + 1);
    return u == CS_SPOKEN_TWO && cs_is_han(next) && !is_numeral(next) ? 10 : cs_spoken_value(u);
}

static uint32_t numeral_at(const struct cs_glyphs *g, uint32_t i, bool radio)
{
    uint32_t v = cs_digit_value(cs_glyph_at(g, i));
    return v == 10 && radio ? spoken_at(g, i) : v;
}

/* o and l between digits are read as digits, and what is spoken like one if `radio`. */
static uint32_t value_at(const struct cs_glyphs *g, uint32_t i, bool radio, bool *letter)
{
    uint32_t u = cs_glyph_at(g, i), v = numeral_at(g, i, radio);
    *letter = u == 'o' || u == 'l';
    if (v < 10 || !*letter) {
        *letter = false;
        return v;
    }
    bool left = i && cs_digit_value(g->at[i - 1].u) < 10;
    uint32_t next = cs_glyph_at(g, i + 1);
    bool right = cs_digit_value(next) < 10 || next == 'o' || next == 'l';
    if (!left || (!right && cs_is_letter(next))) return 10;
    return u == 'o' ? 0 : 1;
}

/* Separators from glyph `i` on, at most two, with a digit behind them; 0 if not. */
static uint32_t gap_at(const struct cs_glyphs *g, uint32_t i, bool radio)
{
    bool letter;
    for (uint32_t n = 1; n <= 2 && is_weak(cs_glyph_at(g, i + n - 1)); n++)
        if (value_at(g, i + n, radio, &letter) < 10) return n;
    return 0;
}

/* Single digits with one sign between them end where another sign stands: 5、3、8，三天. */
static bool ends_list(const struct cs_glyphs *g, const struct chain *c, uint32_t i)
{
    enum { SINGLES = 5 };
    if (c->n < SINGLES || c->n != c->n_group || c->at[c->n - 1] < 2) return false;
    return is_list(g->at[i].u) && g->at[c->at[c->n - 1] - 1].u != g->at[i].u;
}

static void begin_group(struct chain *c, bool strong)
{
    c->strong[c->n_group] = strong;
    c->group[c->n_group++] = (uint8_t)c->n;
}

/* The chain that begins at glyph `i`, which is a digit. */
static void read_chain(const struct cs_glyphs *g, uint32_t i, bool radio, struct chain *c)
{
    bool letter;
    c->n = c->n_group = c->letters = c->spoken = 0;
    begin_group(c, true);
    while (c->n < DIGITS_MAX) {
        uint32_t v = value_at(g, i, radio, &letter), gap = v < 10 ? 0 : gap_at(g, i, radio);
        if (v < 10) {
            c->letters += letter;
            c->spoken += cs_spoken_value(g->at[i].u) < 10;
            c->at[c->n] = i++;
            c->digit[c->n++] = (char)('0' + v);
        } else if (gap && c->n_group < GROUPS_MAX && !ends_list(g, c, i)) {
            begin_group(c, is_list(g->at[i].u) || is_list(g->at[i + gap - 1].u));
            i += gap;
        } else {
            break;
        }
    }
    c->group[c->n_group] = (uint8_t)c->n;
    c->end = i;
}

static uint32_t number_of(const char *d, uint32_t n)
{
    uint32_t v = 0;
    for (uint32_t i = 0; i < n; i++)
        v = v * 10 + (uint32_t)(d[i] - '0');
    return v;
}

static bool is_date(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

static bool is_region(const char *d)
{
    static const char regions[] = "1112131415212223313233343536374142434445465051525354616263646571818283";
    for (size_t i = 0; i + 1 < sizeof regions; i += 2)
        if (memcmp(regions + i, d, 2) == 0) return true;
    return false;
}

/* ISO 7064, MOD 11-2, as GB 11643 has it; the last sign is 0-9 or x. */
static bool is_identity(const char *d, char last)
{
    static const uint8_t weight[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 17; i++)
        sum += (uint32_t)(d[i] - '0') * weight[i];
    return is_region(d) && is_date(number_of(d + 6, 4), number_of(d + 10, 2), number_of(d + 12, 2)) &&
           "10x98765432"[sum % 11] == last;
}

static bool is_luhn(const char *d, uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = (uint32_t)(d[n - 1 - i] - '0');
        if (i % 2) v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0;
}

/* Prefixes of cards that are in use in China: UnionPay, old debit cards, Visa, Mastercard, JCB. */
static bool is_issuer(const char *d, uint32_t n)
{
    static const struct {
        uint16_t first, last; /* of the first four digits */
        uint8_t length;       /* 0: any */
    } range[] = {{6200, 6299, 0}, {6000, 6099, 0}, {9558, 9559, 0}, {4000, 4999, 16}, {5100, 5599, 16},
        {2221, 2720, 16}, {3528, 3589, 16}};
    uint32_t four = number_of(d, 4);
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (four >= range[i].first && four <= range[i].last && (!range[i].length || range[i].length == n))
            return true;
    return false;
}

static bool is_card(const char *d, uint32_t n)
{
    return n >= 16 && n <= 19 && is_issuer(d, n) && is_luhn(d, n);
}

static bool is_mobile(const char *d, uint32_t n)
{
    return n == 11 && d[0] == '1' && d[1] >= '3';
}

/* Digits of the area code that a number begins with: 010 and 02x, or 03xx to 09xx; 0 for none. */
static uint32_t area_code(const char *d)
{
    if (d[0] != '0') return 0;
    if (d[1] == '1') return d[2] == '0' ? 3 : 0;
    if (d[1] == '2') return d[2] != '6' ? 3 : 0;
    return d[1] >= '3' ? 4 : 0;
}

/* Eight digits behind a short code, seven or eight behind a long one. */
static bool is_landline(const char *d, uint32_t n)
{
    uint32_t code = n >= 10 && n <= 12 ? area_code(d) : 0;
    return code && d[code] > '1' && (n == 11 || (n == 12 && code == 4));
}

static bool is_service(const char *d, uint32_t n)
{
    return n == 10 && (memcmp(d, "400", 3) == 0 || memcmp(d, "800", 3) == 0);
}

/* A number stands alone: no letters or further digits at its edges. */
static bool is_free(const struct cs_glyphs *g, uint32_t begin, uint32_t end)
{
    uint32_t right = cs_glyph_at(g, end);
    if (cs_is_alnum(right) || (right == '%')) return false;
    if (!begin || !cs_is_letter(g->at[begin - 1].u)) return true;
    return cs_cue_before(g, begin, before_letters, 0);
}

/* Commas between all groups or none, single digits between them if `single`. */
static bool is_even(const struct piece *p, bool single)
{
    const struct chain *c = p->c;
    uint32_t inner = 0, commas = 0;
    for (uint32_t k = 0; k < c->n_group; k++) {
        if (c->group[k] <= p->from || c->group[k] >= p->to) continue;
        inner++;
        commas += c->strong[k];
    }
    return !commas || (commas == inner && (!single || inner + 1 == p->to - p->from));
}

static bool add(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p, uint8_t detector)
{
    const uint32_t span[2] = {p->c->at[p->from], p->c->at[p->to - 1] + 1};
    cs_finds_add(f, g, detector, span, cs_span_of(p->c->digit + p->from, p->to - p->from));
    return true;
}

/* Digits as a date with dashes or points: 2024-01-06. */
static bool is_written_date(const struct piece *p)
{
    const struct chain *c = p->c;
    uint32_t k = 0;
    while (k < c->n_group && c->group[k] < p->from)
        k++;
    return c->group[k] == p->from && k + 3 <= c->n_group && c->group[k + 1] - p->from == 4 &&
           c->group[k + 2] - c->group[k + 1] <= 2 &&
           is_date(number_of(c->digit + p->from, 4),
               number_of(c->digit + c->group[k + 1], c->group[k + 2] - c->group[k + 1]), 1);
}

/* Seventeen digits and an x. */
static bool find_identity_x(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p)
{
    uint32_t at = p->c->at[p->to - 1] + 1;
    for (uint32_t n = 0; n < 2 && is_weak(cs_glyph_at(g, at)); n++)
        at++;
    const uint32_t span[2] = {p->c->at[p->from], at + 1};
    bool shaped = cs_glyph_at(g, at) == 'x' && !cs_is_alnum(cs_glyph_at(g, span[1]));
    if (!shaped || !is_identity(p->c->digit + p->from, 'x')) return false;
    char value[18];
    memcpy(value, p->c->digit + p->from, 17);
    value[17] = 'x';
    cs_finds_add(f, g, CS_DETECT_ID_CARD, span, cs_span_of(value, sizeof value));
    return true;
}

/* The old form has no check digit: it counts where it is said to be one. */
static bool is_old_identity(const struct cs_glyphs *g, const struct piece *p)
{
    const char *d = p->c->digit + p->from;
    return p->to - p->from == 15 && is_region(d) &&
           is_date(1900 + number_of(d + 6, 2), number_of(d + 8, 2), number_of(d + 10, 2)) &&
           cs_cue_before(g, p->c->at[p->from], identity, 12);
}

static bool find_identity(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p)
{
    const char *d = p->c->digit + p->from;
    uint32_t n = p->to - p->from;
    if (n == 17 && find_identity_x(f, g, p)) return true;
    if (!is_free(g, p->c->at[p->from], p->c->at[p->to - 1] + 1)) return false;
    bool right = n == 18 ? is_identity(d, d[17]) : is_old_identity(g, p);
    return right && add(f, g, p, CS_DETECT_ID_CARD);
}

/* The country code is part of the span, not of the value. */
static bool find_mobile(struct cs_finds *f, const struct cs_glyphs *g, struct piece p)
{
    static const char *const codes[] = {"", "86", "0086", "0"};
    const char *d = p.c->digit + p.from;
    uint32_t n = p.to - p.from;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        uint32_t len = (uint32_t)strlen(codes[i]);
        if (n != 11 + len || memcmp(d, codes[i], len) != 0 || !is_mobile(d + len, 11)) continue;
        p.from += len;
        return add(f, g, &p, CS_DETECT_MOBILE);
    }
    return false;
}

/* A short number is a phone number when it is called one. */
static bool find_called(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p)
{
    const char *d = p->c->digit + p->from;
    uint32_t n = p->to - p->from;
    uint32_t begin = p->c->at[p->from];
    if ((n != 5 && n != 7 && n != 8) || !cs_cue_before(g, begin, phones, 3)) return false;
    if (n == 8 && is_date(number_of(d, 4), number_of(d + 4, 2), number_of(d + 6, 2))) return false;
    if (n == 5) return memcmp(d, "95", 2) == 0 && add(f, g, p, CS_DETECT_SERVICE_NUMBER);
    return d[0] > '1' && d[0] < '9' && add(f, g, p, CS_DETECT_LANDLINE);
}

static bool find_phone(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p)
{
    const char *d = p->c->digit + p->from;
    uint32_t n = p->to - p->from, begin = p->c->at[p->from], end = p->c->at[p->to - 1] + 1;
    if (cs_cue_before(g, begin, orders, 3) || cs_cue_behind(g, end, units, 0) || is_written_date(p))
        return false;
    if (!is_even(p, false)) return false;
    if (find_mobile(f, g, *p)) return true;
    if (cs_cue_before(g, begin, qq_words, 1)) return false;
    if (is_service(d, n)) return add(f, g, p, CS_DETECT_SERVICE_NUMBER);
    if (is_landline(d, n)) return add(f, g, p, CS_DETECT_LANDLINE);
    return find_called(f, g, p);
}

/* 2436.86: two groups, a point, and no more than two digits behind it. */
static bool is_decimal(const struct cs_glyphs *g, const struct piece *p)
{
    const struct chain *c = p->c;
    uint32_t k = 0;
    while (k < c->n_group && c->group[k] <= p->from)
        k++;
    return k < c->n_group && c->group[k + 1] == p->to && p->to - c->group[k] <= 2 &&
           c->group[k] - p->from > 2 && g->at[c->at[c->group[k]] - 1].u == '.';
}

/* The shape of an account, and not of a day, a price or an amount. */
static bool is_qq_shaped(const struct cs_glyphs *g, const struct piece *p)
{
    uint32_t n = p->to - p->from;
    if (n < 5 || n > 11 || p->c->digit[p->from] == '0' || !is_even(p, true)) return false;
    return !is_written_date(p) && !is_decimal(g, p) && !cs_cue_before(g, p->c->at[p->from], amounts, 0);
}

static bool find_qq(struct cs_finds *f, const struct cs_glyphs *g, const struct piece *p)
{
    uint32_t begin = p->c->at[p->from], end = p->c->at[p->to - 1] + 1;
    if (!is_qq_shaped(g, p) || cs_cue_behind(g, end, units, 0)) return false;
    bool before = cs_cue_before(g, begin, qq_words, 4) && !cs_cue_before(g, begin, qq_wares, 4);
    bool behind = cs_cue_behind(g, end, qq_words, 3) && !cs_cue_behind(g, end, qq_things, 3);
    return (before || behind) && add(f, g, p, CS_DETECT_QQ);
}

/* Whether the digits make something; a QQ word decides over a phone number's shape only if it is there. */
static bool try_piece(struct cs_finds *f, const struct cs_glyphs *g, struct piece p)
{
    uint32_t n = p.to - p.from, begin = p.c->at[p.from], end = p.c->at[p.to - 1] + 1;
    if (n < 5 || n > 19) return false;
    if (n >= 15 && find_identity(f, g, &p)) return true;
    if (!is_free(g, begin, end)) return false;
    bool ordered = cs_cue_before(g, begin, orders, 3);
    if (!ordered && is_card(p.c->digit + p.from, n)) return add(f, g, &p, CS_DETECT_BANK_CARD);
    return find_phone(f, g, &p) || (!ordered && find_qq(f, g, &p));
}

/* All of it, else what stands between commas, else each group. */
static void try_chain(struct cs_finds *f, const struct cs_glyphs *g, const struct chain *c)
{
    if (c->letters > LETTERS_MAX || try_piece(f, g, (struct piece){c, 0, c->n})) return;
    for (uint32_t k = 0; k < c->n_group;) {
        uint32_t next = k + 1;
        while (next < c->n_group && !c->strong[next])
            next++;
        if (!try_piece(f, g, (struct piece){c, c->group[k], c->group[next]}))
            for (uint32_t s = k; s < next && next - k > 1; s++)
                (void)try_piece(f, g, (struct piece){c, c->group[s], c->group[s + 1]});
        k = next;
    }
}

/* 统一, 唯一 and 第一 end in no digit of the number behind them. */
static bool ends_word(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t left = i ? g->at[i - 1].u : 0;
    return g->at[i].u == u'一' && (left == u'统' || left == u'唯' || left == u'第');
}

static bool has_spoken(const struct cs_glyphs *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (cs_spoken_value(g->at[i].u) < 10) return true;
    return false;
}

/* A number as it is spoken on the radio begins at glyph `i`: returns its end, 0 if there is none. A single
 * such word at the end belongs to what follows: 勾选, 拐弯. */
static uint32_t find_spoken(struct cs_finds *f, const struct cs_glyphs *g, uint32_t i, struct chain *c)
{
    enum { SPOKEN_MIN = 7 };
    if (!is_numeral(g->at[i].u) || g->at[i].u == CS_SPOKEN_TWO) return 0;
    read_chain(g, i, true, c);
    if (c->n < SPOKEN_MIN || !c->spoken || c->letters) return 0;
    if (c->spoken == 1 && cs_spoken_value(g->at[c->at[c->n - 1]].u) < 10) return 0;
    return try_piece(f, g, (struct piece){c, 0, c->n}) ? c->end : 0;
}

void cs_find_numbers(struct cs_finds *f, const struct cs_glyphs *g)
{
    struct chain c;
    bool spoken = has_spoken(g);
    for (uint32_t i = 0; i < g->n;) {
        uint32_t end = spoken ? find_spoken(f, g, i, &c) : 0;
        if (end || cs_digit_value(g->at[i].u) == 10 || ends_word(g, i)) {
            i = end ? end : i + 1;
            continue;
        }
        read_chain(g, i, false, &c);
        if (c.n >= 5) try_chain(f, g, &c);
        for (i = c.end; c.n == DIGITS_MAX && cs_digit_value(cs_glyph_at(g, i)) < 10;)
            i++;
    }
}
