/* Golden latencies: five real pre-sale dialogues with times to the second (U-NEED, MIT; see LICENSE). The
 * expected figures were published with the data: 25 turns, mean 56.6 s, median 45 s, maximum 272 s, 11, 16
 * and 24 turns within 40, 60 and 180 s. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE

#include "clock/clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Times went through a spreadsheet: 07.999996 means 8. */
static int64_t to_ms(const char *iso)
{
    struct tm tm = {0};
    const char *rest = strptime(iso, "%Y-%m-%dT%H:%M:%S", &tm);
    cr_assert(rest != NULL, "%s", iso);
    int64_t s = (int64_t)timegm(&tm);
    return (*rest == '.' && rest[1] >= '5' ? s + 1 : s) * 1000;
}

static void read_line(struct cs_batch *b, char *line)
{
    char *field[6], *save = NULL;
    for (uint32_t k = 0; k < 6; k++)
        cr_assert((field[k] = strtok_r(k ? NULL : line, "\t\n", &save)) != NULL);
    uint32_t i = b->n++;
    b->platform[i] = CS_SPAN_LIT("taobao");
    b->shop[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(field[4])));
    b->buyer[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(field[0])));
    b->role[i] = (uint8_t)cs_role_parse(cs_span_str(field[2]));
    b->sent_ms[i] = b->record_ms[i] = to_ms(field[3]);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

Test(taobao, golden_latencies)
{
    struct cs_batch *b = calloc(1, sizeof *b);
    cs_batch_init(b, 0);
    FILE *f = fopen("taobao_times.tsv", "r");
    cr_assert(f != NULL, "run in tests/clock");
    char line[512];
    while (fgets(line, sizeof line, f))
        read_line(b, line);
    fclose(f);
    struct cs_clock *c = NULL;
    const struct cs_clock_options o = {.window_ms = INT64_MAX, .conversations_max = 100};
    cr_assert(!cs_bad(cs_clock_new(&o, &c)) && !cs_bad(cs_clock_run(c, b)));
    int64_t ms[CS_BATCH_MAX], sum = 0;
    uint32_t n = 0, within[3] = {0};
    static const int64_t limit[3] = {40000, 60000, 180000};
    for (uint32_t i = 0; i < b->n; i++)
        if (b->response[i].turn == CS_TURN_ANSWERS) ms[n++] = b->response[i].latency_ms;
    for (uint32_t i = 0; i < n; i++) {
        sum += ms[i];
        for (uint32_t k = 0; k < 3; k++)
            within[k] += ms[i] <= limit[k];
    }
    qsort(ms, n, sizeof ms[0], ascending);
    cr_expect(n == 25, "%u turns", n);
    cr_expect(sum / 100 / n == 566, "mean %ld", (long)(sum / n));
    cr_expect(ms[12] == 45000 && ms[24] == 272000, "median %ld max %ld", (long)ms[12], (long)ms[24]);
    cr_expect(
        within[0] == 11 && within[1] == 16 && within[2] == 24, "%u %u %u", within[0], within[1], within[2]);
    cs_clock_free(&c);
    cs_batch_clear(b);
    free(b);
}
