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
/* Search b->folded and b->text; fills b->found and b->n_found, in memory of b->arena. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_detect(struct cs_detector_set *d, struct cs_batch *b);

#endif
