/* Keys of a rule beside terms and context: dates, detectors, what is allowed, behaviour. */
#include "config/units.h"
#include "rules/fields.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, ZONE_MS = 8 * 60 * 60 * 1000 /* Beijing time */ };

void cs_field_duration(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    struct cs_field_durations range, int32_t *out)
{
    uint64_t v = 0;
    bool good =
        node->kind == CS_YAML_SCALAR && !cs_bad(cs_parse_duration(cs_span_of(node->text, node->len), &v));
    if (good && v >= (uint64_t)range.min && v <= (uint64_t)range.max)
        *out = (int32_t)v;
    else
        cs_loader_tell(l, CS_DIAG_ERROR, node, "write 30s, 10m or 2h", "%s must be a time from %d ms to %d h",
            what, range.min, range.max / (60 * 60 * 1000));
}

cs_rc cs_key_count(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_number(l, node, "count", (struct cs_field_range){1, CS_PLACES_MAX}, &l->rule[rule].count);
    return CS_OK;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "2024-01-06" as three numbers. */
static bool split_date(const struct cs_yaml_node *node, int64_t part[3])
{
    static const char form[] = "0000-00-00";
    if (node->kind != CS_YAML_SCALAR || node->len != sizeof form - 1) return false;
    for (uint32_t i = 0, p = 0; i < sizeof form - 1; i++) {
        char c = node->text[i];
        if (form[i] == '-' ? c != '-' : c < '0' || c > '9') return false;
        p += form[i] == '-';
        if (form[i] == '0') part[p] = part[p] * 10 + (c - '0');
    }
    return true;
}

static bool parse_date(const struct cs_yaml_node *node, int64_t *out)
{
    int64_t part[3] = {0};
    if (!split_date(node, part) || part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1) return false;
    int64_t first = days_of(part[0], part[1], 1);
    int64_t next = part[1] == 12 ? days_of(part[0] + 1, 1, 1) : days_of(part[0], part[1] + 1, 1);
    *out = (first + part[2] - 1) * DAY_MS - ZONE_MS;
    return part[2] <= next - first;
}

void cs_field_date(struct cs_loader *l, const struct cs_yaml_node *node, const char *what, int64_t *out_ms)
{
    if (!parse_date(node, out_ms))
        cs_loader_tell(
            l, CS_DIAG_ERROR, node, "write it as 2024-01-06", "%s must be a day from 1970 on", what);
}

cs_rc cs_key_from(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_date(l, node, "from", &l->rule[rule].valid.from_ms);
    return CS_OK;
}

cs_rc cs_key_until(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_date(l, node, "until", &l->rule[rule].valid.until_ms);
    return CS_OK;
}

void cs_field_detectors(struct cs_loader *l, const struct cs_yaml_node *node, uint16_t *out)
{
    const char *names[CS_DETECT_COUNT + 1];
    struct cs_field_list list;
    for (uint32_t i = 0; i < CS_DETECT_COUNT; i++)
        names[i] = cs_detector_name(i);
    names[CS_DETECT_COUNT] = "all";
    if (!cs_field_list(l, node, "detect", &list)) return;
    if (!list.n) cs_loader_tell(l, CS_DIAG_ERROR, node, "leave the key out, or write all", "detect is empty");
    for (uint32_t i = 0; i < list.n; i++) {
        uint32_t k = cs_field_choice(l, list.item[i], "detector", names, CS_DETECT_COUNT + 1);
        if (k < CS_DETECT_COUNT) *out |= (uint16_t)(1u << k);
        if (k == CS_DETECT_COUNT) *out = (1u << CS_DETECT_COUNT) - 1;
    }
}

cs_rc cs_key_detect(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_detectors(l, node, &l->rule[rule].detect);
    return CS_OK;
}

cs_rc cs_key_unless_said_by(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_actors(l, node, &l->rule[rule].unless_said_by);
    return CS_OK;
}

cs_rc cs_key_mask(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    cs_field_bool(l, node, "mask", &l->rule[rule].mask);
    return CS_OK;
}

/* An allowed value in the form in which found ones are compared, in place. False when nothing is left. */
static bool normalise(char *value, bool digits)
{
    size_t n = 0;
    for (const char *c = value; *c; c++) {
        bool upper = *c >= 'A' && *c <= 'Z';
        if (!digits || (*c >= '0' && *c <= '9')) value[n++] = (char)(upper ? *c | 0x20 : *c);
    }
    value[n] = 0;
    return n > 0;
}

static cs_rc read_values(struct cs_loader *l, const struct cs_yaml_node *node, const char *what,
    const char *const **out, uint32_t *n)
{
    struct cs_field_list list;
    if (!node || !cs_field_list(l, node, what, &list)) return CS_OK;
    const char **value = cs_arena_zalloc(&l->box->arena, list.n, sizeof *value);
    if (!value) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < list.n; i++) {
        if (!cs_field_is_value(l, list.item[i], what)) continue;
        char *copy = cs_arena_strdup(&l->box->arena, cs_span_str(list.item[i]->text));
        if (!copy) return cs_fail(CS_ENOMEM);
        if (normalise(copy, strcmp(what, "numbers") == 0))
            value[(*n)++] = copy;
        else
            cs_loader_tell(l, CS_DIAG_ERROR, list.item[i], NULL, "a number needs digits");
    }
    *out = value;
    return CS_OK;
}

cs_rc cs_key_allow(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    static const char *const keys[] = {"numbers", "hosts", "accounts"};
    struct cs_allow *a = &l->rule[rule].allow;
    if (!cs_field_mapping(l, node, "allow", keys, 3)) return CS_OK;
    cs_rc rc = read_values(l, cs_yaml_get(node, "numbers"), "numbers", &a->number, &a->n_number);
    if (!cs_bad(rc)) rc = read_values(l, cs_yaml_get(node, "hosts"), "hosts", &a->host, &a->n_host);
    if (!cs_bad(rc))
        rc = read_values(l, cs_yaml_get(node, "accounts"), "accounts", &a->account, &a->n_account);
    return rc;
}

/* How many within how many seconds. */
static void read_rate(
    struct cs_loader *l, const struct cs_yaml_node *node, const char *times, struct cs_behaviour *out)
{
    const char *const keys[] = {times, "seconds"};
    uint8_t n = 0;
    if (!cs_field_mapping(l, node, "this behaviour", keys, 2)) return;
    const struct cs_yaml_node *many = cs_field_required(l, node, times, "this behaviour");
    const struct cs_yaml_node *time = cs_field_required(l, node, "seconds", "this behaviour");
    uint64_t v = 0;
    if (many) cs_field_number(l, many, times, (struct cs_field_range){2, CS_PLACES_MAX}, &n);
    bool good = time && time->kind == CS_YAML_SCALAR &&
                !cs_bad(cs_parse_count(cs_span_of(time->text, time->len), &v)) && v > 0 && v <= 24 * 60 * 60;
    if (time && !good)
        cs_loader_tell(l, CS_DIAG_ERROR, time, NULL, "seconds must be a whole number from 1 to 86400");
    out->times = n;
    out->window_ms = (int32_t)(v * 1000);
}

static void read_idle(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_behaviour *out)
{
    static const char *const keys[] = {"after"};
    if (!cs_field_mapping(l, node, "idle", keys, 1)) return;
    const struct cs_yaml_node *after = cs_field_required(l, node, "after", "idle");
    if (after)
        cs_field_duration(
            l, after, "after", (struct cs_field_durations){1000, CS_FOR_MAX_MS}, &out->window_ms);
}

cs_rc cs_key_behaviour(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    static const char *const keys[] = {"flood", "repeat", "idle"};
    struct cs_behaviour *b = &l->rule[rule].behaviour;
    if (!cs_field_mapping(l, node, "behaviour", keys, 3)) return CS_OK;
    const struct cs_yaml_node *flood = cs_yaml_get(node, "flood"), *repeat = cs_yaml_get(node, "repeat"),
                              *idle = cs_yaml_get(node, "idle");
    if (!!flood + !!repeat + !!idle != 1) {
        cs_loader_tell(
            l, CS_DIAG_ERROR, node, "make a rule for each", "behaviour is one of flood, repeat, idle");
        return CS_OK;
    }
    b->kind = flood ? CS_BEHAVIOUR_FLOOD : repeat ? CS_BEHAVIOUR_REPEAT : CS_BEHAVIOUR_IDLE;
    if (flood) read_rate(l, flood, "messages", b);
    if (repeat) read_rate(l, repeat, "times", b);
    if (idle) read_idle(l, idle, b);
    return CS_OK;
}

void cs_key_check(struct cs_loader *l, const struct cs_rule *r, const struct cs_yaml_node *node)
{
    const struct cs_validity *v = &r->valid;
    if (v->from_ms && v->until_ms && v->from_ms >= v->until_ms)
        cs_loader_tell(
            l, CS_DIAG_ERROR, cs_yaml_get(node, "until"), NULL, "until must be a later day than from");
    const struct cs_yaml_node *allow = cs_yaml_get(node, "allow"),
                              *said = cs_yaml_get(node, "unless_said_by");
    if (!r->detect && (allow || said))
        cs_loader_tell(l, CS_DIAG_ERROR, allow ? allow : said, "add detect: [...]",
            "this key is about what detectors find, and the rule has none");
}
