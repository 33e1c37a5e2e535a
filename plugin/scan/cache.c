#include "scan/cache.h"

#include "base/hash.h"
#include "scan/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1 << 30 };

/* Head of a file; the database follows. Read on the machine that wrote it, so in its byte order. */
struct head {
    char magic[8];
    uint64_t key[2], bytes, sum;
};

static const char magic[8] = "CSDB001";

/* Where a database is kept. */
struct place {
    const char *dir;
    char path[PATH_MAX];
    uint64_t key[2];
};

static uint64_t hash_patterns(struct cs_span stamp, const struct cs_codes *pattern, uint32_t n, uint64_t seed)
{
    uint64_t h = cs_hash(stamp, seed);
    for (uint32_t i = 0; i < n; i++)
        h = cs_hash(cs_span_of(pattern[i].ptr, pattern[i].len * sizeof *pattern[i].ptr), h + pattern[i].len);
    return h;
}

static cs_rc find_place(
    struct place *p, const struct cs_engine *engine, const struct cs_codes *pattern, uint32_t n)
{
    struct cs_buf stamp = {0};
    engine->stamp(&stamp);
    cs_rc rc = cs_buf_rc(&stamp);
    for (uint64_t i = 0; i < 2; i++)
        p->key[i] = hash_patterns(cs_buf_span(&stamp), pattern, n, i + 1);
    cs_buf_clear(&stamp);
    int len = snprintf(
        p->path, sizeof p->path, "%s/%016" PRIx64 "%016" PRIx64 ".hsdb", p->dir, p->key[0], p->key[1]);
    if (!cs_bad(rc) && (len < 0 || (size_t)len >= sizeof p->path)) rc = cs_fail(CS_ELIMIT);
    return rc;
}

static void warn(struct cs_diag *diag, const char *path, const char *why, const char *hint)
{
    cs_diag_add(diag, CS_DIAG_WARNING, NULL, hint, "compiled rules are not kept: %s %s", path, why);
}

/* Ours alone to write. */
static bool is_private(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool directory_ok(const char *dir, struct cs_diag *diag)
{
    struct stat st;
    if (mkdir(dir, S_IRWXU) != 0 && errno != EEXIST) {
        warn(diag, dir, "cannot be made", "make the directory, mode 0700, owned by the user of chatsieve");
        return false;
    }
    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        warn(diag, dir, "is no directory", NULL);
        return false;
    }
    if (is_private(&st)) return true;
    warn(diag, dir, "may be written by others", "chmod 0700 and chown it to the user of chatsieve");
    return false;
}

/* Read `n` bytes or fail. */
static bool read_all(int fd, void *to, size_t n)
{
    for (uint8_t *at = to; n > 0;) {
        ssize_t got = read(fd, at, n);
        if (got <= 0) return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* Bytes of the database in an open file, by its head; 0 when it is not the one that is looked for. */
static size_t check_head(int fd, const struct place *p, struct head *h)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !is_private(&st)) return 0;
    if (st.st_size <= (off_t)sizeof *h || st.st_size > FILE_BYTES_MAX) return 0;
    if (!read_all(fd, h, sizeof *h) || memcmp(h->magic, magic, sizeof magic) != 0) return 0;
    bool mine = memcmp(h->key, p->key, sizeof h->key) == 0;
    return mine && h->bytes == (uint64_t)st.st_size - sizeof *h ? h->bytes : 0;
}

/* The database in an open file, for the caller to free; NULL when the file is not what it should be. */
static uint8_t *read_file(int fd, const struct place *p, size_t *bytes)
{
    struct head h;
    *bytes = check_head(fd, p, &h);
    uint8_t *body = *bytes ? malloc(*bytes) : NULL;
    if (!body) return NULL;
    if (read_all(fd, body, *bytes) && cs_hash(cs_span_of(body, *bytes), p->key[0]) == h.sum) return body;
    free(body);
    return NULL;
}

static void *load(const struct cs_engine *engine, const struct place *p)
{
    void *db = NULL;
    size_t bytes;
    int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return NULL;
    uint8_t *body = read_file(fd, p, &bytes);
    close(fd);
    if (!body) return NULL;
    bool good = !cs_bad(engine->load(cs_span_of(body, bytes), &db));
    free(body);
    return good ? db : NULL;
}

static bool write_all(int fd, struct cs_span s)
{
    while (s.len > 0) {
        ssize_t n = write(fd, s.ptr, s.len);
        if (n <= 0) return false;
        s = cs_span_cut(s, (size_t)n, s.len);
    }
    return true;
}

/* Written beside and renamed, so that nobody reads half a file. */
static bool write_file(const struct place *p, struct cs_span body)
{
    char temporary[PATH_MAX];
    struct head h = {.key = {p->key[0], p->key[1]}, .bytes = body.len, .sum = cs_hash(body, p->key[0])};
    memcpy(h.magic, magic, sizeof magic);
    int len = snprintf(temporary, sizeof temporary, "%s/.new-XXXXXX", p->dir);
    int fd = len > 0 && (size_t)len < sizeof temporary ? mkstemp(temporary) : -1;
    if (fd < 0) return false;
    bool good = write_all(fd, cs_span_of(&h, sizeof h)) && write_all(fd, body);
    good = close(fd) == 0 && good;
    if (good && rename(temporary, p->path) == 0) return true;
    unlink(temporary);
    return false;
}

static void keep(const struct cs_engine *engine, const struct place *p, const void *db, struct cs_diag *diag)
{
    struct cs_buf bytes = {0};
    cs_rc rc = engine->save(db, &bytes);
    if (cs_bad(rc) || !write_file(p, cs_buf_span(&bytes)))
        warn(diag, p->dir, "cannot be written", "check space and permission");
    cs_buf_clear(&bytes);
}

cs_rc cs_matcher_new_cached(enum cs_matcher_kind kind, const struct cs_patterns *patterns,
    struct cs_cache *cache, struct cs_diag *diag, struct cs_matcher **out)
{
    struct place p = {.dir = cache->dir};
    const struct cs_engine *engine = cs_engine_of(kind);
    const struct cs_codes *pattern = patterns->pattern;
    uint32_t n = patterns->n;
    cache->use = CS_CACHE_OFF;
    bool usable = p.dir && n && engine->save && directory_ok(p.dir, diag);
    if (!usable || cs_bad(find_place(&p, engine, pattern, n)))
        return cs_matcher_new(kind, pattern, n, diag, out);
    cs_rc rc = engine->check(diag);
    if (cs_bad(rc)) return rc;
    void *db = load(engine, &p);
    cache->use = db ? CS_CACHE_HIT : CS_CACHE_MISS;
    if (db) return cs_matcher_of(engine, db, out);
    rc = cs_matcher_new_with(engine, pattern, n, diag, out);
    if (!cs_bad(rc)) keep(engine, &p, cs_matcher_db(*out), diag);
    return rc;
}

const char *cs_cache_use_name(enum cs_cache_use use)
{
    static const char *const name[] = {"off", "hit", "miss"};
    return name[use];
}
