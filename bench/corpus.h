/* Texts to measure with: lines of a file, or made-up ones of about the same lengths. The owner clears it. */
#ifndef CS_BENCH_CORPUS_H
#define CS_BENCH_CORPUS_H

#include "base/span.h"

struct corpus {
    struct cs_span *line;
    uint32_t n;
    size_t bytes; /* of all lines */
    char *data;   /* with 64 readable bytes behind the last line */
};

/* Read the non-empty lines of `path`; of a .tsv the last field. False when it cannot be read or has none. */
bool corpus_read(struct corpus *c, const char *path);
/* The same with all fields. */
bool corpus_read_whole(struct corpus *c, const char *path);
/* `n` chat messages: mean about 60 bytes, with a long tail. */
bool corpus_make_chat(struct corpus *c, uint32_t n);
/* `n` different words of two to five common Han characters. */
bool corpus_make_words(struct corpus *c, uint32_t n);
void corpus_clear(struct corpus *c);

#endif
