/* Tells when pack files may have changed. One thread.
 *
 * Directories are watched rather than files, and the directory above each path as well: editors replace files
 * by renaming, and Kubernetes replaces a whole mounted directory by moving a symbolic link. Where the kernel
 * tells nothing (network file systems), and in case it forgets something, names, sizes and times of the files
 * are compared now and then. */
#ifndef CS_CHATSIEVE_WATCH_H
#define CS_CHATSIEVE_WATCH_H

#include "base/rc.h"

#include <stdbool.h>
#include <stdint.h>

struct cs_watch;

/* Watch path[0 .. n), which must outlive it. Works without inotify, too, only slower. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_watch_open(const char *const *path, uint32_t n, struct cs_watch **out);
void cs_watch_close(struct cs_watch **w);

/* Wait until the files changed or `wake` (a file descriptor) is readable; both can be true. A change is told
 * when nothing more has changed for 100 ms, or after 1 s, and once: what changes after the
 * return is told by the next call. */
struct cs_watch_news {
    bool changed, woken;
};
struct cs_watch_news cs_watch_wait(struct cs_watch *w, int wake);

#endif
