#include "config/units.h"

struct unit {
    const char *name;
    uint64_t factor;
};

cs_rc cs_parse_count(struct cs_span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return cs_fail(CS_ESYNTAX);
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, s.ptr[i] - (unsigned)'0', &v))
            return cs_fail(CS_ELIMIT);
    }
    if (!s.len) return cs_fail(CS_ESYNTAX);
    *out = v;
    return CS_OK;
}

static cs_rc parse_with_unit(struct cs_span s, const struct unit *units, size_t n, uint64_t *out)
{
    size_t digits = 0;
    while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
        digits++;
    struct cs_span name = cs_span_cut(s, digits, s.len);
    uint64_t v;
    for (size_t i = 0; i < n; i++) {
        if (!cs_span_eq(name, cs_span_str(units[i].name))) continue;
        cs_rc rc = cs_parse_count(cs_span_cut(s, 0, digits), &v);
        if (!cs_bad(rc) && __builtin_mul_overflow(v, units[i].factor, &v)) rc = cs_fail(CS_ELIMIT);
        if (!cs_bad(rc)) *out = v;
        return rc;
    }
    return cs_fail(CS_ESYNTAX);
}

cs_rc cs_parse_size(struct cs_span s, uint64_t *out)
{
    static const struct unit units[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    return parse_with_unit(s, units, sizeof units / sizeof units[0], out);
}

cs_rc cs_parse_duration(struct cs_span s, uint64_t *out)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24 * 3600 * 1000}};
    return parse_with_unit(s, units, sizeof units / sizeof units[0], out);
}
