#include "chatsieve/demo.h"

#include "base/utf8.h"
#include "chatsieve/screen.h"

#include <stdio.h>

enum { LINES_A_TIME = 5 };

/* The text with its hits in »quotes«. */
static void put_marked(struct cs_buf *out, const struct cs_demo_message *m)
{
    struct cs_span text = cs_span_of(m->text, m->text_len);
    uint32_t index = 0;
    for (size_t at = 0; at <= text.len; index++) {
        for (uint32_t i = 0; i < m->n_hit; i++) {
            if (m->end[i] == index) cs_buf_str(out, "«");
            if (m->begin[i] == index) cs_buf_str(out, "»");
        }
        if (at == text.len) break;
        struct cs_utf8_step st = cs_utf8_next(text, at);
        cs_cells_put(out, cs_span_cut(text, at, at + st.len), 2, NULL, 0);
        at += st.len;
    }
}

static void put_message(struct cs_buf *out, const struct cs_demo_message *m)
{
    cs_buf_fmt(out, "%s %s %s severity %d %s: ", m->platform, m->role, m->category, m->severity, m->evidence);
    put_marked(out, m);
    cs_buf_byte(out, '\n');
}

void cs_demo_print(struct cs_demo_scene *s, uint64_t *shown, struct cs_buf *out)
{
    const struct cs_demo_board *b = s->board;
    uint64_t from = b->n_last > LINES_A_TIME ? b->n_last - LINES_A_TIME : 0;
    if (from < *shown) from = *shown;
    for (uint64_t k = from; k < b->n_last; k++)
        put_message(out, &b->last[k % DEMO_LAST]);
    *shown = b->n_last;
    struct cs_pipeline_counts c = cs_pipeline_count(s->pipeline);
    cs_buf_fmt(out,
        "-- %lld s: %llu annotated, %u a second, %llu with violations, %llu dead letters, %llu waiting\n",
        (long long)((s->now_ms - b->begin_ms) / 1000), (unsigned long long)b->annotated, s->per_s,
        (unsigned long long)b->with_violation, (unsigned long long)c.filter.dead,
        (unsigned long long)c.clock.waiting);
}

void cs_demo_summary(struct cs_demo_scene *s, struct cs_buf *out)
{
    struct cs_demo_board *b = s->board;
    struct cs_pipeline_counts c = cs_pipeline_count(s->pipeline);
    cs_buf_fmt(out,
        "%llu messages sent, %llu annotated messages read back, %llu with violations (%llu violations), "
        "%llu dead letters of %llu broken records\n",
        (unsigned long long)atomic_load(&s->feeder->sent), (unsigned long long)b->annotated,
        (unsigned long long)b->with_violation, (unsigned long long)b->violations,
        (unsigned long long)c.filter.dead, (unsigned long long)atomic_load(&s->feeder->broken));
    if (b->first_ms)
        cs_buf_fmt(out, "first annotated message %lld ms after the start of the program\n",
            (long long)(b->first_ms - b->begin_ms));
    cs_tally_sort(&b->category);
    for (uint32_t i = 0; i < b->category.n; i++)
        cs_buf_fmt(
            out, "%10llu  %s\n", (unsigned long long)b->category.row[i].count, b->category.row[i].name);
}
