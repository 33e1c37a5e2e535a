/* The ways to write a term that are no matter of single units: itself, its initials, signs for whole names.
 */
#include "scan/lattice_set.h"

enum { INITIALS_MAX = 4, ABBREVIATIONS_MAX = 64, ABBREVIATION_CODES_MAX = 12 };

/* Letters by which one character may be shortened. */
struct initials {
    uint16_t code[INITIALS_MAX];
    uint32_t n;
};

static void add_initial(struct initials *to, uint16_t unit)
{
    uint16_t code = cs_code_of(unit);
    for (uint32_t i = 0; i < to->n; i++)
        if (to->code[i] == code) return;
    if (to->n < INITIALS_MAX) to->code[to->n++] = code;
}

/* First letters of the readings that everybody knows, and letters that stand for the character. */
static struct initials initials_of(uint16_t code, uint8_t sound)
{
    struct initials to = {.n = 0};
    uint16_t unit = cs_code_unit(code);
    struct cs_readings r = cs_readings_of(unit);
    for (uint32_t i = 0; i < r.n; i++)
        if (cs_reading_sound(r.ptr[i]) <= sound && cs_reading_sound(r.ptr[i]) <= CS_SOUND_MODERN)
            add_initial(&to, (uint16_t)cs_syllable_name(cs_reading_syllable(r.ptr[i]))[0]);
    uint32_t n;
    const struct cs_letter *letter = cs_letters_all(&n);
    for (uint32_t i = 0; i < n && to.n; i++)
        if (letter[i].unit == unit) add_initial(&to, letter[i].letter);
    return to;
}

static bool add_variant(struct cs_lattice *l, struct cs_buf *out, struct cs_lattice_variant v)
{
    uint16_t *copy = cs_arena_alloc(&l->arena, v.n * sizeof *copy);
    if (!copy) return false;
    memcpy(copy, v.code, v.n * sizeof *copy);
    v.code = copy;
    cs_buf_add(out, cs_span_of(&v, sizeof v));
    return true;
}

/* Every choice of one initial a character, a bounded number of them. Nothing may be added to initials. */
static bool add_abbreviations(struct cs_lattice *l, struct cs_buf *out, uint32_t t)
{
    const struct cs_disguisable *term = &l->term[t];
    struct initials of[ABBREVIATION_CODES_MAX];
    uint32_t n = term->code.len, choices = 1;
    if (!(term->channels & CS_CHANNEL_ABBREVIATION) || n > ABBREVIATION_CODES_MAX) return true;
    for (uint32_t i = 0; i < n; i++) {
        of[i] = initials_of(term->code.ptr[i], term->sound);
        choices *= of[i].n;
        if (choices == 0) return true;
        if (choices > ABBREVIATIONS_MAX) choices = ABBREVIATIONS_MAX;
    }
    for (uint32_t choice = 0; choice < choices; choice++) {
        uint16_t code[ABBREVIATION_CODES_MAX];
        for (uint32_t i = 0, rest = choice; i < n; rest /= of[i++].n)
            code[i] = of[i].code[rest % of[i].n];
        struct cs_lattice_variant v = {.code = code, .n = n, .term = t, .base = CS_CHANNEL_ABBREVIATION};
        if (!add_variant(l, out, v)) return false;
    }
    return true;
}

static bool add_term(struct cs_lattice *l, struct cs_buf *out, uint32_t t)
{
    const struct cs_disguisable *term = &l->term[t];
    struct cs_lattice_variant v = {.code = term->code.ptr,
        .n = term->code.len,
        .term = t,
        .channels = term->channels,
        .sound = term->sound};
    return add_variant(l, out, v) && add_abbreviations(l, out, t);
}

cs_rc cs_lattice_make_variants(struct cs_lattice *l)
{
    struct cs_buf out = {0};
    bool ok = true;
    for (uint32_t t = 0; t < l->n_term && ok; t++)
        ok = add_term(l, &out, t);
    struct cs_span all = cs_buf_span(&out);
    l->variant = cs_arena_alloc(&l->arena, all.len);
    ok = ok && l->variant && !cs_bad(cs_buf_rc(&out));
    if (ok && all.len) memcpy(l->variant, all.ptr, all.len);
    if (ok) l->n_variant = (uint32_t)(all.len / sizeof *l->variant);
    cs_buf_clear(&out);
    return ok ? CS_OK : cs_fail(CS_ENOMEM);
}
