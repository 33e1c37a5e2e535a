#include "annotate/listing.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

int cs_violation_order(const struct cs_violation *a, const struct cs_violation *b)
{
    if (a->byte_begin != b->byte_begin) return a->byte_begin < b->byte_begin ? -1 : 1;
    if (a->byte_end != b->byte_end) return a->byte_end < b->byte_end ? -1 : 1;
    return strcmp(a->rule_id, b->rule_id);
}

bool cs_violation_again(const struct cs_violation *a, const struct cs_violation *b)
{
    bool shared = a->byte_begin < b->byte_end && b->byte_begin < a->byte_end;
    return shared && strcmp(a->rule_id, b->rule_id) == 0;
}

static int by_place(const void *a, const void *b)
{
    return cs_violation_order(a, b);
}

static int by_severity(const void *a, const void *b)
{
    const struct cs_violation *x = a, *y = b;
    if (x->severity != y->severity) return x->severity > y->severity ? -1 : 1;
    return cs_violation_order(x, y);
}

void cs_listing_begin(struct cs_listing *l)
{
    l->first = l->n;
    l->cut = false;
}

/* Keep the `max` most severe. */
static void prune(struct cs_listing *l)
{
    if (l->n - l->first <= l->max) return;
    qsort(l->v + l->first, l->n - l->first, sizeof *l->v, by_severity);
    l->n = l->first + l->max;
    l->cut = true;
}

/* Pruning at twice the bound keeps both memory and sorting in proportion to what is listed. */
cs_rc cs_listing_add(struct cs_listing *l, const struct cs_violation *v)
{
    if (l->n - l->first >= 2 * (size_t)l->max) prune(l);
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : FIRST_CAP;
        struct cs_violation *grown = realloc(l->v, cap * sizeof *grown);
        if (!grown) return cs_fail(CS_ENOMEM);
        l->v = grown;
        l->cap = cap;
    }
    l->v[l->n++] = *v;
    return CS_OK;
}

bool cs_listing_has(const struct cs_listing *l, const struct cs_violation *v)
{
    for (size_t i = l->first; i < l->n; i++)
        if (cs_violation_again(&l->v[i], v)) return true;
    return false;
}

/* Mostly there are one to three, and hits come nearly in this order. */
static void sort(struct cs_violation *v, size_t n)
{
    enum { FEW = 12 };
    if (n > FEW) {
        qsort(v, n, sizeof *v, by_place);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        size_t k = i;
        while (k && cs_violation_order(&v[k - 1], &v[i]) > 0)
            k--;
        if (k == i) continue;
        struct cs_violation x = v[i];
        memmove(v + k + 1, v + k, (i - k) * sizeof *v);
        v[k] = x;
    }
}

void cs_listing_end(struct cs_listing *l)
{
    prune(l);
    if (l->n - l->first > 1) sort(l->v + l->first, l->n - l->first);
}

void cs_listing_clear(struct cs_listing *l)
{
    free(l->v);
    l->v = NULL;
    l->n = l->cap = l->first = 0;
}
