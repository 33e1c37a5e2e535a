/* Names of the facts that rules ask for of earlier messages; internal to annotate/.
 *
 * A name is a fingerprint of everything that decides whether a condition holds in a message: its terms and
 * detectors, the exempt phrases, gaps, disguises and platforms of its rule, who is listened to. It does not
 * depend on the number of the condition or on other rules: after a reload, equal names are the same fact. How
 * many earlier messages count, how old they may be and what is made of it are not part of it. */
#ifndef CS_ANNOTATE_FACTS_H
#define CS_ANNOTATE_FACTS_H

#include "rules/ruleset.h"

enum { CS_FACT_PLACES_BITS = 8 };

/* One name for each condition of `rs`, to be freed by the caller. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_fact_names_new(const struct cs_ruleset *rs, uint64_t **out);

/* A fact: the condition with this name holds at so many places. */
static inline uint64_t cs_fact_of(uint64_t name, uint32_t places)
{
    return name << CS_FACT_PLACES_BITS | (places < UINT8_MAX ? places : UINT8_MAX);
}

/* The places that `fact` tells of the condition with this name. */
static inline uint32_t cs_fact_places(uint64_t fact, uint64_t name)
{
    return (fact ^ name << CS_FACT_PLACES_BITS) >> CS_FACT_PLACES_BITS ? 0 : (uint32_t)(fact & UINT8_MAX);
}

#endif
