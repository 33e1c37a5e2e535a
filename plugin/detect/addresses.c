/* Postal addresses: names of places that go from the large to the small, down to a number or a house. */
#include "base/buf.h"
#include "base/utf8.h"
#include "detect/glyph.h"

enum { NAME_MAX_HAN = 8, STEP_MAX = 12, LEVELS = 7, VALUE_MAX = 256 };

/* Units of an address, and their level: 1 province to 7 room. Longer ones first. */
static const struct {
    const char *word;
    uint8_t level;
    bool numbered; /* a number stands before it */
} units[] = {{"自治区", 1, false}, {"特别行政区", 1, false}, {"省", 1, false}, {"自治州", 2, false},
    {"地区", 2, false}, {"市", 2, false}, {"开发区", 3, false}, {"新区", 3, false}, {"小区", 6, false},
    {"区", 3, false}, {"县", 3, false}, {"旗", 3, false}, {"街道", 4, false}, {"镇", 4, false},
    {"乡", 4, false}, {"村", 4, false}, {"大道", 5, false}, {"胡同", 5, false}, {"路", 5, false},
    {"街", 5, false}, {"巷", 5, false}, {"道", 5, false}, {"弄", 6, true}, {"号楼", 7, true},
    {"号院", 6, true}, {"号", 6, true}, {"花园", 6, false}, {"公寓", 6, false}, {"大厦", 6, false},
    {"广场", 6, false}, {"苑", 6, false}, {"栋", 7, true}, {"幢", 7, true}, {"座", 7, false},
    {"单元", 7, true}, {"室", 7, true}, {"楼", 7, true}, {"层", 7, true}};

/* Characters with which names of places do not begin. */
static const uint16_t stops[] = {u'在', u'到', u'寄', u'往', u'给', u'是', u'去', u'来', u'从', u'住', u'址',
    u'的', u'我', u'你', u'您', u'们', u'货', u'发', u'和', u'或', u'家', u'送', u'了', u'于', u'店'};

/* Names that hold such a character, and words that lead to an address. */
static const char *const kept[] = {"和平", "石家庄", "张家", "李家", "王家", "驻马店", "于洪", "从化", "来安",
    "来凤", "来宾", "发展", "中和", "太和", "家园", "家苑", NULL};
static const char *const leads[] = {
    "改成", "换成", "改为", "换为", "写成", "寄回", "退回", "发回", "送回", "寄至", "送至", "发至", NULL};

/* An address as far as it was read. */
struct way {
    uint32_t begin, end; /* glyphs */
    uint8_t seen;        /* set of levels */
    uint8_t level;       /* the last */
    uint32_t n;          /* units */
    bool number;         /* a number belongs to it */
};

static bool is_number_sign(uint32_t u)
{
    return cs_is_alnum(u) || u == '-' || u == '#' || cs_digit_value(u) < 10 || u == 0x5341 || u == 0x767E;
}

static uint32_t number_before(const struct cs_glyphs *g, uint32_t at)
{
    uint32_t n = 0;
    while (n < at && n < 10 && is_number_sign(g->at[at - 1 - n].u))
        n++;
    return n;
}

/* First characters of units. */
static const uint16_t firsts[] = {u'自', u'特', u'省', u'地', u'市', u'开', u'新', u'小', u'区', u'县', u'旗',
    u'街', u'镇', u'乡', u'村', u'大', u'胡', u'路', u'巷', u'道', u'弄', u'号', u'花', u'公', u'广', u'苑',
    u'栋', u'幢', u'座', u'单', u'室', u'楼', u'层'};

static bool may_be_unit(uint32_t u)
{
    for (size_t k = 0; k < sizeof firsts / sizeof firsts[0]; k++)
        if (u == firsts[k]) return true;
    return false;
}

/* The unit at glyph `i`, or -1; *n is its length. */
static int unit_at(const struct cs_glyphs *g, uint32_t i, uint32_t *n)
{
    *n = 0;
    if (!may_be_unit(g->at[i].u)) return -1;
    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++) {
        *n = cs_glyphs_word(g, i, units[k].word);
        if (*n && cs_glyphs_word(g, i + *n, "街道")) continue; /* 西乡街道, 北苑街道 */
        if (*n && (!units[k].numbered || number_before(g, i))) return (int)k;
    }
    return -1;
}

/* One of the words stands over glyph `i`. */
static bool is_within(const struct cs_glyphs *g, uint32_t i, const char *const *word)
{
    for (; *word; word++)
        for (uint32_t back = 0; back < 3 && back <= i; back++)
            if (cs_glyphs_word(g, i - back, *word) > back) return true;
    return false;
}

static bool is_stop(const struct cs_glyphs *g, uint32_t i)
{
    for (size_t k = 0; k < sizeof stops / sizeof stops[0]; k++)
        if (g->at[i].u == stops[k]) return !is_within(g, i, kept);
    uint32_t u = g->at[i].u;
    bool leading = u == u'成' || u == u'为' || u == u'回' || u == u'至';
    return !cs_is_han(u) || (leading && is_within(g, i, leads));
}

/* Where the name before the unit at `i` begins. */
static uint32_t name_begin(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t begin = i;
    while (begin && i - begin < NAME_MAX_HAN && !is_stop(g, begin - 1))
        begin--;
    return begin;
}

static bool leads_on(uint32_t u)
{
    return cs_is_han(u) || cs_is_alnum(u) || u == ' ' || u == '-' || u == '#' || u == '(' || u == ')' ||
           u == ',';
}

/* 市南区, 市北区 and 市中区 begin as 青岛市 ends. */
static bool is_inner_district(const struct cs_glyphs *g, uint32_t i)
{
    static const char *const districts[] = {"市南区", "市北区", "市中区", NULL};
    for (const char *const *w = districts; *w; w++)
        if (cs_glyphs_word(g, i, *w)) return true;
    return false;
}

/* Behind a house number the sentence may go on, up to the next number in it. */
static bool goes_on(const struct cs_glyphs *g, const struct way *w, uint32_t i)
{
    uint32_t u = g->at[i].u;
    return w->level < 6 || !(u == ',' || (cs_is_han(u) && is_stop(g, i)));
}

/* The unit at glyph `i`, if it is none of the name that begins there; -1 for none. */
static int unit_behind(const struct cs_glyphs *g, const struct way *w, uint32_t i, uint32_t *n)
{
    bool inner = i == w->end && is_inner_district(g, i);
    return inner ? -1 : unit_at(g, i, n);
}

/* No larger than the last, and with a name or a number of its own. */
static bool is_next(const struct way *w, uint32_t i, int k)
{
    bool bare = i == w->end && w->n && !units[k].numbered && units[k].level < 6;
    return units[k].level >= w->level && !bare;
}

static void take(const struct cs_glyphs *g, struct way *w, uint32_t i, int k)
{
    w->number |= units[k].numbered || (units[k].level == 7 && number_before(g, i));
    w->seen |= (uint8_t)(1u << units[k].level);
    w->level = units[k].level;
    w->n++;
}

/* The next unit behind w->end that continues the address: not much further on, and no larger than the last.
 */
static bool step(const struct cs_glyphs *g, struct way *w)
{
    uint32_t n;
    for (uint32_t i = w->end; i < g->n && i <= w->end + STEP_MAX && leads_on(g->at[i].u); i++) {
        if (!goes_on(g, w, i)) return false;
        int k = unit_behind(g, w, i, &n);
        if (k < 0) continue;
        if (!is_next(w, i, k)) return false;
        take(g, w, i, k);
        w->end = i + n;
        return true;
    }
    return false;
}

static uint32_t count_levels(uint8_t seen)
{
    return (uint32_t)__builtin_popcount(seen);
}

/* A street with a number in a known place, or three levels of places, or a house in two of them. */
static bool is_address(const struct way *w)
{
    bool place = w->seen & 0x1E, large = w->seen & 0x0E, street = w->seen & 0x20, house = w->seen & 0xC0;
    if (street && house && w->number) return count_levels(w->seen) >= 2;
    if (large && house && w->number) return count_levels(w->seen) >= 3;
    return place && count_levels(w->seen & 0x3E) >= 3;
}

/* Behind a building a room may stand without its unit: 3号楼229. */
static uint32_t room_end(const struct cs_glyphs *g, const struct way *w)
{
    uint32_t n = 0;
    while (cs_is_digit(cs_glyph_at(g, w->end + n)))
        n++;
    bool room = w->level == 7 && (n == 3 || n == 4) && !cs_is_letter(cs_glyph_at(g, w->end + n));
    return room ? w->end + n : w->end;
}

static void add(struct cs_finds *f, const struct cs_glyphs *g, const struct way *w)
{
    uint8_t value[VALUE_MAX];
    size_t n = 0;
    for (uint32_t i = w->begin; i < w->end && n + CS_UTF8_MAX_BYTES <= sizeof value; i++)
        if (g->at[i].u != ' ') n += cs_utf8_put(g->at[i].u, value + n);
    const uint32_t span[2] = {w->begin, w->end};
    cs_finds_add(f, g, CS_DETECT_ADDRESS, span, cs_span_of(value, n));
}

void cs_find_addresses(struct cs_finds *f, const struct cs_glyphs *g)
{
    uint32_t n;
    if (!(f->wanted >> CS_DETECT_ADDRESS & 1)) return;
    for (uint32_t i = 0; i < g->n;) {
        int k = unit_at(g, i, &n);
        uint32_t begin = k < 0 || units[k].level > 5 ? i : name_begin(g, i);
        struct way w = {.begin = begin, .end = begin};
        if (begin < i)
            while (step(g, &w)) {
            }
        if (w.n > 1 && is_address(&w)) {
            w.end = room_end(g, &w);
            add(f, g, &w);
            i = w.end > i ? w.end : i + 1;
        } else {
            i += n && k >= 0 ? n : 1;
        }
    }
}
