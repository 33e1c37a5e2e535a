/* The clock against the plainest re-computation from the whole log, with skew, duplicates, transfers, edges
 * of hours and days, clocks that run on by themselves, and partitions that are saved and loaded in between.
 * CS_LEDGER_LINES makes it longer. */
#include "ledger_model.h"

#include <criterion/criterion.h>

static const char *const platforms[M_SHOPS] = {"taobao", "pdd", "jd", "douyin"};

static struct cs_profiles *profiles(void)
{
    static const char *const path[] = {"../../plugin/share/profiles"};
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    cr_assert(!cs_bad(cs_profiles_load(path, 1, &diag, &p)), "%s", diag.n ? cs_diag_text(&diag, 0) : "");
    return p;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static struct line any_line(int64_t *now, int64_t pace, uint32_t i)
{
    static const uint8_t roles[] = {CS_ROLE_BUYER, CS_ROLE_BUYER, CS_ROLE_BUYER, CS_ROLE_AGENT, CS_ROLE_AGENT,
        CS_ROLE_AGENT, CS_ROLE_ROBOT, CS_ROLE_ROBOT_ASSIST, CS_ROLE_SYSTEM};
    *now += below((uint32_t)pace);
    /* Some buyers write all the time, some once a day. */
    struct line m = {.now_ms = *now,
        .shop = below(M_SHOPS),
        .buyer = below(1 + below(1 + below(M_BUYERS))),
        .role = roles[below(9)]};
    m.sent_ms = *now - (below(20) ? below(2000) : below(400000)) + (below(50) ? 0 : 5000);
    m.agent = below(2) ? 0 : 1 + below(M_AGENTS - 1);
    m.id = below(3) ? 1000 + i : 1 + below(40);
    if (m.role == CS_ROLE_ROBOT) m.agent = 0;
    if (m.role == CS_ROLE_SYSTEM && below(2)) m.notice = CS_NOTICE_SESSION_CLOSE, m.agent = 0;
    if (m.role == CS_ROLE_SYSTEM && !m.notice)
        m.notice = CS_NOTICE_TRANSFER, m.agent = 1 + below(M_AGENTS - 1);
    return m;
}

static void say(struct cs_batch *b, const struct line *m, int64_t offset)
{
    char text[32];
    uint32_t i = b->n++;
    b->platform[i] = cs_span_str(platforms[m->shop]);
    snprintf(text, sizeof text, "s%u", m->shop);
    b->shop[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(text)));
    snprintf(text, sizeof text, m->buyer % 2 ? "b%u" : "a buyer with a long name %u", m->buyer);
    b->buyer[i] = cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(text)));
    snprintf(text, sizeof text, "agent-%u", m->agent);
    b->agent[i] = m->agent ? cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(text))) : (struct cs_span){0};
    snprintf(text, sizeof text, "id%u", m->id);
    b->message_id[i] =
        m->id ? cs_span_str(cs_arena_strdup(&b->arena, cs_span_str(text))) : (struct cs_span){0};
    b->text[i] = m->notice ? (struct cs_span){0} : CS_SPAN_LIT("text");
    b->partition[i] = (int32_t)(m->shop % 2);
    b->offset[i] = offset;
    b->role[i] = m->role;
    b->origin[i] = CS_ORIGIN_TYPED;
    b->notice[i] = m->notice;
    b->sent_ms[i] = m->sent_ms;
    b->record_ms[i] = m->now_ms;
    b->dead[i] = CS_DEAD_NONE;
    b->flags[i] = 0;
    b->replay[i] = false;
}

static void take_rows(const struct cs_batch *b, struct sums *got)
{
    for (uint32_t i = 0; i < b->n_kpi; i++) {
        const struct cs_kpi_row *r = &b->kpi[i];
        uint32_t k = 0, agent = r->agent.len ? (uint32_t)(r->agent.ptr[6] - '0') : 0;
        while (m_names[k] && strcmp(m_names[k], r->metric) != 0)
            k++;
        if (!m_names[k]) continue;
        int64_t day = 0;
        while (day < M_DAYS && r->day != 20240304 + day)
            day++;
        cr_assert(day < M_DAYS, "day %d", r->day);
        got->at[r->shop.ptr[1] - '0'][agent][day][k] = (struct cell){r->numerator, r->denominator};
    }
}

struct kept {
    uint8_t *bytes[64];
    struct cs_span chunk[64];
    uint32_t n;
};

static cs_rc keep(void *ctx, struct cs_span chunk)
{
    struct kept *k = ctx;
    cr_assert(k->n < 64);
    k->bytes[k->n] = malloc(chunk.len);
    memcpy(k->bytes[k->n], chunk.ptr, chunk.len);
    k->chunk[k->n] = cs_span_of(k->bytes[k->n], chunk.len);
    k->n++;
    return CS_OK;
}

/* Another life: every partition is saved, dropped, and loaded. */
static void live_again(struct cs_clock *c)
{
    for (int32_t p = 0; p < 2; p++) {
        struct kept k = {.n = 0};
        struct cs_diag diag = {0};
        int64_t mark = cs_clock_watermark(c, p);
        cr_assert(!cs_bad(cs_clock_save(c, p, &(struct cs_snapshot_sink){keep, &k})));
        uint64_t waiting = cs_clock_count(c).waiting, open = cs_clock_count(c).open;
        cs_clock_drop(c, p);
        if (k.n) cr_assert(!cs_bad(cs_clock_load(c, p, k.chunk, k.n, &diag)), "%s", cs_diag_text(&diag, 0));
        cr_assert(cs_clock_watermark(c, p) == mark);
        cr_assert(cs_clock_count(c).waiting == waiting && cs_clock_count(c).open == open);
        for (uint32_t i = 0; i < k.n; i++)
            free(k.bytes[i]);
        cs_diag_clear(&diag);
    }
}

/* The rows of one metric; returns how many there are. */
static uint32_t compare_metric(const struct sums *want, const struct sums *got, uint32_t k)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < M_SHOPS * M_AGENTS * M_DAYS; i++) {
        uint32_t shop = i / M_DAYS / M_AGENTS, agent = i / M_DAYS % M_AGENTS, day = i % M_DAYS;
        const struct cell *w = &want->at[shop][agent][day][k], *g = &got->at[shop][agent][day][k];
        cr_assert(w->n == g->n && w->d == g->d, "%s agent %u day %u %s: %ld/%ld, not %ld/%ld",
            platforms[shop], agent, day, m_names[k], (long)g->n, (long)g->d, (long)w->n, (long)w->d);
        rows += w->d || w->n;
    }
    return rows;
}

static void compare(const struct sums *want, const struct sums *got)
{
    for (uint32_t k = 0; m_names[k]; k++)
        cr_assert(compare_metric(want, got, k) > 2, "%s has hardly a row", m_names[k]);
    const struct cell *buyers = &got->at[PDD][0][2][EFFECTIVE];
    cr_assert(buyers->n > 0 && buyers->n < buyers->d, "%ld of %ld buyers", (long)buyers->n, (long)buyers->d);
}

static void run(struct cs_clock *c, const struct line *log, uint32_t n, struct sums *got)
{
    struct cs_batch *b = malloc(sizeof *b);
    cs_batch_init(b, 0);
    for (uint32_t from = 0; from < n;) {
        cs_batch_reset(b);
        uint32_t want = 1 + below(300);
        for (; want && from < n; want--, from++)
            say(b, &log[from], from);
        cr_assert(!cs_bad(cs_clock_run(c, b)));
        /* Partitions run on as if they were idle, far beyond messages that are still to come. */
        if (!below(3))
            cr_assert(
                !cs_bad(cs_clock_advance(c, (int32_t)below(2), log[from - 1].now_ms + below(900000), b)));
        if (!below(8)) live_again(c);
        if (below(5)) continue;
        cr_assert(!cs_bad(cs_clock_flush(c, b)));
        take_rows(b, got);
    }
    for (int32_t p = 0; p < 2; p++)
        cr_assert(!cs_bad(cs_clock_advance(c, p, log[n - 1].now_ms + 3 * M_DAY, b)));
    cr_assert(!cs_bad(cs_clock_flush(c, b)));
    take_rows(b, got);
    cs_batch_clear(b);
    free(b);
}

Test(ledger, agrees_with_a_recomputation_from_the_log, .timeout = 600)
{
    const char *lines = getenv("CS_LEDGER_LINES");
    uint32_t n = lines ? (uint32_t)strtoul(lines, NULL, 10) : 200000;
    struct line *log = malloc(n * sizeof *log);
    struct sums *want = calloc(1, sizeof *want), *got = calloc(1, sizeof *got);
    struct cs_profiles *p = profiles();
    const struct cs_clock_options o = {.window_ms = M_WINDOW, .conversations_max = 1000, .profiles = p};
    int64_t now = INT64_C(1709568000000); /* 2024-03-05 00:00 in Shanghai */
    struct cs_clock *c = NULL;
    srand(11);
    for (uint32_t i = 0; i < n; i++)
        log[i] = any_line(&now, 3 * M_DAY * 2 / n, i);
    want->first_day = m_day(log[0].now_ms) - 1;
    m_log(want, log, n);
    cr_assert(!cs_bad(cs_clock_new(&o, &c)));
    run(c, log, n, got);
    compare(want, got);
    cr_expect(cs_clock_count(c).refused == 0);
    cs_clock_free(&c);
    cs_profiles_free(&p);
    free(log);
    free(want);
    free(got);
}
