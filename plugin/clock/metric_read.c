/* The metrics of a profile file. */
#include "clock/profile_read.h"

#include <stdlib.h>

static const char *const measures[CS_MEASURE_COUNT] = {"reply_rate", "mean_reply", "unanswered", "holding",
    "skewed", "reception", "last_word", "concurrency", "complaints", "leave_messages", "promises", "cases"};
static const char *const units[CS_UNIT_COUNT] = {"turn", "message", "session", "buyer_day"};
static const char *const whiches[CS_WHICH_COUNT] = {"all", "first", "next"};
static const char *const unanswereds[CS_UNANSWERED_COUNT] = {"counted", "excluded"};

uint8_t cs_metric_unit(const struct cs_metric *m)
{
    if (m->measure == CS_MEASURE_MEAN_REPLY) return CS_KPI_MEAN_MS;
    bool count = m->measure == CS_MEASURE_RECEPTION || m->measure == CS_MEASURE_CONCURRENCY;
    return count ? CS_KPI_COUNT : CS_KPI_RATIO;
}

static void take_measure(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint32_t k = cs_profile_choice(r, n, measures, CS_MEASURE_COUNT);
    if (k < CS_MEASURE_COUNT) *(uint8_t *)target = (uint8_t)k;
}

static void take_unit(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint32_t k = cs_profile_choice(r, n, units, CS_UNIT_COUNT);
    if (k < CS_UNIT_COUNT) *(uint8_t *)target = (uint8_t)k;
}

static void take_which(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint32_t k = cs_profile_choice(r, n, whiches, CS_WHICH_COUNT);
    if (k < CS_WHICH_COUNT) *(uint8_t *)target = (uint8_t)k;
}

static void take_unanswered(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint32_t k = cs_profile_choice(r, n, unanswereds, CS_UNANSWERED_COUNT);
    if (k < CS_UNANSWERED_COUNT) *(uint8_t *)target = (uint8_t)k;
}

static void take_excluded(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    uint32_t k = cs_profile_choice(r, n, unanswereds, CS_UNANSWERED_COUNT);
    if (k < CS_UNANSWERED_COUNT) *(bool *)target = k == CS_UNANSWERED_EXCLUDED;
}

static void take_scope(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const char *const names[] = {"shop", "agent"};
    struct cs_metric *m = target;
    const struct cs_yaml_node *const *item, *single;
    uint32_t count = cs_profile_list(n, &item, &single);
    m->shop = m->agent = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = cs_profile_choice(r, item[i], names, 2);
        if (k == 0) m->shop = true;
        if (k == 1) m->agent = true;
    }
}

/* "62.5%" */
static void take_percent(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    if (!cs_profile_scalar(r, n)) return;
    char *end;
    double v = strtod(n->text, &end);
    bool good = end != n->text && strcmp(end, "%") == 0 && v >= 0 && v <= 100;
    if (good)
        *(int64_t *)target = (int64_t)(v * 10000 + 0.5);
    else
        cs_profile_fault(r, n, "write for example 50%", "not a share from 0% to 100%:", n->text);
}

static void take_band(struct cs_profile_reader *r, const struct cs_yaml_node *n, struct cs_metric *m)
{
    static const struct cs_profile_key keys[] = {{"name", cs_take_text, offsetof(struct cs_band, name)},
        {"from", take_percent, offsetof(struct cs_band, from_ppm)},
        {"below", take_percent, offsetof(struct cs_band, below_ppm)},
        {"least", cs_take_count, offsetof(struct cs_band, least)}};
    struct cs_band b = {.name = "warning", .below_ppm = 1000000, .least = 1};
    cs_profile_mapping(r, n, keys, sizeof keys / sizeof keys[0], &b);
    if (b.from_ppm >= b.below_ppm)
        cs_profile_fault(r, n, NULL, "an empty band: from is not less than below", NULL);
    if (m->n_band < CS_BANDS_MAX)
        m->band[m->n_band++] = b;
    else
        cs_profile_fault(r, n, NULL, "a metric has at most 3 bands", NULL);
}

static void take_bands(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    const struct cs_yaml_node *const *item, *single;
    uint32_t count = cs_profile_list(n, &item, &single);
    for (uint32_t i = 0; i < count; i++)
        take_band(r, item[i], target);
}

static void take_penalty(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    static const struct cs_profile_key keys[] = {{"name", cs_take_text, offsetof(struct cs_penalty, name)},
        {"asked", cs_take_count, offsetof(struct cs_penalty, asked)},
        {"failed", cs_take_count, offsetof(struct cs_penalty, failed)}};
    struct cs_penalty *p = target;
    p->name = "penalty";
    p->asked = 1;
    cs_profile_mapping(r, n, keys, sizeof keys / sizeof keys[0], p);
    if (!p->failed)
        cs_profile_fault(r, n, "add `failed: 50`", "the penalty lacks a number of failures", NULL);
}

static void check_unit(struct cs_profile_reader *r, const struct cs_yaml_node *n, const struct cs_metric *m)
{
    bool mean = m->measure == CS_MEASURE_MEAN_REPLY, rate = m->measure == CS_MEASURE_REPLY_RATE;
    bool session = m->unit == CS_UNIT_SESSION && m->unanswered == CS_UNANSWERED_EXCLUDED;
    if (mean && m->unit != CS_UNIT_TURN && !session)
        cs_profile_fault(r, n, "use `unit: turn`, or `unit: session` with `unanswered: excluded`",
            "no mean over this unit", m->id);
    if (!rate && !mean && m->unit != CS_UNIT_TURN)
        cs_profile_fault(r, n, "leave `unit` out", "this measure has its own unit", m->id);
}

static void check_metric(struct cs_profile_reader *r, const struct cs_yaml_node *n, struct cs_metric *m)
{
    bool rate = m->measure == CS_MEASURE_REPLY_RATE, mean = m->measure == CS_MEASURE_MEAN_REPLY;
    if (!m->id) cs_profile_fault(r, n, "add `id: NAME`", "the metric has no id", NULL);
    if (m->measure == CS_MEASURE_COUNT)
        cs_profile_fault(r, n, "add `measure: reply_rate`", "the metric has no measure", NULL);
    if (rate && !m->within_ms) cs_profile_fault(r, n, "add `within: 180s`", "a rate needs a time", m->id);
    if (mean && !m->cap_ms && m->unanswered == CS_UNANSWERED_COUNTED)
        cs_profile_fault(r, n, "add `cap: 600s`, or `unanswered: excluded`",
            "a mean over unanswered turns needs a cap", m->id);
    check_unit(r, n, m);
    if (m->unit == CS_UNIT_BUYER_DAY || m->measure == CS_MEASURE_COMPLAINTS) m->agent = false;
}

static void take_metric(struct cs_profile_reader *r, const struct cs_yaml_node *n, struct cs_profile *p)
{
#define AT(member) offsetof(struct cs_metric, member)
    static const struct cs_profile_key keys[] = {{"id", cs_take_text, AT(id)},
        {"measure", take_measure, AT(measure)}, {"unit", take_unit, AT(unit)},
        {"which", take_which, AT(which)}, {"within", cs_take_duration, AT(within_ms)},
        {"cap", cs_take_duration, AT(cap_ms)}, {"unanswered", take_unanswered, AT(unanswered)},
        {"robot_only", take_excluded, AT(robot_only_excluded)}, {"rows", take_scope, 0},
        {"bands", take_bands, 0}, {"penalty", take_penalty, AT(penalty)}};
#undef AT
    struct cs_metric m = {.measure = CS_MEASURE_COUNT, .shop = true, .agent = true};
    cs_profile_mapping(r, n, keys, sizeof keys / sizeof keys[0], &m);
    check_metric(r, n, &m);
    for (uint32_t k = 0; k < p->n_metric && m.id; k++)
        if (p->metric[k].id && strcmp(p->metric[k].id, m.id) == 0)
            cs_profile_fault(r, n, NULL, "two metrics are called", m.id);
    if (p->n_metric < CS_METRICS_MAX)
        p->metric[p->n_metric++] = m;
    else
        cs_profile_fault(r, n, NULL, "a profile has at most 32 metrics", NULL);
}

void cs_take_metrics(struct cs_profile_reader *r, const struct cs_yaml_node *n, void *target)
{
    if (n->kind != CS_YAML_SEQUENCE) {
        cs_profile_fault(r, n, "write one `- {id: ...}` a line", "a list of metrics is expected here", NULL);
        return;
    }
    for (uint32_t i = 0; i < n->n; i++)
        take_metric(r, n->item[i], target);
}
