/* Located messages for people who write files: everything wrong with a file, collected in one run.
 *
 * A cs_diag collects; it never prints. The room that finds a fault adds it; chatsieve/ renders. One
 * thread at a time. Names, texts and lines are copied, so nothing that is passed in must outlive the call. */
#ifndef CS_BASE_DIAG_H
#define CS_BASE_DIAG_H

#include "base/buf.h"

enum cs_diag_level { CS_DIAG_NOTE, CS_DIAG_WARNING, CS_DIAG_ERROR };

/* Where a message points; line and column count from 1, column in characters, 0 = not known.
 * `width` is the number of characters to underline (at least 1). */
struct cs_diag_at {
    const char *file; /* NULL for things that have no file, such as a command line */
    uint32_t line, column, width;
    struct cs_span text; /* the whole source line, for the caret; may be empty */
};

struct cs_diag_item;

struct cs_diag {
    struct cs_diag_item *item;
    uint32_t n, cap, n_errors;
    bool failed; /* an item was lost for want of memory; counts as an error */
};

/* Add a message. `hint` is the remedy or suggestion, NULL if there is none. */
void cs_diag_add(struct cs_diag *d, enum cs_diag_level level, const struct cs_diag_at *at, const char *hint,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* True when at least one error (not warning) was added. */
bool cs_diag_has_errors(const struct cs_diag *d);
/* Append message `i` as `file:line:column: error: text`, the line, a caret and the hint to `out`. */
void cs_diag_render(const struct cs_diag *d, uint32_t i, struct cs_buf *out);
/* The bare text of message `i`, borrowed until clear. */
const char *cs_diag_text(const struct cs_diag *d, uint32_t i);
void cs_diag_clear(struct cs_diag *d);

/* The name among `names` (n of them) that is nearest to `given` by edit distance, or NULL if none is near:
 * "did you mean". A NULL entry is skipped. */
const char *cs_diag_nearest(struct cs_span given, const char *const *names, size_t n);

#endif
