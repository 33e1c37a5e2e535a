#include "text/map.h"

#include "text/decode.h"

/* Most characters: neither letters of a script with case nor digits. */
enum { FIRST_HAN = 0x4E00, LAST_HAN = 0x9FFF };

/* Where the walk over a text stands, and what was dropped since the last kept code. */
struct walk {
    struct cs_mapped *at;
    uint32_t n, cap;
    struct cs_arena *arena;
    uint32_t byte, character;
    uint16_t gap;
    uint8_t bits;
};

/* Codes are at most twice the bytes, but nearly always a third of them: grow by doubling inside the arena. */
static bool reserve(struct walk *w, uint32_t extra)
{
    if (w->cap - w->n >= extra) return true;
    size_t cap = (size_t)w->cap * 2 + extra;
    if (cap > UINT32_MAX) return false;
    struct cs_mapped *at = cs_arena_alloc(w->arena, cap * sizeof *at);
    if (!at) return false;
    if (w->n) memcpy(at, w->at, w->n * sizeof *at);
    w->at = at;
    w->cap = (uint32_t)cap;
    return true;
}

static uint8_t bits_of_code(uint16_t code)
{
    uint16_t unit = cs_code_unit(code);
    if (unit >= FIRST_HAN && unit <= LAST_HAN) return 0;
    uint8_t bits = 0;
    if (cs_text_class_of(unit) & CS_TEXT_LETTER) bits |= CS_MAPPED_LETTER;
    if (unit >= '0' && unit <= '9') bits |= CS_MAPPED_DIGIT;
    return bits;
}

/* True when the code point folds to itself. */
static bool unchanged(uint32_t cp, const uint16_t *code, uint32_t n)
{
    if (cp < 0x10000) return n == 1 && cs_code_unit(code[0]) == cp;
    return n == 2 && cs_text_join(cs_code_unit(code[0]), cs_code_unit(code[1])) == cp;
}

static void put(struct walk *w, uint32_t cp, uint32_t len, const uint16_t *code, uint32_t n)
{
    uint8_t same = unchanged(cp, code, n) ? 0 : CS_MAPPED_CHANGED;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t inner = i > 0 ? CS_MAPPED_INNER : 0;
        w->at[w->n++] = (struct cs_mapped){.byte_begin = w->byte,
            .byte_end = w->byte + len,
            .char_begin = w->character,
            .code = code[i],
            .gap = w->gap,
            .bits = bits_of_code(code[i]) | same | inner | w->bits};
        w->gap = w->bits = 0;
    }
}

static void skip(struct walk *w, uint32_t cp)
{
    enum cs_char_class class = cs_char_class(cp);
    if (class == CS_CHAR_IGNORABLE) {
        w->bits |= CS_MAPPED_IGNORABLE;
        return;
    }
    if (class == CS_CHAR_SENTENCE_END) w->bits |= CS_MAPPED_SENTENCE;
    if (w->gap < UINT16_MAX) w->gap++;
}

static bool step(struct walk *w, struct cs_utf8_step st)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp(st.cp, code);
    if (!reserve(w, n + 1)) return false;
    if (n)
        put(w, st.cp, st.len, code, n);
    else
        skip(w, st.cp);
    w->byte += st.len;
    w->character++;
    return true;
}

/* A step over a character of the BMP that is one code. */
static inline void step_one(struct walk *w, uint32_t cp, uint32_t len)
{
    uint16_t code = cs_text_code[cp];
    uint8_t changed = cs_code_of((uint16_t)cp) == code ? 0 : CS_MAPPED_CHANGED;
    w->at[w->n++] = (struct cs_mapped){.byte_begin = w->byte,
        .byte_end = w->byte + len,
        .char_begin = w->character,
        .code = code,
        .gap = w->gap,
        .bits = bits_of_code(code) | changed | w->bits};
    w->gap = w->bits = 0;
    w->byte += len;
    w->character++;
}

__attribute__((noinline)) static uint16_t first_code(uint32_t cp)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    (void)cs_text_fold_cp(cp, code);
    return code[0];
}

/* Steps over `n` common Han characters, which are one code each. */
static void step_han(struct walk *w, struct cs_span text, uint32_t n)
{
    const uint8_t *p = text.ptr + w->byte;
    struct cs_mapped *to = w->at + w->n;
    for (uint32_t i = 0; i < n; i++, p += 3) {
        uint32_t cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu), byte = w->byte + 3 * i;
        uint16_t code = cs_text_code[cp];
        if (__builtin_expect(code == CS_TEXT_EXPAND, 0)) code = first_code(cp);
        to[i] = (struct cs_mapped){.byte_begin = byte,
            .byte_end = byte + 3,
            .char_begin = w->character + i,
            .code = code,
            .bits = bits_of_code(code) | (cs_code_of((uint16_t)cp) == code ? 0 : CS_MAPPED_CHANGED)};
    }
    to->gap = w->gap;
    to->bits |= w->bits;
    w->gap = w->bits = 0;
    w->n += n;
    w->byte += 3 * n;
    w->character += n;
}

/* Steps over characters that nearly all are: well-formed and one code, at most `most`. False: there is none.
 */
static inline bool step_short(struct walk *w, struct cs_span text, uint32_t most)
{
    uint32_t len, cp, n = cs_text_han_run(text, w->byte, most);
    if (n) {
        step_han(w, text, n);
        return true;
    }
    cp = cs_text_decode_short(text, w->byte, &len);
    if (cs_text_is_rare(cp) || cs_text_code[cp] == 0) return false;
    step_one(w, cp, len);
    return true;
}

static struct cs_map_text end_walk(struct walk *w, bool invalid)
{
    w->at[w->n] = (struct cs_mapped){.byte_begin = w->byte,
        .byte_end = w->byte,
        .char_begin = w->character,
        .gap = w->gap,
        .bits = w->bits};
    return (struct cs_map_text){.at = w->at, .n = w->n, .invalid_utf8 = invalid};
}

cs_rc cs_map_text(struct cs_span text, struct cs_arena *arena, struct cs_map_text *out)
{
    if (text.len > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    struct walk w = {.arena = arena};
    bool invalid = false;
    if (!reserve(&w, (uint32_t)(text.len / 2 + 1))) return cs_fail(CS_ENOMEM);
    while (w.byte < text.len) {
        struct cs_utf8_step st = cs_utf8_next(text, w.byte);
        invalid |= st.bad;
        if (!step(&w, st)) return cs_fail(CS_ENOMEM);
    }
    *out = end_walk(&w, invalid);
    return CS_OK;
}

cs_rc cs_map_part(struct cs_span text, const struct cs_place *from, uint32_t to, struct cs_arena *arena,
    struct cs_map_text *out)
{
    struct walk w = {.arena = arena, .byte = from->byte, .character = from->character};
    size_t wanted = to < from->code ? 0 : (size_t)to - from->code + 1;
    size_t most = 2 * (text.len - from->byte);
    bool invalid = false;
    if (text.len > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    if (wanted > most) wanted = most;
    if (!reserve(&w, (uint32_t)wanted + CS_TEXT_EXPANSION_MAX + 1)) return cs_fail(CS_ENOMEM);
    while (w.byte < text.len && w.n < wanted) {
        if (step_short(&w, text, (uint32_t)wanted - w.n)) continue;
        struct cs_utf8_step st = cs_utf8_next(text, w.byte);
        invalid |= st.bad;
        if (!step(&w, st)) return cs_fail(CS_ENOMEM);
    }
    *out = end_walk(&w, invalid);
    return CS_OK;
}

static void add_readable(struct cs_buf *out, const uint16_t *code, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t utf8[CS_UTF8_MAX_BYTES];
        uint32_t cp = cs_code_unit(code[i]);
        if (cs_text_is_high(cp) && i + 1 < n) cp = cs_text_join(cp, cs_code_unit(code[++i]));
        cs_buf_add(out, cs_span_of(utf8, cs_utf8_put(cp, utf8)));
    }
}

cs_rc cs_fold_readable(struct cs_span text, struct cs_buf *out)
{
    bool gap = false;
    for (size_t at = 0; at < text.len;) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        uint16_t code[CS_TEXT_EXPANSION_MAX];
        uint32_t n = cs_text_fold_cp(st.cp, code);
        if (n == 0) gap |= cs_char_class(st.cp) != CS_CHAR_IGNORABLE;
        if (n && gap) cs_buf_byte(out, ' ');
        if (n) gap = false;
        add_readable(out, code, n);
        at += st.len;
    }
    if (gap) cs_buf_byte(out, ' ');
    return cs_buf_rc(out);
}
