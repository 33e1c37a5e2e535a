/* The sub-commands: each returns the exit code of the program. */
#ifndef CS_CHATSIEVE_COMMANDS_H
#define CS_CHATSIEVE_COMMANDS_H

#include "chatsieve/cli.h"

int cs_cmd_run(const struct cs_args *args, struct cs_log *log);
int cs_cmd_check(const struct cs_args *args, struct cs_log *log);
int cs_cmd_scan(const struct cs_args *args, struct cs_log *log);
int cs_cmd_explain(const struct cs_args *args, struct cs_log *log);
int cs_cmd_demo(const struct cs_args *args, struct cs_log *log);
int cs_cmd_generate(const struct cs_args *args, struct cs_log *log);
int cs_cmd_kpi(const struct cs_args *args, struct cs_log *log);
int cs_cmd_rules(const struct cs_args *args, struct cs_log *log);
int cs_cmd_help(const struct cs_args *args, struct cs_log *log);

#endif
