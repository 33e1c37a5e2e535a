/* Small, fast, seeded random numbers (splitmix64): equal seeds give equal dialogues everywhere. Not for
 * secrets. */
#ifndef CS_CHATSIEVE_RANDOM_H
#define CS_CHATSIEVE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct cs_random {
    uint64_t state;
};

static inline uint64_t cs_random_next(struct cs_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}
/* 0 .. n - 1; n > 0. */
static inline uint32_t cs_random_below(struct cs_random *r, uint32_t n)
{
    return (uint32_t)((cs_random_next(r) >> 32) * n >> 32);
}
/* low .. high, both included. */
static inline int64_t cs_random_range(struct cs_random *r, int64_t low, int64_t high)
{
    return low + cs_random_below(r, (uint32_t)(high - low + 1));
}
/* True in `percent` of 100 cases. */
static inline bool cs_random_chance(struct cs_random *r, uint32_t percent)
{
    return cs_random_below(r, 100) < percent;
}

#endif
