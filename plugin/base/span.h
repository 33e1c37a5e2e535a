/* A borrowed run of bytes: never NUL-terminated, may hold NUL. The header that hands out a span names
 * its lender and for how long it lives. An empty span may have any ptr. */
#ifndef CS_BASE_SPAN_H
#define CS_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cs_span {
    const uint8_t *ptr;
    size_t len;
};

/* Span of a C string literal or array, without its NUL. */
#define CS_SPAN_LIT(s) ((struct cs_span){(const uint8_t *)(s), sizeof(s) - 1})

/* Borrow a C string; NULL gives the empty span. */
static inline struct cs_span cs_span_str(const char *s)
{
    return (struct cs_span){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline struct cs_span cs_span_of(const void *p, size_t len)
{
    return (struct cs_span){p, len};
}

static inline bool cs_span_eq(struct cs_span a, struct cs_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool cs_same_four(const uint8_t *a, const uint8_t *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

static inline bool cs_same_eight(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

/* memcmp() == 0, without a call where the bytes are as few as those of names and ids. */
static inline bool cs_bytes_eq(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    if (n > 64) return memcmp(a, b, n) == 0;
    if (n < 4) {
        while (n && p[n - 1] == q[n - 1])
            n--;
        return n == 0;
    }
    if (n < 8) return cs_same_four(p, q) && cs_same_four(p + n - 4, q + n - 4);
    for (size_t at = 0; at + 8 < n; at += 8)
        if (!cs_same_eight(p + at, q + at)) return false;
    return cs_same_eight(p + n - 8, q + n - 8);
}

/* Bytes [begin, end) of `s`; both are clamped to its length. */
static inline struct cs_span cs_span_cut(struct cs_span s, size_t begin, size_t end)
{
    if (end > s.len) end = s.len;
    if (begin > end) begin = end;
    return (struct cs_span){s.ptr ? s.ptr + begin : NULL, end - begin};
}

#endif
