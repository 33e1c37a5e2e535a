#define XXH_INLINE_ALL /* for short keys the call costs as much as the hash */
#include "base/hash.h"

#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

uint64_t cs_hash(struct cs_span s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.len ? (const void *)s.ptr : "", s.len, seed);
}

uint64_t cs_hash_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed) return seed;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_nsec * 0x9E3779B97F4A7C15u ^ (uint64_t)(uintptr_t)&ts;
}
