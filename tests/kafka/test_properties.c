/* The kafka: block of a configuration: what may be set, what is refused and why, what the library itself
 * refuses. */
#include "kafka/kafka.h"

#include <criterion/criterion.h>

static cs_rc check(const char *key, const char *value, struct cs_diag *diag)
{
    struct cs_settings s = {
        .brokers = "127.0.0.1:1", .group = "g", .workers = 1, .flights = 8, .memory_bytes = 64u << 20};
    struct cs_property p = {key, value, "chatsieve.yaml", 7, 3};
    s.kafka = &p;
    s.n_kafka = 1;
    return cs_kafka_check(&s, diag);
}

static void render(struct cs_diag *diag, struct cs_buf *out)
{
    cs_buf_reset(out);
    for (uint32_t i = 0; i < diag->n; i++)
        cs_diag_render(diag, i, out);
}

Test(properties, accepted)
{
    static const char *const rows[][2] = {{"linger.ms", "5"}, {"fetch.wait.max.ms", "10"},
        {"security.protocol", "plaintext"}, {"compression.codec", "none"}, {"client.id", "x"},
        {"session.timeout.ms", "30000"}, {"partition.assignment.strategy", "range"},
        {"group.instance.id", "host-1"}, {"message.max.bytes", "2000000"}, {"queued.min.messages", "1000"},
        {"sasl.kerberos.principal", "chat/host@REALM"}, {"socket.timeout.ms", "60000"}, {"debug", "cgrp"},
        {"queue.buffering.max.messages", "200000"}, {"max.in.flight", "5"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_diag diag = {0};
        cs_rc rc = check(rows[i][0], rows[i][1], &diag);
        cr_assert(!cs_bad(rc), "%s=%s: %s", rows[i][0], rows[i][1], cs_diag_text(&diag, 0));
        cs_diag_clear(&diag);
    }
}

Test(properties, refused_with_reason)
{
    static const char *const rows[][3] = {{"plugin.library.paths", "/tmp/x.so", "run programs"},
        {"sasl.kerberos.kinit.cmd", "true", "run programs"},
        {"ssl.engine.location", "/tmp/x.so", "load libraries"}, {"ssl.providers", "legacy", "load libraries"},
        {"enable.sasl.oauthbearer.unsecure.jwt", "true", "unsigned"},
        {"test.mock.num.brokers", "3", "testing aid"}, {"acks", "1", "delivery mode"},
        {"request.required.acks", "1", "delivery mode"}, {"enable.idempotence", "false", "delivery mode"},
        {"isolation.level", "read_uncommitted", "delivery mode"},
        {"enable.auto.commit", "true", "delivery mode"}, {"auto.commit.enable", "true", "delivery mode"},
        {"auto.offset.reset", "latest", "skip records"}, {"message.timeout.ms", "1000", "waited out"},
        {"delivery.timeout.ms", "1000", "waited out"}, {"transactional.id", "t", "delivery mode"},
        {"bootstrap.servers", "h:1", "brokers"}, {"metadata.broker.list", "h:1", "brokers"},
        {"group.id", "g2", "group"}, {"dr_msg_cb", "x", "program code"},
        {"rebalance_cb", "x", "program code"}, {"opaque", "x", "program code"},
        {"ssl_certificate", "x", "program code"},
        {"partition.assignment.strategy", "cooperative-sticky", "cooperative"},
        {"partition.assignment.strategy", "range,Cooperative-Sticky", "cooperative"},
        {"sasl.kerberos.principal", "a; rm -rf b", "command line"},
        {"sasl.kerberos.keytab", "$(id)", "command line"},
        {"allow.auto.create.topics", "true", "partitions"}};
    struct cs_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_diag diag = {0};
        cs_rc rc = check(rows[i][0], rows[i][1], &diag);
        cr_assert(cs_is(rc, CS_EINVAL), "%s was taken", rows[i][0]);
        render(&diag, &out);
        const char *text = cs_buf_cstr(&out);
        cr_assert(strstr(text, rows[i][2]) != NULL, "%s: %s", rows[i][0], text);
        cr_assert(
            strstr(text, "chatsieve.yaml:7:3: error: ") == text, "%s has no place: %s", rows[i][0], text);
        cr_assert(strstr(text, rows[i][0]) != NULL, "%s is not named: %s", rows[i][0], text);
        cs_diag_clear(&diag);
    }
    cs_buf_clear(&out);
}

Test(properties, unknown_has_nearest)
{
    static const char *const rows[][2] = {{"linger.mss", "linger.ms"},
        {"fetch.wait.max", "fetch.wait.max.ms"}, {"sasl.mechansim", "sasl.mechanism"},
        {"session.timeout", "session.timeout.ms"}};
    struct cs_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_diag diag = {0};
        cr_assert(cs_is(check(rows[i][0], "1", &diag), CS_EINVAL), "%s was taken", rows[i][0]);
        render(&diag, &out);
        cr_assert(strstr(cs_buf_cstr(&out), rows[i][1]) != NULL, "%s: %s", rows[i][0], cs_buf_cstr(&out));
        cs_diag_clear(&diag);
    }
    cs_buf_clear(&out);
}

Test(properties, bad_values_and_combinations)
{
    static const char *const rows[][2] = {{"linger.ms", "soon"}, {"compression.codec", "brotli"},
        {"security.protocol", "magic"}, {"session.timeout.ms", "-4"}, {"max.in.flight", "50"},
        {"ssl.ca.location", "/nonexistent/ca.pem"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_settings s = {
            .brokers = "127.0.0.1:1", .group = "g", .workers = 1, .flights = 8, .memory_bytes = 64u << 20};
        struct cs_property p[] = {
            {rows[i][0], rows[i][1], NULL, 0, 0}, {"security.protocol", "ssl", NULL, 0, 0}};
        struct cs_diag diag = {0};
        s.kafka = p;
        s.n_kafka = strncmp(rows[i][0], "ssl.", 4) == 0 ? 2 : 1;
        cr_assert(cs_is(cs_kafka_check(&s, &diag), CS_EINVAL), "%s=%s was taken", rows[i][0], rows[i][1]);
        cr_assert(diag.n_errors > 0);
        cs_diag_clear(&diag);
    }
}

/* All faults are told in one run. */
Test(properties, all_at_once)
{
    struct cs_settings s = {
        .brokers = "127.0.0.1:1", .group = "g", .workers = 1, .flights = 8, .memory_bytes = 64u << 20};
    struct cs_property p[] = {{"acks", "0", NULL, 0, 0}, {"nonsense.key", "0", NULL, 0, 0},
        {"linger.ms", "x", NULL, 0, 0}, {"linger.ms", "5", NULL, 0, 0}};
    struct cs_diag diag = {0};
    s.kafka = p;
    s.n_kafka = 4;
    cr_assert(cs_is(cs_kafka_check(&s, &diag), CS_EINVAL));
    cr_assert(diag.n_errors == 3, "%u errors", diag.n_errors);
    cs_diag_clear(&diag);
}

Test(properties, none_is_fine)
{
    struct cs_settings s = {
        .brokers = "127.0.0.1:1", .group = "g", .workers = 1, .flights = 8, .memory_bytes = 64u << 20};
    struct cs_diag diag = {0};
    cr_assert(!cs_bad(cs_kafka_check(&s, &diag)));
    cr_assert(diag.n == 0);
}
