#include "chatsieve/demo.h"

#include "chatsieve/screen.h"

#include <stdio.h>
#include <time.h>

enum { CATEGORY_CELLS = 22, COUNT_CELLS = 9, WIDE_COLUMNS = 84, PANEL_MAX = 12 };

/* A picture in the making. */
struct canvas {
    struct cs_demo_scene *scene;
    struct cs_pipeline_counts counts;
    struct cs_buf *out;
    uint32_t rows, columns, row;
    uint32_t column; /* cells used by put_label in this row */
};

static void end_row(struct canvas *c)
{
    c->row++;
    c->column = 0;
    cs_buf_str(c->out, c->row < c->rows ? CS_PAINT_RESET "\033[K\r\n" : CS_PAINT_RESET "\033[K\033[J");
}

/* 1234567 as 1,234,567. */
static const char *grouped(uint64_t v, char out[32])
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
    int k = 0;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = 0;
    return out;
}

/* "  label value", or nothing where the row has no room left for it. */
static void put_label(struct canvas *c, const char *label, uint64_t value)
{
    char number[32];
    uint32_t cells = (uint32_t)(strlen(label) + strlen(grouped(value, number))) + 3;
    if (c->column + cells > c->columns) return;
    c->column += cells;
    cs_buf_fmt(
        c->out, "  " CS_PAINT_DIM "%s" CS_PAINT_RESET " " CS_PAINT_BOLD "%s" CS_PAINT_RESET, label, number);
}

static void draw_title(struct canvas *c)
{
    const struct cs_demo_scene *s = c->scene;
    int64_t seconds = (s->now_ms - s->board->begin_ms) / 1000;
    char left[64] = " chatsieve demo", right[48];
    if (s->seconds)
        snprintf(right, sizeof right, "%lld of %lld s ", (long long)seconds, (long long)s->seconds);
    else
        snprintf(right, sizeof right, "%lld s, Ctrl-C ends ", (long long)seconds);
    int gap = (int)c->columns - (int)strlen(left) - (int)strlen(right);
    cs_buf_fmt(c->out, "\033[1;7m%s%*s%s", left, gap > 1 ? gap : 1, "", right);
    end_row(c);
}

static void draw_cluster(struct canvas *c)
{
    const struct cs_demo_scene *s = c->scene;
    cs_buf_fmt(c->out, "  %s  %s %s %s   " CS_PAINT_DIM "%s, %u patterns of %s", s->settings->brokers,
        s->settings->topic_input, "\u2192", s->settings->topic_annotated,
        cs_matcher_engine(s->engine->matcher), s->engine->rules->n_pattern, s->engine->rules->version);
    end_row(c);
}

static void draw_totals(struct canvas *c)
{
    const struct cs_demo_scene *s = c->scene;
    put_label(c, "messages", s->board->annotated);
    put_label(c, "a second", s->per_s);
    put_label(c, "with violations", s->board->with_violation);
    put_label(c, "dead letters", c->counts.filter.dead);
    put_label(c, "conversations", c->counts.clock.open);
    put_label(c, "waiting", c->counts.clock.waiting);
    end_row(c);
}

/* Processor time a message in each stage, and in all. */
static void draw_stages(struct canvas *c)
{
    const struct cs_filter_counts *f = &c->counts.filter;
    uint64_t n = f->messages ? f->messages : 1, sum = 0;
    for (uint32_t i = 0; i < CS_STAGE_COUNT; i++)
        sum += f->stage_ns[i];
    put_label(c, "ns a message:", sum / n);
    for (uint32_t i = 0; i < CS_STAGE_COUNT; i++)
        put_label(c, cs_stage_name(i), f->stage_ns[i] / n);
    end_row(c);
}

static void put_bar(struct cs_buf *out, uint64_t value, uint64_t most, uint32_t cells)
{
    static const char *const part[] = {
        "", "\u258F", "\u258E", "\u258D", "\u258C", "\u258B", "\u258A", "\u2589"};
    uint64_t eighths = most ? value * cells * 8 / most : 0;
    uint32_t used = (uint32_t)(eighths / 8);
    cs_buf_str(out, CS_PAINT_RED);
    for (uint32_t i = 0; i < used; i++)
        cs_buf_str(out, "\u2588");
    cs_buf_str(out, part[eighths % 8]);
    used += eighths % 8 != 0;
    cs_buf_fmt(out, CS_PAINT_RESET "%*s", (int)(cells > used ? cells - used : 0), "");
}

/* One category: name, bar, count, in `width` cells. */
static void put_category(struct canvas *c, uint32_t i, uint32_t width)
{
    const struct cs_tally *t = &c->scene->board->category;
    uint32_t fixed = CATEGORY_CELLS + COUNT_CELLS + 4;
    if (i >= t->n || width <= fixed) {
        cs_buf_fmt(c->out, "%*s", (int)width, "");
        return;
    }
    char number[32];
    cs_buf_str(c->out, "  ");
    cs_cells_pad(c->out, cs_span_str(t->row[i].name), CATEGORY_CELLS);
    put_bar(c->out, t->row[i].count, t->row[0].count, width - fixed);
    cs_buf_fmt(c->out, " %*s ", COUNT_CELLS, grouped(t->row[i].count, number));
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void put_waiting(struct canvas *c, const struct cs_waiting *w, uint32_t cells)
{
    int64_t s = (wall_ms() - w->since_ms) / 1000;
    if (s < 0) s = 0;
    const char *on = s >= 60 ? CS_PAINT_RED : s >= 40 ? CS_PAINT_YELLOW : "";
    char line[192];
    snprintf(line, sizeof line, "%.*s  %.*s  %u message%s", (int)w->shop.len, (const char *)w->shop.ptr,
        (int)w->buyer.len, (const char *)w->buyer.ptr, w->messages, w->messages == 1 ? "" : "s");
    cs_buf_fmt(c->out, "%s%3lld:%02lld" CS_PAINT_RESET "  ", on, (long long)(s / 60), (long long)(s % 60));
    cs_cells_put(c->out, cs_span_str(line), cells > 8 ? cells - 8 : 0, NULL, 0);
}

static void draw_panels(struct canvas *c, uint32_t n)
{
    struct cs_waiting waiting[PANEL_MAX];
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    bool wide = c->columns >= WIDE_COLUMNS;
    uint32_t left = wide ? c->columns / 2 : c->columns;
    uint32_t n_waiting = wide ? cs_pipeline_slowest(c->scene->pipeline, &arena, waiting, n) : 0;
    cs_tally_sort(&c->scene->board->category);
    cs_buf_str(c->out, CS_PAINT_BOLD);
    cs_cells_pad(c->out, CS_SPAN_LIT("  Violations by category"), left);
    if (wide) cs_buf_str(c->out, "Buyers who wait longest");
    end_row(c);
    for (uint32_t i = 0; i < n; i++) {
        put_category(c, i, left);
        if (i < n_waiting) put_waiting(c, &waiting[i], c->columns - left);
        end_row(c);
    }
    cs_arena_clear(&arena);
}

static void put_message(struct canvas *c, const struct cs_demo_message *m)
{
    struct cs_paint paint[DEMO_PAINTS];
    for (uint32_t i = 0; i < m->n_hit; i++)
        paint[i] = (struct cs_paint){m->begin[i], m->end[i], CS_PAINT_HIT};
    time_t when = (time_t)(m->sent_ms / 1000);
    struct tm tm;
    localtime_r(&when, &tm);
    char head[128];
    int n = snprintf(head, sizeof head, "  %02d:%02d:%02d  %-7s %-6s %-20.20s %d %-7s ", tm.tm_hour,
        tm.tm_min, tm.tm_sec, m->platform, m->role, m->category, m->severity, m->evidence);
    uint32_t used = n > 0 ? (uint32_t)n : 0;
    cs_buf_fmt(c->out, CS_PAINT_DIM "%s" CS_PAINT_RESET, head);
    if (used < c->columns)
        cs_cells_put(c->out, cs_span_of(m->text, m->text_len), c->columns - used, paint, m->n_hit);
}

static void draw_messages(struct canvas *c, uint32_t n)
{
    const struct cs_demo_board *b = c->scene->board;
    cs_buf_str(c->out, CS_PAINT_BOLD "  Last messages with a violation");
    end_row(c);
    uint32_t have = b->n_last < DEMO_LAST ? (uint32_t)b->n_last : DEMO_LAST;
    uint32_t show = have < n ? have : n;
    for (uint32_t i = 0; i < n; i++) {
        if (i < show) put_message(c, &b->last[(b->n_last - show + i) % DEMO_LAST]);
        end_row(c);
    }
}

static void draw_footer(struct canvas *c)
{
    const struct cs_demo_scene *s = c->scene;
    char line[CS_LOG_CAPTURE_BYTES + 64];
    if (s->note[0])
        snprintf(line, sizeof line, "  %s", s->note);
    else
        snprintf(line, sizeof line, "  other programs: kcat -C -o end -b %s -t %s", s->settings->brokers,
            s->settings->topic_annotated);
    cs_buf_str(c->out, s->note[0] ? CS_PAINT_YELLOW : CS_PAINT_DIM);
    cs_cells_put(c->out, cs_span_str(line), c->columns, NULL, 0);
    end_row(c);
}

/* Eight rows are heads and spaces; a third of the rest goes to the panels. */
void cs_demo_draw(struct cs_demo_scene *s, uint32_t rows, uint32_t columns, struct cs_buf *out)
{
    struct canvas c = {.scene = s, .out = out, .rows = rows, .columns = columns};
    uint32_t fixed = 10, rest = rows > fixed + 4 ? rows - fixed : 4;
    uint32_t panel = rest / 3 < 3 ? 3 : rest / 3 > PANEL_MAX ? PANEL_MAX : rest / 3;
    if (panel > rest) panel = rest;
    c.counts = cs_pipeline_count(s->pipeline);
    cs_buf_str(out, "\033[H");
    draw_title(&c);
    draw_cluster(&c);
    end_row(&c);
    draw_totals(&c);
    draw_stages(&c);
    end_row(&c);
    draw_panels(&c, panel);
    end_row(&c);
    draw_messages(&c, rest - panel);
    draw_footer(&c);
}
