/* Lines of files that messages point to; read once each. */
#ifndef CS_CHATSIEVE_SOURCES_H
#define CS_CHATSIEVE_SOURCES_H

#include "base/buf.h"
#include "base/diag.h"

struct cs_source;

struct cs_sources {
    struct cs_source *file;
    uint32_t n;
};

/* Line `line` (from 1) of a file, without its end; empty when there is none. Lent until clear. */
struct cs_span cs_sources_line(struct cs_sources *s, const char *path, uint32_t line);
/* A place in that line with `text` underlined: where it stands from `column` on, or else the rest of the
 * line. Column 0 = from the line's first character that is no space. */
struct cs_diag_at cs_sources_at(
    struct cs_sources *s, const char *path, uint32_t line, uint32_t column, const char *text);
void cs_sources_clear(struct cs_sources *s);

#endif
