/* Says messages to a rule set, one conversation after the other, and tells what was found: for the tests and
 * the lint of rules. */
#ifndef CS_CHATSIEVE_RUNNER_H
#define CS_CHATSIEVE_RUNNER_H

#include "chatsieve/engine.h"

struct cs_runner {
    const struct cs_ruleset *rules;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_buf packed;
    uint32_t conversations; /* begun so far */
    char buyer[24];         /* of the present one */
};

/* `e` must outlive the runner. Clear it in any case. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_runner_init(struct cs_runner *r, const struct cs_engine *e);
void cs_runner_clear(struct cs_runner *r);

/* What comes next belongs to another conversation. */
void cs_runner_begin(struct cs_runner *r);
/* One message; shop and buyer are those of the conversation, `agent` may be empty. Its violations are
 * r->batch->violation[0 .. *n), lent until the next call. Errors: CS_ENOMEM, CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_runner_say(struct cs_runner *r, const struct cs_chat *chat, uint32_t *n);
/* All messages of an example on a platform; the violations are those of the last one. */
CS_MUST cs_rc cs_runner_example(struct cs_runner *r, const char *platform, const struct cs_rule *rule,
    const struct cs_example *e, uint32_t *n);
/* True when one of the first n violations is of this rule. */
bool cs_runner_found(const struct cs_runner *r, uint32_t n, const char *rule_id);
/* The name of the first platform that a rule is for, from bit *bit on, which moves behind it; NULL at the
 * end. "a platform that no rule names" stands for all others. */
const char *cs_runner_platform(const struct cs_ruleset *rs, const struct cs_rule *rule, uint32_t *bit);

#endif
