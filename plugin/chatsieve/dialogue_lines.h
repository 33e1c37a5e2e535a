/* What buyers, agents and robots say: templates as data.
 *
 * `$x` in a template stands for something of the conversation: g goods, c colour, s size, h height, w weight,
 * d days, p price, t town, e carrier, o order number, n a small number. [brackets] hold the word that a bait
 * disguises. */
#ifndef CS_CHATSIEVE_DIALOGUE_LINES_H
#define CS_CHATSIEVE_DIALOGUE_LINES_H

#include <stdint.h>

enum { CS_LINE_WAYS = 4 };

/* One step of a topic: who, how, and ways to say it; unused ones are NULL. */
struct cs_line {
    uint8_t role, origin;
    const char *text[CS_LINE_WAYS];
};

struct cs_topic {
    const struct cs_line *line;
    uint32_t n;
};

/* An agent's sentence that breaks a rule on some platforms (bits as in cs_dialogue_platform). */
struct cs_bait {
    uint32_t platforms;
    const char *text;
};

enum { CS_DIALOGUE_PLATFORMS = 5 };

struct cs_phrases {
    const char *const *text;
    uint32_t n;
};

const char *cs_dialogue_platform(uint32_t i);
const struct cs_topic *cs_dialogue_topics(uint32_t *n);
const struct cs_bait *cs_dialogue_baits(uint32_t *n);

struct cs_phrases cs_dialogue_hello(void);     /* buyer */
struct cs_phrases cs_dialogue_welcome(void);   /* robot */
struct cs_phrases cs_dialogue_nag(void);       /* buyer who waits */
struct cs_phrases cs_dialogue_thanks(void);    /* buyer */
struct cs_phrases cs_dialogue_farewell(void);  /* agent */
struct cs_phrases cs_dialogue_near_miss(void); /* agent, lawful, close to a forbidden word */
/* The fillings of slot `letter`, NULL for a number that is computed. */
const struct cs_phrases *cs_dialogue_slot(char letter);

#endif
