#include "codec/detail.h"

#include <stdarg.h>
#include <stdio.h>

enum { DETAIL_BYTES = 256 };

const char *cs_detail_fmt(struct cs_arena *arena, const char *fmt, ...)
{
    char line[DETAIL_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    const char *copy = cs_arena_strdup(arena, cs_span_str(line));
    return copy ? copy : "no memory to tell the detail";
}

const char *cs_detail_fault(struct cs_arena *arena, const struct cs_chat_fault *fault, struct cs_span raw)
{
    const char *name = cs_chat_field_name(fault->field);
    const char *hint = raw.len && raw.ptr[0] == '{' ? " (it looks like JSON)" : "";
    if (!name) return cs_detail_fmt(arena, "%s at byte %zu%s", fault->what, fault->at, hint);
    return cs_detail_fmt(
        arena, "field %u (%s): %s at byte %zu%s", fault->field, name, fault->what, fault->at, hint);
}
