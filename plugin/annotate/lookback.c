/* Keeping, looking back, and forgetting: a few blocks are looked at with every message and freed if nobody
 * can see them any more, so that nothing is ever done all at once. */
#include "annotate/lookback.h"

#include "annotate/dialogues.h"
#include "annotate/notes.h"
#include "base/hash.h"

#include <stdlib.h>

/* Every SWEEP_EVERY-th message, and every new conversation, SWEEP_BLOCKS blocks are looked at: so about 1.5
 * times the blocks in use are held, 2 times if each message is a conversation of its own, and nothing lies
 * longer than some million messages, far from where low halves of offsets would meet again. */
enum { SWEEP_EVERY = 4, SWEEP_BLOCKS = 2, ROLE_BITS = 3 };

struct cs_shard {
    const struct cs_lookback *memory;
    int32_t partition;
    bool begun;
    int64_t clock_ms, before_ms; /* never goes back; of the record before */
    int64_t stamp_ms;            /* of the record in hand, not before the clock */
    struct cs_dialogues dialogues;
    struct cs_notes notes;
    uint32_t kept, sweep_size, sweep_number;
};

struct cs_lookback {
    struct cs_shard **shard;
    uint32_t n_shard, cap_shard;
    uint32_t recent; /* where it was found last */
    int64_t window_ms;
    uint32_t records_max;
    uint64_t seed;
};

cs_rc cs_lookback_new(int64_t window_ms, uint32_t records_max, uint64_t seed, struct cs_lookback **out)
{
    struct cs_lookback *m = calloc(1, sizeof *m);
    if (!m) return cs_fail(CS_ENOMEM);
    m->window_ms = window_ms;
    m->records_max = records_max ? records_max : CS_LOOKBACK_RECORDS_DEFAULT;
    m->seed = seed;
    *out = m;
    return CS_OK;
}

static void free_shard(struct cs_shard *s)
{
    cs_dialogues_clear(&s->dialogues);
    cs_notes_clear(&s->notes);
    free(s);
}

void cs_lookback_free(struct cs_lookback **m)
{
    if (!*m) return;
    for (uint32_t i = 0; i < (*m)->n_shard; i++)
        free_shard((*m)->shard[i]);
    free((*m)->shard);
    free(*m);
    *m = NULL;
}

void cs_lookback_set_window(struct cs_lookback *m, int64_t window_ms)
{
    m->window_ms = window_ms;
}

void cs_lookback_reseed(struct cs_lookback *m, const struct cs_lookback *like)
{
    m->seed = like->seed;
}

/* Beyond this nothing is seen even by records that are out of order, and it may go. */
static int64_t kept_ms(const struct cs_lookback *m)
{
    return m->window_ms < INT64_MAX / 2 ? m->window_ms * 2 : INT64_MAX;
}

static uint32_t find_shard(const struct cs_lookback *m, int32_t partition)
{
    uint32_t i = m->recent;
    if (i < m->n_shard && m->shard[i]->partition == partition) return i;
    for (i = 0; i < m->n_shard && m->shard[i]->partition != partition;)
        i++;
    return i;
}

static cs_rc add_shard(struct cs_lookback *m, int32_t partition)
{
    if (m->n_shard == m->cap_shard) {
        uint32_t cap = m->cap_shard ? m->cap_shard * 2 : 8;
        struct cs_shard **wider = realloc(m->shard, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        m->shard = wider;
        m->cap_shard = cap;
    }
    struct cs_shard *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    s->memory = m;
    s->partition = partition;
    m->shard[m->n_shard++] = s;
    return CS_OK;
}

uint64_t cs_lookback_hash(const struct cs_lookback *m, struct cs_span value)
{
    return cs_hash(value, m->seed);
}

static uint32_t sender_of(const struct cs_lookback *m, const struct cs_batch *b, uint32_t i)
{
    uint32_t role = b->role[i];
    if (role == CS_ROLE_BUYER) return role;
    return (uint32_t)cs_hash(b->agent[i], m->seed) << ROLE_BITS | role;
}

void cs_lookback_place(const struct cs_lookback *m, const struct cs_batch *b, uint32_t i, struct cs_said *s)
{
    s->placed = !b->dead[i] && b->shop[i].len && b->buyer[i].len;
    if (!s->placed) return;
    uint64_t shop = cs_hash(b->shop[i], cs_hash(b->platform[i], m->seed));
    *s = (struct cs_said){.conversation = cs_hash(b->buyer[i], shop),
        .offset = b->offset[i],
        .record_ms = b->record_ms[i],
        .sent_ms = b->sent_ms[i],
        .sender = sender_of(m, b, i),
        .role = b->role[i],
        .placed = true};
}

cs_rc cs_lookback_seek(struct cs_lookback *m, int32_t partition, const struct cs_said *s, struct cs_seat *out)
{
    uint32_t i = find_shard(m, partition);
    if (i == m->n_shard) {
        cs_rc rc = add_shard(m, partition);
        if (cs_bad(rc)) return rc;
    }
    m->recent = i;
    out->shard = m->shard[i];
    out->ref = cs_dialogues_find(&m->shard[i]->dialogues, s->conversation);
    return CS_OK;
}

void cs_lookback_hint(const struct cs_lookback *m, int32_t partition, struct cs_said *s, enum cs_hint step)
{
    uint32_t i = s->placed ? find_shard(m, partition) : m->n_shard;
    if (i == m->n_shard) return;
    const struct cs_dialogues *d = &m->shard[i]->dialogues;
    if (step == CS_HINT_INDEX) cs_dialogues_hint_slot(d, s->conversation);
    if (step == CS_HINT_CONVERSATION) s->hint = cs_dialogues_hint_block(d, s->conversation);
    if (step == CS_HINT_MESSAGES && s->hint) cs_dialogues_hint_traces(d, s->hint);
}

/* A time as its distance from that of the conversation, and back. */
static int32_t shorten(int64_t ms, int64_t base_ms)
{
    int64_t d;
    if (__builtin_sub_overflow(ms, base_ms, &d)) return ms < base_ms ? CS_LONG_AGO : CS_FAR_AHEAD;
    return d <= CS_LONG_AGO ? CS_LONG_AGO : d >= CS_FAR_AHEAD ? CS_FAR_AHEAD : (int32_t)d;
}

static int64_t restore(int32_t d, int64_t base_ms)
{
    int64_t ms;
    if (d == CS_LONG_AGO || d == CS_FAR_AHEAD) return d < 0 ? INT64_MIN : INT64_MAX;
    return __builtin_add_overflow(base_ms, d, &ms) ? base_ms : ms; /* the sum was a time */
}

static bool fits(int32_t d)
{
    return d != CS_LONG_AGO && d != CS_FAR_AHEAD;
}

/* Longer ago than that, without overflow for hostile times. */
static bool is_older(int64_t then_ms, int64_t now_ms, int64_t most_ms)
{
    int64_t age;
    if (__builtin_sub_overflow(now_ms, then_ms, &age)) return now_ms > then_ms;
    return age > most_ms;
}

struct cs_recall cs_lookback_recall(const struct cs_seat *seat, const struct cs_said *now)
{
    return (struct cs_recall){.shard = seat->shard, .now = now, .ref = seat->ref};
}

const struct cs_said *cs_recall_peek(struct cs_recall *r, uint32_t k)
{
    struct cs_dialogue *d = r->ref ? cs_dialogues_at(&r->shard->dialogues, r->ref) : NULL;
    if (!d || k > d->n) return NULL;
    const struct cs_trace *t = cs_dialogue_trace(d, d->n - k);
    uint32_t back = (uint32_t)r->now->offset - t->offset;
    r->note = t->note;
    r->at = (struct cs_said){.conversation = d->key,
        .offset = (int64_t)((uint64_t)r->now->offset - back),
        .record_ms = restore(t->record, d->record_ms),
        .sent_ms = restore(t->sent, d->sent_ms),
        .sender = t->sender,
        .print = t->print,
        .role = t->sender & ((1u << ROLE_BITS) - 1),
        .placed = true};
    return &r->at;
}

const struct cs_said *cs_recall_next(struct cs_recall *r)
{
    const struct cs_lookback *m = r->shard->memory;
    const struct cs_said *s = cs_recall_peek(r, r->steps + 1);
    bool seen = s && (uint64_t)r->now->offset - (uint64_t)s->offset < m->records_max &&
                !is_older(s->record_ms, r->now->record_ms, m->window_ms);
    if (!seen) {
        r->ref = 0;
        return NULL;
    }
    r->steps++;
    return s;
}

uint32_t cs_recall_facts(const struct cs_recall *r)
{
    return r->note ? cs_notes_facts(&r->shard->notes, r->note, (uint32_t)r->at.offset) : 0;
}

uint64_t cs_recall_fact(const struct cs_recall *r, uint32_t k)
{
    return cs_notes_fact(&r->shard->notes, r->note, k);
}

uint32_t cs_recall_tail(const struct cs_recall *r, uint8_t out[CS_LOOKBACK_TAIL_MAX])
{
    return r->note ? cs_notes_tail(&r->shard->notes, r->note, (uint32_t)r->at.offset, out) : 0;
}

/* The clock of a partition goes on when two records after each other agree: a single one from the future
 * makes nobody forget. */
static void advance(struct cs_shard *s, int64_t record_ms)
{
    int64_t now_ms = record_ms < 0 ? 0 : record_ms > INT64_MAX / 2 ? INT64_MAX / 2 : record_ms;
    int64_t agreed_ms = !s->begun || now_ms < s->before_ms ? now_ms : s->before_ms;
    if (!s->begun || agreed_ms > s->clock_ms) s->clock_ms = agreed_ms;
    s->before_ms = now_ms;
    s->stamp_ms = now_ms > s->clock_ms ? now_ms : s->clock_ms;
    s->begun = true;
}

/* Nobody will see any of it again. */
static bool is_forgotten(const struct cs_shard *s, struct cs_dialogue *d, uint32_t offset)
{
    uint32_t away = offset - cs_dialogue_trace(d, d->n - 1u)->offset;
    int32_t idle_s = (int32_t)((uint32_t)(s->clock_ms / 1000) - d->touched_s);
    return away >= s->memory->records_max || idle_s > kept_ms(s->memory) / 1000 + 1;
}

static void sweep(struct cs_shard *s, uint32_t offset)
{
    for (uint32_t k = 0; k < SWEEP_BLOCKS; k++) {
        uint32_t ref = cs_dialogues_block(&s->dialogues, s->sweep_size, s->sweep_number++);
        if (!ref) {
            s->sweep_number = 0;
            s->sweep_size = (s->sweep_size + 1) % CS_DIALOGUE_SIZES;
            continue;
        }
        struct cs_dialogue *d = cs_dialogues_at(&s->dialogues, ref);
        if (d->n && is_forgotten(s, d, offset)) cs_dialogues_remove(&s->dialogues, ref);
    }
}

/* Let the conversation's times be those of `now`; what is far from it is only known to be so. */
static void move_base(struct cs_dialogue *d, const struct cs_said *now)
{
    for (uint32_t k = 0; k < d->n; k++) {
        struct cs_trace *t = cs_dialogue_trace(d, k);
        t->record = shorten(restore(t->record, d->record_ms), now->record_ms);
        t->sent = shorten(restore(t->sent, d->sent_ms), now->sent_ms);
    }
    d->record_ms = now->record_ms;
    d->sent_ms = now->sent_ms;
}

/* The oldest message is out of sight of this one, of those before it and of those to come. */
static bool is_spent(const struct cs_shard *s, struct cs_dialogue *d, const struct cs_said *now)
{
    const struct cs_trace *oldest = cs_dialogue_trace(d, 0), *newest = cs_dialogue_trace(d, d->n - 1u);
    int64_t before_ms = restore(newest->record, d->record_ms);
    int64_t agreed_ms = before_ms < now->record_ms ? before_ms : now->record_ms;
    return (uint32_t)now->offset - oldest->offset >= s->memory->records_max ||
           is_older(restore(oldest->record, d->record_ms), agreed_ms, kept_ms(s->memory));
}

/* Room for one more message. */
static cs_rc make_room(struct cs_shard *s, const struct cs_said *now, uint32_t *ref)
{
    if (!*ref) return cs_dialogues_add(&s->dialogues, now->conversation, ref);
    struct cs_dialogue *d = cs_dialogues_at(&s->dialogues, *ref);
    uint32_t room = cs_dialogue_room(d->size);
    if (d->n < room) return CS_OK;
    if (room < CS_DIALOGUE_MESSAGES_MAX && !is_spent(s, d, now))
        return cs_dialogues_widen(&s->dialogues, ref);
    d->first = (uint8_t)(d->first + 1u == room ? 0 : d->first + 1u);
    d->n--;
    return CS_OK;
}

static void append(struct cs_shard *s, uint32_t ref, const struct cs_said *now, uint32_t note)
{
    struct cs_dialogue *d = cs_dialogues_at(&s->dialogues, ref);
    int32_t record = shorten(now->record_ms, d->record_ms), sent = shorten(now->sent_ms, d->sent_ms);
    if (!d->n || !fits(record) || !fits(sent)) {
        move_base(d, now);
        record = sent = 0;
    }
    *cs_dialogue_trace(d, d->n++) = (struct cs_trace){.offset = (uint32_t)now->offset,
        .record = record,
        .sent = sent,
        .sender = now->sender,
        .print = now->print,
        .note = note};
    d->touched_s = (uint32_t)(s->stamp_ms / 1000);
}

static cs_rc note_down(
    struct cs_shard *s, const struct cs_said *now, const struct cs_kept *kept, uint32_t *note)
{
    const struct cs_notes_when when = {.offset = (uint32_t)now->offset,
        .records_max = s->memory->records_max,
        .clock_ms = s->clock_ms,
        .stamp_ms = s->stamp_ms,
        .keep_ms = kept_ms(s->memory)};
    return cs_notes_add(&s->notes, kept, &when, note);
}

cs_rc cs_lookback_keep(const struct cs_seat *seat, const struct cs_said *s, const struct cs_kept *kept)
{
    struct cs_shard *shard = seat->shard;
    uint32_t note = 0, ref = seat->ref;
    advance(shard, s->record_ms);
    cs_rc rc = kept->n_fact || kept->tail.len ? note_down(shard, s, kept, &note) : CS_OK;
    if (!cs_bad(rc)) rc = make_room(shard, s, &ref);
    if (cs_bad(rc)) return rc;
    append(shard, ref, s, note);
    if (!seat->ref || ++shard->kept % SWEEP_EVERY == 0) sweep(shard, (uint32_t)s->offset);
    return CS_OK;
}

void cs_lookback_drop(struct cs_lookback *m, int32_t partition)
{
    uint32_t i = find_shard(m, partition);
    if (i == m->n_shard) return;
    free_shard(m->shard[i]);
    m->shard[i] = m->shard[--m->n_shard];
}

uint64_t cs_lookback_bytes(const struct cs_lookback *m)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < m->n_shard; i++)
        bytes += cs_dialogues_bytes(&m->shard[i]->dialogues) + cs_notes_bytes(&m->shard[i]->notes);
    return bytes;
}
