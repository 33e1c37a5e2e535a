#include "detect/prefilter.h"

#include "detect/split.h"
#include "text/alphabet.h"

#include <uchar.h>

/* Classes of a folded code. */
enum {
    DIGIT = 1,
    LETTER = 2,
    NUMERAL = 4,
    UNIT = 8,  /* ends a unit of an address */
    CUE = 16,  /* of a word without which no account and no short number is found */
    WORD = 32, /* may stand beside a part of a number */
    LEAD = 64, /* leads to one */
    RUN = 128, /* three of them together may begin something that is wanted */
};

/* Less is no number; less than CALLED needs a word beside it; signs of an address. */
enum { RUN_MIN = 3, NUMBER_MIN = 5, CALLED_MAX = 9, UNITS_MIN = 2 };

static void mark(struct cs_prefilter *g, uint32_t unit, uint8_t class)
{
    g->class_of[cs_code_of((uint16_t)unit)] |= class;
}

static void mark_all(struct cs_prefilter *g, const char16_t *unit, uint8_t class)
{
    for (; *unit; unit++)
        mark(g, *unit, class);
}

static void mark_word(void *set, uint32_t unit, bool leads)
{
    mark(set, unit, leads ? WORD | LEAD : WORD);
}

/* One character of each word: phones and qq_words of numbers.c, words of accounts.c. */
static const char16_t cues[] = u"qvwtc话机电热拨打服联码扣鹅秋球抠口叩蔻寇微威薇徽维卫";
/* The last character of each unit of addresses.c. Two of `places` let a message pass, or one and a run. */
static const char16_t units[] = u"省市区县路街道号巷弄栋幢州旗镇乡村胡园寓厦场苑座元室楼层";
static const char16_t places[] = u"省市区县路街道号巷弄栋幢";

void cs_prefilter_fill(struct cs_prefilter *g, uint16_t wanted)
{
    enum { LETTERS = 1 << CS_DETECT_EMAIL | 1 << CS_DETECT_URL | 1 << CS_DETECT_WECHAT };
    uint8_t runs = DIGIT | NUMERAL;
    if (wanted & (LETTERS | 1 << CS_DETECT_PLACEHOLDER)) runs |= LETTER;
    memset(g->class_of, 0, sizeof g->class_of);
    g->wanted = wanted;
    for (uint32_t u = '0'; u <= '9'; u++)
        mark(g, u, DIGIT);
    for (uint32_t u = 'a'; u <= 'z'; u++)
        mark(g, u, LETTER);
    for (uint32_t u = 0x3007; u < 0xA000; u++)
        if (cs_digit_value(u) < 10 || cs_spoken_value(u) < 10) mark(g, u, NUMERAL);
    mark(g, 0x4E48, NUMERAL); /* 么: what the fold makes of 幺 */
    for (uint32_t code = 0; code < CS_PREFILTER_CODES; code++)
        if (g->class_of[code] & runs) g->class_of[code] |= RUN;
    mark_all(g, cues, CUE);
    if (wanted & 1 << CS_DETECT_ADDRESS) mark_all(g, units, UNIT);
    cs_split_word_signs(g, mark_word);
}

/* Sixteen bytes at once; the compiler knows what the machine has for it. */
typedef uint8_t bytes __attribute__((vector_size(16)));
enum { WIDTH = sizeof(bytes), NEEDED = WIDTH + 2, CROSS_LEAD = 0xC3 };

static inline bytes load(const uint8_t *p)
{
    bytes v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* What a sign of an unfilled slot begins or ends with among the first 16 of 18 bytes: more than those signs,
 * but in few texts. */
static inline bool slot_near(const uint8_t *p)
{
    bytes a = load(p), b = load(p + 1), c = load(p + 2);
    bytes found = (bytes)(a == '*') | (bytes)(a == '{') | (bytes)(a == '_') | (bytes)(a == CROSS_LEAD);
    found |= (bytes)(b == 0xBC) & (bytes)(c == 0x8A); /* the wide star */
    uint64_t half[2];
    memcpy(half, &found, sizeof half);
    return half[0] | half[1];
}

static inline bool is_slot_sign(uint8_t byte)
{
    return byte == '*' || byte == '{' || byte == '_';
}

/* False for texts without an unfilled slot, and true for few of them. */
static bool may_slot(struct cs_span text)
{
    uint8_t few[WIDTH + NEEDED] = {0};
    if (text.len < NEEDED) {
        if (text.len) memcpy(few, text.ptr, text.len);
        return slot_near(few) || (text.len > WIDTH && slot_near(few + WIDTH));
    }
    const uint8_t *end = text.ptr + text.len;
    for (const uint8_t *p = text.ptr; end - p > NEEDED; p += WIDTH)
        if (slot_near(p)) return true;
    return slot_near(end - NEEDED) || is_slot_sign(end[-2]) || is_slot_sign(end[-1]);
}

/* Signs that the fold drops, as bytes. */
struct sign {
    const char *bytes;
    size_t n;
};

static bool has_sign(struct cs_span text, const struct sign *sign, size_t n_sign)
{
    for (size_t at = 0; at < text.len; at++)
        for (size_t k = 0; k < n_sign; k++)
            if (text.ptr[at] == (uint8_t)sign[k].bytes[0] && text.len - at >= sign[k].n &&
                memcmp(text.ptr + at, sign[k].bytes, sign[k].n) == 0)
                return true;
    return false;
}

static bool has_slot(struct cs_span text)
{
    static const struct sign slots[] = {{"*", 1}, {"{", 1}, {"_", 1}, {"＊", 3}, {"××", 4}};
    return may_slot(text) && has_sign(text, slots, sizeof slots / sizeof slots[0]);
}

/* The folded codes of a message. */
struct codes {
    const uint16_t *at;
    uint32_t n;
};

static inline struct codes codes_of(const struct cs_batch *b, uint32_t msg)
{
    const uint32_t *begin = b->folded.begin + msg;
    return (struct codes){b->folded.code + begin[0], begin[1] - begin[0] - 1};
}

/* Classes that are there, and those of which two stand together. */
struct glance {
    uint8_t seen, pair;
};

static struct glance glance_at(const struct cs_prefilter *g, struct codes c)
{
    struct glance it = {0};
    uint8_t before = 0;
    for (uint32_t i = 0; i < c.n; i++) {
        uint8_t class = g->class_of[c.at[i]];
        it.seen |= class;
        it.pair |= class & before;
        before = class;
    }
    return it;
}

/* What stands in a text, as far as detectors are concerned. */
struct traits {
    bool run;                     /* of digits and letters */
    bool crosses;                 /* xx */
    bool dot;                     /* a character that may be read as one */
    uint32_t units, places;       /* of an address */
    uint32_t digits, digits_most; /* in a row; o and l are read as digits, too */
};

static bool is_code_of(const char16_t *unit, uint16_t code)
{
    for (; *unit; unit++)
        if (cs_code_of(*unit) == code) return true;
    return false;
}

static struct traits traits_of(const struct cs_prefilter *g, struct codes c)
{
    const uint16_t o = cs_code_of('o'), l = cs_code_of('l'), x = cs_code_of('x');
    struct traits t = {0};
    for (uint32_t i = 0, run = 0; i < c.n; i++) {
        uint16_t code = c.at[i];
        uint8_t class = g->class_of[code];
        run = class & RUN ? run + 1 : 0;
        t.run |= run == RUN_MIN;
        t.digits = class & (DIGIT | NUMERAL) || code == o || code == l ? t.digits + 1 : 0;
        if (t.digits > t.digits_most) t.digits_most = t.digits;
        t.crosses |= i && code == x && c.at[i - 1] == x;
        t.dot |= code == cs_code_of(u'点') || code == cs_code_of(u'丶') || code == cs_code_of('d');
        if (!(class & UNIT)) continue;
        t.units++;
        t.places += is_code_of(places, code);
    }
    return t;
}

/* A host has a dot, and two letters behind it. */
static bool has_dot(struct cs_span text)
{
    static const struct sign dots[] = {{".", 1}, {"·", 2}, {"。", 3}, {"．", 3}};
    return has_sign(text, dots, sizeof dots / sizeof dots[0]);
}

static bool has_penguin(struct cs_span text)
{
    static const struct sign penguin = {"🐧", 4};
    return has_sign(text, &penguin, 1);
}

/* What has_slot leaves out: it matters beside letters alone. */
static bool has_rare_slot(struct cs_span text)
{
    static const struct sign slots[] = {{"＿", 3}, {"｛", 3}, {"×", 2}};
    return has_sign(text, slots, sizeof slots / sizeof slots[0]);
}

static bool may_number(struct cs_span text, struct glance it, const struct traits *t)
{
    if (t->digits_most < NUMBER_MIN) return false;
    return t->digits_most > CALLED_MAX || it.seen & CUE || has_penguin(text);
}

static uint8_t rows_of(struct cs_span text, struct glance it, const struct traits *t, bool slot)
{
    bool letters = it.seen & LETTER;
    uint8_t rows = 0;
    if (it.pair & LETTER && (t->dot || has_dot(text))) rows |= CS_PREFILTER_WEB;
    if (may_number(text, it, t)) rows |= CS_PREFILTER_NUMBERS;
    if (letters && it.seen & CUE) rows |= CS_PREFILTER_ACCOUNTS;
    if (t->units >= UNITS_MIN && t->places) rows |= CS_PREFILTER_ADDRESSES;
    if (slot || (letters && has_rare_slot(text))) rows |= CS_PREFILTER_PLACEHOLDERS;
    return rows;
}

uint8_t cs_prefilter_look(const struct cs_prefilter *g, const struct cs_batch *b, uint32_t msg)
{
    const struct codes c = codes_of(b, msg);
    const struct glance it = glance_at(g, c);
    bool slots = g->wanted >> CS_DETECT_PLACEHOLDER & 1, slot = slots && has_slot(b->text[msg]);
    if (!slot && !(it.pair & RUN) && !(it.seen & UNIT)) return 0;
    const struct traits t = traits_of(g, c);
    slot |= slots && t.crosses;
    if (!slot && !t.run && t.places < UNITS_MIN) return 0;
    return rows_of(b->text[msg], it, &t, slot);
}

enum cs_prefilter_part cs_prefilter_split(
    const struct cs_prefilter *g, const struct cs_batch *b, uint32_t msg)
{
    const struct codes c = codes_of(b, msg);
    uint8_t seen = 0;
    if (c.n > CS_SPLIT_TEXT_MAX) return CS_PREFILTER_WHOLE;
    for (uint32_t i = 0; i < c.n; i++) {
        uint8_t class = g->class_of[c.at[i]] & (DIGIT | LETTER | NUMERAL | WORD | LEAD);
        if (!class) return CS_PREFILTER_WHOLE;
        seen |= class;
    }
    return seen & (DIGIT | LETTER | NUMERAL | LEAD) ? CS_PREFILTER_PART : CS_PREFILTER_SIGNS;
}
