/* The k-th allocation fails, for every k until all succeeds. */
#include "annotate/kit.h"
#include "base/buf.h"
#include "fuse.h"

#include <criterion/criterion.h>

static cs_rc all(struct kit *k, uint32_t *n)
{
    struct cs_judgement *told;
    struct cs_judge *j = NULL;
    cs_rc rc = cs_judge_new(&k->rs, 0, &j);
    if (!cs_bad(rc)) rc = cs_annotate(j, &k->batch);
    cs_judge_free(&j);
    return cs_bad(rc) ? rc : cs_annotate_explain(&k->rs, &k->batch, 0, &told, n);
}

/* Every allocation of the batch arena is a chunk of its own, so that each can fail. */
Test(alloc, each_failure_is_reported)
{
    struct kit *k = kit_open();
    kit_rule(k, "R");
    kit_terms(k, "微信|微|信", false);
    kit_terms(k, "微博", true);
    kit_seal(k);
    for (int i = 0; i < 20; i++)
        kit_say(
            k, "jd", CS_ROLE_AGENT, CS_SPAN_LIT("微信，微博，信信信信信信信信信信信信信信信信信信信信信信"));
    kit_scan(k);
    int failures = 0;
    for (long at = 0; at < 500; at++, failures++) {
        uint32_t n = 0;
        cs_arena_clear(&k->batch.arena);
        cs_arena_init(&k->batch.arena, 1, 0);
        k->batch.violation = NULL;
        fuse = at;
        cs_rc rc = all(k, &n);
        bool spent = fuse < 0;
        fuse = -1;
        if (!cs_bad(rc) && !spent) break;
        cr_assert_eq(rc.code, CS_ENOMEM, "call %ld", at);
    }
    cr_expect(failures >= 9 && failures < 500, "%d", failures);
    cr_expect_eq(k->batch.violation_begin[20], 20 * 23);
    kit_close(k);
}

/* Scratch memory is given back after each run of neighbouring hits, and after each message. */
Test(alloc, scratch_memory_is_used_again)
{
    enum { MESSAGES = 8, HITS = 600, CHUNK = 64 << 10, PLENTY = 4 << 20 };
    struct kit *k = kit_open();
    struct cs_buf text = {0};
    kit_rule(k, "R");
    kit_terms(k, "微信", false);
    kit_seal(k);
    for (int i = 0; i < HITS; i++)
        cs_buf_add(&text, CS_SPAN_LIT("微信好好好好好好好好好好"));
    for (int i = 0; i < MESSAGES; i++)
        kit_say(k, "jd", CS_ROLE_AGENT, cs_buf_span(&text));
    kit_scan(k);
    cs_arena_clear(&k->batch.arena);
    cs_arena_init(&k->batch.arena, PLENTY, 0);
    cr_assert(cs_arena_alloc(&k->batch.arena, 1) != NULL);
    fuse_bytes = 0;
    kit_ok(cs_annotate(k->judge, &k->batch), "annotate");
    cr_expect(fuse_bytes > 0 && fuse_bytes < CHUNK + 100, "%zu", fuse_bytes);
    kit_ok(cs_annotate(k->judge, &k->batch), "annotate");
    cr_expect(fuse_bytes < CHUNK + 100, "warm: %zu", fuse_bytes);
    cs_buf_clear(&text);
    kit_close(k);
}
