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

static void pass_run(struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at,
    struct path p, const struct cs_lattice_run *r)
{
    if (r->code[0] != w->code[at] || !cs_lattice_allows(node->channels, node->sound, r)) return;
    if (r->channels & CS_CHANNEL_FAR && p.channels) return; /* it is the only disguise */
    if (begins(w->code + at, w->stop - at, r)) visit(w, node, at + r->n, with(p, r->channels, r->sound));
}

/* The first of the runs, but spellings, that does not begin with a lower code. */
static uint32_t first_run(const struct cs_lattice_unit *u, uint16_t code)
{
    uint32_t lo = u->n_pinyin, hi = u->n_run;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (u->run[mid].code[0] < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Runs of codes that stand for the unit that leads to `node`. */
static void pass_runs(
    struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    const struct cs_lattice_unit *u = &w->l->unit[node->unit];
    uint16_t code = w->code[at];
    if (!(u->mask >> cs_lattice_mask_bit(code) & 1)) return;
    for (uint32_t i = 0; i < u->n_pinyin; i++)
        pass_run(w, node, at, p, &u->run[i]);
    for (uint32_t i = first_run(u, code); i < u->n_run && u->run[i].code[0] == code; i++)
        pass_run(w, node, at, p, &u->run[i]);
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

/* The child that the code at `at` leads to as it is written, one of many in the order of their codes: what
 * resembles is the only disguise. */
static void pass_written(
    struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    uint32_t lo = node->child, hi = node->child + node->n_child;
    if (at >= w->stop || w->steps == 0) return;
    w->steps--;
    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (w->l->unit[w->l->node[mid].unit].code <= w->code[at])
            lo = mid;
        else
            hi = mid;
    }
    if (lo < hi && w->l->unit[w->l->node[lo].unit].code == w->code[at]) pass_one(w, &w->l->node[lo], at, p);
}

/* False when the code surely does not merely resemble the unit. */
static bool resembles(const struct cs_lattice_unit *u, uint16_t code)
{
    return u->far[code >> 14] >> (code >> 8 & 63) & 1;
}

static void visit(struct cs_lattice_walk *w, const struct cs_lattice_node *node, uint32_t at, struct path p)
{
    for (uint32_t i = 0; i < node->n_variant; i++)
        arrive(w, &w->l->variant[node->variant + i], at, p);
    if (p.channels & CS_CHANNEL_FAR) {
        pass_written(w, node, at, p);
        return;
    }
    cs_lattice_bits start = w->l->row[w->l->row_of[w->code[at]]].start;
    const struct cs_lattice_node *child = &w->l->node[node->child];
    for (uint32_t i = 0; i < node->n_child; i++) {
        if (!cs_lattice_any(child[i].buckets & w->buckets)) continue;
        if (cs_lattice_meet(child[i].bits, start))
            pass(w, &child[i], at, p);
        else if (!p.channels && resembles(&w->l->unit[child[i].unit], w->code[at]) &&
                 cs_lattice_any(child[i].buckets & w->far))
            pass_runs(w, &child[i], at, p);
    }
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

/* What the second code of a place may be: a unit in some way, and itself. */
struct second {
    cs_lattice_bits start, written;
};

/* Whether the walk may go on behind it. Behind what is written a unit may stand that merely resembles, which
 * no signature tells; behind what merely resembles only what is written. */
static bool leads_on(
    const struct cs_lattice_walk *w, const struct cs_lattice_opening *o, const struct second *second)
{
    if (o->channels & CS_CHANNEL_FAR)
        return cs_lattice_meet(o->next, second->written) && cs_lattice_any(o->buckets & w->far);
    bool near = cs_lattice_meet(o->next, second->start) && cs_lattice_any(o->buckets & w->buckets);
    return near || (o->whole && !o->channels && cs_lattice_any(o->buckets & w->far));
}

bool cs_lattice_walk(struct cs_lattice_walk *w, const struct cs_lattice_place *place)
{
    const struct cs_lattice *l = w->l;
    const struct cs_lattice_row *row = &l->row[l->row_of[w->code[place->at]]];
    const struct cs_lattice_opening *open = l->opening + row->opening;
    uint16_t code = w->code[place->at + 1];
    struct second second = {l->row[l->row_of[code]].start, cs_lattice_bits_of(code)};
    w->steps = CS_LATTICE_STEPS;
    w->buckets = place->buckets;
    w->far = place->buckets & l->far;
    w->n = 0;
    uint32_t n = cs_lattice_any(w->far) ? row->n_opening : row->n_near;
    for (uint32_t i = 0; i < n; i++)
        if (leads_on(w, &open[i], &second)) begin(w, &open[i], place->at);
    cs_lattice_settle(w);
    return w->steps > 0 && !w->no_memory;
}
