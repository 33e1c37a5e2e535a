/* Numbers as people write them in configuration: counts, sizes ("512MiB"), durations ("20s"). */
#ifndef CS_CONFIG_UNITS_H
#define CS_CONFIG_UNITS_H

#include "base/rc.h"
#include "base/span.h"

/* Digits only. Errors: CS_ESYNTAX, CS_ELIMIT (does not fit). */
CS_MUST cs_rc cs_parse_count(struct cs_span s, uint64_t *out);
/* A count of bytes with an optional unit KiB, MiB or GiB. Errors: as above. */
CS_MUST cs_rc cs_parse_size(struct cs_span s, uint64_t *out);
/* A count with one of the units ms, s, m, h, d; in milliseconds. Errors: as above. */
CS_MUST cs_rc cs_parse_duration(struct cs_span s, uint64_t *out);

#endif
