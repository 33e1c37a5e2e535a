/* Which texts look as if they were read in a wrong encoding. */
#include "text/fold.h"
#include "text/suspect.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const char *const suspect[] = {
    "浣犲ソ",
    "鎮ㄥソ锛岃\xEE\x87\xAC烽棶鏈変粈涔堝彲浠ュ府鎮",
    "寰俊", /* UTF-8 read as GBK */
    "å¾®ä¿¡",
    "æ¯\xC2\x8Dä»\xC2\x98å®\xC2\x9D",
    "åŠ æˆ‘å¾®ä¿¡", /* as Latin-1 or Windows-1252 */
    "Î¢ÐÅ",
    "ÄúºÃ£¬ÇëÎÊÓÐÊ²Ã´¿ÉÒÔ°ïÄú", /* GBK read as these */
    "微锟斤拷",
    "加\xEF\xBF\xBD信",
    "\xBC\xD3\xCE\xD2\xCE\xA2\xD0\xC5",
    "Ц侗ψ账", /* lost, or cut */
    "因?yàn)质量问题",
    "體？不，體?yàn)很好",
};
static const char *const fine[] = {
    "",
    "您好，请问有什么可以帮您",
    "業(yè)务(yè)",
    "真的吗?a)b",
    "淇县的浣熊",
    "浣熊和涓流",
    "寰宇俊朗",
    "café……",
    "·····",
    "“‘’”…—",
    "直径φ20",
    "±5°C×2，µm",
    "的\xE5\xBE",
    "Ürümqi 乌鲁木齐",
    "？yàn",
    "\xE2\x80\x8B",
    "ßßßßßß",
    "因?ǹg)质量",
};

Test(suspect, what_looks_misread)
{
    for (size_t i = 0; i < sizeof suspect / sizeof *suspect; i++)
        cr_expect(cs_text_is_suspect(cs_span_str(suspect[i])), "%s", suspect[i]);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        cr_expect(!cs_text_is_suspect(cs_span_str(fine[i])), "%s", fine[i]);
}

/* The fold looks only at texts with a doubtful character: it must miss none, in either kernel. */
Test(suspect, the_fold_flags_them)
{
    enum { FINE = sizeof fine / sizeof *fine, ALL = FINE + sizeof suspect / sizeof *suspect };
    struct cs_span text[ALL];
    struct cs_folder *f = NULL;
    struct cs_folded out;
    for (size_t i = 0; i < ALL; i++)
        text[i] = cs_span_str(i < FINE ? fine[i] : suspect[i - FINE]);
    cr_assert(!cs_bad(cs_folder_new(&f)));
    for (int kernel = 0; kernel < 2; kernel++) {
        uint32_t flags[ALL] = {0};
        cr_assert(!cs_bad(cs_fold_texts(f, text, ALL, flags, &out)));
        for (uint32_t i = 0; i < ALL; i++)
            cr_expect_eq(flags[i] >> CS_FLAG_ENCODING_SUSPECT & 1, i >= FINE, "kernel %d: %.*s", kernel,
                (int)text[i].len, (const char *)text[i].ptr);
        cs_folder_force_scalar(f);
    }
    cs_folder_free(&f);
}

/* Whatever stands in a text, looking at it stays in bounds, and a run longer than is kept is no reason to
 * stop. */
Test(suspect, long_runs_and_rubbish)
{
    char text[4096];
    for (size_t i = 0; i + 2 <= sizeof text; i += 2)
        memcpy(text + i, i % 4 ? "\xC2\xAE" : "\xC2\xBF", 2);
    cr_expect(!cs_text_is_suspect(cs_span_of(text, sizeof text - 1)));
    memcpy(text + 1000, "å¾®ä¿¡ ", 13);
    cr_expect(cs_text_is_suspect(cs_span_of(text, 1013)));
    srand(3);
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < 64; i++)
            text[i] = (char)rand();
        (void)cs_text_is_suspect(cs_span_of(text, (size_t)rand() % 64));
    }
}
