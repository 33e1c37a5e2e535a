/* Signals without a handler: blocked in every thread and waited for by the main one. */
#ifndef CS_CHATSIEVE_SIGNALS_H
#define CS_CHATSIEVE_SIGNALS_H

#include <stdbool.h>

/* Block SIGINT, SIGTERM and SIGHUP and ignore SIGPIPE; call before any thread starts. */
void cs_signals_block(void);
/* Wait up to `ms` for a signal: SIGINT, SIGTERM, SIGHUP, or 0 when none came. */
int cs_signals_wait(int ms);
/* Wait up to `ms` for a request to stop, which SIGHUP is here, too; true when there was one. */
bool cs_signals_stop(int ms);
/* From now on such a signal ends the process at once with status 128 + its number; on the way out the
 * terminal is put back if `screen` is true. */
void cs_signals_exit_now(bool screen);

#endif
