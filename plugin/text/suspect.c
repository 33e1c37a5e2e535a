#include "text/suspect.h"

#include "base/utf8.h"
#include "text/tables.h"

enum {
    RUN_MAX = 64,     /* bytes of one run of Latin-1 that are looked at */
    LETTERS_MAX = 12, /* of one syllable with a tone */
    LOST = 0xFFFD,    /* what stands for a byte that could not be read */
};

/* What was seen of a text so far. */
struct look {
    uint32_t ill_formed, previous;
    uint8_t run[RUN_MAX]; /* bytes that Latin-1 characters in a row stand for */
    uint32_t n_run, letters;
    uint32_t due; /* which of the three kinds of GBK read from UTF-8 comes next; 0: none begun */
    uint32_t in_turn, turns, han, cut;
    uint32_t syllable; /* letters since a question mark that stands for a bracket; 0: none */
    bool tone, sure;
};

/* The byte that Latin-1 or Windows-1252 reads as this character, or 0. */
static uint8_t byte_of(uint32_t cp)
{
    static const uint16_t windows[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6,
        0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
        0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};
    if (cp >= 0x80 && cp <= 0xFF) return (uint8_t)cp;
    for (uint32_t i = 0; i < 32 && cp > 0xFF; i++)
        if (windows[i] == cp) return (uint8_t)(0x80 + i);
    return 0;
}

static bool is_trail(uint8_t b)
{
    return (b & 0xC0) == 0x80;
}

/* Two characters of UTF-8 in the run; or it is nothing but two and more of GB 2312. */
static bool run_is_text(const struct look *l)
{
    uint32_t utf8 = 0, gb = 0;
    for (uint32_t i = 0; i + 2 < l->n_run; i++)
        utf8 += l->run[i] >= 0xE2 && l->run[i] <= 0xEF && is_trail(l->run[i + 1]) && is_trail(l->run[i + 2]);
    while (2 * gb + 1 < l->n_run && l->run[2 * gb] >= 0xA1 && l->run[2 * gb] <= 0xF7 &&
           l->run[2 * gb + 1] >= 0xA1)
        gb++;
    return utf8 >= 2 || (gb >= 2 && 2 * gb == l->n_run && l->letters >= 3);
}

static void end_run(struct look *l)
{
    if (l->letters >= 2 && run_is_text(l)) l->sure = true;
    l->n_run = l->letters = 0;
}

/* Nothing looks suspect without such characters: the fold has only texts with them looked at. */
static bool is_doubt(uint32_t cp)
{
    return cs_text_class_of(cp) & CS_TEXT_DOUBT;
}

static void look_latin(struct look *l, uint32_t cp)
{
    uint8_t byte = byte_of(cp);
    if (!byte || l->n_run == RUN_MAX) end_run(l);
    if (!byte) return;
    l->run[l->n_run++] = byte;
    l->letters += cp <= 0xFF && is_doubt(cp); /* the others are signs and letters that people do type */
}

static bool is_han(uint32_t cp)
{
    return cp - CS_TEXT_HAN < CS_TEXT_HAN_COUNT;
}

/* A private character stands for a code that GBK does not have. */
static bool is_private(uint32_t cp)
{
    return cp - 0xE000 < 0x1900;
}

/* A first kind, whatever came before. */
static void begin_turn(struct look *l, uint32_t kind)
{
    l->due = kind == 1 ? 2 : 0;
    l->in_turn += kind == 1;
    l->turns += kind == 1;
}

/* Three bytes of UTF-8 and the next three are three characters of GBK, of one kind each. Where GBK has none,
 * a character is missing or stands for it. */
static void look_han(struct look *l, uint32_t cp)
{
    bool han = is_han(cp);
    uint32_t kind = han ? cs_text_misread[cp - CS_TEXT_HAN] : l->due;
    l->han += han;
    if (!han && !is_private(cp)) return;
    if (!l->due || (kind != l->due && (l->due != 2 || kind != 3))) {
        begin_turn(l, kind);
        return;
    }
    l->in_turn += han;
    l->turns += han && kind == 1;
    l->due = kind == 3 ? 1 : l->due % 3 + 1;
}

/* GBK cut at the wrong byte: Greek and Cyrillic letters right before Han characters, as in Ц侗ψ账. */
static void look_cut(struct look *l, uint32_t cp)
{
    bool letter = l->previous >= 0x391 && l->previous <= 0x44F && is_doubt(l->previous);
    l->cut += letter && is_han(cp);
}

/* The ASCII letter that a character is but for its tone, or 0. */
static uint16_t letter_of(uint32_t cp)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint16_t unit = cs_text_fold_cp(cp, code) == 1 ? cs_code_unit(code[0]) : 0;
    return unit >= 'a' && unit <= 'z' ? unit : 0;
}

/* 因?yàn) was 因驗(yàn): a syllable with a tone between a question mark and a closing bracket. */
static void look_note(struct look *l, uint32_t cp)
{
    if (cp == '?' && is_han(l->previous)) {
        l->syllable = 1;
        l->tone = false;
    } else if (l->syllable && l->syllable <= LETTERS_MAX && letter_of(cp)) {
        l->syllable++;
        l->tone |= cp < 0x250 && is_doubt(cp);
    } else {
        bool closed = cp == ')' || cp == 0xFF09;
        l->sure |= closed && l->syllable > 1 && l->tone;
        l->syllable = 0;
    }
}

static void look_at(struct look *l, struct cs_utf8_step st)
{
    l->ill_formed += st.bad;
    l->sure |= !st.bad && st.cp == LOST;
    l->sure |= st.cp == 0x65A4 && l->previous == 0x951F; /* 锟斤 */
    look_latin(l, st.cp);
    look_han(l, st.cp);
    look_cut(l, st.cp);
    look_note(l, st.cp);
    l->previous = st.cp;
}

/* Most of what was seen, or all of it, is UTF-8 that GBK misread. */
static bool is_misread(const struct look *l)
{
    if (l->turns && l->in_turn >= 2 && l->in_turn == l->han) return true;
    return l->turns >= 2 && l->in_turn >= 5 && 2 * l->in_turn >= l->han;
}

bool cs_text_is_suspect(struct cs_span text)
{
    struct look l = {0};
    for (size_t at = 0; at < text.len && !l.sure;) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        look_at(&l, st);
        at += st.len;
    }
    end_run(&l);
    return l.sure || l.ill_formed >= 2 || l.cut >= 2 || is_misread(&l);
}
