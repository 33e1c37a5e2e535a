/* Time zones by their names in the system's TZ database (TZif, RFC 8536), read once into a table of
 * transitions; the process's own zone and libc's global state play no part. Immutable after load. */
#ifndef CS_CLOCK_ZONE_H
#define CS_CLOCK_ZONE_H

#include "base/rc.h"
#include "base/span.h"

struct cs_zone {
    int64_t *at_s;     /* n transitions, ascending, seconds UTC */
    int32_t *offset_s; /* local minus UTC from there on */
    uint32_t n;
    int32_t before_s; /* offset before the first transition */
};

/* Where the database lies on this system. */
#define CS_ZONE_DIRECTORY "/usr/share/zoneinfo"

/* A zone without transitions. */
void cs_zone_fixed(struct cs_zone *z, int32_t offset_s);
/* Read `directory`/`name`; rules for the future are written out up to the year 2150. Errors: CS_EINVAL (a
 * name that leaves the directory), CS_ENOENT, CS_ESYNTAX (not TZif), CS_ENOMEM. */
CS_MUST cs_rc cs_zone_load(struct cs_zone *z, const char *directory, const char *name);
/* The same from the bytes of a file. */
CS_MUST cs_rc cs_zone_parse(struct cs_zone *z, struct cs_span file);
void cs_zone_clear(struct cs_zone *z);
/* Local minus UTC at this instant, seconds. */
int32_t cs_zone_offset(const struct cs_zone *z, int64_t utc_s);
/* True when it never changes between these instants, seconds UTC. */
bool cs_zone_steady(const struct cs_zone *z, int64_t from_s, int64_t to_s);
/* The instant at which local clocks show `local_s` (seconds since 1970-01-01 00:00 local). Of a time that
 * comes twice the first; a time that is skipped counts with the offset from before the gap. */
int64_t cs_zone_utc(const struct cs_zone *z, int64_t local_s);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back as yyyymmdd. */
int32_t cs_days_of(int32_t year, int32_t month, int32_t day);
int32_t cs_date_of(int32_t days);

#endif
