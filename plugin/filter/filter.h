/* The stages of one worker in order, as a table; the runner owns timing and counters, so that no stage has
 * any.
 *
 *   decode -> fold -> scan -> annotate -> clock -> encode
 *
 * One thread owns a filter; the rule set and the matcher are shared and immutable. */
#ifndef CS_FILTER_FILTER_H
#define CS_FILTER_FILTER_H

#include "clock/clock.h"
#include "codec/codec.h"
#include "config/settings.h"
#include "rules/ruleset.h"
#include "scan/lattice.h"
#include "scan/regex.h"

enum cs_stage {
    CS_STAGE_DECODE,
    CS_STAGE_FOLD,
    CS_STAGE_SCAN,
    CS_STAGE_ANNOTATE,
    CS_STAGE_CLOCK,
    CS_STAGE_ENCODE,
    CS_STAGE_COUNT
};

struct cs_filter_options {
    const struct cs_ruleset *rules; /* these four must outlive the filter */
    const struct cs_matcher *matcher;
    const struct cs_lattice *lattice; /* of rules->disguisable; NULL: disguises are not looked for */
    const struct cs_regexes *regexes; /* of the rules (cs_filter_regexes); NULL: there are none */
    struct cs_decode_options decode;
    struct cs_clock_options clock;
    uint32_t outputs;          /* bits 1u << enum cs_output, of those that the clock fills */
    bool mask;                 /* publish * for what rules with mask find */
    uint32_t hits_per_message; /* violations listed of one message; 0 = CS_LISTED_DEFAULT */
};

/* The options that settings ask for. */
struct cs_filter_options cs_filter_options_of(
    const struct cs_settings *s, const struct cs_ruleset *rules, const struct cs_matcher *matcher);

/* Compile the expressions of `rs`; *out stays as it is when there are none. Errors: those of cs_regexes_new.
 */
CS_MUST cs_rc cs_filter_regexes(
    enum cs_matcher_kind kind, const struct cs_ruleset *rs, struct cs_diag *diag, struct cs_regexes **out);

struct cs_filter_counts {
    uint64_t messages, replayed, dead, with_violation, violations, batches, invalid_utf8;
    uint64_t stage_ns[CS_STAGE_COUNT]; /* processor-clock time per stage, one reading a batch */
};

struct cs_filter;

CS_MUST cs_rc cs_filter_new(const struct cs_filter_options *options, struct cs_filter **out);
void cs_filter_free(struct cs_filter **f);
/* Judge the next batches by other rules: `tools` (filter/toolset.h) is the filter's from now on, the ones it
 * had are returned and the caller's. Between two batches, on the filter's thread; takes no memory. */
struct cs_toolset;
struct cs_toolset *cs_filter_exchange(struct cs_filter *f, struct cs_toolset *tools);
/* Run all stages on a batch whose source columns and flight are set. Errors: CS_ENOMEM, CS_EUNSUPPORTED: the
 * batch is then not published and must not be committed. */
CS_MUST cs_rc cs_filter_run(struct cs_filter *f, struct cs_batch *b);
/* How long rules remember what was said before: as much has to be read again behind a snapshot of the clock,
 * which does not hold it. */
int64_t cs_filter_back_ms(const struct cs_filter_options *options);
/* Put what the clock told outside a run (cs_clock_advance, cs_clock_flush) into b->flight; b->topic must be
 * set. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_filter_tell(struct cs_filter *f, struct cs_batch *b);
/* Run the stages before encode: for explain and benches. */
CS_MUST cs_rc cs_filter_inspect(struct cs_filter *f, struct cs_batch *b);
const struct cs_filter_counts *cs_filter_counts(const struct cs_filter *f);
struct cs_clock *cs_filter_clock(struct cs_filter *f);
/* Forget a partition that goes: its conversations, and what was said in them. */
void cs_filter_drop(struct cs_filter *f, int32_t partition);
const char *cs_stage_name(uint32_t stage);

#endif
