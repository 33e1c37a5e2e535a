/* The plans of a clock. Place 0 is the one without a profile; a place keeps its meaning as long as anything
 * in the clock goes by it. The present profiles have a place each, and so have former ones (retired) under
 * which something began that goes on: open turns, and rows of days that are not closed. Internal to clock/.
 */
#ifndef CS_CLOCK_PLANS_H
#define CS_CLOCK_PLANS_H

#include "clock/shard.h"

/* For the profiles of c->options. Errors: CS_ENOMEM, CS_ELIMIT. */
CS_MUST cs_rc cs_plans_open(struct cs_clock *c);
void cs_plans_close(struct cs_clock *c);
/* A place for profile i of `set`: the one that it has, or a free one, as a retired plan. Errors: CS_ELIMIT
 * (no place is free). */
CS_MUST cs_rc cs_plans_take(struct cs_clock *c, const struct cs_profiles *set, uint32_t i, uint8_t *place);
/* The place of the profile with these contents; 0 = there is none. */
uint8_t cs_plans_find(const struct cs_clock *c, uint64_t hash);
/* True when another profile has the same name. */
bool cs_plans_clash(const struct cs_clock *c, const struct cs_profile *p);
/* Give back the places of retired plans that nothing goes by any more: between two batches only, for what was
 * lent to the last one has their names. Walks all conversations. */
void cs_plans_release(struct cs_clock *c);

#endif
