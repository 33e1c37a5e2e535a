/* Sets of texts that have a meaning for the clock: "one moment please", "thank you", "session closed". A
 * phrase is the whole message apart from white space, punctuation and ASCII case, or stands anywhere in it.
 * Immutable after load. */
#ifndef CS_CLOCK_PHRASES_H
#define CS_CLOCK_PHRASES_H

#include "base/rc.h"
#include "base/span.h"

struct cs_phrase {
    struct cs_span text; /* trimmed, lower case; owned by the set */
    uint32_t meaning;    /* bit set of the owner's */
    uint32_t next;       /* the next that is not whole; UINT32_MAX = none */
    bool whole;
};

enum { CS_PHRASE_HEADS = 1024, CS_PHRASE_SKIPS = 4096 };

struct cs_phrases {
    struct cs_phrase *item;
    uint32_t n, cap;
    uint32_t *index; /* of whole ones by hash; UINT32_MAX = empty */
    uint32_t cap_index;
    uint32_t inside, longest; /* first of the others, UINT32_MAX = none; bytes of the longest whole one */
    uint32_t shortest, inside_meanings; /* of the others: bytes of the shortest, at most 64; all they mean */
    uint32_t head[CS_PHRASE_HEADS];     /* meanings of whole ones by their first character */
    uint8_t skip[CS_PHRASE_SKIPS];      /* bytes that the search for the others may pass over */
};

/* Add a phrase; a repeated one gains the meaning. Errors: CS_ENOMEM, CS_EINVAL (too short or too long). */
CS_MUST cs_rc cs_phrases_add(struct cs_phrases *p, struct cs_span text, uint32_t meaning, bool whole);
/* Those of the wanted meanings that some phrase in the text has. */
uint32_t cs_phrases_find(const struct cs_phrases *p, struct cs_span text, uint32_t wanted);
void cs_phrases_clear(struct cs_phrases *p);

#endif
