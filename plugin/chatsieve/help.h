/* Help texts and the manual page, printed from the tables of cli.h and config/settings.h. */
#ifndef CS_CHATSIEVE_HELP_H
#define CS_CHATSIEVE_HELP_H

#include "base/buf.h"
#include "chatsieve/cli.h"

/* All commands, one line each. */
void cs_help_overview(struct cs_buf *out);
/* Everything about one command. */
void cs_help_command(const struct cs_command *c, struct cs_buf *out);
/* The manual page in roff (man macros). */
void cs_help_man(struct cs_buf *out);
/* Program and library versions, one a line. */
void cs_help_version(struct cs_buf *out);

#endif
