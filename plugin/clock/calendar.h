/* Service hours: which service day an instant belongs to, whether it lies in the hours, when they begin next
 * and when the day ends. Immutable after load. */
#ifndef CS_CLOCK_CALENDAR_H
#define CS_CLOCK_CALENDAR_H

#include "clock/zone.h"

enum { CS_WINDOWS_MAX = 16 };

/* Hours of some weekdays, half open, seconds of the local clock from the midnight at which the day begins;
 * an end beyond 86,400 reaches into the next day. */
struct cs_window {
    uint8_t weekdays; /* bit 0 = Monday */
    int32_t begin_s, end_s;
};

struct cs_calendar {
    struct cs_zone zone;
    struct cs_window window[CS_WINDOWS_MAX]; /* none: every hour is a service hour */
    uint32_t n_window;
};

/* A moment as the calendar sees it. */
struct cs_moment {
    int32_t day; /* service day, days since 1970-01-01: after midnight still the day before while its hours
                    last */
    bool in_hours;
};

void cs_calendar_clear(struct cs_calendar *c);
struct cs_moment cs_calendar_at(const struct cs_calendar *c, int64_t utc_ms);
/* When the service day ends: local midnight, or later where its hours end later. */
int64_t cs_calendar_day_end(const struct cs_calendar *c, int32_t day);
/* The next beginning of service hours at or after this instant, or INT64_MAX. */
int64_t cs_calendar_next_open(const struct cs_calendar *c, int64_t utc_ms);
/* True when local clocks run on without a change from two days before `from_ms` to two days after `to_ms`:
 * the next beginning after `from_ms`, if it is `to_ms`, is that after every instant between them. */
bool cs_calendar_steady(const struct cs_calendar *c, int64_t from_ms, int64_t to_ms);

#endif
