/* The tables as a rule author meets them: disguises and their canonical form, classes, and the promise that
 * folding what was folded changes nothing. */
#include "text/tables.h"

#include "base/utf8.h"
#include "text/map.h"

#include <criterion/criterion.h>

static const struct {
    const char *text, *want;
} examples[] = {
    {"ＶＸ", "vx"},
    {"ⓥⓧ", "vx"},
    {"𝕍𝕏", "vx"},
    {"𝐯𝓧 𝚟𝖝", "vx vx"},
    {"🅥🅧 🆅🆇 🅅🅇", "vx vx vx"},
    {"🅰🄱⒜", "aba"},
    {"🇻🇽", "vx"},
    {"ᴠx ᵛˣ ₓ", "vx vx x"},
    {"🆗🆚🔟", "okvs10"},
    {"①②⑩ ❶➁➌ ⓵⒈ ⑴", "1210 123 11 1"},
    {"１２３ 𝟏𝟚𝟯 ¹²₃ ٣३๓", "123 123 123 333"},
    {"½ ㏂ ㎏ ℡", "12 am kg tel"},
    {"é Ñ ü ø đ ł ı İ ß ﬁ Ǆ", "e n u o d l i i ss fi dz"},
    {"e\u0301 ñ", "e n"},
    {"Привет Ё Σς", "привет е σσ"},
    {"寶貝", "宝贝"},
    {"支付寶", "支付宝"},
    {"淘寶 天貓 拼多多 閑魚 閒魚", "淘宝 天猫 拼多多 闲鱼 闲鱼"},
    {"乾 干 幹 著 着 瞭 了 後 后", "干 干 干 着 着 了 了 后 后"},
    {"說 説 说 為 爲 为 裏 裡 里", "说 说 说 为 为 为 里 里 里"},
    {"発 妳 麼 麽", "発 妳 么 么"},
    {"⺡ 氵 ⼝ 口 ㇐", "氵 氵 口 口 一"},
    {"㊙ ㈱ ㊀ ㋿", "秘 株 一 令和"},
    {"豈 金 﨑", "岂 金 﨑"}, /* compatibility ideographs */
    {"ﾊﾟｿｺﾝ パソコン", "ハソコン ハソコン"},
    {"微\u200b信 微\ufeff信 微\u200d信 微\u00ad信", "微信 微信 微信 微信"},
    {"微\u202e信\u202c 微\u2067信\u2069", "微信 微信"},
    {"微\ufe0f信 微\U000e0101信 微\u0336信\u0336", "微信 微信 微信"},
    {"微\u3164信 微\u115f信 微\U000e0061信", "微信 微信 微信"},
    {"微 信", "微 信"},
    {"微·信", "微 信"},
    {"微✦信", "微 信"},
    {"微🌟信 微🐧", "微 信 微 "},
    {"微\u3000信", "微 信"},
    {"微-_~*|/\\信", "微 信"},
    {"微ˇ信", "微 信"},
    {"微\x01\x1e\x7f信", "微 信"},
    {"微\xFF信 \xE4\xB8", "微 信 "},
    {"微\uFFFF\uFFFD\uFFFE信", "微 信"},
    {"1\ufe0f\u20e3 2\u20e3", "1 2"},
    {"", ""},
    {"。", " "},
    {"각 ᄀ", "각 ᄀ"},
    {"𠀀\U0010FFFD\uE000", "𠀀\U0010FFFD\uE000"},
};

Test(tables, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct cs_buf got = {0};
        cr_assert(!cs_bad(cs_fold_readable(cs_span_str(examples[i].text), &got)));
        cr_expect_str_eq(cs_buf_cstr(&got), examples[i].want, "row %zu: %s", i, examples[i].text);
        cs_buf_clear(&got);
    }
}

static const struct {
    uint32_t cp;
    enum cs_char_class class;
} classes[] = {
    {'a', CS_CHAR_KEPT},
    {0x5FAE, CS_CHAR_KEPT},
    {0xE000, CS_CHAR_KEPT},  /* private use */
    {0x378, CS_CHAR_KEPT},   /* unassigned */
    {0x24E5, CS_CHAR_KEPT},  /* ⓥ */
    {0x1F1FB, CS_CHAR_KEPT}, /* regional indicator */
    {0x3005, CS_CHAR_KEPT},  /* 々 */
    {0x200B, CS_CHAR_IGNORABLE},
    {0x202E, CS_CHAR_IGNORABLE},
    {0xFE0F, CS_CHAR_IGNORABLE},
    {0x301, CS_CHAR_IGNORABLE},
    {0x20E3, CS_CHAR_IGNORABLE},
    {0xE0061, CS_CHAR_IGNORABLE},
    {' ', CS_CHAR_SEPARATOR},
    {'\t', CS_CHAR_SEPARATOR},
    {0, CS_CHAR_SEPARATOR},
    {0x1E, CS_CHAR_SEPARATOR},
    {'.', CS_CHAR_SEPARATOR},
    {',', CS_CHAR_SEPARATOR},
    {0xFF0C, CS_CHAR_SEPARATOR},
    {0x3001, CS_CHAR_SEPARATOR},
    {0xFF0E, CS_CHAR_SEPARATOR}, /* ． is a dot */
    {0x2024, CS_CHAR_SEPARATOR},
    {0xFE52, CS_CHAR_SEPARATOR},
    {0xB7, CS_CHAR_SEPARATOR},
    {0x2726, CS_CHAR_SEPARATOR},  /* ✦ */
    {0x1F31F, CS_CHAR_SEPARATOR}, /* 🌟 */
    {0xFFFD, CS_CHAR_SEPARATOR},
    {0xFFFF, CS_CHAR_SEPARATOR},
    {0x110000, CS_CHAR_SEPARATOR},
    {0xFFFFFFFF, CS_CHAR_SEPARATOR},
    {0x3002, CS_CHAR_SENTENCE_END},
    {0xFF61, CS_CHAR_SENTENCE_END},
    {'!', CS_CHAR_SENTENCE_END},
    {0xFF01, CS_CHAR_SENTENCE_END},
    {'?', CS_CHAR_SENTENCE_END},
    {0xFF1F, CS_CHAR_SENTENCE_END},
    {';', CS_CHAR_SENTENCE_END},
    {0xFF1B, CS_CHAR_SENTENCE_END},
    {0xFE14, CS_CHAR_SENTENCE_END}, /* ︔ */
    {0x2026, CS_CHAR_SENTENCE_END},
    {0x203C, CS_CHAR_SENTENCE_END},
    {0x2757, CS_CHAR_SENTENCE_END}, /* ❗ */
    {0x2753, CS_CHAR_SENTENCE_END}, /* ❓ */
    {'\n', CS_CHAR_SENTENCE_END},
    {'\r', CS_CHAR_SENTENCE_END},
    {0x2028, CS_CHAR_SENTENCE_END},
    {0x2029, CS_CHAR_SENTENCE_END},
};

Test(tables, classes)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        cr_expect(cs_char_class(classes[i].cp) == classes[i].class, "U+%04X is %d", classes[i].cp,
            (int)cs_char_class(classes[i].cp));
}

static uint32_t next_cp(const uint16_t *code, uint32_t n, uint32_t *at)
{
    uint32_t unit = cs_code_unit(code[(*at)++]);
    if (!cs_text_is_high(unit)) return unit;
    cr_assert(*at < n);
    return cs_text_join(unit, cs_code_unit(code[(*at)++]));
}

/* Every character of a fold folds to itself, so folding twice is folding once; and no fold is longer than the
 * room that cs_fold_texts keeps for it. */
Test(tables, every_fold_is_a_fixed_point)
{
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF) continue;
        uint16_t code[CS_TEXT_EXPANSION_MAX], again[CS_TEXT_EXPANSION_MAX];
        uint8_t utf8[CS_UTF8_MAX_BYTES];
        uint32_t n = cs_text_fold_cp(cp, code);
        cr_assert(n <= CS_TEXT_EXPANSION_MAX && n <= 2 * cs_utf8_put(cp, utf8), "U+%04X", cp);
        cr_assert((n > 0) == (cs_char_class(cp) == CS_CHAR_KEPT), "U+%04X", cp);
        for (uint32_t at = 0; at < n;) {
            uint32_t begin = at, part = next_cp(code, n, &at);
            uint32_t m = cs_text_fold_cp(part, again);
            cr_assert(m == at - begin && memcmp(again, code + begin, m * sizeof *again) == 0, "U+%04X", cp);
        }
    }
}

/* Codes of noncharacters and 0 mean something else in the tables and in the matcher: no text yields them. */
Test(tables, no_fold_yields_a_reserved_code)
{
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        uint16_t code[CS_TEXT_EXPANSION_MAX];
        uint32_t n = cs_text_fold_cp(cp, code);
        for (uint32_t i = 0; i < n; i++)
            cr_assert(code[i] != 0 && code[i] != CS_CODE_DELIMITER && code[i] != CS_TEXT_EXPAND &&
                          code[i] != CS_TEXT_PAIR,
                "U+%04X", cp);
    }
}

/* Runs of them are stepped over without a look at the tables. */
Test(tables, common_han_is_one_code_and_no_sign)
{
    for (uint32_t cp = 0x4E00; cp <= 0x9FFF; cp++) {
        uint16_t code[CS_TEXT_EXPANSION_MAX];
        cr_assert(cs_text_fold_cp(cp, code) == 1 && code[0] != CS_TEXT_EXPAND, "U+%04X", cp);
        cr_assert_eq(cs_text_class_of(cp) & ~CS_TEXT_DOUBT, CS_CHAR_KEPT, "U+%04X", cp);
    }
}

Test(tables, readable_text_folds_to_the_same_codes)
{
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct cs_buf got = {0};
        struct cs_map_text a, b;
        cr_assert(!cs_bad(cs_fold_readable(cs_span_str(examples[i].text), &got)));
        cr_assert(!cs_bad(cs_map_text(cs_span_str(examples[i].text), &arena, &a)));
        cr_assert(!cs_bad(cs_map_text(cs_buf_span(&got), &arena, &b)));
        cr_assert(a.n == b.n, "row %zu", i);
        for (uint32_t k = 0; k < a.n; k++)
            cr_assert(a.at[k].code == b.at[k].code, "row %zu, code %u", i, k);
        cs_buf_clear(&got);
    }
    cs_arena_clear(&arena);
}
