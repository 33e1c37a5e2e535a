#include "clock/clock.h"

#include "base/hash.h"
#include "clock/plans.h"
#include "clock/speech.h"

#include <stdlib.h>

enum { GROUP = 32 /* messages whose memory is asked for together: as many as a set has bits */ };
#define QUARTER_MS INT64_C(900000)

cs_rc cs_clock_new(const struct cs_clock_options *options, struct cs_clock **out)
{
    bool sane =
        options->window_ms > 0 && options->conversations_max > 0 && options->n_threshold <= CS_THRESHOLDS_MAX;
    if (!sane) return cs_fail(CS_EINVAL);
    struct cs_clock *c = calloc(1, sizeof *c);
    if (!c) return cs_fail(CS_ENOMEM);
    c->options = *options;
    cs_rc rc = cs_plans_open(c);
    if (cs_bad(rc)) {
        cs_plans_close(c);
        free(c);
        return rc;
    }
    c->seed = cs_hash_seed();
    cs_arena_init(&c->strings, 16384, 0);
    *out = c;
    return CS_OK;
}

static void clear_shard(struct cs_shard *s)
{
    cs_conversations_clear(&s->conversations);
    cs_books_clear(&s->books);
    cs_wheel_clear(&s->wheel);
}

void cs_clock_free(struct cs_clock **c)
{
    if (!*c) return;
    for (uint32_t i = 0; i < (*c)->n_shard; i++)
        clear_shard(&(*c)->shard[i]);
    free((*c)->shard);
    cs_plans_close(*c);
    free((*c)->overdue);
    free((*c)->row);
    cs_arena_clear(&(*c)->strings);
    free(*c);
    *c = NULL;
}

static cs_rc shard_add(struct cs_clock *c, int32_t partition)
{
    if (c->n_shard == c->cap_shard) {
        uint32_t cap = c->cap_shard ? c->cap_shard * 2 : 8;
        struct cs_shard *p = realloc(c->shard, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        c->shard = p;
        c->cap_shard = cap;
    }
    struct cs_shard *s = &c->shard[c->n_shard++];
    s->partition = partition;
    s->watermark_ms = s->seen_ms = s->same_day_ms = s->resume_ms = s->leap_ms = INT64_MIN;
    s->now_ms = 0;
    s->first_day = s->seen_day = 0;
    s->quiet = false;
    cs_conversations_init(&s->conversations, c->seed);
    cs_books_init(&s->books, c->plan, c->seed);
    cs_wheel_init(&s->wheel);
    return CS_OK;
}

static uint32_t shard_find(const struct cs_clock *c, int32_t partition)
{
    uint32_t i = 0;
    while (i < c->n_shard && c->shard[i].partition != partition)
        i++;
    return i;
}

cs_rc cs_clock_make_shard(struct cs_clock *c, int32_t partition, struct cs_shard **out)
{
    uint32_t i = shard_find(c, partition);
    cs_rc rc = i == c->n_shard ? shard_add(c, partition) : CS_OK;
    if (cs_bad(rc)) return rc;
    c->last = i;
    *out = &c->shard[i];
    return CS_OK;
}

struct cs_shard *cs_clock_find_shard(const struct cs_clock *c, int32_t partition)
{
    uint32_t s = shard_find(c, partition);
    return s < c->n_shard ? &c->shard[s] : NULL;
}

static struct cs_moment moment_of(const struct cs_plan *p, int64_t sent_ms)
{
    if (p->profile) return cs_calendar_at(&p->profile->calendar, sent_ms);
    return (struct cs_moment){.in_hours = true};
}

/* Profile and service hours of this moment; within a quarter of an hour they mostly do not change. */
static void look_at_moment(struct cs_clock *c, struct cs_shop *shop, const struct cs_speech *m)
{
    const struct cs_batch *b = m->batch;
    int64_t sent = m->sent_ms;
    if (sent >= shop->moment_from_ms && sent < shop->moment_to_ms) return;
    uint32_t found = c->options.profiles
                         ? cs_profiles_find(c->options.profiles, b->platform[m->i], b->shop[m->i], sent)
                         : UINT32_MAX;
    shop->plan = found == UINT32_MAX ? 0 : c->plan_of[found];
    const struct cs_plan *p = &c->plan[shop->plan];
    shop->moment = moment_of(p, sent);
    shop->moment_from_ms = c->quarters ? sent - sent % QUARTER_MS : INT64_MAX;
    shop->moment_to_ms = c->quarters ? shop->moment_from_ms + QUARTER_MS : INT64_MIN;
}

static uint8_t responder_of(const struct cs_batch *b, uint32_t i, uint32_t meaning)
{
    bool automatic = b->origin[i] == CS_ORIGIN_AUTO_REPLY || b->origin[i] == CS_ORIGIN_BROADCAST;
    switch (b->role[i]) {
    case CS_ROLE_AGENT:
        if (automatic) return CS_RESPONDER_AUTO;
        return meaning & CS_MEANS_HOLDING ? CS_RESPONDER_HOLDING : CS_RESPONDER_HUMAN;
    case CS_ROLE_ROBOT: return automatic ? CS_RESPONDER_AUTO : CS_RESPONDER_ROBOT;
    case CS_ROLE_ROBOT_ASSIST: return CS_RESPONDER_ASSIST;
    default: return CS_RESPONDER_NONE;
    }
}

static inline uint32_t meaning_of(const struct cs_plan *p, const struct cs_batch *b, uint32_t i)
{
    uint32_t wanted = b->role[i] < CS_ROLE_COUNT ? p->meant[b->role[i]] : 0;
    return wanted ? cs_phrases_find(&p->profile->phrases, b->text[i], wanted) : 0;
}

static uint8_t notice_of(const struct cs_batch *b, uint32_t i, uint32_t meaning)
{
    uint32_t by_text = meaning / CS_MEANS_NOTICE >> 1;
    if (b->notice[i] || !by_text) return b->notice[i];
    return (uint8_t)(1 + __builtin_ctz(by_text));
}

/* The agent whom the message names; mostly it is the one of the conversation. */
static cs_rc agent_of(struct cs_shard *s, uint32_t shop, uint16_t usual, struct cs_speech *m)
{
    static const uint8_t theirs = 1u << CS_ROLE_BUYER | 1u << CS_ROLE_AGENT | 1u << CS_ROLE_ROBOT_ASSIST;
    struct cs_span name = m->batch->agent[m->i];
    bool named = name.len && (theirs >> m->batch->role[m->i] & 1 || m->notice);
    m->agent = named && cs_books_is_agent(&s->books, shop, usual, name) ? usual : CS_NOBODY;
    return !named || m->agent != CS_NOBODY ? CS_OK : cs_books_agent(&s->books, shop, name, &m->agent);
}

/* Read message m->i for a conversation (or none) of this shop. */
static cs_rc read_speech(
    struct cs_clock *c, struct cs_shard *s, uint32_t shop_number, uint16_t usual, struct cs_speech *m)
{
    struct cs_shop *shop = &s->books.shop[shop_number];
    struct cs_batch *b = m->batch;
    m->sent_ms = cs_time_cut(b->sent_ms[m->i]);
    look_at_moment(c, shop, m);
    const struct cs_plan *p = m->plan = &c->plan[shop->plan];
    m->at = shop->moment;
    m->meaning = meaning_of(p, b, m->i);
    m->notice = notice_of(b, m->i, m->meaning);
    m->responder = responder_of(b, m->i, m->meaning);
    m->dated = true;
    if (p->profile && m->at.day < s->first_day) {
        b->flags[m->i] |= 1u << CS_FLAG_LATE;
        c->counts.late++;
        m->dated = false;
    }
    if (p->profile && m->at.day > s->seen_day + 2) { /* from the future */
        b->flags[m->i] |= 1u << CS_FLAG_CLOCK_SKEW;
        m->dated = false;
    }
    m->counts = m->at.in_hours && m->dated;
    b->response[m->i].in_hours = p->profile && m->at.in_hours;
    b->response[m->i].responder = m->responder;
    b->response[m->i].profile = p->name;
    return agent_of(s, shop_number, usual, m);
}

static bool repeated(struct cs_conversation *v, struct cs_batch *b, uint32_t i)
{
    if (!b->message_id[i].len) return false;
    uint64_t wide = cs_hash(b->message_id[i], 0);
    uint32_t hash = (uint32_t)(wide >> 32) | 1u;
    for (uint32_t k = 0; k < CS_RECENT; k++)
        if (v->recent[k] == hash) return true;
    memmove(v->recent + 1, v->recent, (CS_RECENT - 1) * sizeof v->recent[0]);
    v->recent[0] = hash;
    return false;
}

/* A buyer counts once a day by each profile, also when stragglers lead from one to another and back. */
static cs_rc put_asked(struct cs_scene *s)
{
    const struct cs_conversation *v = s->v;
    if (!(v->state & CS_STATE_ASKED)) return CS_OK;
    return cs_errand_add(&s->shard->conversations, s->v,
        &(struct cs_errand){.since_ms = v->bad,
            .due_ms = CS_NO_TIME,
            .day = v->buyer_day,
            .kind = CS_ERRAND_ASKED,
            .plan = v->plan});
}

static void take_asked(struct cs_scene *s)
{
    struct cs_conversations *t = &s->shard->conversations;
    struct cs_conversation *v = s->v;
    uint32_t *link = &v->errand;
    while (*link != CS_NO_ERRAND &&
           (t->errand[*link].kind != CS_ERRAND_ASKED || t->errand[*link].plan != v->plan))
        link = &t->errand[*link].next;
    if (*link == CS_NO_ERRAND) return;
    v->state |= CS_STATE_ASKED;
    v->bad = (uint8_t)t->errand[*link].since_ms;
    v->buyer_day = t->errand[*link].day;
    cs_errand_remove(t, link);
}

/* Another profile is in force. Who waits is judged to the end by the one under which the waiting began. */
static cs_rc change_plan(struct cs_scene *scene, const struct cs_speech *m)
{
    struct cs_conversation *v = scene->v;
    cs_rc rc = CS_OK;
    if (v->plan == m->plan->number || (v->unanswered && !m->begins)) return CS_OK;
    if (v->state & CS_STATE_COUNTS) rc = cs_turn_abandon(scene, m->sent_ms, true);
    if (!cs_bad(rc)) rc = cs_messages_dropped(scene);
    if (!cs_bad(rc)) rc = put_asked(scene);
    v->state &= CS_STATE_REPLIED | CS_STATE_ARMED;
    v->level = 0; /* counts levels of the plan */
    v->plan = m->plan->number;
    scene->plan = m->plan;
    take_asked(scene);
    return rc;
}

/* What decides when the next thing is due. */
struct course {
    int64_t since_ms;
    uint32_t counted_ms, added;
    uint16_t state, turn_day;
    uint8_t level; /* goes back where a turn begins anew */
};

static inline struct course course_of(const struct cs_scene *s)
{
    const struct cs_conversation *v = s->v;
    static const uint16_t open = CS_STATE_COUNTS | CS_STATE_OFFLINE | CS_STATE_DAY_OVER | CS_STATE_ARMED;
    return (struct course){
        v->since_ms, v->counted_ms, s->shard->conversations.added, v->state & open, v->turn_day, v->level};
}

/* The timer that is armed is still right: most messages move no deadline. */
static inline bool on_course(const struct cs_scene *s, const struct course *was)
{
    const struct cs_shard *shard = s->shard;
    struct course now = course_of(s);
    return now.state & CS_STATE_ARMED && now.state == was->state && now.since_ms == was->since_ms &&
           now.counted_ms == was->counted_ms && now.added == was->added && now.turn_day == was->turn_day &&
           now.level == was->level && cs_wheel_time(&shard->wheel, s->v->due) > shard->watermark_ms;
}

/* News of the system are no talk: they neither go on with a session nor begin its silence, but for its close.
 */
static bool is_talk(const struct cs_speech *m)
{
    bool news = m->batch->role[m->i] == CS_ROLE_SYSTEM;
    return !news || m->notice == CS_NOTICE_SESSION_CLOSE || m->notice == CS_NOTICE_SESSION_OPEN;
}

/* What the shop says after a silence, to nobody who waits, is of no session. */
static void end_session(const struct cs_scene *s, const struct cs_speech *m)
{
    uint8_t role = m->batch->role[m->i];
    if (role == CS_ROLE_BUYER || role == CS_ROLE_SYSTEM || s->v->unanswered) return;
    if (cs_session_over(s, m->sent_ms))
        s->v->state &= (uint16_t) ~(CS_STATE_SESSION | CS_STATE_SESSION_REPLIED);
}

static cs_rc speak(struct cs_scene *s, struct cs_speech *m)
{
    struct cs_conversation *v = s->v;
    end_session(s, m);
    struct course was = course_of(s);
    int64_t latest = v->latest_ms;
    if (m->sent_ms < latest) m->batch->flags[m->i] |= 1u << CS_FLAG_OUT_OF_ORDER;
    cs_rc rc = cs_speak(s, m);
    if (m->sent_ms > latest && is_talk(m)) v->latest_ms = m->sent_ms & CS_TIME_MAX;
    bool over = !(v->state & (CS_STATE_COUNTS | CS_STATE_OFFLINE)) && v->errand == CS_NO_ERRAND;
    return cs_bad(rc) || over || on_course(s, &was) ? rc : cs_due_check(s);
}

static cs_rc run_one(struct cs_scene *scene, struct cs_batch *b, struct cs_speech *m)
{
    struct cs_clock *c = scene->clock;
    struct cs_conversation *v = scene->v;
    int64_t now = scene->shard->now_ms;
    cs_rc rc = read_speech(c, scene->shard, v->shop, v->agent, m);
    v->touched_ms = now & CS_TIME_MAX;
    if (cs_bad(rc)) return rc;
    if (repeated(v, b, m->i)) {
        b->flags[m->i] |= 1u << CS_FLAG_DUPLICATE;
        return CS_OK;
    }
    if (v->unanswered && now - v->since_ms > c->options.window_ms) rc = cs_silence(scene, now);
    m->begins = cs_begins_turn(scene, m);
    if (!cs_bad(rc)) rc = change_plan(scene, m);
    b->response[m->i].profile = scene->plan->name;
    return cs_bad(rc) ? rc : speak(scene, m);
}

/* Ids beyond 64 KiB name no conversation that anybody could have: such a message is flagged like one without
 * ids. */
static bool has_conversation(const struct cs_batch *b, uint32_t i)
{
    return !b->dead[i] && b->shop[i].len && b->buyer[i].len && b->platform[i].len <= UINT16_MAX &&
           b->shop[i].len <= UINT16_MAX && b->buyer[i].len <= UINT16_MAX;
}

static bool is_presence(uint8_t notice)
{
    return notice == CS_NOTICE_AGENT_ONLINE || notice == CS_NOTICE_AGENT_OFFLINE ||
           notice == CS_NOTICE_ALL_OFFLINE;
}

static bool names_shop(const struct cs_batch *b, uint32_t i)
{
    return b->shop[i].len && b->shop[i].len <= UINT16_MAX && b->platform[i].len <= UINT16_MAX;
}

/* Presence of agents is news of the shop, and may come without a buyer. */
static cs_rc run_placeless(struct cs_clock *c, struct cs_batch *b, uint32_t i)
{
    struct cs_shard *s;
    struct cs_speech m = {.batch = b, .i = i};
    uint32_t shop;
    b->flags[i] |= 1u << CS_FLAG_NO_CONVERSATION;
    if (!names_shop(b, i) || b->buyer[i].len || b->role[i] != CS_ROLE_SYSTEM) return CS_OK;
    cs_rc rc = cs_clock_shard(c, b->partition[i], &s);
    if (!cs_bad(rc)) rc = cs_pass_time(c, s, b, i);
    if (!cs_bad(rc)) rc = cs_books_shop(&s->books, b->platform[i], b->shop[i], &shop);
    if (!cs_bad(rc)) rc = read_speech(c, s, shop, CS_NOBODY, &m);
    if (!cs_bad(rc) && is_presence(m.notice)) cs_presence(&s->books, shop, m.agent, m.notice);
    b->response[i] = (struct cs_response){0};
    return rc;
}

/* What was found out ahead about the messages of a group. */
struct ahead {
    uint32_t placed;           /* those that have a conversation, as bits */
    uint32_t shop[GROUP];      /* UINT32_MAX: not known so far */
    uint64_t forgotten[GROUP]; /* as the books said then */
    struct cs_conversation_at at[GROUP];
};

/* Hash the key of a message and ask for its place in the index. */
static const struct cs_conversations *look_up(
    const struct cs_clock *c, const struct cs_batch *b, uint32_t i, struct ahead *a)
{
    uint32_t k = i % GROUP;
    struct cs_shard *s = cs_clock_known_shard(c, b->partition[i]);
    a->placed |= 1u << k;
    a->at[k].guess = CS_NO_SLOT;
    a->shop[k] = s ? cs_books_known_shop(&s->books, b->platform[i], b->shop[i]) : UINT32_MAX;
    if (a->shop[k] == UINT32_MAX) return NULL;
    a->forgotten[k] = s->books.forgotten;
    struct cs_conversation_key key = {a->shop[k], b->buyer[i]};
    a->at[k].hash = cs_conversations_hash(&key, c->seed);
    cs_conversations_hint_index(&s->conversations, a->at[k].hash);
    return &s->conversations;
}

/* Ask for the memory that messages from .. to - 1 will touch, of all of them at once instead of one after the
 * other. */
static void look_ahead(
    const struct cs_clock *c, const struct cs_batch *b, uint32_t from, uint32_t to, struct ahead *a)
{
    const struct cs_conversations *t[GROUP];
    a->placed = 0;
    for (uint32_t i = from; i < to; i++)
        t[i - from] = has_conversation(b, i) ? look_up(c, b, i, a) : NULL;
    for (uint32_t k = 0; k < to - from; k++)
        if (t[k]) a->at[k].guess = cs_conversations_hint_slot(t[k], a->at[k].hash);
    for (uint32_t k = 0; k < to - from; k++)
        if (t[k]) cs_conversations_hint_links(t[k], a->at[k].guess);
}

static cs_rc run_placed(struct cs_clock *c, struct cs_batch *b, uint32_t i, struct ahead *a)
{
    struct cs_shard *s;
    struct cs_speech m = {.batch = b, .i = i};
    uint32_t k = i % GROUP;
    struct cs_conversation_at *at = &a->at[k];
    cs_rc rc = cs_clock_shard(c, b->partition[i], &s);
    if (!cs_bad(rc)) rc = cs_pass_time(c, s, b, i);
    if (cs_bad(rc)) return rc;
    struct cs_conversation_key key = {a->shop[k], b->buyer[i]};
    if (key.shop == UINT32_MAX || a->forgotten[k] != s->books.forgotten) {
        rc = cs_books_shop(&s->books, b->platform[i], b->shop[i], &key.shop);
        if (!cs_bad(rc)) at->hash = cs_conversations_hash(&key, c->seed);
    }
    if (!cs_bad(rc)) rc = cs_conversations_touch(&s->conversations, &key, at);
    if (cs_bad(rc)) return rc;
    if (at->fresh) cs_books_use(&s->books, key.shop, 1);
    struct cs_scene scene = cs_scene_of(c, s, at->slot);
    rc = run_one(&scene, b, &m);
    bool full = s->conversations.n > c->options.conversations_max;
    return cs_bad(rc) || !full ? rc : cs_forget_oldest(c, s, &c->counts.evicted);
}

static cs_rc run_group(struct cs_clock *c, struct cs_batch *b, uint32_t from, uint32_t to)
{
    struct ahead a;
    cs_rc rc = CS_OK;
    look_ahead(c, b, from, to, &a);
    for (uint32_t i = from; i < to && !cs_bad(rc); i++) {
        b->response[i] = (struct cs_response){0};
        if (b->dead[i]) continue;
        rc = a.placed >> (i - from) & 1 ? run_placed(c, b, i, &a) : run_placeless(c, b, i);
    }
    return rc;
}

static void open_outbox(struct cs_clock *c)
{
    c->n_overdue = 0;
    cs_arena_reset(&c->strings);
}

static void hand_out(const struct cs_clock *c, struct cs_batch *b)
{
    b->overdue = c->overdue;
    b->n_overdue = c->n_overdue;
}

cs_rc cs_clock_run(struct cs_clock *c, struct cs_batch *b)
{
    cs_rc rc = CS_OK;
    open_outbox(c);
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i += GROUP)
        rc = run_group(c, b, i, i + GROUP < b->n ? i + GROUP : b->n);
    hand_out(c, b);
    return rc;
}
