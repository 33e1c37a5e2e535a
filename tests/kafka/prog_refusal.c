/* What an operator is told before any worker starts: broker away, topic missing, too few partitions, no
 * permission, group refused. */
#include "kafka/mock.h"

static void expect(struct mock *m, enum cs_code code, const char *text, const char *hint)
{
    struct cs_diag diag = {0};
    struct cs_buf out = {0};
    struct cs_kafka_topics topics;
    cs_rc rc = cs_kafka_preflight(&m->settings, 1500, &diag, &topics);
    CHECK(cs_is(rc, code), "%s instead of %s", cs_rc_name(rc), cs_rc_name(cs_fail(code)));
    for (uint32_t i = 0; i < diag.n; i++)
        cs_diag_render(&diag, i, &out);
    CHECK(strstr(cs_buf_cstr(&out), text), "told: %s", cs_buf_cstr(&out));
    CHECK(strstr(cs_buf_cstr(&out), hint), "told: %s", cs_buf_cstr(&out));
    printf("%s", cs_buf_cstr(&out));
    cs_buf_clear(&out);
    cs_diag_clear(&diag);
}

static void test_topics(struct mock *m)
{
    struct cs_diag diag = {0};
    struct cs_kafka_topics topics = {0};
    cs_rc rc = cs_kafka_preflight(&m->settings, 5000, &diag, &topics);
    CHECK(!cs_bad(rc), "%s: %s", cs_rc_name(rc), cs_diag_text(&diag, 0));
    CHECK(topics.input_partitions == PARTITIONS, "%d partitions", (int)topics.input_partitions);

    m->settings.topic_annotated = "nowhere";
    expect(m, CS_ENOENT, "annotated topic nowhere does not exist", "--create --topic nowhere --partitions 4");
    m->settings.topic_input = "nothing";
    expect(m, CS_ENOENT, "input topic nothing does not exist", "kafka-topics.sh");
    m->settings.topic_input = "in";
    m->settings.topic_annotated = "dead";
    expect(m, CS_EINVAL, "has 2 partitions, the input topic has 4", "--alter --topic dead --partitions 4");
    m->settings.topic_annotated = "out";
    cs_diag_clear(&diag);
}

static void test_topic_denied(struct mock *m)
{
    rd_kafka_mock_topic_set_error(m->cluster, "in", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    expect(m, CS_EDENIED, "input topic in is not permitted", "kafka-acls.sh");
    rd_kafka_mock_topic_set_error(m->cluster, "in", RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void test_group_denied(struct mock *m)
{
    rd_kafka_mock_push_request_errors(
        m->cluster, API_OFFSET_FETCH, 1, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    expect(m, CS_EDENIED, "group g is not permitted", "Read on the input topic and the group");
}

static void test_away(struct mock *m)
{
    m->settings.brokers = "127.0.0.1:1";
    expect(m, CS_ETIMEDOUT, "no broker answers at 127.0.0.1:1", "security.protocol");
}

/* Two sinks of a missing topic: open fails whole. */
static void test_open(struct mock *m)
{
    struct cs_diag diag = {0};
    struct cs_kafka_sink *sink = NULL;
    m->settings.topic_deadletter = "nowhere";
    struct cs_kafka_options o = {.settings = &m->settings};
    cs_rc rc = cs_kafka_sink_open(&o, &diag, &sink);
    CHECK(cs_is(rc, CS_ENOENT) && !sink, "sink without its topic: %s", cs_rc_name(rc));
    CHECK(diag.n == 1 && strstr(cs_diag_text(&diag, 0), "nowhere"), "told: %s", cs_diag_text(&diag, 0));
    cs_diag_clear(&diag);
    m->settings.topic_deadletter = "dead";
}

/* A topic error makes the mock of librdkafka 2.8 answer with partitions that have no leader, which its own
 * client does not survive. Real brokers send none; there tests/e2e looks at a missing topic. */
static bool mock_has_topic_errors(void)
{
    return rd_kafka_version() < 0x02080000;
}

static void test_with_topic_errors(struct mock *m)
{
    /* The mock cluster creates what it is asked for, unless told otherwise. */
    rd_kafka_mock_topic_set_error(m->cluster, "nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    rd_kafka_mock_topic_set_error(m->cluster, "nothing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    test_topics(m);
    test_topic_denied(m);
    test_open(m);
}

int main(void)
{
    struct mock m;
    mock_start(&m);
    if (mock_has_topic_errors())
        test_with_topic_errors(&m);
    else
        printf("skipped: topic errors, which this librdkafka's mock cannot make\n");
    test_group_denied(&m);
    test_away(&m);
    mock_end(&m);
    return check_result("refusal");
}
