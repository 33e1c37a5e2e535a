#include "base/diag.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct cs_diag_item {
    enum cs_diag_level level;
    uint32_t line, column, width;
    char *file, *text, *hint, *source;
};

static char *dup_span(struct cs_span s)
{
    char *p = malloc(s.len + 1);
    if (!p) return NULL;
    if (s.len) memcpy(p, s.ptr, s.len);
    p[s.len] = 0;
    return p;
}

static char *dup_str(const char *s)
{
    return s ? dup_span(cs_span_str(s)) : NULL;
}

static struct cs_diag_item *item_new(struct cs_diag *d)
{
    if (d->n == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 8;
        struct cs_diag_item *p = realloc(d->item, cap * sizeof *p);
        if (!p) return NULL;
        d->item = p;
        d->cap = cap;
    }
    return &d->item[d->n++];
}

void cs_diag_add(struct cs_diag *d, enum cs_diag_level level, const struct cs_diag_at *at, const char *hint,
    const char *fmt, ...)
{
    if (level == CS_DIAG_ERROR) d->n_errors++;
    struct cs_diag_item *it = item_new(d);
    if (!it) {
        d->failed = true;
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    char line[1024];
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    *it = (struct cs_diag_item){.level = level, .hint = dup_str(hint), .text = dup_str(line)};
    if (!at) return;
    it->line = at->line;
    it->column = at->column;
    it->width = at->width ? at->width : 1;
    it->file = dup_str(at->file);
    it->source = at->text.len ? dup_span(at->text) : NULL;
}

bool cs_diag_has_errors(const struct cs_diag *d)
{
    return d->n_errors > 0 || d->failed;
}

const char *cs_diag_text(const struct cs_diag *d, uint32_t i)
{
    return i < d->n && d->item[i].text ? d->item[i].text : "";
}

/* Columns a terminal gives a code point: two for East Asian wide ranges, one otherwise. */
static uint32_t cells(uint32_t cp)
{
    static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (cp >= wide[i][0] && cp <= wide[i][1]) return 2;
    return 1;
}

/* Spaces up to the column, then carets under `width` characters, as wide as the terminal shows them. */
static void render_caret(const struct cs_diag_item *it, struct cs_buf *out)
{
    struct cs_span s = cs_span_str(it->source);
    uint32_t col = 1;
    for (size_t at = 0; at < s.len && col < it->column + it->width; col++) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        at += st.len;
        uint32_t w = st.cp == '\t' ? 1 : cells(st.cp);
        uint8_t c = col >= it->column ? '^' : st.cp == '\t' ? '\t' : ' ';
        for (uint32_t k = 0; k < w; k++)
            cs_buf_byte(out, c);
    }
    if (col <= it->column) cs_buf_byte(out, '^');
}

void cs_diag_render(const struct cs_diag *d, uint32_t i, struct cs_buf *out)
{
    static const char *const level[] = {"note", "warning", "error"};
    if (i >= d->n) return;
    const struct cs_diag_item *it = &d->item[i];
    if (it->file) cs_buf_fmt(out, "%s:", it->file);
    if (it->line) cs_buf_fmt(out, "%u:", it->line);
    if (it->line && it->column) cs_buf_fmt(out, "%u:", it->column);
    cs_buf_fmt(out, "%s%s: %s\n", it->file ? " " : "", level[it->level], it->text ? it->text : "");
    if (it->source && it->column) {
        cs_buf_fmt(out, "%6u | %s\n       | ", it->line, it->source);
        render_caret(it, out);
        cs_buf_str(out, "\n");
    }
    if (it->hint) cs_buf_fmt(out, "       = %s\n", it->hint);
}

void cs_diag_clear(struct cs_diag *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        free(d->item[i].file);
        free(d->item[i].text);
        free(d->item[i].hint);
        free(d->item[i].source);
    }
    free(d->item);
    *d = (struct cs_diag){0};
}

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t m = a < b ? a : b;
    return m < c ? m : c;
}

enum { NAME_MAX_BYTES = 63 };

/* Levenshtein distance in bytes of two names of at most NAME_MAX_BYTES. */
static uint32_t distance(struct cs_span a, struct cs_span b)
{
    uint32_t row[NAME_MAX_BYTES + 1];
    for (uint32_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= a.len; i++) {
        uint32_t diag = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b.len; j++) {
            uint32_t up = row[j];
            row[j] = min3(up + 1, row[j - 1] + 1, diag + (a.ptr[i - 1] != b.ptr[j - 1]));
            diag = up;
        }
    }
    return row[b.len];
}

const char *cs_diag_nearest(struct cs_span given, const char *const *names, size_t n)
{
    const char *best = NULL;
    uint32_t best_d = (uint32_t)(given.len / 3 + 2);
    if (given.len == 0 || given.len > NAME_MAX_BYTES) return NULL;
    for (size_t i = 0; i < n; i++) {
        struct cs_span s = cs_span_str(names[i]);
        if (s.len == 0 || s.len > NAME_MAX_BYTES) continue;
        uint32_t d = distance(given, s);
        if (d >= best_d) continue;
        best = names[i];
        best_d = d;
    }
    return best;
}
