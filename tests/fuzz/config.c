/* Any text as a configuration file: all faults located, and the `kafka:` block checked by the client library
 * without ever letting through what chatsieve owns or what runs programs. */
#include "fuzz.h"

#include "config/settings.h"
#include "config/yaml_doc.h"
#include "kafka/kafka.h"
#include "kafka/property.h"

static void check_told(const struct cs_diag *d)
{
    struct cs_buf b = {0};
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, &b);
    fuzz_ok(cs_buf_rc(&b), "render");
    cs_buf_clear(&b);
}

/* Children know their places: none stands before its parent, and every text is NUL-terminated. */
static uint32_t check_node(const struct cs_yaml_node *n, uint32_t depth)
{
    uint32_t seen = 1;
    FUZZ_CHECK(n->line && n->column && depth <= 40, "%u:%u at depth %u", n->line, n->column, depth);
    if (n->kind == CS_YAML_SCALAR) FUZZ_CHECK(n->text[n->len] == 0, "no NUL");
    for (uint32_t i = 0; n->kind != CS_YAML_SCALAR && i < n->n; i++) {
        FUZZ_CHECK(n->item[i]->line >= n->line, "line %u before %u", n->item[i]->line, n->line);
        if (n->kind == CS_YAML_MAPPING) seen += check_node(n->key[i], depth + 1);
        seen += check_node(n->item[i], depth + 1);
    }
    return seen;
}

static void check_yaml(struct cs_span text)
{
    struct cs_diag diag = {0};
    struct cs_yaml *y = NULL;
    cs_rc rc = cs_yaml_parse("f.yaml", text, &diag, &y);
    FUZZ_CHECK(cs_bad(rc) == cs_diag_has_errors(&diag), "%s, %u errors", cs_rc_name(rc), diag.n_errors);
    if (!cs_bad(rc) && cs_yaml_root(y)) fuzz_telling += check_node(cs_yaml_root(y), 0) > 1;
    check_told(&diag);
    cs_yaml_free(&y);
    cs_diag_clear(&diag);
}

static void check_kafka(const struct cs_settings *s)
{
    struct cs_diag diag = {0};
    cs_rc rc = cs_kafka_check(s, &diag);
    for (uint32_t i = 0; i < s->n_kafka && !cs_bad(rc); i++) {
        const struct cs_property *p = &s->kafka[i];
        FUZZ_CHECK(!cs_kafka_property_refusal(p->key), "%s is let through", p->key);
        FUZZ_CHECK(!cs_kafka_value_refusal(p->key, p->value), "%s is let through", p->key);
        FUZZ_CHECK(cs_kafka_property_roles(p->key) != 0, "%s is for nobody", p->key);
    }
    FUZZ_CHECK(cs_bad(rc) == cs_diag_has_errors(&diag), "%s, %u errors", cs_rc_name(rc), diag.n_errors);
    check_told(&diag);
    cs_diag_clear(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_span text = cs_span_of(data, size);
    struct cs_diag diag = {0};
    struct cs_settings s;
    struct fuzz_file f;
    check_yaml(text);
    fuzz_file_open(&f, text);
    cs_rc rc = cs_settings_load(f.path, &diag, &s);
    fuzz_file_close(&f);
    FUZZ_CHECK(cs_bad(rc) == cs_diag_has_errors(&diag), "%s, %u errors", cs_rc_name(rc), diag.n_errors);
    check_told(&diag);
    if (!cs_bad(rc) && s.n_kafka) check_kafka(&s);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    fuzz_cases++;
    return 0;
}
