/* Counts by name, for summaries and bars: a few dozen names at most. */
#ifndef CS_CHATSIEVE_TALLY_H
#define CS_CHATSIEVE_TALLY_H

#include "base/span.h"

enum { CS_TALLY_MAX = 64, CS_TALLY_NAME = 40 };

struct cs_tally {
    uint32_t n;
    struct {
        char name[CS_TALLY_NAME]; /* cut when longer */
        uint64_t count;
    } row[CS_TALLY_MAX];
};

/* Count one; names beyond the first CS_TALLY_MAX - 1 share the row "other". */
void cs_tally_add(struct cs_tally *t, const char *name);
/* Greatest count first, equal ones by name. */
void cs_tally_sort(struct cs_tally *t);

#endif
