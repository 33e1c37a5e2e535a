#include "config/expand.h"

#include "config/file.h"

#include <stdlib.h>

enum { FILE_BYTES_MAX = 64 * 1024 };

void cs_expand_path(struct cs_span dir, const char *path, struct cs_buf *out)
{
    if (path[0] != '/') cs_buf_add(out, dir);
    cs_buf_str(out, path);
}

static cs_rc put_variable(
    const char *name, const struct cs_diag_at *at, struct cs_diag *diag, struct cs_buf *out)
{
    const char *v = getenv(name);
    if (!v) {
        cs_diag_add(diag, CS_DIAG_ERROR, at, "set it, or write $${ for a literal ${",
            "the environment variable \"%s\" is not set", name);
        return cs_fail(CS_ESYNTAX);
    }
    cs_buf_str(out, v);
    return CS_OK;
}

/* The file without its last line break: secrets are usually written with one. */
static cs_rc put_file(const char *path, const struct cs_diag_at *at, struct cs_diag *diag, struct cs_buf *out)
{
    struct cs_buf text = {0};
    cs_rc rc = cs_file_read(path, FILE_BYTES_MAX, at, diag, &text);
    struct cs_span s = cs_buf_span(&text);
    if (s.len && s.ptr[s.len - 1] == '\n') s.len--;
    if (s.len && s.ptr[s.len - 1] == '\r') s.len--;
    if (!cs_bad(rc) && s.len && memchr(s.ptr, 0, s.len)) {
        cs_diag_add(diag, CS_DIAG_ERROR, at, NULL, "\"%s\" holds a NUL byte", path);
        rc = cs_fail(CS_ESYNTAX);
    }
    if (!cs_bad(rc)) cs_buf_add(out, s);
    cs_buf_clear(&text);
    return !cs_bad(rc) || cs_is(rc, CS_ENOMEM) ? rc : cs_fail(CS_ESYNTAX);
}

/* What stands between the braces. */
static cs_rc put_reference(struct cs_span ref, struct cs_span dir, const struct cs_diag_at *at,
    struct cs_diag *diag, struct cs_buf *out)
{
    struct cs_buf name = {0};
    cs_buf_add(&name, ref);
    const char *s = cs_buf_cstr(&name);
    cs_rc rc = cs_buf_rc(&name);
    if (!cs_bad(rc) && strncmp(s, "file:", 5) == 0) {
        struct cs_buf path = {0};
        cs_expand_path(dir, s + 5, &path);
        const char *p = cs_buf_cstr(&path);
        rc = cs_buf_rc(&path);
        if (!cs_bad(rc)) rc = put_file(p, at, diag, out);
        cs_buf_clear(&path);
    } else if (!cs_bad(rc)) {
        rc = put_variable(s, at, diag, out);
    }
    cs_buf_clear(&name);
    return rc;
}

cs_rc cs_expand(struct cs_span value, struct cs_span dir, const struct cs_diag_at *at, struct cs_diag *diag,
    struct cs_buf *out)
{
    cs_rc rc = CS_OK;
    for (size_t i = 0; i < value.len && !cs_bad(rc);) {
        struct cs_span rest = cs_span_cut(value, i, value.len);
        if (rest.len >= 3 && memcmp(rest.ptr, "$${", 3) == 0) {
            cs_buf_str(out, "${");
            i += 3;
        } else if (rest.len >= 2 && memcmp(rest.ptr, "${", 2) == 0) {
            const uint8_t *end = memchr(rest.ptr, '}', rest.len);
            if (!end) {
                cs_diag_add(diag, CS_DIAG_ERROR, at, "write $${ for a literal ${", "\"${\" is never closed");
                return cs_fail(CS_ESYNTAX);
            }
            size_t close = (size_t)(end - rest.ptr);
            rc = put_reference(cs_span_cut(rest, 2, close), dir, at, diag, out);
            i += close + 1;
        } else {
            cs_buf_byte(out, rest.ptr[0]);
            i++;
        }
    }
    return cs_bad(rc) ? rc : cs_buf_rc(out);
}
