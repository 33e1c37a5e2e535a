#include "config/file.h"

#include <errno.h>
#include <stdio.h>

enum { READ_BYTES = 64 * 1024 };

static enum cs_code code_of(int err)
{
    if (err == ENOENT || err == ENOTDIR) return CS_ENOENT;
    if (err == EACCES || err == EPERM) return CS_EDENIED;
    return err == ENOMEM ? CS_ENOMEM : CS_EIO;
}

static cs_rc tell_errno(const char *path, const struct cs_diag_at *at, struct cs_diag *diag, int err)
{
    const struct cs_diag_at self = {.file = path};
    if (at)
        cs_diag_add(diag, CS_DIAG_ERROR, at, NULL, "cannot read \"%s\": %s", path, strerror(err));
    else
        cs_diag_add(diag, CS_DIAG_ERROR, &self, NULL, "cannot read this file: %s", strerror(err));
    return cs_fail(code_of(err));
}

static cs_rc tell_too_long(const char *path, const struct cs_diag_at *at, struct cs_diag *diag, size_t max)
{
    const struct cs_diag_at self = {.file = path};
    cs_diag_add(diag, CS_DIAG_ERROR, at ? at : &self, NULL, "\"%s\" is longer than %zu bytes", path, max);
    return cs_fail(CS_ELIMIT);
}

/* Everything up to the end of the stream; one byte over `max` is enough to know that it is too long. */
static int read_all(FILE *f, size_t max, struct cs_buf *out)
{
    size_t start = out->len;
    while (out->len - start <= max) {
        uint8_t *to = cs_buf_reserve(out, READ_BYTES);
        if (!to) return ENOMEM;
        size_t n = fread(to, 1, READ_BYTES, f);
        out->len += n;
        if (n < READ_BYTES) return ferror(f) ? errno : 0;
    }
    return 0;
}

cs_rc cs_file_read(
    const char *path, size_t max, const struct cs_diag_at *at, struct cs_diag *diag, struct cs_buf *out)
{
    FILE *f = fopen(path, "rbe");
    if (!f) return tell_errno(path, at, diag, errno);
    size_t start = out->len;
    int err = read_all(f, max, out);
    fclose(f);
    if (err) return tell_errno(path, at, diag, err);
    if (out->len - start > max) return tell_too_long(path, at, diag, max);
    return CS_OK;
}

struct cs_span cs_file_dir(const char *path)
{
    const char *slash = strrchr(path, '/');
    return cs_span_of(path, slash ? (size_t)(slash - path) + 1 : 0);
}
