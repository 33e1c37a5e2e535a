#include "detect/detect.h"

#include "detect/prefilter.h"
#include "detect/split.h"

#include <stdlib.h>

struct cs_detector_set {
    struct cs_prefilter prefilter;
};

cs_rc cs_detector_new(uint16_t wanted, struct cs_detector_set **out)
{
    struct cs_detector_set *d = malloc(sizeof *d);
    if (!d) return cs_fail(CS_ENOMEM);
    cs_prefilter_fill(&d->prefilter, wanted);
    *out = d;
    return CS_OK;
}

void cs_detector_free(struct cs_detector_set **d)
{
    free(*d);
    *d = NULL;
}

static int by_place(const void *a, const void *b)
{
    const struct cs_found *x = a, *y = b;
    if (x->byte_begin != y->byte_begin) return x->byte_begin < y->byte_begin ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
}

/* `rows` is a set of enum cs_prefilter_row. */
static cs_rc search(struct cs_finds *f, struct cs_span text, uint8_t rows)
{
    static void (*const find[])(struct cs_finds *, const struct cs_glyphs *) = {
        cs_find_web, cs_find_numbers, cs_find_accounts, cs_find_addresses, cs_find_placeholders};
    struct cs_glyphs g;
    cs_rc rc = cs_glyphs_read(text, f->arena, &g);
    for (size_t i = 0; i < sizeof find / sizeof find[0] && !cs_bad(rc); i++)
        if (rows >> i & 1) find[i](f, &g);
    if (f->exhausted) rc = cs_fail(CS_ENOMEM);
    if (!cs_bad(rc) && f->n > 1) qsort(f->at, f->n, sizeof *f->at, by_place);
    return rc;
}

/* Finds of all messages in a row. */
static cs_rc append(struct cs_batch *b, const struct cs_finds *f, struct cs_finds *all)
{
    if (all->cap - all->n < f->n) {
        uint32_t cap = (all->n + f->n) * 2;
        struct cs_found *wider = cs_arena_alloc(&b->arena, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (all->n) memcpy(wider, all->at, all->n * sizeof *wider);
        all->at = wider;
        all->cap = cap;
    }
    if (f->n) memcpy(all->at + all->n, f->at, f->n * sizeof *f->at);
    all->n += f->n;
    return CS_OK;
}

static cs_rc find(const struct cs_detector_set *d, struct cs_batch *b, uint32_t msg, struct cs_finds *all)
{
    uint8_t rows = cs_prefilter_look(&d->prefilter, b, msg);
    if (!rows) return CS_OK;
    struct cs_finds f = {.arena = &b->arena, .msg = msg, .wanted = d->prefilter.wanted};
    cs_rc rc = search(&f, b->text[msg], rows);
    if (!cs_bad(rc)) rc = append(b, &f, all);
    if (f.cut) b->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
    return rc;
}

/* Messages that may be parts of a number, growing in the arena. */
struct splits {
    struct cs_split *at;
    uint32_t n, cap;
};

static cs_rc add_split(struct cs_batch *b, struct splits *all, const struct cs_split *s)
{
    if (all->n == all->cap) {
        uint32_t cap = all->cap ? all->cap * 2 : 16;
        struct cs_split *wider = cs_arena_alloc(&b->arena, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (all->n) memcpy(wider, all->at, all->n * sizeof *wider);
        all->at = wider;
        all->cap = cap;
    }
    all->at[all->n++] = *s;
    return CS_OK;
}

static cs_rc split(const struct cs_detector_set *d, struct cs_batch *b, uint32_t msg, struct splits *all)
{
    enum cs_prefilter_part part = cs_prefilter_split(&d->prefilter, b, msg);
    struct cs_split s = {0};
    struct cs_glyphs g;
    if (part == CS_PREFILTER_WHOLE) return CS_OK;
    if (part == CS_PREFILTER_PART) {
        cs_rc rc = cs_glyphs_read(b->text[msg], &b->arena, &g);
        if (cs_bad(rc) || !cs_split_read(&g, &s)) return rc;
    }
    s.msg = msg;
    return add_split(b, all, &s);
}

cs_rc cs_detect(struct cs_detector_set *d, struct cs_batch *b)
{
    struct cs_finds all = {0};
    struct splits splits = {0};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i++) {
        if (b->folded.begin[i + 1] - b->folded.begin[i] == 1 && !b->text[i].len) continue;
        if (b->dead[i]) continue;
        uint32_t before = all.n;
        rc = find(d, b, i, &all);
        if (!cs_bad(rc) && d->prefilter.wanted & CS_DETECT_JOINED && all.n == before)
            rc = split(d, b, i, &splits);
    }
    b->found = all.at;
    b->n_found = all.n;
    b->split = splits.at;
    b->n_split = splits.n;
    return rc;
}
