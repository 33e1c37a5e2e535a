/* What finding terms costs: fold + scan + spans against a plain scan of the raw bytes that folds nothing.
 *
 *   bench_engine [--batch N] [--rounds N] [WORDS [CHAT.tsv]]
 *   bench_engine --once N [WORDS [CHAT.tsv]]     5,000 terms, N messages, for instruction counts:
 *       valgrind --tool=callgrind --toggle-collect=run_full bench_engine --once 20000 WORDS CHAT.tsv
 *
 * All columns are nanoseconds a message, each the best of the rounds; the rounds of the columns alternate, so
 * that a busy machine disturbs all alike. Quote the ratios. Without files, words and chat are made up. */
#include "annotate/annotate.h"
#include "lexicon.h"
#include "measure.h"
#include "text/fold.h"

#include <stdio.h>
#include <stdlib.h>

enum { PLAIN, BARE, FOLD, FULL, COLUMNS };

struct options {
    uint32_t once, batch, rounds;
    const char *words, *chat;
};

/* One batch, folded beforehand, for the bare scan. */
struct folded {
    struct cs_folded in;
    uint16_t *code;
    uint32_t *begin;
};

struct bench {
    struct corpus words, chat;
    struct lexicon lexicon;
    struct cs_folder *folder;
    struct cs_scanner *scanner;
    struct cs_judge *judge;
    struct cs_batch *batch;
    struct folded *folded;
    uint32_t batch_size, n_folded;
    uint64_t hits, plain_hits, violations; /* of one pass */
};

static uint32_t span_of_batch(const struct bench *b, uint32_t at)
{
    return b->chat.n - at < b->batch_size ? b->chat.n - at : b->batch_size;
}

static void run_plain(struct bench *b)
{
    b->plain_hits = lexicon_scan_plainly(&b->lexicon, &b->chat);
}

static void run_bare(struct bench *b)
{
    const struct cs_hit *hit;
    uint32_t n;
    b->hits = 0;
    for (uint32_t i = 0; i < b->n_folded; i++) {
        need(!cs_bad(cs_scanner_scan(b->scanner, &b->folded[i].in, &hit, &n)), "scan");
        b->hits += n;
    }
}

static void run_fold(struct bench *b)
{
    struct cs_folded out;
    for (uint32_t at = 0; at < b->chat.n; at += b->batch_size)
        need(!cs_bad(cs_fold_texts(b->folder, b->chat.line + at, span_of_batch(b, at), NULL, &out)), "fold");
}

/* The three stages of the filter on messages that a decoder left in the batch. */
__attribute__((noinline)) void run_full(struct bench *b);
__attribute__((noinline)) void run_full(struct bench *b)
{
    struct cs_batch *batch = b->batch;
    b->violations = 0;
    for (uint32_t at = 0; at < b->chat.n; at += b->batch_size) {
        batch->n = span_of_batch(b, at);
        memcpy(batch->text, b->chat.line + at, batch->n * sizeof *batch->text);
        memset(batch->flags, 0, batch->n * sizeof *batch->flags);
        cs_rc rc = cs_fold_texts(b->folder, batch->text, batch->n, batch->flags, &batch->folded);
        if (!cs_bad(rc)) rc = cs_scanner_scan(b->scanner, &batch->folded, &batch->hit, &batch->n_hit);
        if (!cs_bad(rc)) rc = cs_annotate(b->judge, batch);
        need(!cs_bad(rc), "the stages");
        b->violations += batch->violation_begin[batch->n];
        cs_batch_reset(batch);
    }
}

static void copy_folded(struct folded *to, const struct cs_folded *in)
{
    to->code = calloc(in->n_code + 64, sizeof *to->code);
    to->begin = calloc(in->n + 1, sizeof *to->begin);
    need(to->code && to->begin, "allocation");
    memcpy(to->code, in->code, in->n_code * sizeof *to->code);
    memcpy(to->begin, in->begin, (in->n + 1) * sizeof *to->begin);
    to->in = (struct cs_folded){to->code, in->n_code, to->begin, in->n};
}

static void fold_beforehand(struct bench *b)
{
    struct cs_folded out;
    b->folded = calloc(b->chat.n / b->batch_size + 1, sizeof *b->folded);
    need(b->folded != NULL, "allocation");
    for (uint32_t at = 0; at < b->chat.n; at += b->batch_size) {
        need(!cs_bad(cs_fold_texts(b->folder, b->chat.line + at, span_of_batch(b, at), NULL, &out)), "fold");
        copy_folded(&b->folded[b->n_folded++], &out);
    }
}

static void open_lexicon(struct bench *b, uint32_t terms)
{
    need(lexicon_open(&b->lexicon, &b->words, terms), "lexicon");
    need(!cs_bad(cs_scanner_new(b->lexicon.matcher, &b->scanner)), "scanner");
    need(!cs_bad(cs_judge_new(&b->lexicon.box.set, 0, &b->judge)), "judge");
}

static void close_lexicon(struct bench *b)
{
    cs_scanner_free(&b->scanner);
    cs_judge_free(&b->judge);
    lexicon_close(&b->lexicon);
}

static void measure(struct bench *b, uint32_t rounds, double *best)
{
    static void (*const column[COLUMNS])(struct bench *) = {run_plain, run_bare, run_fold, run_full};
    for (int c = 0; c < COLUMNS; c++)
        best[c] = 1e300;
    for (uint32_t r = 0; r < rounds; r++)
        for (int c = 0; c < COLUMNS; c++) {
            double t = now_ns();
            column[c](b);
            t = (now_ns() - t) / b->chat.n;
            if (t < best[c]) best[c] = t;
        }
}

static void report(struct bench *b, uint32_t rounds)
{
    static const uint32_t sizes[] = {500, 5000, 20000};
    printf("%u messages of %.1f bytes, batches of %u, fold %s\n", b->chat.n,
        (double)b->chat.bytes / b->chat.n, b->batch_size, cs_fold_kernel(b->folder));
    printf("%6s %12s %10s %6s %18s %10s %8s %8s %12s\n", "terms", "plain/ns", "bare/ns", "fold/ns",
        "fold+scan+spans/ns", "ratio", "hits", "plain", "violations");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double best[COLUMNS];
        open_lexicon(b, sizes[i]);
        measure(b, rounds, best);
        printf("%6u %12.1f %10.1f %6.1f %18.1f %10.2f %8lu %8lu %12lu\n", b->lexicon.n, best[PLAIN],
            best[BARE], best[FOLD], best[FULL], best[FULL] / best[PLAIN], (unsigned long)b->hits,
            (unsigned long)b->plain_hits, (unsigned long)b->violations);
        close_lexicon(b);
    }
}

/* The chat is cut or repeated to the wanted number of messages. */
static void once(struct bench *b, uint32_t messages)
{
    open_lexicon(b, 5000);
    uint32_t whole = b->chat.n, done = 0;
    for (; done < messages; done += b->chat.n) {
        b->chat.n = messages - done < whole ? messages - done : whole;
        run_full(b);
    }
    printf("%u messages, %u terms\n", done, b->lexicon.n);
    close_lexicon(b);
}

static void open_bench(struct bench *b, const struct options *o)
{
    open_texts(&b->words, o->words, &b->chat, o->chat);
    b->batch_size = o->batch;
    b->batch = calloc(1, sizeof *b->batch);
    need(b->batch != NULL && !cs_bad(cs_folder_new(&b->folder)), "allocation");
    cs_batch_init(b->batch, 0);
    for (uint32_t i = 0; i < CS_BATCH_MAX; i++) {
        b->batch->platform[i] = CS_SPAN_LIT("jd");
        b->batch->role[i] = CS_ROLE_AGENT;
    }
    fold_beforehand(b);
}

static void close_bench(struct bench *b)
{
    for (uint32_t i = 0; i < b->n_folded; i++) {
        free(b->folded[i].code);
        free(b->folded[i].begin);
    }
    free(b->folded);
    cs_batch_clear(b->batch);
    free(b->batch);
    cs_folder_free(&b->folder);
    corpus_clear(&b->words);
    corpus_clear(&b->chat);
}

static struct options parse(char **arg)
{
    struct options o = {0, CS_BATCH_MAX, 40, "../shared/data/terms_65k.txt", "../shared/data/jd_chat.tsv"};
    for (; *arg && strncmp(*arg, "--", 2) == 0; arg += 2) {
        if (strcmp(*arg, "--once") == 0)
            o.once = number(arg[1], 100000000);
        else if (strcmp(*arg, "--batch") == 0)
            o.batch = number(arg[1], CS_BATCH_MAX);
        else if (strcmp(*arg, "--rounds") == 0)
            o.rounds = number(arg[1], 100000);
        else
            need(false, "reading the options");
    }
    if (*arg) o.words = *arg++;
    if (*arg) o.chat = *arg;
    return o;
}

int main(int argc, char **argv)
{
    (void)argc;
    struct options o = parse(argv + 1);
    struct bench b = {0};
    open_bench(&b, &o);
    if (o.once)
        once(&b, o.once);
    else
        report(&b, o.rounds);
    close_bench(&b);
    return 0;
}
