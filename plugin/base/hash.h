/* The one hash function: XXH3, 64 bits. With a random seed it is safe for tables that strangers fill; with
 * seed 0 it is a stable fingerprint of content, equal on every machine. */
#ifndef CS_BASE_HASH_H
#define CS_BASE_HASH_H

#include "base/span.h"

uint64_t cs_hash(struct cs_span s, uint64_t seed);
/* A seed from the operating system's random source; falls back to the clock and an address. */
uint64_t cs_hash_seed(void);

#endif
