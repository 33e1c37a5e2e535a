/* The memories of a judge: facts about messages, and values that were found in them; internal to annotate/.
 */
#ifndef CS_ANNOTATE_PAST_H
#define CS_ANNOTATE_PAST_H

#include "annotate/memory.h"
#include "rules/needs.h"

struct cs_past {
    struct cs_memory *facts, *values;    /* NULL: no rule asks for them; values only with facts */
    uint8_t sayers;                      /* roles whose values are kept */
    uint32_t conduct_begin, conduct_end; /* rules that ask how senders behave are all among these */
};

struct cs_court;

/* A message, and which finds of its batch are in it. */
struct cs_past_finds {
    uint32_t msg, begin, end;
};

/* Open the memories that the rules need. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_past_open(struct cs_past *p, const struct cs_needs *needs);
void cs_past_close(struct cs_past *p);
void cs_past_drop(struct cs_past *p, int32_t partition);
/* Remember the message of `f`, which was heard. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_past_keep(
    struct cs_past *p, const struct cs_court *court, const struct cs_batch *b, struct cs_past_finds f);

#endif
