#include "kafka/lane.h"

#include "fuse.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { EVENTS = 5000, AROUND = 40 };

static struct cs_event event[EVENTS];

static uint64_t dice(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    return x ^= x << 17;
}

static void any_events(size_t value_max)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        event[i].key.len = dice() % 20;
        event[i].value.len = dice() % value_max;
        event[i].offset = i;
    }
}

/* One request's worth off the lane: events in order, at most what the load says, unless it is a single one.
 */
static uint32_t serve(struct cs_kafka_lane *l, const struct cs_kafka_load *load, uint32_t first)
{
    struct cs_kafka_load used = {0};
    uint32_t n = 0;
    size_t bytes = 0;
    for (struct cs_kafka_run r;
         (r = cs_kafka_lane_next(l, load, &used, 1 + (uint32_t)(dice() % 300))).n > 0;) {
        for (uint32_t i = 0; i < r.n; i++, n++) {
            cr_assert_eq(r.event[i].offset, first + n);
            bytes += r.event[i].key.len + r.event[i].value.len + AROUND;
        }
        cs_kafka_lane_take(l, r.n);
    }
    cr_assert(n == 1 || (n <= load->events && bytes <= load->bytes), "%u events, %zu bytes", n, bytes);
    bool more = n == load->events || bytes + 20 + 300 + AROUND > load->bytes;
    cr_assert(l->n_waiting == 0 || more, "%u wait beside a request of %u, %zu bytes", l->n_waiting, n, bytes);
    return n;
}

Test(lane, gives_every_event_once_in_order_and_no_more_than_a_request_holds)
{
    struct cs_kafka_lane l = {0};
    uint32_t in = 0, out = 0;
    any_events(300);
    while (out < EVENTS) {
        const struct cs_kafka_load load = {
            .bytes = 1 + dice() % 20000, .events = 1 + (uint32_t)(dice() % 100)};
        uint32_t n = (uint32_t)(dice() % 200);
        if (n > EVENTS - in) n = EVENTS - in;
        if (n) cr_assert(!cs_bad(cs_kafka_lane_add(&l, &event[in], n, 0)));
        in += n;
        out += serve(&l, &load, out);
        cr_assert_eq(l.n_waiting, in - out);
    }
    cr_assert_eq(l.bytes, 0);
    cs_kafka_lane_clear(&l);
}

/* A queue that is full takes the begin of a run only; the rest comes first the next time. */
Test(lane, a_run_may_be_taken_in_part)
{
    const struct cs_kafka_load load = {.bytes = SIZE_MAX, .events = EVENTS};
    struct cs_kafka_load used = {0};
    struct cs_kafka_lane l = {0};
    any_events(300);
    cr_assert(!cs_bad(cs_kafka_lane_add(&l, event, 10, 0)));
    cr_assert(!cs_bad(cs_kafka_lane_add(&l, event + 10, 5, 0)));
    cr_expect_eq(cs_kafka_lane_next(&l, &load, &used, EVENTS).n, 10);
    cs_kafka_lane_take(&l, 3);
    cr_expect_eq(serve(&l, &load, 3), 12);
    cs_kafka_lane_clear(&l);
}

Test(lane, is_due_when_it_is_full_or_old_and_nothing_is_in_the_air)
{
    const struct cs_kafka_load load = {.bytes = 1000, .events = 3, .hold_ms = 18};
    struct cs_kafka_lane l = {0};
    any_events(1);
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 100), -1);
    cr_assert(!cs_bad(cs_kafka_lane_add(&l, event, 1, 100)));
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 100), 18);
    cr_assert(!cs_bad(cs_kafka_lane_add(&l, event + 1, 1, 110)));
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 110), 8, "the oldest counts");
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 118), 0);
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 500), 0);
    cr_assert(!cs_bad(cs_kafka_lane_add(&l, event + 2, 1, 110)));
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 110), 0, "full");
    l.in_air = 1;
    cr_expect_eq(cs_kafka_lane_due(&l, &load, 500), -1, "an acknowledgement comes first");
    cs_kafka_lane_clear(&l);
}

/* Without memory nothing is taken, and what waits stays. */
Test(lane, an_allocation_fails)
{
    const struct cs_kafka_load load = {.bytes = SIZE_MAX, .events = EVENTS};
    struct cs_kafka_lane l = {0};
    uint32_t in = 0;
    any_events(300);
    for (int k = 0; k < 200; k++) {
        fuse = k % 3 == 0 ? 0 : -1;
        cs_rc rc = cs_kafka_lane_add(&l, &event[in], 2, 0);
        cr_assert(!cs_bad(rc) || cs_is(rc, CS_ENOMEM));
        in += cs_bad(rc) ? 0 : 2;
        cr_assert_eq(l.n_waiting, in);
    }
    fuse = -1;
    cr_expect_lt(in, 400, "no allocation failed");
    cr_expect_eq(serve(&l, &load, 0), in);
    cs_kafka_lane_clear(&l);
}
