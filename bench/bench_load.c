/* How long rules take to load: reading and folding a pack, compiling it, and taking the compiled database
 * from the cache instead.
 *
 *   bench_load [WORDS.txt] [TERMS]     terms are taken evenly from the words; 20,000 by default */
#include "corpus.h"
#include "rules/ruleset.h"
#include "scan/cache.h"
#include "scan/lattice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TERMS = 20000, ROUNDS = 5 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void need(cs_rc rc, const char *what)
{
    if (!cs_bad(rc)) return;
    fprintf(stderr, "bench_load: %s: %s\n", what, cs_rc_name(rc));
    exit(1);
}

static void put_term(FILE *f, struct cs_span word)
{
    fputs("      - \"x", f); /* so that none is empty */
    for (size_t k = 0; k < word.len; k++) {
        uint8_t c = word.ptr[k];
        if (c >= ' ' && c != 0x7F && !strchr("\"\\()|", c)) fputc(c, f);
    }
    fputs("\"\n", f);
}

/* `n` of the words as one pack; what a double-quoted scalar or a term may not have is left out. */
static void write_pack(const char *path, const struct corpus *words, uint32_t n)
{
    FILE *f = fopen(path, "w");
    if (!f) {
        fprintf(stderr, "bench_load: cannot write %s\n", path);
        exit(1);
    }
    fputs("pack: {id: load, version: 1}\nrules:\n  - id: LOAD\n    category: load\n    severity: 1\n"
          "    platforms: all\n    message: {zh: 一, en: one}\n    terms:\n",
        f);
    for (uint32_t i = 0; i < n; i++)
        put_term(f, words->line[(uint64_t)i * words->n / n]);
    fclose(f);
}

static double compile(const struct cs_ruleset *rs, struct cs_cache *cache)
{
    struct cs_diag diag = {0};
    struct cs_matcher *m = NULL;
    const struct cs_patterns patterns = {rs->pattern, rs->n_pattern};
    double begin = now_ms();
    need(cs_matcher_new_cached(CS_MATCHER_HYPERSCAN, &patterns, cache, &diag, &m), "matcher");
    double ms = now_ms() - begin;
    cs_matcher_free(&m);
    cs_diag_clear(&diag);
    return ms;
}

static double compile_disguises(const struct cs_ruleset *rs)
{
    struct cs_diag diag = {0};
    struct cs_lattice *l = NULL;
    double begin = now_ms();
    need(cs_lattice_new(CS_MATCHER_HYPERSCAN, rs->disguisable, rs->n_disguisable, &diag, &l), "disguises");
    double ms = now_ms() - begin;
    cs_lattice_free(&l);
    cs_diag_clear(&diag);
    return ms;
}

static double read_pack(const char *path, struct cs_ruleset **rs)
{
    struct cs_diag diag = {0};
    double begin = now_ms();
    cs_rc rc = cs_ruleset_load(&path, 1, &diag, rs);
    double ms = now_ms() - begin;
    for (uint32_t i = 0; i < diag.n && cs_bad(rc); i++)
        fprintf(stderr, "%s\n", cs_diag_text(&diag, i));
    need(rc, path);
    cs_diag_clear(&diag);
    return ms;
}

static void round_of(const char *pack, const char *dir)
{
    struct cs_ruleset *rs = NULL;
    struct cs_cache none = {0}, cache = {.dir = dir};
    double read = read_pack(pack, &rs), cold = compile(rs, &none), disguises = compile_disguises(rs);
    compile(rs, &cache);
    double cached = compile(rs, &cache);
    printf("%u terms: read and fold %.0f ms, compile %.0f ms, disguises %.1f ms: %.0f ms cold; "
           "compiled rules from the cache %.1f ms (%s): %.0f ms\n",
        rs->n_term, read, cold, disguises, read + cold + disguises, cached, cs_cache_use_name(cache.use),
        read + cached + disguises);
    cs_ruleset_free(&rs);
}

int main(int argc, char **argv)
{
    struct corpus words;
    char dir[] = "/tmp/bench-load-XXXXXX", pack[64], clean[64];
    uint32_t n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : TERMS;
    bool ok = argc > 1 ? corpus_read(&words, argv[1]) : corpus_make_words(&words, n);
    if (!ok || !mkdtemp(dir)) return 1;
    snprintf(pack, sizeof pack, "%s/pack.yaml", dir);
    write_pack(pack, &words, n < words.n ? n : words.n);
    for (int i = 0; i < ROUNDS; i++)
        round_of(pack, dir);
    snprintf(clean, sizeof clean, "rm -rf '%s'", dir);
    corpus_clear(&words);
    return system(clean) ? 1 : 0;
}
