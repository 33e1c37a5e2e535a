/* A growable byte buffer. One thread at a time; the owner clears it. A failed append leaves what was
 * there and marks the buffer as `failed`, so that a caller may append many times and ask once. */
#ifndef CS_BASE_BUF_H
#define CS_BASE_BUF_H

#include "base/rc.h"
#include "base/span.h"

struct cs_buf {
    uint8_t *ptr;
    size_t len, cap;
    bool failed;
};

/* Room for `extra` bytes behind len, or NULL; len is unchanged. */
uint8_t *cs_buf_reserve(struct cs_buf *b, size_t extra);
void cs_buf_add(struct cs_buf *b, struct cs_span s);
void cs_buf_str(struct cs_buf *b, const char *s);
void cs_buf_byte(struct cs_buf *b, uint8_t c);
void cs_buf_fmt(struct cs_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What is in the buffer; borrowed until the next append or clear. */
struct cs_span cs_buf_span(const struct cs_buf *b);
/* The same as a C string (a NUL stands behind the last byte); "" when empty or out of memory. */
const char *cs_buf_cstr(struct cs_buf *b);
/* CS_ENOMEM when an append was lost since the last reset. */
CS_MUST cs_rc cs_buf_rc(const struct cs_buf *b);
/* Empty it, keep the memory. */
void cs_buf_reset(struct cs_buf *b);
void cs_buf_clear(struct cs_buf *b);

#endif
