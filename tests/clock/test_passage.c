/* Record times that are wrong: what is believed of them, and what they must not do. */
#include "clock/clock.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define NOON INT64_C(1709611200000)
#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define YEAR_2100 INT64_C(4102444800000)

static const struct cs_clock_options plain = {
    .window_ms = 86400000, .conversations_max = 100, .threshold_s = {40}, .n_threshold = 1};
static struct cs_batch batch;
static uint8_t kept[CS_SNAPSHOT_CHUNK];
static size_t n_kept;

static cs_rc keep(void *ctx, struct cs_span chunk)
{
    (void)ctx;
    memcpy(kept, chunk.ptr, chunk.len);
    n_kept = chunk.len;
    return CS_OK;
}

static void live_again(struct cs_clock *c)
{
    struct cs_diag diag = {0};
    cr_assert(!cs_bad(cs_clock_save(c, 0, &(struct cs_snapshot_sink){keep, NULL})));
    cs_clock_drop(c, 0);
    cr_assert(!cs_bad(cs_clock_load(c, 0, &(struct cs_span){kept, n_kept}, 1, &diag)));
}

/* One message; returns whether it is flagged. */
static bool say(struct cs_clock *c, uint8_t role, const char *buyer, int64_t sent_ms, int64_t record_ms)
{
    batch.n = 1;
    batch.platform[0] = CS_SPAN_LIT("x");
    batch.shop[0] = CS_SPAN_LIT("s");
    batch.buyer[0] = cs_span_str(buyer);
    batch.text[0] = CS_SPAN_LIT("text");
    batch.role[0] = role;
    batch.sent_ms[0] = sent_ms;
    batch.record_ms[0] = record_ms;
    batch.flags[0] = 0;
    cr_assert(!cs_bad(cs_clock_run(c, &batch)));
    return batch.flags[0] >> CS_FLAG_CLOCK_SKEW & 1;
}

static struct cs_clock *fresh(const struct cs_clock_options *o)
{
    struct cs_clock *c = NULL;
    cr_assert(!cs_bad(cs_clock_new(o, &c)));
    return c;
}

/* Anna waits; in another conversation a record comes from the year 2100. She is answered in 30 s. */
static void one_wrong_record(int64_t sent_ms, bool saved)
{
    struct cs_clock *c = fresh(&plain);
    say(c, CS_ROLE_BUYER, "anna", NOON, NOON);
    cr_expect(say(c, CS_ROLE_AGENT, "ben", sent_ms, YEAR_2100));
    cr_expect(batch.n_overdue == 0 && cs_clock_watermark(c, 0) == NOON);
    if (saved) live_again(c);
    cr_expect(!say(c, CS_ROLE_AGENT, "anna", NOON + 30000, NOON + 30000));
    cr_expect(batch.response[0].turn == CS_TURN_ANSWERS && batch.response[0].latency_ms == 30000);
    cr_expect(cs_clock_watermark(c, 0) == NOON + 30000 && cs_clock_count(c).expired == 0);
    cr_expect(say(c, CS_ROLE_AGENT, "ben", sent_ms, YEAR_2100), "the one before has agreed with the rest");
    cr_expect(cs_clock_watermark(c, 0) == NOON + 30000);
    cs_clock_free(&c);
}

Test(passage, one_record_from_the_future_makes_nothing_due)
{
    one_wrong_record(NOON, false);
    one_wrong_record(YEAR_2100, false);
    one_wrong_record(YEAR_2100, true);
    one_wrong_record(INT64_MAX, true);
    one_wrong_record(INT64_MIN, false);
}

/* Time has leapt where two records in a row say so: as far as both agree. */
static void two_in_a_row(bool saved)
{
    struct cs_clock *c = fresh(&plain);
    say(c, CS_ROLE_BUYER, "anna", NOON, NOON);
    cr_expect(say(c, CS_ROLE_AGENT, "ben", NOON, YEAR_2100) && batch.n_overdue == 0);
    if (saved) live_again(c);
    cr_expect(!say(c, CS_ROLE_AGENT, "ben", NOON, NOON + 30 * DAY) && batch.n_overdue == 1);
    cr_expect(cs_clock_watermark(c, 0) == NOON + 30 * DAY);
    cr_expect(say(c, CS_ROLE_AGENT, "ben", NOON, NOON + 40 * DAY));
    if (saved) live_again(c);
    cr_expect(say(c, CS_ROLE_AGENT, "ben", NOON, YEAR_2100));
    cr_expect(cs_clock_watermark(c, 0) == NOON + 40 * DAY);
    cs_clock_free(&c);
}

Test(passage, two_records_in_a_row_are_believed_as_far_as_both_agree)
{
    two_in_a_row(false);
    two_in_a_row(true);
}

Test(passage, a_partition_that_was_idle_goes_on_at_once)
{
    struct cs_clock *c = fresh(&plain);
    say(c, CS_ROLE_BUYER, "anna", NOON, NOON);
    cr_expect(!say(c, CS_ROLE_BUYER, "ben", NOON + 7 * DAY, NOON + 7 * DAY) && batch.n_overdue == 1);
    cr_expect(cs_clock_watermark(c, 0) == NOON + 7 * DAY && cs_clock_count(c).expired == 1);
    cr_expect(!say(c, CS_ROLE_AGENT, "carl", NOON, NOON + 7 * DAY + HOUR), "an hour is no leap");
    cr_expect(say(c, CS_ROLE_AGENT, "carl", NOON, NOON + 7 * DAY + 2 * HOUR + 1));
    cr_expect(cs_clock_watermark(c, 0) == NOON + 7 * DAY + HOUR);
    cs_clock_free(&c);
}

/* A file has no other time than its own. */
Test(passage, the_times_of_a_file_are_taken_as_they_are)
{
    struct cs_clock_options o = plain;
    o.sent_is_record = true;
    struct cs_clock *c = fresh(&o);
    say(c, CS_ROLE_BUYER, "anna", NOON, 0);
    cr_expect(!say(c, CS_ROLE_BUYER, "ben", NOON + 400 * DAY, 0) && batch.n_overdue == 1);
    cs_clock_free(&c);
}
