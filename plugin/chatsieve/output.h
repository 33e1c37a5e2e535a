/* Writing to files and pipes. */
#ifndef CS_CHATSIEVE_OUTPUT_H
#define CS_CHATSIEVE_OUTPUT_H

#include "base/buf.h"

/* Write everything. Errors: CS_ECLOSED (nobody reads the pipe any more), CS_EIO (errno tells). */
CS_MUST cs_rc cs_output_all(int fd, struct cs_span s);
/* Write `b` to standard output, clear it, and give the exit code; a closed pipe is no error. */
int cs_output_text(struct cs_buf *b);

#endif
