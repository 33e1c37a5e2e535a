#include "scan/lattice_reference.h"

enum { ABBREVIATION_CODES_MAX = 12, LETTERS_END = 128 };

/* A term half found: unit `unit` of it comes next, at code `at`. */
struct state {
    const struct cs_disguisable *term;
    uint32_t index, unit, at;
    uint8_t channels;
};

static void go_on(struct cs_lattice_walk *w, struct state s);

/* Take `n` codes as the next unit, if the term allows these channels. */
static void step(struct cs_lattice_walk *w, struct state s, uint32_t n, uint32_t channels)
{
    if ((channels & (uint32_t)~CS_CHANNEL_ANNOTATED) & (uint32_t)~s.term->channels) return;
    if (channels & CS_CHANNEL_FAR && s.channels) return;
    if (s.channels & CS_CHANNEL_FAR && channels & (uint32_t)~CS_CHANNEL_ANNOTATED) return;
    s.channels |= (uint8_t)channels;
    s.unit++;
    s.at += n;
    go_on(w, s);
}

/* True when the text has these n units at code `at`. */
static bool stands(const struct cs_lattice_walk *w, uint32_t at, const uint16_t *unit, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (at + i >= w->stop || w->code[at + i] != cs_code_of(unit[i])) return false;
    return true;
}

/* Letters of the syllable if the text has them at code `at`, else 0. */
static uint32_t spelled(const struct cs_lattice_walk *w, uint32_t at, uint16_t reading)
{
    const char *name = cs_syllable_name(cs_reading_syllable(reading));
    uint32_t n = 0;
    for (; name[n]; n++)
        if (at + n >= w->stop || w->code[at + n] != cs_code_of((uint16_t)name[n])) return 0;
    return n;
}

static void try_one(struct cs_lattice_walk *w, struct state s, uint16_t unit, uint32_t channels)
{
    struct cs_readings r = cs_readings_of(unit);
    step(w, s, 1, channels);
    for (uint32_t i = 0; i < r.n; i++) {
        uint32_t n = spelled(w, s.at + 1, r.ptr[i]);
        if (n && cs_reading_sound(r.ptr[i]) <= CS_SOUND_MODERN)
            step(w, s, 1 + n, channels | CS_CHANNEL_ANNOTATED);
    }
}

static void try_sounds(struct cs_lattice_walk *w, struct state s, uint16_t unit)
{
    struct cs_readings r = cs_readings_of(unit);
    uint16_t here = cs_code_unit(w->code[s.at]);
    if (here == unit)
        try_one(w, s, unit, 0);
    else if (cs_sound_shared(here, unit) <= s.term->sound)
        try_one(w, s, unit, CS_CHANNEL_HOMOPHONE);
    for (uint32_t i = 0; i < r.n; i++) {
        uint32_t n = spelled(w, s.at, r.ptr[i]);
        if (n && cs_reading_sound(r.ptr[i]) <= s.term->sound) step(w, s, n, CS_CHANNEL_PINYIN);
    }
}

static void try_shapes(struct cs_lattice_walk *w, struct state s, uint16_t unit)
{
    struct cs_units like = cs_lookalikes_of(unit), far = cs_resembling_of(unit), splits = cs_splits_of(unit),
                    parts;
    for (uint32_t i = 0; i < like.n; i++)
        if (stands(w, s.at, like.ptr + i, 1)) step(w, s, 1, CS_CHANNEL_SHAPE);
    for (uint32_t i = 0; i < far.n; i++)
        if (stands(w, s.at, far.ptr + i, 1)) step(w, s, 1, CS_CHANNEL_SHAPE | CS_CHANNEL_FAR);
    while (cs_split_next(&splits, &parts))
        if (stands(w, s.at, parts.ptr, parts.n)) step(w, s, parts.n, CS_CHANNEL_SPLIT);
}

/* A letter for this unit, or for one that sounds like it. */
static void try_letters(struct cs_lattice_walk *w, struct state s, uint16_t unit)
{
    uint32_t n;
    const struct cs_letter *l = cs_letters_all(&n);
    for (uint32_t i = 0; i < n && cs_readings_of(unit).n; i++) {
        if (!stands(w, s.at, &l[i].letter, 1)) continue;
        if (l[i].unit == unit)
            step(w, s, 1, CS_CHANNEL_ABBREVIATION);
        else if (cs_sound_shared(l[i].unit, unit) <= s.term->sound)
            step(w, s, 1, CS_CHANNEL_ABBREVIATION | CS_CHANNEL_HOMOPHONE);
    }
}

static void go_on(struct cs_lattice_walk *w, struct state s)
{
    if (s.unit == s.term->code.len) {
        (void)cs_lattice_found(w, (struct cs_lattice_find){s.index, s.at, s.channels});
        return;
    }
    if (s.at >= w->stop) return;
    uint16_t unit = cs_code_unit(s.term->code.ptr[s.unit]);
    try_sounds(w, s, unit);
    try_shapes(w, s, unit);
    try_letters(w, s, unit);
}

/* True when a letter is an initial of the unit, or stands for it. A unit without readings has none. */
static bool is_initial(uint16_t letter, uint16_t unit, uint8_t sound)
{
    struct cs_readings r = cs_readings_of(unit);
    uint32_t n, known = 0;
    if (letter >= LETTERS_END) return false;
    for (uint32_t i = 0; i < r.n; i++) {
        if (cs_reading_sound(r.ptr[i]) > sound || cs_reading_sound(r.ptr[i]) > CS_SOUND_MODERN) continue;
        known++;
        if (cs_syllable_name(cs_reading_syllable(r.ptr[i]))[0] == (char)letter) return true;
    }
    const struct cs_letter *l = cs_letters_all(&n);
    for (uint32_t i = 0; i < n && known; i++)
        if (l[i].letter == letter && l[i].unit == unit) return true;
    return false;
}

static void try_abbreviation(struct cs_lattice_walk *w, struct state s)
{
    uint32_t n = s.term->code.len;
    if (!(s.term->channels & CS_CHANNEL_ABBREVIATION) || n > ABBREVIATION_CODES_MAX) return;
    if (w->stop - s.at < n) return;
    for (uint32_t i = 0; i < n; i++)
        if (!is_initial(cs_code_unit(w->code[s.at + i]), cs_code_unit(s.term->code.ptr[i]), s.term->sound))
            return;
    (void)cs_lattice_found(w, (struct cs_lattice_find){s.index, s.at + n, CS_CHANNEL_ABBREVIATION});
}

bool cs_lattice_walk_plainly(struct cs_lattice_walk *w, uint32_t at)
{
    w->n = 0;
    for (uint32_t t = 0; at < w->stop && t < w->l->n_term; t++) {
        struct state s = {.term = &w->l->term[t], .index = t, .at = at};
        go_on(w, s);
        try_abbreviation(w, s);
    }
    cs_lattice_settle(w);
    return !w->no_memory;
}
