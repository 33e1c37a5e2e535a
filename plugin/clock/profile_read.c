#include "clock/profile_read.h"

#include <stdio.h>

enum { DAY_S = 86400, PHRASE_KINDS = 5 };

/* A profile in the making: zone and offset are looked at together at the end. */
struct draft {
    struct cs_profile p;
    const struct cs_yaml_node *zone, *offset;
};

#define AT(member) offsetof(struct draft, member)

static void keep_node(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    if (cs_profile_scalar(r, n)) *(const struct cs_yaml_node **)target = n;
}

struct names {
    const char **item;
    uint32_t n;
};

static struct names take_names(struct cs_profile_reader *r, const struct cs_yaml_node *n)
{
    const struct cs_yaml_node *const *item, *single;
    uint32_t count = cs_profile_list(n, &item, &single);
    struct names out = {cs_arena_zalloc(r->arena, count + 1, sizeof *out.item), 0};
    if (!out.item) r->no_memory = true;
    for (uint32_t i = 0; i < count && out.item; i++) {
        cs_take_text(r, item[i], &out.item[out.n]);
        if (out.item[out.n]) out.n++;
    }
    return out;
}

static void take_platforms(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    struct names found = take_names(r, n);
    struct draft *d = target;
    d->p.platform = found.item;
    d->p.n_platform = found.n;
}

static void take_shops(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    struct names found = take_names(r, n);
    struct draft *d = target;
    d->p.shop = found.item;
    d->p.n_shop = found.n;
}

/* At most `most` digits, at least one; moves *s behind them. */
static bool digits(const char **s, int32_t most, int32_t *out)
{
    int32_t n = 0;
    *out = 0;
    for (; n < most && **s >= '0' && **s <= '9'; n++)
        *out = *out * 10 + (*(*s)++ - '0');
    return n > 0;
}

static bool sign(const char **s, char want)
{
    return **s == want && (*s)++;
}

/* yyyy-mm-dd and nothing behind it. */
static bool three(const char *s, int32_t *year, int32_t *month, int32_t *day)
{
    return digits(&s, 4, year) && sign(&s, '-') && digits(&s, 2, month) && sign(&s, '-') &&
           digits(&s, 2, day) && !*s;
}

static void take_date(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    int32_t year, month, day;
    if (!cs_profile_scalar(r, n)) return;
    bool good = three(n->text, &year, &month, &day) && year >= 1970 && year < 2150 && month <= 12;
    int32_t days = good ? cs_days_of(year, month, day) : 0;
    if (good && cs_date_of(days) == year * 10000 + month * 100 + day)
        *(int32_t *)target = days;
    else
        cs_profile_fault(r, n, "write for example 2022-06-21", "not a date of 1970 to 2149:", n->text);
}

/* hh:mm or hh:mm:ss up to 48:00 as seconds; returns the rest, or NULL. */
static const char *parse_time(const char *s, int32_t *out)
{
    int32_t hour, minute, second = 0;
    if (!digits(&s, 2, &hour) || !sign(&s, ':') || !digits(&s, 2, &minute)) return NULL;
    if (sign(&s, ':') && !digits(&s, 2, &second)) return NULL;
    *out = hour * 3600 + minute * 60 + second;
    return minute < 60 && second < 60 && *out <= 2 * DAY_S ? s : NULL;
}

/* "08:00-23:00"; an end that is not behind its begin lies on the next day. */
static void take_window(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    struct cs_window *w = target;
    if (!cs_profile_scalar(r, n)) return;
    const char *s = parse_time(n->text, &w->begin_s);
    s = s && *s == '-' ? parse_time(s + 1, &w->end_s) : NULL;
    if (!s || *s || w->begin_s >= DAY_S) {
        cs_profile_fault(r, n, "write for example \"08:00-23:00\"", "not a time window:", n->text);
        return;
    }
    if (w->end_s <= w->begin_s) w->end_s += DAY_S;
    if (w->end_s > w->begin_s + DAY_S) cs_profile_fault(r, n, NULL, "longer than a day:", n->text);
}

static void take_weekdays(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const struct cs_yaml_node *const *item, *single;
    struct cs_window *w = target;
    uint32_t count = cs_profile_list(n, &item, &single);
    w->weekdays = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = cs_profile_choice(r, item[i], names, 7);
        if (k < 7) w->weekdays = (uint8_t)(w->weekdays | 1u << k);
    }
}

static void take_hours(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const struct cs_profile_key keys[] = {{"days", take_weekdays, 0}, {"time", take_window, 0}};
    struct cs_calendar *c = &((struct draft *)target)->p.calendar;
    const struct cs_yaml_node *const *item, *single;
    uint32_t count = cs_profile_list(n, &item, &single);
    for (uint32_t i = 0; i < count; i++) {
        struct cs_window w = {.weekdays = 0x7F};
        if (item[i]->kind == CS_YAML_MAPPING)
            cs_profile_mapping(r, item[i], keys, 2, &w);
        else
            take_window(r, item[i], &w);
        if (item[i]->kind == CS_YAML_MAPPING && !w.end_s)
            cs_profile_fault(r, item[i], "add `time: \"09:00-18:00\"`", "the hours lack a time", NULL);
        if (c->n_window < CS_WINDOWS_MAX)
            c->window[c->n_window++] = w;
        else
            cs_profile_fault(r, item[i], NULL, "a profile has at most 16 time windows", NULL);
    }
}

static void take_replies(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    const struct cs_yaml_node *const *item, *single;
    const char *names[CS_RESPONDER_COUNT] = {0};
    uint32_t count = cs_profile_list(n, &item, &single);
    struct draft *d = target;
    for (uint32_t k = CS_RESPONDER_HUMAN; k < CS_RESPONDER_COUNT; k++)
        names[k] = cs_responder_name(k);
    d->p.valid = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = cs_profile_choice(r, item[i], names, CS_RESPONDER_COUNT);
        if (k < CS_RESPONDER_COUNT) d->p.valid = (uint8_t)(d->p.valid | 1u << k);
    }
}

static uint32_t meaning_of(struct cs_profile_reader *r, const struct cs_yaml_node *key)
{
    static const char *const kinds[PHRASE_KINDS] = {"holding", "courtesy", "promise", "human_request"};
    const char *names[PHRASE_KINDS + CS_NOTICE_COUNT] = {0};
    for (uint32_t k = 0; k < 4; k++)
        names[k] = kinds[k];
    for (uint32_t k = 1; k < CS_NOTICE_COUNT; k++)
        names[4 + k] = cs_notice_name(k);
    uint32_t k = cs_profile_choice(r, key, names, 4 + CS_NOTICE_COUNT);
    return k < 4 + CS_NOTICE_COUNT ? 1u << k : 0;
}

/* A phrase that begins and ends with ... stands anywhere in the text. */
static void take_phrase(
    struct cs_profile_reader *r, const struct cs_yaml_node *n, uint32_t meaning, struct cs_phrases *out)
{
    if (!cs_profile_scalar(r, n)) return;
    struct cs_span s = cs_span_of(n->text, n->len), dots = CS_SPAN_LIT("...");
    bool inside = s.len > 6 && cs_span_eq(cs_span_cut(s, 0, 3), dots) &&
                  cs_span_eq(cs_span_cut(s, s.len - 3, s.len), dots);
    cs_rc rc = cs_phrases_add(out, s, meaning, !inside);
    if (cs_is(rc, CS_ENOMEM)) r->no_memory = true;
    if (cs_is(rc, CS_EINVAL)) cs_profile_fault(r, n, NULL, "nothing to look for, or too long:", n->text);
}

static void take_phrases(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    struct draft *d = target;
    if (n->kind != CS_YAML_MAPPING) {
        cs_profile_fault(
            r, n, "write `holding: [请稍等]`", "a mapping of kinds of phrases is expected here", NULL);
        return;
    }
    for (uint32_t i = 0; i < n->n; i++) {
        const struct cs_yaml_node *const *item, *single;
        uint32_t meaning = meaning_of(r, n->key[i]), count = cs_profile_list(n->item[i], &item, &single);
        for (uint32_t k = 0; k < count && meaning; k++)
            take_phrase(r, item[k], meaning, &d->p.phrases);
    }
}

static void take_transfer(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const char *const names[] = {"keeps", "splits", "splits_and_restarts"};
    struct draft *d = target;
    uint32_t k = cs_profile_choice(r, n, names, 3);
    d->p.transfer_splits = k == 1 || k == 2;
    d->p.transfer_restarts = k == 2;
}

static void take_leave(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const char *const names[] = {"counted", "excluded"};
    uint32_t k = cs_profile_choice(r, n, names, 2);
    if (k < 2) *(bool *)target = k == 1;
}

static void take_limit(struct cs_profile_reader *r, const struct cs_yaml_node *n, struct cs_profile *p)
{
    static const struct cs_profile_key keys[] = {{"name", cs_take_text, offsetof(struct cs_limit, name)},
        {"after", cs_take_duration, offsetof(struct cs_limit, after_ms)},
        {"warn_before", cs_take_duration, offsetof(struct cs_limit, warn_ms)},
        {"warning", cs_take_bool, offsetof(struct cs_limit, warning)}};
    struct cs_limit l = {0};
    cs_profile_mapping(r, n, keys, sizeof keys / sizeof keys[0], &l);
    if (!l.name) cs_profile_fault(r, n, "add `name: late`", "the limit has no name", NULL);
    if (!l.after_ms) cs_profile_fault(r, n, "add `after: 180s`", "the limit has no time", NULL);
    if (l.after_ms && l.warn_ms >= l.after_ms)
        cs_profile_fault(r, n, NULL, "the warning would come before the question", NULL);
    if (l.after_ms && p->n_limit && l.after_ms <= p->limit[p->n_limit - 1].after_ms)
        cs_profile_fault(r, n, "sort the limits by `after`", "not longer than the limit before", NULL);
    if (p->n_limit < CS_LIMITS_MAX)
        p->limit[p->n_limit++] = l;
    else
        cs_profile_fault(r, n, NULL, "a profile has at most 16 limits", NULL);
}

static void take_limits(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    const struct cs_yaml_node *const *item, *single;
    uint32_t count = cs_profile_list(n, &item, &single);
    for (uint32_t i = 0; i < count; i++)
        take_limit(r, item[i], &((struct draft *)target)->p);
}

static int32_t read_offset(struct cs_profile_reader *r, const struct cs_yaml_node *n)
{
    int32_t offset = 0;
    bool west = n->text[0] == '-';
    const char *end = parse_time(n->text + (west || n->text[0] == '+'), &offset);
    if (!end || *end || offset > DAY_S)
        cs_profile_fault(r, n, "write for example \"+08:00\"", "not an offset from UTC:", n->text);
    return west ? -offset : offset;
}

/* The zone by its name; where the system does not know it, the offset. */
static void read_zone(struct cs_profile_reader *r, struct draft *d)
{
    int32_t offset = d->offset ? read_offset(r, d->offset) : 0;
    cs_rc rc =
        d->zone ? cs_zone_load(&d->p.calendar.zone, CS_ZONE_DIRECTORY, d->zone->text) : cs_fail(CS_ENOENT);
    if (!cs_bad(rc)) return;
    if (cs_is(rc, CS_ENOMEM)) r->no_memory = true;
    cs_zone_fixed(&d->p.calendar.zone, offset);
    if (d->zone && !d->offset)
        cs_profile_fault(r, d->zone, "install tzdata, mend the name, or add `utc_offset: \"+08:00\"`",
            "the system has no such time zone:", d->zone->text);
}

static void check_profile(struct cs_profile_reader *r, const struct cs_yaml_node *root, const struct draft *d)
{
    uint32_t of_buyers = 0;
    for (uint32_t k = 0; k < d->p.n_metric; k++)
        of_buyers += d->p.metric[k].unit == CS_UNIT_BUYER_DAY;
    if (!d->p.id) cs_profile_fault(r, root, "add `profile: NAME`", "the profile has no name", NULL);
    if (!d->p.version)
        cs_profile_fault(r, root, "add `version: \"2024-01\"`", "the profile has no version", NULL);
    if (!d->p.n_platform)
        cs_profile_fault(r, root, "add `platforms: [taobao]`", "the profile names no platform", NULL);
    if (!d->zone && !d->offset)
        cs_profile_fault(r, root, "add `zone: Asia/Shanghai`", "the profile has no time zone", NULL);
    if (d->p.from_day >= d->p.until_day)
        cs_profile_fault(r, root, NULL, "never in force: from is not before until", NULL);
    if (of_buyers > CS_BUYER_METRICS_MAX)
        cs_profile_fault(r, root, NULL, "a profile has at most 8 metrics of unit buyer_day", NULL);
}

static void name_profile(struct cs_profile_reader *r, struct cs_profile *p)
{
    char name[160];
    snprintf(name, sizeof name, "%s@%s", p->id, p->version);
    p->name = cs_arena_strdup(r->arena, cs_span_str(name));
    if (!p->name) r->no_memory = true;
}

void cs_profile_read(struct cs_profile_reader *r, struct cs_profile *out)
{
    static const struct cs_profile_key keys[] = {{"profile", cs_take_text, AT(p.id)},
        {"version", cs_take_text, AT(p.version)}, {"platforms", take_platforms, 0}, {"shops", take_shops, 0},
        {"from", take_date, AT(p.from_day)}, {"until", take_date, AT(p.until_day)},
        {"zone", keep_node, AT(zone)}, {"utc_offset", keep_node, AT(offset)}, {"hours", take_hours, 0},
        {"replies", take_replies, 0}, {"phrases", take_phrases, 0},
        {"courtesy_opens", cs_take_bool, AT(p.courtesy_opens)},
        {"human_request_restarts", cs_take_bool, AT(p.human_restarts)}, {"transfer", take_transfer, 0},
        {"leave_messages", take_leave, AT(p.leave_excluded)},
        {"session_gap", cs_take_duration, AT(p.session_gap_ms)}, {"limits", take_limits, 0},
        {"offline_message", cs_take_duration, AT(p.offline_ms)}, {"case", cs_take_duration, AT(p.case_ms)},
        {"promise", cs_take_duration, AT(p.promise_ms)},
        {"promise_settle", cs_take_duration, AT(p.promise_settle_ms)}, {"metrics", cs_take_metrics, AT(p)}};
    const struct cs_yaml_node *root = cs_yaml_root(r->yaml);
    struct draft d = {.p = {.valid = 1u << CS_RESPONDER_HUMAN | 1u << CS_RESPONDER_HOLDING,
                          .courtesy_opens = true,
                          .from_day = INT32_MIN,
                          .until_day = INT32_MAX,
                          .session_gap_ms = 600000,
                          .promise_settle_ms = 60000}};
    cs_profile_mapping(r, root, keys, sizeof keys / sizeof keys[0], &d);
    if (root->kind == CS_YAML_MAPPING) {
        read_zone(r, &d);
        check_profile(r, root, &d);
    }
    if (d.p.id && d.p.version) name_profile(r, &d.p);
    *out = d.p;
}
