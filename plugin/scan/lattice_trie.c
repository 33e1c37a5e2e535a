/* The trie over the units of all variants, level by level, so that the children of a node are neighbours. */
#include "scan/lattice_set.h"

#include <stdlib.h>

static int by_code(const void *a, const void *b)
{
    const struct cs_lattice_variant *x = a, *y = b;
    for (uint32_t i = 0; i < x->n && i < y->n; i++)
        if (x->code[i] != y->code[i]) return x->code[i] < y->code[i] ? -1 : 1;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* The variants below a node whose children are still to be made. */
struct below {
    uint32_t begin, end, depth;
};

static uint32_t unit_of(const struct cs_lattice *l, uint16_t code)
{
    uint32_t lo = 0, hi = l->n_unit;
    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (l->unit[mid].code <= code)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* Take the variants that end at the node off the range, and make a child of each different next code. */
static void grow(struct cs_lattice *l, struct below *below, uint32_t i)
{
    struct cs_lattice_node *node = &l->node[i];
    struct below b = below[i];
    node->variant = b.begin;
    while (b.begin < b.end && l->variant[b.begin].n == b.depth)
        b.begin++;
    node->n_variant = b.begin - node->variant;
    node->child = l->n_node;
    while (b.begin < b.end) {
        uint16_t code = l->variant[b.begin].code[b.depth];
        uint32_t begin = b.begin;
        while (b.begin < b.end && l->variant[b.begin].code[b.depth] == code)
            b.begin++;
        below[l->n_node] = (struct below){begin, b.begin, b.depth + 1};
        l->node[l->n_node++] = (struct cs_lattice_node){.unit = unit_of(l, code)};
    }
    node->n_child = l->n_node - node->child;
}

static void add_options(struct cs_lattice_node *node, uint8_t channels, uint8_t sound)
{
    node->channels |= channels;
    if (sound > node->sound) node->sound = sound;
}

/* Children stand behind their parents: from the last node to the first, everything below is known. */
static void unite_options(struct cs_lattice *l)
{
    for (uint32_t i = l->n_node; i-- > 0;) {
        struct cs_lattice_node *node = &l->node[i];
        for (uint32_t k = 0; k < node->n_variant; k++)
            add_options(node, l->variant[node->variant + k].channels, l->variant[node->variant + k].sound);
        for (uint32_t k = 0; k < node->n_child; k++)
            add_options(node, l->node[node->child + k].channels, l->node[node->child + k].sound);
    }
}

cs_rc cs_lattice_make_trie(struct cs_lattice *l)
{
    size_t most = 1;
    for (uint32_t i = 0; i < l->n_variant; i++)
        most += l->variant[i].n;
    l->node = cs_arena_zalloc(&l->arena, most, sizeof *l->node);
    struct below *below = calloc(most, sizeof *below);
    if (!l->node || !below) {
        free(below);
        return cs_fail(CS_ENOMEM);
    }
    if (l->n_variant) qsort(l->variant, l->n_variant, sizeof *l->variant, by_code);
    below[0] = (struct below){0, l->n_variant, 0};
    l->n_node = 1;
    for (uint32_t i = 0; i < l->n_node; i++)
        grow(l, below, i);
    free(below);
    unite_options(l);
    return CS_OK;
}
