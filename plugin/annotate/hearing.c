#include "annotate/hearing.h"

static struct cs_candidate candidate_of(
    const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg)
{
    return (struct cs_candidate){.v = cs_occurrence_violation(s, o, msg),
        .rule = o->rule,
        .term = o->term,
        .exempted_by = o->exempted_by,
        .verdict = o->verdict};
}

static struct cs_fact fact_of(const struct cs_subject *s, const struct cs_occurrence *o)
{
    struct cs_violation v = cs_occurrence_violation(s, o, 0);
    return (struct cs_fact){o->condition - 1, v.char_begin, v.char_end};
}

/* What a view tells again. */
static bool is_again(const struct cs_court *court, const struct cs_violation *v)
{
    for (uint32_t i = 0; i < court->context->n_candidate; i++) {
        const struct cs_candidate *it = &court->context->candidate[i];
        if (it->verdict == CS_VERDICT_VIOLATION && cs_violation_again(&it->v, v)) return true;
    }
    return court->listing && cs_listing_has(court->listing, v);
}

/* A hit that is to be explained, of a view, or of a rule that asks for more. */
static cs_rc charge_with_care(
    const struct cs_court *court, const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg)
{
    struct cs_candidate it = candidate_of(s, o, msg);
    bool stands = o->verdict == CS_VERDICT_VIOLATION, explain = !court->listing;
    if (s->view && stands && is_again(court, &it.v)) {
        if (!explain) return CS_OK;
        it.verdict = CS_VERDICT_SHADOWED;
    }
    if (explain || cs_rule_has_context(&court->rs->rule[o->rule]))
        return cs_context_accuse(court->context, &it);
    return cs_listing_add(court->listing, &it.v);
}

/* A hit: listed at once if nothing more is asked for. */
static cs_rc charge(
    const struct cs_court *court, const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg)
{
    if (court->listing && o->verdict != CS_VERDICT_VIOLATION) return CS_OK;
    if (!court->listing || s->view || cs_rule_has_context(&court->rs->rule[o->rule]))
        return charge_with_care(court, s, o, msg);
    struct cs_violation v = cs_occurrence_violation(s, o, msg);
    return cs_listing_add(court->listing, &v);
}

static cs_rc hear_island(
    const struct cs_court *court, const struct cs_subject *s, struct cs_island island, uint32_t msg)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < island.n && !cs_bad(rc); i++) {
        const struct cs_occurrence *o = &island.o[i];
        if (o->exempt) continue;
        if (!o->condition && cs_occurrence_is_new(s, o))
            rc = charge(court, s, o, msg);
        else if (o->condition && o->verdict == CS_VERDICT_VIOLATION)
            rc = cs_context_note(court->context, fact_of(s, o));
    }
    return rc;
}

/* The earlier messages, youngest first, where they live as long as the violation. */
static cs_rc keep_earlier(struct cs_arena *arena, struct cs_candidate *it)
{
    if (!it->n_earlier) return CS_OK;
    int64_t *to = cs_arena_alloc(arena, it->n_earlier * sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    for (uint32_t k = 0, at; k < it->n_earlier; k++) {
        for (at = k; at && to[at - 1] < it->earlier[k]; at--)
            to[at] = to[at - 1];
        to[at] = it->earlier[k];
    }
    it->v.earlier = to;
    it->v.n_earlier = it->n_earlier;
    return CS_OK;
}

/* Candidates that stood the test of context. */
static cs_rc list_standing(const struct cs_court *court, struct cs_arena *arena)
{
    const struct cs_context *c = court->context;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < c->n_candidate && !cs_bad(rc) && court->listing; i++)
        if (c->candidate[i].verdict == CS_VERDICT_VIOLATION) {
            rc = keep_earlier(arena, &c->candidate[i]);
            if (!cs_bad(rc)) rc = cs_listing_add(court->listing, &c->candidate[i].v);
        }
    return rc;
}

static cs_rc settle(const struct cs_court *court, struct cs_batch *b, uint32_t msg)
{
    const struct cs_hearing h = {.rs = court->rs,
        .text = b->text[msg],
        .name = court->past ? court->past->name : NULL,
        .said = court->said,
        .seat = court->seats ? &court->seats->facts : NULL};
    cs_rc rc = cs_context_settle(court->context, &h, court->scratch);
    return cs_bad(rc) ? rc : list_standing(court, &b->arena);
}

/* Most hits are of rules for others or are exempt phrases alone: those texts are not mapped. */
static cs_rc hear_text(const struct cs_court *court, const struct cs_docket *d, struct cs_trial *t)
{
    struct cs_island island;
    cs_rc rc = cs_trial_begin(t, court->rs, d->batch, &d->charges);
    while (!cs_bad(rc) && t->n_accused && !cs_bad(rc = cs_trial_next(t, &island)) && island.n)
        rc = hear_island(court, &t->subject, island, d->charges.msg);
    return rc;
}

struct cs_docket cs_docket_open(struct cs_batch *b)
{
    struct cs_docket d = {.batch = b};
    d.more = cs_charges_next(b, &d.charges);
    return d;
}

uint32_t cs_docket_next(const struct cs_docket *d)
{
    uint32_t msg = d->more ? d->charges.msg : UINT32_MAX;
    bool found = d->next_found < d->batch->n_found;
    return found && d->batch->found[d->next_found].msg < msg ? d->batch->found[d->next_found].msg : msg;
}

/* The finds of message `msg`, which are the next ones. */
static uint32_t count_found(const struct cs_docket *d, uint32_t msg)
{
    uint32_t n = d->next_found;
    while (n < d->batch->n_found && d->batch->found[n].msg == msg)
        n++;
    return n - d->next_found;
}

const struct cs_split *cs_docket_split(const struct cs_docket *d, uint32_t msg)
{
    const struct cs_batch *b = d->batch;
    bool is = d->next_split < b->n_split && b->split[d->next_split].msg == msg;
    return is ? &b->split[d->next_split] : NULL;
}

/* What was found in message `msg` is done. */
static void pass_finds(struct cs_docket *d, uint32_t msg, uint32_t n_found)
{
    d->next_found += n_found;
    while (d->next_split < d->batch->n_split && d->batch->split[d->next_split].msg <= msg)
        d->next_split++;
}

void cs_docket_skip(struct cs_docket *d, uint32_t msg)
{
    while (d->more && d->charges.msg == msg)
        d->more = cs_charges_next(d->batch, &d->charges);
    pass_finds(d, msg, count_found(d, msg));
}

/* Finds of one message. */
struct finds {
    const struct cs_found *at;
    uint32_t n;
};

/* A message with finds of its own is no part of a number. */
static struct finds finds_of(const struct cs_court *court, const struct cs_docket *d, uint32_t n)
{
    if (court->joint && court->joint->n_earlier) return (struct finds){&court->joint->found, 1};
    return (struct finds){n ? d->batch->found + d->next_found : NULL, n};
}

cs_rc cs_hear(const struct cs_court *court, struct cs_docket *d, uint32_t msg)
{
    uint32_t n_found = count_found(d, msg);
    const struct finds finds = finds_of(court, d, n_found);
    cs_rc rc = CS_OK;
    cs_context_begin(court->context);
    for (; d->more && d->charges.msg == msg && !cs_bad(rc);
         d->more = cs_charges_next(d->batch, &d->charges)) {
        struct cs_trial t;
        t.scratch = court->scratch;
        t.explain = !court->listing;
        t.remembers = court->past && court->past->facts;
        t.platform = court->platform;
        t.found = finds.at;
        t.n_found = finds.n;
        rc = hear_text(court, d, &t);
    }
    if (!cs_bad(rc) && finds.n) rc = cs_hear_finds(court, d->batch, finds.at, finds.n);
    if (!cs_bad(rc)) rc = cs_hear_conduct(court, d->batch, msg);
    pass_finds(d, msg, n_found);
    bool more = court->context->n_candidate || court->context->n_fact;
    return cs_bad(rc) || !more ? rc : settle(court, d->batch, msg);
}
