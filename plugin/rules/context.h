/* What a rule asks for beside its terms: context, dates, detectors, behaviour. Part of the rule set,
 * immutable.
 *
 * Every number has a default for which 0 stands, so that a rule that asks for nothing is all zero here. */
#ifndef CS_RULES_CONTEXT_H
#define CS_RULES_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

/* What the conditions of a list are for. */
enum cs_demand {
    CS_DEMAND_ALL,  /* each must hold */
    CS_DEMAND_SOME, /* one of them at least must hold */
    CS_DEMAND_NONE, /* none may hold */
};

/* Where a condition looks. The message itself is always looked at, too. */
enum cs_scope {
    CS_SCOPE_MESSAGE,
    CS_SCOPE_SENDER,       /* the last messages of the same sender in this conversation */
    CS_SCOPE_CONVERSATION, /* of anybody in it */
    CS_SCOPE_BUYER,        /* of the buyer */
    CS_SCOPE_AGENT,        /* of the shop's side, robots included */
    CS_SCOPE_COUNT
};

enum cs_side { CS_SIDE_EITHER, CS_SIDE_AFTER, CS_SIDE_BEFORE, CS_SIDE_COUNT };

enum { CS_ANYWHERE = UINT16_MAX, CS_LAST_DEFAULT = 3, CS_LAST_MAX = 16, CS_PLACES_MAX = 100 };
enum { CS_FOR_DEFAULT_MS = 10 * 60 * 1000, CS_FOR_MAX_MS = 24 * 60 * 60 * 1000 };

/* One of these terms (cs_term.condition) or detected values stands near the anchor, which is a hit of the
 * rule's own terms or detectors. Distances are characters of the original between the nearest edges. */
struct cs_condition {
    const char *text; /* its first term or detector as written, for explanations */
    uint32_t rule, line;
    int32_t for_ms;  /* how old a message may be that counts */
    uint16_t within; /* greatest distance, or CS_ANYWHERE */
    uint16_t detect; /* set of 1u << enum cs_detector that count like terms */
    uint8_t demand;  /* enum cs_demand */
    uint8_t scope;   /* enum cs_scope */
    uint8_t side;    /* enum cs_side; what overlaps the anchor is on neither side */
    uint8_t count;   /* places needed */
    uint8_t last;    /* earlier messages of the scope that count */
    bool sentence;   /* only within the sentence of the anchor */
};

/* What a sender does rather than says. */
enum cs_behaviour_kind {
    CS_BEHAVIOUR_NONE,
    CS_BEHAVIOUR_FLOOD,  /* `times` messages within `window_ms` that nobody answers */
    CS_BEHAVIOUR_REPEAT, /* the same text, nearly, `times` times within `window_ms`, unanswered */
    CS_BEHAVIOUR_IDLE,   /* a buyer waits for `window_ms` before this message */
};

struct cs_behaviour {
    int32_t window_ms;
    uint16_t times;
    uint8_t kind; /* enum cs_behaviour_kind */
};

/* Found values that are fine. Numbers are their digits alone; hosts and accounts are in lower case. */
struct cs_allow {
    const char *const *number, *const *host, *const *account;
    uint32_t n_number, n_host, n_account;
};

/* Days of a rule by Beijing time, as milliseconds since 1970-01-01 UTC; 0 = no bound. */
struct cs_validity {
    int64_t from_ms, until_ms;
};

#endif
