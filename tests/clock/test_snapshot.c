/* Saved state from outside: damaged, cut, of other options, with no memory. */
#include "clock/clock.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const struct cs_clock_options plain = {
    .window_ms = 86400000, .conversations_max = 1000, .threshold_s = {40}, .n_threshold = 1};

static uint8_t saved[4 * CS_SNAPSHOT_CHUNK];
static struct cs_span chunk[4];
static uint32_t n_chunk;

static cs_rc keep(void *ctx, struct cs_span s)
{
    (void)ctx;
    uint8_t *to = saved + (size_t)n_chunk * CS_SNAPSHOT_CHUNK;
    memcpy(to, s.ptr, s.len);
    chunk[n_chunk++] = cs_span_of(to, s.len);
    return CS_OK;
}

/* A state of some conversations, saved. */
static void save_some(void)
{
    static char id[200][40];
    struct cs_batch *b = calloc(1, sizeof *b);
    struct cs_clock *c = NULL;
    for (uint32_t i = 0; i < 200; i++) {
        snprintf(id[i], sizeof id[i], i % 3 ? "b%u" : "a buyer with a long name %u", i);
        b->platform[i] = CS_SPAN_LIT("jd");
        b->shop[i] = i % 2 ? CS_SPAN_LIT("s1") : CS_SPAN_LIT("s2");
        b->agent[i] = i % 5 ? CS_SPAN_LIT("anna") : CS_SPAN_LIT("");
        b->buyer[i] = cs_span_str(id[i]);
        b->role[i] = i % 4 ? CS_ROLE_BUYER : CS_ROLE_AGENT;
        b->sent_ms[i] = b->record_ms[i] = 1000 + i;
    }
    b->n = 200;
    cr_assert(!cs_bad(cs_clock_new(&plain, &c)) && !cs_bad(cs_clock_run(c, b)));
    cr_assert(!cs_bad(cs_clock_save(c, 0, &(struct cs_snapshot_sink){keep, NULL})) && n_chunk == 1);
    cs_clock_free(&c);
    free(b);
}

static cs_rc load(const struct cs_clock_options *o, struct cs_span s, uint64_t *open)
{
    struct cs_diag diag = {0};
    struct cs_clock *c = NULL;
    cr_assert(!cs_bad(cs_clock_new(o, &c)));
    cs_rc rc = cs_clock_load(c, 0, &s, 1, &diag);
    *open = cs_clock_count(c).open;
    cr_assert(!cs_bad(rc) || (*open == 0 && diag.n_errors == 1 && cs_clock_watermark(c, 0) == INT64_MIN));
    cs_diag_clear(&diag);
    cs_clock_free(&c);
    return rc;
}

Test(snapshot, comes_back_whole_or_not_at_all)
{
    uint64_t open;
    save_some();
    cr_assert(!cs_bad(load(&plain, chunk[0], &open)) && open == 200);
    for (size_t at = 0; at < chunk[0].len; at += 1 + at / 64) {
        saved[at] ^= 0x40;
        cr_assert(
            cs_bad(load(&plain, chunk[0], &open)) || at / 4 == 5, "byte %zu", at); /* 20 to 23 say nothing */
        saved[at] ^= 0x40;
        cr_assert(cs_is(load(&plain, cs_span_cut(chunk[0], 0, at), &open), CS_ESYNTAX), "cut at %zu", at);
    }
}

Test(snapshot, is_refused_under_other_options)
{
    uint64_t open;
    struct cs_clock_options other = plain;
    other.threshold_s[0] = 41;
    save_some();
    cr_expect(cs_is(load(&other, chunk[0], &open), CS_EUNSUPPORTED));
}

Test(snapshot, survives_every_failed_allocation)
{
    struct cs_diag diag = {0};
    save_some();
    for (int k = 0;; k++) {
        struct cs_clock *c = NULL;
        cr_assert(!cs_bad(cs_clock_new(&plain, &c)));
        fuse = k;
        cs_rc rc = cs_clock_load(c, 0, chunk, 1, &diag);
        bool done = fuse >= 0;
        fuse = -1;
        cr_assert(cs_bad(rc) != done, "allocation %d", k);
        if (!done) cr_assert(cs_is(rc, CS_ENOMEM) && cs_clock_count(c).open == 0, "allocation %d", k);
        cs_clock_free(&c);
        if (done) break;
    }
    cs_diag_clear(&diag);
}
