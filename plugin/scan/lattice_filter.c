/* What each code may begin: as the first one of a term the children of the root that it can open, behind
 * others the units; and by hashed signatures, what may come behind it.
 *
 * A *key* stands for all codes that serve alike: a code itself, or everything that has a syllable at a level.
 */
#include "base/map.h"
#include "scan/lattice_set.h"

#include <stdlib.h>

enum { CODES = 65536, KEYS = CODES + (1 << CS_READING_SHIFT) * CS_SOUND_COUNT };

/* One way to begin a unit: a key, and the code behind it when that belongs to the same unit. */
struct start {
    uint32_t key;
    uint16_t second; /* 0: the next unit follows */
    uint8_t channels, sound;
};

/* (code, child) before they are grouped. */
struct entry {
    uint32_t code;
    struct cs_lattice_opening opening;
};

struct maker {
    struct cs_lattice *l;
    cs_lattice_bits *start; /* by key: the units that it may begin */
    struct cs_buf entry;
    uint32_t child;               /* of the root, in hand */
    cs_lattice_bits bits;         /* of the unit in hand */
    cs_lattice_bits next;         /* of what may follow the child */
    cs_lattice_bits next_written; /* of that as it is written */
    uint32_t *heard_at;           /* by syllable: heard[heard_at[s] .. heard_at[s + 1]) */
    uint16_t *heard;              /* units with the syllable; beside each its level */
    uint8_t *heard_sound;
    struct cs_map row_of; /* what a row says -> its number */
    struct cs_buf row, opening, said;
};

static uint32_t sound_key(uint32_t syllable, uint32_t sound)
{
    return CODES + syllable * CS_SOUND_COUNT + sound;
}

static uint32_t what_is(const struct cs_lattice_unit *u)
{
    struct cs_readings r = cs_readings_of(u->unit);
    return r.n ? CODES + cs_reading_syllable(r.ptr[0]) : u->code;
}

typedef void (*start_fn)(struct maker *m, struct start s);

/* Call `fn` with every way to begin `u` for a term of these channels and this level. */
static void each_start(
    struct maker *m, const struct cs_lattice_unit *u, uint8_t channels, uint8_t sound, start_fn fn)
{
    struct cs_readings r = cs_readings_of(u->unit);
    fn(m, (struct start){.key = u->code});
    for (uint32_t k = 0; k < r.n && channels & CS_CHANNEL_HOMOPHONE; k++)
        if (cs_reading_sound(r.ptr[k]) <= sound)
            fn(m, (struct start){.key = sound_key(cs_reading_syllable(r.ptr[k]), sound),
                      .channels = CS_CHANNEL_HOMOPHONE,
                      .sound = (uint8_t)cs_reading_sound(r.ptr[k])});
    for (uint32_t k = 0; k < u->n_run; k++) {
        const struct cs_lattice_run *run = &u->run[k];
        if (cs_lattice_allows(channels, sound, run))
            fn(m, (struct start){.key = run->code[0],
                      .second = run->n > 1 ? run->code[1] : 0,
                      .channels = run->channels,
                      .sound = run->sound});
    }
}

/* What merely resembles would make all bits of a row one: a walk looks for it by itself (lattice_walk.c). */
static void note_unit(struct maker *m, struct start s)
{
    if (!(s.channels & CS_CHANNEL_FAR)) m->start[s.key] |= m->bits;
}

/* Make a code that stands inside a unit, or in a note on it, a unit by itself. */
static cs_lattice_bits note_code(struct maker *m, uint16_t code)
{
    m->start[code] |= cs_lattice_bits_of(code);
    return cs_lattice_bits_of(code);
}

static void add_entry(struct maker *m, uint16_t code, struct cs_lattice_opening opening)
{
    struct entry e = {.code = code, .opening = opening};
    cs_buf_add(&m->entry, cs_span_of(&e, sizeof e));
}

static void add_opening(struct maker *m, struct start s)
{
    struct cs_lattice_opening o = {
        .next = m->next, .buckets = m->l->node[m->child].buckets, .node = m->child, .whole = !s.second};
    if (s.second) {
        o.next = note_code(m, s.second);
    } else {
        o.channels = s.channels;
        o.sound = s.sound;
        if (s.channels & CS_CHANNEL_FAR) o.next = m->next_written;
    }
    if (s.key < CODES) {
        add_entry(m, (uint16_t)s.key, o);
        return;
    }
    uint32_t syllable = (s.key - CODES) / CS_SOUND_COUNT, sound = (s.key - CODES) % CS_SOUND_COUNT;
    for (uint32_t k = m->heard_at[syllable]; k < m->heard_at[syllable + 1]; k++) {
        o.sound = m->heard_sound[k] > s.sound ? m->heard_sound[k] : s.sound;
        if (m->heard_sound[k] <= sound) add_entry(m, cs_code_of(m->heard[k]), o);
    }
}

/* All openings of one child of the root. Behind a Han character its own pinyin may stand as a note. */
static void add_child(struct maker *m, uint32_t i)
{
    const struct cs_lattice_node *node = &m->l->node[i];
    const struct cs_lattice_unit *u = &m->l->unit[node->unit];
    m->child = i;
    m->next = (cs_lattice_bits){0};
    for (uint32_t k = 0; k < node->n_child; k++)
        m->next |= m->l->node[node->child + k].bits;
    m->next_written = (cs_lattice_bits){0};
    for (uint32_t k = 0; k < node->n_child; k++)
        m->next_written |= note_code(m, m->l->unit[m->l->node[node->child + k].unit].code);
    for (uint32_t k = 0; k < u->n_pinyin; k++)
        m->next |= note_code(m, u->run[k].code[0]);
    each_start(m, u, node->channels, node->sound, add_opening);
}

static bool is_far(const struct cs_lattice_opening *o)
{
    return o->channels & CS_CHANNEL_FAR;
}

/* By code, what merely resembles last, then child, and how the code opens it; the most common sound first. */
static int by_entry(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const struct cs_lattice_opening *p = &x->opening, *q = &y->opening;
    if (x->code != y->code) return x->code < y->code ? -1 : 1;
    if (is_far(p) != is_far(q)) return is_far(q) ? -1 : 1;
    if (p->node != q->node) return p->node < q->node ? -1 : 1;
    if (p->whole != q->whole) return p->whole ? -1 : 1;
    if (p->channels != q->channels) return p->channels < q->channels ? -1 : 1;
    return p->sound < q->sound ? -1 : p->sound > q->sound;
}

/* True when `y` is no more than `x`, which comes before it: the same with a rarer sound, or the unit itself
 * as its own homophone. */
static bool is_covered(const struct entry *x, const struct entry *y)
{
    const struct cs_lattice_opening *p = &x->opening, *q = &y->opening;
    if (x->code != y->code || p->node != q->node || p->whole != q->whole) return false;
    return p->channels == q->channels || (p->channels == 0 && q->channels == CS_CHANNEL_HOMOPHONE);
}

/* Sort the entries and unite what is the same. Returns their number. */
static size_t unite_entries(struct maker *m)
{
    struct entry *e = (void *)m->entry.ptr;
    size_t n = m->entry.len / sizeof *e, kept = 0;
    if (n) qsort(e, n, sizeof *e, by_entry);
    for (size_t i = 0; i < n; i++)
        if (kept && is_covered(&e[kept - 1], &e[i]))
            e[kept - 1].opening.next |= e[i].opening.next;
        else
            e[kept++] = e[i];
    return kept;
}

/* What a code may begin: by itself, and by its sounds. */
static cs_lattice_bits start_of(const struct maker *m, uint16_t code)
{
    cs_lattice_bits start = m->start[code];
    struct cs_readings r = cs_readings_of(cs_code_unit(code));
    for (uint32_t k = 0; k < r.n; k++)
        for (uint32_t s = cs_reading_sound(r.ptr[k]); s < CS_SOUND_COUNT; s++)
            start |= m->start[sound_key(cs_reading_syllable(r.ptr[k]), s)];
    return start;
}

/* Number the row that m->said describes. */
static cs_rc add_row(
    struct maker *m, struct cs_lattice_row row, const struct entry *e, size_t n, uint32_t *out)
{
    row.opening = (uint32_t)(m->opening.len / sizeof(struct cs_lattice_opening));
    row.n_opening = (uint32_t)n;
    row.n_near = row.n_opening;
    while (row.n_near && is_far(&e[row.n_near - 1].opening))
        row.n_near--;
    for (size_t i = 0; i < n; i++)
        cs_buf_add(&m->opening, cs_span_of(&e[i].opening, sizeof e[i].opening));
    *out = (uint32_t)(m->row.len / sizeof row);
    cs_buf_add(&m->row, cs_span_of(&row, sizeof row));
    return cs_map_put(&m->row_of, cs_buf_span(&m->said), *out);
}

/* The row of a code with entries e[0 .. n): one that says the same, or a new one. */
static cs_rc find_row(struct maker *m, uint16_t code, const struct entry *e, size_t n)
{
    struct cs_lattice_row row = {.start = start_of(m, code)};
    cs_buf_reset(&m->said);
    cs_buf_add(&m->said, cs_span_of(&row.start, sizeof row.start));
    for (size_t i = 0; i < n; i++) {
        uint32_t how =
            (uint32_t)e[i].opening.whole << 16 | (uint32_t)e[i].opening.channels << 8 | e[i].opening.sound;
        cs_buf_add(&m->said, cs_span_of(&e[i].opening.next, sizeof e[i].opening.next));
        cs_buf_add(&m->said, cs_span_of(&e[i].opening.node, sizeof e[i].opening.node));
        cs_buf_add(&m->said, cs_span_of(&how, sizeof how));
    }
    uint32_t at = 0;
    const uint32_t *known = cs_map_get(&m->row_of, cs_buf_span(&m->said));
    cs_rc rc = known ? CS_OK : add_row(m, row, e, n, &at);
    m->l->row_of[code] = (uint16_t)(known ? *known : at);
    return cs_bad(rc) ? rc : cs_buf_rc(&m->said);
}

/* Copy a finished array to the set, at an address that vectors can have. */
static cs_rc keep(struct cs_lattice *l, const struct cs_buf *from, void **to)
{
    *to = cs_arena_alloc(&l->arena, from->len);
    if (!*to || cs_bad(cs_buf_rc(from))) return cs_fail(CS_ENOMEM);
    if (from->len) memcpy(*to, from->ptr, from->len);
    return CS_OK;
}

/* Rows for all codes, that of code 0, which no text has, first. */
static cs_rc make_rows(struct maker *m)
{
    if (cs_bad(cs_buf_rc(&m->entry))) return cs_fail(CS_ENOMEM);
    const struct entry *e = (void *)m->entry.ptr;
    size_t n = unite_entries(m), at = 0;
    cs_rc rc = CS_OK;
    for (uint32_t c = 0; c < CODES && !cs_bad(rc); c++) {
        size_t first = at;
        while (at < n && e[at].code == c)
            at++;
        rc = find_row(m, (uint16_t)c, n ? e + first : NULL, at - first);
    }
    void *row = NULL, *opening = NULL;
    if (!cs_bad(rc)) rc = keep(m->l, &m->row, &row);
    if (!cs_bad(rc)) rc = keep(m->l, &m->opening, &opening);
    m->l->row = row;
    m->l->opening = opening;
    return rc;
}

/* Signatures of all units, and what may begin each of them. */
static void make_units(struct maker *m)
{
    uint8_t channels = m->l->node[0].channels, sound = m->l->node[0].sound;
    for (uint32_t i = 0; i < m->l->n_unit; i++) {
        struct cs_lattice_unit *u = &m->l->unit[i];
        u->bits = m->bits = cs_lattice_bits_of(what_is(u));
        each_start(m, u, channels, sound, note_unit);
    }
    for (uint32_t i = 1; i < m->l->n_node; i++)
        m->l->node[i].bits = m->l->unit[m->l->node[i].unit].bits;
}

/* Units by syllable: a counting sort over all readings. */
static bool make_heard(struct maker *m)
{
    uint32_t n = 0, syllables = cs_syllable_count() + 2;
    m->heard_at = calloc(syllables + 1, sizeof *m->heard_at);
    if (!m->heard_at) return false;
    for (uint32_t u = 0; u < CODES; u++) {
        struct cs_readings r = cs_readings_of((uint16_t)u);
        for (uint32_t k = 0; k < r.n; k++, n++)
            m->heard_at[cs_reading_syllable(r.ptr[k]) + 2]++;
    }
    for (uint32_t s = 2; s <= syllables; s++)
        m->heard_at[s] += m->heard_at[s - 1];
    m->heard = malloc(n * sizeof *m->heard);
    m->heard_sound = malloc(n * sizeof *m->heard_sound);
    if (!m->heard || !m->heard_sound) return false;
    for (uint32_t u = 0; u < CODES; u++) {
        struct cs_readings r = cs_readings_of((uint16_t)u);
        for (uint32_t k = 0; k < r.n; k++) {
            uint32_t at = m->heard_at[cs_reading_syllable(r.ptr[k]) + 1]++;
            m->heard[at] = (uint16_t)u;
            m->heard_sound[at] = (uint8_t)cs_reading_sound(r.ptr[k]);
        }
    }
    return true;
}

static void close_maker(struct maker *m)
{
    cs_buf_clear(&m->entry);
    cs_buf_clear(&m->row);
    cs_buf_clear(&m->opening);
    cs_buf_clear(&m->said);
    cs_map_clear(&m->row_of);
    free(m->start);
    free(m->heard_at);
    free(m->heard);
    free(m->heard_sound);
}

cs_rc cs_lattice_make_filter(struct cs_lattice *l)
{
    struct maker m = {.l = l, .start = calloc(KEYS, sizeof *m.start)};
    cs_map_init(&m.row_of, 0);
    l->row_of = cs_arena_zalloc(&l->arena, CODES, sizeof *l->row_of);
    cs_rc rc = l->row_of && m.start && make_heard(&m) ? CS_OK : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) {
        make_units(&m);
        for (uint32_t k = 0; k < l->node[0].n_child; k++)
            add_child(&m, l->node[0].child + k);
        rc = make_rows(&m);
    }
    close_maker(&m);
    return rc;
}
