#include "chatsieve/kpi_table.h"

#include "base/hash.h"
#include "chatsieve/screen.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CHUNK = 64 * 1024, NAME_CELLS = 24, METRIC_CELLS = 32 };

void cs_kpi_table_init(struct cs_kpi_table *t, const struct cs_kpi_choice *choice)
{
    *t = (struct cs_kpi_table){.choice = *choice};
    cs_map_init(&t->latest, cs_hash_seed());
    cs_arena_init(&t->arena, CHUNK, 0);
}

void cs_kpi_table_clear(struct cs_kpi_table *t)
{
    cs_map_clear(&t->latest);
    cs_arena_clear(&t->arena);
    free(t->row);
    *t = (struct cs_kpi_table){0};
}

static bool is(const char *wanted, struct cs_span s)
{
    return !wanted || cs_span_eq(cs_span_str(wanted), s);
}

static bool chosen(const struct cs_kpi_choice *c, const struct cs_kpi_row *r)
{
    return is(c->platform, r->platform) && is(c->shop, r->shop) && (!c->day || c->day == r->day) &&
           (c->agents || r->agent.len == 0);
}

static cs_rc append(struct cs_kpi_table *t, struct cs_span key, const struct cs_kpi_event *e)
{
    if (t->n == t->cap) {
        uint32_t cap = t->cap ? t->cap * 2 : 256;
        struct cs_kpi_event *wider = realloc(t->row, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        t->row = wider;
        t->cap = cap;
    }
    t->row[t->n] = *e;
    cs_rc rc = cs_map_put(&t->latest, key, t->n);
    if (!cs_bad(rc)) t->n++;
    return rc;
}

cs_rc cs_kpi_table_add(struct cs_kpi_table *t, struct cs_span key, struct cs_span value)
{
    struct cs_kpi_event e;
    if (!value.len) return CS_OK;
    cs_rc rc = cs_kpi_unpack(value, &t->arena, &e);
    if (cs_is(rc, CS_ESYNTAX)) {
        t->n_strange++;
        return CS_OK;
    }
    if (cs_bad(rc) || !chosen(&t->choice, &e.row)) return rc;
    const uint32_t *at = cs_map_get(&t->latest, key);
    if (!at) return append(t, key, &e);
    if (e.offset >= t->row[*at].offset) t->row[*at] = e;
    return CS_OK;
}

static int order_spans(struct cs_span a, struct cs_span b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* By platform, shop, day, agent (the whole shop first), metric, profile. */
static int order(const void *left, const void *right)
{
    const struct cs_kpi_row *a = &((const struct cs_kpi_event *)left)->row;
    const struct cs_kpi_row *b = &((const struct cs_kpi_event *)right)->row;
    int c = order_spans(a->platform, b->platform);
    if (!c) c = order_spans(a->shop, b->shop);
    if (!c) c = (a->day > b->day) - (a->day < b->day);
    if (!c) c = order_spans(a->agent, b->agent);
    if (!c) c = strcmp(a->metric, b->metric);
    return c ? c : strcmp(a->profile, b->profile);
}

static void merge(struct cs_kpi_row *into, const struct cs_kpi_row *r)
{
    /* Whoever may write to the topic may write any number: sums wrap around, as they do in SQL. */
    into->numerator = (int64_t)((uint64_t)into->numerator + (uint64_t)r->numerator);
    into->denominator = (int64_t)((uint64_t)into->denominator + (uint64_t)r->denominator);
    if (r->max > into->max) into->max = r->max;
}

cs_rc cs_kpi_table_sum(struct cs_kpi_table *t)
{
    uint32_t n = 0;
    if (t->n) qsort(t->row, t->n, sizeof *t->row, order);
    for (uint32_t i = 0; i < t->n; i++) {
        if (n > 0 && order(&t->row[n - 1], &t->row[i]) == 0)
            merge(&t->row[n - 1].row, &t->row[i].row);
        else
            t->row[n++] = t->row[i];
    }
    t->n = n;
    return CS_OK;
}

static double quotient(const struct cs_kpi_row *r)
{
    return r->denominator ? (double)r->numerator / (double)r->denominator : 0;
}

static void put_value(struct cs_buf *out, const struct cs_kpi_row *r)
{
    if (r->unit == CS_KPI_COUNT)
        cs_buf_fmt(out, "%12" PRId64, r->numerator);
    else if (!r->denominator)
        cs_buf_fmt(out, "%12s", "-");
    else if (r->unit == CS_KPI_MEAN_MS)
        cs_buf_fmt(out, "%10.1f s", quotient(r) / 1000);
    else
        cs_buf_fmt(out, "%10.1f %%", quotient(r) * 100);
}

static void put_basis(struct cs_buf *out, const struct cs_kpi_row *r)
{
    if (r->unit == CS_KPI_RATIO) cs_buf_fmt(out, "  %" PRId64 " of %" PRId64, r->numerator, r->denominator);
    if (r->unit == CS_KPI_MEAN_MS)
        cs_buf_fmt(out, "  of %" PRId64 ", longest %.1f s", r->denominator, (double)r->max / 1000);
}

static void put_day(struct cs_buf *out, int32_t day)
{
    cs_buf_fmt(out, "%04d-%02d-%02d", (int)(day / 10000), (int)(day / 100 % 100), (int)(day % 100));
}

static void put_head(struct cs_buf *out, const struct cs_kpi_row *r)
{
    if (out->len) cs_buf_byte(out, '\n');
    cs_cells_put(out, r->platform, NAME_CELLS, NULL, 0);
    cs_buf_str(out, "  shop ");
    cs_cells_put(out, r->shop, 2 * NAME_CELLS, NULL, 0);
    cs_buf_str(out, "  ");
    put_day(out, r->day);
    cs_buf_byte(out, '\n');
}

static bool same_block(const struct cs_kpi_row *a, const struct cs_kpi_row *b)
{
    return cs_span_eq(a->platform, b->platform) && cs_span_eq(a->shop, b->shop) && a->day == b->day;
}

void cs_kpi_table_print(const struct cs_kpi_table *t, struct cs_buf *out)
{
    for (uint32_t i = 0; i < t->n; i++) {
        const struct cs_kpi_row *r = &t->row[i].row;
        if (i == 0 || !same_block(&t->row[i - 1].row, r)) put_head(out, r);
        cs_buf_str(out, "  ");
        cs_cells_pad(out, r->agent.len ? r->agent : CS_SPAN_LIT("(shop)"), NAME_CELLS);
        cs_cells_pad(out, cs_span_str(r->metric), METRIC_CELLS);
        put_value(out, r);
        put_basis(out, r);
        cs_buf_fmt(out, "  [%s]\n", r->profile);
    }
    if (!t->n) cs_buf_str(out, "no counters\n");
}

static void put_string(struct cs_buf *out, const char *name, struct cs_span s)
{
    cs_buf_fmt(out, "\"%s\":", name);
    cs_json_string(out, s);
    cs_buf_byte(out, ',');
}

void cs_kpi_table_json(const struct cs_kpi_table *t, struct cs_buf *out)
{
    for (uint32_t i = 0; i < t->n; i++) {
        const struct cs_kpi_row *r = &t->row[i].row;
        cs_buf_byte(out, '{');
        put_string(out, "platform", r->platform);
        put_string(out, "shop_id", r->shop);
        put_string(out, "agent_id", r->agent);
        cs_buf_str(out, "\"service_day\":\"");
        put_day(out, r->day);
        cs_buf_str(out, "\",");
        put_string(out, "metric", cs_span_str(r->metric));
        put_string(out, "profile", cs_span_str(r->profile));
        put_string(out, "unit", cs_span_str(cs_kpi_unit_name(r->unit)));
        cs_buf_fmt(out, "\"numerator\":%" PRId64 ",\"denominator\":%" PRId64 ",\"maximum\":%" PRId64,
            r->numerator, r->denominator, r->max);
        if (r->denominator) cs_buf_fmt(out, ",\"value\":%.6g", quotient(r));
        cs_buf_str(out, "}\n");
    }
}
