/* The tables against ICU, which has its own copy of the Unicode data and its own code.
 *
 * What is expected of a code point is worked out with ICU alone, for every code point that both sides know:
 * its NFKC_Casefold, decomposed, without marks, separators and ignorables. What chatsieve does on purpose
 * beyond that stands in `styled` and in the functions named on_purpose_*; each of them checks what it lets
 * pass. */
#include "text/tables.h"

#include "text/map.h"

#include <criterion/criterion.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#pragma GCC diagnostic ignored "-Wsign-conversion" /* in ICU's U16_* macros */

enum { UNITS_MAX = 64 };

/* Changed in Unicode 16, which ICU 76 has and the tables have not: Coptic full stops end sentences, an Ahom
 * vowel sign is no combining mark. */
static const UChar32 changed_in_16[] = {0x2CF9, 0x2CFA, 0x2CFB, 0x1171E};

/* Of one mind on both sides: known to Unicode 15.0, the older of the tables' versions, and not changed since.
 */
static bool known(UChar32 cp)
{
    for (size_t i = 0; U_UNICODE_VERSION[1] > '5' && i < sizeof changed_in_16 / sizeof *changed_in_16; i++)
        if (changed_in_16[i] == cp) return false;
    UVersionInfo age;
    u_charAge(cp, age);
    return age[0] > 0 && age[0] <= 15 && !(age[0] == 15 && age[1] > 0);
}

static uint32_t actual(UChar32 cp, UChar *out)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp((uint32_t)cp, code);
    for (uint32_t i = 0; i < n; i++)
        out[i] = cs_code_unit(code[i]);
    return n;
}

static bool ignorable(UChar32 c)
{
    return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
           (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK));
}

static bool separator(UChar32 c)
{
    uint32_t mask = U_GC_Z_MASK | U_GC_P_MASK | U_GC_S_MASK | U_GC_CC_MASK | U_GC_CF_MASK;
    return (U_GET_GC_MASK(c) & mask) || u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT);
}

static UChar32 ascii_digit(UChar32 c)
{
    return u_charType(c) == U_DECIMAL_DIGIT_NUMBER ? '0' + u_charDigitValue(c) : c;
}

/* Letters and digits in frames and small capitals, which Unicode names but does not decompose. */
static const struct {
    UChar32 first, last;
    const char *to; /* of the first; the others count on */
} styled[] = {
    {0x1F150, 0x1F169, "a"},
    {0x1F170, 0x1F189, "a"},
    {0x1F1E6, 0x1F1FF, "a"},
    {0x1F16D, 0x1F16D, "cc"},
    {0x1F18A, 0x1F18A, "p"},
    {0x1F18B, 0x1F18B, "ic"},
    {0x1F18C, 0x1F18C, "pa"},
    {0x1F18D, 0x1F18D, "sa"},
    {0x1F18E, 0x1F18E, "ab"},
    {0x1F18F, 0x1F18F, "wc"},
    {0x1F191, 0x1F191, "cl"},
    {0x1F192, 0x1F192, "cool"},
    {0x1F193, 0x1F193, "free"},
    {0x1F194, 0x1F194, "id"},
    {0x1F195, 0x1F195, "new"},
    {0x1F196, 0x1F196, "ng"},
    {0x1F197, 0x1F197, "ok"},
    {0x1F198, 0x1F198, "sos"},
    {0x1F19A, 0x1F19A, "vs"},
    {0x1F1A6, 0x1F1A6, "hc"},
    {0x1F1A7, 0x1F1A7, "hdr"},
    {0x1F1AA, 0x1F1AA, "shv"},
    {0x1F1AB, 0x1F1AB, "uhd"},
    {0x1F1AC, 0x1F1AC, "vod"},
    {0x1F51F, 0x1F51F, "10"},
};

struct units {
    UChar at[UNITS_MAX];
    int32_t n;
};

static void add(struct units *u, UChar32 c)
{
    U16_APPEND_UNSAFE(u->at, u->n, c);
}

static bool on_purpose_styled(UChar32 c, struct units *out)
{
    for (size_t i = 0; i < sizeof styled / sizeof *styled; i++) {
        if (c < styled[i].first || c > styled[i].last) continue;
        size_t len = strlen(styled[i].to);
        for (size_t k = 0; k + 1 < len; k++)
            add(out, styled[i].to[k]);
        add(out, styled[i].to[len - 1] + (c - styled[i].first));
        return true;
    }
    return false;
}

/* ❶ ➀ ⓫ ⓵ ㉈ 🄌: their numeric values. */
static bool on_purpose_number(UChar32 c, struct units *out)
{
    bool circled =
        (c >= 0x24EB && c <= 0x24FF) || (c >= 0x2776 && c <= 0x2793) || (c >= 0x3248 && c <= 0x324F);
    if (!circled && c != 0x1F10B && c != 0x1F10C) return false;
    int32_t value = (int32_t)u_getNumericValue(c);
    if (value > 9) add(out, '0' + value / 10);
    add(out, '0' + value % 10);
    return true;
}

/* Strokes, hooks and small capitals: ł ø đ ᴠ are l o d v, by their names. */
static bool on_purpose_latin(UChar32 c, struct units *out)
{
    static const char *const prefix[] = {
        "LATIN SMALL LETTER ", "LATIN LETTER SMALL CAPITAL ", "LATIN SMALL LETTER DOTLESS "};
    char name[128];
    UErrorCode e = U_ZERO_ERROR;
    u_charName(c, U_UNICODE_CHAR_NAME, name, sizeof name, &e);
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(prefix[i]);
        if (strncmp(name, prefix[i], len) != 0 || !name[len] || name[len] == ' ') continue;
        bool end = i == 0 ? strncmp(name + len + 1, " WITH ", 6) == 0 : name[len + 1] == 0;
        if (!end) continue;
        add(out, name[len] + ('a' - 'A'));
        return true;
    }
    return false;
}

/* An ideograph or a radical becomes one ideograph; which one, the test of traditional characters asks. A
 * radical without an ideograph of its own in the BMP stays, and stands for one beyond. */
static bool is_radical(UChar32 c)
{
    return c >= 0x2E80 && c <= 0x2FDF;
}

static bool on_purpose_han(UChar32 c, struct units *out)
{
    bool stroke = c >= 0x31C0 && c <= 0x31EF;
    if (!is_radical(c) && !stroke && !u_hasBinaryProperty(c, UCHAR_UNIFIED_IDEOGRAPH)) return false;
    UChar got[UNITS_MAX];
    int32_t n = (int32_t)actual(c, got);
    if (n == 0 && stroke) return true;
    UChar32 cp = 0;
    cr_assert(u_countChar32(got, n) == 1, "U+%04X", (uint32_t)c);
    U16_GET(got, 0, 0, n, cp);
    bool kept = is_radical(cp) && (cp == c || c > 0xFFFF);
    cr_assert(kept || u_hasBinaryProperty(cp, UCHAR_UNIFIED_IDEOGRAPH), "U+%04X", (uint32_t)c);
    add(out, cp);
    return true;
}

/* ˇ ˉ ˋ: letters to Unicode, decoration to those who type them between characters. */
static bool on_purpose_spacing_mark(UChar32 c)
{
    return c >= 0x2B9 && c <= 0x2FF && u_charType(c) == U_MODIFIER_LETTER;
}

static void add_folded(struct units *out, UChar32 c)
{
    if (on_purpose_styled(c, out) || on_purpose_number(c, out)) return;
    if (on_purpose_latin(c, out) || on_purpose_han(c, out)) return;
    if (on_purpose_spacing_mark(c) || ignorable(c) || separator(c)) return;
    add(out, ascii_digit(c));
}

/* The canonical decomposition of `c`; Hangul syllables stay whole. */
static struct units decomposed(UChar32 c)
{
    struct units u = {0};
    UErrorCode e = U_ZERO_ERROR;
    bool hangul = c >= 0xAC00 && c <= 0xD7A3;
    if (!hangul) u.n = unorm2_getDecomposition(unorm2_getNFDInstance(&e), c, u.at, UNITS_MAX, &e);
    if (hangul || u.n < 0) {
        u.n = 0;
        add(&u, c);
    }
    cr_assert(U_SUCCESS(e));
    return u;
}

/* NFKC_Casefold of `cp`, decomposed, without what is dropped. */
static struct units expected(UChar32 cp)
{
    struct units in = {0}, folded = {0}, out = {0};
    UErrorCode e = U_ZERO_ERROR;
    add(&in, cp);
    folded.n = unorm2_normalize(unorm2_getNFKCCasefoldInstance(&e), in.at, in.n, folded.at, UNITS_MAX, &e);
    cr_assert(U_SUCCESS(e));
    for (int32_t i = 0; i < folded.n;) {
        UChar32 c;
        U16_NEXT(folded.at, i, folded.n, c);
        if (on_purpose_latin(c, &out)) continue;
        struct units part = decomposed(c);
        for (int32_t at = 0; at < part.n;) {
            U16_NEXT(part.at, at, part.n, c);
            add_folded(&out, c);
        }
    }
    return out;
}

Test(icu, every_code_point_folds_as_nfkc_casefold_says)
{
    uint32_t compared = 0;
    for (UChar32 cp = 0; cp <= 0x10FFFF; cp++) {
        if (!known(cp) || U_IS_SURROGATE(cp)) continue;
        UChar got[UNITS_MAX];
        uint32_t n = actual(cp, got);
        compared++;
        if (cp == 0xFDFA || cp == 0xFDFB) { /* phrases of more letters than CS_TEXT_EXPANSION_MAX */
            cr_expect(n == 1 && got[0] == cp);
            continue;
        }
        struct units want = expected(cp);
        cr_expect((int32_t)n == want.n && u_memcmp(got, want.at, want.n) == 0,
            "U+%04X: %u units (%04X), %d (%04X)", (uint32_t)cp, n, n ? got[0] : 0, want.n,
            want.n ? want.at[0] : 0);
    }
    cr_assert(compared > 149000, "only %u code points compared", compared);
}

static bool ends_sentence(UChar32 c)
{
    static const UChar32 more[] = {'\n', 0xB, 0xC, '\r', 0x85, ';', 0x37E, 0x2025, 0x2026, 0x22EF, 0x2028,
        0x2029, 0x203C, 0x2753, 0x2754, 0x2755, 0x2757, 0x2762, 0xFE12, 0xFE14, 0xFE15, 0xFE16, 0xFE19,
        0xFE30, 0xFE54, 0xFF1B};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i] == c) return true;
    bool dot = c == '.' || c == 0x2024 || c == 0xFE52 || c == 0xFF0E;
    return !dot && u_hasBinaryProperty(c, UCHAR_S_TERM);
}

Test(icu, dropped_characters_have_the_class_of_their_category)
{
    for (UChar32 cp = 0; cp <= 0x10FFFF; cp++) {
        enum cs_char_class class = cs_char_class((uint32_t)cp);
        if (class == CS_CHAR_KEPT || !known(cp) || U_IS_SURROGATE(cp)) continue;
        enum cs_char_class want = ends_sentence(cp) ? CS_CHAR_SENTENCE_END
                                  : ignorable(cp)   ? CS_CHAR_IGNORABLE
                                                    : CS_CHAR_SEPARATOR;
        if (cp == 0xFF9E || cp == 0xFF9F) want = CS_CHAR_IGNORABLE; /* half-width forms of combining marks */
        cr_expect(class == want, "U+%04X is %d, expected %d", (uint32_t)cp, (int)class, (int)want);
    }
}

Test(icu, code_points_that_nobody_has_assigned_are_kept)
{
    for (UChar32 cp = 0; cp <= 0x10FFFF; cp++) {
        int8_t type = u_charType(cp);
        if (type != U_UNASSIGNED && type != U_PRIVATE_USE_CHAR) continue;
        if (u_hasBinaryProperty(cp, UCHAR_NONCHARACTER_CODE_POINT) || ignorable(cp)) continue;
        cr_expect(cs_char_class((uint32_t)cp) == CS_CHAR_KEPT, "U+%04X", (uint32_t)cp);
    }
}

Test(icu, letters_of_cased_scripts_have_word_edges)
{
    for (UChar32 cp = 0; cp < 0x10000; cp++) {
        UErrorCode e = U_ZERO_ERROR;
        UScriptCode script = uscript_getScript(cp, &e);
        bool cased = script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
        bool letter = (cs_text_class_of((uint32_t)cp) & CS_TEXT_LETTER) != 0;
        UChar got[UNITS_MAX];
        if (!known(cp) || actual(cp, got) != 1 || got[0] != cp) continue; /* only what a fold can yield */
        cr_expect(letter == (cased && u_isalpha(cp)), "U+%04X", (uint32_t)cp);
    }
}

/* Variants of a word, such as 姊 for 姐, that ICU simplifies too, and neither Unihan nor OpenCC does; the
 * last two are simplified by Unicode 15.0 but not by 15.1. */
static const UChar variants[] =
    u"䬗䶧俱倣僇勗吢咷喨囍囓姊姪嬝尅廻徬悳慇懃懮搆搥搧搨搾摀撚撢暱枒榖槖檝櫺欵歛毬氹沍濬燄燐燿牋"
    u"瑯痀瞇砲硏礡礮箎箝簆籐罣翺舖荳菓蔴藷蠧袴譅貍賸跤跼踡蹧轝遯醼銲鎗関閧闘阨隄靷餽鬀鬭麤鼇鼈齩韮灠鷿";

/* ICU's own conversion of single characters. */
Test(icu, traditional_and_simplified_are_one_class)
{
    UErrorCode e = U_ZERO_ERROR;
    UTransliterator *t = utrans_openU(u"Traditional-Simplified", -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
    cr_assert(U_SUCCESS(e));
    uint32_t pairs = 0;
    for (UChar32 cp = 0x3400; cp < 0xA000; cp++) {
        struct units u = {0};
        add(&u, cp);
        int32_t limit = u.n;
        utrans_transUChars(t, u.at, &u.n, UNITS_MAX, 0, &limit, &e);
        if (U_FAILURE(e) || u.n != 1 || u.at[0] == cp || u_strchr(variants, (UChar)cp)) continue;
        UChar a[UNITS_MAX], b[UNITS_MAX];
        pairs++;
        bool same = actual(cp, a) == 1 && actual(u.at[0], b) == 1 && a[0] == b[0];
        cr_expect(same, "U+%04X and U+%04X", (uint32_t)cp, u.at[0]);
    }
    utrans_close(t);
    cr_assert(pairs > 2000, "only %u pairs", pairs);
}
