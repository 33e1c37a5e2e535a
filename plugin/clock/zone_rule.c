#include "clock/zone_rule.h"

#include "clock/zone.h"

enum { DAY_S = 86400, TWO_O_CLOCK = 7200, HOUR_S = 3600 };

struct cursor {
    const uint8_t *at, *end;
};

static bool take(struct cursor *c, char want)
{
    if (c->at == c->end || *c->at != (uint8_t)want) return false;
    c->at++;
    return true;
}

static bool number(struct cursor *c, int32_t max, int32_t *out)
{
    int32_t n = 0, digits = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9' && digits < 4; digits++)
        n = n * 10 + (*c->at++ - '0');
    *out = n;
    return digits > 0 && n <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool clock_time(struct cursor *c, int32_t *out)
{
    int32_t sign = take(c, '-') ? -1 : 1, part[3] = {0};
    if (sign > 0) take(c, '+');
    if (!number(c, 167, &part[0])) return false;
    for (uint32_t k = 1; k < 3 && take(c, ':'); k++)
        if (!number(c, 59, &part[k])) return false;
    *out = sign * (part[0] * HOUR_S + part[1] * 60 + part[2]);
    return true;
}

/* Letters, or anything in angle brackets. */
static bool skip_name(struct cursor *c)
{
    const uint8_t *from = c->at;
    if (take(c, '<')) {
        while (c->at < c->end && *c->at != '>')
            c->at++;
        return take(c, '>');
    }
    while (c->at < c->end && ((*c->at | 0x20) >= 'a' && (*c->at | 0x20) <= 'z'))
        c->at++;
    return c->at - from >= 3;
}

static bool month_day(struct cursor *c, struct cs_zone_day *d)
{
    return number(c, 12, &d->month) && d->month > 0 && take(c, '.') && number(c, 5, &d->week) &&
           d->week > 0 && take(c, '.') && number(c, 6, &d->day);
}

static bool day(struct cursor *c, struct cs_zone_day *d)
{
    d->time_s = TWO_O_CLOCK;
    if (!take(c, ',')) return false;
    d->kind = take(c, 'M') ? 'M' : take(c, 'J') ? 'J' : 'N';
    bool good = d->kind == 'M' ? month_day(c, d) : number(c, 365, &d->day);
    if (good && take(c, '/')) good = clock_time(c, &d->time_s);
    return good;
}

bool cs_zone_rule_parse(struct cs_span text, struct cs_zone_rule *out)
{
    struct cursor c = {text.ptr, text.ptr + text.len};
    int32_t west;
    *out = (struct cs_zone_rule){0};
    if (!skip_name(&c) || !clock_time(&c, &west)) return false;
    out->standard_s = -west;
    if (c.at == c.end) return true;
    out->summer = true;
    out->summer_s = out->standard_s + HOUR_S;
    if (!skip_name(&c)) return false;
    if (c.at < c.end && *c.at != ',') {
        if (!clock_time(&c, &west)) return false;
        out->summer_s = -west;
    }
    return day(&c, &out->begin) && day(&c, &out->end) && c.at == c.end;
}

static bool leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day on which the rule falls in `year`, days since 1970. */
static int32_t day_in(const struct cs_zone_day *d, int32_t year)
{
    int32_t first = cs_days_of(year, 1, 1);
    if (d->kind == 'N') return first + d->day;
    if (d->kind == 'J') return first + d->day - 1 + (leap(year) && d->day >= 60);
    int32_t month = cs_days_of(year, d->month, 1);
    int32_t next = d->month == 12 ? cs_days_of(year + 1, 1, 1) : cs_days_of(year, d->month + 1, 1);
    int32_t weekday = (month + 4) % 7; /* 1970-01-01 was a Thursday */
    int32_t found = month + (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
    return found < next ? found : found - 7;
}

int64_t cs_zone_rule_begin(const struct cs_zone_rule *r, int32_t year)
{
    return (int64_t)day_in(&r->begin, year) * DAY_S + r->begin.time_s - r->standard_s;
}

int64_t cs_zone_rule_end(const struct cs_zone_rule *r, int32_t year)
{
    return (int64_t)day_in(&r->end, year) * DAY_S + r->end.time_s - r->summer_s;
}
