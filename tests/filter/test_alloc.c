/* The k-th allocation fails while rules with context, detectors, behaviour and masking judge a conversation,
 * for every k until all succeeds: each failure is told as CS_ENOMEM, nothing leaks, and the same filter, told
 * to forget its partitions, judges the same way when there is memory again. */
#include "talk.h"

#include "fuse.h"

enum { A = CS_ROLE_AGENT, B = CS_ROLE_BUYER, LINES = 14, REPEATS = 90, EVERY = 20000 };

static const char pack[] =
    "pack: {id: p, version: 1}\n"
    "rules:\n"
    "  - {id: STEER, category: c, severity: 5, platforms: all, terms: [微信], exempt: [微信支付],\n"
    "     all: [{any: [加, 转账], in: sender, last: 3}], none: [{any: [不], within: 3, sentence: true}],\n"
    "     message: {zh: 一, en: one}}\n"
    "  - {id: FEW, category: c, severity: 1, platforms: all, actors: any, terms: [好], count: 3,\n"
    "     some: [{detect: mobile, in: conversation}, {any: [评], side: after, within: 4}],\n"
    "     message: {zh: 二, en: two}}\n"
    "  - {id: NUMBER, category: c, severity: 4, platforms: all, actors: any, detect: [mobile, qq, url, "
    "address],\n"
    "     mask: true, allow: {numbers: ['13900139000']}, message: {zh: 三, en: three}}\n"
    "  - {id: LEAK, category: c, severity: 5, platforms: all, detect: mobile, unless_said_by: buyer,\n"
    "     message: {zh: 四, en: four}}\n"
    "  - {id: AGAIN, category: c, severity: 3, platforms: all, actors: any,\n"
    "     behaviour: {repeat: {times: 2, seconds: 60}}, message: {zh: 五, en: five}}\n";

/* More of everything than fits in what lists begin with. */
static const char *plenty(void)
{
    static char text[REPEATS * 64];
    text[0] = 0;
    for (int i = 0; i < REPEATS; i++)
        strcat(text, "微信加好评138001380");
    for (int i = 0; i < REPEATS; i++)
        strcat(text, "，13800138000");
    return text;
}

static void fill(struct line *line)
{
    static const struct line said[LINES] = {{"b1", A, "a1", "加一下", 1000, 0, 0, false},
        {"b1", A, "a1", "微信", 2000, 0, 1, false}, {"b1", A, "a1", "微信", 2000, 0, 0, false},
        {"b1", B, "", "电话13800138000", 3000, 0, 0, false},
        {"b1", A, "a1", "是13800138000吧", 4000, 0, 0, false}, {"b1", A, "a1", "好好好", 5000, 0, 0, false},
        {"b1", A, "a1", "不加微信", 6000, 0, 0, false}, {"b2", A, "a1", "打13600136000", 7000, 0, 2, false},
        {"b2", A, "a1", "打13600136000", 8000, 0, 2, false},
        {"b2", A, "a1", "加微信转账去www.baidu.com", 9000, 0, 2, false},
        {"b1", A, "a1", "寄杭州市西湖区文三路12号", 9500, 0, 0, false},
        {"b1", A, "a1", NULL, 10000, 0, 0, false}, {"b1", B, "", "QQ 123456", 11000, 0, 0, true},
        {"b1", A, "a1", "13900139000", 12000, 0, 0, false}};
    memcpy(line, said, sizeof said);
    for (int i = 0; i < LINES; i++)
        if (!line[i].text) line[i].text = plenty();
}

/* All outcomes, message by message. */
static void outcomes(const struct talk *t, struct cs_buf *out)
{
    cs_buf_reset(out);
    for (uint32_t i = 0; i < t->batch->n; i++)
        for (uint32_t k = t->batch->violation_begin[i]; k < t->batch->violation_begin[i + 1]; k++) {
            const struct cs_violation *v = &t->batch->violation[k];
            cs_buf_fmt(out, "%u %s %u-%u/%u ", i, v->rule_id, v->byte_begin, v->byte_end, v->n_earlier);
        }
    cr_assert(!cs_bad(cs_buf_rc(out)));
}

/* Chunks of one byte: each object in the batch's arena is an allocation of its own, so that each can fail. */
static cs_rc run(struct talk *t, const struct line *line, long blow)
{
    talk_pack(t, line, LINES);
    cs_arena_clear(&t->batch->arena);
    cs_arena_init(&t->batch->arena, 1, 0);
    fuse = blow;
    cs_rc rc = cs_filter_run(t->filter, t->batch);
    return rc;
}

/* Each time with a new filter, none of whose buffers is warm. */
static uint32_t blow_each(struct talk *t, const struct line *line, const struct cs_buf *want)
{
    struct cs_buf have = {0};
    uint32_t failed = 0;
    for (long k = 0; k < EVERY; k++, failed++) {
        talk_mask(t);
        t->offset = 0;
        cs_rc rc = run(t, line, k);
        bool all = fuse >= 0; /* it never came to the k-th */
        fuse = -1;
        if (all) {
            talk_ok(rc, "with all allocations");
            outcomes(t, &have);
            cr_expect(cs_span_eq(cs_buf_span(&have), cs_buf_span(want)));
            break;
        }
        cr_assert(cs_is(rc, CS_ENOMEM), "allocation %ld: %s", k, cs_rc_name(rc));
        for (int partition = 0; partition < 3; partition++)
            cs_filter_drop(t->filter, partition);
        t->offset = 0;
        talk_ok(run(t, line, -1), "a second attempt");
        outcomes(t, &have);
        cr_assert(cs_span_eq(cs_buf_span(&have), cs_buf_span(want)), "after allocation %ld", k);
    }
    cs_buf_clear(&have);
    return failed;
}

Test(alloc, each_failure_is_told, .timeout = 200)
{
    static struct line line[LINES];
    struct talk t;
    struct cs_buf want = {0};
    fill(line);
    talk_open(&t, pack);
    talk_mask(&t);
    talk_ok(run(&t, line, -1), "run");
    outcomes(&t, &want);
    cr_assert_gt(want.len, 500);
    uint32_t failed = blow_each(&t, line, &want);
    printf("%u allocations can fail\n", failed);
    cr_expect(failed > 50 && failed < EVERY, "%u", failed);
    cs_buf_clear(&want);
    talk_close(&t);
}
