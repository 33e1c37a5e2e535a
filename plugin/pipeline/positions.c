#include "pipeline/positions.h"

#include <stdlib.h>

/* realloc of one column; the old one stays valid on failure. */
static bool widen(void *column, size_t size, uint32_t old, uint32_t n)
{
    void **p = column;
    uint8_t *wider = realloc(*p, n * size);
    if (!wider) return false;
    memset(wider + old * size, 0, (n - old) * size);
    *p = wider;
    return true;
}

static cs_rc reserve(struct cs_positions *t, uint32_t n)
{
    if (n <= t->n) return CS_OK;
    if (!widen(&t->last, sizeof *t->last, t->n, n) || !widen(&t->dirty, sizeof *t->dirty, t->n, n) ||
        !widen(&t->out, sizeof *t->out, t->n, n))
        return cs_fail(CS_ENOMEM);
    t->n = n;
    return CS_OK;
}

cs_rc cs_positions_note(struct cs_positions *t, const struct cs_position *pos)
{
    cs_rc rc = reserve(t, (uint32_t)pos->partition + 1);
    if (cs_bad(rc)) return rc;
    struct cs_position *last = &t->last[pos->partition];
    if (!cs_position_newer(pos, last)) return CS_OK;
    *last = *pos;
    t->dirty[pos->partition] = true;
    t->any = true;
    return CS_OK;
}

uint32_t cs_positions_take(struct cs_positions *t, const struct cs_position **pos)
{
    uint32_t k = 0;
    for (uint32_t p = 0; p < t->n && t->any; p++) {
        if (!t->dirty[p]) continue;
        t->out[k++] = t->last[p];
        t->dirty[p] = false;
    }
    t->any = false;
    *pos = t->out;
    return k;
}

void cs_positions_drop(struct cs_positions *t, int32_t partition)
{
    if ((uint32_t)partition >= t->n) return;
    t->last[partition] = (struct cs_position){0};
    t->dirty[partition] = false;
}

void cs_positions_clear(struct cs_positions *t)
{
    free(t->last);
    free(t->dirty);
    free(t->out);
    *t = (struct cs_positions){0};
}
