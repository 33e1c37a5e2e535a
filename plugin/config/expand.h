/* `${VAR}` and `${file:PATH}` inside a value; `$${` is a literal `${`. What is put in is not expanded again.
 */
#ifndef CS_CONFIG_EXPAND_H
#define CS_CONFIG_EXPAND_H

#include "base/diag.h"

/* Append `value` with everything replaced to `out`. A relative PATH is looked up in `dir` (borrowed, with its
 * slash, or empty). `at` is where the value stands; diag never shows what was put in. Errors: CS_ESYNTAX
 * (unclosed, unset, unreadable), CS_ENOMEM. */
CS_MUST cs_rc cs_expand(struct cs_span value, struct cs_span dir, const struct cs_diag_at *at,
    struct cs_diag *diag, struct cs_buf *out);

/* Append `path`, behind `dir` when it is relative. */
void cs_expand_path(struct cs_span dir, const char *path, struct cs_buf *out);

#endif
