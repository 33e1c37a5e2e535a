/* What a profile says, as loaded. Internal to clock/; outside it profiles are opaque. */
#ifndef CS_CLOCK_DEFINITION_H
#define CS_CLOCK_DEFINITION_H

#include "base/arena.h"
#include "clock/calendar.h"
#include "clock/phrases.h"
#include "clock/profile.h"
#include "record/names.h"

#include <stdatomic.h>

enum {
    CS_METRICS_MAX = 32,
    CS_LIMITS_MAX = 16,
    CS_BANDS_MAX = 3,
    CS_BUYER_METRICS_MAX = 8,
    CS_PROFILES_MAX = 255
};

/* What is counted. */
enum cs_measure {
    CS_MEASURE_REPLY_RATE,  /* answered within a time, of all */
    CS_MEASURE_MEAN_REPLY,  /* mean wait */
    CS_MEASURE_UNANSWERED,  /* turns unanswered when their day ended, of all */
    CS_MEASURE_HOLDING,     /* turns closed only by a holding reply, of those that a person answered */
    CS_MEASURE_SKEWED,      /* turns whose reply is older than the question, of all */
    CS_MEASURE_RECEPTION,   /* conversations an agent or shop a day */
    CS_MEASURE_LAST_WORD,   /* sessions whose last word is the shop's, of all */
    CS_MEASURE_CONCURRENCY, /* numerator: milliseconds that buyers waited; max: buyers waiting at once */
    CS_MEASURE_COMPLAINTS,  /* complaints, of the buyers who asked */
    CS_MEASURE_LEAVE,       /* sessions begun while all agents were offline, of all */
    CS_MEASURE_PROMISES,    /* promises open when the day of their making ended, of all made */
    CS_MEASURE_CASES,       /* cases solved in time, of all opened */
    CS_MEASURE_COUNT
};

/* Of what. */
enum cs_unit { CS_UNIT_TURN, CS_UNIT_MESSAGE, CS_UNIT_SESSION, CS_UNIT_BUYER_DAY, CS_UNIT_COUNT };

enum cs_which { CS_WHICH_ALL, CS_WHICH_FIRST, CS_WHICH_NEXT, CS_WHICH_COUNT };

/* What becomes of a turn that nobody answers. */
enum cs_unanswered { CS_UNANSWERED_COUNTED, CS_UNANSWERED_EXCLUDED, CS_UNANSWERED_COUNT };

/* A range of the quotient that is told once a day and shop, from .. below, in parts of a million. */
struct cs_band {
    const char *name;
    int64_t from_ppm, below_ppm;
    int64_t least; /* denominator from which it is meant */
};

/* A consequence: denominator >= asked and denominator - numerator >= failed. */
struct cs_penalty {
    const char *name;
    int64_t asked, failed; /* failed 0 = none */
};

struct cs_metric {
    const char *id;
    uint8_t measure, unit, which, unanswered; /* enums above */
    bool robot_only_excluded;                 /* turns that only a robot answered are on neither side */
    bool shop, agent;                         /* rows of these are kept */
    int64_t within_ms, cap_ms;
    struct cs_band band[CS_BANDS_MAX];
    uint8_t n_band;
    struct cs_penalty penalty;
};

struct cs_limit {
    const char *name;
    int64_t after_ms;
    int64_t warn_ms; /* so long before; 0 = no warning */
    bool warning;    /* is itself a warning */
};

/* Meanings of phrases: bits. */
enum {
    CS_MEANS_HOLDING = 1 << 0,
    CS_MEANS_COURTESY = 1 << 1,
    CS_MEANS_PROMISE = 1 << 2,
    CS_MEANS_HUMAN_REQUEST = 1 << 3, /* the buyer asks for a person */
    CS_MEANS_NOTICE = 1 << 4         /* 1 << (4 + enum cs_notice) */
};

struct cs_profile {
    const char *id, *version, *name; /* name is id@version */
    struct cs_span source;           /* the whole file */
    uint64_t hash;                   /* over it */
    const char **platform, **shop;   /* "*" = every platform that no other profile names; no shop = all */
    uint32_t n_platform, n_shop;
    int32_t from_day, until_day; /* in force on from <= day < until */
    struct cs_calendar calendar;
    uint8_t valid;          /* bits 1 << enum cs_responder */
    bool courtesy_opens;    /* a closing courtesy opens a turn like any other text */
    bool transfer_splits;   /* a transfer without a reply leaves an unanswered turn on the first account */
    bool transfer_restarts; /* the second account's wait begins at the transfer, not at the question */
    bool leave_excluded;    /* turns and sessions of leave-message mode are in no other metric */
    bool human_restarts; /* a buyer's request for a person begins the turn anew where a robot has answered */
    int64_t session_gap_ms;
    int64_t offline_ms; /* after service hours begin; 0 = none, as the next two */
    int64_t case_ms, promise_ms;
    int64_t promise_settle_ms; /* replies so soon after a promise belong to it */
    struct cs_limit limit[CS_LIMITS_MAX];
    uint32_t n_limit;
    struct cs_metric metric[CS_METRICS_MAX];
    uint32_t n_metric;
    struct cs_phrases phrases;
};

struct cs_profiles {
    struct cs_profile *item;
    uint32_t n, cap;
    char *version;
    char hash[17];
    uint64_t hash_so_far;
    struct cs_arena arena; /* strings */
    atomic_uint shares;
};

/* What a metric's quotient is. */
uint8_t cs_metric_unit(const struct cs_metric *m);
/* The number of the profile of a shop at this instant, or UINT32_MAX: one that names the shop before one that
 * names only the platform before one for all; of equals the one loaded last. */
uint32_t cs_profiles_find(
    const struct cs_profiles *p, struct cs_span platform, struct cs_span shop, int64_t utc_ms);

#endif
