/* What the fuzz targets share. A target is one function over bytes, LLVMFuzzerTestOneInput: libFuzzer drives
 * it
 * (`./run fuzz`), and so does replay.c with the corpus and random bytes, in every test run and with any
 * compiler.
 *
 * Bytes are read as a plan: a target takes numbers and texts off the front and builds its case from them, so
 * that random bytes make sensible cases, too. When they are used up, everything is zero. */
#ifndef CS_TESTS_FUZZ_FUZZ_H
#define CS_TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/buf.h"
#include "record/batch.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cases compared so far, and those among them in which there was something to compare (a hit, an accepted
 * input): a target whose cases are all empty proves nothing. */
extern uint64_t fuzz_cases, fuzz_telling;

struct fuzz_in {
    const uint8_t *at, *end;
};

struct fuzz_in fuzz_open(const uint8_t *data, size_t size);
size_t fuzz_left(const struct fuzz_in *in);
uint8_t fuzz_byte(struct fuzz_in *in);
/* 0 to below - 1; below at most 65,536. */
uint32_t fuzz_below(struct fuzz_in *in, uint32_t below);
/* Append up to `chars` characters: of disguises and near misses, of all planes, and bytes that are none.
 * Stops at a zero byte of the plan. */
void fuzz_text(struct fuzz_in *in, uint32_t chars, struct cs_buf *out);
/* A file of this content, NUL-terminated path; gone with fuzz_file_close. */
struct fuzz_file {
    int fd;
    char path[32];
};
void fuzz_file_open(struct fuzz_file *f, struct cs_span content);
void fuzz_file_close(struct fuzz_file *f);

/* A copy whose end the address sanitizer watches; free it. */
uint8_t *fuzz_tight(struct cs_span s);

/* Stop with a message when a property does not hold: also in release builds. */
#define FUZZ_CHECK(what, ...)                                                                                \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #what);                                       \
            fprintf(stderr, __VA_ARGS__);                                                                    \
            fputc('\n', stderr);                                                                             \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static inline void fuzz_ok(cs_rc rc, const char *what)
{
    FUZZ_CHECK(!cs_bad(rc), "%s: %s", what, cs_rc_name(rc));
}

#endif
