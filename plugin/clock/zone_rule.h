/* The rule for the future at the end of a TZif file: "CST6CDT,M3.2.0,M11.1.0". Internal to zone*.c. */
#ifndef CS_CLOCK_ZONE_RULE_H
#define CS_CLOCK_ZONE_RULE_H

#include "base/span.h"

/* A day of the year as POSIX writes it. */
struct cs_zone_day {
    char kind; /* 'M': month, week, weekday; 'J': day 1-365 without February 29; 'N': day 0-365 */
    int32_t month, week, day;
    int32_t time_s; /* of the local clock */
};

struct cs_zone_rule {
    int32_t standard_s, summer_s; /* local minus UTC */
    bool summer;                  /* there is summer time */
    struct cs_zone_day begin, end;
};

bool cs_zone_rule_parse(struct cs_span text, struct cs_zone_rule *out);
/* Instants at which summer time begins and ends in `year`, seconds UTC. */
int64_t cs_zone_rule_begin(const struct cs_zone_rule *r, int32_t year);
int64_t cs_zone_rule_end(const struct cs_zone_rule *r, int32_t year);

#endif
