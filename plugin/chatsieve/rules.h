/* The verbs of `chatsieve rules`; each returns the exit code of the program. Operand 0 is the verb. */
#ifndef CS_CHATSIEVE_RULES_H
#define CS_CHATSIEVE_RULES_H

#include "chatsieve/cli.h"

int cs_rules_lint(const struct cs_args *args, struct cs_log *log);
int cs_rules_test(const struct cs_args *args, struct cs_log *log);
int cs_rules_stats(const struct cs_args *args, struct cs_log *log);
int cs_rules_diff(const struct cs_args *args, struct cs_log *log);

#endif
