/* Messages of a file or of standard input, a batch at a time, decoded by whoever takes the batch: JSON Lines,
 * length-delimited ChatMessage records, one plain text a line, or lines of columns between tabs. */
#ifndef CS_CHATSIEVE_CORPUS_H
#define CS_CHATSIEVE_CORPUS_H

#include "chatsieve/engine.h"

/* Takes a batch whose source columns are set; it is used again afterwards. A failure ends the reading. */
typedef cs_rc cs_corpus_fn(void *context, struct cs_batch *b);

/* Read `path`, "-" for standard input, as args->corpus_format says; plain texts get platform and role of
 * `args`. Failures to open or read are told on standard error. Errors: CS_ENOENT, CS_EIO, CS_ESYNTAX (broken
 * framing), CS_ENOMEM, those of `take`. */
CS_MUST cs_rc cs_corpus_read(const struct cs_args *args, const char *path, cs_corpus_fn *take, void *context);

/* A filter for such batches. */
CS_MUST cs_rc cs_corpus_filter(const struct cs_args *args, const struct cs_engine *e, struct cs_filter **out);

#endif
