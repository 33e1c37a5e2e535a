#include "annotate/annotate.h"

#include "annotate/listing.h"
#include "annotate/trial.h"

#include <stdlib.h>

/* What a judge keeps from batch to batch at most. */
enum { CHUNK_BYTES = 64 << 10, KEPT_BYTES = 1 << 20 };

struct cs_judge {
    const struct cs_ruleset *rs;
    struct cs_arena scratch; /* of the message in hand */
    struct cs_listing listing;
};

cs_rc cs_judge_new(const struct cs_ruleset *rs, uint32_t listed_max, struct cs_judge **out)
{
    struct cs_judge *j = calloc(1, sizeof *j);
    if (!j) return cs_fail(CS_ENOMEM);
    j->rs = rs;
    j->listing.max = listed_max ? listed_max : CS_LISTED_DEFAULT;
    cs_arena_init(&j->scratch, CHUNK_BYTES, 0);
    *out = j;
    return CS_OK;
}

void cs_judge_free(struct cs_judge **j)
{
    if (!*j) return;
    cs_arena_clear(&(*j)->scratch);
    cs_listing_clear(&(*j)->listing);
    free(*j);
    *j = NULL;
}

/* Names of a few bytes, compared for every message: without a call. */
static inline bool same_name(struct cs_span a, struct cs_span b)
{
    size_t i = 0;
    while (i < a.len && a.len == b.len && a.ptr[i] == b.ptr[i])
        i++;
    return a.len == b.len && i == a.len;
}

/* Bit 0 alone is the set of "any platform that no rule names". Once for every message: neighbours mostly
 * share the platform, so that the names are compared here and looked up rarely. */
static void flag_platforms(const struct cs_ruleset *rs, struct cs_batch *b)
{
    struct cs_span name = {0};
    bool unknown = false, known_name = false;
    for (uint32_t m = 0; m < b->n; m++) {
        if (b->dead[m] != CS_DEAD_NONE) continue;
        if (!known_name || !same_name(name, b->platform[m])) {
            name = b->platform[m];
            unknown = cs_ruleset_platform(rs, name) == 1;
            known_name = true;
        }
        if (unknown) b->flags[m] |= 1u << CS_FLAG_UNKNOWN_PLATFORM;
    }
}

static cs_rc list_island(
    struct cs_judge *j, const struct cs_subject *s, struct cs_island island, uint32_t msg)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < island.n && !cs_bad(rc); i++) {
        const struct cs_occurrence *o = &island.o[i];
        if (o->exempt || o->verdict != CS_VERDICT_VIOLATION || !cs_occurrence_is_new(s, o)) continue;
        struct cs_violation v = cs_occurrence_violation(s, o, msg);
        if (s->view && cs_listing_has(&j->listing, &v)) continue;
        rc = cs_listing_add(&j->listing, &v);
    }
    return rc;
}

/* Most are of rules for others or are exempt phrases alone: those
 * messages are not mapped. */
static cs_rc annotate_text(struct cs_judge *j, const struct cs_batch *b, const struct cs_charges *c)
{
    struct cs_trial t = {.scratch = &j->scratch};
    struct cs_island island;
    cs_arena_reset(&j->scratch);
    cs_rc rc = cs_trial_begin(&t, j->rs, b, c);
    if (cs_bad(rc) || t.n_accused == 0) return rc;
    while (!cs_bad(rc = cs_trial_next(&t, &island)) && island.n) {
        rc = list_island(j, &t.subject, island, c->msg);
        if (cs_bad(rc)) return rc;
    }
    return rc;
}

/* The message at `c` and its views; *more tells whether `c` is now at another message. */
static cs_rc annotate_message(struct cs_judge *j, struct cs_batch *b, struct cs_charges *c, bool *more)
{
    uint32_t msg = c->msg;
    cs_rc rc = CS_OK;
    cs_listing_begin(&j->listing);
    for (*more = true; *more && c->msg == msg && !cs_bad(rc); *more = cs_charges_next(b, c))
        if (b->dead[msg] == CS_DEAD_NONE) rc = annotate_text(j, b, c);
    cs_listing_end(&j->listing);
    if (j->listing.cut) b->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
    return rc;
}

/* Messages from `from` to `to`, `to` left out, have no violation. */
static void pass_over(const struct cs_judge *j, struct cs_batch *b, uint32_t from, uint32_t to)
{
    uint32_t *begin = b->violation_begin, n_out = (uint32_t)j->listing.n;
    for (uint32_t m = from; m < to; m++)
        begin[m] = n_out;
}

static cs_rc annotate_all(struct cs_judge *j, struct cs_batch *b)
{
    struct cs_charges c = {0};
    uint32_t next = 0;
    cs_rc rc = CS_OK;
    for (bool more = cs_charges_next(b, &c); more && !cs_bad(rc);) {
        pass_over(j, b, next, c.msg + 1);
        next = c.msg + 1;
        rc = annotate_message(j, b, &c, &more);
    }
    pass_over(j, b, next, b->n + 1);
    return rc;
}

/* Hand the violations over to the batch. */
static cs_rc deliver(const struct cs_listing *l, struct cs_batch *b)
{
    struct cs_violation *v = cs_arena_alloc(&b->arena, l->n * sizeof *v);
    if (!v || l->n > UINT32_MAX) return cs_fail(CS_ENOMEM);
    if (l->n) memcpy(v, l->v, l->n * sizeof *v);
    b->violation = v;
    return CS_OK;
}

cs_rc cs_annotate(struct cs_judge *j, struct cs_batch *b)
{
    j->listing.n = 0;
    flag_platforms(j->rs, b);
    cs_rc rc = annotate_all(j, b);
    if (!cs_bad(rc)) rc = deliver(&j->listing, b);
    if (j->scratch.held > KEPT_BYTES) cs_arena_clear(&j->scratch);
    if (j->listing.cap * sizeof *j->listing.v > KEPT_BYTES) cs_listing_clear(&j->listing);
    return rc;
}
