/* The trial of one message: its occurrences, judged island by island; internal to annotate/.
 *
 * Occurrences that are far apart have nothing to do with each other: an island is a run of them in which
 * neighbours overlap or nearly do. Only islands with a hit that counts are looked at, one at a time, and few
 * of them must be mapped. */
#ifndef CS_ANNOTATE_TRIAL_H
#define CS_ANNOTATE_TRIAL_H

#include "annotate/occurrence.h"

struct cs_trial {
    struct cs_arena *scratch;     /* begin takes memory for `list`; each island's is given back by the next */
    bool explain;                 /* keep what does not apply, too */
    bool remembers;               /* context of later messages counts, too */
    const struct cs_found *found; /* in the message */
    uint64_t platform;            /* bit of the message's platform */
    uint32_t n_found;
    /* The scene. */
    uint8_t role;
    int64_t sent_ms;
    struct cs_occurrence *list; /* by begin */
    uint32_t n, n_accused;      /* occurrences, and those not of exempt phrases */
    uint32_t n_context;         /* of these, context */
    struct cs_subject subject;  /* of the island in hand */
    struct cs_place place;      /* of the last occurrence that took no window */
    struct cs_view_text view;   /* when the text is one */
    struct cs_arena_mark mark;  /* of scratch, before the island in hand */
    uint32_t next;              /* first occurrence behind the island in hand */
};

/* Some occurrences in a row. */
struct cs_island {
    struct cs_occurrence *o;
    uint32_t n; /* 0: there is none left */
};

/* Where hits are read on, in the columns of the batch. */
struct cs_charges_cursor {
    const struct cs_hit *hit, *hits_end;
    const struct cs_disguised *disguise, *disguises_end;
};

/* All that was found in one text, in the columns of the batch. */
struct cs_charges {
    const struct cs_hit *hit;
    const struct cs_disguised *disguise;
    uint32_t n_hit, n_disguise;
    uint32_t msg, text; /* the message; text == msg, or the number of messages + that of its view */
    bool begun;         /* both cursors are set: */
    struct cs_charges_cursor at, view; /* of messages and of views */
    uint32_t first_regex, n_regex;     /* candidates, indexes into the column */
};

/* The next text after `c` in which something was found, by message, views of a message behind itself; begin
 * with all zero. False when there is none. */
bool cs_charges_next(const struct cs_batch *b, struct cs_charges *c);

/* What speaks against a rule in this message before any hit is looked at: CS_VERDICT_VIOLATION for nothing.
 */
uint8_t cs_trial_applies(const struct cs_trial *t, const struct cs_rule *rule);
/* Collect the occurrences behind what was found. `t` has the fields up to n_found set; the others may be
 * anything: most trials are short, and clearing all of it took a tenth of one. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_trial_begin(
    struct cs_trial *t, const struct cs_ruleset *rs, const struct cs_batch *b, const struct cs_charges *c);
/* Settle the verdicts of the next island. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_trial_next(struct cs_trial *t, struct cs_island *out);

#endif
