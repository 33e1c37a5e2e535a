/* The batch fold: both vector kernels, the scalar twin and the map of one text give the same codes. */
#include "fuzz.h"

#include "base/utf8.h"
#include "text/alphabet.h"
#include "text/fold.h"
#include "text/map.h"

enum { TEXTS = 12, CHARS = 200 };

static struct cs_folder *vector, *narrow, *scalar;
static struct cs_arena arena;

static void open_once(void)
{
    if (vector) return;
    fuzz_ok(cs_folder_new(&vector), "folder");
    fuzz_ok(cs_folder_new(&narrow), "folder");
    fuzz_ok(cs_folder_new(&scalar), "folder");
    cs_folder_force_avx2(narrow);
    cs_folder_force_scalar(scalar);
    cs_arena_init(&arena, 1 << 16, 0);
}

static void compare_map(struct cs_span text, const struct cs_folded *f, uint32_t i, bool flagged)
{
    struct cs_map_text map;
    cs_arena_reset(&arena);
    fuzz_ok(cs_map_text(text, &arena, &map), "map");
    const uint16_t *code = f->code + f->begin[i];
    FUZZ_CHECK(f->begin[i + 1] - f->begin[i] == map.n + 1, "text %u: the map has %u codes", i, map.n);
    for (uint32_t k = 0; k < map.n; k++)
        FUZZ_CHECK(
            code[k] == map.at[k].code, "text %u, code %u: map %x, fold %x", i, k, map.at[k].code, code[k]);
    FUZZ_CHECK(code[map.n] == CS_CODE_DELIMITER, "text %u has no end", i);
    FUZZ_CHECK(map.invalid_utf8 == flagged && flagged == !cs_utf8_valid(text), "text %u", i);
    fuzz_telling += map.n > 0;
}

/* Folding what was folded changes nothing, or rules written in canonical form would not match. */
static void fold_again(struct cs_span text, const struct cs_folded *f, uint32_t i)
{
    struct cs_buf readable = {0};
    struct cs_map_text map;
    fuzz_ok(cs_fold_readable(text, &readable), "readable");
    fuzz_ok(cs_map_text(cs_buf_span(&readable), &arena, &map), "map");
    const uint16_t *code = f->code + f->begin[i];
    FUZZ_CHECK(map.n == f->begin[i + 1] - f->begin[i] - 1, "text %u: %s", i, cs_buf_cstr(&readable));
    for (uint32_t k = 0; k < map.n; k++)
        FUZZ_CHECK(code[k] == map.at[k].code, "text %u, code %u: %s", i, k, cs_buf_cstr(&readable));
    cs_buf_clear(&readable);
}

static void compare_twin(struct cs_folder *twin, const struct cs_span *text, const struct cs_folded *v,
    const uint32_t flags[TEXTS])
{
    uint32_t flag[TEXTS] = {0};
    struct cs_folded s;
    fuzz_ok(cs_fold_texts(twin, text, v->n, flag, &s), "twin");
    FUZZ_CHECK(v->n == s.n && v->n_code == s.n_code, "%u and %u codes", v->n_code, s.n_code);
    FUZZ_CHECK(memcmp(v->code, s.code, v->n_code * sizeof *v->code) == 0, "codes differ");
    FUZZ_CHECK(memcmp(v->begin, s.begin, (v->n + 1) * sizeof *v->begin) == 0, "begins differ");
    FUZZ_CHECK(memcmp(flag, flags, sizeof flag) == 0, "flags differ");
}

static void compare(const struct cs_span *text, uint32_t n)
{
    uint32_t flags[TEXTS] = {0};
    struct cs_folded v;
    fuzz_ok(cs_fold_texts(vector, text, n, flags, &v), "vector");
    FUZZ_CHECK(v.n == n, "%u texts", v.n);
    compare_twin(narrow, text, &v, flags);
    compare_twin(scalar, text, &v, flags);
    for (uint32_t i = 0; i < n; i++) {
        compare_map(text[i], &v, i, flags[i] >> CS_FLAG_INVALID_UTF8 & 1);
        fold_again(text[i], &v, i);
        fuzz_cases++;
    }
}

/* First byte: bare bytes cut into texts, or texts that are made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = fuzz_open(data, size);
    struct cs_span text[TEXTS];
    uint8_t *mine[TEXTS];
    bool bare = fuzz_byte(&in) & 1;
    uint32_t n = 1 + fuzz_below(&in, TEXTS);
    open_once();
    for (uint32_t i = 0; i < n; i++) {
        struct cs_buf b = {0};
        size_t len = fuzz_left(&in) / (n - i);
        if (bare) cs_buf_add(&b, cs_span_of(in.at, len));
        if (bare) in.at += len;
        if (!bare) fuzz_text(&in, CHARS, &b);
        mine[i] = fuzz_tight(cs_buf_span(&b));
        text[i] = cs_span_of(mine[i], b.len);
        cs_buf_clear(&b);
    }
    compare(text, n);
    for (uint32_t i = 0; i < n; i++)
        free(mine[i]);
    return 0;
}
