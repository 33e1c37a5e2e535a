#include "config/expand.h"
#include "config/settings_table.h"

#include <stdio.h>

enum { ARENA_CHUNK = 4 * 1024, NAME_MAX_BYTES = 128, ROWS_MAX = 64, KAFKA_MAX = 256 };

const struct cs_setting *cs_setting_find(const char *name)
{
    uint32_t n;
    const struct cs_setting *rows = cs_setting_rows(&n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(rows[i].info.name, name) == 0) return &rows[i];
    return NULL;
}

bool cs_setting_is_section(const char *name)
{
    uint32_t n;
    size_t len = strlen(name);
    const struct cs_setting *rows = cs_setting_rows(&n);
    for (uint32_t i = 0; i < n; i++)
        if (strncmp(rows[i].info.name, name, len) == 0 && rows[i].info.name[len] == '.') return true;
    return false;
}

/* The remedy for an unknown `key` under `prefix` ("" or "topics."): the nearest key there, or the whole name
 * of an option that ends in this key. */
static const char *suggestion(const char *prefix, const char *key, char out[NAME_MAX_BYTES])
{
    uint32_t n, n_names = 0;
    const struct cs_setting *rows = cs_setting_rows(&n);
    char names[ROWS_MAX][NAME_MAX_BYTES];
    const char *ptr[ROWS_MAX + 1];
    for (uint32_t i = 0; i < n && i < ROWS_MAX; i++) {
        if (strncmp(rows[i].info.name, prefix, strlen(prefix)) != 0) continue;
        const char *rest = rows[i].info.name + strlen(prefix);
        snprintf(names[n_names], NAME_MAX_BYTES, "%.*s", (int)strcspn(rest, "."), rest);
        ptr[n_names] = names[n_names];
        n_names++;
    }
    if (!prefix[0]) ptr[n_names++] = "kafka";
    const char *near = cs_diag_nearest(cs_span_str(key), ptr, n_names);
    for (uint32_t i = 0; i < n && !near; i++) {
        const char *dot = strrchr(rows[i].info.name, '.');
        if (dot && strcmp(dot + 1, key) == 0) near = rows[i].info.name;
    }
    if (!near) return NULL;
    snprintf(out, NAME_MAX_BYTES, "did you mean \"%s\"?", near);
    return out;
}

void cs_setting_unknown(
    struct cs_diag *diag, const struct cs_diag_at *at, const char *prefix, const char *key)
{
    char hint[NAME_MAX_BYTES];
    cs_diag_add(diag, CS_DIAG_ERROR, at, suggestion(prefix, key, hint), "there is no option \"%s%.80s\"",
        prefix, key);
}

cs_rc cs_setting_expand_put(
    struct cs_settings *s, const struct cs_setting *row, struct cs_setting_input *in, struct cs_diag *diag)
{
    struct cs_buf b = {0};
    cs_rc rc = cs_expand(cs_span_str(in->raw), in->dir, in->at, diag, &b);
    in->value = cs_buf_span(&b);
    if (!cs_bad(rc)) rc = cs_setting_put(row, in, diag, s);
    cs_buf_clear(&b);
    return rc;
}

/* Replace or append. */
static cs_rc kafka_put(struct cs_settings *s, struct cs_property p, struct cs_span value)
{
    struct cs_property *all = cs_arena_zalloc(&s->arena, s->n_kafka + 1, sizeof *all);
    p.key = cs_arena_strdup(&s->arena, cs_span_str(p.key));
    p.value = cs_arena_strdup(&s->arena, value);
    p.file = p.file ? cs_arena_strdup(&s->arena, cs_span_str(p.file)) : NULL;
    if (!all || !p.key || !p.value) return cs_fail(CS_ENOMEM);
    if (s->n_kafka) memcpy(all, s->kafka, s->n_kafka * sizeof *all);
    uint32_t i = 0;
    while (i < s->n_kafka && strcmp(all[i].key, p.key) != 0)
        i++;
    all[i] = p;
    s->kafka = all;
    if (i == s->n_kafka) s->n_kafka++;
    return CS_OK;
}

cs_rc cs_setting_kafka(
    struct cs_settings *s, struct cs_property p, const struct cs_setting_input *in, struct cs_diag *diag)
{
    if (s->n_kafka >= KAFKA_MAX) {
        cs_diag_add(diag, CS_DIAG_ERROR, in->at, NULL, "the kafka block may have at most %d keys", KAFKA_MAX);
        return cs_fail(CS_ESYNTAX);
    }
    struct cs_buf b = {0};
    cs_rc rc = cs_expand(cs_span_str(in->raw), in->dir, in->at, diag, &b);
    if (!cs_bad(rc)) rc = kafka_put(s, p, cs_buf_span(&b));
    cs_buf_clear(&b);
    return rc;
}

static void tell_same(const struct cs_setting *const row[2], const char *topic, struct cs_diag *diag,
    cs_setting_place_fn *place, void *ctx)
{
    struct cs_diag_at at;
    bool found = place && (place(ctx, row[0], &at) || place(ctx, row[1], &at));
    cs_diag_add(diag, CS_DIAG_ERROR, found ? &at : NULL, "every topic needs a name of its own",
        "%s and %s are both \"%s\"", row[1]->info.name, row[0]->info.name, topic);
}

static void check_topics(
    const struct cs_settings *s, struct cs_diag *diag, cs_setting_place_fn *place, void *ctx)
{
    static const char *const name[] = {"topics.input", "topics.annotated", "topics.deadletter",
        "topics.overdue", "topics.kpi", "topics.state"};
    const char *topic[] = {s->topic_input, s->topic_annotated, s->topic_deadletter, s->topic_overdue,
        s->topic_kpi, s->topic_state};
    for (uint32_t i = 1; i < sizeof topic / sizeof *topic; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (!topic[i] || !topic[j] || strcmp(topic[i], topic[j]) != 0) continue;
            const struct cs_setting *row[] = {cs_setting_find(name[i]), cs_setting_find(name[j])};
            tell_same(row, topic[i], diag, place, ctx);
        }
    }
}

void cs_setting_check_all(
    const struct cs_settings *s, struct cs_diag *diag, cs_setting_place_fn *place, void *ctx)
{
    if (!s->brokers && !cs_diag_has_errors(diag)) { /* otherwise it was told why */
        struct cs_diag_at at;
        bool found = place && place(ctx, cs_setting_find("brokers"), &at);
        cs_diag_add(diag, CS_DIAG_ERROR, found ? &at : NULL, NULL, "brokers needs at least one HOST:PORT");
    }
    check_topics(s, diag, place, ctx);
}

cs_rc cs_settings_check(const struct cs_settings *s, struct cs_diag *diag)
{
    uint32_t errors = diag->n_errors;
    cs_setting_check_all(s, diag, NULL, NULL);
    return diag->n_errors > errors ? cs_fail(CS_EINVAL) : CS_OK;
}

/* A list option takes its elements with commas between, and loses what it had. */
static cs_rc put_elements(
    struct cs_settings *s, const struct cs_setting *row, const char *value, struct cs_diag *diag)
{
    cs_rc rc = CS_OK;
    bool needed = row->kind == CS_SETTING_BROKERS;
    cs_setting_empty(row, s);
    while ((value[0] || needed) && !cs_bad(rc)) {
        needed = false;
        size_t len = strcspn(value, ",");
        struct cs_buf b = {0};
        cs_buf_add(&b, cs_span_of(value, len));
        struct cs_setting_input in = {.raw = cs_buf_cstr(&b)};
        rc = cs_buf_rc(&b);
        if (!cs_bad(rc)) rc = cs_setting_expand_put(s, row, &in, diag);
        cs_buf_clear(&b);
        value += len;
        value += value[0] == ',';
    }
    return rc;
}

cs_rc cs_settings_set(struct cs_settings *s, const char *name, const char *value, struct cs_diag *diag)
{
    const struct cs_setting *row = cs_setting_find(name);
    struct cs_setting_input in = {.raw = value};
    if (row)
        return cs_setting_is_list(row) ? put_elements(s, row, value, diag)
                                       : cs_setting_expand_put(s, row, &in, diag);
    if (strncmp(name, "kafka.", 6) == 0 && name[6])
        return cs_setting_kafka(s, (struct cs_property){.key = name + 6}, &in, diag);
    cs_setting_unknown(diag, NULL, "", name);
    return cs_fail(CS_ESYNTAX);
}

cs_rc cs_settings_default(struct cs_settings *s)
{
    *s = (struct cs_settings){0};
    cs_arena_init(&s->arena, ARENA_CHUNK, 0);
    uint32_t n;
    const struct cs_setting *rows = cs_setting_rows(&n);
    struct cs_diag diag = {0};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++)
        rc = cs_settings_set(s, rows[i].info.name, rows[i].info.preset, &diag);
    cs_diag_clear(&diag);
    if (cs_bad(rc)) cs_settings_clear(s);
    return rc;
}

const char *cs_settings_topic(const struct cs_settings *s, enum cs_output output)
{
    switch (output) {
    case CS_OUTPUT_ANNOTATED: return s->topic_annotated;
    case CS_OUTPUT_DEADLETTER: return s->topic_deadletter;
    case CS_OUTPUT_OVERDUE: return s->topic_overdue;
    case CS_OUTPUT_KPI: return s->topic_kpi;
    case CS_OUTPUT_STATE: return s->topic_state;
    case CS_OUTPUT_COUNT: break;
    }
    return NULL;
}

void cs_settings_clear(struct cs_settings *s)
{
    cs_arena_clear(&s->arena);
    *s = (struct cs_settings){0};
}
