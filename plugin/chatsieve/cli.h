/* The command line: one table of sub-commands and one of options, from which parser, help and man page are
 * made.
 *
 * Strings in cs_args are borrowed from argv or from the tables; lists live in its arena. */
#ifndef CS_CHATSIEVE_CLI_H
#define CS_CHATSIEVE_CLI_H

#include "base/arena.h"
#include "base/diag.h"

/* Exit codes, after sysexits.h. */
enum cs_exit {
    CS_EXIT_OK = 0,
    CS_EXIT_FINDINGS = 1,
    CS_EXIT_USAGE = 64,
    CS_EXIT_DATA = 65,
    CS_EXIT_NOINPUT = 66,
    CS_EXIT_UNAVAILABLE = 69,
    CS_EXIT_INTERNAL = 70,
    CS_EXIT_IO = 74,
    CS_EXIT_PERMISSION = 77,
    CS_EXIT_CONFIG = 78,
};

struct cs_exit_info {
    int code;
    const char *help;
};
const struct cs_exit_info *cs_exit_info(uint32_t *n);
/* The exit code that tells what a failure of a room means to a caller. */
int cs_exit_of(cs_rc rc);

struct cs_list {
    const char **item;
    uint32_t n;
};

struct cs_command;

/* Everything that options can set; a command reads only those that its table rows offer. */
struct cs_args {
    const struct cs_command *command;
    struct cs_list operand;
    struct cs_list rules, set;
    const char *config, *brokers, *matcher, *platform, *role, *input_format, *output_format, *format;
    const char *corpus, *corpus_format, *report;
    const char *deadletters, *topic, *color, *log_level, *only_platform, *shop, *day, *until, *record_time;
    int64_t partition, first_offset, seconds, seed, rate, count, conversations, start_ms, wait_s, column,
        role_column, samples;
    bool help, version, man, near, plain, summary, json, agents, kpi, overdue;
    struct cs_arena arena;
};

struct cs_log;

/* A row of the sub-command table. */
struct cs_command {
    const char *name;
    const char *operands;       /* as shown in the usage line, or NULL */
    uint32_t operand_max;       /* UINT32_MAX = any number */
    const char *summary;        /* one line for the overview */
    const char *const *about;   /* paragraphs, NULL at the end */
    const char *const *example; /* command lines, NULL at the end */
    int (*run)(const struct cs_args *args, struct cs_log *log);
};

enum cs_option_kind {
    CS_OPTION_FLAG,
    CS_OPTION_TEXT,
    CS_OPTION_CHOICE, /* `value` lists the choices, separated by | */
    CS_OPTION_NUMBER,
    CS_OPTION_LIST, /* may be given several times */
};

/* A row of the option table. */
struct cs_option {
    const char *name; /* without the dashes */
    char letter;      /* short form, or 0 */
    uint8_t kind;     /* enum cs_option_kind */
    const char *value;
    const char *preset; /* default as one would write it, or NULL */
    const char *help;   /* one sentence */
    size_t field;       /* offset in struct cs_args */
    int64_t min, max;   /* of a number */
    uint32_t commands;  /* bit i: command i of the table takes it */
};

const struct cs_command *cs_commands(uint32_t *n);
const struct cs_command *cs_command_find(const char *name);
const struct cs_option *cs_options(uint32_t *n);
/* True when `c` takes option `o`. */
bool cs_option_of(const struct cs_option *o, const struct cs_command *c);

/* Fill `args` with defaults and then from the command line; all faults are told in `diag`. Clear `args` in
 * any case. Errors: CS_EINVAL, CS_ENOMEM. */
CS_MUST cs_rc cs_cli_parse(int argc, char **argv, struct cs_diag *diag, struct cs_args *args);
void cs_args_clear(struct cs_args *args);

#endif
