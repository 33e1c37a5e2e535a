/* What a message must have before a detector can find something in it; internal to detect/.
 *
 * Reading a message character by character costs some hundred times as much as one look at its folded codes.
 * So each detector states what all that it finds has in common, and few messages have it. A prefilter may let
 * pass what holds nothing, never the other way round: tests/detect/test_prefilter.c holds it against the
 * detectors. */
#ifndef CS_DETECT_PREFILTER_H
#define CS_DETECT_PREFILTER_H

#include "record/batch.h"

enum { CS_PREFILTER_CODES = 65536 };

struct cs_prefilter {
    uint16_t wanted;                      /* 1u << enum cs_detector */
    uint8_t class_of[CS_PREFILTER_CODES]; /* of a folded code */
};

/* The detectors that are worth a run. */
enum cs_prefilter_row {
    CS_PREFILTER_WEB = 1 << 0,
    CS_PREFILTER_NUMBERS = 1 << 1,
    CS_PREFILTER_ACCOUNTS = 1 << 2,
    CS_PREFILTER_ADDRESSES = 1 << 3,
    CS_PREFILTER_PLACEHOLDERS = 1 << 4,
};

void cs_prefilter_fill(struct cs_prefilter *g, uint16_t wanted);
/* Set of enum cs_prefilter_row for message `msg` of `b`, which is folded; 0 for most. */
uint8_t cs_prefilter_look(const struct cs_prefilter *g, const struct cs_batch *b, uint32_t msg);

/* Whether a message has nothing but what a part of a number has, and then whether it needs to be read: signs
 * alone say nothing. Most are out from their first characters on. */
enum cs_prefilter_part { CS_PREFILTER_WHOLE, CS_PREFILTER_SIGNS, CS_PREFILTER_PART };
enum cs_prefilter_part cs_prefilter_split(
    const struct cs_prefilter *g, const struct cs_batch *b, uint32_t msg);

#endif
