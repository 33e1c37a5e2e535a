#include "text/views.h"

#include "text/decode.h"
#include "text/seek.h"
#include "text/signs.h"

enum {
    BYTES_MORE = 64,
    PIECES_FEW = 16, /* what most views take */
};

/* A walk over a text that writes its view as far as there is room, and measures all of it. */
struct walk {
    struct cs_sign_reader signs;
    uint32_t byte, character;
    uint8_t *text;
    struct cs_piece *piece;
    uint32_t cap_byte, cap_piece;
    uint32_t n_byte, n_char, n_piece; /* of the view */
};

static void write(struct walk *w, struct cs_span s)
{
    if (s.len <= w->cap_byte && w->n_byte <= w->cap_byte - s.len) memcpy(w->text + w->n_byte, s.ptr, s.len);
    w->n_byte += (uint32_t)s.len;
}

/* Exchange what is under the walk for what it says. */
static void exchange(struct walk *w, const struct cs_sign_read *sign)
{
    struct cs_span view = sign->said;
    uint32_t n_char = 0;
    for (size_t i = 0; i < view.len; i++)
        n_char += (view.ptr[i] & 0xC0) != 0x80;
    if (view.len) write(w, view);
    if (w->n_piece < w->cap_piece)
        w->piece[w->n_piece] = (struct cs_piece){.byte_begin = w->byte,
            .byte_end = w->byte + sign->bytes,
            .char_begin = w->character,
            .char_end = w->character + sign->characters,
            .view_byte_begin = w->n_byte - (uint32_t)view.len,
            .view_byte_end = w->n_byte,
            .view_char_begin = w->n_char,
            .view_char_end = w->n_char + n_char,
            .evidence = sign->evidence};
    w->n_piece++;
    w->byte += sign->bytes;
    w->character += sign->characters;
    w->n_char += n_char;
}

static void copy(struct walk *w, uint32_t bytes, uint32_t characters)
{
    if (bytes) write(w, cs_span_cut(w->signs.text, w->byte, w->byte + bytes));
    w->byte += bytes;
    w->character += characters;
    w->n_char += characters;
}

/* Copy what stands before the next sign, or before what takes a closer look. */
static void copy_run(struct walk *w)
{
    uint32_t at = w->byte, n = 0;
    while (at < w->signs.text.len) {
        uint32_t len, han = cs_text_han_run(w->signs.text, at, UINT32_MAX);
        at += 3 * han;
        n += han;
        if (at == w->signs.text.len) break;
        uint32_t cp = cs_text_decode_short(w->signs.text, at, &len);
        if (cp == 0 || cs_text_is_sign(cp)) break;
        at += len;
        n++;
    }
    copy(w, at - w->byte, n);
}

static void go(struct walk *w)
{
    struct cs_sign_read sign;
    for (copy_run(w); w->byte < w->signs.text.len; copy_run(w)) {
        struct cs_utf8_step st = cs_utf8_next(w->signs.text, w->byte);
        bool may = !st.bad && cs_text_class_of(st.cp) & CS_TEXT_SIGN;
        if (may && cs_sign_read(&w->signs, w->byte, st, &sign))
            exchange(w, &sign);
        else
            copy(w, st.len, 1);
    }
}

static cs_rc make(struct walk *w, uint32_t cap_byte, uint32_t cap_piece, struct cs_arena *arena)
{
    struct cs_sign_reader signs = {.text = w->signs.text, .reading = w->signs.reading};
    *w = (struct walk){.signs = signs, .cap_byte = cap_byte, .cap_piece = cap_piece};
    w->text = cs_arena_alloc(arena, cap_byte);
    w->piece = cs_arena_alloc(arena, cap_piece * sizeof *w->piece);
    if (!w->text || !w->piece) return cs_fail(CS_ENOMEM);
    go(w);
    return CS_OK;
}

cs_rc cs_view_make(struct cs_span text, uint32_t reading, struct cs_arena *arena, struct cs_view_text *out)
{
    struct walk w = {.signs = {.text = text, .reading = reading}};
    struct cs_arena_mark mark = cs_arena_mark(arena);
    cs_rc rc = make(&w, (uint32_t)text.len + BYTES_MORE, PIECES_FEW, arena);
    bool none = !w.n_piece || (reading && !w.signs.second);
    if (!cs_bad(rc) && (none || w.n_byte > w.cap_byte || w.n_piece > w.cap_piece)) {
        cs_arena_rewind(arena, mark);
        if (!none) rc = make(&w, w.n_byte, w.n_piece, arena);
    }
    if (cs_bad(rc)) return rc;
    *out = (struct cs_view_text){.n_piece = 0};
    if (!none) *out = (struct cs_view_text){cs_span_of(w.text, w.n_byte), w.piece, w.n_piece, w.signs.second};
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
