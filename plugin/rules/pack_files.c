#include "rules/pack_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static cs_rc tell(struct cs_diag *diag, const char *path, int err)
{
    const struct cs_diag_at at = {.file = path};
    cs_diag_add(diag, CS_DIAG_ERROR, &at, NULL, "cannot read the rule packs here: %s", strerror(err));
    if (err == ENOENT || err == ENOTDIR) return cs_fail(CS_ENOENT);
    return cs_fail(err == EACCES || err == EPERM ? CS_EDENIED : CS_EIO);
}

static cs_rc add(struct cs_paths *out, struct cs_arena *arena, const char *dir, const char *name)
{
    if (out->n == out->cap) {
        uint32_t cap = out->cap ? out->cap * 2 : 16;
        const char **wider = cs_arena_alloc(arena, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (out->n) memcpy(wider, out->path, out->n * sizeof *wider);
        out->path = wider;
        out->cap = cap;
    }
    size_t a = dir ? strlen(dir) : 0, b = strlen(name);
    bool slash = a && dir[a - 1] != '/';
    char *p = cs_arena_alloc(arena, a + b + 2);
    if (!p) return cs_fail(CS_ENOMEM);
    if (a) memcpy(p, dir, a);
    if (slash) p[a++] = '/';
    memcpy(p + a, name, b + 1);
    out->path[out->n++] = p;
    return CS_OK;
}

static bool ends_in(const char *name, const char *tail)
{
    size_t a = strlen(name), b = strlen(tail);
    return a > b && strcmp(name + a - b, tail) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Hidden entries are skipped: an orchestrator keeps its versions in "..data". */
static cs_rc read_dir(
    DIR *d, const char *dir, struct cs_arena *arena, struct cs_diag *diag, struct cs_paths *out)
{
    const struct cs_diag_at at = {.file = dir};
    uint32_t first = out->n;
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        if (ends_in(e->d_name, ".yml"))
            cs_diag_add(diag, CS_DIAG_WARNING, &at, "name it .yaml", "%.200s is not loaded", e->d_name);
        if (!ends_in(e->d_name, ".yaml") || ends_in(e->d_name, ".test.yaml")) continue;
        cs_rc rc = add(out, arena, dir, e->d_name);
        if (cs_bad(rc)) return rc;
    }
    if (out->n == first) {
        cs_diag_add(diag, CS_DIAG_ERROR, &at, NULL, "there is no rule pack (*.yaml) in this directory");
        return cs_fail(CS_ENOENT);
    }
    qsort(out->path + first, out->n - first, sizeof *out->path, by_name);
    return CS_OK;
}

static cs_rc expand_one(const char *path, struct cs_arena *arena, struct cs_diag *diag, struct cs_paths *out)
{
    struct stat st;
    if (stat(path, &st) != 0) return tell(diag, path, errno);
    if (!S_ISDIR(st.st_mode)) return add(out, arena, NULL, path);
    DIR *d = opendir(path);
    if (!d) return tell(diag, path, errno);
    cs_rc rc = read_dir(d, path, arena, diag, out);
    closedir(d);
    return rc;
}

cs_rc cs_paths_expand(
    const char *const *path, uint32_t n, struct cs_arena *arena, struct cs_diag *diag, struct cs_paths *out)
{
    cs_rc first = CS_OK;
    *out = (struct cs_paths){0};
    for (uint32_t i = 0; i < n; i++) {
        cs_rc rc = expand_one(path[i], arena, diag, out);
        if (cs_is(rc, CS_ENOMEM)) return rc;
        if (cs_bad(rc) && !cs_bad(first)) first = rc;
    }
    return first;
}
