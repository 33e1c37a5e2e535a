/* Finds numbers, accounts, addresses and slots that no list of terms can hold, by their structure: lengths,
 * prefixes, check digits, dates, top-level domains, the words beside them.
 *
 * A message without digits, letters or signs of an address costs one look at each of its folded codes. One
 * thread owns a detector. Values are given without their disguise: digits alone, hosts and accounts in lower
 * case. Of finds that overlap the earlier detector of enum cs_detector wins, but for a WeChat account that is
 * a phone number: that is both. */
#ifndef CS_DETECT_DETECT_H
#define CS_DETECT_DETECT_H

#include "record/batch.h"

struct cs_detector_set;

/* `wanted` is a set of 1u << enum cs_detector. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_detector_new(uint16_t wanted, struct cs_detector_set **out);
void cs_detector_free(struct cs_detector_set **d);
/* Search b->folded and b->text; fills b->found, and b->split if one of CS_DETECT_JOINED is wanted, in memory
 * of b->arena. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_detect(struct cs_detector_set *d, struct cs_batch *b);

/* The signs of some messages (cs_split), the first one first, and what was said to lead to them. */
struct cs_joined {
    uint8_t lead;      /* enum cs_lead */
    uint32_t n, first; /* signs of all messages, and of the first that has some */
    char sign[(CS_EARLIER_MAX + 1) * CS_SPLIT_SIGNS_MAX];
};

/* What they are together: a find of `wanted` that begins in the signs of the first message and ends with the
 * last sign. Fills detector and value (in `arena`) of *out, and nothing else; *found tells whether there is
 * one. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_detect_joined(
    uint16_t wanted, const struct cs_joined *j, struct cs_arena *arena, struct cs_found *out, bool *found);

#endif
