#include "chatsieve/tally.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t row_of(struct cs_tally *t, const char *name)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (strncmp(t->row[i].name, name, CS_TALLY_NAME - 1) == 0) return i;
    if (t->n == CS_TALLY_MAX) return CS_TALLY_MAX - 1;
    bool last = t->n == CS_TALLY_MAX - 1;
    snprintf(t->row[t->n].name, CS_TALLY_NAME, "%s", last ? "other" : name);
    return t->n++;
}

void cs_tally_add(struct cs_tally *t, const char *name)
{
    t->row[row_of(t, name)].count++;
}

static int by_count(const void *pa, const void *pb)
{
    const struct cs_tally *whole = NULL;
    const __typeof__(whole->row[0]) *a = pa, *b = pb;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return strcmp(a->name, b->name);
}

void cs_tally_sort(struct cs_tally *t)
{
    qsort(t->row, t->n, sizeof t->row[0], by_count);
}
