/* The metadata string of a commit: what was written comes back, what others wrote is not trusted. */
#include "kafka/mark.h"

#include <criterion/criterion.h>

static struct cs_kafka_mark of(const char *text)
{
    return cs_kafka_mark_of(cs_span_str(text));
}

Test(mark, comes_back)
{
    const struct cs_kafka_mark marks[] = {{true, 1700000000000, 1700000000001, 42, 8}, {true, 0, 0, -1, 0},
        {true, INT64_MAX, INT64_MAX, INT64_MAX, INT32_MAX}, {true, INT64_MIN, INT64_MIN, INT64_MIN, 1}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char text[CS_KAFKA_MARK_BYTES];
        cs_kafka_mark_put(&marks[i], text);
        struct cs_kafka_mark m = of(text);
        cr_expect(m.known && m.record_ms == marks[i].record_ms && m.watermark_ms == marks[i].watermark_ms &&
                      m.snapshot_at == marks[i].snapshot_at && m.partitions == marks[i].partitions,
            "%s", text);
    }
    char text[CS_KAFKA_MARK_BYTES];
    cs_kafka_mark_put(&(struct cs_kafka_mark){true, 7, 8, 9, 10}, text);
    cr_expect_str_eq(text, "v2 t=7 w=8 s=9 n=10");
}

/* Offsets that were committed before this version: time of the last record only. */
Test(mark, first_version)
{
    struct cs_kafka_mark m = of("w=1700000000000");
    cr_expect(m.known && m.record_ms == 1700000000000 && m.watermark_ms == 1700000000000);
    cr_expect(m.snapshot_at == -1 && m.partitions == 0);
}

Test(mark, not_ours)
{
    static const char *const strange[] = {"", "w=", "w=x", "w=1x", "w=-5", "w=0", "v2", "v2 t=1 w=2 s=3",
        "v2 t=1 w=2 s=3 n=", "v2 t=1 w=2 s=3 n=4 ", "v2 t=1 w=2 s=3 n=4x", "v2 t=1 w=2 n=3 s=4",
        "v2 t=1 w=2 s=3 n=-1", "v2 t=1 w=2 s=3 n=4294967304", "v3 t=1 w=2 s=3 n=4", "some tool wrote this",
        "\n"};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        struct cs_kafka_mark m = of(strange[i]);
        cr_expect(
            !m.known && m.record_ms == 0 && m.watermark_ms == 0 && m.snapshot_at == -1 && m.partitions == 0,
            "\"%s\"", strange[i]);
    }
    struct cs_kafka_mark m = cs_kafka_mark_of((struct cs_span){0});
    cr_expect(!m.known && m.snapshot_at == -1);
    char big[4096];
    memset(big, 'w', sizeof big);
    cr_expect(!cs_kafka_mark_of(cs_span_of(big, sizeof big)).known);
}
