/* Golden files that a person can read: cases of an input and the messages it must give.
 *
 *   === name of the case
 *   input, any number of lines
 *   --- what it must give
 *
 * Run a test with CHATSIEVE_GOLDEN=write to write what it gives into the file instead of comparing. */
#ifndef CS_TESTS_CONFIG_GOLDEN_H
#define CS_TESTS_CONFIG_GOLDEN_H

#include "base/buf.h"
#include "base/diag.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct golden_case {
    char name[80];
    struct cs_span input, expected;
};

/* Append what `input` gives to `out`. */
typedef void golden_fn(struct cs_span input, struct cs_buf *out);

static inline void golden_render(const struct cs_diag *d, struct cs_buf *out)
{
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, out);
}

static inline struct cs_buf golden_read(const char *path)
{
    struct cs_buf b = {0};
    FILE *f = fopen(path, "rb");
    cr_assert(f != NULL, "%s", path);
    for (int c = getc(f); c != EOF; c = getc(f))
        cs_buf_byte(&b, (uint8_t)c);
    fclose(f);
    return b;
}

/* Bytes of `s` from `at` up to the line that begins with `mark`, or all of it. */
static inline size_t golden_until(struct cs_span s, size_t at, const char *mark)
{
    while (at < s.len) {
        struct cs_span line = cs_span_cut(s, at, s.len);
        if (line.len >= 4 && memcmp(line.ptr, mark, 4) == 0) return at;
        const uint8_t *end = memchr(line.ptr, '\n', line.len);
        at = end ? (size_t)(end - s.ptr) + 1 : s.len;
    }
    return at;
}

static inline size_t golden_line_end(struct cs_span s, size_t at)
{
    const uint8_t *end = at < s.len ? memchr(s.ptr + at, '\n', s.len - at) : NULL;
    return end ? (size_t)(end - s.ptr) + 1 : s.len;
}

/* The case that begins at `at`; returns where the next one begins. */
static inline size_t golden_next(struct cs_span s, size_t at, struct golden_case *c)
{
    size_t body = golden_line_end(s, at), mid = golden_until(s, body, "--- ");
    size_t expected = golden_line_end(s, mid), end = golden_until(s, expected, "=== ");
    snprintf(c->name, sizeof c->name, "%.*s", (int)(body - at - 5), (const char *)s.ptr + at + 4);
    c->input = cs_span_cut(s, body, mid);
    c->expected = cs_span_cut(s, expected, end);
    return end;
}

static inline void golden_write(const char *path, const struct cs_buf *b)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL);
    fwrite(b->ptr, 1, b->len, f);
    fclose(f);
}

/* Every case of the file gives what stands there. */
static inline void golden_check(const char *path, golden_fn *run)
{
    struct cs_buf file = golden_read(path), fresh = {0};
    struct cs_span s = cs_buf_span(&file);
    uint32_t n = 0;
    for (size_t at = golden_until(s, 0, "=== "); at < s.len; n++) {
        struct golden_case c;
        struct cs_buf got = {0};
        at = golden_next(s, at, &c);
        run(c.input, &got);
        cs_buf_fmt(&fresh, "=== %s\n", c.name);
        cs_buf_add(&fresh, c.input);
        cs_buf_str(&fresh, "--- gives\n");
        cs_buf_add(&fresh, cs_buf_span(&got));
        if (!getenv("CHATSIEVE_GOLDEN"))
            cr_expect(cs_span_eq(cs_buf_span(&got), c.expected), "%s: %s\ngave:\n%s", path, c.name,
                cs_buf_cstr(&got));
        cs_buf_clear(&got);
    }
    cr_expect(n > 0, "%s has no case", path);
    if (getenv("CHATSIEVE_GOLDEN")) golden_write(path, &fresh);
    cs_buf_clear(&file);
    cs_buf_clear(&fresh);
}

#endif
