/* The Hyperscan engine: each pattern is a regular expression of \xHH escapes without flags, so that no code
 * page and no case rule of the library comes near the codes; the literal interface of 5.4.0 crashes and fails
 * on inputs that this one takes. */
#include "base/buf.h"
#include "scan/engine.h"
#include "scan/hyperscan_check.h"

#include <hs/hs.h>
#include <stdlib.h>

struct database {
    hs_database_t *db;
    hs_scratch_t *prototype; /* never scanned with; scanners clone it */
    size_t bytes;
};

static cs_rc rc_of(hs_error_t e)
{
    if (e == HS_SUCCESS) return CS_OK;
    return cs_fail(e == HS_NOMEM || e == HS_SCAN_TERMINATED ? CS_ENOMEM : CS_EUNSUPPORTED);
}

static void db_free(void *db)
{
    struct database *d = db;
    if (!d) return;
    hs_free_scratch(d->prototype);
    hs_free_database(d->db);
    free(d);
}

static size_t db_bytes(const void *db)
{
    return ((const struct database *)db)->bytes;
}

/* The patterns as C strings one behind the other, "\x12\xAB...\0". */
static void write_expressions(const struct cs_codes *pattern, uint32_t n, struct cs_buf *text)
{
    static const char digit[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < n; i++) {
        struct cs_span bytes = cs_span_of(pattern[i].ptr, pattern[i].len * sizeof *pattern[i].ptr);
        uint8_t *at = cs_buf_reserve(text, bytes.len * 4 + 1);
        if (!at) return;
        for (size_t k = 0; k < bytes.len; k++, at += 4) {
            uint8_t b = bytes.ptr[k];
            memcpy(at, "\\x", 2);
            at[2] = (uint8_t)digit[b >> 4];
            at[3] = (uint8_t)digit[b & 15];
        }
        *at = 0;
        text->len += bytes.len * 4 + 1;
    }
}

static cs_rc compile_failed(hs_compile_error_t *e, struct cs_diag *diag)
{
    bool memory = e && e->message && strstr(e->message, "memory");
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "the matcher did not compile: %s",
        e && e->message ? e->message : "no reason given");
    hs_free_compile_error(e);
    return cs_fail(memory ? CS_ENOMEM : CS_EUNSUPPORTED);
}

/* What hs_compile_multi takes: parallel columns. */
struct columns {
    const char **expression;
    unsigned *id;
};

static cs_rc compile_columns(struct columns c, uint32_t n, struct cs_diag *diag, hs_database_t **db)
{
    hs_compile_error_t *error = NULL;
    hs_error_t e = hs_compile_multi(c.expression, NULL, c.id, n, HS_MODE_BLOCK, NULL, db, &error);
    if (e == HS_COMPILER_ERROR) return compile_failed(error, diag);
    return rc_of(e);
}

static cs_rc compile_text(const struct cs_buf *text, uint32_t n, struct cs_diag *diag, hs_database_t **db)
{
    struct columns c = {malloc(n * sizeof *c.expression), malloc(n * sizeof *c.id)};
    cs_rc rc = c.expression && c.id ? CS_OK : cs_fail(CS_ENOMEM);
    const char *at = (const char *)text->ptr;
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++, at += strlen(at) + 1) {
        c.expression[i] = at;
        c.id[i] = i;
    }
    if (!cs_bad(rc)) rc = compile_columns(c, n, diag, db);
    free(c.expression);
    free(c.id);
    return rc;
}

/* A compiled database is ready once its scratch is. */
static cs_rc make_ready(struct database *d)
{
    cs_rc rc = rc_of(hs_alloc_scratch(d->db, &d->prototype));
    return cs_bad(rc) ? rc : rc_of(hs_database_size(d->db, &d->bytes));
}

static cs_rc compile_db(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag, struct database *d)
{
    struct cs_buf text = {0};
    write_expressions(pattern, n, &text);
    cs_rc rc = cs_buf_rc(&text);
    if (!cs_bad(rc)) rc = compile_text(&text, n, diag, &d->db);
    cs_buf_clear(&text);
    return cs_bad(rc) ? rc : make_ready(d);
}

static cs_rc compile(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag, void **db)
{
    struct database *d = calloc(1, sizeof *d);
    cs_rc rc = d ? compile_db(pattern, n, diag, d) : cs_fail(CS_ENOMEM);
    if (cs_bad(rc)) {
        db_free(d);
        return rc;
    }
    *db = d;
    return CS_OK;
}

static cs_rc save(const void *db, struct cs_buf *out)
{
    char *bytes = NULL;
    size_t n = 0;
    cs_rc rc = rc_of(hs_serialize_database(((const struct database *)db)->db, &bytes, &n));
    if (cs_bad(rc)) return rc;
    cs_buf_add(out, cs_span_of(bytes, n));
    free(bytes);
    return cs_buf_rc(out);
}

static cs_rc load(struct cs_span bytes, void **db)
{
    struct database *d = calloc(1, sizeof *d);
    cs_rc rc =
        d ? rc_of(hs_deserialize_database((const char *)bytes.ptr, bytes.len, &d->db)) : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) rc = make_ready(d);
    if (cs_bad(rc)) {
        db_free(d);
        return rc;
    }
    *db = d;
    return CS_OK;
}

static void stamp(struct cs_buf *out)
{
    hs_platform_info_t machine = {0};
    cs_buf_str(out, hs_version());
    if (hs_populate_platform(&machine) == HS_SUCCESS)
        cs_buf_fmt(out, "/%u/%llu", machine.tune, machine.cpu_features);
}

static cs_rc scratch_new(const void *db, void **scratch)
{
    hs_scratch_t *s = NULL;
    cs_rc rc = rc_of(hs_clone_scratch(((const struct database *)db)->prototype, &s));
    if (!cs_bad(rc)) *scratch = s;
    return rc;
}

static void scratch_free(void *scratch)
{
    hs_free_scratch(scratch);
}

/* Codes are two bytes: an odd end lies across two of them and is none of ours. Patterns have no delimiter, so
 * that an even one lies inside a message. */
static int on_match(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)from;
    (void)flags;
    if (to & 1) return 0;
    return cs_hits_add(context, id, (uint32_t)(to / 2)) ? 0 : 1;
}

static cs_rc scan(const void *db, void *scratch, const struct cs_folded *in, struct cs_hits *out)
{
    if (in->n_code > UINT32_MAX / sizeof *in->code) return cs_fail(CS_EUNSUPPORTED);
    unsigned bytes = in->n_code * (unsigned)sizeof *in->code;
    const struct database *d = db;
    return rc_of(hs_scan(d->db, (const char *)in->code, bytes, 0, scratch, on_match, out));
}

const struct cs_engine *cs_engine_hyperscan(void)
{
    static const struct cs_engine engine = {.name = cs_hyperscan_name,
        .check = cs_hyperscan_check,
        .probe = cs_hyperscan_probe,
        .compile = compile,
        .db_free = db_free,
        .db_bytes = db_bytes,
        .save = save,
        .load = load,
        .stamp = stamp,
        .scratch_new = scratch_new,
        .scratch_free = scratch_free,
        .scan = scan};
    return &engine;
}
