/* Time without messages, and what others want to know of a clock. */
#include "clock/plans.h"

#include <stdlib.h>

static void open_outbox(struct cs_clock *c)
{
    c->n_overdue = 0;
    cs_arena_reset(&c->strings);
}

cs_rc cs_clock_advance(struct cs_clock *c, int32_t partition, int64_t watermark_ms, struct cs_batch *b)
{
    struct cs_shard *s = cs_clock_known_shard(c, partition);
    cs_rc rc = CS_OK;
    open_outbox(c);
    if (s && s->resume_ms != INT64_MIN) {
        s->quiet = true;
        rc = cs_due_advance(c, s, s->resume_ms);
        s->resume_ms = INT64_MIN;
    }
    if (s) s->quiet = false;
    if (s && !cs_bad(rc)) rc = cs_due_advance(c, s, watermark_ms);
    b->overdue = c->overdue;
    b->n_overdue = c->n_overdue;
    return rc;
}

cs_rc cs_clock_resume(struct cs_clock *c, int32_t partition, int64_t watermark_ms)
{
    struct cs_shard *s;
    cs_rc rc = cs_clock_shard(c, partition, &s);
    if (cs_bad(rc)) return rc;
    s->resume_ms = watermark_ms;
    /* What was published of former profiles may count messages that were judged by new ones now. */
    if (c->n_retired) cs_books_retell(&s->books, c->retired);
    return CS_OK;
}

int64_t cs_clock_watermark(const struct cs_clock *c, int32_t partition)
{
    const struct cs_shard *s = cs_clock_known_shard(c, partition);
    return s ? s->watermark_ms : INT64_MIN;
}

void cs_clock_drop(struct cs_clock *c, int32_t partition)
{
    struct cs_shard *s = cs_clock_known_shard(c, partition);
    if (!s) return;
    struct cs_conversations *t = &s->conversations;
    for (uint32_t at = t->oldest; at != CS_NO_SLOT; at = cs_conversations_links(t, at)->newer)
        if (cs_conversations_at(t, at)->unanswered) c->counts.waiting--;
    cs_conversations_clear(t);
    cs_books_clear(&s->books);
    cs_wheel_clear(&s->wheel);
    *s = c->shard[--c->n_shard];
}

static struct cs_kpi_row row_of(const struct cs_shard *s, const struct cs_ledger *l, uint32_t metric)
{
    const struct cs_plan *p = &s->books.plan[l->plan];
    const struct cs_cell *cell = &l->cell[metric];
    return (struct cs_kpi_row){.platform = cs_books_platform(&s->books, l->shop),
        .shop = cs_books_shop_id(&s->books, l->shop),
        .agent = cs_books_agent_name(&s->books, l->shop, l->agent),
        .metric = p->profile->metric[metric].id,
        .profile = p->name,
        .numerator = cell->numerator,
        .denominator = cell->denominator,
        .max = cell->max,
        .partition = s->partition,
        .day = cs_date_of(l->day),
        .unit = cs_metric_unit(&p->profile->metric[metric])};
}

static uint64_t count_changed(const struct cs_clock *c)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < c->n_shard; i++) {
        const struct cs_books *k = &c->shard[i].books;
        for (uint32_t at = k->changed; at != CS_NO_LEDGER; at = k->ledger[at].next_changed)
            n += (uint64_t)__builtin_popcount(k->ledger[at].changed);
    }
    return n;
}

static uint32_t take_rows(struct cs_clock *c, struct cs_shard *s, uint32_t n)
{
    struct cs_books *k = &s->books;
    while (k->changed != CS_NO_LEDGER) {
        struct cs_ledger *l = &k->ledger[k->changed];
        for (uint32_t left = l->changed; left; left &= left - 1)
            c->row[n++] = row_of(s, l, (uint32_t)__builtin_ctz(left));
        l->changed = 0;
        l->listed = false;
        k->changed = l->next_changed;
    }
    return n;
}

cs_rc cs_clock_flush(struct cs_clock *c, struct cs_batch *b)
{
    if (c->release) cs_plans_release(c);
    uint64_t n = count_changed(c);
    b->kpi = NULL;
    b->n_kpi = 0;
    if (n > UINT32_MAX / 2) return cs_fail(CS_ENOMEM);
    if (n > c->cap_row) {
        struct cs_kpi_row *p = realloc(c->row, n * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        c->row = p;
        c->cap_row = (uint32_t)n;
    }
    uint32_t taken = 0;
    for (uint32_t i = 0; i < c->n_shard; i++)
        taken = take_rows(c, &c->shard[i], taken);
    b->kpi = c->row;
    b->n_kpi = taken;
    return CS_OK;
}

struct cs_clock_counts cs_clock_count(const struct cs_clock *c)
{
    struct cs_clock_counts k = c->counts;
    k.plans = c->n_plan;
    for (uint32_t i = 0; i < c->n_shard; i++) {
        const struct cs_books *books = &c->shard[i].books;
        k.open += c->shard[i].conversations.n;
        k.rows += books->live_ledgers;
        k.refused += books->refused;
        k.bytes += cs_conversations_bytes(&c->shard[i].conversations) + cs_wheel_bytes(&c->shard[i].wheel);
    }
    return k;
}

static struct cs_waiting waiting_of(const struct cs_shard *s, const struct cs_conversation *v)
{
    return (struct cs_waiting){.platform = cs_books_platform(&s->books, v->shop),
        .shop = cs_books_shop_id(&s->books, v->shop),
        .buyer = cs_conversation_buyer(v),
        .since_ms = v->since_ms,
        .messages = v->unanswered};
}

/* Insert into the ascending list `out` of at most `max`; returns its new length. */
static uint32_t rank(struct cs_waiting *out, uint32_t n, uint32_t max, const struct cs_waiting *w)
{
    uint32_t at = n;
    while (at > 0 && out[at - 1].since_ms > w->since_ms)
        at--;
    if (at == max) return n;
    if (n < max) n++;
    memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
    out[at] = *w;
    return n;
}

uint32_t cs_clock_slowest(const struct cs_clock *c, struct cs_waiting *out, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_shard; i++) {
        const struct cs_conversations *t = &c->shard[i].conversations;
        for (uint32_t at = t->oldest; at != CS_NO_SLOT; at = cs_conversations_links(t, at)->newer) {
            const struct cs_conversation *v = cs_conversations_at(t, at);
            struct cs_waiting w = waiting_of(&c->shard[i], v);
            if (v->unanswered) n = rank(out, n, max, &w);
        }
    }
    return n;
}
