#include "base/diag.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void expect_render(const struct cs_diag *d, uint32_t i, const char *want)
{
    struct cs_buf b = {0};
    cs_diag_render(d, i, &b);
    cr_expect_str_eq(cs_buf_cstr(&b), want, "message %u:\n%s", i, cs_buf_cstr(&b));
    cs_buf_clear(&b);
}

Test(diag, renders)
{
    struct cs_diag d = {0};
    struct cs_diag_at whole = {
        .file = "f.yaml", .line = 12, .column = 4, .width = 2, .text = CS_SPAN_LIT("a: 微信 x")};
    struct cs_diag_at tab = {.file = "f", .line = 1, .column = 2, .text = CS_SPAN_LIT("\tb")};
    struct cs_diag_at end = {.file = "f", .line = 1, .column = 3, .width = 9, .text = CS_SPAN_LIT("ab")};
    struct cs_diag_at file = {.file = "f"};
    struct cs_diag_at bad = {.file = "f", .line = 1, .column = 2, .text = CS_SPAN_LIT("\xFF\xFE")};
    cs_diag_add(&d, CS_DIAG_ERROR, &whole, "the remedy", "wrong %s", "word");
    cs_diag_add(&d, CS_DIAG_WARNING, &tab, NULL, "w");
    cs_diag_add(&d, CS_DIAG_ERROR, &end, NULL, "e");
    cs_diag_add(&d, CS_DIAG_NOTE, &file, NULL, "n");
    cs_diag_add(&d, CS_DIAG_ERROR, NULL, "h", "no place");
    cs_diag_add(&d, CS_DIAG_ERROR, &bad, NULL, "b");
    expect_render(
        &d, 0, "f.yaml:12:4: error: wrong word\n    12 | a: 微信 x\n       |    ^^^^\n       = the remedy\n");
    expect_render(&d, 1, "f:1:2: warning: w\n     1 | \tb\n       | \t^\n");
    expect_render(&d, 2, "f:1:3: error: e\n     1 | ab\n       |   ^\n");
    expect_render(&d, 3, "f: note: n\n");
    expect_render(&d, 4, "error: no place\n       = h\n");
    expect_render(&d, 5, "f:1:2: error: b\n     1 | \xFF\xFE\n       |  ^\n");
    expect_render(&d, 6, "");
    cr_expect_eq(d.n_errors, 4);
    cr_expect_str_eq(cs_diag_text(&d, 0), "wrong word");
    cr_expect_str_eq(cs_diag_text(&d, 6), "");
    cs_diag_clear(&d);
    cr_expect(d.n == 0 && !cs_diag_has_errors(&d));
}

Test(diag, only_errors_are_errors)
{
    struct cs_diag d = {0};
    cs_diag_add(&d, CS_DIAG_NOTE, NULL, NULL, "n");
    cs_diag_add(&d, CS_DIAG_WARNING, NULL, NULL, "w");
    cr_expect(!cs_diag_has_errors(&d));
    cs_diag_add(&d, CS_DIAG_ERROR, NULL, NULL, "e");
    cr_expect(cs_diag_has_errors(&d));
    cs_diag_clear(&d);
}

Test(diag, copies_what_it_is_given)
{
    struct cs_diag d = {0};
    char file[] = "name", line[] = "text", hint[] = "hint";
    for (int i = 0; i < 100; i++) {
        struct cs_diag_at at = {.file = file, .line = 1, .column = 1, .text = cs_span_str(line)};
        cs_diag_add(&d, CS_DIAG_ERROR, &at, hint, "%d", i);
    }
    memset(file, 'x', 4);
    memset(line, 'x', 4);
    memset(hint, 'x', 4);
    expect_render(&d, 99, "name:1:1: error: 99\n     1 | text\n       | ^\n       = hint\n");
    cs_diag_clear(&d);
}

Test(diag, long_texts_are_cut)
{
    struct cs_diag d = {0};
    char *s = malloc(100000);
    cr_assert(s != NULL);
    memset(s, 'a', 99999);
    s[99999] = 0;
    cs_diag_add(&d, CS_DIAG_ERROR, NULL, NULL, "%s", s);
    cr_expect(strlen(cs_diag_text(&d, 0)) > 500 && strlen(cs_diag_text(&d, 0)) < 2000);
    free(s);
    cs_diag_clear(&d);
}

/* A message lost for want of memory still counts, and a half copied one can be rendered. */
Test(diag, failing_memory)
{
    struct cs_diag_at at = {.file = "f", .line = 1, .column = 1, .text = CS_SPAN_LIT("text")};
    for (long k = 0; k < 5; k++) {
        struct cs_diag d = {0};
        fuse = k;
        cs_diag_add(&d, CS_DIAG_ERROR, &at, "hint", "text");
        cr_expect(fuse < 0, "%ld allocations at least", k + 1);
        fuse = -1;
        struct cs_buf b = {0};
        cs_diag_render(&d, 0, &b);
        cr_expect(cs_diag_has_errors(&d), "%ld", k);
        cs_buf_clear(&b);
        cs_diag_clear(&d);
    }
    struct cs_diag d = {0};
    fuse = 0;
    cs_diag_add(&d, CS_DIAG_WARNING, NULL, NULL, "lost");
    fuse = -1;
    cr_expect(d.failed && cs_diag_has_errors(&d));
    cs_diag_clear(&d);
}

Test(diag, nearest_name)
{
    static const char *const names[] = {"brokers", "group", NULL, "topics", "", "workers", "rules"};
    static const struct {
        const char *given, *want; /* NULL: none is near */
    } rows[] = {{"broker", "brokers"}, {"brokres", "brokers"}, {"grup", "group"}, {"topic", "topics"},
        {"worker", "workers"}, {"rule", "rules"}, {"Rules", "rules"}, {"zzzz", NULL}, {"", NULL}, {"x", NULL},
        {"statistics", NULL},
        {"a very long name that nobody would ever write into a configuration file at all", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = cs_diag_nearest(cs_span_str(rows[i].given), names, sizeof names / sizeof names[0]);
        cr_expect(got == rows[i].want || (got && rows[i].want && strcmp(got, rows[i].want) == 0), "%s: %s",
            rows[i].given, got ? got : "none");
    }
    cr_expect(cs_diag_nearest(CS_SPAN_LIT("a"), NULL, 0) == NULL);
}
