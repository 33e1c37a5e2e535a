/* Read a whole small file, and tell in plain words why it cannot be read. */
#ifndef CS_CONFIG_FILE_H
#define CS_CONFIG_FILE_H

#include "base/diag.h"

/* Append the file to `out`, at most `max` bytes. `at` says where the wish to read it stands (NULL: name the
 * file itself). Errors: CS_ENOENT, CS_EDENIED, CS_EIO, CS_ELIMIT, CS_ENOMEM, each told in diag. */
CS_MUST cs_rc cs_file_read(
    const char *path, size_t max, const struct cs_diag_at *at, struct cs_diag *diag, struct cs_buf *out);

/* The directory part of `path` with its slash ("" when there is none), borrowed. */
struct cs_span cs_file_dir(const char *path);

#endif
