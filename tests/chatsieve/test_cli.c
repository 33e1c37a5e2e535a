/* The command line, against the real tables; commands are stand-ins that are never called. */
#include "chatsieve/cli.h"

#include "chatsieve/commands.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define STAND_IN(name)                                                                                       \
    int name(const struct cs_args *args, struct cs_log *log)                                                 \
    {                                                                                                        \
        (void)args, (void)log;                                                                               \
        return 0;                                                                                            \
    }
STAND_IN(cs_cmd_run)
STAND_IN(cs_cmd_check)
STAND_IN(cs_cmd_scan)
STAND_IN(cs_cmd_explain)
STAND_IN(cs_cmd_demo)
STAND_IN(cs_cmd_generate)
STAND_IN(cs_cmd_kpi)
STAND_IN(cs_cmd_rules)
STAND_IN(cs_cmd_help)

enum { WORDS = 12 };

static cs_rc parse(const char *const words[WORDS], struct cs_diag *diag, struct cs_args *args)
{
    static char copy[WORDS][64];
    char *argv[WORDS + 2] = {(char *)"chatsieve"};
    int argc = 1;
    for (; argc <= WORDS && words[argc - 1]; argc++) {
        snprintf(copy[argc - 1], sizeof copy[0], "%s", words[argc - 1]);
        argv[argc] = copy[argc - 1];
    }
    return cs_cli_parse(argc, argv, diag, args);
}

Test(cli, accepted)
{
    static const struct {
        const char *words[WORDS];
        const char *command, *format, *rules_last, *operand_first;
        uint32_t n_rules, n_operand;
        int64_t partition;
    } rows[] = {
        {{"scan"}, "scan", "jsonl", NULL, NULL, 0, 0, 0},
        {{"scan", "--input-format", "text"}, "scan", "text", NULL, NULL, 0, 0, 0},
        {{"scan", "--input-format=text", "f"}, "scan", "text", NULL, "f", 0, 1, 0},
        {{"scan", "-r", "a", "-rb", "--rules=c"}, "scan", "jsonl", "c", NULL, 3, 0, 0},
        {{"scan", "--partition", "7", "f", "-", "g"}, "scan", "jsonl", NULL, "f", 0, 3, 7},
        {{"scan", "--", "--rules", "-x"}, "scan", "jsonl", NULL, "--rules", 0, 2, 0},
        {{"scan", "--rules", "--odd"}, "scan", "jsonl", "--odd", NULL, 1, 0, 0},
        {{"scan", "--rules="}, "scan", "jsonl", "", NULL, 1, 0, 0},
        {{NULL}, "help", NULL, NULL, NULL, 0, 0, 0},
        {{"--version"}, "help", NULL, NULL, NULL, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_diag diag = {0};
        struct cs_args args;
        cs_rc rc = parse(rows[i].words, &diag, &args);
        cr_assert(!cs_bad(rc) && diag.n == 0, "row %zu: %s", i, cs_diag_text(&diag, 0));
        cr_assert_str_eq(args.command->name, rows[i].command, "row %zu", i);
        cr_assert(!rows[i].format || strcmp(args.input_format, rows[i].format) == 0, "row %zu", i);
        cr_assert_eq(args.rules.n, rows[i].n_rules, "row %zu", i);
        cr_assert(!rows[i].rules_last || strcmp(args.rules.item[args.rules.n - 1], rows[i].rules_last) == 0);
        cr_assert_eq(args.operand.n, rows[i].n_operand, "row %zu", i);
        cr_assert(!rows[i].operand_first || strcmp(args.operand.item[0], rows[i].operand_first) == 0);
        cr_assert_eq(args.partition, rows[i].partition, "row %zu", i);
        cs_args_clear(&args);
        cs_diag_clear(&diag);
    }
}

Test(cli, refused)
{
    static const struct {
        const char *words[WORDS];
        uint32_t errors;
        const char *text;
    } rows[] = {
        {{"scam"}, 1, "there is no command \"scam\""},
        {{"scan", "--rule", "x"}, 1, "scan has no option --rule"},
        {{"scan", "--ruless=x"}, 1, "scan has no option --ruless"},
        {{"scan", "--count", "5"}, 1, "scan does not take option --count"},
        {{"scan", "--count=5", "--rate", "5"}, 2, "scan does not take option --count"},
        {{"scan", "-q"}, 1, "scan has no option -q"},
        {{"scan", "-r"}, 1, "--rules needs a value: PATH"},
        {{"scan", "--summary=1"}, 1, "--summary takes no value"},
        {{"scan", "--partition", ""}, 1, "--partition takes a number from 0 to 2147483647, not \"\""},
        {{"scan", "--partition", "2147483648"}, 1, NULL},
        {{"scan", "--partition", "1 "}, 1, NULL},
        {{"scan", "--matcher", "hyper"}, 1, "--matcher takes hyperscan|reference, not \"hyper\""},
        {{"scan", "--matcher", "hyperscan|reference"}, 1, NULL},
        {{"scan", "--matcher", ""}, 1, NULL},
        {{"explain", "a", "b"}, 1, "explain does not know what to do with \"b\""},
        {{"run", "x"}, 1, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_diag diag = {0};
        struct cs_args args;
        cs_rc rc = parse(rows[i].words, &diag, &args);
        cr_assert(cs_is(rc, CS_EINVAL), "row %zu", i);
        cr_assert_eq(diag.n_errors, rows[i].errors, "row %zu: %u errors", i, diag.n_errors);
        if (rows[i].text) cr_assert_str_eq(cs_diag_text(&diag, 0), rows[i].text, "row %zu", i);
        cs_args_clear(&args);
        cs_diag_clear(&diag);
    }
}

/* Every row of the option table is usable: presets are accepted, names differ, each command has help. */
Test(cli, tables)
{
    uint32_t n_command, n_option;
    const struct cs_command *c = cs_commands(&n_command);
    const struct cs_option *o = cs_options(&n_option);
    uint32_t all = (1u << n_command) - 1;
    for (uint32_t i = 0; i < n_option; i++) {
        cr_assert((o[i].value == NULL) == (o[i].kind == CS_OPTION_FLAG), "--%s", o[i].name);
        cr_assert(o[i].kind != CS_OPTION_CHOICE || o[i].preset, "--%s: a choice needs a preset", o[i].name);
        cr_assert_eq(o[i].help[strlen(o[i].help) - 1], '.', "--%s", o[i].name);
        cr_assert(o[i].commands && !(o[i].commands & ~all), "--%s", o[i].name);
        for (uint32_t k = i + 1; k < n_option; k++) {
            bool meet = o[i].commands & o[k].commands;
            cr_assert(!meet || strcmp(o[i].name, o[k].name) != 0, "--%s twice", o[i].name);
            cr_assert(!meet || !o[i].letter || o[i].letter != o[k].letter, "-%c twice", o[i].letter);
        }
    }
    for (uint32_t i = 0; i < n_command; i++) {
        cr_assert(c[i].run && c[i].about[0] && c[i].example[0], "%s", c[i].name);
        cr_assert_eq(cs_command_find(c[i].name), &c[i]);
    }
}

Test(cli, exit_codes)
{
    for (int code = -1; code < 40; code++) {
        int exit_code = cs_exit_of((cs_rc){code});
        cr_assert_eq(exit_code == 0, code == 0, "code %d", code);
        cr_assert(exit_code == 0 || (exit_code >= 64 && exit_code <= 78), "code %d", code);
    }
    cr_assert_eq(cs_exit_of(cs_fail(CS_EDENIED)), CS_EXIT_PERMISSION);
    cr_assert_eq(cs_exit_of(cs_fail(CS_ETIMEDOUT)), CS_EXIT_UNAVAILABLE);
}
