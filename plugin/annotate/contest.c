#include "annotate/contest.h"

#include <stdlib.h>

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/* By rule, then place; at one place exempt phrases first. */
static int by_place(const void *a, const void *b)
{
    const struct cs_occurrence *x = a, *y = b;
    int c = compare(x->rule, y->rule);
    if (!c) c = compare(x->begin, y->begin);
    return c ? c : compare(y->exempt, x->exempt);
}

/* By rule and condition, then claim: what is written before what is disguised, then length, place, strength
 * of evidence, order in the pack. */
static int by_claim(const void *a, const void *b)
{
    const struct cs_occurrence *x = a, *y = b;
    int c = compare(x->rule, y->rule);
    if (!c) c = compare(x->condition, y->condition);
    if (!c) c = compare(x->channels != 0, y->channels != 0);
    if (!c) c = compare(y->end - y->begin, x->end - x->begin);
    if (!c) c = compare(x->begin, y->begin);
    if (!c) c = compare(x->evidence, y->evidence);
    return c ? c : compare(x->term, y->term);
}

static bool stands(const struct cs_occurrence *o)
{
    return o->verdict == CS_VERDICT_VIOLATION;
}

/* In the order of by_place, the exempt phrase that reaches furthest right so far covers a hit or none does.
 */
static void exempt(struct cs_occurrence *o, uint32_t n)
{
    const struct cs_occurrence *reach = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (reach && reach->rule != o[i].rule) reach = NULL;
        if (!stands(&o[i])) continue;
        if (o[i].exempt && (!reach || o[i].end > reach->end)) reach = &o[i];
        if (o[i].exempt || !reach || reach->end < o[i].end) continue;
        o[i].verdict = CS_VERDICT_EXEMPT;
        o[i].exempted_by = reach->term;
    }
}

static bool owns_any(const uint32_t *owner, uint32_t n, uint32_t rule)
{
    for (uint32_t i = 0; i < n; i++)
        if (owner[i] == rule) return true;
    return false;
}

/* In the order of by_claim, whoever owns codes has the better claim. */
static void shadow(struct cs_occurrence *o, uint32_t n, struct cs_owners owners)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!stands(&o[i]) || o[i].exempt) continue;
        uint32_t mine = o[i].condition ? UINT32_MAX - o[i].condition : o[i].rule + 1,
                 len = o[i].end - o[i].begin;
        uint32_t *owner = owners.rule + (o[i].begin - owners.first);
        if (owns_any(owner, len, mine)) {
            o[i].verdict = CS_VERDICT_SHADOWED;
            continue;
        }
        for (uint32_t k = 0; k < len; k++)
            owner[k] = mine;
    }
}

/* Mostly there are two or three: sorted in place. */
static void sort(struct cs_occurrence *o, uint32_t n, int (*order)(const void *, const void *))
{
    enum { FEW = 8 };
    if (n > FEW) {
        qsort(o, n, sizeof *o, order);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        struct cs_occurrence x = o[i];
        uint32_t k = i;
        for (; k && order(&o[k - 1], &x) > 0; k--)
            o[k] = o[k - 1];
        o[k] = x;
    }
}

void cs_contest(struct cs_occurrence *o, uint32_t n, struct cs_owners owners)
{
    sort(o, n, by_place);
    exempt(o, n);
    sort(o, n, by_claim);
    shadow(o, n, owners);
}
