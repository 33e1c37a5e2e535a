#include "chatsieve/reader.h"

#include "codec/codec.h"

#include <errno.h>
#include <unistd.h>

enum { READ_BYTES = 256 << 10 };

void cs_reader_init(struct cs_reader *r, int fd, bool framed, size_t record_max)
{
    *r = (struct cs_reader){.fd = fd, .framed = framed, .record_max = record_max};
}

static struct cs_span rest_of(const struct cs_reader *r)
{
    return cs_span_cut(cs_buf_span(&r->buf), r->at, r->buf.len);
}

static enum cs_read next_frame(struct cs_reader *r, struct cs_span *record)
{
    struct cs_span rest = rest_of(r);
    if (!rest.len) return r->eof ? CS_READ_END : CS_READ_MORE;
    /* Records somewhat over the limit are still read whole, so that they get their own dead letter. */
    size_t used = cs_frame_next(rest, 4 * r->record_max, record);
    if (used == CS_FRAME_BAD) return CS_READ_BAD_FRAME;
    if (used == 0) return r->eof ? CS_READ_TRUNCATED : CS_READ_MORE;
    r->at += used;
    return CS_READ_RECORD;
}

/* Drop the rest of a line that was too long. True when its end was seen. */
static bool skip_line(struct cs_reader *r)
{
    struct cs_span rest = rest_of(r);
    const uint8_t *nl = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    r->at = nl ? r->at + (size_t)(nl - rest.ptr) + 1 : r->buf.len;
    r->skipping = !nl;
    return nl != NULL;
}

/* Without line end, carriage return before it, and byte order mark in front of the file. */
static struct cs_span trim_line(struct cs_reader *r, struct cs_span line)
{
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    if (!r->started && line.len >= 3 && memcmp(line.ptr, "\xEF\xBB\xBF", 3) == 0)
        line = cs_span_cut(line, 3, line.len);
    r->started = true;
    return line;
}

/* No line end is in memory: the last line of the file, a line over the limit, or a line to be continued. */
static enum cs_read open_line(struct cs_reader *r, struct cs_span rest, struct cs_span *record)
{
    if (rest.len > r->record_max) {
        *record = trim_line(r, cs_span_cut(rest, 0, r->record_max + 1));
        r->at += r->record_max + 1;
        r->skipping = true;
        return CS_READ_RECORD;
    }
    if (!r->eof) return CS_READ_MORE;
    if (!rest.len) return CS_READ_END;
    r->at = r->buf.len;
    *record = trim_line(r, rest);
    return CS_READ_RECORD;
}

static enum cs_read next_line(struct cs_reader *r, struct cs_span *record)
{
    if (r->skipping && !skip_line(r)) return r->eof ? CS_READ_END : CS_READ_MORE;
    struct cs_span rest = rest_of(r);
    const uint8_t *nl = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    if (!nl) return open_line(r, rest, record);
    size_t len = (size_t)(nl - rest.ptr);
    r->at += len + 1;
    *record = trim_line(r, cs_span_cut(rest, 0, len));
    return CS_READ_RECORD;
}

enum cs_read cs_reader_next(struct cs_reader *r, struct cs_span *record)
{
    return r->framed ? next_frame(r, record) : next_line(r, record);
}

/* Move what is left to the front. */
static void compact(struct cs_reader *r)
{
    struct cs_span rest = rest_of(r);
    if (rest.len && r->at) memmove(r->buf.ptr, rest.ptr, rest.len);
    r->buf.len = rest.len;
    r->at = 0;
}

cs_rc cs_reader_fill(struct cs_reader *r)
{
    compact(r);
    uint8_t *room = cs_buf_reserve(&r->buf, READ_BYTES);
    if (!room) return cs_fail(CS_ENOMEM);
    ssize_t n;
    do
        n = read(r->fd, room, READ_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0) return cs_fail(CS_EIO);
    r->buf.len += (size_t)n;
    r->eof = n == 0;
    return CS_OK;
}

void cs_reader_clear(struct cs_reader *r)
{
    cs_buf_clear(&r->buf);
}
