/* What the whole way of a text costs, everything on: fold + exact scan + search for disguises + spans, beside
 * a plain scan of the raw bytes for the same terms, which folds nothing, finds no disguise and gives no
 * spans.
 *
 *   bench_text [--rounds N] [--batch N] [--only ROW] [WORDS [CHAT.tsv]]
 *   bench_text --once N [--only ROW] [WORDS [CHAT.tsv]]     one row, N messages, for instruction counts:
 *       valgrind --tool=callgrind --toggle-collect=run_stages bench_text --once 20000 WORDS CHAT.tsv
 *
 * Nanoseconds a message. In every round the plain scan and ours pass over the chat in turn, so that a busy
 * machine disturbs both alike; medians over the rounds are printed, and the ratio is the median of the
 * rounds' ratios. Totals are processor time of this thread, stages what the clock on the wall tells. Without
 * files, words and chat are made up. */
#include "annotate/annotate.h"
#include "lexicon.h"
#include "measure.h"
#include "scan/lattice.h"
#include "text/fold.h"
#include "text/readings.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLD, EXACT, DISGUISE, ANNOTATE, STAGES, TOTAL = STAGES, PLAIN, RATIO, COLUMNS };
enum { ROUNDS_MAX = 1000, SYLLABLES = CS_CHANNEL_PINYIN | CS_CHANNEL_HOMOPHONE };

struct options {
    uint32_t once, batch, rounds, only;
    const char *words, *chat;
};

/* One line of the report. */
static const struct row {
    uint32_t terms;
    struct lexicon_choice choice;
    const char *what;
} rows[] = {
    {2000, {500, false, SYLLABLES, CS_SOUND_MODERN}, "first 500, syllables"},
    {10000, {500, false, SYLLABLES, CS_SOUND_MODERN}, "first 500, syllables"},
    {10000, {500, false, CS_CHANNELS_ALL, CS_SOUND_MODERN}, "first 500, all channels"},
    {10000, {500, true, SYLLABLES, CS_SOUND_MODERN}, "500 evenly, syllables"},
    {10000, {500, true, CS_CHANNELS_ALL, CS_SOUND_MODERN}, "500 evenly, all channels"},
    {10000, {10000, true, SYLLABLES, CS_SOUND_MODERN}, "all, syllables"},
    {10000, {10000, true, CS_CHANNELS_ALL, CS_SOUND_MODERN}, "all, all channels"},
    {65000, {500, false, SYLLABLES, CS_SOUND_MODERN}, "first 500, syllables"},
    {500, {0, false, SYLLABLES, CS_SOUND_MODERN}, "none"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

struct bench {
    struct options o;
    struct corpus words, chat;
    struct lexicon lexicon;
    struct cs_folder *folder;
    struct cs_scanner *scanner;
    struct cs_lattice *set;
    struct cs_lattice_scanner *disguises;
    struct cs_judge *judge;
    struct cs_batch *batch;
    double spent[COLUMNS]; /* ns in the round in hand, then a message */
    double round[COLUMNS][ROUNDS_MAX];
    uint64_t plain_hits, violations, disguised; /* of one pass */
};

static cs_rc fold(struct bench *b)
{
    struct cs_batch *batch = b->batch;
    struct cs_view_list views = {0};
    cs_rc rc = cs_fold_texts(b->folder, batch->text, batch->n, batch->flags, &batch->folded);
    if (!cs_bad(rc)) rc = cs_fold_views(b->folder, batch->text, &batch->folded, &views);
    batch->view = views.view;
    batch->n_view = views.n;
    return rc;
}

static cs_rc exact(struct bench *b)
{
    return cs_scanner_scan(b->scanner, &b->batch->folded, &b->batch->hit, &b->batch->n_hit);
}

static cs_rc disguise(struct bench *b)
{
    struct cs_batch *batch = b->batch;
    return cs_lattice_scan(b->disguises, &batch->folded, NULL, &batch->disguise, &batch->n_disguise);
}

static cs_rc annotate(struct bench *b)
{
    return cs_annotate(b->judge, b->batch);
}

/* The stages of the filter on the messages that a decoder left in the batch. */
__attribute__((noinline)) void run_stages(struct bench *b);
__attribute__((noinline)) void run_stages(struct bench *b)
{
    static cs_rc (*const stage[STAGES])(struct bench *) = {fold, exact, disguise, annotate};
    double before = now_ns();
    for (int i = 0; i < STAGES; i++) {
        need(!cs_bad(stage[i](b)), "a stage");
        double now = now_ns();
        b->spent[i] += now - before;
        before = now;
    }
}

static void run_ours(struct bench *b)
{
    struct cs_batch *batch = b->batch;
    b->violations = b->disguised = 0;
    for (uint32_t at = 0; at < b->chat.n; at += b->o.batch) {
        batch->n = b->chat.n - at < b->o.batch ? b->chat.n - at : b->o.batch;
        memcpy(batch->text, b->chat.line + at, batch->n * sizeof *batch->text);
        memset(batch->flags, 0, batch->n * sizeof *batch->flags);
        run_stages(b);
        b->violations += batch->violation_begin[batch->n];
        b->disguised += batch->n_disguise;
        cs_batch_reset(batch);
    }
}

static void run_round(struct bench *b, uint32_t round)
{
    memset(b->spent, 0, sizeof b->spent);
    double begin = busy_ns();
    b->plain_hits = lexicon_scan_plainly(&b->lexicon, &b->chat);
    double middle = busy_ns();
    run_ours(b);
    b->spent[PLAIN] = middle - begin;
    b->spent[TOTAL] = busy_ns() - middle;
    for (int c = 0; c < RATIO; c++)
        b->round[c][round] = b->spent[c] / b->chat.n;
    b->round[RATIO][round] = b->spent[TOTAL] / b->spent[PLAIN];
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double median(double *value, uint32_t n)
{
    qsort(value, n, sizeof *value, by_value);
    return (value[n / 2] + value[(n - 1) / 2]) / 2;
}

static void open_row(struct bench *b, const struct row *row)
{
    struct cs_diag diag = {0};
    const struct cs_ruleset *rs = &b->lexicon.box.set;
    need(lexicon_open(&b->lexicon, &b->words, row->terms), "lexicon");
    need(lexicon_disguise(&b->lexicon, &row->choice), "choice");
    cs_rc rc = cs_lattice_new(CS_MATCHER_HYPERSCAN, rs->disguisable, rs->n_disguisable, &diag, &b->set);
    need(!cs_bad(rc), "compile");
    need(!cs_bad(cs_lattice_scanner_new(b->set, &b->disguises)), "scanner of disguises");
    need(!cs_bad(cs_scanner_new(b->lexicon.matcher, &b->scanner)), "scanner");
    need(!cs_bad(cs_judge_new(rs, 0, &b->judge)), "judge");
}

static void close_row(struct bench *b)
{
    cs_judge_free(&b->judge);
    cs_scanner_free(&b->scanner);
    cs_lattice_scanner_free(&b->disguises);
    cs_lattice_free(&b->set);
    lexicon_close(&b->lexicon);
}

static void report_row(struct bench *b, const struct row *row)
{
    open_row(b, row);
    run_round(b, 0); /* warms up */
    for (uint32_t r = 0; r < b->o.rounds; r++)
        run_round(b, r);
    printf("%6u %-25s", b->lexicon.n, row->what);
    for (int c = FOLD; c <= PLAIN; c++)
        printf(" %8.1f", median(b->round[c], b->o.rounds));
    printf(" %8.2f %10.1f %10.1f\n", median(b->round[RATIO], b->o.rounds),
        1000.0 * (double)b->violations / b->chat.n, 1000.0 * (double)b->disguised / b->chat.n);
    close_row(b);
}

static void report(struct bench *b)
{
    printf("%u messages of %.1f bytes, batches of %u, fold %s; ns a message, medians of %u rounds\n",
        b->chat.n, (double)b->chat.bytes / b->chat.n, b->o.batch, cs_fold_kernel(b->folder), b->o.rounds);
    printf("%6s %-25s %8s %8s %8s %8s %8s %8s %8s %10s %10s\n", "terms", "looked for in disguise", "fold",
        "exact", "disguise", "spans", "total", "plain", "ratio", "viol/1000", "disg/1000");
    for (uint32_t i = 0; i < ROWS; i++)
        if (b->o.only == 0 || b->o.only == i + 1) report_row(b, &rows[i]);
}

/* The chat is cut or repeated to the wanted number of messages. */
static void once(struct bench *b, uint32_t messages)
{
    const struct row *row = &rows[b->o.only ? b->o.only - 1 : 1];
    open_row(b, row);
    uint32_t whole = b->chat.n, done = 0;
    for (; done < messages; done += b->chat.n) {
        b->chat.n = messages - done < whole ? messages - done : whole;
        run_ours(b);
    }
    printf("%u messages, %u terms, %s\n", done, b->lexicon.n, row->what);
    close_row(b);
}

static void open_bench(struct bench *b)
{
    open_texts(&b->words, b->o.words, &b->chat, b->o.chat);
    b->batch = calloc(1, sizeof *b->batch);
    need(b->batch != NULL && !cs_bad(cs_folder_new(&b->folder)), "allocation");
    cs_batch_init(b->batch, 0);
    for (uint32_t i = 0; i < CS_BATCH_MAX; i++) {
        b->batch->platform[i] = CS_SPAN_LIT("jd");
        b->batch->role[i] = CS_ROLE_AGENT;
    }
}

static void close_bench(struct bench *b)
{
    cs_batch_clear(b->batch);
    free(b->batch);
    cs_folder_free(&b->folder);
    corpus_clear(&b->words);
    corpus_clear(&b->chat);
}

static struct options parse(char **arg)
{
    struct options o = {.batch = CS_BATCH_MAX,
        .rounds = 60,
        .words = "../shared/data/terms_65k.txt",
        .chat = "../shared/data/jd_chat.tsv"};
    for (; *arg && strncmp(*arg, "--", 2) == 0; arg += 2) {
        if (strcmp(*arg, "--once") == 0)
            o.once = number(arg[1], 100000000);
        else if (strcmp(*arg, "--batch") == 0)
            o.batch = number(arg[1], CS_BATCH_MAX);
        else if (strcmp(*arg, "--rounds") == 0)
            o.rounds = number(arg[1], ROUNDS_MAX);
        else if (strcmp(*arg, "--only") == 0)
            o.only = number(arg[1], ROWS);
        else
            need(false, "reading the options");
    }
    if (*arg) o.words = *arg++;
    if (*arg) o.chat = *arg;
    return o;
}

int main(int argc, char **argv)
{
    static struct bench b;
    (void)argc;
    b.o = parse(argv + 1);
    open_bench(&b);
    if (b.o.once)
        once(&b, b.o.once);
    else
        report(&b);
    close_bench(&b);
    return 0;
}
