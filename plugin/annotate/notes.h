/* What is noted with messages, in the order of their records: a ring of words; internal to annotate/. */
#ifndef CS_ANNOTATE_NOTES_H
#define CS_ANNOTATE_NOTES_H

#include "annotate/lookback.h"

enum { CS_NOTES_WORDS_MAX = 4 << 20 };

/* All zero is an empty one. Words are numbered from 1 on; first .. next - 1 are held. */
struct cs_notes {
    uint64_t *word;
    uint64_t first, next;
    uint32_t cap; /* a power of two, or 0 */
};

/* When a note is written, and which ones are out of use then: of records this far away, or stamped this long
 * before the clock of the partition. */
struct cs_notes_when {
    uint32_t offset, records_max;
    int64_t clock_ms, stamp_ms, keep_ms;
};

/* Write a note and return its name, never 0. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_notes_add(
    struct cs_notes *t, const struct cs_kept *kept, const struct cs_notes_when *when, uint32_t *note);
uint32_t cs_notes_facts(const struct cs_notes *t, uint32_t note, uint32_t offset);
uint64_t cs_notes_fact(const struct cs_notes *t, uint32_t note, uint32_t k);
uint32_t cs_notes_tail(
    const struct cs_notes *t, uint32_t note, uint32_t offset, uint8_t out[CS_LOOKBACK_TAIL_MAX]);
void cs_notes_clear(struct cs_notes *t);
uint64_t cs_notes_bytes(const struct cs_notes *t);

#endif
