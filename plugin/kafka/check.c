/* The `kafka:` block, checked before anything connects. */
#include "kafka/client.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MAX = 512 };

struct names {
    const char *name[NAMES_MAX];
    const char **dump[2]; /* what the names are borrowed from */
    size_t count[2];
    size_t n;
};

/* Every name that the library knows and a user may set; the rest is useless as a suggestion. */
static void names_load(struct names *all)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_conf_t *topic = rd_kafka_topic_conf_new();
    all->dump[0] = rd_kafka_conf_dump(conf, &all->count[0]);
    all->dump[1] = rd_kafka_topic_conf_dump(topic, &all->count[1]);
    for (int d = 0; d < 2; d++)
        for (size_t i = 0; i + 1 < all->count[d] && all->n < NAMES_MAX; i += 2)
            if (!cs_kafka_property_refusal(all->dump[d][i])) all->name[all->n++] = all->dump[d][i];
    rd_kafka_topic_conf_destroy(topic);
    rd_kafka_conf_destroy(conf);
}

static void names_clear(struct names *all)
{
    for (int d = 0; d < 2; d++)
        rd_kafka_conf_dump_free(all->dump[d], all->count[d]);
}

static struct cs_diag_at place(const struct cs_property *p)
{
    return (struct cs_diag_at){
        .file = p->file, .line = p->line, .column = p->column, .width = (uint32_t)strlen(p->key)};
}

static void tell_unknown(const struct cs_property *p, struct names *all, struct cs_diag *diag)
{
    struct cs_diag_at at = place(p);
    const char *near = cs_diag_nearest(cs_span_str(p->key), all->name, all->n);
    char hint[128];
    snprintf(hint, sizeof hint, "did you mean %s?", near ? near : "");
    cs_diag_add(diag, CS_DIAG_ERROR, &at, near ? hint : "see CONFIGURATION.md of librdkafka for all names",
        "kafka property %s is not known to the client library", p->key);
}

static void check_one(
    rd_kafka_conf_t *scratch, const struct cs_property *p, struct names *all, struct cs_diag *diag)
{
    char err[512];
    struct cs_diag_at at = place(p);
    const char *why = cs_kafka_property_refusal(p->key);
    if (!why) why = cs_kafka_value_refusal(p->key, p->value);
    if (why) {
        cs_diag_add(diag, CS_DIAG_ERROR, &at, NULL, "kafka property %s %s", p->key, why);
        return;
    }
    rd_kafka_conf_res_t res = rd_kafka_conf_set(scratch, p->key, p->value, err, sizeof err);
    if (res == RD_KAFKA_CONF_UNKNOWN) tell_unknown(p, all, diag);
    if (res == RD_KAFKA_CONF_INVALID)
        cs_diag_add(diag, CS_DIAG_ERROR, &at, NULL, "kafka property %s: %s", p->key, err);
}

/* Some faults show only in the whole: a missing certificate file, idempotence with too many requests in
 * flight. */
static void check_whole(const struct cs_settings *s, enum cs_kafka_role role, struct cs_diag *diag)
{
    struct cs_settings offline = *s;
    offline.brokers = "";
    struct cs_kafka_options o = {.settings = &offline};
    struct cs_kafka_client c = {0};
    rd_kafka_conf_t *conf;
    if (cs_bad(cs_kafka_conf_new(&o, role, diag, &conf))) return;
    if (!cs_bad(cs_kafka_client_open(&c, &o, role, conf, diag))) rd_kafka_destroy(c.rk);
}

cs_rc cs_kafka_check(const struct cs_settings *s, struct cs_diag *diag)
{
    uint32_t before = diag->n_errors;
    struct names *all = calloc(1, sizeof *all);
    if (!all) return cs_fail(CS_ENOMEM);
    names_load(all);
    rd_kafka_conf_t *scratch = rd_kafka_conf_new();
    for (uint32_t i = 0; i < s->n_kafka; i++)
        check_one(scratch, &s->kafka[i], all, diag);
    rd_kafka_conf_destroy(scratch);
    names_clear(all);
    free(all);
    if (diag->n_errors == before) check_whole(s, CS_KAFKA_CONSUMER, diag);
    if (diag->n_errors == before) check_whole(s, CS_KAFKA_PRODUCER, diag);
    return diag->n_errors == before ? CS_OK : cs_fail(CS_EINVAL);
}
