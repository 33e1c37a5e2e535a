/* Time as a partition's records tell it: what is believed of it, and what it does to memory and timers. */
#include "clock/speech.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)
#define IDLE_MS (7 * DAY_MS)

cs_rc cs_forget_oldest(struct cs_clock *c, struct cs_shard *s, uint64_t *count)
{
    struct cs_scene scene = cs_scene_of(c, s, s->conversations.oldest);
    uint32_t shop = scene.v->shop;
    cs_rc rc = cs_silence(&scene, s->now_ms);
    cs_conversations_pop(&s->conversations);
    cs_books_use(&s->books, shop, -1);
    ++*count;
    return rc;
}

/* A case or a promise can still be in time: the conversation is remembered for another window. Whether it has
 * been told does not matter, for that depends on how far timers have run ahead. */
static bool has_errand(const struct cs_clock *c, const struct cs_shard *s, const struct cs_conversation *v)
{
    const struct cs_conversations *t = &s->conversations;
    for (uint32_t at = v->errand; at != CS_NO_ERRAND; at = t->errand[at].next) {
        const struct cs_errand *e = &t->errand[at];
        const struct cs_profile *f = c->plan[e->plan].profile;
        bool timed = e->kind == CS_ERRAND_CASE || e->kind == CS_ERRAND_PROMISE;
        int64_t within = timed ? e->kind == CS_ERRAND_CASE ? f->case_ms : f->promise_ms : 0;
        if (timed && cs_time_after(e->since_ms, within) >= s->now_ms) return true;
    }
    return false;
}

static cs_rc sweep(struct cs_clock *c, struct cs_shard *s)
{
    struct cs_conversations *t = &s->conversations;
    cs_rc rc = CS_OK;
    while (t->oldest != CS_NO_SLOT && !cs_bad(rc)) {
        struct cs_conversation *v = cs_conversations_at(t, t->oldest);
        if (s->now_ms - v->touched_ms <= c->options.window_ms) break;
        if (has_errand(c, s, v)) {
            v->touched_ms = s->now_ms & CS_TIME_MAX;
            cs_conversations_keep(t);
        } else {
            rc = cs_forget_oldest(c, s, &c->counts.expired);
        }
    }
    return rc;
}

/* Days that no message of the window can be of are closed. */
static void close_days(struct cs_clock *c, struct cs_shard *s, int64_t now_ms)
{
    s->same_day_ms = now_ms - now_ms % DAY_MS + DAY_MS;
    s->seen_day = (int32_t)(s->seen_ms / DAY_MS);
    int64_t window = c->options.window_ms / DAY_MS, day = now_ms / DAY_MS - (window > 400 ? 400 : window) - 2;
    if (day <= s->first_day || day > UINT16_MAX) return;
    s->first_day = (int32_t)day;
    cs_books_close(&s->books, s->first_day);
    c->release = true;
}

/* What was due up to the mark of the former life was told in it. */
static cs_rc resume(struct cs_clock *c, struct cs_shard *s)
{
    s->quiet = true;
    cs_rc rc = cs_due_advance(c, s, s->resume_ms);
    s->resume_ms = INT64_MIN;
    return rc;
}

static cs_rc turn_to(struct cs_clock *c, struct cs_shard *s, int64_t now_ms)
{
    if (!cs_wheel_idle(&s->wheel, now_ms)) return cs_due_advance(c, s, now_ms);
    s->watermark_ms = now_ms;
    return CS_OK;
}

/* A time that leaps ahead of all records before is a partition that had nothing to say, or a wrong clock: of
 * the broker, or of whoever writes record times. It is believed when it is no more than a week and the
 * message says that it was sent then, or when the next record has leapt, too. One record alone cannot make
 * everything due. */
static int64_t believed(struct cs_shard *s, int64_t record_ms, int64_t sent_ms)
{
    int64_t before = s->leap_ms;
    s->leap_ms = INT64_MIN;
    if (s->seen_ms == INT64_MIN || record_ms - s->seen_ms <= HOUR_MS) return record_ms;
    if (record_ms - s->seen_ms <= IDLE_MS && sent_ms >= record_ms - HOUR_MS) return record_ms;
    if (before >= record_ms) return record_ms;
    s->leap_ms = record_ms;
    return before > s->seen_ms ? before : s->seen_ms;
}

cs_rc cs_pass_time(struct cs_clock *c, struct cs_shard *s, struct cs_batch *b, uint32_t i)
{
    bool replay = b->replay[i], sent_is_record = c->options.sent_is_record;
    int64_t now_ms = cs_time_cut(sent_is_record ? b->sent_ms[i] : b->record_ms[i]), told_ms = now_ms;
    if (!sent_is_record) now_ms = believed(s, told_ms, b->sent_ms[i]);
    if (now_ms < told_ms) b->flags[i] |= 1u << CS_FLAG_CLOCK_SKEW;
    s->now_ms = now_ms;
    cs_rc rc = replay || s->resume_ms == INT64_MIN ? CS_OK : resume(c, s);
    s->quiet = replay;
    if (!cs_bad(rc) && now_ms > s->watermark_ms) rc = turn_to(c, s, now_ms);
    if (now_ms > s->seen_ms) s->seen_ms = now_ms;
    if (now_ms >= s->same_day_ms) close_days(c, s, now_ms);
    return cs_bad(rc) ? rc : sweep(c, s);
}
