#include "chatsieve/commands.h"
#include "chatsieve/engine.h"
#include "chatsieve/kpi_table.h"
#include "chatsieve/log.h"
#include "chatsieve/output.h"
#include "kafka/kafka.h"

#include <stdlib.h>

/* "2024-11-24" or "20241124" as the number yyyymmdd; 0 when it is neither. */
static int32_t day_of(const char *text)
{
    int32_t day = 0;
    int digits = 0;
    for (const char *c = text; *c; c++) {
        bool dash = *c == '-' && (c - text == 4 || c - text == 7);
        if (dash) continue;
        if (*c < '0' || *c > '9' || ++digits > 8) return 0;
        day = day * 10 + (*c - '0');
    }
    return digits == 8 ? day : 0;
}

static cs_rc take(void *ctx, struct cs_span key, struct cs_span value)
{
    return cs_kpi_table_add(ctx, key, value);
}

static cs_rc read_table(
    const struct cs_args *args, struct cs_settings *s, struct cs_kpi_table *t, struct cs_diag *diag)
{
    cs_rc rc = cs_settings_from_args(args, diag, s);
    if (!cs_bad(rc)) rc = cs_kafka_check(s, diag);
    if (cs_bad(rc)) return rc;
    if (!s->topic_kpi) {
        cs_diag_add(
            diag, CS_DIAG_ERROR, NULL, "name the topic with --set topics.kpi=NAME", "topics.kpi is off");
        return cs_fail(CS_EINVAL);
    }
    rc = cs_kafka_read_topic(s, s->topic_kpi, take, t, diag);
    return cs_bad(rc) ? rc : cs_kpi_table_sum(t);
}

static int show(const struct cs_args *args, const struct cs_kpi_table *t)
{
    struct cs_buf out = {0};
    if (args->json)
        cs_kpi_table_json(t, &out);
    else
        cs_kpi_table_print(t, &out);
    return cs_output_text(&out);
}

int cs_cmd_kpi(const struct cs_args *args, struct cs_log *log)
{
    struct cs_settings s = {0};
    struct cs_diag diag = {0};
    struct cs_kpi_table t;
    struct cs_kpi_choice choice = {.platform = args->only_platform,
        .shop = args->shop,
        .day = args->day ? day_of(args->day) : 0,
        .agents = args->agents};
    if (args->day && !choice.day) {
        cs_log_line(log, CS_LOG_ERROR, "--day takes a date such as 2024-11-24");
        return CS_EXIT_USAGE;
    }
    cs_kpi_table_init(&t, &choice);
    cs_rc rc = read_table(args, &s, &t, &diag);
    cs_log_diag(log, &diag);
    if (cs_bad(rc) && !diag.n) cs_log_line(log, CS_LOG_ERROR, cs_rc_name(rc));
    if (t.n_strange)
        CS_LOG(log, CS_LOG_WARNING, "records that are no counters were passed over",
            cs_number_field("records", (int64_t)t.n_strange));
    int code = cs_bad(rc) ? cs_exit_of(rc) : show(args, &t);
    cs_kpi_table_clear(&t);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    return code;
}
