#include "scan/matcher.h"

#include "scan/engine.h"
#include "text/alphabet.h"

#include <stdlib.h>

struct cs_matcher {
    const struct cs_engine *engine;
    void *db; /* NULL without patterns: nothing can hit */
    char name[CS_ENGINE_NAME_MAX];
};

struct cs_scanner {
    const struct cs_matcher *matcher;
    void *scratch;
    struct cs_hits hits;
};

static cs_rc refuse(struct cs_diag *diag, uint32_t i, const char *why)
{
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "pattern %u %s", i, why);
    return cs_fail(CS_EINVAL);
}

static cs_rc check_pattern(const struct cs_codes *p, uint32_t i, struct cs_diag *diag)
{
    if (p->len == 0) return refuse(diag, i, "is empty");
    if (p->len > CS_PATTERN_CODES_MAX) return refuse(diag, i, "is longer than 256 codes");
    for (uint32_t k = 0; k < p->len; k++)
        if (p->ptr[k] == 0 || p->ptr[k] == CS_CODE_DELIMITER)
            return refuse(diag, i, "has a code that no text can have");
    return CS_OK;
}

/* Order of patterns by content, ties by index; the pointers all lead into one array. */
static int by_codes(const void *a, const void *b)
{
    const struct cs_codes *x = *(const struct cs_codes *const *)a, *y = *(const struct cs_codes *const *)b;
    uint32_t n = x->len < y->len ? x->len : y->len;
    int c = memcmp(x->ptr, y->ptr, n * sizeof *x->ptr);
    if (c) return c;
    if (x->len != y->len) return x->len < y->len ? -1 : 1;
    return x < y ? -1 : x > y;
}

static bool same_codes(const struct cs_codes *x, const struct cs_codes *y)
{
    return x->len == y->len && memcmp(x->ptr, y->ptr, x->len * sizeof *x->ptr) == 0;
}

static cs_rc check_distinct(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag)
{
    const struct cs_codes **sorted = malloc(n * sizeof *sorted);
    if (!sorted) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = &pattern[i];
    qsort(sorted, n, sizeof *sorted, by_codes);
    cs_rc rc = CS_OK;
    for (uint32_t i = 1; i < n && !cs_bad(rc); i++)
        if (same_codes(sorted[i - 1], sorted[i]))
            rc = refuse(diag, (uint32_t)(sorted[i] - pattern), "stands there twice");
    free(sorted);
    return rc;
}

static cs_rc check_patterns(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag)
{
    for (uint32_t i = 0; i < n; i++) {
        cs_rc rc = check_pattern(&pattern[i], i, diag);
        if (cs_bad(rc)) return rc;
    }
    return check_distinct(pattern, n, diag);
}

cs_rc cs_matcher_of(const struct cs_engine *engine, void *db, struct cs_matcher **out)
{
    struct cs_matcher *m = calloc(1, sizeof *m);
    if (!m) {
        engine->db_free(db);
        return cs_fail(CS_ENOMEM);
    }
    *m = (struct cs_matcher){.engine = engine, .db = db};
    engine->name(m->name);
    *out = m;
    return CS_OK;
}

const void *cs_matcher_db(const struct cs_matcher *m)
{
    return m->db;
}

cs_rc cs_matcher_new_with(const struct cs_engine *engine, const struct cs_codes *pattern, uint32_t n,
    struct cs_diag *diag, struct cs_matcher **out)
{
    void *db = NULL;
    cs_rc rc = n ? check_patterns(pattern, n, diag) : CS_OK;
    if (n && !cs_bad(rc)) rc = engine->compile(pattern, n, diag, &db);
    return cs_bad(rc) ? rc : cs_matcher_of(engine, db, out);
}

const struct cs_engine *cs_engine_of(enum cs_matcher_kind kind)
{
    return kind == CS_MATCHER_REFERENCE ? cs_engine_reference() : cs_engine_hyperscan();
}

cs_rc cs_matcher_new(enum cs_matcher_kind kind, const struct cs_codes *pattern, uint32_t n,
    struct cs_diag *diag, struct cs_matcher **out)
{
    const struct cs_engine *engine = cs_engine_of(kind);
    cs_rc rc = engine->check(diag);
    if (cs_bad(rc)) return rc;
    return cs_matcher_new_with(engine, pattern, n, diag, out);
}

cs_rc cs_matcher_self_test(struct cs_diag *diag)
{
    const struct cs_engine *engine = cs_engine_hyperscan();
    cs_rc rc = engine->check(diag);
    if (!cs_bad(rc)) rc = engine->probe(diag);
    if (cs_bad(rc)) return rc;
    return cs_self_test_run(engine, diag);
}

void cs_matcher_free(struct cs_matcher **m)
{
    if (!*m) return;
    (*m)->engine->db_free((*m)->db);
    free(*m);
    *m = NULL;
}

size_t cs_matcher_bytes(const struct cs_matcher *m)
{
    return m->db ? m->engine->db_bytes(m->db) : 0;
}

const char *cs_matcher_engine(const struct cs_matcher *m)
{
    return m->name;
}

cs_rc cs_scanner_new(const struct cs_matcher *m, struct cs_scanner **out)
{
    struct cs_scanner *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    s->matcher = m;
    cs_rc rc = m->db ? m->engine->scratch_new(m->db, &s->scratch) : CS_OK;
    if (cs_bad(rc)) {
        cs_scanner_free(&s);
        return rc;
    }
    *out = s;
    return CS_OK;
}

void cs_scanner_free(struct cs_scanner **s)
{
    if (!*s) return;
    (*s)->matcher->engine->scratch_free((*s)->scratch);
    cs_hits_clear(&(*s)->hits);
    free(*s);
    *s = NULL;
}

cs_rc cs_scanner_scan(
    struct cs_scanner *s, const struct cs_folded *in, const struct cs_hit **hit, uint32_t *n_hit)
{
    const struct cs_matcher *m = s->matcher;
    cs_hits_begin(&s->hits, in);
    if (m->db && in->n) {
        cs_rc rc = m->engine->scan(m->db, s->scratch, in, &s->hits);
        if (cs_bad(rc)) return rc;
    }
    return cs_hits_finish(&s->hits, hit, n_hit);
}
