#include "rules/needs.h"

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Who waits is remembered for longer than the rule asks: the answer may come much later. */
static int64_t behaviour_ms(const struct cs_behaviour *b)
{
    enum { HOUR_MS = 60 * 60 * 1000 };
    int64_t twice = 2 * (int64_t)b->window_ms;
    if (b->kind == CS_BEHAVIOUR_NONE) return 0;
    if (b->kind != CS_BEHAVIOUR_IDLE) return b->window_ms;
    return longer(HOUR_MS, twice < CS_FOR_MAX_MS ? twice : CS_FOR_MAX_MS);
}

struct cs_needs cs_needs_of(const struct cs_ruleset *rs)
{
    struct cs_needs n = {0};
    for (uint32_t i = 0; i < rs->n_rule; i++) {
        const struct cs_rule *r = &rs->rule[i];
        n.detect |= r->detect;
        n.sayers |= r->unless_said_by;
        if (r->behaviour.kind != CS_BEHAVIOUR_NONE) {
            if (n.conduct_end == 0) n.conduct_begin = i;
            n.conduct_end = i + 1;
        }
        if (r->behaviour.kind == CS_BEHAVIOUR_REPEAT) n.repeaters |= r->actors;
        n.facts_ms = longer(n.facts_ms, behaviour_ms(&r->behaviour));
        if (r->unless_said_by) n.values_ms = CS_FOR_MAX_MS;
    }
    for (uint32_t i = 0; i < rs->n_condition; i++) {
        n.detect |= rs->condition[i].detect;
        if (rs->condition[i].scope != CS_SCOPE_MESSAGE)
            n.facts_ms = longer(n.facts_ms, rs->condition[i].for_ms);
    }
    if (n.detect & CS_DETECT_JOINED) n.facts_ms = longer(n.facts_ms, CS_JOINED_MS);
    return n;
}
