/* Lines and frames come out the same however the bytes arrive. */
#include "chatsieve/reader.h"

#include "chatsieve/random.h"
#include "codec/codec.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

enum { RECORD_MAX = 100 };

/* All records, each followed by '|', and the last state as a letter. */
static void drain(struct cs_reader *r, struct cs_buf *out)
{
    struct cs_span record;
    for (;;) {
        enum cs_read state = cs_reader_next(r, &record);
        if (state == CS_READ_MORE) {
            cr_assert(!cs_bad(cs_reader_fill(r)));
            continue;
        }
        if (state != CS_READ_RECORD) {
            cs_buf_byte(out, (uint8_t) "?METB"[state]);
            return;
        }
        cs_buf_add(out, record);
        cs_buf_byte(out, '|');
    }
}

static int file_of(struct cs_span content)
{
    char name[] = "/tmp/chatsieve-reader-XXXXXX";
    int fd = mkstemp(name);
    cr_assert_geq(fd, 0);
    unlink(name);
    cr_assert_eq(write(fd, content.ptr, content.len), (ssize_t)content.len);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void check(struct cs_span content, bool framed, const char *wanted, const char *name)
{
    struct cs_reader r;
    struct cs_buf out = {0};
    int fd = file_of(content);
    cs_reader_init(&r, fd, framed, RECORD_MAX);
    drain(&r, &out);
    cr_assert_str_eq(cs_buf_cstr(&out), wanted, "%s", name);
    cs_reader_clear(&r);
    cs_buf_clear(&out);
    close(fd);
}

Test(reader, lines)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"", "E"},
        {"\n", "|E"},
        {"a", "a|E"},
        {"a\n", "a|E"},
        {"a\nb", "a|b|E"},
        {"a\r\nb\r\n", "a|b|E"},
        {"\n\na", "||a|E"},
        {"\xEF\xBB\xBFx\n\xEF\xBB\xBFy", "x|\xEF\xBB\xBFy|E"},
        {"\r\n", "|E"},
        {"\r", "|E"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(cs_span_str(rows[i].in), false, rows[i].out, rows[i].in);
}

/* A line over the limit is cut to one byte more than the limit; the next line is whole. */
Test(reader, long_lines)
{
    for (size_t len = RECORD_MAX - 2; len < RECORD_MAX + 3; len++) {
        struct cs_buf in = {0}, want = {0};
        for (size_t i = 0; i < len; i++)
            cs_buf_byte(&in, 'x');
        size_t whole = in.len;
        cs_buf_str(&in, "\nnext\n");
        cs_buf_add(&want, cs_span_cut(cs_buf_span(&in), 0, whole));
        cs_buf_str(&want, "|next|E");
        check(cs_buf_span(&in), false, cs_buf_cstr(&want), "in one read");
        cs_buf_clear(&in);
        cs_buf_clear(&want);
    }
}

/* Memory stays bounded on a line of 8 MiB. */
Test(reader, endless_line)
{
    struct cs_reader r;
    struct cs_span record;
    size_t size = 8u << 20;
    char *big = malloc(size);
    cr_assert(big != NULL);
    memset(big, 'x', size);
    memcpy(big + size - 5, "\nlast", 5);
    int fd = file_of(cs_span_of(big, size));
    cs_reader_init(&r, fd, false, RECORD_MAX);
    uint32_t n = 0;
    size_t length[2] = {0};
    for (enum cs_read s; (s = cs_reader_next(&r, &record)) != CS_READ_END;) {
        if (s == CS_READ_MORE)
            cr_assert(!cs_bad(cs_reader_fill(&r)));
        else
            length[n++ % 2] = record.len;
    }
    cr_assert_eq(n, 2);
    cr_assert(length[0] == RECORD_MAX + 1 && length[1] == 4);
    cr_assert_lt(r.buf.cap, 2u << 20);
    cs_reader_clear(&r);
    close(fd);
    free(big);
}

/* Frames of random sizes, cut at every length of the last one. */
Test(reader, frames)
{
    struct cs_random rnd = {1};
    for (uint32_t cut = 0; cut < 12; cut++) {
        struct cs_buf in = {0}, want = {0};
        for (uint32_t i = 0; i < 5000; i++) {
            uint8_t body[300];
            size_t len = cs_random_below(&rnd, sizeof body);
            memset(body, 'a' + (int)(i % 26), len);
            cs_frame_put(cs_span_of(body, len), &in);
            cs_buf_add(&want, cs_span_of(body, len));
            cs_buf_byte(&want, '|');
        }
        cs_frame_put(CS_SPAN_LIT("0123456789"), &in);
        in.len -= cut;
        if (cut == 0) cs_buf_str(&want, "0123456789|");
        cs_buf_str(&want, cut == 0 || cut == 11 ? "E" : "T");
        check(cs_buf_span(&in), true, cs_buf_cstr(&want), "frames");
        cs_buf_clear(&in);
        cs_buf_clear(&want);
    }
    check(CS_SPAN_LIT("\x01x\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), true, "x|B", "no length");
    check(CS_SPAN_LIT("\x01x\xff\xff\xff\x7f"), true, "x|B", "hostile length");
}
