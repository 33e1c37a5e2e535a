#include "pipeline/flights.h"

#include "codec/codec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 256 * 1024 };

/* A refused event is sent as a dead letter with the event as payload; if that is refused too (the event was
 * too large), once more without payload: its coordinates are enough to read the record again. */
enum { ROUND_PLAIN, ROUND_PAYLOAD, ROUND_BARE };

static struct cs_slot *slot_of(struct cs_flight *f)
{
    return (struct cs_slot *)f;
}

static void recycle(struct cs_flights *fs, struct cs_flight *f)
{
    struct cs_slot *s = slot_of(f);
    if (fs->share && f->arena.held > fs->share) cs_arena_clear(&f->arena);
    cs_arena_reset(&f->arena);
    f->event = NULL;
    f->n_event = f->cap_event = f->n_pending = f->n_failed = f->n_pos = 0;
    s->sent = 0;
    s->round = ROUND_PLAIN;
    s->spoiled = false;
    f->next = fs->free;
    fs->free = f;
}

cs_rc cs_flights_init(struct cs_flights *fs, uint32_t n, size_t share)
{
    *fs = (struct cs_flights){.share = share};
    fs->slot = calloc(n, sizeof *fs->slot);
    if (!fs->slot) return cs_fail(CS_ENOMEM);
    fs->n = n;
    for (uint32_t i = 0; i < n; i++) {
        cs_arena_init(&fs->slot[i].flight.arena, CHUNK_BYTES, 0);
        recycle(fs, &fs->slot[i].flight);
    }
    return CS_OK;
}

void cs_flights_clear(struct cs_flights *fs)
{
    for (uint32_t i = 0; i < fs->n; i++)
        cs_arena_clear(&fs->slot[i].flight.arena);
    free(fs->slot);
    *fs = (struct cs_flights){0};
}

struct cs_flight *cs_flights_get(struct cs_flights *fs)
{
    struct cs_flight *f = fs->free;
    bool full = fs->oldest && fs->share && fs->aloft / fs->n >= fs->share;
    if (!f || full) return NULL;
    fs->free = f->next;
    return f;
}

void cs_flights_put(struct cs_flights *fs, struct cs_flight *f)
{
    recycle(fs, f);
}

void cs_flights_launch(struct cs_flights *fs, struct cs_flight *f)
{
    f->next = NULL;
    slot_of(f)->events = f->n_event;
    slot_of(f)->bytes = f->arena.held;
    fs->aloft += f->arena.held;
    for (uint32_t i = 0; i < f->n_event; i++)
        f->event[i].refusal = NULL;
    if (fs->newest)
        fs->newest->next = f;
    else
        fs->oldest = f;
    fs->newest = f;
}

cs_rc cs_flights_send(struct cs_flights *fs, const struct cs_sink *sink, bool *whole)
{
    *whole = true;
    for (struct cs_flight *f = fs->oldest; f; f = f->next) {
        struct cs_slot *s = slot_of(f);
        uint32_t taken = 0;
        if (s->sent == f->n_event) continue;
        cs_rc rc = sink->ops->send(sink->self, f, s->sent, &taken);
        if (cs_bad(rc)) return rc;
        s->sent += taken;
        /* A later flight must not overtake: order within a partition is a promise. */
        *whole = s->sent == f->n_event;
        if (!*whole) return CS_OK;
    }
    return CS_OK;
}

/* Turn a refused event into a dead letter in place. */
static cs_rc make_dead(const char *topic, struct cs_event *e, bool bare)
{
    char text[256];
    struct cs_event from = *e;
    snprintf(text, sizeof text, "%s%s", e->refusal, bare ? "; payload left out" : "");
    char *kept = cs_arena_strdup(&e->flight->arena, cs_span_str(text));
    if (!kept) return cs_fail(CS_ENOMEM);
    if (bare) from.value = (struct cs_span){0};
    cs_rc rc = cs_encode_refused(topic, &from, kept, &e->value);
    if (cs_bad(rc)) return rc;
    e->output = CS_OUTPUT_DEADLETTER;
    e->refusal = NULL;
    return CS_OK;
}

static cs_rc tell_refused(const char *topic, const struct cs_event *e, struct cs_diag *diag)
{
    cs_diag_add(diag, CS_DIAG_ERROR, NULL,
        "raise max.message.bytes of the dead-letter topic, and message.max.bytes in the kafka: block if it "
        "was "
        "lowered there",
        "record %s/%" PRId32 "/%" PRId64 ": the broker refuses its dead letter too: %s", topic, e->partition,
        e->offset, e->refusal);
    return cs_fail(CS_EBROKER);
}

/* The flight's only unfinished events are the refused ones: keep these, as dead letters, to be sent again. */
static cs_rc resend(struct cs_flights *fs, struct cs_flight *f, const char *topic, struct cs_diag *diag)
{
    struct cs_slot *s = slot_of(f);
    uint32_t kept = 0;
    s->round++;
    for (uint32_t i = 0; i < f->n_event; i++) {
        struct cs_event *e = &f->event[i];
        if (!e->refusal) continue;
        if (e->output == CS_OUTPUT_STATE) { /* state is saved again, not mourned */
            s->spoiled = true;
            continue;
        }
        if (s->round > ROUND_BARE) return tell_refused(topic, e, diag);
        bool bare = s->round == ROUND_BARE || e->output == CS_OUTPUT_DEADLETTER;
        cs_rc rc = make_dead(topic, e, bare);
        if (cs_bad(rc)) return rc;
        f->event[kept++] = *e;
    }
    if (s->round == ROUND_PAYLOAD) fs->n_refused += kept;
    f->n_event = f->n_pending = kept;
    f->n_failed = s->sent = 0;
    return CS_OK;
}

static cs_rc land_one(struct cs_flights *fs, struct cs_positions *t)
{
    struct cs_flight *f = fs->oldest;
    for (uint32_t i = 0; i < f->n_pos; i++) {
        cs_rc rc = cs_positions_note(t, &f->pos[i]);
        if (cs_bad(rc)) return rc;
    }
    if (fs->landed) fs->landed(fs->landed_ctx, f, slot_of(f)->spoiled);
    fs->oldest = f->next;
    if (!fs->oldest) fs->newest = NULL;
    fs->n_landed++;
    fs->aloft -= slot_of(f)->bytes;
    recycle(fs, f);
    return CS_OK;
}

cs_rc cs_flights_land(struct cs_flights *fs, const char *topic, struct cs_positions *t, struct cs_diag *diag)
{
    cs_rc rc = CS_OK;
    for (struct cs_flight *f = fs->oldest; f && !cs_bad(rc); f = f->next) {
        bool settled = f->n_pending == 0 && slot_of(f)->sent == f->n_event;
        if (settled && f->n_failed > 0) rc = resend(fs, f, topic, diag);
    }
    while (fs->oldest && fs->oldest->n_pending == 0 && !cs_bad(rc)) {
        fs->n_events += slot_of(fs->oldest)->events;
        rc = land_one(fs, t);
    }
    return rc;
}

void cs_flights_drop(struct cs_flights *fs, int32_t partition)
{
    for (struct cs_flight *f = fs->oldest; f; f = f->next) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < f->n_pos; i++)
            if (f->pos[i].partition != partition) f->pos[kept++] = f->pos[i];
        f->n_pos = kept;
    }
}

bool cs_flights_empty(const struct cs_flights *fs)
{
    return !fs->oldest;
}
