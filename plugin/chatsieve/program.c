#include "chatsieve/program.h"

#include "chatsieve/cli.h"
#include "chatsieve/help.h"
#include "chatsieve/log.h"
#include "chatsieve/output.h"

#include <locale.h>
#include <signal.h>
#include <unistd.h>

/* Widths of characters need a UTF-8 locale; numbers and messages stay those of the C locale. */
static void choose_locale(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, "");
}

/* Command-line faults read the same wherever standard error goes. */
static int usage_error(const struct cs_diag *diag, cs_rc rc)
{
    struct cs_buf out = {0};
    for (uint32_t i = 0; i < diag->n; i++) {
        cs_buf_str(&out, "chatsieve: ");
        cs_diag_render(diag, i, &out);
    }
    if (!diag->n) cs_buf_fmt(&out, "chatsieve: %s\n", cs_rc_name(rc));
    cs_rc written = cs_output_all(STDERR_FILENO, cs_buf_span(&out));
    cs_buf_clear(&out);
    return cs_bad(written) || cs_is(rc, CS_ENOMEM) ? CS_EXIT_INTERNAL : CS_EXIT_USAGE;
}

static int print_version(void)
{
    struct cs_buf out = {0};
    cs_help_version(&out);
    return cs_output_text(&out);
}

static int print_help(const struct cs_command *c)
{
    struct cs_buf out = {0};
    if (c == cs_command_find("help"))
        cs_help_overview(&out);
    else
        cs_help_command(c, &out);
    return cs_output_text(&out);
}

static int dispatch(const struct cs_args *args)
{
    if (args->version) return print_version();
    if (args->help) return print_help(args->command);
    struct cs_log log;
    cs_log_init(&log, STDERR_FILENO, cs_log_level_of(args->log_level));
    return args->command->run(args, &log);
}

int cs_program(int argc, char **argv)
{
    struct cs_diag diag = {0};
    struct cs_args args;
    choose_locale();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a result of write(2) */
    cs_rc rc = cs_cli_parse(argc, argv, &diag, &args);
    int code = cs_bad(rc) ? usage_error(&diag, rc) : dispatch(&args);
    cs_args_clear(&args);
    cs_diag_clear(&diag);
    return code;
}
