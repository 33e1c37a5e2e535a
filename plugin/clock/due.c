#define _GNU_SOURCE /* qsort_r */

/* Timers: what comes next of a conversation, and what happens then. */
#include "clock/shard.h"

#include <stdlib.h>

enum { TELLS_FIRST = 64 };

static cs_rc grow(struct cs_clock *c)
{
    if (c->n_overdue < c->cap_overdue) return CS_OK;
    uint32_t cap = c->cap_overdue ? c->cap_overdue * 2 : TELLS_FIRST;
    struct cs_overdue *p = realloc(c->overdue, cap * sizeof *p);
    if (!p) return cs_fail(CS_ENOMEM);
    c->overdue = p;
    c->cap_overdue = cap;
    return CS_OK;
}

static bool lend(struct cs_clock *c, struct cs_span s, struct cs_span *out)
{
    *out = cs_span_of(cs_arena_strdup(&c->strings, s), s.len);
    return out->ptr;
}

static uint16_t agent_of(const struct cs_scene *s, uint8_t kind)
{
    if (kind == CS_OVERDUE_BAND || kind == CS_OVERDUE_PENALTY) return CS_NOBODY;
    return s->v->state & CS_STATE_COUNTS ? s->v->turn_agent : s->v->agent;
}

cs_rc cs_tell(struct cs_scene *s, const struct cs_overdue *what)
{
    struct cs_clock *c = s->clock;
    const struct cs_books *k = &s->shard->books;
    if (s->shard->quiet) return CS_OK;
    cs_rc rc = grow(c);
    if (cs_bad(rc)) return rc;
    struct cs_overdue o = *what;
    o.partition = s->shard->partition;
    o.profile = s->plan->name ? s->plan->name : "";
    o.messages = s->v->unanswered;
    o.day = cs_date_of(o.day);
    bool good = lend(c, cs_books_platform(k, s->v->shop), &o.platform) &&
                lend(c, cs_books_shop_id(k, s->v->shop), &o.shop) &&
                lend(c, cs_conversation_buyer(s->v), &o.buyer) &&
                lend(c, cs_books_agent_name(k, s->v->shop, agent_of(s, o.kind)), &o.agent);
    if (!good) return cs_fail(CS_ENOMEM);
    c->overdue[c->n_overdue++] = o;
    return CS_OK;
}

static int64_t level_due(const struct cs_scene *s)
{
    if (!(s->v->state & CS_STATE_COUNTS) || s->v->level >= s->plan->n_level) return CS_NO_TIME;
    return cs_time_cut(cs_time_after(cs_counted_from(s->v), s->plan->level[s->v->level].after_ms));
}

static int64_t day_due(const struct cs_scene *s)
{
    bool open = s->v->state & CS_STATE_COUNTS && !(s->v->state & CS_STATE_DAY_OVER) && s->plan->profile;
    return open ? cs_time_cut(cs_day_end(s, s->v->turn_day)) : CS_NO_TIME;
}

static int64_t offline_due(const struct cs_scene *s)
{
    if (!(s->v->state & CS_STATE_OFFLINE) || !s->v->unanswered) return CS_NO_TIME;
    int64_t open = cs_next_open(s, s->v->since_ms);
    return cs_time_cut(cs_time_after(open, s->plan->profile->offline_ms));
}

static struct cs_errand *errand_due(const struct cs_scene *s)
{
    struct cs_conversations *t = &s->shard->conversations;
    struct cs_errand *best = NULL;
    for (uint32_t at = s->v->errand; at != CS_NO_ERRAND; at = t->errand[at].next)
        if (t->errand[at].due_ms != CS_NO_TIME && (!best || t->errand[at].due_ms < best->due_ms))
            best = &t->errand[at];
    return best;
}

static int64_t next_due(const struct cs_scene *s)
{
    const struct cs_errand *e = errand_due(s);
    int64_t best = level_due(s), other[3] = {day_due(s), offline_due(s), e ? e->due_ms : CS_NO_TIME};
    for (uint32_t k = 0; k < 3; k++)
        if (other[k] < best) best = other[k];
    return best;
}

static cs_rc fire_level(struct cs_scene *s)
{
    const struct cs_level *l = &s->plan->level[s->v->level];
    int64_t due = level_due(s);
    cs_rc rc = cs_turn_mark(s, 0, 1, due);
    if (cs_bad(rc) || l->kind == CS_OVERDUE_NONE) return rc;
    return cs_tell(s, &(struct cs_overdue){.kind = l->kind,
                          .name = l->name,
                          .offset = s->v->offset,
                          .since_ms = cs_counted_from(s->v),
                          .limit_ms = l->after_ms,
                          .due_ms = due,
                          .day = s->v->turn_day});
}

static cs_rc fire_day_end(struct cs_scene *s)
{
    int64_t due = day_due(s), since = cs_counted_from(s->v);
    cs_rc rc = cs_turn_mark(s, CS_STATE_DAY_OVER, 0, due);
    if (cs_bad(rc)) return rc;
    return cs_tell(s, &(struct cs_overdue){.kind = CS_OVERDUE_DAY_END,
                          .name = "day_end",
                          .offset = s->v->offset,
                          .since_ms = since,
                          .limit_ms = cs_time_between(due, since),
                          .due_ms = due,
                          .day = s->v->turn_day});
}

static cs_rc fire_offline(struct cs_scene *s)
{
    int64_t due = offline_due(s);
    s->v->state &= (uint16_t)~CS_STATE_OFFLINE;
    return cs_tell(s, &(struct cs_overdue){.kind = CS_OVERDUE_OFFLINE_MSG,
                          .name = "offline_message",
                          .offset = s->v->offset,
                          .since_ms = s->v->since_ms,
                          .limit_ms = cs_time_between(due, s->v->since_ms),
                          .due_ms = due,
                          .day = cs_calendar_at(&s->plan->profile->calendar, s->v->since_ms).day});
}

static cs_rc fire_errand(struct cs_scene *s, struct cs_errand *e)
{
    bool promise = e->kind == CS_ERRAND_PROMISE;
    struct cs_overdue o = {.kind = promise ? CS_OVERDUE_PROMISE : CS_OVERDUE_CASE,
        .name = promise ? "promise" : "case",
        .offset = e->offset,
        .since_ms = e->since_ms,
        .limit_ms = cs_time_between(e->due_ms, e->since_ms),
        .due_ms = e->due_ms,
        .day = e->day};
    struct cs_scene then = *s;
    then.plan = &s->clock->plan[e->plan];
    e->due_ms = CS_NO_TIME & CS_TIME_MAX;
    return cs_tell(&then, &o);
}

/* Whatever is due at `now`, one thing; days end before limits pass at the same moment. */
static cs_rc fire_one(struct cs_scene *s, int64_t now)
{
    if (day_due(s) <= now) return fire_day_end(s);
    if (level_due(s) <= now) return fire_level(s);
    if (offline_due(s) <= now) return fire_offline(s);
    return fire_errand(s, errand_due(s));
}

static bool needs_look(const struct cs_scene *s)
{
    return s->v->state & (CS_STATE_COUNTS | CS_STATE_OFFLINE) || s->v->errand != CS_NO_ERRAND;
}

/* Arm the timer for `due_ms`, if it is not armed for an earlier time. What is due later than a wheel can say
 * is looked at in between. */
static cs_rc arm(struct cs_scene *s, int64_t due_ms)
{
    struct cs_conversation *v = s->v;
    struct cs_wheel *w = &s->shard->wheel;
    if (due_ms > w->now_ms + CS_WHEEL_AHEAD) due_ms = w->now_ms + CS_WHEEL_AHEAD;
    if (due_ms <= w->now_ms) due_ms = w->now_ms + 1; /* the watermark has run ahead of the wheel's end */
    bool armed = v->state & CS_STATE_ARMED && cs_wheel_time(w, v->due) <= due_ms;
    if (armed || due_ms > CS_WHEEL_TIME_MAX) return CS_OK;
    cs_rc rc = cs_wheel_add(w, due_ms, s->slot);
    if (cs_bad(rc)) return rc;
    v->due = (uint32_t)due_ms;
    v->state |= CS_STATE_ARMED;
    return CS_OK;
}

cs_rc cs_due_check(struct cs_scene *s)
{
    if (!needs_look(s)) return CS_OK;
    int64_t due = next_due(s);
    cs_rc rc = CS_OK;
    while (due <= s->shard->watermark_ms && due != CS_NO_TIME && !cs_bad(rc)) {
        rc = fire_one(s, due);
        due = next_due(s);
    }
    return cs_bad(rc) || due == CS_NO_TIME ? rc : arm(s, due);
}

static int by_offset(const void *a, const void *b, void *ctx)
{
    const struct cs_conversations *t = ctx;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t p = cs_conversations_at(t, x)->offset, q = cs_conversations_at(t, y)->offset;
    return p != q ? (p > q) - (p < q) : (x > y) - (x < y);
}

/* The order of what happens at the same millisecond is that of the records. */
static cs_rc fire_all(struct cs_clock *c, struct cs_shard *s, uint32_t *id, uint32_t n)
{
    cs_rc rc = CS_OK;
    if (n > 1) qsort_r(id, n, sizeof *id, by_offset, &s->conversations);
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++) {
        struct cs_scene scene = cs_scene_of(c, s, id[i]);
        bool meant = scene.v->state & CS_STATE_ARMED && scene.v->due == (uint32_t)s->wheel.now_ms;
        if (!meant) continue; /* answered, forgotten, or armed for an earlier time */
        scene.v->state &= (uint16_t)~CS_STATE_ARMED;
        rc = cs_due_check(&scene);
    }
    return rc;
}

cs_rc cs_due_advance(struct cs_clock *c, struct cs_shard *s, int64_t until_ms)
{
    if (until_ms <= s->watermark_ms) return CS_OK;
    int64_t until = cs_time_cut(until_ms);
    cs_rc rc;
    uint32_t n;
    do {
        uint32_t *fired = NULL;
        rc = cs_wheel_next(&s->wheel, until, &fired, &n);
        if (n) s->watermark_ms = s->wheel.now_ms;
        if (n && !cs_bad(rc)) rc = fire_all(c, s, fired, n);
    } while (n && !cs_bad(rc));
    s->watermark_ms = until_ms;
    return rc;
}
