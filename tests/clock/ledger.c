#define _DEFAULT_SOURCE /* strsep */
/* The clock for kpi_agree.py: lines of a log in, counters out. Batches of any size, clocks of partitions that
 * run on by themselves, far beyond messages still to come, and partitions that are saved, dropped and loaded
 * in between: none of it may change a number.
 *
 * usage: clock_ledger PROFILE[,...] WINDOW_MS SEED < LINES > ROWS
 * A line: partition, record time, sent time, role, origin, platform, shop, buyer, agent, event, id, text; by
 * tabs. A row: platform, shop, agent, day, metric, profile, numerator, denominator, maximum, of all
 * partitions. */
#include "clock/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 12, PARTITIONS = 3, CHUNKS_MAX = 64, PATHS_MAX = 8, LINE_MAX_BYTES = 4096 };
#define MONTH_MS (30 * INT64_C(86400000))

struct job {
    struct cs_clock *clock;
    struct cs_profiles *profiles;
    struct cs_batch *batch;
    int64_t now_ms, lines;
};

struct kept {
    struct cs_span chunk[CHUNKS_MAX];
    uint32_t n;
};

static _Noreturn void die(const char *why)
{
    fprintf(stderr, "clock_ledger: %s\n", why);
    exit(1);
}

static void must(cs_rc rc, const char *what)
{
    if (cs_bad(rc)) die(what);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static struct cs_span text_of(struct cs_batch *b, const char *s)
{
    return cs_span_of(cs_arena_strdup(&b->arena, cs_span_str(s)), strlen(s));
}

static void say(struct job *j, char **field)
{
    struct cs_batch *b = j->batch;
    uint32_t i = b->n++;
    b->partition[i] = (int32_t)strtol(field[0], NULL, 10);
    b->record_ms[i] = j->now_ms = strtoll(field[1], NULL, 10);
    b->sent_ms[i] = strtoll(field[2], NULL, 10);
    b->role[i] = (uint8_t)cs_role_parse(cs_span_str(field[3]));
    b->origin[i] = *field[4] ? (uint8_t)cs_origin_parse(cs_span_str(field[4])) : CS_ORIGIN_UNSPECIFIED;
    b->platform[i] = text_of(b, field[5]);
    b->shop[i] = text_of(b, field[6]);
    b->buyer[i] = text_of(b, field[7]);
    b->agent[i] = text_of(b, field[8]);
    b->notice[i] = *field[9] ? (uint8_t)cs_notice_parse(cs_span_str(field[9])) : CS_NOTICE_NONE;
    b->message_id[i] = text_of(b, field[10]);
    b->text[i] = text_of(b, field[11]);
    b->offset[i] = j->lines++;
    b->dead[i] = CS_DEAD_NONE;
    b->flags[i] = 0;
    b->replay[i] = false;
}

static bool take_line(struct job *j)
{
    char line[LINE_MAX_BYTES], *field[FIELDS], *at = line;
    if (!fgets(line, sizeof line, stdin)) return false;
    line[strcspn(line, "\n")] = 0;
    for (uint32_t k = 0; k < FIELDS; k++)
        if (!(field[k] = strsep(&at, "\t"))) die("a line has too few fields");
    say(j, field);
    return true;
}

static cs_rc keep(void *ctx, struct cs_span chunk)
{
    struct kept *k = ctx;
    if (k->n == CHUNKS_MAX) return cs_fail(CS_ENOMEM);
    uint8_t *copy = malloc(chunk.len);
    if (!copy) return cs_fail(CS_ENOMEM);
    memcpy(copy, chunk.ptr, chunk.len);
    k->chunk[k->n++] = cs_span_of(copy, chunk.len);
    return CS_OK;
}

static void live_again(struct job *j, int32_t partition)
{
    struct kept k = {.n = 0};
    struct cs_diag diag = {0};
    struct cs_clock *c = j->clock;
    int64_t mark = cs_clock_watermark(c, partition);
    must(cs_clock_save(c, partition, &(struct cs_snapshot_sink){keep, &k}), "save");
    struct cs_clock_counts before = cs_clock_count(c);
    cs_clock_drop(c, partition);
    cs_rc rc = k.n ? cs_clock_load(c, partition, k.chunk, k.n, &diag) : CS_OK;
    if (cs_bad(rc)) die(diag.n ? cs_diag_text(&diag, 0) : "load");
    struct cs_clock_counts after = cs_clock_count(c);
    bool same = cs_clock_watermark(c, partition) == mark && before.waiting == after.waiting &&
                before.open == after.open && before.rows == after.rows;
    if (!same) die("a partition came back different");
    for (uint32_t i = 0; i < k.n; i++)
        free((void *)(uintptr_t)k.chunk[i].ptr);
    cs_diag_clear(&diag);
}

/* Every row that changed; the last of a key counts. */
static void put_rows(struct job *j)
{
    struct cs_batch *b = j->batch;
    must(cs_clock_flush(j->clock, b), "flush");
    for (uint32_t i = 0; i < b->n_kpi; i++) {
        const struct cs_kpi_row *r = &b->kpi[i];
        printf("%d\t%.*s\t%.*s\t%.*s\t%d\t%s\t%s\t%lld\t%lld\t%lld\n", r->partition, (int)r->platform.len,
            (const char *)r->platform.ptr, (int)r->shop.len, (const char *)r->shop.ptr, (int)r->agent.len,
            (const char *)r->agent.ptr, r->day, r->metric, r->profile, (long long)r->numerator,
            (long long)r->denominator, (long long)r->max);
    }
}

static void run(struct job *j)
{
    for (bool more = true; more;) {
        cs_batch_reset(j->batch);
        for (uint32_t want = 1 + below(400); more && want; want--)
            more = take_line(j);
        must(cs_clock_run(j->clock, j->batch), "run");
        int32_t partition = (int32_t)below(PARTITIONS);
        if (!below(3))
            must(cs_clock_advance(j->clock, partition, j->now_ms + below(900000), j->batch), "advance");
        if (!below(8)) live_again(j, partition);
        if (!below(5)) put_rows(j);
    }
    for (int32_t p = 0; p < PARTITIONS; p++)
        must(cs_clock_advance(j->clock, p, j->now_ms + MONTH_MS, j->batch), "advance");
    put_rows(j);
}

static struct cs_profiles *profiles_of(char *list)
{
    const char *path[PATHS_MAX];
    uint32_t n = 0;
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    for (char *s; n < PATHS_MAX && (s = strsep(&list, ","));)
        path[n++] = s;
    cs_rc rc = cs_profiles_load(path, n, &diag, &p);
    if (cs_bad(rc)) die(diag.n ? cs_diag_text(&diag, 0) : "profiles");
    cs_diag_clear(&diag);
    return p;
}

int main(int argc, char **argv)
{
    if (argc != 4) die("PROFILE[,...] WINDOW_MS SEED < LINES > ROWS");
    struct job j = {.batch = malloc(sizeof *j.batch), .profiles = profiles_of(argv[1])};
    if (!j.batch) die("no memory");
    const struct cs_clock_options o = {
        .window_ms = strtoll(argv[2], NULL, 10), .conversations_max = 1000000, .profiles = j.profiles};
    srand((unsigned)strtoul(argv[3], NULL, 10));
    cs_batch_init(j.batch, 0);
    must(cs_clock_new(&o, &j.clock), "clock");
    run(&j);
    if (cs_clock_count(j.clock).refused) die("rows were refused");
    cs_clock_free(&j.clock);
    cs_profiles_free(&j.profiles);
    cs_batch_clear(j.batch);
    free(j.batch);
    return ferror(stdout) ? 1 : 0;
}
