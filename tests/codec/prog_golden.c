/* The golden events: fixed batches, whose bytes must not change unless the schema does. Without an argument
 * they are compared with golden/NAME.bin; with a directory they are written there. golden.py checks that
 * protoc and Python read the same files as the text in golden/NAME.txt. */
#include "kit.h"

#include <errno.h>

#define JD "\x0A\x02jd"
#define ROLE "\x38\x02"

static const int64_t promises[] = {998, 12};
static const struct cs_violation two[] = {
    {"jd.steer", "OFF_PLATFORM_TRADE", "加微信", 0, 6, 18, 2, 6, 5, CS_EVIDENCE_GAP, false, 2, promises},
    {"jd.payment", "PAYMENT_NAME", "微信", 0, 9, 15, 3, 5, 3, CS_EVIDENCE_EXACT, false, 0, NULL},
};

static struct cs_span plain(struct kit *k, struct cs_buf *buf)
{
    struct cs_chat c = kit_chat();
    k->b->response[0] = (struct cs_response){
        .waiting_since_ms = 1699999990000, .latency_ms = 10000, .position = 2, .turn = CS_TURN_WAITS};
    return kit_pack(&c, buf);
}

static struct cs_span violating(struct kit *k, struct cs_buf *buf)
{
    struct cs_chat c = kit_chat();
    k->b->violation = two;
    k->b->violation_begin[1] = 2;
    k->b->response[0] = (struct cs_response){.waiting_since_ms = 1699999900000,
        .latency_ms = 100000,
        .position = 1,
        .threshold_s = {40, 60},
        .n_threshold = 2,
        .turn = CS_TURN_ANSWERS,
        .first_reply = true};
    return kit_pack(&c, buf);
}

static struct cs_span invalid_utf8(struct kit *k, struct cs_buf *buf)
{
    (void)k, (void)buf;
    return BYTES("\x7A\x07"
                 "unknown" JD ROLE "\x52\x09\xE5\x8A\xA0\xE5\xBE"
                 "v\0\xFFz");
}

static struct cs_span forged(struct kit *k, struct cs_buf *buf)
{
    (void)k, (void)buf;
    return BYTES("\x52\x01\xFF" JD ROLE "\x82\x02\x04"
                 "fake\xCA\x02\x02\x18\x07\xD0\x02\x05\x52\x02ok");
}

static struct cs_span dead(struct kit *k, struct cs_buf *buf)
{
    (void)k, (void)buf;
    return BYTES(JD ROLE "\x12\x02\xC3\x28");
}

static const struct {
    const char *name;
    struct cs_span (*fill)(struct kit *k, struct cs_buf *buf);
    uint32_t flags;
} samples[] = {
    {"annotated_plain", plain, 0},
    {"annotated_violations", violating, 0},
    {"annotated_invalid_utf8", invalid_utf8, 1u << CS_FLAG_INVALID_UTF8 | 1u << CS_FLAG_NO_CONVERSATION},
    {"annotated_forged", forged, 1u << CS_FLAG_NO_CONVERSATION},
    {"deadletter_bad_field", dead, 0},
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static struct cs_span make(struct kit *k, size_t i, struct cs_buf *buf)
{
    kit_add(k, (struct cs_span){0});
    k->b->raw[0] = samples[i].fill(k, buf);
    if (cs_bad(cs_decode(&kit_protobuf, k->b))) abort();
    if (k->b->dead[0] == CS_DEAD_NONE) k->b->flags[0] |= samples[i].flags;
    if (cs_bad(cs_encode(&kit_stamp, k->b))) abort();
    return k->f->event[0].value;
}

static FILE *open_sample(const char *directory, size_t i, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.bin", directory, samples[i].name);
    FILE *f = fopen(path, mode);
    if (!f) fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return f;
}

static bool write_sample(const char *directory, size_t i, struct cs_span event)
{
    FILE *f = open_sample(directory, i, "wb");
    if (!f) return false;
    bool good = fwrite(event.ptr, 1, event.len, f) == event.len;
    return fclose(f) == 0 && good;
}

static bool compare_sample(size_t i, struct cs_span event)
{
    uint8_t want[4096];
    FILE *f = open_sample("golden", i, "rb");
    if (!f) return false;
    size_t n = fread(want, 1, sizeof want, f);
    fclose(f);
    if (cs_span_eq(event, cs_span_of(want, n))) return true;
    fprintf(stderr, "golden/%s.bin: the event has other bytes now (%zu, were %zu)\n", samples[i].name,
        event.len, n);
    return false;
}

int main(int argc, char **argv)
{
    bool good = true;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct kit k = kit_new(0, 0);
        struct cs_buf buf = {0};
        struct cs_span event = make(&k, i, &buf);
        good &= argc > 1 ? write_sample(argv[1], i, event) : compare_sample(i, event);
        cs_buf_clear(&buf);
        kit_free(&k);
    }
    return good ? 0 : 1;
}
