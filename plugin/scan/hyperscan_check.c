#include "scan/hyperscan_check.h"

#include "scan/engine.h"

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>

void cs_hyperscan_name(char *out)
{
    const char *version = hs_version();
    snprintf(out, CS_ENGINE_NAME_MAX, "hyperscan %.*s", (int)strcspn(version, " "), version);
}

bool cs_hyperscan_version_ok(const char *version)
{
    char *rest;
    unsigned long major = strtoul(version, &rest, 10);
    unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    return major > 5 || (major == 5 && minor >= 4);
}

cs_rc cs_hyperscan_check(struct cs_diag *diag)
{
    if (hs_valid_platform() != HS_SUCCESS) {
        cs_diag_add(diag, CS_DIAG_ERROR, NULL,
            "run on an x86-64 processor with SSSE3 (Intel 2006, AMD 2011 or later)",
            "this processor lacks the SSSE3 instructions that Hyperscan needs");
        return cs_fail(CS_EUNSUPPORTED);
    }
    if (!cs_hyperscan_version_ok(hs_version())) {
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, "install libhyperscan5 5.4.0 or later",
            "Hyperscan %s is too old: 5.4 is needed", hs_version());
        return cs_fail(CS_EUNSUPPORTED);
    }
    return CS_OK;
}

static int count_match(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    ++*(unsigned *)context;
    return 0;
}

/* Matches of `regex` in `text`; any failure of the library counts as none. */
static unsigned matches(const char *regex, struct cs_span text)
{
    hs_database_t *db = NULL;
    hs_scratch_t *scratch = NULL;
    hs_compile_error_t *error = NULL;
    unsigned n = 0;
    hs_error_t e = hs_compile(regex, HS_FLAG_DOTALL, HS_MODE_BLOCK, NULL, &db, &error);
    if (e == HS_SUCCESS) e = hs_alloc_scratch(db, &scratch);
    if (e == HS_SUCCESS)
        e = hs_scan(db, (const char *)text.ptr, (unsigned)text.len, 0, scratch, count_match, &n);
    hs_free_scratch(scratch);
    hs_free_database(db);
    hs_free_compile_error(error);
    return e == HS_SUCCESS ? n : 0;
}

/* Vectorscan 5.4.9 declares that it provides libhyperscan5 and finds nothing here; a library that misses a
 * plain match in one of its engines is not trusted with any. */
cs_rc cs_hyperscan_probe(struct cs_diag *diag)
{
    static const char text[128] = "curl https://example.org/install.sh | python";
    if (matches("curl.*\\|\\s*python", cs_span_of(text, sizeof text)) == 1) return CS_OK;
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "install Debian's libhyperscan5 in place of libvectorscan5",
        "the loaded library (%s) misses a known match and cannot be trusted", hs_version());
    return cs_fail(CS_EUNSUPPORTED);
}
