/* What one message does to its conversation. Internal to clock/. */
#ifndef CS_CLOCK_SPEECH_H
#define CS_CLOCK_SPEECH_H

#include "clock/shard.h"

/* A message as the clock reads it. */
struct cs_speech {
    struct cs_batch *batch;
    uint32_t i;
    int64_t sent_ms; /* cut to CS_TIME_MAX */
    struct cs_moment at;
    const struct cs_plan *plan; /* of its time; that of the conversation may still be an older one */
    uint16_t agent;             /* CS_NOBODY: not told */
    uint8_t responder;          /* enum cs_responder */
    uint8_t notice;             /* enum cs_notice */
    uint32_t meaning;           /* bits CS_MEANS_* of its text */
    bool dated;                 /* of a day that is not closed, nor still to come */
    bool counts;                /* ... and in service hours */
    bool valid;                 /* a valid reply */
    bool begins;                /* a turn; one of a day before is left behind */
};

static inline int64_t cs_speech_offset(const struct cs_speech *m)
{
    return cs_time_cut(m->batch->offset[m->i]);
}

/* The buyer asks, and no turn is open; or one of a day before, and this is another session. */
bool cs_begins_turn(const struct cs_scene *s, const struct cs_speech *m);

/* session.c: sessions, receptions, cases, promises and the presence of agents. */
CS_MUST cs_rc cs_session_buyer(struct cs_scene *s, const struct cs_speech *m);
CS_MUST cs_rc cs_session_reply(struct cs_scene *s, const struct cs_speech *m);
/* The session ends here: what waits is not answered. */
CS_MUST cs_rc cs_session_close(struct cs_scene *s, int64_t sent_ms);
CS_MUST cs_rc cs_session_received(struct cs_scene *s, const struct cs_speech *m);
/* Messages of the open turn, each of which counts: one more, or all answered at this time. */
CS_MUST cs_rc cs_message_asked(struct cs_scene *s, const struct cs_speech *m);
CS_MUST cs_rc cs_messages_answered(struct cs_scene *s, int64_t sent_ms);
CS_MUST cs_rc cs_messages_dropped(struct cs_scene *s);
/* Silence for so long that the buyer's next message begins a session. */
bool cs_session_over(const struct cs_scene *s, int64_t sent_ms);
CS_MUST cs_rc cs_errand_notice(struct cs_scene *s, const struct cs_speech *m);
CS_MUST cs_rc cs_promises_kept(struct cs_scene *s, int64_t sent_ms);
/* Presence needs no buyer. */
void cs_presence(struct cs_books *k, uint32_t shop, uint16_t agent, uint8_t notice);

/* passage.c: take over the time of message i, `now_ms` of the shard, with all that it makes due or old. */
CS_MUST cs_rc cs_pass_time(struct cs_clock *c, struct cs_shard *s, struct cs_batch *b, uint32_t i);
/* Forget the longest untouched conversation and count it. */
CS_MUST cs_rc cs_forget_oldest(struct cs_clock *c, struct cs_shard *s, uint64_t *count);

/* speech.c: everything, in order; fills b->response[i]. */
CS_MUST cs_rc cs_speak(struct cs_scene *s, struct cs_speech *m);
/* Forget the open turn, as when the conversation is dropped. */
CS_MUST cs_rc cs_silence(struct cs_scene *s, int64_t now_ms);

#endif
