/* A seeded generator of shop dialogues: many conversations at once, told in order of time.
 *
 * Equal options give equal messages. The clock is the generator's own; a caller that wants live messages
 * starts it at the present and waits for each message's time. */
#ifndef CS_CHATSIEVE_DIALOGUE_H
#define CS_CHATSIEVE_DIALOGUE_H

#include "codec/codec.h"

/* A conversation says something about every so many milliseconds, measured over long runs: rate x this =
 * conversations that are needed for a rate. */
enum { CS_DIALOGUE_GAP_MS = 9800 };

struct cs_dialogue_options {
    uint64_t seed;
    uint32_t conversations; /* going on at once, at least 1 */
    int64_t start_ms;
};

/* One message, borrowed until the next call. */
struct cs_said {
    struct cs_chat chat;
    struct cs_span key; /* platform/shop/buyer: what partitions are chosen by */
    uint32_t hash;      /* of the key */
};

struct cs_dialogue;

CS_MUST cs_rc cs_dialogue_new(const struct cs_dialogue_options *options, struct cs_dialogue **out);
void cs_dialogue_free(struct cs_dialogue **d);
/* Time of the next message. */
int64_t cs_dialogue_peek(const struct cs_dialogue *d);
/* Let time pass until `until_ms` without telling what is said, at most `max` messages: a stream that is
 * joined in the middle. */
void cs_dialogue_skip(struct cs_dialogue *d, int64_t until_ms, uint64_t max);
/* Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_dialogue_next(struct cs_dialogue *d, struct cs_said *out);

#endif
