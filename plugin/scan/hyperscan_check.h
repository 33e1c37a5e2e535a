/* Whether the Hyperscan library that was loaded may be trusted on this machine; internal to scan/. */
#ifndef CS_SCAN_HYPERSCAN_CHECK_H
#define CS_SCAN_HYPERSCAN_CHECK_H

#include "base/diag.h"

/* "hyperscan 5.4.0"; out has room for CS_ENGINE_NAME_MAX bytes. */
void cs_hyperscan_name(char *out);
/* Processor and version. Errors: CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_hyperscan_check(struct cs_diag *diag);
/* A match that a widespread replacement of the library misses. Errors: CS_EUNSUPPORTED, CS_ENOMEM. */
CS_MUST cs_rc cs_hyperscan_probe(struct cs_diag *diag);
/* True for version strings such as "5.4.0 2021-01-26" that name 5.4 or later. */
bool cs_hyperscan_version_ok(const char *version);

#endif
