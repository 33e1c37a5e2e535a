#include "record/flight.h"

cs_rc cs_flight_reserve(struct cs_flight *f, uint32_t n)
{
    if (f->cap_event - f->n_event >= n) return CS_OK;
    uint32_t cap = f->n_event + n;
    if (cap < 2 * f->cap_event) cap = 2 * f->cap_event;
    struct cs_event *event = cs_arena_zalloc(&f->arena, cap, sizeof *event);
    if (!event) return cs_fail(CS_ENOMEM);
    if (f->n_event) memcpy(event, f->event, f->n_event * sizeof *event);
    f->event = event;
    f->cap_event = cap;
    return CS_OK;
}
