/* Every allocation of the clock fails once: an error, no leak, no crash. */
#include "clock/clock.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static void fill(struct cs_batch *b)
{
    static char id[300][8];
    for (b->n = 0; b->n < 300; b->n++) {
        uint32_t i = b->n;
        snprintf(id[i], sizeof id[i], "%u", i);
        b->platform[i] = CS_SPAN_LIT("jd");
        b->shop[i] = cs_span_str(id[i]);
        b->buyer[i] = cs_span_str(id[i]);
        b->role[i] = CS_ROLE_BUYER;
        b->partition[i] = (int32_t)i % 20;
    }
}

Test(clock, survives_every_failed_allocation)
{
    struct cs_batch *b = calloc(1, sizeof *b);
    fill(b);
    const struct cs_clock_options o = {.window_ms = 1000, .conversations_max = 1000};
    int failures = 0;
    for (int k = 0;; k++) {
        struct cs_clock *c = NULL;
        fuse = k;
        cs_rc rc = cs_clock_new(&o, &c);
        if (!cs_bad(rc)) rc = cs_clock_run(c, b);
        bool done = fuse >= 0;
        fuse = -1;
        cr_assert(cs_bad(rc) != done, "allocation %d", k);
        cs_clock_free(&c);
        if (done) break;
        cr_assert(cs_is(rc, CS_ENOMEM));
        failures++;
    }
    cr_assert(failures > 300, "only %d allocations were tried", failures);
    free(b);
}
