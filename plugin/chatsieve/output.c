#include "chatsieve/output.h"

#include "chatsieve/cli.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

cs_rc cs_output_all(int fd, struct cs_span s)
{
    while (s.len) {
        ssize_t n = write(fd, s.ptr, s.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cs_fail(errno == EPIPE ? CS_ECLOSED : CS_EIO);
        s = cs_span_cut(s, (size_t)n, s.len);
    }
    return CS_OK;
}

int cs_output_text(struct cs_buf *b)
{
    cs_rc rc = cs_buf_rc(b);
    if (!cs_bad(rc)) rc = cs_output_all(STDOUT_FILENO, cs_buf_span(b));
    if (cs_is(rc, CS_EIO)) fprintf(stderr, "chatsieve: standard output: %s\n", strerror(errno));
    cs_buf_clear(b);
    return cs_is(rc, CS_ECLOSED) ? CS_EXIT_OK : cs_exit_of(rc);
}
