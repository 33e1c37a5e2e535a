/* What a rule set asks of the stages beyond matching: how far back they must remember, and what to detect. */
#ifndef CS_RULES_NEEDS_H
#define CS_RULES_NEEDS_H

#include "rules/ruleset.h"

/* How old the first part of a number may be that is sent in several messages. */
enum { CS_JOINED_MS = 10 * 60 * 1000 };

struct cs_needs {
    int64_t facts_ms;                    /* how far back facts about messages are asked for; 0: not at all */
    int64_t values_ms;                   /* how far back found values are */
    uint16_t detect;                     /* set of 1u << enum cs_detector that some rule or condition names */
    uint32_t conduct_begin, conduct_end; /* rules about behaviour are all among these; none if equal */
    uint8_t repeaters;                   /* set of roles whose texts are compared with earlier ones */
    uint8_t sayers;                      /* set of roles whose found values are remembered */
};

struct cs_needs cs_needs_of(const struct cs_ruleset *rs);

/* The longest of its memories: what has to be read again after a restart. */
static inline int64_t cs_needs_back_ms(const struct cs_needs *n)
{
    return n->facts_ms > n->values_ms ? n->facts_ms : n->values_ms;
}

#endif
