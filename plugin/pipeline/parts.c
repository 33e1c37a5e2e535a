#include "pipeline/parts.h"

#include <stdlib.h>

static cs_rc reserve(struct cs_parts *t, uint32_t n)
{
    if (n <= t->n) return CS_OK;
    struct cs_part *wider = realloc(t->at, n * sizeof *wider);
    if (!wider) return cs_fail(CS_ENOMEM);
    memset(wider + t->n, 0, (n - t->n) * sizeof *wider);
    t->at = wider;
    t->n = n;
    return CS_OK;
}

cs_rc cs_parts_take(struct cs_parts *t, const struct cs_resume *r)
{
    cs_rc rc = reserve(t, (uint32_t)r->partition + 1);
    if (cs_bad(rc)) return rc;
    cs_parts_drop(t, r->partition);
    t->at[r->partition] = (struct cs_part){.mine = true,
        .resuming = true,
        .pos = {.next_offset = r->committed,
            .record_ms = r->record_ms,
            .watermark_ms = r->watermark_ms,
            .snapshot_at = -1,
            .partition = r->partition},
        .resume_ms = r->watermark_ms,
        .partitions = r->partitions,
        .saved_offset = -1};
    t->n_resuming++;
    t->n_mine++;
    return CS_OK;
}

void cs_parts_drop(struct cs_parts *t, int32_t partition)
{
    struct cs_part *p = cs_parts_find(t, partition);
    if (!p) return;
    cs_parts_resumed(t, p);
    *p = (struct cs_part){0};
    t->n_mine--;
}

struct cs_part *cs_parts_find(const struct cs_parts *t, int32_t partition)
{
    if (partition < 0 || (uint32_t)partition >= t->n) return NULL;
    return t->at[partition].mine ? &t->at[partition] : NULL;
}

void cs_parts_done(struct cs_parts *t, const struct cs_position *pos)
{
    struct cs_part *p = cs_parts_find(t, pos->partition);
    if (!p) return;
    p->pos.next_offset = pos->next_offset;
    p->pos.record_ms = pos->record_ms;
    cs_parts_touch(t, p);
}

void cs_parts_touch(struct cs_parts *t, struct cs_part *p)
{
    p->dirty = true;
    t->any_dirty = true;
}

void cs_parts_resumed(struct cs_parts *t, struct cs_part *p)
{
    if (p->resuming) t->n_resuming--;
    p->resuming = false;
}

void cs_parts_clear(struct cs_parts *t)
{
    free(t->at);
    *t = (struct cs_parts){0};
}
