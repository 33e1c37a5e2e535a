#include "text/tables.h"

#include "text/map.h"

#include <string.h>

uint8_t cs_text_class_of(uint32_t cp)
{
    if (cp > 0x10FFFF) return CS_CHAR_SEPARATOR;
    return cs_text_class[(uint32_t)cs_text_class_page[cp >> 8] * 256u + (cp & 0xFFu)];
}

enum cs_char_class cs_char_class(uint32_t cp)
{
    return (enum cs_char_class)(cs_text_class_of(cp) & 3u);
}

static uint32_t expand(uint32_t cp, uint16_t out[CS_TEXT_EXPANSION_MAX])
{
    uint32_t lo = 0, hi = cs_text_expansion_count;
    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (cs_text_expansions[mid].cp <= cp)
            lo = mid;
        else
            hi = mid;
    }
    const struct cs_text_expansion *e = &cs_text_expansions[lo];
    if (e->cp != cp) return 0; /* a lone surrogate */
    memcpy(out, cs_text_expansion_code + e->begin, e->n * sizeof *out);
    return e->n;
}

static uint16_t entry(uint32_t cp)
{
    if (cp == CS_TEXT_DELIMITER_BYTE || cp > 0x10FFFF) return 0;
    if (cp < 0x10000) return cs_text_code[cp];
    uint32_t at = cp - 0x10000u;
    return cs_text_astral[(uint32_t)cs_text_astral_page[at >> 8] * 256u + (at & 0xFFu)];
}

const struct cs_text_sign *cs_text_sign_of(uint32_t cp)
{
    uint32_t lo = 0, hi = cs_text_sign_count;
    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (cs_text_signs[mid].cp <= cp)
            lo = mid;
        else
            hi = mid;
    }
    return cs_text_signs[lo].cp == cp ? &cs_text_signs[lo] : NULL;
}

uint32_t cs_text_fold_cp(uint32_t cp, uint16_t out[CS_TEXT_EXPANSION_MAX])
{
    uint16_t code = entry(cp);
    if (code == CS_TEXT_EXPAND) return expand(cp, out);
    if (code == CS_TEXT_PAIR) {
        out[0] = cs_code_of((uint16_t)(0xD7C0u + (cp >> 10)));
        out[1] = cs_code_of((uint16_t)(0xDC00u | (cp & 0x3FFu)));
        return 2;
    }
    out[0] = code;
    return code != 0;
}
