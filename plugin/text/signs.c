#include "text/signs.h"

#include "base/utf8.h"
#include "text/map.h"
#include "text/readings.h"
#include "text/seek.h"
#include "text/tables.h"

enum { LETTERS_MAX = 56 /* of a note */ };

/* What a note says: letters without tones, and its extent from the opening bracket on. */
struct note {
    char letter[LETTERS_MAX];
    uint32_t n, bytes, characters, codes;
};

static uint32_t closing(uint32_t opening)
{
    switch (opening) {
    case '(': return ')';
    case '[': return ']';
    case '{': return '}';
    case 0xFF08:
    case 0x3010:
    case 0x3014: return opening + 1;
    case 0xFF3B:
    case 0xFF5B: return opening + 2;
    default: return 0;
    }
}

/* Half and full width may be mixed. */
static bool closes(uint32_t cp, uint32_t opening)
{
    uint32_t want = closing(opening);
    return cp == want || cp == want + 0xFEE0 || cp + 0xFEE0 == want;
}

bool cs_view_opens(uint32_t cp)
{
    return closing(cp) != 0;
}

bool cs_view_brackets(uint32_t opening, uint32_t cp)
{
    return closing(opening) && closes(cp, opening);
}

/* Add what one character of a note tells. False when it has no business in one. */
static bool add_letters(struct note *to, uint32_t cp)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp(cp, code);
    to->codes += n;
    for (uint32_t i = 0; i < n; i++) {
        uint16_t unit = cs_code_unit(code[i]);
        if (unit >= '1' && unit <= '5') continue;
        if (unit < 'a' || unit > 'z' || to->n == LETTERS_MAX) return false;
        to->letter[to->n++] = (char)unit;
    }
    return true;
}

/* Read the note that begins with the bracket at `begin`. False when it is none. */
static bool read_note(struct cs_span text, uint32_t begin, uint32_t opening, struct note *out)
{
    size_t at = begin;
    *out = (struct note){.n = 0};
    while (at < text.len) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        at += st.len;
        out->characters++;
        if (out->characters > 1 && closes(st.cp, opening)) {
            out->bytes = (uint32_t)(at - begin);
            return out->n > 0;
        }
        if (st.bad || out->characters > 2 * LETTERS_MAX) return false;
        if (out->characters > 1 && !add_letters(out, st.cp)) return false;
    }
    return false;
}

/* ü is folded to u, or typed as v. */
static bool same_letter(char a, char b)
{
    return a == b || (a == 'v' && b == 'u') || (a == 'u' && b == 'v');
}

static bool ends_with(const char *letter, uint32_t n, const char *name, uint32_t len)
{
    if (len > n) return false;
    for (uint32_t i = 0; i < len; i++)
        if (!same_letter(letter[n - len + i], name[i])) return false;
    return true;
}

/* True when letter[0 .. n) is how the last of han[0 .. n_han) sound. */
static bool sounds(const char *letter, uint32_t n, const uint16_t *han, uint32_t n_han)
{
    if (n == 0) return true;
    if (n_han == 0) return false;
    struct cs_readings r = cs_readings_of(han[n_han - 1]);
    for (uint32_t i = 0; i < r.n; i++) {
        const char *name = cs_syllable_name(cs_reading_syllable(r.ptr[i]));
        uint32_t len = (uint32_t)strlen(name);
        if (ends_with(letter, n, name, len) && sounds(letter, n - len, han, n_han - 1)) return true;
    }
    return false;
}

static void remember(struct cs_sign_reader *r, uint16_t unit)
{
    if (r->n_han == CS_SIGN_HEARD) {
        memmove(r->han, r->han + 1, (CS_SIGN_HEARD - 1) * sizeof *r->han);
        r->n_han--;
    }
    r->han[r->n_han++] = unit;
}

/* What a character does to those before it. */
enum heard { PARTS, SOUNDS, NOTHING };

/* Ignorables and spaces do not part; *unit is what sounds. */
static enum heard hear_one(uint32_t cp, uint16_t *unit)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp(cp, code);
    *unit = n == 1 ? cs_code_unit(code[0]) : 0;
    if (n == 1 && cs_readings_of(*unit).n) return SOUNDS;
    return n || (cs_char_class(cp) != CS_CHAR_IGNORABLE && cp != ' ') ? PARTS : NOTHING;
}

/* Where the character begins that ends at `end`: a lead byte always begins one, so that a text can be read
 * backwards, too. What is ill-formed parts, like every byte of it. */
static uint32_t before(struct cs_span text, uint32_t end)
{
    uint32_t at = end - 1;
    while (at > 0 && end - at < CS_UTF8_MAX_BYTES && (text.ptr[at] & 0xC0) == 0x80)
        at--;
    return cs_utf8_next(text, at).len == end - at ? at : end - 1;
}

/* The begin of what is to be heard before byte `end`: as many characters as are remembered, or all behind one
 * that parts. */
static uint32_t first_heard(const struct cs_sign_reader *r, uint32_t end)
{
    uint32_t at = end, n = 0;
    while (at > r->heard && n < CS_SIGN_HEARD) {
        uint32_t one = before(r->text, at);
        uint16_t unit;
        struct cs_utf8_step st = cs_utf8_next(r->text, one);
        enum heard what = st.bad ? PARTS : hear_one(st.cp, &unit);
        at = one;
        n += what == SOUNDS;
        if (what == PARTS) break;
    }
    return at;
}

/* Remember the characters before byte `end`. */
static void hear(struct cs_sign_reader *r, uint32_t end)
{
    uint32_t at = first_heard(r, end);
    while (at < end) {
        struct cs_utf8_step st = cs_utf8_next(r->text, at);
        uint16_t unit;
        enum heard what = hear_one(st.cp, &unit);
        if (what == SOUNDS) remember(r, unit);
        if (what == PARTS) r->n_han = 0;
        at += st.len;
    }
    r->heard = end;
}

bool cs_view_may_begin(uint32_t sign, uint16_t next)
{
    bool ascii = (uint32_t)(next | 0x20) - 'a' < 26;
    if (closing(sign)) return ascii || (next > 0x7F && next < 0x2000) || next > 0xFF00;
    return sign != '+' || ascii || next > 0x7F;
}

/* The unit behind the sign, 1 where there is none. */
static uint16_t unit_at(struct cs_span text, uint32_t at)
{
    if (at == text.len) return 1;
    struct cs_utf8_step st = cs_utf8_next(text, at);
    if (st.bad) return 1;
    return (uint16_t)(st.cp < 0x10000 ? st.cp : 0xD800);
}

static bool read_bracket(struct cs_sign_reader *r, uint32_t byte, uint32_t opening, struct cs_sign_read *out)
{
    struct note note;
    if (!read_note(r->text, byte, opening, &note)) return false;
    hear(r, byte);
    if (!r->n_han || !sounds(note.letter, note.n, r->han, r->n_han)) return false;
    *out = (struct cs_sign_read){
        .bytes = note.bytes, .characters = note.characters, .codes = note.codes, .evidence = CS_EVIDENCE_GAP};
    r->heard = byte + note.bytes;
    return true;
}

bool cs_sign_read(struct cs_sign_reader *r, uint32_t byte, struct cs_utf8_step st, struct cs_sign_read *out)
{
    if (!cs_view_may_begin(st.cp, unit_at(r->text, byte + st.len))) return false;
    if (closing(st.cp)) return read_bracket(r, byte, st.cp, out);
    const struct cs_text_sign *sign = cs_text_sign_of(st.cp);
    if (!sign) return false;
    r->second |= sign->reading[1] != 0;
    uint16_t reading = sign->reading[sign->reading[1] ? r->reading : 0];
    *out = (struct cs_sign_read){.bytes = st.len,
        .characters = 1,
        .said = cs_span_str(cs_text_sign_name[reading]),
        .evidence = CS_EVIDENCE_ABBREVIATION};
    r->heard = byte + st.len;
    r->n_han = 0;
    return true;
}

/* Behind the character that gives the code before, and behind what was read. */
static uint32_t gap_before(struct cs_sign_seeker *s, uint32_t code)
{
    struct cs_span text = s->reader.text;
    if (code == 0) return s->byte;
    cs_text_seek(text, &s->place, code - 1);
    uint32_t at = s->place.byte + cs_utf8_next(text, s->place.byte).len;
    return at > s->byte ? at : s->byte;
}

bool cs_sign_before(struct cs_sign_seeker *s, uint32_t code, struct cs_sign_read *out)
{
    uint16_t unused[CS_TEXT_EXPANSION_MAX];
    if (code < s->code) return false;
    for (uint32_t at = gap_before(s, code); at < s->reader.text.len;) {
        struct cs_utf8_step st = cs_utf8_next(s->reader.text, at);
        bool may = !st.bad && cs_text_class_of(st.cp) & CS_TEXT_SIGN;
        if (may && cs_sign_read(&s->reader, at, st, out)) {
            s->byte = at + out->bytes;
            s->code = code + out->codes;
            return true;
        }
        if (cs_text_fold_cp(st.cp, unused)) return false;
        at += st.len;
    }
    return false;
}
