/* The promise of spans: what a span cuts out of a message is, all by itself, a violation of the same rule. */
#ifndef CS_TESTS_FUZZ_CUTS_H
#define CS_TESTS_FUZZ_CUTS_H

#include "engine.h"

/* Take the spans of everything that was found in the batch in hand, say each as a message of its own, and
 * check that the same rule finds it again, whole, and no weaker. The batch is a new one after that. */
void cuts_check(struct engine *e);

#endif
