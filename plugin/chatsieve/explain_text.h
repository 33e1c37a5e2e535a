/* What folding does to each character of a text, as a table for people. */
#ifndef CS_CHATSIEVE_EXPLAIN_TEXT_H
#define CS_CHATSIEVE_EXPLAIN_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/* Append one row a character and the canonical form. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_explain_text(struct cs_span text, bool colours, struct cs_arena *arena, struct cs_buf *out);

#endif
