#include "clock/calendar.h"

enum { DAY_S = 86400, WEEK = 7 };

void cs_calendar_clear(struct cs_calendar *c)
{
    cs_zone_clear(&c->zone);
    c->n_window = 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Hostile times are cut to some 285,000 years from now, so that days fit. */
static int64_t seconds(int64_t utc_ms)
{
    const int64_t most = INT64_C(1) << 53;
    return floor_div(utc_ms < -most ? -most : utc_ms > most ? most : utc_ms, 1000);
}

/* 1970-01-01 was a Thursday. */
static uint8_t weekday_bit(int64_t day)
{
    return (uint8_t)(1u << ((day % WEEK + WEEK + 3) % WEEK));
}

static bool open_at(const struct cs_calendar *c, int64_t day, int64_t second)
{
    uint8_t bit = weekday_bit(day);
    for (uint32_t k = 0; k < c->n_window; k++) {
        const struct cs_window *w = &c->window[k];
        if (w->weekdays & bit && second >= w->begin_s && second < w->end_s) return true;
    }
    return false;
}

struct cs_moment cs_calendar_at(const struct cs_calendar *c, int64_t utc_ms)
{
    int64_t utc_s = seconds(utc_ms), local_s = utc_s + cs_zone_offset(&c->zone, utc_s);
    int64_t day = floor_div(local_s, DAY_S), second = local_s - day * DAY_S;
    bool before = open_at(c, day - 1, second + DAY_S);
    bool in_hours = before || c->n_window == 0 || open_at(c, day, second);
    return (struct cs_moment){(int32_t)(before ? day - 1 : day), in_hours};
}

int64_t cs_calendar_day_end(const struct cs_calendar *c, int32_t day)
{
    int32_t end_s = DAY_S;
    uint8_t bit = weekday_bit(day);
    for (uint32_t k = 0; k < c->n_window; k++)
        if (c->window[k].weekdays & bit && c->window[k].end_s > end_s) end_s = c->window[k].end_s;
    return cs_zone_utc(&c->zone, (int64_t)day * DAY_S + end_s) * 1000;
}

/* The first beginning on this local day that is not before `utc_ms`, or INT64_MAX. */
static int64_t open_on(const struct cs_calendar *c, int64_t day, int64_t utc_ms)
{
    int64_t best = INT64_MAX;
    uint8_t bit = weekday_bit(day);
    for (uint32_t k = 0; k < c->n_window; k++) {
        if (!(c->window[k].weekdays & bit)) continue;
        int64_t at = cs_zone_utc(&c->zone, day * DAY_S + c->window[k].begin_s) * 1000;
        if (at >= utc_ms && at < best) best = at;
    }
    return best;
}

int64_t cs_calendar_next_open(const struct cs_calendar *c, int64_t utc_ms)
{
    int64_t utc_s = seconds(utc_ms);
    int64_t today = floor_div(utc_s + cs_zone_offset(&c->zone, utc_s), DAY_S);
    if (cs_calendar_at(c, utc_ms).in_hours) return utc_ms;
    for (int64_t day = today; day <= today + WEEK + 1; day++) {
        int64_t at = open_on(c, day, utc_ms);
        if (at != INT64_MAX) return at;
    }
    return INT64_MAX;
}

bool cs_calendar_steady(const struct cs_calendar *c, int64_t from_ms, int64_t to_ms)
{
    return cs_zone_steady(&c->zone, seconds(from_ms) - 2 * DAY_S, seconds(to_ms) + 2 * DAY_S);
}
