#include "rules/needs.h"

/* Numbers that may be split over messages. */
enum {
    SPLIT = 1 << CS_DETECT_MOBILE | 1 << CS_DETECT_LANDLINE | 1 << CS_DETECT_SERVICE_NUMBER |
            1 << CS_DETECT_BANK_CARD | 1 << CS_DETECT_ID_CARD | 1 << CS_DETECT_QQ | 1 << CS_DETECT_WECHAT
};

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct cs_needs cs_needs_of(const struct cs_ruleset *rs)
{
    struct cs_needs n = {0};
    for (uint32_t i = 0; i < rs->n_rule; i++) {
        const struct cs_rule *r = &rs->rule[i];
        n.detect |= r->detect;
        n.sayers |= r->unless_said_by;
        bool behaves = r->behaviour.kind == CS_BEHAVIOUR_FLOOD || r->behaviour.kind == CS_BEHAVIOUR_REPEAT;
        if (behaves) n.facts_ms = longer(n.facts_ms, r->behaviour.window_ms);
        if (r->detect & SPLIT) n.facts_ms = longer(n.facts_ms, CS_FOR_DEFAULT_MS);
        if (r->unless_said_by) n.values_ms = CS_FOR_MAX_MS;
    }
    for (uint32_t i = 0; i < rs->n_condition; i++) {
        n.detect |= rs->condition[i].detect;
        if (rs->condition[i].scope != CS_SCOPE_MESSAGE)
            n.facts_ms = longer(n.facts_ms, rs->condition[i].for_ms);
    }
    return n;
}
