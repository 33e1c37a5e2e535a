#include "record/batch.h"

enum { ARENA_CHUNK = 256 * 1024 };

void cs_batch_init(struct cs_batch *b, size_t arena_limit)
{
    memset(b, 0, sizeof *b);
    cs_arena_init(&b->arena, ARENA_CHUNK, arena_limit);
}

void cs_batch_reset(struct cs_batch *b)
{
    b->n = 0;
    b->n_hit = b->n_disguise = b->n_found = b->n_split = b->n_overdue = b->n_kpi = b->n_view = b->n_regex = 0;
    b->hit = NULL;
    b->disguise = NULL;
    b->found = NULL;
    b->split = NULL;
    b->regex = NULL;
    b->violation = NULL;
    b->overdue = NULL;
    b->kpi = NULL;
    b->flight = NULL;
    b->folded = (struct cs_folded){0};
    cs_arena_reset(&b->arena);
}

void cs_batch_clear(struct cs_batch *b)
{
    cs_batch_reset(b);
    cs_arena_clear(&b->arena);
}
