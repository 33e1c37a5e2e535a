#define _GNU_SOURCE
#include "chatsieve/watch.h"

#include "base/hash.h"
#include "rules/pack_files.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 100, RESTLESS_MS = 1000, COMPARE_MS = 10000, ARENA_CHUNK = 16 << 10 };

static const uint32_t interesting = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                    IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;

struct cs_watch {
    const char *const *path;
    uint32_t n;
    int inotify; /* -1: there is none */
    uint64_t signature;
    struct cs_arena scratch;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The directory that `path` stands in. */
static void watch_above(const struct cs_watch *w, const char *path)
{
    char dir[PATH_MAX];
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len >= sizeof dir) return;
    memcpy(dir, len ? path : ".", len ? len : 1);
    dir[len ? len : 1] = 0;
    inotify_add_watch(w->inotify, dir, interesting | IN_ONLYDIR);
}

/* Watching what is watched already changes nothing, so this is done again after every change. */
static void watch_all(const struct cs_watch *w)
{
    if (w->inotify < 0) return;
    for (uint32_t i = 0; i < w->n; i++) {
        watch_above(w, w->path[i]);
        inotify_add_watch(w->inotify, w->path[i], interesting | IN_ONLYDIR);
    }
}

static uint64_t mix(const char *file, const struct stat *st, uint64_t seed)
{
    const int64_t facts[] = {(int64_t)st->st_dev, (int64_t)st->st_ino, st->st_size, st->st_mtim.tv_sec,
        st->st_mtim.tv_nsec, st->st_ctim.tv_sec, st->st_ctim.tv_nsec};
    return cs_hash(
        cs_span_of((const uint8_t *)facts, sizeof facts), cs_hash(cs_span_of(file, strlen(file)), seed));
}

/* A number that changes when the pack files do. */
static uint64_t signature(struct cs_watch *w)
{
    struct cs_diag unheard = {0};
    struct cs_paths files = {0};
    uint64_t h = 0;
    cs_arena_reset(&w->scratch);
    cs_rc rc = cs_paths_expand(w->path, w->n, &w->scratch, &unheard, &files);
    cs_diag_clear(&unheard);
    for (uint32_t i = 0; i < files.n; i++) {
        struct stat st;
        if (stat(files.path[i], &st) == 0) h = mix(files.path[i], &st, h);
    }
    return h + cs_bad(rc);
}

cs_rc cs_watch_open(const char *const *path, uint32_t n, struct cs_watch **out)
{
    struct cs_watch *w = calloc(1, sizeof *w);
    if (!w) return cs_fail(CS_ENOMEM);
    *w = (struct cs_watch){.path = path, .n = n, .inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    cs_arena_init(&w->scratch, ARENA_CHUNK, 0);
    watch_all(w);
    w->signature = signature(w);
    *out = w;
    return CS_OK;
}

void cs_watch_close(struct cs_watch **w)
{
    if (!*w) return;
    if ((*w)->inotify >= 0) close((*w)->inotify);
    cs_arena_clear(&(*w)->scratch);
    free(*w);
    *w = NULL;
}

/* Read away what inotify has; true when there was something. */
static bool drain(const struct cs_watch *w)
{
    char events[4096];
    bool any = false;
    while (w->inotify >= 0 && read(w->inotify, events, sizeof events) > 0)
        any = true;
    return any;
}

/* Wait for the kernel's word or for `wake`; true when the latter is readable. */
static bool wait_for(const struct cs_watch *w, int wake, int ms)
{
    struct pollfd fd[] = {{.fd = wake, .events = POLLIN}, {.fd = w->inotify, .events = POLLIN}};
    return poll(fd, 2, ms) > 0 && fd[0].revents != 0;
}

/* Whoever writes several files is let finish. */
static bool let_finish(const struct cs_watch *w, int wake)
{
    int64_t until = now_ms() + RESTLESS_MS;
    do {
        if (wait_for(w, wake, QUIET_MS)) return true;
    } while (drain(w) && now_ms() < until);
    return false;
}

struct cs_watch_news cs_watch_wait(struct cs_watch *w, int wake)
{
    struct cs_watch_news news = {0};
    while (!news.changed && !news.woken) {
        news.woken = wait_for(w, wake, COMPARE_MS);
        if (drain(w) && !news.woken) news.woken = let_finish(w, wake);
        watch_all(w);
        uint64_t now = signature(w);
        news.changed = now != w->signature;
        w->signature = now;
    }
    return news;
}
