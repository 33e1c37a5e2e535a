/* What an engine must provide behind matcher.h; internal to scan/ and its tests.
 *
 * A row of functions per engine: the dispatcher never asks which one it has. A database is immutable after
 * compile, a scratch belongs to one thread. */
#ifndef CS_SCAN_ENGINE_H
#define CS_SCAN_ENGINE_H

#include "base/buf.h"
#include "scan/hits.h"
#include "scan/matcher.h"

enum { CS_ENGINE_NAME_MAX = 48 };

struct cs_engine {
    /* Name and version as a C string of at most CS_ENGINE_NAME_MAX bytes, NUL included. */
    void (*name)(char *out);
    /* Whether machine and library can be used at all. Errors: CS_EUNSUPPORTED, told in diag. */
    cs_rc (*check)(struct cs_diag *diag);
    /* Known answers beyond what compile and scan can show; NULL = none. Errors as check. */
    cs_rc (*probe)(struct cs_diag *diag);
    /* Compile n >= 1 patterns that matcher.c has found valid. */
    cs_rc (*compile)(const struct cs_codes *pattern, uint32_t n, struct cs_diag *diag, void **db);
    void (*db_free)(void *db); /* accepts NULL */
    size_t (*db_bytes)(const void *db);
    /* To and from bytes, for databases kept in files; NULL = not worth it. What was loaded answers as what
     * was saved; `stamp` appends all that it depends on besides the patterns. Errors of load: CS_EUNSUPPORTED
     * (not for this library or machine), CS_ENOMEM. */
    cs_rc (*save)(const void *db, struct cs_buf *out);
    cs_rc (*load)(struct cs_span bytes, void **db);
    void (*stamp)(struct cs_buf *out);
    cs_rc (*scratch_new)(const void *db, void **scratch);
    void (*scratch_free)(void *scratch); /* accepts NULL */
    /* Put every occurrence inside the messages of `in` into `out`, in any order, repeats allowed. */
    cs_rc (*scan)(const void *db, void *scratch, const struct cs_folded *in, struct cs_hits *out);
};

const struct cs_engine *cs_engine_hyperscan(void);
const struct cs_engine *cs_engine_reference(void);

const struct cs_engine *cs_engine_of(enum cs_matcher_kind kind);

/* A matcher around a database, which is its own from now on (freed on failure, too). Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_matcher_of(const struct cs_engine *engine, void *db, struct cs_matcher **out);
/* The database of a matcher, borrowed. */
const void *cs_matcher_db(const struct cs_matcher *m);
/* As cs_matcher_new, with an engine of the caller's choice. */
CS_MUST cs_rc cs_matcher_new_with(const struct cs_engine *engine, const struct cs_codes *pattern, uint32_t n,
    struct cs_diag *diag, struct cs_matcher **out);
/* Known answers against any engine; the first wrong one is told in diag. Errors: CS_EUNSUPPORTED, CS_ENOMEM.
 */
CS_MUST cs_rc cs_self_test_run(const struct cs_engine *engine, struct cs_diag *diag);

#endif
