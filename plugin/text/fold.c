#include "text/fold.h"

#include "base/utf8.h"
#include "text/kernel.h"
#include "text/tables.h"

#include <stdlib.h>

enum {
    INPUT_MAX = 512 << 20,
    CHUNK = 4096, /* bytes transcoded at a time: their units stay in the first-level cache */
    CODES_BEHIND =
        128,    /* zeros behind the last code: 64 readable bytes are promised, find() reads 32 codes */
    SLACK = 40, /* what kernels may write behind what they report */
};

struct cs_folder {
    const struct cs_text_kernel *kernel; /* NULL: scalar */
    uint8_t *bytes;                      /* the texts side by side */
    uint16_t *code;
    uint32_t *begin;
    size_t cap_bytes, cap_code, cap_begin; /* elements */
    uint16_t unit[1 + CHUNK + SLACK];      /* unit[0] is the last one of the chunk before */
};

cs_rc cs_folder_new(struct cs_folder **out)
{
    struct cs_folder *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    f->kernel = cs_text_kernel_best();
    *out = f;
    return CS_OK;
}

void cs_folder_free(struct cs_folder **f)
{
    if (!f || !*f) return;
    free((*f)->bytes);
    free((*f)->code);
    free((*f)->begin);
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

/* Room for `need` elements, contents lost. */
static bool grow(void **ptr, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return true;
    size_t want = need + need / 2;
    void *p = malloc(want * size);
    if (!p) return false;
    free(*ptr);
    *ptr = p;
    *cap = want;
    return true;
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
    size_t bytes = j->total + j->n + CS_TEXT_BEFORE + CS_TEXT_BLOCK + CS_TEXT_BEHIND;
    bool ok = grow((void **)&f->bytes, &f->cap_bytes, bytes, 1);
    ok = ok && grow((void **)&f->code, &f->cap_code, 2 * j->total + j->n + CODES_BEHIND, sizeof *f->code);
    ok = ok && grow((void **)&f->begin, &f->cap_begin, (size_t)j->n + 1 + SLACK, sizeof *f->begin);
    return ok ? CS_OK : cs_fail(CS_ENOMEM);
}

/* Put the texts side by side, a delimiter behind each, zeros around. Returns the blocks' bytes. */
static size_t gather(struct cs_folder *f, const struct job *j)
{
    uint8_t *p = f->bytes + CS_TEXT_BEFORE;
    memset(f->bytes, 0, CS_TEXT_BEFORE);
    for (uint32_t i = 0; i < j->n; i++) {
        if (j->text[i].len) memcpy(p, j->text[i].ptr, j->text[i].len);
        p += j->text[i].len;
        *p++ = CS_TEXT_DELIMITER_BYTE;
    }
    memset(p, 0, CS_TEXT_BLOCK + CS_TEXT_BEHIND);
    size_t n = j->total + j->n;
    return (n + CS_TEXT_BLOCK - 1) / CS_TEXT_BLOCK * CS_TEXT_BLOCK;
}

/* A character that is not one unit to one code; `u` is its only unit or its low surrogate. */
__attribute__((noinline)) static uint16_t *look_up_rare(const uint16_t *u, uint16_t *out)
{
    uint32_t cp = cs_text_is_low(u[0]) && cs_text_is_high(u[-1]) ? cs_text_join(u[-1], u[0]) : u[0];
    return out + cs_text_fold_cp(cp, out);
}

/* The same loop whatever the characters are: a store each, and a step if it was not dropped. */
static uint16_t *look_up(const uint16_t *u, size_t n, uint16_t *out)
{
    for (const uint16_t *end = u + n; u < end; u++) {
        uint16_t code = cs_text_code[*u];
        *out = code;
        if (__builtin_expect(code == CS_TEXT_EXPAND, 0))
            out = look_up_rare(u, out);
        else
            out += code != 0;
    }
    return out;
}

/* Fold the gathered bytes; false when they are ill-formed or contain delimiters of their own. */
static bool fold_gathered(struct cs_folder *f, const struct job *j, size_t n, uint32_t *n_code)
{
    bool bad = false;
    uint16_t *out = f->code;
    f->unit[0] = 0;
    for (size_t at = 0; at < n && !bad; at += CHUNK) {
        size_t len = n - at < CHUNK ? n - at : CHUNK;
        size_t units = f->kernel->transcode(f->bytes + CS_TEXT_BEFORE + at, len, f->unit + 1, &bad);
        if (!bad) out = look_up(f->unit + 1, units, out);
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
    if (j->flags) j->flags[i] |= 1u << CS_FLAG_INVALID_UTF8;
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
        (void)mended;
    }
    return n_code;
}

static uint32_t fold_scalar(struct cs_folder *f, const struct job *j)
{
    uint16_t *out = f->code;
    f->begin[0] = 0;
    for (uint32_t i = 0; i < j->n; i++) {
        for (size_t at = 0; at < j->text[i].len;) {
            struct cs_utf8_step st = cs_utf8_next(j->text[i], at);
            if (st.bad) set_invalid(j, i);
            out += cs_text_fold_cp(st.cp, out);
            at += st.len;
        }
        *out++ = CS_CODE_DELIMITER;
        f->begin[i + 1] = (uint32_t)(out - f->code);
    }
    memset(out, 0, CODES_BEHIND * sizeof *out);
    return (uint32_t)(out - f->code);
}

cs_rc cs_fold_texts(
    struct cs_folder *f, const struct cs_span *text, uint32_t n, uint32_t *flags, struct cs_folded *out)
{
    struct job j = {text, n, flags, 0};
    for (uint32_t i = 0; i < n; i++) {
        if (text[i].len > INPUT_MAX - j.total) return cs_fail(CS_ELIMIT);
        j.total += text[i].len;
    }
    cs_rc rc = reserve(f, &j);
    if (cs_bad(rc)) return rc;
    uint32_t n_code = f->kernel ? fold_vector(f, &j) : fold_scalar(f, &j);
    *out = (struct cs_folded){.code = f->code, .n_code = n_code, .begin = f->begin, .n = n};
    return CS_OK;
}
