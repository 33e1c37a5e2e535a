#include "chatsieve/sources.h"

#include "base/utf8.h"
#include "config/file.h"

#include <stdlib.h>

enum { SOURCE_BYTES_MAX = 16 << 20 };

struct cs_source {
    char *path;
    struct cs_buf text;
    uint32_t *begin; /* where each line begins, and the end of the text; NULL: not known */
    uint32_t n_line;
};

/* Messages may be as many as lines, so that these are counted once. */
static void index_lines(struct cs_source *f)
{
    uint32_t n = 1, k = 1;
    for (size_t i = 0; i < f->text.len; i++)
        n += f->text.ptr[i] == '\n';
    f->begin = calloc((size_t)n + 1, sizeof *f->begin);
    if (!f->begin) return;
    for (size_t i = 0; i < f->text.len; i++)
        if (f->text.ptr[i] == '\n') f->begin[k++] = (uint32_t)i + 1;
    f->begin[n] = (uint32_t)f->text.len;
    f->n_line = n;
}

/* A file that cannot be read has no lines. */
static struct cs_source *source_of(struct cs_sources *s, const char *path)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (strcmp(s->file[i].path, path) == 0) return &s->file[i];
    struct cs_source *wider = realloc(s->file, (s->n + 1) * sizeof *wider);
    if (!wider) return NULL;
    s->file = wider;
    struct cs_source *f = &wider[s->n];
    *f = (struct cs_source){.path = strdup(path)};
    if (!f->path) return NULL;
    s->n++;
    struct cs_diag unused = {0};
    if (cs_bad(cs_file_read(path, SOURCE_BYTES_MAX, NULL, &unused, &f->text))) cs_buf_clear(&f->text);
    cs_diag_clear(&unused);
    index_lines(f);
    return f;
}

struct cs_span cs_sources_line(struct cs_sources *s, const char *path, uint32_t line)
{
    const struct cs_source *f = source_of(s, path);
    if (!f || line == 0 || line > f->n_line) return (struct cs_span){0};
    struct cs_span text = cs_span_cut(cs_buf_span(&f->text), f->begin[line - 1], f->begin[line]);
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    return text;
}

static const uint8_t *find(struct cs_span in, struct cs_span what)
{
    if (!what.len) return NULL;
    for (size_t i = 0; i + what.len <= in.len; i++)
        if (memcmp(in.ptr + i, what.ptr, what.len) == 0) return in.ptr + i;
    return NULL;
}

struct cs_diag_at cs_sources_at(
    struct cs_sources *s, const char *path, uint32_t line, uint32_t column, const char *text)
{
    struct cs_diag_at at = {.file = path, .line = line, .text = cs_sources_line(s, path, line)};
    size_t byte = 0;
    while (!column && byte < at.text.len && at.text.ptr[byte] == ' ')
        byte++;
    for (uint32_t i = 1; i < column && byte < at.text.len; i++)
        byte += cs_utf8_next(at.text, byte).len;
    struct cs_span rest = cs_span_cut(at.text, byte, at.text.len), what = cs_span_str(text);
    const uint8_t *there = find(rest, what);
    if (there) rest = cs_span_of(there, what.len);
    if (!rest.len) return at;
    at.column = 1 + (uint32_t)cs_utf8_count(cs_span_of(at.text.ptr, (size_t)(rest.ptr - at.text.ptr)));
    at.width = (uint32_t)cs_utf8_count(rest);
    return at;
}

void cs_sources_clear(struct cs_sources *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        free(s->file[i].path);
        cs_buf_clear(&s->file[i].text);
        free(s->file[i].begin);
    }
    free(s->file);
    *s = (struct cs_sources){0};
}
