#include "config/settings.h"

#include "config/golden.h"
#include "config/units.h"

#include <unistd.h>

static const char path[] = "settings_under_test.yaml";

static void write_file(const char *name, struct cs_span text)
{
    FILE *f = fopen(name, "wb");
    cr_assert(f != NULL);
    fwrite(text.ptr, 1, text.len, f);
    fclose(f);
}

static char scratch[] = "/tmp/chatsieve-settings-XXXXXX";

/* Each case has a directory of its own, for tests run at the same time. */
static void enter_scratch(void)
{
    cr_assert(mkdtemp(scratch) != NULL);
    cr_assert_eq(chdir(scratch), 0);
}

static void leave_scratch(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    cr_expect_eq(system(command), 0);
}

static void faults(struct cs_span input, struct cs_buf *out)
{
    struct cs_diag d = {0};
    struct cs_settings s;
    write_file(path, input);
    cs_rc rc = cs_settings_load(path, &d, &s);
    cr_expect_eq(cs_bad(rc), cs_diag_has_errors(&d));
    golden_render(&d, out);
    cs_diag_clear(&d);
    cs_settings_clear(&s);
}

Test(settings, faults_read_as_in_the_golden_file)
{
    char golden[4096];
    cr_assert(getcwd(golden, sizeof golden - 32) != NULL);
    strcat(golden, "/settings.golden");
    setenv("CHATSIEVE_TEST_HOST", "kafka", 1);
    enter_scratch();
    golden_check(golden, faults);
    leave_scratch();
}

static cs_rc load(const char *text, struct cs_settings *s, struct cs_diag *d)
{
    write_file(path, cs_span_str(text));
    return cs_settings_load(path, d, s);
}

Test(settings, presets)
{
    struct cs_settings s;
    cr_assert(!cs_bad(cs_settings_default(&s)));
    cr_expect_str_eq(s.brokers, "127.0.0.1:9092");
    cr_expect_str_eq(s.group, "chatsieve");
    cr_expect_str_eq(s.topic_input, "chat.messages");
    cr_expect_str_eq(s.topic_annotated, "chat.annotated");
    cr_expect_str_eq(s.topic_deadletter, "chat.deadletter");
    cr_expect_str_eq(s.topic_overdue, "chat.overdue");
    cr_expect_str_eq(s.topic_kpi, "chat.kpi");
    cr_expect_str_eq(s.topic_state, "chat.state");
    cr_expect_eq(s.kpi_interval_ms, 1000);
    cr_expect_eq(s.state_interval_ms, 60000);
    cr_expect_eq(s.state_lost, CS_STATE_LOST_STOP);
    cr_expect_str_eq(s.input_format, "protobuf");
    cr_expect_eq(s.workers, 0);
    cr_expect_eq(s.flights, 64);
    cr_expect_eq(s.memory_bytes, 1u << 30);
    cr_expect_eq(s.stop_ms, 20000);
    cr_expect_eq(s.n_rules, 0);
    cr_expect(s.reload_watch && !s.reload_cache);
    cr_expect_eq(s.record_bytes_max, 1u << 20);
    cr_expect_eq(s.text_bytes_max, 256u << 10);
    cr_expect_eq(s.hits_per_message, 256);
    cr_expect_eq(s.clock_window_ms, 24 * 3600 * 1000);
    cr_expect_eq(s.clock_conversations, 1000000);
    cr_expect_eq(s.n_clock_threshold, 0);
    cr_expect_eq(s.n_profiles, 0);
    cr_expect_eq(s.n_kafka, 0);
    cs_settings_clear(&s);
}

Test(settings, switches)
{
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_assert(!cs_bad(cs_settings_default(&s)));
    cr_expect(!cs_bad(cs_settings_set(&s, "reload.watch", "off", &d)) && !s.reload_watch);
    cr_expect(!cs_bad(cs_settings_set(&s, "reload.watch", "on", &d)) && s.reload_watch);
    cr_expect(cs_bad(cs_settings_set(&s, "reload.watch", "maybe", &d)) && s.reload_watch);
    cr_expect(strstr(cs_diag_text(&d, 0), "on or off") != NULL, "%s", cs_diag_text(&d, 0));
    cs_diag_clear(&d);
    cs_settings_clear(&s);
}

Test(settings, topics_that_are_off)
{
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_assert(!cs_bad(cs_settings_default(&s)));
    cr_assert(!cs_bad(cs_settings_set(&s, "topics.kpi", "off", &d)));
    cr_assert(!cs_bad(cs_settings_set(&s, "topics.state", "", &d)));
    cr_assert(!cs_bad(cs_settings_set(&s, "state.lost", "accept", &d)));
    cr_expect(!s.topic_kpi && !s.topic_state && s.state_lost == CS_STATE_LOST_ACCEPT);
    static const char *const shown[CS_OUTPUT_COUNT] = {
        "chat.annotated", "chat.deadletter", "chat.overdue", NULL, NULL};
    for (int i = 0; i < CS_OUTPUT_COUNT; i++) {
        const char *topic = cs_settings_topic(&s, (enum cs_output)i);
        cr_expect(shown[i] ? topic && strcmp(topic, shown[i]) == 0 : !topic, "output %d", i);
    }
    cr_expect(!cs_bad(cs_settings_check(&s, &d)), "two topics that are off are not the same topic");
    cr_assert(!cs_bad(cs_settings_set(&s, "topics.overdue", "chat.annotated", &d)));
    cr_expect(cs_is(cs_settings_check(&s, &d), CS_EINVAL));
    cr_expect(cs_is(cs_settings_set(&s, "topics.input", "", &d), CS_ESYNTAX), "the input cannot be off");
    cr_expect(cs_is(cs_settings_set(&s, "topics.kpi", "a b", &d), CS_ESYNTAX));
    cr_expect(cs_is(cs_settings_set(&s, "state.lost", "maybe", &d), CS_ESYNTAX));
    cs_diag_clear(&d);
    cs_settings_clear(&s);
}

Test(settings, values_of_a_file)
{
    enter_scratch();
    setenv("CHATSIEVE_TEST_HOST", "kafka", 1);
    write_file("secret", CS_SPAN_LIT("p${x}w\r\n"));
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_assert(!cs_bad(load("brokers: ['${CHATSIEVE_TEST_HOST}:1', 'b:2,c']\n"
                           "memory: 2GiB\nstop_timeout: 2m\nrules: [packs, /abs/pack.yaml]\n"
                           "clock:\n  window: 36h\n  thresholds: []\n"
                           "topics.input: in\n"
                           "kafka:\n  sasl.password: ${file:secret}\n  x: $${y}\n",
        &s, &d)));
    cr_expect_str_eq(s.brokers, "kafka:1,b:2,c");
    cr_expect_eq(s.memory_bytes, (uint64_t)2 << 30);
    cr_expect_eq(s.stop_ms, 120000);
    cr_assert_eq(s.n_rules, 2);
    cr_expect_str_eq(s.rules[0], "packs");
    cr_expect_str_eq(s.rules[1], "/abs/pack.yaml");
    cr_expect_eq(s.clock_window_ms, (int64_t)36 * 3600 * 1000);
    cr_expect_eq(s.n_clock_threshold, 0);
    cr_expect_str_eq(s.topic_input, "in");
    cr_assert_eq(s.n_kafka, 2);
    cr_expect_str_eq(s.kafka[0].key, "sasl.password");
    cr_expect_str_eq(s.kafka[0].value, "p${x}w");
    cr_expect_str_eq(s.kafka[0].file, path);
    cr_expect(s.kafka[0].line == 10 && s.kafka[0].column == 3);
    cr_expect_str_eq(s.kafka[1].value, "${y}");
    cs_settings_clear(&s);
    leave_scratch();
}

/* A configuration may be read from anywhere: what it names stands beside it. */
Test(settings, relative_paths_stand_beside_the_file)
{
    char file[64], want[64], secret[64];
    cr_assert(mkdtemp(scratch) != NULL);
    snprintf(file, sizeof file, "%s/c.yaml", scratch);
    snprintf(secret, sizeof secret, "%s/secret", scratch);
    snprintf(want, sizeof want, "%s/packs", scratch);
    write_file(file, CS_SPAN_LIT("rules: packs\ngroup: ${file:secret}\n"));
    write_file(secret, CS_SPAN_LIT("hidden"));
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_assert(!cs_bad(cs_settings_load(file, &d, &s)));
    cr_expect_str_eq(s.rules[0], want);
    cr_expect_str_eq(s.group, "hidden");
    cs_settings_clear(&s);
    leave_scratch();
}

Test(settings, secrets_stay_out_of_messages)
{
    enter_scratch();
    write_file("secret", CS_SPAN_LIT("hunter2 is my password"));
    struct cs_settings s;
    struct cs_diag d = {0};
    struct cs_buf b = {0};
    cr_expect(cs_bad(load("group: ${file:secret}\n", &s, &d)));
    golden_render(&d, &b);
    cr_expect(strstr(cs_buf_cstr(&b), "hunter2") == NULL, "%s", cs_buf_cstr(&b));
    cs_buf_clear(&b);
    cs_diag_clear(&d);
    cs_settings_clear(&s);
    leave_scratch();
}

Test(settings, set_from_a_command_line)
{
    static const struct {
        const char *name, *value, *fault; /* NULL: accepted */
    } rows[] = {
        {"topics.input", "in", NULL},
        {"brokers", "a:1,b:2", NULL},
        {"rules", "x,/y", NULL},
        {"clock.thresholds", "10s,1m", NULL},
        {"clock.thresholds", "", NULL},
        {"kafka.linger.ms", "5", NULL},
        {"kafka.linger.ms", "6", NULL},
        {"workers", "two", "workers must be a whole number, not \"two\""},
        {"worker", "2", "there is no option \"worker\""},
        {"topics", "2", "there is no option \"topics\""},
        {"kafka.", "2", "there is no option \"kafka.\""},
        {"brokers", "", "brokers must be HOST:PORT, several with commas between, not \"\""},
        {"brokers", "a,,b", "brokers must be HOST:PORT, several with commas between, not \"\""},
        {"brokers", "z:9092", NULL},
    };
    struct cs_settings s;
    cr_assert(!cs_bad(cs_settings_default(&s)));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_diag d = {0};
        cs_rc rc = cs_settings_set(&s, rows[i].name, rows[i].value, &d);
        cr_expect_eq(cs_bad(rc), rows[i].fault != NULL, "row %zu", i);
        cr_expect_str_eq(cs_diag_text(&d, 0), rows[i].fault ? rows[i].fault : "", "row %zu", i);
        cs_diag_clear(&d);
    }
    cr_expect_str_eq(s.brokers, "z:9092");
    cr_expect(s.n_rules == 2 && strcmp(s.rules[1], "/y") == 0);
    cr_expect_eq(s.n_clock_threshold, 0);
    cr_expect(s.n_kafka == 1 && strcmp(s.kafka[0].value, "6") == 0);
    cs_settings_clear(&s);
}

Test(settings, checked_again_after_the_command_line)
{
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_assert(!cs_bad(cs_settings_default(&s)));
    cr_expect(!cs_bad(cs_settings_check(&s, &d)));
    cr_assert(!cs_bad(cs_settings_set(&s, "topics.input", "chat.deadletter", &d)));
    cr_expect_eq(cs_settings_check(&s, &d).code, CS_EINVAL);
    cr_expect_str_eq(cs_diag_text(&d, 0), "topics.input and topics.deadletter are both \"chat.deadletter\"");
    cs_diag_clear(&d);
    cs_settings_clear(&s);
}

/* Help, manual page and README are printed from it, so it must be whole, and every preset must be accepted.
 */
Test(settings, table)
{
    uint32_t n = 0;
    const struct cs_setting_info *info = cs_settings_info(&n);
    cr_assert_eq(n, 28);
    for (uint32_t i = 0; i < n; i++) {
        struct cs_settings s;
        struct cs_diag d = {0};
        cr_assert(!cs_bad(cs_settings_default(&s)));
        cr_expect(!cs_bad(cs_settings_set(&s, info[i].name, info[i].preset, &d)), "%s", info[i].name);
        cr_expect(info[i].value[0] && info[i].help[strlen(info[i].help) - 1] == '.', "%s", info[i].name);
        cs_settings_clear(&s);
    }
}

Test(settings, missing_file)
{
    struct cs_settings s;
    struct cs_diag d = {0};
    cr_expect_eq(cs_settings_load("no-such-file.yaml", &d, &s).code, CS_ENOENT);
    cr_expect_eq(d.n_errors, 1);
    cs_diag_clear(&d);
    cs_settings_clear(&s);
}

Test(units, numbers)
{
    static const struct {
        cs_rc (*parse)(struct cs_span, uint64_t *);
        const char *text;
        int code;
        uint64_t value;
    } rows[] = {
        {cs_parse_count, "0", 0, 0},
        {cs_parse_count, "18446744073709551615", 0, UINT64_MAX},
        {cs_parse_count, "18446744073709551616", CS_ELIMIT, 0},
        {cs_parse_count, "", CS_ESYNTAX, 0},
        {cs_parse_count, "-1", CS_ESYNTAX, 0},
        {cs_parse_count, " 1", CS_ESYNTAX, 0},
        {cs_parse_count, "0x10", CS_ESYNTAX, 0},
        {cs_parse_size, "7", 0, 7},
        {cs_parse_size, "3KiB", 0, 3072},
        {cs_parse_size, "1MiB", 0, 1048576},
        {cs_parse_size, "2GiB", 0, 2147483648u},
        {cs_parse_size, "1 MiB", CS_ESYNTAX, 0},
        {cs_parse_size, "MiB", CS_ESYNTAX, 0},
        {cs_parse_size, "1MB", CS_ESYNTAX, 0},
        {cs_parse_size, "17179869184GiB", CS_ELIMIT, 0},
        {cs_parse_duration, "5ms", 0, 5},
        {cs_parse_duration, "5s", 0, 5000},
        {cs_parse_duration, "5m", 0, 300000},
        {cs_parse_duration, "5h", 0, 18000000},
        {cs_parse_duration, "5d", 0, 432000000},
        {cs_parse_duration, "5", CS_ESYNTAX, 0},
        {cs_parse_duration, "1.5s", CS_ESYNTAX, 0},
        {cs_parse_duration, "99999999999999999d", CS_ELIMIT, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t v = 0;
        cs_rc rc = rows[i].parse(cs_span_str(rows[i].text), &v);
        cr_expect_eq(rc.code, rows[i].code, "row %zu: %s", i, rows[i].text);
        cr_expect_eq(v, rows[i].value, "row %zu: %s", i, rows[i].text);
    }
}
