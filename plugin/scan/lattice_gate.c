/* Making the gate: the ways to write terms are dealt into buckets, then the trie is walked four codes deep,
 * and every code that may stand at a distance is noted for the buckets below.
 *
 * The gate takes what a bucket has at each distance for independent. So that a letter that may begin a
 * spelling does not go together with the end of a term whose characters are all written, what a term may
 * look like is parted by *form*: the first unit that takes several codes. What merely resembles a unit stands
 * only beside written ones: these are forms by themselves, by the place of that unit, for together with
 * homophones dozens of resembling characters would open the gate nearly everywhere. */
#include "scan/lattice_set.h"

#include <stdlib.h>

enum {
    CODES = 65536,
    KEYS = CODES + (1 << CS_READING_SHIFT) * CS_SOUND_COUNT,
    WORD_BITS = 32,
    CLASSES = 17, /* of forms and lengths: each begins a bucket */
    WRITTEN = 3,  /* the form in which the first three units take one code each */
    FAR = 4,      /* the first unit merely resembles; then forms in which the second, and a later one does */
    LATER = 2,
    FORMS = FAR + LATER + 1,
};

/* One form of a variant while the buckets are dealt. */
struct card {
    uint32_t variant, form;
    uint32_t codes; /* it has at least so many; more than the gate is deep count as that */
    uint32_t begin; /* what it begins with */
};

/* As the gate, but set bits are open. */
struct gate {
    cs_lattice_bits open[CS_LATTICE_DEPTH];
};

struct maker {
    struct cs_lattice *l;
    struct gate *open;           /* by key */
    struct gate free;            /* open for every code: a term is over before */
    cs_lattice_bits *of_variant; /* its buckets, FORMS to a variant */
    cs_lattice_bits *of_node;    /* of all variants that end here or below, FORMS to a node */
    uint8_t *seen;               /* by node: bit d is set when it was reached at distance d */
    uint32_t form;               /* in hand */
};

/* A unit that begins somewhere. */
struct spot {
    uint32_t node, depth; /* units before it */
    uint32_t distance;    /* codes before it */
};

static uint32_t sound_key(uint32_t syllable, uint32_t sound)
{
    return CODES + syllable * CS_SOUND_COUNT + sound;
}

static uint32_t what_begins(uint16_t code)
{
    struct cs_readings r = cs_readings_of(cs_code_unit(code));
    return r.n ? CODES + cs_reading_syllable(r.ptr[0]) : code;
}

static int by_card(const void *a, const void *b)
{
    const struct card *x = a, *y = b;
    if (x->form != y->form) return x->form < y->form ? -1 : 1;
    if (x->codes != y->codes) return x->codes < y->codes ? -1 : 1;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->variant < y->variant ? -1 : x->variant > y->variant;
}

/* How much of a bucket a card takes. Short ones leave the gate open behind their end, so they get more room;
 * spellings need little, for few letters stand in a text. */
static uint32_t weight(const struct card *c)
{
    static const uint32_t written[CS_LATTICE_DEPTH + 1] = {0, 0, 24, 6, 3};
    return c->form == WRITTEN || c->form == FAR || c->form == FAR + 1 ? written[c->codes] : 1;
}

/* Of one form and alike long, then alike beginning ones share a bucket: few of those are open for a code. */
static void deal(struct maker *m, const struct card *card, uint32_t n)
{
    uint32_t bucket = 0, full = 0, total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += weight(&card[i]);
    uint32_t share = total / (CS_LATTICE_BUCKETS - CLASSES) + 1;
    for (uint32_t i = 0; i < n; i++) {
        bool other = i && (card[i].form != card[i - 1].form || card[i].codes != card[i - 1].codes);
        if (other || full >= share) {
            bucket++;
            full = 0;
        }
        full += weight(&card[i]);
        cs_lattice_bits *of = &m->of_variant[card[i].variant * FORMS + card[i].form];
        (*of)[bucket / WORD_BITS] |= 1u << bucket % WORD_BITS;
        if (card[i].form >= FAR) m->l->far |= *of;
    }
}

static uint32_t depth_of(uint32_t codes)
{
    return codes < CS_LATTICE_DEPTH ? codes : CS_LATTICE_DEPTH;
}

/* The forms of variant `i`. Returns their number, at most FORMS. */
static uint32_t make_cards(const struct cs_lattice_variant *v, uint32_t i, struct card *card)
{
    uint32_t n = 0, begin = what_begins(v->code[0]);
    for (uint32_t form = 0; form < WRITTEN && form < v->n; form++)
        card[n++] = (struct card){i, form, depth_of(v->n + 1), begin};
    card[n++] = (struct card){i, WRITTEN, depth_of(v->n), begin};
    for (uint32_t at = 0; at <= LATER && at < v->n && v->channels & CS_CHANNEL_FAR; at++)
        card[n++] = (struct card){i, FAR + at, depth_of(v->n), v->code[at == 1]};
    return n;
}

static cs_rc make_buckets(struct maker *m)
{
    uint32_t n = 0, n_variant = m->l->n_variant;
    struct card *card = malloc(((size_t)n_variant * FORMS + 1) * sizeof *card);
    if (!card) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < n_variant; i++)
        n += make_cards(&m->l->variant[i], i, card + n);
    qsort(card, n, sizeof *card, by_card);
    deal(m, card, n);
    free(card);
    return CS_OK;
}

/* Every node knows the buckets of all that end there or below. */
static void spread_buckets(struct maker *m)
{
    for (uint32_t i = m->l->n_node; i-- > 0;) {
        struct cs_lattice_node *node = &m->l->node[i];
        for (uint32_t f = 0; f < FORMS; f++) {
            cs_lattice_bits *all = &m->of_node[i * FORMS + f];
            for (uint32_t k = 0; k < node->n_variant; k++)
                *all |= m->of_variant[(node->variant + k) * FORMS + f];
            for (uint32_t k = 0; k < node->n_child; k++)
                *all |= m->of_node[(node->child + k) * FORMS + f];
            node->buckets |= *all;
        }
    }
}

/* `key` may stand `distance` codes behind the begin of a term that leads through the node. */
static void open_key(struct maker *m, const struct spot *s, uint32_t key, uint32_t distance)
{
    cs_lattice_bits buckets = m->of_node[s->node * FORMS + m->form];
    if (distance < CS_LATTICE_DEPTH) m->open[key].open[distance] |= buckets;
}

static void open_run(struct maker *m, const struct spot *s, const struct cs_lattice_run *r, uint32_t distance)
{
    for (uint32_t i = 0; i < r->n; i++)
        open_key(m, s, r->code[i], distance + i);
}

static void reach(struct maker *m, struct spot s);

/* The unit of a node is over, so many codes behind the begin of the term. */
static void leave(struct maker *m, const struct spot *s, uint32_t distance)
{
    const struct cs_lattice_node *node = &m->l->node[s->node];
    for (uint32_t k = 0; k < node->n_variant; k++)
        for (uint32_t d = distance; d < CS_LATTICE_DEPTH; d++)
            m->free.open[d] |= m->of_variant[(node->variant + k) * FORMS + m->form];
    for (uint32_t k = 0; k < node->n_child; k++)
        reach(m, (struct spot){node->child + k, s->depth + 1, distance});
}

/* The unit itself or a homophone of it stands there. */
static void open_unit(struct maker *m, const struct spot *s)
{
    const struct cs_lattice_node *node = &m->l->node[s->node];
    const struct cs_lattice_unit *u = &m->l->unit[node->unit];
    struct cs_readings r = cs_readings_of(u->unit);
    open_key(m, s, u->code, s->distance);
    for (uint32_t k = 0; k < r.n && node->channels & CS_CHANNEL_HOMOPHONE; k++)
        if (cs_reading_sound(r.ptr[k]) <= node->sound)
            open_key(m, s, sound_key(cs_reading_syllable(r.ptr[k]), node->sound), s->distance);
}

/* The unit in one code. */
static void reach_short(struct maker *m, const struct spot *s)
{
    const struct cs_lattice_node *node = &m->l->node[s->node];
    const struct cs_lattice_unit *u = &m->l->unit[node->unit];
    open_unit(m, s);
    for (uint32_t k = 0; k < u->n_run; k++)
        if (u->run[k].n == 1 && !(u->run[k].channels & CS_CHANNEL_FAR) &&
            cs_lattice_allows(node->channels, node->sound, &u->run[k]))
            open_run(m, s, &u->run[k], s->distance);
    leave(m, s, s->distance + 1);
}

/* The unit in several codes: a run of them, or with its pinyin as a note. */
static void reach_long(struct maker *m, const struct spot *s)
{
    const struct cs_lattice_node *node = &m->l->node[s->node];
    const struct cs_lattice_unit *u = &m->l->unit[node->unit];
    if (u->n_pinyin) open_unit(m, s);
    for (uint32_t k = 0; k < u->n_pinyin; k++) {
        open_run(m, s, &u->run[k], s->distance + 1);
        leave(m, s, s->distance + 1 + u->run[k].n);
    }
    for (uint32_t k = 0; k < u->n_run; k++) {
        if (u->run[k].n == 1 || !cs_lattice_allows(node->channels, node->sound, &u->run[k])) continue;
        open_run(m, s, &u->run[k], s->distance);
        leave(m, s, s->distance + u->run[k].n);
    }
}

/* The unit where one merely resembles: as it is written, with its pinyin as a note only behind that one. */
static void reach_far(struct maker *m, const struct spot *s)
{
    const struct cs_lattice_node *node = &m->l->node[s->node];
    const struct cs_lattice_unit *u = &m->l->unit[node->unit];
    uint32_t far = m->form - FAR;
    if (s->depth != far || far == LATER) open_key(m, s, u->code, s->distance);
    for (uint32_t k = u->n_pinyin; k < u->n_run && (s->depth == far || (far == LATER && s->depth > far)); k++)
        if (u->run[k].channels & CS_CHANNEL_FAR && cs_lattice_allows(node->channels, node->sound, &u->run[k]))
            open_run(m, s, &u->run[k], s->distance);
    for (uint32_t k = 0; k < u->n_pinyin && s->depth > far; k++) {
        open_run(m, s, &u->run[k], s->distance + 1);
        leave(m, s, s->distance + 1 + u->run[k].n);
    }
    leave(m, s, s->distance + 1);
}

static void reach(struct maker *m, struct spot s)
{
    if (s.distance >= CS_LATTICE_DEPTH || m->seen[s.node] >> s.distance & 1) return;
    m->seen[s.node] |= (uint8_t)(1u << s.distance);
    if (m->form >= FAR) {
        reach_far(m, &s);
        return;
    }
    if (s.depth != m->form || m->form == WRITTEN) reach_short(m, &s);
    if (s.depth >= m->form) reach_long(m, &s);
}

/* What is shut for a code, by itself and by its sounds. */
static struct cs_lattice_gate gate_of(const struct maker *m, uint32_t code)
{
    struct cs_readings r = cs_readings_of(cs_code_unit((uint16_t)code));
    struct cs_lattice_gate to;
    for (uint32_t d = 0; d < CS_LATTICE_DEPTH; d++) {
        cs_lattice_bits open = m->free.open[d] | m->open[code].open[d];
        for (uint32_t k = 0; k < r.n; k++)
            for (uint32_t s = cs_reading_sound(r.ptr[k]); s < CS_SOUND_COUNT; s++)
                open |= m->open[sound_key(cs_reading_syllable(r.ptr[k]), s)].open[d];
        to.shut[d] = ~open;
    }
    return to;
}

static void make_gate(struct maker *m)
{
    struct cs_lattice *l = m->l;
    spread_buckets(m);
    for (m->form = 0; m->form < FORMS; m->form++) {
        memset(m->seen, 0, l->n_node);
        for (uint32_t k = 0; k < l->node[0].n_child; k++)
            reach(m, (struct spot){.node = l->node[0].child + k});
    }
    for (uint32_t c = 0; c < CODES; c++)
        l->gate[c] = gate_of(m, c);
}

/* Memory that begins with a cache line. */
static void *alloc_lines(struct cs_arena *arena, size_t bytes)
{
    enum { LINE = 64 };
    uint8_t *p = cs_arena_alloc(arena, bytes + LINE);
    return p ? p + (LINE - (uintptr_t)p % LINE) % LINE : NULL;
}

cs_rc cs_lattice_make_gate(struct cs_lattice *l)
{
    struct maker m = {.l = l};
    l->pass = cs_lattice_pass_best();
    l->gate = alloc_lines(&l->arena, CODES * sizeof *l->gate);
    m.open = calloc(KEYS, sizeof *m.open);
    m.of_variant = calloc((size_t)l->n_variant * FORMS + 1, sizeof *m.of_variant);
    m.of_node = calloc((size_t)l->n_node * FORMS, sizeof *m.of_node);
    m.seen = calloc(l->n_node, sizeof *m.seen);
    bool ok = l->gate && m.open && m.of_variant && m.of_node && m.seen;
    cs_rc rc = ok ? make_buckets(&m) : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc)) make_gate(&m);
    free(m.open);
    free(m.of_variant);
    free(m.of_node);
    free(m.seen);
    return rc;
}
