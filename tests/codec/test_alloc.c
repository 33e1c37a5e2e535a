/* The k-th allocation fails, for every k until all succeeds: each failure is told as CS_ENOMEM, nothing leaks
 * and nothing is left half done. jansson and protobuf-c allocate through the same fuse. */
#include "kit.h"

#include <criterion/criterion.h>
#include <jansson.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);

static long fuse = -1; /* allocations until one fails; -1 = never */

static bool blown(void)
{
    return fuse >= 0 && fuse-- == 0;
}
void *__wrap_malloc(size_t n)
{
    return blown() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size)
{
    return blown() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n)
{
    return blown() ? NULL : __real_realloc(p, n);
}

static void *json_malloc(size_t n)
{
    return blown() ? NULL : __real_malloc(n);
}

typedef cs_rc (*attempt)(struct kit *k);

/* Run `what` on a fresh kit with the k-th allocation failing, for k = 0, 1 ... until none is left to fail.
 * `recovers`: it may also succeed at a second attempt of its own. */
static void every_allocation(const char *name, attempt what, bool recovers)
{
    uint32_t n_failed = 0;
    json_set_alloc_funcs(json_malloc, free);
    for (long k = 0; k < 2000; k++) {
        struct kit kit = kit_new(0, 0);
        fuse = k;
        cs_rc rc = what(&kit);
        bool all = fuse >= 0; /* it never came to the k-th */
        fuse = -1;
        kit_free(&kit);
        if (all) {
            cr_assert(!cs_bad(rc), "%s: %s", name, cs_rc_name(rc));
            cr_assert_gt(n_failed, 0, "%s never failed: the test proves nothing", name);
            return;
        }
        n_failed += cs_bad(rc);
        cr_assert(cs_is(rc, CS_ENOMEM) || (recovers && !cs_bad(rc)), "%s, allocation %ld: %s", name, k,
            cs_rc_name(rc));
    }
    cr_assert_fail("%s never succeeds", name);
}

static cs_rc decode_json(struct kit *k)
{
    kit_add(k, BYTES("{\"platform\":\"jd\",\"role\":\"agent\",\"text\":\"\\u52a0 long enough to be copied\","
                     "\"more\":[1,2.5,{\"x\":null}]}"));
    cs_rc rc = cs_decode(&kit_json, k->b);
    if (!cs_bad(rc)) cr_assert_eq(k->b->dead[0], CS_DEAD_NONE);
    return rc;
}

Test(alloc, decode_of_json)
{
    every_allocation("decode", decode_json, true);
}

/* A batch ready to be encoded: a rewritten message with a violation, a dead one and a plain one. */
static void prepare(struct kit *k)
{
    static const int64_t earlier[] = {1, 2};
    static const struct cs_violation v = {
        "r", "C", "t", 0, 0, 3, 0, 1, 2, CS_EVIDENCE_FOLDED, false, 2, earlier};
    static const char raw[] = "\x0A\x02jd\x0A\x02jd\x38\x02\x52\x03\xFF"
                              "ab";
    kit_add(k, cs_span_of(raw, sizeof raw - 1));
    kit_add(k, BYTES("\0"));
    kit_add(k, cs_span_of(raw, sizeof raw - 1));
    if (cs_bad(cs_decode(&kit_protobuf, k->b))) abort();
    k->b->dead_detail[1] = "a detail";
    k->b->flags[0] |= 1u << CS_FLAG_INVALID_UTF8;
    k->b->violation = &v;
    k->b->violation_begin[1] = k->b->violation_begin[2] = k->b->violation_begin[3] = 1;
    /* Chunks of one byte: each object is an allocation of its own, so each can fail. */
    cs_arena_clear(&k->b->arena);
    cs_arena_init(&k->b->arena, 1, 0);
    cs_arena_init(&k->f->arena, 1, 0);
}

static cs_rc encode(struct kit *k)
{
    long keep = fuse;
    fuse = -1;
    prepare(k);
    fuse = keep;
    cs_rc rc = cs_encode(&kit_stamp, k->b);
    if (cs_bad(rc)) cr_assert(k->f->n_event == 0 && k->f->n_pending == 0, "nothing half done");
    return rc;
}

Test(alloc, encode)
{
    every_allocation("encode", encode, false);
}

static struct cs_span sample(struct cs_buf *buf)
{
    long keep = fuse;
    fuse = -1;
    struct kit k = kit_new(0, 0);
    if (cs_bad(encode(&k))) abort();
    cs_buf_add(buf, k.f->event[0].value);
    kit_free(&k);
    fuse = keep;
    return cs_buf_span(buf);
}

static cs_rc to_json(struct kit *k)
{
    (void)k;
    struct cs_buf event = {0}, out = {0};
    struct cs_span s = sample(&event);
    cs_rc rc = cs_event_to_json(s, CS_OUTPUT_ANNOTATED, &out);
    cs_buf_clear(&out);
    cs_buf_clear(&event);
    return rc;
}

Test(alloc, event_to_json)
{
    every_allocation("to_json", to_json, false);
}

static cs_rc unpack(struct kit *k)
{
    struct cs_buf event = {0};
    struct cs_span s = sample(&event);
    struct cs_annotated out = {.n_violation = 77};
    cs_arena_init(&k->b->arena, 1, 0);
    cs_rc rc = cs_annotated_unpack(s, &k->b->arena, &out);
    if (cs_bad(rc)) cr_assert_eq(out.n_violation, 77);
    cs_buf_clear(&event);
    return rc;
}

Test(alloc, unpack)
{
    every_allocation("unpack", unpack, false);
}

static cs_rc refused(struct kit *k)
{
    cs_arena_init(&k->f->arena, 1, 0);
    struct cs_event e = {.flight = k->f, .value = BYTES("value")};
    struct cs_span out;
    return cs_encode_refused("t", &e, "too large", &out);
}

Test(alloc, refused)
{
    every_allocation("refused", refused, false);
}

static cs_rc pack(struct kit *k)
{
    (void)k;
    struct cs_buf out = {0};
    struct cs_chat c = kit_chat();
    cs_rc rc = cs_chat_pack(&c, &out);
    cs_buf_clear(&out);
    return rc;
}

Test(alloc, chat_pack)
{
    every_allocation("pack", pack, false);
}
