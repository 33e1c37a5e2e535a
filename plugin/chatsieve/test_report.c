#include "chatsieve/test_report.h"

/* Without line breaks and # of its own, which TAP reads as directives. */
static void put_plain(struct cs_buf *out, const char *s)
{
    for (; *s; s++)
        cs_buf_byte(out, (uint8_t)*s < 0x20 || *s == '#' ? ' ' : (uint8_t)*s);
}

static void put_xml(struct cs_buf *out, const char *s)
{
    for (; *s; s++) {
        uint8_t c = (uint8_t)*s;
        if (c == '&')
            cs_buf_str(out, "&amp;");
        else if (c == '<')
            cs_buf_str(out, "&lt;");
        else if (c == '"')
            cs_buf_str(out, "&quot;");
        else
            cs_buf_byte(out, c < 0x20 ? ' ' : c);
    }
}

static void add_tap(
    struct cs_test_report *r, const char *suite, const char *name, const char *place, const char *why)
{
    cs_buf_fmt(&r->body, "%s %u - ", why ? "not ok" : "ok", r->n);
    put_plain(&r->body, suite);
    cs_buf_str(&r->body, ": ");
    put_plain(&r->body, name);
    cs_buf_str(&r->body, "\n");
    if (!why) return;
    cs_buf_str(&r->body, "# ");
    put_plain(&r->body, place);
    cs_buf_str(&r->body, ": ");
    put_plain(&r->body, why);
    cs_buf_str(&r->body, "\n");
}

static void add_junit(
    struct cs_test_report *r, const char *suite, const char *name, const char *place, const char *why)
{
    cs_buf_str(&r->body, "  <testcase classname=\"");
    put_xml(&r->body, suite);
    cs_buf_str(&r->body, "\" name=\"");
    put_xml(&r->body, name);
    cs_buf_str(&r->body, why ? "\"><failure message=\"" : "\"/>\n");
    if (!why) return;
    put_xml(&r->body, why);
    cs_buf_str(&r->body, "\">");
    put_xml(&r->body, place);
    cs_buf_str(&r->body, "</failure></testcase>\n");
}

void cs_test_report_add(
    struct cs_test_report *r, const char *suite, const char *name, const char *place, const char *why)
{
    r->n++;
    r->failed += why != NULL;
    if (r->style == CS_TEST_TAP)
        add_tap(r, suite, name, place, why);
    else if (r->style == CS_TEST_JUNIT)
        add_junit(r, suite, name, place, why);
    else if (why) {
        cs_buf_fmt(&r->body, "%s: %s: ", place, suite);
        put_plain(&r->body, name);
        cs_buf_fmt(&r->body, ": %s\n", why);
    }
}

static void put_silent(const struct cs_buf *silent, const char *before, struct cs_buf *out)
{
    struct cs_span rest = cs_buf_span(silent);
    while (rest.len) {
        const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
        size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
        cs_buf_str(out, before);
        cs_buf_add(out, cs_span_cut(rest, 0, n));
        cs_buf_str(out, "\n");
        rest = cs_span_cut(rest, n + 1, rest.len);
    }
}

void cs_test_report_end(const struct cs_test_report *r, const struct cs_buf *silent, struct cs_buf *out)
{
    if (r->style == CS_TEST_TAP) cs_buf_fmt(out, "TAP version 13\n1..%u\n", r->n);
    if (r->style == CS_TEST_JUNIT)
        cs_buf_fmt(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"chatsieve rules\" tests=\"%u\" failures=\"%u\">\n",
            r->n, r->failed);
    cs_buf_add(out, cs_buf_span(&r->body));
    if (r->style == CS_TEST_JUNIT) cs_buf_str(out, "</testsuite>\n");
    if (r->style == CS_TEST_TAP) put_silent(silent, "# never hit: ", out);
    if (r->style != CS_TEST_HUMAN) return;
    put_silent(silent, "never hit: ", out);
    cs_buf_fmt(out, "%u tests, %u failed\n", r->n, r->failed);
}
