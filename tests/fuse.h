/* Make the k-th allocation of a test fail: link with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
 * (tests.cmake of the room), set `fuse` to k, run, and look whether it is spent (-1) or everything succeeded
 * before.
 *
 * Included by one source of a program, since it defines the wrappers. */
#ifndef TESTS_FUSE_H
#define TESTS_FUSE_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);

static long fuse = -1;    /* allocations until one fails; -1 = never */
static size_t fuse_bytes; /* of all that malloc was asked for */

static bool blown(void)
{
    return fuse >= 0 && fuse-- == 0;
}

void *__wrap_malloc(size_t n)
{
    fuse_bytes += n;
    return blown() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return blown() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return blown() ? NULL : __real_realloc(p, n);
}

#endif
