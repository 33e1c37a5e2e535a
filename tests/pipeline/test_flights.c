/* Flights and the bytes that they take. */
#include "pipeline/flights.h"

#include <criterion/criterion.h>

enum { FLIGHTS = 4, SHARE = 1 << 20 };

static struct cs_flight *launch(struct cs_flights *fs, size_t bytes)
{
    struct cs_flight *f = cs_flights_get(fs);
    cr_assert(f != NULL);
    cr_assert(cs_arena_alloc(&f->arena, bytes) != NULL);
    cs_flights_launch(fs, f);
    return f;
}

static void land_all(struct cs_flights *fs)
{
    struct cs_positions positions = {0};
    struct cs_diag diag = {0};
    cr_assert(!cs_bad(cs_flights_land(fs, "in", &positions, &diag)));
    cr_assert(cs_flights_empty(fs));
    cs_positions_clear(&positions);
    cs_diag_clear(&diag);
}

/* No single batch can be too large, or the worker would die of it after every restart. */
Test(flights, a_flight_beyond_its_share_keeps_others_on_the_ground)
{
    struct cs_flights fs;
    cr_assert(!cs_bad(cs_flights_init(&fs, FLIGHTS, SHARE)));
    for (int round = 0; round < 3; round++) {
        launch(&fs, 1000);
        struct cs_flight *large = launch(&fs, (size_t)FLIGHTS * SHARE);
        cr_expect(cs_flights_get(&fs) == NULL, "round %d", round);
        land_all(&fs);
        cr_expect_eq(fs.aloft, 0);
        cr_expect_eq(large->arena.held, 0);
    }
    cs_flights_clear(&fs);
}

Test(flights, within_their_shares_all_take_off_and_stay_warm)
{
    struct cs_flights fs;
    cr_assert(!cs_bad(cs_flights_init(&fs, FLIGHTS, SHARE)));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < FLIGHTS; i++)
            cr_expect(launch(&fs, SHARE / 2)->arena.held > 0);
        cr_expect(cs_flights_get(&fs) == NULL);
        land_all(&fs);
        for (int i = 0; i < FLIGHTS; i++)
            cr_expect(fs.slot[i].flight.arena.held >= SHARE / 2, "round %d, flight %d", round, i);
    }
    cs_flights_clear(&fs);
}
