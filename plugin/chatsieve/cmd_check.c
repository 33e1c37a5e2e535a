#include "chatsieve/commands.h"
#include "chatsieve/engine.h"
#include "chatsieve/output.h"
#include "kafka/kafka.h"

#include <unistd.h>

/* Files that rules came from are few: count those that differ from all before. */
static uint32_t count_packs(const struct cs_ruleset *rs)
{
    uint32_t packs = 0;
    for (uint32_t i = 0; i < rs->n_rule; i++) {
        uint32_t k = 0;
        while (k < i && strcmp(rs->rule[k].file, rs->rule[i].file) != 0)
            k++;
        packs += k == i;
    }
    return packs;
}

static uint32_t count_exempt(const struct cs_ruleset *rs)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < rs->n_term; i++)
        n += rs->term[i].exempt;
    return n;
}

static void put_summary(const struct cs_settings *s, const struct cs_engine *e, struct cs_buf *out)
{
    const struct cs_ruleset *rs = e->rules;
    uint32_t exempt = count_exempt(rs), packs = count_packs(rs);
    cs_buf_fmt(out, "brokers    %s\ninput      %s (%s), group %s\noutput     %s, dead letters %s\n",
        s->brokers, s->topic_input, s->input_format, s->group, s->topic_annotated, s->topic_deadletter);
    cs_buf_fmt(out, "rules      %u in %u pack%s: %s, hash %s\n", rs->n_rule, packs, packs == 1 ? "" : "s",
        rs->version, rs->hash);
    cs_buf_fmt(out, "terms      %u and %u exempt phrases, %u patterns after folding\n", rs->n_term - exempt,
        exempt, rs->n_pattern);
    cs_buf_fmt(out, "profiles   %u: %s, hash %s\n", cs_profiles_count(e->profiles),
        cs_profiles_version(e->profiles), cs_profiles_hash(e->profiles));
    cs_buf_fmt(out, "matcher    %s, %zu KiB, compiled in %lld ms\n", cs_matcher_engine(e->matcher),
        cs_matcher_bytes(e->matcher) / 1024, (long long)e->compile_ms);
}

static void put_diag(const struct cs_diag *diag, struct cs_buf *out)
{
    for (uint32_t i = 0; i < diag->n; i++)
        cs_diag_render(diag, i, out);
    if (diag->n_errors) cs_buf_fmt(out, "%u error%s\n", diag->n_errors, diag->n_errors == 1 ? "" : "s");
}

static int report(const struct cs_diag *diag, cs_rc rc)
{
    struct cs_buf out = {0};
    put_diag(diag, &out);
    if (cs_bad(rc) && !diag->n) cs_buf_fmt(&out, "error: %s\n", cs_rc_name(rc));
    cs_rc written = cs_output_all(STDERR_FILENO, cs_buf_span(&out));
    cs_buf_clear(&out);
    if (cs_bad(rc)) return cs_exit_of(rc);
    return cs_bad(written) ? CS_EXIT_IO : CS_EXIT_OK;
}

/* Settings, client properties and rules are all looked at, whatever is wrong with one of them. */
static cs_rc check_all(
    const struct cs_args *args, struct cs_settings *s, struct cs_engine *e, struct cs_diag *diag)
{
    cs_rc first = cs_settings_from_args(args, diag, s);
    if (cs_is(first, CS_ENOENT) || cs_is(first, CS_EIO) || cs_is(first, CS_ENOMEM)) return first;
    cs_rc rc = cs_kafka_check(s, diag);
    if (!cs_bad(first)) first = rc;
    rc = cs_engine_open(e, s->rules, s->n_rules, args->matcher, diag);
    if (!cs_bad(first)) first = rc;
    rc = cs_engine_profiles(e, s, diag);
    return cs_bad(first) ? first : rc;
}

int cs_cmd_check(const struct cs_args *args, struct cs_log *log)
{
    (void)log;
    struct cs_settings s = {0};
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    struct cs_buf out = {0};
    cs_rc rc = check_all(args, &s, &e, &diag);
    int code = report(&diag, rc);
    if (code == CS_EXIT_OK) {
        put_summary(&s, &e, &out);
        code = cs_output_text(&out);
    }
    cs_engine_clear(&e);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    return code;
}
