/* The inside of a clock: one shard per partition, and the outbox. Internal to clock/. */
#ifndef CS_CLOCK_SHARD_H
#define CS_CLOCK_SHARD_H

#include "clock/books.h"
#include "clock/conversation.h"
#include "clock/metric.h"
#include "clock/wheel.h"

struct cs_shard {
    int32_t partition;
    int32_t first_day;    /* older days are closed */
    int64_t watermark_ms; /* INT64_MIN = nothing seen */
    int64_t seen_ms;      /* greatest record time that was believed */
    int64_t now_ms;       /* the present record's, as far as it is believed */
    int64_t leap_ms;      /* what the record before said and was not believed, or INT64_MIN */
    int32_t seen_day;     /* its day, in UTC */
    int64_t same_day_ms;  /* before it no day can be closed */
    int64_t resume_ms;    /* told in a former life up to here; INT64_MIN = nothing to resume */
    bool quiet;           /* what becomes due is not told */
    struct cs_conversations conversations;
    struct cs_books books;
    struct cs_wheel wheel;
};

struct cs_clock {
    struct cs_clock_options options;
    struct cs_plan *plan;                    /* CS_PLANS_MAX places; see clock/plans.h */
    struct cs_profiles *owner[CS_PLANS_MAX]; /* of the profile of a place, shared; NULL = the place is free */
    struct cs_profiles *present;             /* options.profiles, shared */
    bool retired[CS_PLANS_MAX];              /* not of the present profiles */
    uint8_t plan_of[CS_PROFILES_MAX];        /* place of each present profile */
    bool quarters; /* hours of all present profiles begin and end at quarters of an hour: so does whatever a
                      moment tells */
    uint32_t n_plan, n_retired; /* places that are not free */
    bool release;               /* a day was closed: retired ones may be of no use any more */
    struct cs_shard *shard;
    uint32_t n_shard, cap_shard;
    uint32_t last; /* shard of the message before: records come in runs of a partition */
    uint64_t seed;
    struct cs_clock_counts counts; /* open, rows and refused are summed when asked */
    struct cs_overdue *overdue;
    uint32_t n_overdue, cap_overdue;
    struct cs_kpi_row *row;
    uint32_t cap_row;
    struct cs_arena strings; /* of what is lent */
};

/* A ledger that was posted to. */
struct cs_posted {
    uint32_t ledger; /* CS_NO_LEDGER: none so far */
    uint16_t agent, day;
    uint8_t plan;
};

/* A conversation and everything around it. */
struct cs_scene {
    struct cs_clock *clock;
    struct cs_shard *shard;
    const struct cs_plan *plan; /* of the conversation */
    struct cs_conversation *v;
    uint32_t slot;
    struct cs_posted posted[2]; /* the agent's and the shop's: what follows mostly goes there, too */
};

static inline struct cs_scene cs_scene_of(struct cs_clock *c, struct cs_shard *s, uint32_t slot)
{
    struct cs_conversation *v = cs_conversations_at(&s->conversations, slot);
    return (struct cs_scene){
        c, s, &c->plan[v->plan], v, slot, {{CS_NO_LEDGER, 0, 0, 0}, {CS_NO_LEDGER, 0, 0, 0}}};
}

static inline uint16_t cs_day16(int32_t day)
{
    return day < 0 ? 0 : day > UINT16_MAX ? UINT16_MAX : (uint16_t)day;
}

/* a - b, kept inside int64 for hostile times. */
static inline int64_t cs_time_between(int64_t a, int64_t b)
{
    int64_t ms;
    if (__builtin_sub_overflow(a, b, &ms)) return a < b ? INT64_MIN : INT64_MAX;
    return ms;
}

static inline int64_t cs_time_after(int64_t a, int64_t ms)
{
    int64_t sum;
    return __builtin_add_overflow(a, ms, &sum) ? INT64_MAX : sum;
}

/* When the service day ends; asked often, and mostly for the same day. */
static inline int64_t cs_day_end(const struct cs_scene *s, uint16_t day)
{
    struct cs_shop *shop = &s->shard->books.shop[s->v->shop];
    if (shop->end_day != day || shop->end_plan != s->plan->number) {
        shop->end_ms = cs_calendar_day_end(&s->plan->profile->calendar, day);
        shop->end_day = day;
        shop->end_plan = s->plan->number;
    }
    return shop->end_ms;
}

/* When service hours begin next. A closed shop is asked by many conversations, mostly in the same stretch
 * outside its hours. */
static inline int64_t cs_next_open(const struct cs_scene *s, int64_t utc_ms)
{
    struct cs_shop *shop = &s->shard->books.shop[s->v->shop];
    const struct cs_calendar *c = &s->plan->profile->calendar;
    if (utc_ms >= shop->closed_ms && utc_ms < shop->open_ms && shop->open_plan == s->v->plan)
        return shop->open_ms;
    int64_t open = cs_calendar_next_open(c, utc_ms);
    if (open > utc_ms && cs_calendar_steady(c, utc_ms, open)) {
        shop->closed_ms = utc_ms;
        shop->open_ms = open;
        shop->open_plan = s->v->plan;
    }
    return open;
}

/* When the metrics' turn began. */
static inline int64_t cs_counted_from(const struct cs_conversation *v)
{
    return cs_time_after(v->since_ms, v->counted_ms);
}

/* NULL for a partition that holds nothing. */
struct cs_shard *cs_clock_find_shard(const struct cs_clock *c, int32_t partition);
static inline struct cs_shard *cs_clock_known_shard(const struct cs_clock *c, int32_t partition)
{
    bool last = c->last < c->n_shard && c->shard[c->last].partition == partition;
    return last ? &c->shard[c->last] : cs_clock_find_shard(c, partition);
}
/* The shard of a partition, made when it is new. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_clock_make_shard(struct cs_clock *c, int32_t partition, struct cs_shard **out);
CS_MUST static inline cs_rc cs_clock_shard(struct cs_clock *c, int32_t partition, struct cs_shard **out)
{
    if (c->last >= c->n_shard || c->shard[c->last].partition != partition)
        return cs_clock_make_shard(c, partition, out);
    *out = &c->shard[c->last];
    return CS_OK;
}

/* ledger.c: a change of one metric, posted to the shop's and the agent's rows. */
struct cs_change {
    uint16_t agent, day;
    uint32_t metric;
    int64_t numerator, denominator, max;
};
CS_MUST cs_rc cs_post(struct cs_scene *s, const struct cs_change *change, int64_t now_ms);
/* ... to the agent's row alone. */
CS_MUST cs_rc cs_post_agent(struct cs_scene *s, uint16_t agent, const struct cs_change *change);
/* The same change for every metric of the set, as far as `change` is meant by it. */
CS_MUST cs_rc cs_post_all(
    struct cs_scene *s, uint32_t metrics, const struct cs_change *change, int64_t now_ms);

/* turn.c: the turn as the metrics see it. `now_ms` is the event time of the cause. */
CS_MUST cs_rc cs_turn_begin(struct cs_scene *s, int64_t sent_ms, int64_t offset, int32_t day);
CS_MUST cs_rc cs_turn_answer(struct cs_scene *s, int64_t sent_ms, uint8_t responder);
CS_MUST cs_rc cs_turn_abandon(struct cs_scene *s, int64_t now_ms, bool buyer_too);
CS_MUST cs_rc cs_turn_undo(struct cs_scene *s, int64_t now_ms);
/* Set bits of the state, or one more level, with everything that follows for the numbers. */
CS_MUST cs_rc cs_turn_mark(struct cs_scene *s, uint16_t state, uint8_t levels, int64_t now_ms);
CS_MUST cs_rc cs_turn_assign(struct cs_scene *s, uint16_t agent, int64_t now_ms);
/* session.c: its messages go with the turn from its agent to this one. */
CS_MUST cs_rc cs_messages_assign(struct cs_scene *s, uint16_t agent);
/* The buyer asks on a service day. */
CS_MUST cs_rc cs_buyer_asks(struct cs_scene *s, int32_t day, int64_t now_ms);

/* due.c */
CS_MUST cs_rc cs_tell(struct cs_scene *s, const struct cs_overdue *what);
/* Tell what is due up to the watermark and arm the timer of what comes next. */
CS_MUST cs_rc cs_due_check(struct cs_scene *s);
CS_MUST cs_rc cs_due_advance(struct cs_clock *c, struct cs_shard *s, int64_t until_ms);

#endif
