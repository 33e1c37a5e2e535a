/* Timers that stay armed while messages come, and those that must be armed anew. */
#include "clock/clock.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define NOON INT64_C(1709611200000) /* 2024-03-05 12:00 in Shanghai */

static struct cs_batch batch;

static void say(uint8_t role, const char *agent, int64_t after_ms)
{
    uint32_t i = batch.n++;
    batch.platform[i] = CS_SPAN_LIT("taobao");
    batch.shop[i] = CS_SPAN_LIT("s");
    batch.buyer[i] = CS_SPAN_LIT("b");
    batch.agent[i] = cs_span_str(agent);
    batch.text[i] = CS_SPAN_LIT("text");
    batch.role[i] = role;
    batch.offset[i] = i;
    batch.sent_ms[i] = batch.record_ms[i] = NOON + after_ms;
}

static uint32_t told(const char *name, int64_t due_ms)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < batch.n_overdue; i++)
        n += strcmp(batch.overdue[i].name, name) == 0 && batch.overdue[i].due_ms == NOON + due_ms;
    return n;
}

/* A transfer without a reply leaves the first account an unanswered turn and gives the second one a turn that
 * began with the question: its limits that have passed are told at once. */
Test(course, a_turn_that_begins_anew_in_the_past_is_due_at_once)
{
    static const char *const path[] = {"../../plugin/share/profiles"};
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    struct cs_clock *c = NULL;
    cr_assert(!cs_bad(cs_profiles_load(path, 1, &diag, &p)));
    const struct cs_clock_options o = {.window_ms = 86400000, .conversations_max = 10, .profiles = p};
    cr_assert(!cs_bad(cs_clock_new(&o, &c)));
    say(CS_ROLE_BUYER, "anna", 0);
    say(CS_ROLE_BUYER, "anna", 30000);
    say(CS_ROLE_BUYER, "berta", 50000);
    cr_assert(!cs_bad(cs_clock_run(c, &batch)));
    cr_expect_eq(told("slow", 40000), 2, "%u of %u", told("slow", 40000), batch.n_overdue);
    batch.n = 0;
    say(CS_ROLE_BUYER, "berta", 55000);
    say(CS_ROLE_BUYER, "berta", 70000);
    cr_assert(!cs_bad(cs_clock_run(c, &batch)));
    cr_expect(told("late", 60000) == 1 && batch.n_overdue == 1, "%u", batch.n_overdue);
    cs_clock_free(&c);
    cs_profiles_free(&p);
}
