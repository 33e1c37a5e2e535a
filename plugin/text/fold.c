#include "text/fold.h"

#include "text/decode.h"
#include "text/kernel.h"
#include "text/signs.h"
#include "text/suspect.h"

#include <assert.h>
#include <stdlib.h>

enum {
    INPUT_MAX = 512 << 20,
    GENEROUS = 16 << 20, /* up to here buffers grow by half more than is needed */
    CHUNK = 4096,        /* bytes transcoded at a time: their units stay in the first-level cache */
    CODES_BEHIND =
        128,          /* zeros behind the last code: 64 readable bytes are promised, find() reads 32 codes */
    SLACK = 40,       /* what kernels may write behind what they report */
    NOTES_MAX = 4096, /* of a batch; with more, every text is looked at for views */
};

/* Codes before which something stood that must be looked at. */
struct notes {
    uint32_t *at;
    uint32_t n; /* NOTES_MAX: there were more */
};

struct cs_folder {
    const struct cs_text_kernel *kernel; /* NULL: scalar */
    uint8_t *bytes;                      /* the texts side by side */
    uint16_t *code;
    uint32_t *begin;
    size_t cap_bytes, cap_code, cap_begin; /* elements */
    struct notes sign, doubt;              /* what may be read; what hints at a wrong encoding */
    struct cs_view *view;
    size_t cap_view;
    uint16_t unit[1 + CHUNK + SLACK]; /* unit[0] is the last one of the chunk before */
};

cs_rc cs_folder_new(struct cs_folder **out)
{
    struct cs_folder *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    f->kernel = cs_text_kernel_avx512();
    if (!f->kernel) f->kernel = cs_text_kernel_avx2();
    f->sign.at = malloc(NOTES_MAX * sizeof *f->sign.at);
    f->doubt.at = malloc(NOTES_MAX * sizeof *f->doubt.at);
    if (!f->sign.at || !f->doubt.at) {
        cs_folder_free(&f);
        return cs_fail(CS_ENOMEM);
    }
    *out = f;
    return CS_OK;
}

void cs_folder_free(struct cs_folder **f)
{
    if (!f || !*f) return;
    free((*f)->bytes);
    free((*f)->code);
    free((*f)->begin);
    free((*f)->sign.at);
    free((*f)->doubt.at);
    free((*f)->view);
    free(*f);
    *f = NULL;
}

const char *cs_fold_kernel(const struct cs_folder *f)
{
    return f->kernel ? f->kernel->name : "scalar";
}

void cs_folder_force_scalar(struct cs_folder *f)
{
    f->kernel = NULL;
}

void cs_folder_force_avx2(struct cs_folder *f)
{
    f->kernel = cs_text_kernel_avx2();
}

/* `old` if it has room for `need` elements, else a larger one in its place, contents lost. NULL leaves it. */
static void *grow(void *old, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return old;
    size_t want = need < GENEROUS ? need + need / 2 : need;
    void *p = want > SIZE_MAX / size ? NULL : malloc(want * size);
    if (!p) return NULL;
    free(old);
    *cap = want;
    return p;
}

/* One batch on its way. */
struct job {
    const struct cs_span *text;
    uint32_t n;
    uint32_t *flags;
    size_t total; /* bytes of all texts */
};

static cs_rc reserve(struct cs_folder *f, const struct job *j)
{
    size_t need = j->total + j->n + CS_TEXT_BEFORE + CS_TEXT_BLOCK + CS_TEXT_BEHIND;
    uint8_t *bytes = grow(f->bytes, &f->cap_bytes, need, sizeof *bytes);
    if (bytes) f->bytes = bytes;
    uint16_t *code = grow(f->code, &f->cap_code, 2 * j->total + j->n + CODES_BEHIND, sizeof *code);
    if (code) f->code = code;
    uint32_t *begin = grow(f->begin, &f->cap_begin, (size_t)j->n + 1 + SLACK, sizeof *begin);
    if (begin) f->begin = begin;
    return bytes && code && begin ? CS_OK : cs_fail(CS_ENOMEM);
}

/* Texts are short: half a nanosecond a message less than with calls of memcpy. */
static inline void copy(uint8_t *to, struct cs_span s)
{
    if (s.len < 16) {
        for (size_t i = 0; i < s.len; i++)
            to[i] = s.ptr[i];
        return;
    }
    for (size_t i = 0; i + 16 < s.len; i += 16)
        memcpy(to + i, s.ptr + i, 16);
    memcpy(to + s.len - 16, s.ptr + s.len - 16, 16);
}

uint8_t *cs_text_gather(const struct cs_span *text, uint32_t n, uint8_t *to)
{
    for (uint32_t i = 0; i < n; i++) {
        copy(to, text[i]);
        to += text[i].len;
        *to++ = CS_TEXT_DELIMITER_BYTE;
    }
    return to;
}

/* Put the texts side by side, a delimiter behind each, zeros around. Returns the blocks' bytes. */
static size_t gather(struct cs_folder *f, const struct job *j)
{
    memset(f->bytes, 0, CS_TEXT_BEFORE);
    uint8_t *end = f->kernel->gather(j->text, j->n, f->bytes + CS_TEXT_BEFORE);
    memset(end, 0, CS_TEXT_BLOCK + CS_TEXT_BEHIND);
    size_t n = j->total + j->n;
    return (n + CS_TEXT_BLOCK - 1) / CS_TEXT_BLOCK * CS_TEXT_BLOCK;
}

static void note(struct notes *n, size_t code)
{
    if (n->n < NOTES_MAX) n->at[n->n++] = (uint32_t)code;
}

/* A sign was dropped that may be read, the next code being `code`; u[1] is 0 behind the end of a chunk. */
static void note_sign(struct cs_folder *f, uint32_t sign, const uint16_t *u, const uint16_t *code)
{
    if (u[1] == 0 || cs_view_may_begin(sign, u[1])) note(&f->sign, (size_t)(code - f->code));
}

/* A character that is not one unit to one code; `u` is its only unit or its low surrogate. */
__attribute__((noinline)) static size_t look_up_rare(struct cs_folder *f, const uint16_t *u, uint16_t *out)
{
    uint32_t cp = cs_text_is_low(u[0]) && cs_text_is_high(u[-1]) ? cs_text_join(u[-1], u[0]) : u[0];
    uint8_t class = cs_text_class_of(cp);
    if (class & CS_TEXT_DOUBT) note(&f->doubt, (size_t)(out - f->code));
    if (!(class & CS_TEXT_SIGN)) return cs_text_fold_cp(cp, out);
    note_sign(f, cp, u, out);
    return 0;
}

/* The same for every character: a store, and a step unless it was dropped. Reads up to 3 units too many,
 * which must be 0. Unrolled because the compiler does not at -O2: 17 ns a message instead of 21. With
 * `notes`, brackets are looked at, too. */
__attribute__((always_inline)) static inline uint16_t *look_up(
    struct cs_folder *f, const uint16_t *u, size_t n, uint16_t *out, bool notes)
{
    size_t at = 0;
    for (const uint16_t *end = u + n; u < end; u += 4) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            uint16_t code = cs_text_code[u[i]];
            out[at] = code;
            at += code != 0;
            if (__builtin_expect(code == CS_TEXT_EXPAND, 0)) at += look_up_rare(f, u + i, out + at - 1) - 1;
            if (notes && code == 0 && cs_text_is_sign(u[i])) note_sign(f, u[i], u + i, out + at);
        }
    }
    return out + at;
}

/* The codes of a chunk. Brackets are common, notes are not: those 32 units are looked at again. */
static uint16_t *look_up_chunk(struct cs_folder *f, size_t n, uint16_t *out)
{
    enum { LOOK = 32 };
    for (size_t at = 0; at < n;) {
        const uint16_t *u = f->unit + 1 + at;
        size_t left = n - at, some = f->kernel->seek_note(u, left);
        out = look_up(f, u, some < left ? some : left, out, false);
        at += some;
        if (at >= n) break;
        out = look_up(f, f->unit + 1 + at, n - at < LOOK ? n - at : LOOK, out, true);
        at += LOOK;
    }
    return out;
}

/* Fold the gathered bytes; false when they are ill-formed or contain delimiters of their own. */
static bool fold_gathered(struct cs_folder *f, const struct job *j, size_t n, uint32_t *n_code)
{
    bool bad = false;
    uint16_t *out = f->code;
    f->unit[0] = 0;
    f->sign.n = f->doubt.n = 0;
    for (size_t at = 0; at < n && !bad; at += CHUNK) {
        size_t len = n - at < CHUNK ? n - at : CHUNK;
        size_t units = f->kernel->transcode(f->bytes + CS_TEXT_BEFORE + at, len, f->unit + 1, &bad);
        memset(f->unit + 1 + units, 0, 3 * sizeof *f->unit);
        if (!bad) out = look_up_chunk(f, units, out);
        f->unit[0] = f->unit[units];
    }
    if (bad) return false;
    *n_code = (uint32_t)(out - f->code);
    memset(out, 0, CODES_BEHIND * sizeof *out);
    f->begin[0] = 0;
    return f->kernel->find(f->code, *n_code, f->begin + 1, j->n) == j->n;
}

/* Overwrite ill-formed bytes with a separator (U+FFFD is one too). Returns true if there were any. */
static bool repair(uint8_t *p, size_t len)
{
    struct cs_span s = {p, len};
    bool bad = false;
    for (size_t at = 0; at < len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        if (st.bad) memset(p + at, CS_TEXT_SEPARATOR_BYTE, st.len);
        bad |= st.bad;
        at += st.len;
    }
    return bad;
}

static void set_invalid(const struct job *j, uint32_t i)
{
    if (!j->flags) return;
    j->flags[i] |= 1u << CS_FLAG_INVALID_UTF8;
    if (cs_text_is_suspect(j->text[i])) j->flags[i] |= 1u << CS_FLAG_ENCODING_SUSPECT;
}

/* Make the gathered bytes well-formed and free of inner delimiters. */
static void mend(struct cs_folder *f, const struct job *j)
{
    uint8_t *p = f->bytes + CS_TEXT_BEFORE;
    for (uint32_t i = 0; i < j->n; i++) {
        size_t len = j->text[i].len;
        for (uint8_t *d = p; (d = memchr(d, CS_TEXT_DELIMITER_BYTE, len - (size_t)(d - p)));)
            *d = CS_TEXT_SEPARATOR_BYTE;
        if (!cs_utf8_valid(cs_span_of(p, len)) && repair(p, len)) set_invalid(j, i);
        p += len + 1;
    }
}

static uint32_t fold_vector(struct cs_folder *f, const struct job *j)
{
    uint32_t n_code = 0;
    size_t n = gather(f, j);
    if (!fold_gathered(f, j, n, &n_code)) {
        mend(f, j);
        bool mended = fold_gathered(f, j, n, &n_code);
        assert(mended);
        (void)mended;
    }
    return n_code;
}

/* cs_utf8_next with the common case, a well-formed sequence of three, in line. */
static inline struct cs_utf8_step next(struct cs_span s, size_t at)
{
    const uint8_t *p = s.ptr + at;
    if (s.len - at >= 3 && (p[0] & 0xF0) == 0xE0 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        uint32_t cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        if (cp >= 0x800 && (cp < 0xD800 || cp > 0xDFFF)) return (struct cs_utf8_step){cp, 3, false};
    }
    return cs_utf8_next(s, at);
}

static void note_class(struct cs_folder *f, uint32_t cp, const uint16_t *out)
{
    uint8_t class = cs_text_class_of(cp);
    if (class & CS_TEXT_SIGN) note(&f->sign, (size_t)(out - f->code));
    if (class & CS_TEXT_DOUBT) note(&f->doubt, (size_t)(out - f->code));
}

static inline uint16_t *fold_han(struct cs_folder *f, uint32_t cp, uint16_t *out)
{
    *out = cs_text_code[cp];
    if (__builtin_expect(*out == CS_TEXT_EXPAND, 0)) {
        note_class(f, cp, out);
        (void)cs_text_fold_cp(cp, out);
    }
    return out + 1;
}

static uint16_t *fold_one(struct cs_folder *f, struct cs_span s, uint16_t *out, bool *bad)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t han = cs_text_han_run(s, at, UINT32_MAX);
        for (const uint8_t *p = s.ptr + at; han; han--, p += 3, at += 3)
            out = fold_han(f, (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu), out);
        if (at == s.len) break;
        struct cs_utf8_step st = next(s, at);
        *bad |= st.bad;
        uint32_t n = cs_text_fold_cp(st.cp, out);
        if (n == 0 || st.cp > 0xFFFF || cs_text_code[st.cp] == CS_TEXT_EXPAND) note_class(f, st.cp, out);
        out += n;
        at += st.len;
    }
    return out;
}

static uint32_t fold_scalar(struct cs_folder *f, const struct job *j)
{
    uint16_t *out = f->code;
    f->begin[0] = 0;
    f->sign.n = f->doubt.n = 0;
    for (uint32_t i = 0; i < j->n; i++) {
        bool bad = false;
        out = fold_one(f, j->text[i], out, &bad);
        if (bad) set_invalid(j, i);
        *out++ = CS_CODE_DELIMITER;
        f->begin[i + 1] = (uint32_t)(out - f->code);
    }
    memset(out, 0, CODES_BEHIND * sizeof *out);
    return (uint32_t)(out - f->code);
}

/* The messages with notes, one after the other; all of them when there are too many notes. */
struct noted {
    const struct notes *notes;
    uint32_t n, next, i; /* messages, the first one not looked at, note */
    uint32_t msg;
};

static bool next_noted(const struct cs_folder *f, struct noted *it)
{
    const struct notes *notes = it->notes;
    if (notes->n < NOTES_MAX) {
        while (it->i < notes->n && notes->at[it->i] < f->begin[it->next])
            it->i++;
        if (it->i == notes->n) return false;
        while (f->begin[it->next + 1] <= notes->at[it->i])
            it->next++;
    }
    it->msg = it->next++;
    return it->msg < it->n;
}

static void flag_doubts(const struct cs_folder *f, const struct job *j)
{
    struct noted it = {.n = j->n, .notes = &f->doubt};
    while (j->flags && next_noted(f, &it))
        if (cs_text_is_suspect(j->text[it.msg])) j->flags[it.msg] |= 1u << CS_FLAG_ENCODING_SUSPECT;
}

cs_rc cs_fold_texts(
    struct cs_folder *f, const struct cs_span *text, uint32_t n, uint32_t *flags, struct cs_folded *out)
{
    struct job j = {text, n, flags, 0};
    if (n > INPUT_MAX) return cs_fail(CS_ELIMIT);
    for (uint32_t i = 0; i < n; i++) {
        if (text[i].len > INPUT_MAX - j.total) return cs_fail(CS_ELIMIT);
        j.total += text[i].len;
    }
    cs_rc rc = reserve(f, &j);
    if (cs_bad(rc)) return rc;
    uint32_t n_code = f->kernel ? fold_vector(f, &j) : fold_scalar(f, &j);
    flag_doubts(f, &j);
    *out = (struct cs_folded){.code = f->code, .n_code = n_code, .begin = f->begin, .n = n};
    return CS_OK;
}

/* `old` with room for `need` elements, contents kept. */
static void *widen(void *old, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return old;
    size_t want = need + need / 4;
    void *p = want > SIZE_MAX / size ? NULL : realloc(old, want * size);
    if (p) *cap = want;
    return p;
}

/* Views being added. */
struct viewing {
    struct cs_folder *f;
    const struct cs_span *text;
    struct cs_folded *in;
    struct cs_view_list *out;
    uint32_t msg, note; /* of the message in hand; its first note */
    uint32_t end;       /* of the view in hand: codes written so far */
    uint32_t copied;    /* codes of the message that are in the view or left out of it */
};

/* Copy the codes of the message up to `to`, and write those of `said` behind them. There is room for a
 * delimiter then. */
static cs_rc add_codes(struct viewing *w, uint32_t to, struct cs_span said)
{
    struct cs_folder *f = w->f;
    bool bad = false;
    uint32_t n_sign = f->sign.n, n_doubt = f->doubt.n, n = to - w->copied;
    size_t need = (size_t)w->end + n + 2 * said.len + 1 + CODES_BEHIND;
    if (need > UINT32_MAX) return cs_fail(CS_ELIMIT);
    uint16_t *code = widen(f->code, &f->cap_code, need, sizeof *f->code);
    if (!code) return cs_fail(CS_ENOMEM);
    w->in->code = f->code = code;
    memcpy(code + w->end, code + f->begin[w->msg] + w->copied, n * sizeof *code);
    w->end = (uint32_t)(fold_one(f, said, code + w->end + n, &bad) - code);
    w->copied = to;
    f->sign.n = n_sign; /* views have no views */
    f->doubt.n = n_doubt;
    return CS_OK;
}

/* What was written becomes one more text. */
static cs_rc end_view(struct viewing *w, struct cs_view v)
{
    struct cs_folder *f = w->f;
    struct cs_folded *in = w->in;
    void *begin = widen(f->begin, &f->cap_begin, (size_t)in->n + 2, sizeof *f->begin);
    if (begin) f->begin = begin;
    void *view = widen(f->view, &f->cap_view, (size_t)w->out->n + 1, sizeof *f->view);
    if (view) f->view = view;
    if (!begin || !view) return cs_fail(CS_ENOMEM);
    f->code[w->end++] = CS_CODE_DELIMITER;
    memset(f->code + w->end, 0, CODES_BEHIND * sizeof *f->code);
    f->begin[++in->n] = in->n_code = w->end;
    in->begin = f->begin;
    f->view[w->out->n++] = v;
    w->out->view = f->view;
    return CS_OK;
}

/* The next code of the message in hand before which a sign may stand: `k` is the number of the note, or of
 * the code where there were too many notes. False when there is none. */
static bool noted_code(const struct viewing *w, uint32_t k, uint32_t n, uint32_t *code)
{
    const struct notes *notes = &w->f->sign;
    if (notes->n == NOTES_MAX)
        *code = k;
    else if (k < notes->n - w->note)
        *code = notes->at[w->note + k] - w->f->begin[w->msg];
    else
        return false;
    return *code <= n;
}

/* A view has the codes of the message but for what is read differently. *second: there may be another. */
static cs_rc add_view(struct viewing *w, uint32_t reading, bool *second)
{
    const struct cs_folder *f = w->f;
    struct cs_sign_seeker s = {.reader = {.text = w->text[w->msg], .reading = reading}};
    struct cs_sign_read sign;
    uint32_t n = f->begin[w->msg + 1] - f->begin[w->msg] - 1, code;
    bool any = false;
    cs_rc rc = CS_OK;
    w->copied = 0;
    w->end = w->in->n_code;
    for (uint32_t k = 0; !cs_bad(rc) && noted_code(w, k, n, &code); k++)
        while (!cs_bad(rc) && cs_sign_before(&s, code, &sign)) {
            rc = add_codes(w, code, sign.said);
            w->copied += sign.codes;
            any = true;
        }
    *second = s.reader.second;
    if (!any || cs_bad(rc)) return rc;
    rc = add_codes(w, n, (struct cs_span){0});
    return cs_bad(rc) ? rc : end_view(w, (struct cs_view){w->msg, reading});
}

cs_rc cs_fold_views(
    struct cs_folder *f, const struct cs_span *text, struct cs_folded *in, struct cs_view_list *out)
{
    struct viewing w = {.f = f, .text = text, .in = in, .out = out};
    struct noted it = {.n = in->n, .notes = &f->sign};
    cs_rc rc = CS_OK;
    *out = (struct cs_view_list){0};
    while (!cs_bad(rc) && next_noted(f, &it)) {
        bool more = true;
        w.msg = it.msg;
        w.note = it.i;
        for (uint32_t r = 0; r < CS_VIEW_READINGS && more && !cs_bad(rc); r++)
            rc = add_view(&w, r, &more);
    }
    return rc;
}
