#include "config/yaml_doc.h"

#include "base/utf8.h"
#include "config/file.h"
#include "config/yaml_tree.h"

#include <stdlib.h>

enum { ARENA_CHUNK = 64 * 1024 };

/* Bytes of the line break at `at`, 0 if there is none. The same breaks as the library counts: CR, LF, CR LF,
 * and U+0085, U+2028, U+2029. */
static size_t break_at(struct cs_span s, size_t at)
{
    static const char *const breaks[] = {"\r\n", "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    if (s.ptr[at] > '\r' && s.ptr[at] < 0xC2) return 0;
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        struct cs_span b = cs_span_str(breaks[i]);
        if (cs_span_eq(cs_span_cut(s, at, at + b.len), b)) return b.len;
    }
    return 0;
}

static uint32_t count_lines(struct cs_span s)
{
    uint32_t n = 1;
    for (size_t at = 0; at < s.len;) {
        size_t b = break_at(s, at);
        n += b > 0;
        at += b ? b : 1;
    }
    return n;
}

static cs_rc index_lines(struct cs_yaml *y)
{
    y->line_begin = cs_arena_alloc(&y->arena, count_lines(y->body) * sizeof *y->line_begin);
    if (!y->line_begin) return cs_fail(CS_ENOMEM);
    y->line_begin[0] = 0;
    y->n_line = 1;
    for (size_t at = 0; at < y->body.len;) {
        size_t b = break_at(y->body, at);
        at += b ? b : 1;
        if (b) y->line_begin[y->n_line++] = (uint32_t)at;
    }
    return CS_OK;
}

static struct cs_span line_text(const struct cs_yaml *y, uint32_t line)
{
    if (line == 0 || line > y->n_line) return (struct cs_span){0};
    struct cs_span s = cs_span_cut(y->body, y->line_begin[line - 1], y->body.len);
    size_t end = 0;
    while (end < s.len && end <= CS_YAML_LINE_SHOWN_MAX && !break_at(s, end))
        end++;
    return end > CS_YAML_LINE_SHOWN_MAX ? (struct cs_span){0} : cs_span_cut(s, 0, end);
}

struct cs_diag_at cs_yaml_place(const struct cs_yaml *y, uint32_t line, uint32_t column)
{
    return (struct cs_diag_at){
        .file = y->name, .line = line, .column = column, .width = 1, .text = line_text(y, line)};
}

struct cs_diag_at cs_yaml_at(const struct cs_yaml *y, const struct cs_yaml_node *node)
{
    struct cs_diag_at at = cs_yaml_place(y, node->line, node->column);
    if (node->kind != CS_YAML_SCALAR || !at.text.len) return at;
    struct cs_span s = cs_span_of(node->text, node->len);
    size_t width = cs_utf8_count(s) + (node->plain ? 0 : 2), line = cs_utf8_count(at.text);
    if (node->column + width > line + 1) width = line + 1 > node->column ? line + 1 - node->column : 1;
    at.width = width ? (uint32_t)width : 1;
    return at;
}

/* What a YAML stream may hold (YAML 1.1, c-printable). */
static bool printable(uint32_t cp)
{
    return cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x20 && cp <= 0x7E) || cp == 0x85 ||
           (cp >= 0xA0 && cp != 0xFEFF && cp != 0xFFFE && cp != 0xFFFF);
}

static cs_rc tell_char(struct cs_yaml *y, struct cs_diag *diag, size_t at, struct cs_utf8_step st)
{
    uint32_t line = y->n_line;
    while (line > 1 && y->line_begin[line - 1] > at)
        line--;
    size_t begin = y->line_begin[line - 1];
    uint32_t column = (uint32_t)cs_utf8_count(cs_span_cut(y->body, begin, at)) + 1;
    struct cs_diag_at place = cs_yaml_place(y, line, column);
    if (st.bad)
        cs_diag_add(diag, CS_DIAG_ERROR, &place, "save the file as UTF-8",
            "this is not UTF-8: byte 0x%02X at offset %zu", y->body.ptr[at], at);
    else
        cs_diag_add(diag, CS_DIAG_ERROR, &place, "write it as an escape in double quotes, or remove it",
            "the character U+%04X may not stand in a YAML file", st.cp);
    return cs_fail(CS_ESYNTAX);
}

/* The library checks this too, but tells no line and column. */
static cs_rc check_chars(struct cs_yaml *y, struct cs_diag *diag)
{
    for (size_t at = 0; at < y->body.len;) {
        struct cs_utf8_step st = cs_utf8_next(y->body, at);
        if (st.bad || !printable(st.cp)) return tell_char(y, diag, at, st);
        at += st.len;
    }
    return CS_OK;
}

static cs_rc fill(struct cs_yaml *y, const char *name, struct cs_span text, struct cs_diag *diag)
{
    char *copy = cs_arena_strdup(&y->arena, text);
    y->name = cs_arena_strdup(&y->arena, cs_span_str(name));
    if (!copy || !y->name) return cs_fail(CS_ENOMEM);
    y->source = y->body = cs_span_of(copy, text.len);
    if (text.len >= 3 && memcmp(copy, "\xEF\xBB\xBF", 3) == 0) y->body = cs_span_cut(y->source, 3, text.len);
    cs_rc rc = index_lines(y);
    if (!cs_bad(rc)) rc = check_chars(y, diag);
    return cs_bad(rc) ? rc : cs_yaml_build(y, diag);
}

static cs_rc tell_memory(const char *name, struct cs_diag *diag, cs_rc rc)
{
    if (cs_is(rc, CS_ENOMEM))
        cs_diag_add(diag, CS_DIAG_ERROR, &(struct cs_diag_at){.file = name}, NULL, "out of memory");
    return rc;
}

cs_rc cs_yaml_parse(const char *name, struct cs_span text, struct cs_diag *diag, struct cs_yaml **out)
{
    if (text.len > CS_YAML_BYTES_MAX) {
        cs_diag_add(diag, CS_DIAG_ERROR, &(struct cs_diag_at){.file = name}, NULL,
            "a YAML file may have at most %d bytes; this one has %zu", CS_YAML_BYTES_MAX, text.len);
        return cs_fail(CS_ELIMIT);
    }
    struct cs_yaml *y = calloc(1, sizeof *y);
    if (!y) return tell_memory(name, diag, cs_fail(CS_ENOMEM));
    cs_arena_init(&y->arena, ARENA_CHUNK, 0);
    cs_rc rc = fill(y, name, text, diag);
    if (cs_bad(rc)) {
        cs_yaml_free(&y);
        return tell_memory(name, diag, rc);
    }
    *out = y;
    return CS_OK;
}

cs_rc cs_yaml_load(const char *path, struct cs_diag *diag, struct cs_yaml **out)
{
    struct cs_buf b = {0};
    cs_rc rc = cs_file_read(path, CS_YAML_BYTES_MAX, NULL, diag, &b);
    if (!cs_bad(rc)) rc = cs_yaml_parse(path, cs_buf_span(&b), diag, out);
    cs_buf_clear(&b);
    return rc;
}

void cs_yaml_free(struct cs_yaml **y)
{
    if (!*y) return;
    cs_arena_clear(&(*y)->arena);
    free(*y);
    *y = NULL;
}

const struct cs_yaml_node *cs_yaml_root(const struct cs_yaml *y)
{
    return y->root;
}
const char *cs_yaml_name(const struct cs_yaml *y)
{
    return y->name;
}
struct cs_span cs_yaml_source(const struct cs_yaml *y)
{
    return y->source;
}

const struct cs_yaml_node *cs_yaml_get(const struct cs_yaml_node *map, const char *key)
{
    for (uint32_t i = 0; map->kind == CS_YAML_MAPPING && i < map->n; i++)
        if (strcmp(map->key[i]->text, key) == 0) return map->item[i];
    return NULL;
}
