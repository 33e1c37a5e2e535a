/* The reference matcher: at every position of every message, compare every pattern that begins with the code
 * there. Slow, but right at a glance. */
#include "scan/engine.h"

#include <stdlib.h>

enum { CODES = 65536, NONE = -1 };

struct reference {
    uint32_t n;
    struct cs_codes *pattern;
    uint16_t *code;      /* the memory behind all patterns */
    int32_t *next;       /* next pattern with the same first code */
    int32_t head[CODES]; /* first pattern by first code */
    size_t bytes;
};

static void name(char *out)
{
    memcpy(out, "reference", sizeof "reference");
}

static cs_rc check(struct cs_diag *diag)
{
    (void)diag;
    return CS_OK;
}

static void db_free(void *db)
{
    struct reference *r = db;
    if (!r) return;
    free(r->pattern);
    free(r->code);
    free(r->next);
    free(r);
}

static size_t db_bytes(const void *db)
{
    return ((const struct reference *)db)->bytes;
}

static size_t total_codes(const struct cs_codes *pattern, uint32_t n)
{
    size_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += pattern[i].len;
    return total;
}

static void fill(struct reference *r, const struct cs_codes *pattern)
{
    uint16_t *at = r->code;
    for (uint32_t i = 0; i < CODES; i++)
        r->head[i] = NONE;
    for (uint32_t i = 0; i < r->n; i++) {
        memcpy(at, pattern[i].ptr, pattern[i].len * sizeof *at);
        r->pattern[i] = (struct cs_codes){at, pattern[i].len};
        at += pattern[i].len;
        int32_t *head = &r->head[r->pattern[i].ptr[0]];
        r->next[i] = *head;
        *head = (int32_t)i;
    }
}

static cs_rc compile(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag, void **db)
{
    (void)diag;
    struct reference *r = calloc(1, sizeof *r);
    if (!r) return cs_fail(CS_ENOMEM);
    size_t total = total_codes(pattern, n);
    r->n = n;
    r->pattern = malloc(n * sizeof *r->pattern);
    r->code = malloc(total * sizeof *r->code);
    r->next = malloc(n * sizeof *r->next);
    r->bytes = sizeof *r + n * (sizeof *r->pattern + sizeof *r->next) + total * sizeof *r->code;
    if (!r->pattern || !r->code || !r->next) {
        db_free(r);
        return cs_fail(CS_ENOMEM);
    }
    fill(r, pattern);
    *db = r;
    return CS_OK;
}

static cs_rc scratch_new(const void *db, void **scratch)
{
    (void)db;
    *scratch = NULL;
    return CS_OK;
}

static void scratch_free(void *scratch)
{
    (void)scratch;
}

/* Every pattern that begins at code `at` of the buffer and ends at or before `stop`. */
static bool scan_position(
    const struct reference *r, const uint16_t *code, uint32_t at, uint32_t stop, struct cs_hits *out)
{
    for (int32_t i = r->head[code[at]]; i != NONE; i = r->next[i]) {
        const struct cs_codes *p = &r->pattern[i];
        if (p->len > stop - at || memcmp(p->ptr, code + at, p->len * sizeof *code) != 0) continue;
        if (!cs_hits_add(out, (uint32_t)i, at + p->len)) return false;
    }
    return true;
}

static cs_rc scan(const void *db, void *scratch, const struct cs_folded *in, struct cs_hits *out)
{
    (void)scratch;
    for (uint32_t m = 0; m < in->n; m++) {
        uint32_t stop = in->begin[m + 1] - 1;
        for (uint32_t at = in->begin[m]; at < stop; at++)
            if (!scan_position(db, in->code, at, stop, out)) return cs_fail(CS_ENOMEM);
    }
    return CS_OK;
}

const struct cs_engine *cs_engine_reference(void)
{
    static const struct cs_engine engine = {.name = name,
        .check = check,
        .compile = compile,
        .db_free = db_free,
        .db_bytes = db_bytes,
        .scratch_new = scratch_new,
        .scratch_free = scratch_free,
        .scan = scan};
    return &engine;
}
