#include "chatsieve/commands.h"
#include "chatsieve/help.h"
#include "chatsieve/output.h"

#include <stdio.h>

/* "did you mean" for `chatsieve help COMMAND`. */
static int unknown(const char *given)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    const char *name[16];
    for (uint32_t i = 0; i < n; i++)
        name[i] = c[i].name;
    const char *near = cs_diag_nearest(cs_span_str(given), name, n);
    fprintf(stderr, "chatsieve: there is no command \"%s\"\n", given);
    if (near) fprintf(stderr, "       = did you mean \"%s\"?\n", near);
    return CS_EXIT_USAGE;
}

int cs_cmd_help(const struct cs_args *args, struct cs_log *log)
{
    (void)log;
    struct cs_buf out = {0};
    const struct cs_command *c = args->operand.n ? cs_command_find(args->operand.item[0]) : NULL;
    if (args->operand.n && !c) return unknown(args->operand.item[0]);
    if (args->man)
        cs_help_man(&out);
    else if (c)
        cs_help_command(c, &out);
    else
        cs_help_overview(&out);
    return cs_output_text(&out);
}
