/* A compiled, immutable rule set: any thread may read it, it never changes after load.
 *
 * Terms and exempt phrases of all packs are folded with the code of text/ and merged: equal folded forms are
 * one *pattern* (what the matcher sees), and every pattern lists the terms behind it. Platforms are numbered
 * while loading: bit 0 of a platform set is "any platform that no rule names". */
#ifndef CS_RULES_RULESET_H
#define CS_RULES_RULESET_H

#include "base/diag.h"
#include "record/batch.h"
#include "rules/context.h"
#include "rules/regex.h"

enum {
    CS_PLATFORMS_MAX = 64,
    CS_PLATFORM_OTHERS = 1, /* the bit of platforms that no rule names */
    CS_GAP_DEFAULT = 2,
    CS_GAP_MAX = 32,
    CS_MARKS_MAX = 4,
    CS_TERM_CODES_MAX = 256 /* what a matcher accepts (scan/matcher.h, CS_PATTERN_CODES_MAX) */
};

/* One message of an example. */
struct cs_example_line {
    const char *text;
    int32_t after_ms; /* since the message before it */
    uint8_t role;     /* enum cs_role; CS_ROLE_UNSPECIFIED: whoever the rule is about */
};

/* A conversation whose last message, often the only one, is under judgement. */
struct cs_example {
    const struct cs_example_line *said;
    uint32_t n_said;
    int64_t sent_ms; /* of the first message */
    bool must_hit;   /* the rule, in the last message; otherwise it must stay silent there */
    uint32_t line;
};

/* Rules of the same id are variants for different platforms: no platform is in two of them. */
struct cs_rule {
    const char *id, *category;
    const char *zh, *en;     /* what to tell a person */
    const char *pack, *file; /* pack id and where the rule stands */
    uint32_t line;
    uint64_t platforms;  /* set of platform bits */
    uint8_t actors;      /* set of 1u << enum cs_role */
    uint8_t severity;    /* 1-5 */
    uint8_t floor;       /* weakest accepted enum cs_evidence */
    uint8_t channels;    /* set of enum cs_channel in which its terms are looked for; 0: none */
    uint8_t sound;       /* rarest enum cs_sound that counts there */
    uint8_t gap;         /* separators allowed between two characters of a term */
    bool cross_sentence; /* a sentence end may stand inside a hit */
    bool whole_clause;   /* the hit must fill a clause: only separators or edges of the text around it */
    const struct cs_example *example;
    uint32_t n_example;
    uint32_t condition, n_condition; /* of the rule set: its context */
    uint8_t count;                   /* places at which the rule must hit; 0 and 1 are the same */
    uint8_t unless_said_by;          /* set of roles: values that they sent before are fine; 0: none */
    uint16_t detect;                 /* set of 1u << enum cs_detector: hits beside those of terms */
    bool mask;                       /* what it finds is replaced in the published text when asked for */
    struct cs_validity valid;        /* by sent time */
    struct cs_behaviour behaviour;
    struct cs_allow allow; /* of what detectors find */
};

/* A sign that a term needs although the fold drops it (the % of 100%): it must stand among the characters
 * dropped right before code `at` (at == number of codes: behind the last). */
struct cs_mark {
    uint16_t at;
    uint32_t cp; /* folded width, so ％ serves for % */
};

struct cs_term {
    const char *text;   /* as written in the pack, with one choice of its alternatives */
    uint32_t rule;      /* index of its rule */
    uint32_t condition; /* 1 + index of the condition that it belongs to; 0: it is what the rule forbids */
    uint32_t pattern;
    uint32_t line, column;
    bool plain;   /* never looked for in disguise */
    bool exempt;  /* protects what it covers from hits of its rule */
    uint8_t best; /* the strongest enum cs_evidence it can give: EXACT; ABBREVIATION of a fixed short form,
                     SPIN of a phrase with synonyms, whose text is that of the phrase it stands for */
    uint8_t n_mark;
    struct cs_mark mark[CS_MARKS_MAX];
    uint64_t free_gap; /* bit i (i < 64): the term itself has a separator before code i: any such gap is
                          allowed there */
};

struct cs_ruleset {
    const struct cs_rule *rule;
    uint32_t n_rule;
    const struct cs_codes *pattern;
    uint32_t n_pattern;
    const struct cs_term *term; /* grouped by pattern: term[term_begin[p] .. term_begin[p + 1]) */
    const uint32_t *term_begin; /* n_pattern + 1 entries */
    uint32_t n_term;
    /* Patterns that some rule looks for in disguise: once for each channels and sound that rules ask for, and
     * meant for the terms of those rules (cs_ruleset_disguises). */
    const struct cs_disguisable *disguisable;
    uint32_t n_disguisable;
    const struct cs_condition *condition; /* of all rules, those of one rule in a row */
    uint32_t n_condition;
    /* Expressions: regex[i] is what it means, gated[i] what the library looks for, and term[n_term + i]
     * stands for it where a violation names its term. Gates are sorted by pattern, then expression. */
    const struct cs_regex *regex;
    const struct cs_gated *gated;
    const struct cs_gate *gate;
    uint32_t n_regex, n_gate;
    const char *version; /* versions of the packs, sorted by id: "common@1 jd@1" */
    const char *brief;   /* the same for events: when it is long, "common@1 and 16 more"; the hash is exact */
    char hash[17];       /* 16 hex digits over the contents of all packs: equal packs, equal hash */
};

/* Load every path: a pack file, or a directory of *.yaml (sorted by name, not recursive). On success *out
 * belongs to the caller; on failure it is untouched and `diag` tells all that is wrong in all files. Warnings
 * may be added on success. Errors: CS_ENOENT, CS_EIO, CS_ESYNTAX, CS_ENOMEM. */
CS_MUST cs_rc cs_ruleset_load(
    const char *const *path, uint32_t n_path, struct cs_diag *diag, struct cs_ruleset **out);
/* The same for `rules lint`: faulty rules do not keep the others from being loaded. *out is set for
 * CS_ESYNTAX, too, without the terms and expressions that are wrong; such a set is to be looked at, not to be
 * used. */
CS_MUST cs_rc cs_ruleset_lint(
    const char *const *path, uint32_t n_path, struct cs_diag *diag, struct cs_ruleset **out);
void cs_ruleset_free(struct cs_ruleset **rs);

/* True when disguises of `d` are disguises of this term. Exempt phrases, plain terms, those with signs, and
 * terms of a single code are never looked for in disguise. */
bool cs_ruleset_disguises(
    const struct cs_ruleset *rs, const struct cs_disguisable *d, const struct cs_term *term);

/* The bit of a platform name; bit 0 when no rule names it. */
uint64_t cs_ruleset_platform(const struct cs_ruleset *rs, struct cs_span name);

/* The name with this bit number; NULL for bit 0 and behind the last one. */
const char *cs_ruleset_platform_name(const struct cs_ruleset *rs, uint32_t bit);

#endif
