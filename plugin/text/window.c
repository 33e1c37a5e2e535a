#include "text/window.h"

#include "base/utf8.h"
#include "text/tables.h"

/* Where a character begins: its byte, its index, and how many codes are before it. */
struct place {
    uint32_t byte, character, code;
};

/* Of a two- or three-byte character that is well-formed, else 0. */
static uint32_t decode_short(struct cs_span s, uint32_t at, uint32_t *len)
{
    const uint8_t *p = s.ptr + at;
    if (p[0] >= 0xE0 && p[0] < 0xF0 && s.len - at >= 3) {
        uint32_t cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        *len = 3;
        bool good = (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && cp >= 0x800 && (cp & 0xF800) != 0xD800;
        return good ? cp : 0;
    }
    if (p[0] >= 0xC2 && p[0] < 0xE0 && s.len - at >= 2 && (p[1] & 0xC0) == 0x80) {
        *len = 2;
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    }
    return 0;
}

__attribute__((noinline)) static uint32_t codes_of_rare(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    struct cs_utf8_step st = cs_utf8_next(s, at);
    *len = st.len;
    return cs_text_fold_cp(st.cp, code);
}

/* Codes of the character at `at`; *len is its length in bytes. */
static uint32_t codes_at(struct cs_span s, uint32_t at, uint32_t *len)
{
    uint32_t cp = s.ptr[at];
    *len = 1;
    if (cp >= 0x80) cp = decode_short(s, at, len);
    uint16_t code = cs_text_code[cp];
    bool rare = (cp == 0) | (code == CS_TEXT_EXPAND) | (cp == CS_TEXT_DELIMITER_BYTE);
    return rare ? codes_of_rare(s, at, len) : code != 0;
}

/* Han runs: well-formed three-byte characters of one code or none, up to the one that gives code `code`. */
static void seek_run(struct cs_span s, struct place *p, uint32_t code)
{
    const uint8_t *at = s.ptr + p->byte, *stop = s.ptr + s.len;
    uint32_t codes = p->code;
    while (stop - at >= 4) {
        uint32_t w;
        memcpy(&w, at, 4);
        uint32_t cp = (w & 0xF) << 12 | (w >> 2 & 0xFC0) | (w >> 16 & 0x3F);
        if ((w & 0xC0C0F0) != 0x8080E0 || cp < 0x800 || (cp & 0xF800) == 0xD800) break;
        if (cs_text_code[cp] == CS_TEXT_EXPAND) break;
        uint32_t n = cs_text_code[cp] != 0;
        if (codes + n > code) break;
        codes += n;
        at += 3;
    }
    uint32_t bytes = (uint32_t)(at - s.ptr) - p->byte;
    *p = (struct place){p->byte + bytes, p->character + bytes / 3, codes};
}

/* From `p` on to the character that gives code `code`, or to the end of the text. Returns its codes. */
static uint32_t seek(struct cs_span s, struct place *p, uint32_t code, uint32_t *len)
{
    while (p->byte < s.len) {
        if (s.ptr[p->byte] >= 0xE0) seek_run(s, p, code);
        if (p->byte == s.len) break;
        uint32_t n = codes_at(s, p->byte, len);
        if (p->code + n > code) return n;
        p->code += n;
        p->byte += *len;
        p->character++;
    }
    return 0;
}

static void shift(struct cs_map_text *m, struct place by)
{
    for (uint32_t i = 0; i <= m->n; i++) {
        m->at[i].byte_begin += by.byte;
        m->at[i].byte_end += by.byte;
        m->at[i].char_begin += by.character;
    }
}

cs_rc cs_map_window(
    struct cs_span text, uint32_t from, uint32_t to, struct cs_arena *arena, struct cs_window *out)
{
    struct place begin = {0};
    uint32_t len = 0;
    if (text.len > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    if (from) seek(text, &begin, from, &len);
    struct place end = begin;
    if (seek(text, &end, to, &len)) end.byte += len;
    cs_rc rc = cs_map_text(cs_span_cut(text, begin.byte, end.byte), arena, &out->map);
    if (cs_bad(rc)) return rc;
    shift(&out->map, begin);
    out->first = begin.code;
    return CS_OK;
}
