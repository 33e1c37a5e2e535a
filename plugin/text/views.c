#include "text/views.h"

#include "text/decode.h"
#include "text/map.h"
#include "text/readings.h"

enum {
    BYTES_MORE = 64,
    PIECES_FEW = 16,  /* what most views take */
    NOTED_MAX = 8,    /* characters whose sound one note may tell */
    LETTERS_MAX = 56, /* of a note */
};

/* A walk over a text that writes its view as far as there is room, and measures all of it. */
struct walk {
    struct cs_span in;
    uint32_t reading;
    uint32_t byte, character;
    uint16_t han[NOTED_MAX]; /* the last characters with a sound, the last one last */
    uint32_t n_han;
    uint32_t heard; /* up to this byte; the others when a note comes */
    uint8_t *text;
    struct cs_piece *piece;
    uint32_t cap_byte, cap_piece;
    uint32_t n_byte, n_char, n_piece; /* of the view */
    bool second;                      /* another reading would differ */
};

/* What a note says: letters without tones, and its extent from the opening bracket on. */
struct note {
    char letter[LETTERS_MAX];
    uint32_t n, bytes, characters;
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

/* Add what one character of a note tells. False when it has no business in one. */
static bool add_letters(struct note *to, uint32_t cp)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp(cp, code);
    for (uint32_t i = 0; i < n; i++) {
        uint16_t unit = cs_code_unit(code[i]);
        if (unit >= '1' && unit <= '5') continue;
        if (unit < 'a' || unit > 'z' || to->n == LETTERS_MAX) return false;
        to->letter[to->n++] = (char)unit;
    }
    return true;
}

/* Read the note that begins at the bracket under the walk. False when it is none. */
static bool read_note(const struct walk *w, uint32_t opening, struct note *out)
{
    size_t at = w->byte;
    *out = (struct note){.n = 0};
    while (at < w->in.len) {
        struct cs_utf8_step st = cs_utf8_next(w->in, at);
        at += st.len;
        out->characters++;
        if (out->characters > 1 && closes(st.cp, opening)) {
            out->bytes = (uint32_t)(at - w->byte);
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

static void remember(struct walk *w, uint16_t unit)
{
    if (w->n_han == NOTED_MAX) {
        memmove(w->han, w->han + 1, (NOTED_MAX - 1) * sizeof *w->han);
        w->n_han--;
    }
    w->han[w->n_han++] = unit;
}

/* Forget the characters before one that has no sound; ignorables and spaces do not part. */
static void look_at(struct walk *w, uint32_t cp)
{
    uint16_t code[CS_TEXT_EXPANSION_MAX];
    uint32_t n = cs_text_fold_cp(cp, code);
    if (n == 1 && cs_readings_of(cs_code_unit(code[0])).n)
        remember(w, cs_code_unit(code[0]));
    else if (n || (cs_char_class(cp) != CS_CHAR_IGNORABLE && cp != ' '))
        w->n_han = 0;
}

/* Look at all characters before the one under the walk. */
static void hear(struct walk *w)
{
    while (w->heard < w->byte) {
        struct cs_utf8_step st = cs_utf8_next(w->in, w->heard);
        look_at(w, st.cp);
        w->heard += st.len;
    }
}

static void write(struct walk *w, struct cs_span s)
{
    if (s.len <= w->cap_byte && w->n_byte <= w->cap_byte - s.len) memcpy(w->text + w->n_byte, s.ptr, s.len);
    w->n_byte += (uint32_t)s.len;
}

/* Exchange `bytes` of the text for `view`. */
static void exchange(
    struct walk *w, uint32_t bytes, uint32_t characters, struct cs_span view, uint8_t evidence)
{
    uint32_t n_char = 0;
    for (size_t i = 0; i < view.len; i++)
        n_char += (view.ptr[i] & 0xC0) != 0x80;
    if (view.len) write(w, view);
    if (w->n_piece < w->cap_piece)
        w->piece[w->n_piece] = (struct cs_piece){.byte_begin = w->byte,
            .byte_end = w->byte + bytes,
            .char_begin = w->character,
            .char_end = w->character + characters,
            .view_byte_begin = w->n_byte - (uint32_t)view.len,
            .view_byte_end = w->n_byte,
            .view_char_begin = w->n_char,
            .view_char_end = w->n_char + n_char,
            .evidence = evidence};
    w->n_piece++;
    w->byte += bytes;
    w->heard = w->byte;
    w->character += characters;
    w->n_char += n_char;
}

static void copy(struct walk *w, uint32_t bytes, uint32_t characters)
{
    if (bytes) write(w, cs_span_cut(w->in, w->byte, w->byte + bytes));
    w->byte += bytes;
    w->character += characters;
    w->n_char += characters;
}

/* Copy what stands before the next sign, or before what takes a closer look. */
static void copy_run(struct walk *w)
{
    uint32_t at = w->byte, n = 0;
    while (at < w->in.len) {
        uint32_t len, han = cs_text_han_run(w->in, at, UINT32_MAX);
        at += 3 * han;
        n += han;
        if (at == w->in.len) break;
        uint32_t cp = cs_text_decode_short(w->in, at, &len);
        if (cp == 0 || cs_text_is_sign(cp)) break;
        at += len;
        n++;
    }
    copy(w, at - w->byte, n);
}

bool cs_view_may_begin(uint32_t sign, uint16_t next)
{
    bool ascii = (uint32_t)(next | 0x20) - 'a' < 26;
    if (closing(sign)) return ascii || (next > 0x7F && next < 0x2000) || next > 0xFF00;
    return sign != '+' || ascii || next > 0x7F;
}

/* The unit behind the sign under the walk, 1 where there is none. */
static uint16_t next_unit(const struct walk *w, uint32_t len)
{
    if (w->byte + len == w->in.len) return 1;
    struct cs_utf8_step st = cs_utf8_next(w->in, w->byte + len);
    if (st.bad) return 1;
    return (uint16_t)(st.cp < 0x10000 ? st.cp : 0xD800);
}

/* Under the walk is a sign. True when it was exchanged. */
static bool read_sign(struct walk *w, struct cs_utf8_step st)
{
    struct note note;
    if (!cs_view_may_begin(st.cp, next_unit(w, st.len))) return false;
    if (closing(st.cp)) {
        if (!read_note(w, st.cp, &note)) return false;
        hear(w);
        if (!w->n_han || !sounds(note.letter, note.n, w->han, w->n_han)) return false;
        exchange(w, note.bytes, note.characters, (struct cs_span){0}, CS_EVIDENCE_GAP);
        return true;
    }
    const struct cs_text_sign *sign = cs_text_sign_of(st.cp);
    if (!sign) return false;
    w->second |= sign->reading[1] != 0;
    uint16_t reading = sign->reading[sign->reading[1] ? w->reading : 0];
    exchange(w, st.len, 1, cs_span_str(cs_text_sign_name[reading]), CS_EVIDENCE_ABBREVIATION);
    w->n_han = 0;
    return true;
}

static void go(struct walk *w)
{
    for (copy_run(w); w->byte < w->in.len; copy_run(w)) {
        struct cs_utf8_step st = cs_utf8_next(w->in, w->byte);
        bool sign = !st.bad && cs_text_class_of(st.cp) & CS_TEXT_SIGN;
        if (!sign || !read_sign(w, st)) copy(w, st.len, 1);
    }
}

static cs_rc make(struct walk *w, uint32_t cap_byte, uint32_t cap_piece, struct cs_arena *arena)
{
    *w = (struct walk){.in = w->in, .reading = w->reading, .cap_byte = cap_byte, .cap_piece = cap_piece};
    w->text = cs_arena_alloc(arena, cap_byte);
    w->piece = cs_arena_alloc(arena, cap_piece * sizeof *w->piece);
    if (!w->text || !w->piece) return cs_fail(CS_ENOMEM);
    go(w);
    return CS_OK;
}

cs_rc cs_view_make(struct cs_span text, uint32_t reading, struct cs_arena *arena, struct cs_view_text *out)
{
    struct walk w = {.in = text, .reading = reading};
    struct cs_arena_mark mark = cs_arena_mark(arena);
    cs_rc rc = make(&w, (uint32_t)text.len + BYTES_MORE, PIECES_FEW, arena);
    bool none = !w.n_piece || (reading && !w.second);
    if (!cs_bad(rc) && (none || w.n_byte > w.cap_byte || w.n_piece > w.cap_piece)) {
        cs_arena_rewind(arena, mark);
        if (!none) rc = make(&w, w.n_byte, w.n_piece, arena);
    }
    if (cs_bad(rc)) return rc;
    *out = (struct cs_view_text){.n_piece = 0};
    if (!none) *out = (struct cs_view_text){cs_span_of(w.text, w.n_byte), w.piece, w.n_piece, w.second};
    return CS_OK;
}

/* Pieces that end in the view at or before byte `at`. */
static uint32_t pieces_before(const struct cs_view_text *v, uint32_t at)
{
    uint32_t lo = 0, hi = v->n_piece;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (v->piece[mid].view_byte_end <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool cs_view_locate(
    const struct cs_view_text *v, struct cs_stretch at, struct cs_stretch *out, uint8_t *evidence)
{
    uint32_t first = pieces_before(v, at.byte_begin), last = first;
    struct cs_piece before = {0};
    if (first) before = v->piece[first - 1];
    *out = (struct cs_stretch){.byte_begin = at.byte_begin - before.view_byte_end + before.byte_end,
        .char_begin = at.char_begin - before.view_char_end + before.char_end};
    for (; last < v->n_piece && v->piece[last].view_byte_begin < at.byte_end; last++)
        if (*evidence < v->piece[last].evidence) *evidence = v->piece[last].evidence;
    if (last > first && v->piece[first].view_byte_begin <= at.byte_begin) {
        out->byte_begin = v->piece[first].byte_begin;
        out->char_begin = v->piece[first].char_begin;
    }
    if (last) before = v->piece[last - 1];
    bool inside = last > first && before.view_byte_end >= at.byte_end;
    out->byte_end = inside ? before.byte_end : at.byte_end - before.view_byte_end + before.byte_end;
    out->char_end = inside ? before.char_end : at.char_end - before.view_char_end + before.char_end;
    return last > first;
}
