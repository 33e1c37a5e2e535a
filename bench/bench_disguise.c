/* What finding disguises costs, and where: fold, exact scan, the filter of the lattice, and all of the
 * lattice.
 *
 *   bench_disguise [--batch N] [--rounds N] [--sound main|modern|all] [--channels SET] [WORDS [CHAT.tsv]]
 *
 * Nanoseconds a message, each the best of the rounds; the rounds of the columns alternate, so that a busy
 * machine disturbs all alike. The exact scan is always of 10,000 words; of these so many opt into all
 * channels. Without files, words and chat are made up. */
#include "lexicon.h"
#include "measure.h"
#include "scan/lattice_walk.h"
#include "text/fold.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLD, EXACT, FILTER, LATTICE, COLUMNS, WORDS = 10000, BATCHES_MAX = 4096 };

struct options {
    uint32_t batch, rounds, sound, channels;
    const char *words, *chat;
};

struct bench {
    struct options o;
    struct corpus words, chat;
    struct lexicon lexicon;
    struct cs_folder *folder;
    struct cs_scanner *exact;
    struct cs_lattice *set;
    struct cs_lattice_scanner *scanner;
    struct cs_folded in[BATCHES_MAX]; /* folded beforehand */
    uint32_t n_in;
    struct cs_lattice_place place[CS_LATTICE_PLACES];
    uint64_t hits, places; /* of one pass */
};

static void fold_batch(struct bench *b, uint32_t at, struct cs_folded *out)
{
    uint32_t n = b->chat.n - at < b->o.batch ? b->chat.n - at : b->o.batch;
    need(!cs_bad(cs_fold_texts(b->folder, b->chat.line + at, n, NULL, out)), "fold");
}

static void run_fold(struct bench *b)
{
    struct cs_folded out;
    for (uint32_t at = 0; at < b->chat.n; at += b->o.batch)
        fold_batch(b, at, &out);
}

static void run_exact(struct bench *b)
{
    const struct cs_hit *hit;
    uint32_t n;
    for (uint32_t i = 0; i < b->n_in; i++)
        need(!cs_bad(cs_scanner_scan(b->exact, &b->in[i], &hit, &n)), "scan");
}

static void run_filter(struct bench *b)
{
    b->places = 0;
    for (uint32_t i = 0; i < b->n_in; i++)
        for (uint32_t next = 0; next < b->in[i].n_code;)
            b->places += cs_lattice_places(b->set, &b->in[i], &next, b->place);
}

static void run_lattice(struct bench *b)
{
    const struct cs_disguised *hit;
    uint32_t n;
    b->hits = 0;
    for (uint32_t i = 0; i < b->n_in; i++) {
        need(!cs_bad(cs_lattice_scan(b->scanner, &b->in[i], NULL, &hit, &n)), "lattice");
        b->hits += n;
    }
}

static void *copy(const void *from, size_t bytes, size_t slack)
{
    char *to = calloc(bytes + slack, 1);
    need(to != NULL, "allocation");
    memcpy(to, from, bytes);
    return to;
}

static void fold_beforehand(struct bench *b)
{
    for (uint32_t at = 0; at < b->chat.n && b->n_in < BATCHES_MAX; at += b->o.batch) {
        struct cs_folded out;
        fold_batch(b, at, &out);
        out.code = copy(out.code, out.n_code * sizeof *out.code, 64);
        out.begin = copy(out.begin, (out.n + 1) * sizeof *out.begin, 0);
        b->in[b->n_in++] = out;
    }
}

/* The words that opt in, taken evenly; single characters cannot. */
static uint32_t open_set(struct bench *b, uint32_t want)
{
    const struct cs_ruleset *rs = &b->lexicon.box.set;
    struct cs_disguisable *term = calloc(want, sizeof *term);
    need(term != NULL, "allocation");
    uint32_t n = 0;
    for (uint32_t i = 0; i < want; i++) {
        struct cs_codes c = rs->pattern[(uint64_t)i * rs->n_pattern / want];
        if (c.len < 2) continue;
        term[n++] = (struct cs_disguisable){c, (uint8_t)b->o.channels, (uint8_t)b->o.sound, 0};
    }
    struct cs_diag diag = {0};
    need(!cs_bad(cs_lattice_new(CS_MATCHER_HYPERSCAN, term, n, &diag, &b->set)), "compile");
    need(!cs_bad(cs_lattice_scanner_new(b->set, &b->scanner)), "scanner");
    free(term);
    return n;
}

static void measure(struct bench *b, double *best)
{
    static void (*const column[COLUMNS])(struct bench *) = {run_fold, run_exact, run_filter, run_lattice};
    for (int c = 0; c < COLUMNS; c++)
        best[c] = 1e300;
    for (uint32_t r = 0; r < b->o.rounds; r++)
        for (int c = 0; c < COLUMNS; c++) {
            double t = now_ns();
            column[c](b);
            t = (now_ns() - t) / b->chat.n;
            if (t < best[c]) best[c] = t;
        }
}

static void report(struct bench *b)
{
    static const uint32_t sizes[] = {12, 500, 2000, WORDS};
    printf("%u messages of %.1f bytes, batches of %u, fold %s; ns a message\n", b->chat.n,
        (double)b->chat.bytes / b->chat.n, b->o.batch, cs_fold_kernel(b->folder));
    printf("%8s %8s %8s %8s %8s %10s %10s %10s\n", "opted in", "fold", "exact", "filter", "lattice",
        "places/msg", "hits/1000", "kbytes");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double best[COLUMNS];
        uint32_t n = open_set(b, sizes[i]);
        measure(b, best);
        printf("%8u %8.1f %8.1f %8.1f %8.1f %10.2f %10.1f %10zu\n", n, best[FOLD], best[EXACT], best[FILTER],
            best[LATTICE], (double)b->places / b->chat.n, 1000.0 * (double)b->hits / b->chat.n,
            cs_lattice_bytes(b->set) / 1024);
        cs_lattice_scanner_free(&b->scanner);
        cs_lattice_free(&b->set);
    }
}

static uint32_t sound_of(const char *text)
{
    static const char *const name[] = {"main", "modern", "all"};
    for (uint32_t i = 0; i < CS_SOUND_COUNT; i++)
        if (text && strcmp(text, name[i]) == 0) return i;
    need(false, "reading the level of sounds");
    return 0;
}

static struct options parse(char **arg)
{
    struct options o = {256, 40, CS_SOUND_MODERN, CS_CHANNELS_ALL, "../shared/data/terms_65k.txt",
        "../shared/data/jd_chat.tsv"};
    for (; *arg && strncmp(*arg, "--", 2) == 0; arg += 2) {
        if (strcmp(*arg, "--batch") == 0)
            o.batch = number(arg[1], CS_BATCH_MAX);
        else if (strcmp(*arg, "--rounds") == 0)
            o.rounds = number(arg[1], 100000);
        else if (strcmp(*arg, "--channels") == 0)
            o.channels = number(arg[1], CS_CHANNELS_ALL);
        else if (strcmp(*arg, "--sound") == 0)
            o.sound = sound_of(arg[1]);
        else
            need(false, "reading the options");
    }
    if (*arg) o.words = *arg++;
    if (*arg) o.chat = *arg;
    return o;
}

static void open_bench(struct bench *b)
{
    open_texts(&b->words, b->o.words, &b->chat, b->o.chat);
    need(!cs_bad(cs_folder_new(&b->folder)), "allocation");
    need(lexicon_open(&b->lexicon, &b->words, WORDS), "lexicon");
    need(!cs_bad(cs_scanner_new(b->lexicon.matcher, &b->exact)), "scanner");
    fold_beforehand(b);
}

static void close_bench(struct bench *b)
{
    for (uint32_t i = 0; i < b->n_in; i++) {
        free((void *)(uintptr_t)b->in[i].code);
        free((void *)(uintptr_t)b->in[i].begin);
    }
    cs_scanner_free(&b->exact);
    lexicon_close(&b->lexicon);
    cs_folder_free(&b->folder);
    corpus_clear(&b->words);
    corpus_clear(&b->chat);
}

int main(int argc, char **argv)
{
    static struct bench b;
    (void)argc;
    b.o = parse(argv + 1);
    open_bench(&b);
    report(&b);
    close_bench(&b);
    return 0;
}
