#include "clock/zone.h"

#include "clock/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DAY_S = 86400,
    FILE_MAX = 1 << 18,
    HEAD = 44,
    TRANSITIONS_MAX = 8192,
    TYPES_MAX = 256,
    LAST_YEAR = 2150
};

void cs_zone_fixed(struct cs_zone *z, int32_t offset_s)
{
    *z = (struct cs_zone){.before_s = offset_s};
}

void cs_zone_clear(struct cs_zone *z)
{
    free(z->at_s);
    free(z->offset_s);
    *z = (struct cs_zone){0};
}

/* Transitions at or before this instant. */
static uint32_t passed(const struct cs_zone *z, int64_t utc_s)
{
    uint32_t low = 0, high = z->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (z->at_s[mid] <= utc_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int32_t cs_zone_offset(const struct cs_zone *z, int64_t utc_s)
{
    uint32_t n = passed(z, utc_s);
    return n ? z->offset_s[n - 1] : z->before_s;
}

bool cs_zone_steady(const struct cs_zone *z, int64_t from_s, int64_t to_s)
{
    return passed(z, from_s) == passed(z, to_s);
}

int64_t cs_zone_utc(const struct cs_zone *z, int64_t local_s)
{
    /* The offset in force a day earlier is that from before any change on this day. */
    int32_t before = cs_zone_offset(z, local_s - z->before_s - DAY_S);
    int32_t after = cs_zone_offset(z, local_s - before);
    if (after == before) return local_s - before;
    int64_t t = local_s - after;
    return cs_zone_offset(z, t) == after ? t : local_s - before;
}

int32_t cs_days_of(int32_t year, int32_t month, int32_t day)
{
    /* Years that begin in March put the leap day last; 400 of them have 146,097 days. */
    int32_t y = month <= 2 ? year - 1 : year;
    int32_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int32_t cs_date_of(int32_t days)
{
    int32_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
    int32_t day = of_year - (153 * m + 2) / 5 + 1, month = m + (m < 10 ? 3 : -9);
    return (year + era * 400 + (month <= 2)) * 10000 + month * 100 + day;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* One of the two blocks of a file. */
struct block {
    const uint8_t *time, *index, *type;
    uint32_t n_time, n_type, time_bytes;
    size_t len; /* header included */
};

static bool read_block(struct cs_span f, uint32_t time_bytes, struct block *b)
{
    if (f.len < HEAD || memcmp(f.ptr, "TZif", 4) != 0) return false;
    uint32_t utc = be32(f.ptr + 20), standard = be32(f.ptr + 24), leaps = be32(f.ptr + 28);
    uint32_t chars = be32(f.ptr + 40);
    *b = (struct block){.n_time = be32(f.ptr + 32), .n_type = be32(f.ptr + 36), .time_bytes = time_bytes};
    bool sane = b->n_time <= TRANSITIONS_MAX && b->n_type > 0 && b->n_type <= TYPES_MAX &&
                chars <= FILE_MAX && leaps <= TRANSITIONS_MAX && utc <= TYPES_MAX && standard <= TYPES_MAX;
    if (!sane) return false;
    b->time = f.ptr + HEAD;
    b->index = b->time + (size_t)b->n_time * time_bytes;
    b->type = b->index + b->n_time;
    b->len = HEAD + (size_t)b->n_time * (time_bytes + 1) + (size_t)b->n_type * 6 + chars +
             (size_t)leaps * (time_bytes + 4) + standard + utc;
    return b->len <= f.len;
}

static cs_rc reserve(struct cs_zone *z, uint32_t n)
{
    z->at_s = malloc((n + 1) * sizeof *z->at_s);
    z->offset_s = malloc((n + 1) * sizeof *z->offset_s);
    return z->at_s && z->offset_s ? CS_OK : cs_fail(CS_ENOMEM);
}

static void add(struct cs_zone *z, int64_t at_s, int32_t offset_s)
{
    z->at_s[z->n] = at_s;
    z->offset_s[z->n++] = offset_s;
}

static cs_rc take_block(struct cs_zone *z, const struct block *b)
{
    z->before_s = (int32_t)be32(b->type);
    for (uint32_t i = 0; i < b->n_time; i++) {
        const uint8_t *t = b->time + (size_t)i * b->time_bytes;
        int64_t at = b->time_bytes == 8 ? be64(t) : (int32_t)be32(t);
        if (b->index[i] >= b->n_type || (z->n && at <= z->at_s[z->n - 1])) return cs_fail(CS_ESYNTAX);
        add(z, at, (int32_t)be32(b->type + (size_t)b->index[i] * 6));
    }
    return CS_OK;
}

static int32_t year_of(int64_t utc_s)
{
    const int64_t last = (int64_t)cs_days_of(LAST_YEAR, 1, 1) * DAY_S;
    if (utc_s < 0) return 1970;
    return utc_s >= last ? LAST_YEAR : cs_date_of((int32_t)(utc_s / DAY_S)) / 10000;
}

/* Write out the rule for the years behind the last transition. */
static void take_rule(struct cs_zone *z, const struct cs_zone_rule *r)
{
    int64_t last = z->n ? z->at_s[z->n - 1] : INT64_MIN;
    if (!r->summer) {
        if (!z->n) z->before_s = r->standard_s;
        return;
    }
    for (int32_t year = year_of(last); year < LAST_YEAR; year++) {
        int64_t begin = cs_zone_rule_begin(r, year), end = cs_zone_rule_end(r, year);
        int64_t early = begin < end ? begin : end, late = begin < end ? end : begin;
        if (early > last) add(z, early, early == begin ? r->summer_s : r->standard_s);
        if (late > last) add(z, late, late == begin ? r->summer_s : r->standard_s);
    }
}

static struct cs_span footer_of(struct cs_span f, size_t at)
{
    struct cs_span rest = cs_span_cut(f, at, f.len);
    if (rest.len < 2 || rest.ptr[0] != '\n') return (struct cs_span){0};
    const uint8_t *end = memchr(rest.ptr + 1, '\n', rest.len - 1);
    return end ? cs_span_of(rest.ptr + 1, (size_t)(end - rest.ptr - 1)) : (struct cs_span){0};
}

cs_rc cs_zone_parse(struct cs_zone *z, struct cs_span file)
{
    struct block b;
    struct cs_zone_rule rule;
    struct cs_span footer = {0};
    *z = (struct cs_zone){0};
    if (!read_block(file, 4, &b)) return cs_fail(CS_ESYNTAX);
    if (file.ptr[4] >= '2') {
        size_t first = b.len;
        if (!read_block(cs_span_cut(file, first, file.len), 8, &b)) return cs_fail(CS_ESYNTAX);
        footer = footer_of(file, first + b.len);
    }
    bool ruled = footer.len && cs_zone_rule_parse(footer, &rule);
    cs_rc rc = footer.len && !ruled ? cs_fail(CS_ESYNTAX) : reserve(z, b.n_time + 2 * (LAST_YEAR - 1970));
    if (!cs_bad(rc)) rc = take_block(z, &b);
    if (!cs_bad(rc) && ruled) take_rule(z, &rule);
    if (cs_bad(rc)) cs_zone_clear(z);
    return rc;
}

static bool sane_name(const char *name)
{
    return name[0] && name[0] != '/' && !strstr(name, "..") && strlen(name) < 128;
}

cs_rc cs_zone_load(struct cs_zone *z, const char *directory, const char *name)
{
    char path[512];
    *z = (struct cs_zone){0};
    if (!sane_name(name)) return cs_fail(CS_EINVAL);
    int len = snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = len > 0 && (size_t)len < sizeof path ? fopen(path, "rbe") : NULL;
    if (!f) return cs_fail(CS_ENOENT);
    uint8_t *bytes = malloc(FILE_MAX);
    size_t n = bytes ? fread(bytes, 1, FILE_MAX, f) : 0;
    cs_rc rc = bytes ? cs_zone_parse(z, cs_span_of(bytes, n)) : cs_fail(CS_ENOMEM);
    free(bytes);
    fclose(f);
    return rc;
}
