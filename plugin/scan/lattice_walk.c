#include "scan/lattice_walk.h"

#include <stdlib.h>

/* What a path through the lattice has needed so far. */
struct path {
    uint8_t channels, sound;
};

static void visit(struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p);

static bool reserve(struct cs_lattice_walk *w)
{
    if (w->n < w->cap) return true;
    size_t cap = w->cap ? w->cap * 2 : 16;
    void *wider = realloc(w->find, cap * sizeof *w->find);
    if (!wider) {
        w->no_memory = true;
        return false;
    }
    w->find = wider;
    w->cap = cap;
    return true;
}

bool cs_lattice_found(struct cs_lattice_walk *w, struct cs_lattice_find find)
{
    if (!reserve(w)) return false;
    w->find[w->n++] = find;
    return true;
}

static void arrive(struct cs_lattice_walk *w, const struct cs_lattice_variant *v, uint32_t at, struct path p)
{
    uint8_t extra = p.channels & (uint8_t)~CS_CHANNEL_ANNOTATED;
    if (extra & ~v->channels || p.sound > v->sound) return;
    (void)cs_lattice_found(w, (struct cs_lattice_find){v->term, at, p.channels | v->base});
}

static bool begins(const uint16_t *code, uint32_t n, const struct cs_lattice_run *r)
{
    if (r->code[0] != code[0] || r->n > n) return false;
    for (uint32_t i = 1; i < r->n; i++)
        if (r->code[i] != code[i]) return false;
    return true;
}

static struct path with(struct path p, uint8_t channels, uint8_t sound)
{
    return (struct path){p.channels | channels, p.sound > sound ? p.sound : sound};
}

/* The unit is code `at`, or a homophone of it is; its spelling may follow as a note: 微(wei). */
static void pass_one(
    struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    const struct cs_lattice_unit *u = &w->l->unit[node->unit];
    visit(w, node, at + 1, p);
    if (at + 1 == w->stop) return;
    for (uint32_t i = 0; i < u->n_pinyin; i++)
        if (u->run[i].sound <= CS_SOUND_MODERN && begins(w->code + at + 1, w->stop - at - 1, &u->run[i]))
            visit(w, node, at + 1 + u->run[i].n, with(p, CS_CHANNEL_ANNOTATED, 0));
}

/* Runs of codes that stand for the unit that leads to `node`. */
static void pass_runs(
    struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    const struct cs_lattice_unit *u = &w->l->unit[node->unit];
    uint16_t code = w->code[at];
    if (!(u->mask >> cs_lattice_mask_bit(code) & 1)) return;
    for (uint32_t i = 0; i < u->n_run; i++) {
        const struct cs_lattice_run *r = &u->run[i];
        if (r->code[0] != code || !cs_lattice_allows(node->channels, node->sound, r)) continue;
        if (begins(w->code + at, w->stop - at, r)) visit(w, node, at + r->n, with(p, r->channels, r->sound));
    }
}

/* All ways in which the text at `at` is the unit that leads to `node`. */
static void pass(struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    const struct cs_lattice_unit *u = &w->l->unit[node->unit];
    if (at >= w->stop || w->steps == 0) return;
    w->steps--;
    uint16_t code = w->code[at];
    if (code == u->code) {
        pass_one(w, node, at, p);
    } else if (u->sounds && node->channels & CS_CHANNEL_HOMOPHONE) {
        uint8_t sound = (uint8_t)cs_sound_shared(cs_code_unit(code), u->unit);
        if (sound <= node->sound) pass_one(w, node, at, with(p, CS_CHANNEL_HOMOPHONE, sound));
    }
    pass_runs(w, node, at, p);
}

/* Begin with an opening of the code at `at`: how it is the unit is known when it is all of it. */
static void begin(struct cs_lattice_walk *w, const struct cs_lattice_opening *o, uint32_t at)
{
    const struct cs_lattice_node *node = &w->l->node[o->node];
    struct path p = {o->channels, o->sound};
    if (w->steps == 0) return;
    w->steps--;
    if (!o->whole)
        pass_runs(w, node, at, p);
    else if (o->channels & (uint8_t)~CS_CHANNEL_HOMOPHONE || !w->l->unit[node->unit].sounds)
        visit(w, node, at + 1, p);
    else
        pass_one(w, node, at, p);
}

static void visit(struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    for (uint32_t i = 0; i < node->n_variant; i++)
        arrive(w, &w->l->variant[node->variant + i], at, p);
    cs_lattice_bits start = w->l->row[w->l->row_of[w->code[at]]].start;
    const struct cs_lattice_node *child = &w->l->node[node->child];
    for (uint32_t i = 0; i < node->n_child; i++)
        if (cs_lattice_meet(child[i].bits, start) && cs_lattice_any(child[i].buckets & w->buckets))
            pass(w, &child[i], at, p);
}

static int by_find(const void *a, const void *b)
{
    const struct cs_lattice_find *x = a, *y = b;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    if (x->term != y->term) return x->term < y->term ? -1 : 1;
    uint8_t p = cs_channels_evidence(x->channels), q = cs_channels_evidence(y->channels);
    if (p != q) return p < q ? -1 : 1;
    return x->channels < y->channels ? -1 : x->channels > y->channels;
}

/* Keep the strongest of several paths to the same end of the same term. */
void cs_lattice_settle(struct cs_lattice_walk *w)
{
    size_t kept = 0;
    if (w->n > 1) qsort(w->find, w->n, sizeof *w->find, by_find);
    for (size_t i = 0; i < w->n; i++)
        if (!kept || w->find[kept - 1].term != w->find[i].term || w->find[kept - 1].end != w->find[i].end)
            w->find[kept++] = w->find[i];
    w->n = kept;
}

bool cs_lattice_walk(struct cs_lattice_walk *w, const struct cs_lattice_place *place)
{
    const struct cs_lattice *l = w->l;
    const struct cs_lattice_row *row = &l->row[l->row_of[w->code[place->at]]];
    const struct cs_lattice_opening *open = l->opening + row->opening;
    cs_lattice_bits start = l->row[l->row_of[w->code[place->at + 1]]].start;
    w->steps = CS_LATTICE_STEPS;
    w->buckets = place->buckets;
    w->n = 0;
    for (uint32_t i = 0; i < row->n_opening; i++)
        if (cs_lattice_meet(open[i].next, start) && cs_lattice_any(open[i].buckets & place->buckets))
            begin(w, &open[i], place->at);
    cs_lattice_settle(w);
    return w->steps > 0 && !w->no_memory;
}
