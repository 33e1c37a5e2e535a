/* Records from a file or pipe: lines, or length-delimited messages.
 *
 * Memory is bounded by one read and the longest accepted record. Spans that next() hands out live until
 * fill(). What is readable now is handed out now, so that a slow pipe gets its answers at once. */
#ifndef CS_CHATSIEVE_READER_H
#define CS_CHATSIEVE_READER_H

#include "base/buf.h"

enum cs_read {
    CS_READ_RECORD,    /* *record is the next one */
    CS_READ_MORE,      /* no whole record is in memory: call fill() */
    CS_READ_END,       /* nothing more will come */
    CS_READ_TRUNCATED, /* the file ends inside a framed record */
    CS_READ_BAD_FRAME, /* a head that is no sane length: where records begin is no longer known */
};

struct cs_reader {
    int fd;
    bool framed;
    size_t record_max; /* a longer line is cut to one byte more than this */
    struct cs_buf buf;
    size_t at;
    bool eof, skipping, started;
};

void cs_reader_init(struct cs_reader *r, int fd, bool framed, size_t record_max);
enum cs_read cs_reader_next(struct cs_reader *r, struct cs_span *record);
/* One read(2). Errors: CS_EIO (errno tells), CS_ENOMEM. */
CS_MUST cs_rc cs_reader_fill(struct cs_reader *r);
void cs_reader_clear(struct cs_reader *r);

#endif
