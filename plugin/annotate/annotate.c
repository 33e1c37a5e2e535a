#include "annotate/annotate.h"

#include "annotate/hearing.h"
#include "annotate/mask.h"
#include "annotate/past.h"

#include <stdlib.h>

/* What a judge keeps from batch to batch at most. */
enum { CHUNK_BYTES = 64 << 10, KEPT_BYTES = 1 << 20 };

struct cs_judge {
    const struct cs_ruleset *rs;
    struct cs_arena scratch; /* of the message in hand */
    struct cs_listing listing;
    struct cs_context context;
    struct cs_past past;
    uint64_t platform[CS_BATCH_MAX]; /* bits, of the messages of the batch */
    uint32_t fetched;                /* hits that were asked for ahead of time */
    bool mask;
};

cs_rc cs_judge_new(const struct cs_ruleset *rs, uint32_t listed_max, struct cs_judge **out)
{
    struct cs_judge *j = calloc(1, sizeof *j);
    if (!j) return cs_fail(CS_ENOMEM);
    j->rs = rs;
    j->listing.max = listed_max ? listed_max : CS_LISTED_DEFAULT;
    cs_arena_init(&j->scratch, CHUNK_BYTES, 0);
    cs_rc rc = cs_past_open(&j->past, rs);
    if (cs_bad(rc))
        cs_judge_free(&j);
    else
        *out = j;
    return rc;
}

void cs_judge_free(struct cs_judge **j)
{
    if (!*j) return;
    cs_arena_clear(&(*j)->scratch);
    cs_listing_clear(&(*j)->listing);
    cs_context_clear(&(*j)->context);
    cs_past_close(&(*j)->past);
    free(*j);
    *j = NULL;
}

/* Names of a few bytes, compared for every message: without a call. */
static inline bool same_name(struct cs_span a, struct cs_span b)
{
    size_t i = 0;
    if (a.len != b.len) return false;
    if (a.ptr == b.ptr) return true;
    while (i < a.len && a.ptr[i] == b.ptr[i])
        i++;
    return i == a.len;
}

/* Bit 0 alone is the set of "any platform that no rule names". Once for every message: neighbours mostly
 * share the platform, so that the names are compared here and looked up rarely. */
static void find_platforms(struct cs_judge *j, struct cs_batch *b)
{
    struct cs_span name = {0};
    uint64_t bit = 0;
    for (uint32_t m = 0; m < b->n; m++) {
        if (!bit || !same_name(name, b->platform[m])) {
            name = b->platform[m];
            bit = cs_ruleset_platform(j->rs, name);
        }
        j->platform[m] = bit;
        if (bit == CS_PLATFORM_OTHERS && b->dead[m] == CS_DEAD_NONE)
            b->flags[m] |= 1u << CS_FLAG_UNKNOWN_PLATFORM;
    }
}

/* Of a message that was published before only the memory is of use. */
static void end_listing(struct cs_judge *j, struct cs_batch *b, uint32_t msg)
{
    if (b->replay[msg]) j->listing.n = j->listing.first;
    cs_listing_end(&j->listing);
    if (j->listing.cut) b->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
}

/* What the memory knows of the conversation of message `msg`, and what it will remember of this one. */
static cs_rc take_seats(struct cs_judge *j, const struct cs_docket *d, uint32_t msg, struct cs_said *said,
    struct cs_past_seats *out)
{
    const struct cs_batch *b = d->batch;
    bool finds =
        (d->next_found < b->n_found && b->found[d->next_found].msg == msg) || cs_docket_split(d, msg);
    if (j->past.needs.repeaters >> said->role & 1) said->print = cs_conduct_print(&b->folded, msg);
    return cs_past_seek(&j->past, b->partition[msg], said, finds, out);
}

/* Ask for what hit `i` will need: what its pattern stands for is scattered over the rule set. */
static void fetch_pattern(const struct cs_ruleset *rs, const struct cs_hit *hit)
{
    __builtin_prefetch(&rs->term_begin[hit->pattern]);
    __builtin_prefetch(&rs->pattern[hit->pattern]);
}

static void fetch_term(const struct cs_ruleset *rs, const struct cs_hit *hit)
{
    const struct cs_term *t = rs->term + rs->term_begin[hit->pattern];
    __builtin_prefetch(&t->text);
    __builtin_prefetch(&t->n_mark);
}

static void fetch_texts(const struct cs_ruleset *rs, const struct cs_batch *b, const struct cs_hit *hit)
{
    enum { LINE = 64 };
    uint32_t term = rs->term_begin[hit->pattern];
    if (term < rs->n_term) __builtin_prefetch(rs->term[term].text);
    if (hit->msg >= b->n) return;
    const struct cs_span *text = &b->text[hit->msg];
    for (size_t at = 0; at < text->len && at < 3 * LINE; at += LINE)
        __builtin_prefetch(text->ptr + at);
}

/* Each step asks for what the step before has brought, some hits ahead of the one in hand, so that no hit
 * waits for one cache miss after the other, and nothing is pushed out again before it is used. */
static void fetch_ahead(struct cs_judge *j, const struct cs_batch *b, const struct cs_hit *now)
{
    enum { STEP = 6, AHEAD = 3 * STEP };
    const struct cs_ruleset *rs = j->rs;
    uint32_t stop = b->n_hit ? (uint32_t)(now - b->hit) + AHEAD : 0;
    for (; j->fetched < stop; j->fetched++) {
        uint32_t i = j->fetched;
        if (i < b->n_hit) fetch_pattern(rs, &b->hit[i]);
        if (i >= STEP && i - STEP < b->n_hit) fetch_term(rs, &b->hit[i - STEP]);
        if (i >= 2 * STEP && i - 2 * STEP < b->n_hit) fetch_texts(rs, b, &b->hit[i - 2 * STEP]);
    }
}

/* Hear a message and, if it has a conversation, look back from it and remember it. */
static cs_rc hear(struct cs_judge *j, struct cs_docket *d, uint32_t msg, struct cs_court *court)
{
    const struct cs_split *split = court->said ? cs_docket_split(d, msg) : NULL;
    struct cs_joint joint; /* of few messages: not worth clearing for all */
    uint32_t first = d->next_found;
    cs_rc rc = CS_OK;
    fetch_ahead(j, d->batch, d->charges.at.hit);
    cs_arena_reset(&j->scratch);
    if (split) {
        joint = (struct cs_joint){.split = split};
        court->joint = &joint;
        rc = cs_joint_find(j->past.needs.detect, &court->seats->facts, court->said, &j->scratch, &joint);
    }
    if (!cs_bad(rc)) rc = cs_hear(court, d, msg);
    if (!cs_bad(rc)) end_listing(j, d->batch, msg);
    if (cs_bad(rc) || !court->said) return rc;
    struct cs_past_finds finds = {msg, d->next_found - first, d->batch->found};
    if (finds.n) finds.found += first;
    if (split && joint.n_earlier) finds = (struct cs_past_finds){msg, 1, &joint.found};
    return cs_past_keep(&j->past, court, d->batch, finds);
}

/* `said` is the message as it will be remembered, NULL without a memory. */
static cs_rc annotate_message(struct cs_judge *j, struct cs_docket *d, uint32_t msg, struct cs_said *said)
{
    struct cs_past_seats seats;
    bool placed = said && said->placed;
    struct cs_court court = {.rs = j->rs,
        .scratch = &j->scratch,
        .context = &j->context,
        .listing = &j->listing,
        .past = &j->past,
        .said = placed ? said : NULL,
        .seats = placed ? &seats : NULL,
        .platform = j->platform[msg]};
    cs_rc rc = placed ? take_seats(j, d, msg, said, &seats) : CS_OK;
    cs_listing_begin(&j->listing);
    return cs_bad(rc) ? rc : hear(j, d, msg, &court);
}

/* Messages from `from` to `to`, `to` left out, have no violation. */
static void pass_over(const struct cs_judge *j, struct cs_batch *b, uint32_t from, uint32_t to)
{
    uint32_t *begin = b->violation_begin, n_out = (uint32_t)j->listing.n;
    for (uint32_t m = from; m < to; m++)
        begin[m] = n_out;
}

static cs_rc annotate_one(struct cs_judge *j, struct cs_docket *d, uint32_t msg, struct cs_said *said)
{
    pass_over(j, d->batch, msg, msg + 1);
    if (d->batch->dead[msg] == CS_DEAD_NONE) return annotate_message(j, d, msg, said);
    cs_docket_skip(d, msg);
    return CS_OK;
}

static cs_rc annotate_hits(struct cs_judge *j, struct cs_batch *b)
{
    struct cs_docket d = cs_docket_open(b);
    uint32_t next = 0;
    cs_rc rc = CS_OK;
    for (uint32_t msg; !cs_bad(rc) && (msg = cs_docket_next(&d)) != UINT32_MAX;) {
        pass_over(j, b, next, msg);
        next = msg + 1;
        rc = annotate_one(j, &d, msg, NULL);
    }
    pass_over(j, b, next, b->n + 1);
    return rc;
}

/* With a memory every message counts, those without a hit too. They wait in a row between being placed and
 * being heard, while the processor fetches what is known of their conversations. */
static cs_rc annotate_all(struct cs_judge *j, struct cs_batch *b)
{
    enum { STEP = 8, ROW = 4 * STEP, LAST = 3 * STEP };
    struct cs_docket d = cs_docket_open(b);
    const struct cs_lookback *facts = j->past.facts;
    struct cs_said row[ROW];
    cs_rc rc = CS_OK;
    for (uint32_t k = 0; k < b->n + LAST && !cs_bad(rc); k++) {
        if (k < b->n) cs_lookback_place(facts, b, k, &row[k % ROW]);
        for (uint32_t step = 0, m = k; step < 3;
             step++, m -= STEP) /* not yet, or behind the last: m is large */
            if (m < b->n) cs_lookback_hint(facts, b->partition[m], &row[m % ROW], step);
        if (k >= LAST) rc = annotate_one(j, &d, k - LAST, &row[(k - LAST) % ROW]);
    }
    pass_over(j, b, b->n, b->n + 1);
    return rc;
}

static cs_rc mask_all(struct cs_batch *b, struct cs_violation *v)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i++) {
        uint32_t begin = b->violation_begin[i], n = b->violation_begin[i + 1] - begin;
        if (n) rc = cs_mask(b, i, v + begin, n);
    }
    return rc;
}

/* Hand the violations over to the batch. */
static cs_rc deliver(const struct cs_judge *j, struct cs_batch *b)
{
    const struct cs_listing *l = &j->listing;
    struct cs_violation *v = cs_arena_alloc(&b->arena, l->n * sizeof *v);
    if (!v || l->n > UINT32_MAX) return cs_fail(CS_ENOMEM);
    if (l->n) memcpy(v, l->v, l->n * sizeof *v);
    b->violation = v;
    return j->mask ? mask_all(b, v) : CS_OK;
}

cs_rc cs_annotate(struct cs_judge *j, struct cs_batch *b)
{
    j->listing.n = 0;
    j->fetched = 0;
    find_platforms(j, b);
    cs_rc rc = j->past.facts ? annotate_all(j, b) : annotate_hits(j, b);
    if (!cs_bad(rc)) rc = deliver(j, b);
    if (j->scratch.held > KEPT_BYTES) cs_arena_clear(&j->scratch);
    if (j->listing.cap * sizeof *j->listing.v > KEPT_BYTES) cs_listing_clear(&j->listing);
    if (cs_context_bytes(&j->context) > KEPT_BYTES) cs_context_clear(&j->context);
    return rc;
}

void cs_judge_inherit(struct cs_judge *j, struct cs_judge *from)
{
    cs_past_inherit(&j->past, &from->past);
}

void cs_judge_drop(struct cs_judge *j, int32_t partition)
{
    cs_past_drop(&j->past, partition);
}

bool cs_judge_remembers(const struct cs_judge *j)
{
    return j->past.facts != NULL;
}

void cs_judge_mask(struct cs_judge *j, bool on)
{
    j->mask = on;
}
