/* The units of all terms and the runs of codes that stand for each. */
#include "scan/lattice_set.h"

#include <stdlib.h>

enum { CODES = 65536 };

static void add_run(struct cs_buf *out, const uint16_t *unit, uint32_t n, struct cs_lattice_run run)
{
    for (uint32_t i = 0; i < n; i++)
        run.code[i] = cs_code_of(unit[i]);
    run.n = (uint8_t)n;
    cs_buf_add(out, cs_span_of(&run, sizeof run));
}

/* Spellings of all readings. Returns their number. */
static uint32_t add_pinyin(struct cs_buf *out, uint16_t unit)
{
    struct cs_readings r = cs_readings_of(unit);
    for (uint32_t i = 0; i < r.n; i++) {
        const char *name = cs_syllable_name(cs_reading_syllable(r.ptr[i]));
        uint16_t letter[CS_SYLLABLE_LETTERS];
        uint32_t n = 0;
        for (; name[n]; n++)
            letter[n] = (uint16_t)name[n];
        add_run(out, letter, n,
            (struct cs_lattice_run){
                .channels = CS_CHANNEL_PINYIN, .sound = (uint8_t)cs_reading_sound(r.ptr[i])});
    }
    return r.n;
}

static void add_shapes(struct cs_buf *out, uint16_t unit)
{
    struct cs_units like = cs_lookalikes_of(unit), far = cs_resembling_of(unit), splits = cs_splits_of(unit),
                    parts;
    for (uint32_t i = 0; i < like.n; i++)
        add_run(out, like.ptr + i, 1, (struct cs_lattice_run){.channels = CS_CHANNEL_SHAPE});
    for (uint32_t i = 0; i < far.n; i++)
        add_run(out, far.ptr + i, 1, (struct cs_lattice_run){.channels = CS_CHANNEL_SHAPE | CS_CHANNEL_FAR});
    while (cs_split_next(&splits, &parts))
        add_run(out, parts.ptr, parts.n, (struct cs_lattice_run){.channels = CS_CHANNEL_SPLIT});
}

/* Letters that stand for this unit, or for one that sounds like it: v for 微, and so for 威. */
static void add_letters(struct cs_buf *out, uint16_t unit)
{
    uint32_t n;
    const struct cs_letter *l = cs_letters_all(&n);
    for (uint32_t i = 0; i < n; i++) {
        struct cs_lattice_run run = {.channels = CS_CHANNEL_ABBREVIATION};
        if (l[i].unit != unit) {
            run.sound = (uint8_t)cs_sound_shared(l[i].unit, unit);
            run.channels |= CS_CHANNEL_HOMOPHONE;
        }
        if (run.sound < CS_SOUND_COUNT) add_run(out, &l[i].letter, 1, run);
    }
}

static int by_code(const void *a, const void *b)
{
    const struct cs_lattice_run *x = a, *y = b;
    return x->code[0] < y->code[0] ? -1 : x->code[0] > y->code[0];
}

/* Give the unit its runs; they are copied to the arena. */
static cs_rc make_unit(struct cs_lattice *l, struct cs_lattice_unit *u, uint16_t code, struct cs_buf *buf)
{
    cs_buf_reset(buf);
    u->code = code;
    u->unit = cs_code_unit(code);
    u->n_pinyin = (uint16_t)add_pinyin(buf, u->unit);
    u->sounds = u->n_pinyin > 0;
    add_shapes(buf, u->unit);
    if (u->sounds) add_letters(buf, u->unit);
    struct cs_span all = cs_buf_span(buf);
    void *copy = cs_arena_alloc(&l->arena, all.len);
    if (!copy || cs_bad(cs_buf_rc(buf))) return cs_fail(CS_ENOMEM);
    if (all.len) memcpy(copy, all.ptr, all.len);
    u->run = copy;
    u->n_run = (uint16_t)(all.len / sizeof *u->run);
    if (u->n_run > u->n_pinyin)
        qsort((struct cs_lattice_run *)copy + u->n_pinyin, u->n_run - u->n_pinyin, sizeof *u->run, by_code);
    for (uint32_t i = 0; i < u->n_run; i++) {
        uint16_t first = u->run[i].code[0];
        u->mask |= (uint64_t)1 << cs_lattice_mask_bit(first);
        if (u->run[i].channels & CS_CHANNEL_FAR) u->far[first >> 14] |= (uint64_t)1 << (first >> 8 & 63);
    }
    return CS_OK;
}

cs_rc cs_lattice_make_units(struct cs_lattice *l)
{
    bool *used = calloc(CODES, sizeof *used);
    if (!used) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < l->n_variant; i++)
        for (uint32_t k = 0; k < l->variant[i].n; k++) {
            l->n_unit += !used[l->variant[i].code[k]];
            used[l->variant[i].code[k]] = true;
        }
    l->unit = cs_arena_zalloc(&l->arena, l->n_unit, sizeof *l->unit);
    cs_rc rc = l->unit ? CS_OK : cs_fail(CS_ENOMEM);
    struct cs_buf buf = {0};
    for (uint32_t c = 0, at = 0; c < CODES && !cs_bad(rc); c++)
        if (used[c]) rc = make_unit(l, &l->unit[at++], (uint16_t)c, &buf);
    cs_buf_clear(&buf);
    free(used);
    return rc;
}
