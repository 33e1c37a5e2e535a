#include "base/utf8.h"
#include "config/expand.h"
#include "config/settings_table.h"
#include "config/units.h"

#include <stdio.h>

enum { TOPIC_MAX_BYTES = 249, RULES_MAX = 1024 };

static void *field(struct cs_settings *s, const struct cs_setting *row)
{
    return (char *)s + row->offset;
}

/* Refuse a value: `NAME must be WHAT, not "VALUE"`. */
static cs_rc refuse(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    const char *what, const char *hint)
{
    cs_diag_add(
        diag, CS_DIAG_ERROR, in->at, hint, "%s must be %s, not \"%.80s\"", row->info.name, what, in->raw);
    return cs_fail(CS_ESYNTAX);
}

/* Several brokers become one list with commas, as the client library wants it. */
static cs_rc add_brokers(struct cs_span value, struct cs_settings *s)
{
    struct cs_buf b = {0};
    if (s->brokers) cs_buf_fmt(&b, "%s,", s->brokers);
    cs_buf_add(&b, value);
    char *joined = b.failed ? NULL : cs_arena_strdup(&s->arena, cs_buf_span(&b));
    cs_buf_clear(&b);
    if (!joined) return cs_fail(CS_ENOMEM);
    s->brokers = joined;
    return CS_OK;
}

static cs_rc put_text(const struct cs_setting *row, struct cs_span value, struct cs_settings *s)
{
    char *copy = cs_arena_strdup(&s->arena, value);
    if (!copy) return cs_fail(CS_ENOMEM);
    *(const char **)field(s, row) = copy;
    return CS_OK;
}

static bool is_graphic(struct cs_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] == 0x7F) return false;
    return cs_utf8_valid(s);
}

static bool is_word(struct cs_span s, const char *word)
{
    return cs_span_eq(s, cs_span_str(word));
}

/* Kafka's rule for topic names. */
static bool is_topic(struct cs_span s)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    for (size_t i = 0; i < s.len; i++)
        if (!memchr(allowed, s.ptr[i], sizeof allowed - 1)) return false;
    return s.len > 0 && s.len <= TOPIC_MAX_BYTES && !is_word(s, ".") && !is_word(s, "..");
}

/* "off", and an empty value, which is what an unset variable leaves. */
static bool is_off(struct cs_span s)
{
    return s.len == 0 || is_word(s, "off");
}

/* HOST or HOST:PORT, where HOST may be an address in square brackets. */
static bool is_broker(struct cs_span s)
{
    size_t colon = s.len;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ':') colon = i;
        if (s.ptr[i] == ']') colon = s.len;
    }
    if (colon == 0 || !s.len || !is_graphic(s)) return false;
    if (colon == s.len) return true;
    uint64_t port = 0;
    cs_rc rc = cs_parse_count(cs_span_cut(s, colon + 1, s.len), &port);
    return !cs_bad(rc) && port >= 1 && port <= 65535;
}

static bool is_broker_list(struct cs_span s)
{
    size_t begin = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] != ',') continue;
        if (!is_broker(cs_span_cut(s, begin, i))) return false;
        begin = i + 1;
    }
    return true;
}

static bool is_name(const struct cs_setting *row, struct cs_span s)
{
    return s.len >= row->min && s.len <= row->max && is_graphic(s);
}

static cs_rc put_string(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    struct cs_settings *s)
{
    struct cs_span v = in->value;
    if (row->kind == CS_SETTING_TOPIC && !is_topic(v))
        return refuse(row, in, diag, "a Kafka topic name", "1 to 249 of A-Z a-z 0-9 . _ -");
    if (row->kind == CS_SETTING_TOPIC_OR_OFF && is_off(v)) {
        *(const char **)field(s, row) = NULL;
        return CS_OK;
    }
    if (row->kind == CS_SETTING_TOPIC_OR_OFF && !is_topic(v))
        return refuse(row, in, diag, "a Kafka topic name or off", "1 to 249 of A-Z a-z 0-9 . _ -");
    if (row->kind == CS_SETTING_NAME && !is_name(row, v))
        return refuse(row, in, diag, "a name of 1 to 249 bytes without spaces", NULL);
    if (row->kind == CS_SETTING_FORMAT && !is_word(v, "protobuf") && !is_word(v, "json"))
        return refuse(row, in, diag, "protobuf or json", NULL);
    return put_text(row, v, s);
}

static cs_rc put_brokers(const struct cs_setting *row, const struct cs_setting_input *in,
    struct cs_diag *diag, struct cs_settings *s)
{
    if (is_broker_list(in->value)) return add_brokers(in->value, s);
    return refuse(
        row, in, diag, "HOST:PORT, several with commas between", "for example kafka1:9092,kafka2:9092");
}

static cs_rc put_delivery(const struct cs_setting *row, const struct cs_setting_input *in,
    struct cs_diag *diag, struct cs_settings *s)
{
    if (!is_word(in->value, "at_least_once")) return refuse(row, in, diag, "at_least_once", NULL);
    *(enum cs_delivery *)field(s, row) = CS_DELIVERY_AT_LEAST_ONCE;
    return CS_OK;
}

static cs_rc put_state_lost(const struct cs_setting *row, const struct cs_setting_input *in,
    struct cs_diag *diag, struct cs_settings *s)
{
    bool accept = is_word(in->value, "accept");
    if (!accept && !is_word(in->value, "stop")) return refuse(row, in, diag, "stop or accept", NULL);
    *(enum cs_state_lost *)field(s, row) = accept ? CS_STATE_LOST_ACCEPT : CS_STATE_LOST_STOP;
    return CS_OK;
}

/* A number in the largest unit that shows it exactly. */
static void show(const struct cs_setting *row, uint64_t v, char out[32])
{
    static const char *const size_unit[] = {"", "KiB", "MiB", "GiB"};
    static const char *const time_unit[] = {"ms", "s", "m", "h", "d"};
    static const uint32_t time_step[] = {1000, 60, 60, 24};
    uint32_t u = 0;
    if (row->kind == CS_SETTING_SIZE) {
        for (; u < 3 && v && v % 1024 == 0; u++)
            v /= 1024;
        snprintf(out, 32, "%llu%s", (unsigned long long)v, size_unit[u]);
    } else if (row->kind != CS_SETTING_COUNT) {
        if (row->kind == CS_SETTING_THRESHOLDS) v *= 1000;
        for (; u < 4 && v && v % time_step[u] == 0; u++)
            v /= time_step[u];
        snprintf(out, 32, "%llu%s", (unsigned long long)v, time_unit[u]);
    } else {
        snprintf(out, 32, "%llu", (unsigned long long)v);
    }
}

static cs_rc parse_number(const struct cs_setting *row, struct cs_span s, uint64_t *v)
{
    if (row->kind == CS_SETTING_COUNT) return cs_parse_count(s, v);
    if (row->kind == CS_SETTING_SIZE) return cs_parse_size(s, v);
    cs_rc rc = cs_parse_duration(s, v);
    if (cs_bad(rc) || row->kind == CS_SETTING_DURATION) return rc;
    if (*v % 1000) return cs_fail(CS_ESYNTAX);
    *v /= 1000;
    return CS_OK;
}

static cs_rc read_number(
    const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag, uint64_t *v)
{
    cs_rc rc = parse_number(row, in->value, v);
    if (cs_is(rc, CS_ESYNTAX)) {
        if (row->kind == CS_SETTING_COUNT) return refuse(row, in, diag, "a whole number", NULL);
        if (row->kind == CS_SETTING_SIZE)
            return refuse(row, in, diag, "a size", "a whole number with KiB, MiB or GiB, such as 512MiB");
        if (row->kind == CS_SETTING_DURATION)
            return refuse(row, in, diag, "a duration", "a whole number with ms, s, m, h or d, such as 20s");
        return refuse(row, in, diag, "a duration in whole seconds", "such as 40s or 5m");
    }
    if (!cs_bad(rc) && *v >= row->min && *v <= row->max) return CS_OK;
    char lo[32], hi[32], what[80];
    show(row, row->min, lo);
    show(row, row->max, hi);
    snprintf(what, sizeof what, "from %s to %s", lo, hi);
    return refuse(row, in, diag, what, NULL);
}

static cs_rc put_threshold(const struct cs_setting *row, const struct cs_setting_input *in, uint64_t v,
    struct cs_diag *diag, struct cs_settings *s)
{
    uint32_t n = s->n_clock_threshold;
    if (n == CS_THRESHOLDS_MAX) return refuse(row, in, diag, "at most 8 durations", NULL);
    if (n && v <= s->clock_threshold_s[n - 1])
        return refuse(row, in, diag, "durations that rise", "write the shortest first");
    s->clock_threshold_s[n] = (uint32_t)v;
    s->n_clock_threshold = n + 1;
    return CS_OK;
}

static cs_rc put_number(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    struct cs_settings *s)
{
    uint64_t v = 0;
    cs_rc rc = read_number(row, in, diag, &v);
    if (cs_bad(rc)) return rc;
    if (row->kind == CS_SETTING_THRESHOLDS) return put_threshold(row, in, v, diag, s);
    if (row->kind == CS_SETTING_COUNT)
        *(uint32_t *)field(s, row) = (uint32_t)v;
    else if (row->kind == CS_SETTING_SIZE)
        *(uint64_t *)field(s, row) = v;
    else
        *(int64_t *)field(s, row) = (int64_t)v;
    return CS_OK;
}

static cs_rc put_switch(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    struct cs_settings *s)
{
    bool on = is_word(in->value, "on");
    if (!on && !is_word(in->value, "off")) return refuse(row, in, diag, "on or off", NULL);
    *(bool *)field(s, row) = on;
    return CS_OK;
}

/* A copy of a path that is looked up from where it is written; NULL when memory is out. */
static char *resolved(const struct cs_setting_input *in, struct cs_settings *s)
{
    char *path = cs_arena_strdup(&s->arena, in->value);
    struct cs_buf b = {0};
    if (path) cs_expand_path(in->dir, path, &b);
    path = path && !b.failed ? cs_arena_strdup(&s->arena, cs_buf_span(&b)) : NULL;
    cs_buf_clear(&b);
    return path;
}

static cs_rc put_folder(
    const struct cs_setting *row, const struct cs_setting_input *in, struct cs_settings *s)
{
    char *path = is_off(in->value) ? NULL : resolved(in, s);
    *(const char **)field(s, row) = path;
    return path || is_off(in->value) ? CS_OK : cs_fail(CS_ENOMEM);
}

/* The list that a row of kind CS_SETTING_PATHS fills. */
struct path_list {
    const char ***item;
    uint32_t *n;
};

static struct path_list path_list_of(const struct cs_setting *row, struct cs_settings *s)
{
    bool rules = row->offset == offsetof(struct cs_settings, rules);
    return rules ? (struct path_list){&s->rules, &s->n_rules}
                 : (struct path_list){&s->profiles, &s->n_profiles};
}

static cs_rc put_path(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    struct cs_settings *s)
{
    struct path_list list = path_list_of(row, s);
    if (!in->value.len) return refuse(row, in, diag, "a file or a directory", NULL);
    if (*list.n == RULES_MAX) return refuse(row, in, diag, "at most 1024 paths", NULL);
    uint32_t n = *list.n;
    if ((n & (n - 1)) == 0) { /* 0 or a power of two: the array is full */
        const char **wider = cs_arena_zalloc(&s->arena, n ? 2 * n : 1, sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (n) memcpy(wider, *list.item, n * sizeof *wider);
        *list.item = wider;
    }
    char *path = resolved(in, s);
    if (!path) return cs_fail(CS_ENOMEM);
    (*list.item)[(*list.n)++] = path;
    return CS_OK;
}

cs_rc cs_setting_put(const struct cs_setting *row, const struct cs_setting_input *in, struct cs_diag *diag,
    struct cs_settings *s)
{
    switch (row->kind) {
    case CS_SETTING_BROKERS: return put_brokers(row, in, diag, s);
    case CS_SETTING_DELIVERY: return put_delivery(row, in, diag, s);
    case CS_SETTING_STATE_LOST: return put_state_lost(row, in, diag, s);
    case CS_SETTING_FOLDER: return put_folder(row, in, s);
    case CS_SETTING_SWITCH: return put_switch(row, in, diag, s);
    case CS_SETTING_PATHS: return put_path(row, in, diag, s);
    case CS_SETTING_COUNT:
    case CS_SETTING_SIZE:
    case CS_SETTING_DURATION:
    case CS_SETTING_THRESHOLDS: return put_number(row, in, diag, s);
    default: return put_string(row, in, diag, s);
    }
}

bool cs_setting_is_list(const struct cs_setting *row)
{
    return row->kind == CS_SETTING_BROKERS || row->kind == CS_SETTING_PATHS ||
           row->kind == CS_SETTING_THRESHOLDS;
}

void cs_setting_empty(const struct cs_setting *row, struct cs_settings *s)
{
    if (row->kind == CS_SETTING_BROKERS) s->brokers = NULL;
    if (row->kind == CS_SETTING_PATHS) *path_list_of(row, s).n = 0;
    if (row->kind == CS_SETTING_THRESHOLDS) s->n_clock_threshold = 0;
}
