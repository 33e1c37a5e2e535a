/* The log: logfmt that a parser takes back, diag items with their place, limits. */
#include "chatsieve/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

struct tape {
    int fd[2];
    struct cs_log log;
    char text[8192];
};

static void tape_open(struct tape *t, enum cs_log_level min)
{
    cr_assert_eq(pipe(t->fd), 0);
    cs_log_init(&t->log, t->fd[1], min);
    cr_assert(!t->log.pretty);
}

/* Everything that was logged. */
static const char *tape_read(struct tape *t)
{
    close(t->fd[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(t->fd[0], t->text + used, sizeof t->text - 1 - used)) > 0;)
        used += (size_t)n;
    t->text[used] = 0;
    close(t->fd[0]);
    return t->text;
}

static uint32_t count(const char *text, const char *word)
{
    uint32_t n = 0;
    for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
        n++;
    return n;
}

Test(log, values)
{
    struct tape t = {0};
    tape_open(&t, CS_LOG_INFO);
    CS_LOG(&t.log, CS_LOG_INFO, "hello world", cs_text_field("a", "x"), cs_text_field("b", ""),
        cs_text_field("c", "p q=\"r\"\\\n\t\x7f"), cs_number_field("n", -5), cs_text_field("zh", "微信"));
    const char *line = tape_read(&t);
    cr_assert(
        strstr(line,
            " level=info msg=\"hello world\" a=x b=\"\" c=\"p q=\\\"r\\\"\\\\   \" n=-5 zh=微信\n") != NULL,
        "%s", line);
    cr_assert_eq(count(line, "\n"), 1);
    cr_assert_eq(strncmp(line, "ts=20", 5), 0);
}

Test(log, levels)
{
    struct tape t = {0};
    tape_open(&t, cs_log_level_of("warning"));
    cs_log_line(&t.log, CS_LOG_DEBUG, "one");
    cs_log_line(&t.log, CS_LOG_INFO, "two");
    cs_log_line(&t.log, CS_LOG_WARNING, "three");
    cs_log_line(&t.log, CS_LOG_ERROR, "four");
    const char *text = tape_read(&t);
    cr_assert_eq(count(text, "\n"), 2, "%s", text);
    cr_assert(strstr(text, "msg=three") != NULL && strstr(text, "msg=four") != NULL);
    cr_assert_eq(cs_log_level_of("nonsense"), CS_LOG_INFO);
}

Test(log, diag)
{
    struct tape t = {0};
    struct cs_diag d = {0};
    struct cs_diag_at at = {
        .file = "a.yaml", .line = 3, .column = 5, .width = 2, .text = CS_SPAN_LIT("  error: x")};
    tape_open(&t, CS_LOG_INFO);
    cs_diag_add(&d, CS_DIAG_ERROR, &at, "did you mean y?", "unknown key: x");
    cs_diag_add(&d, CS_DIAG_WARNING, NULL, NULL, "nothing \"much\"");
    cs_diag_add(&d, CS_DIAG_NOTE, NULL, NULL, "by the way");
    cs_log_diag(&t.log, &d);
    cs_diag_clear(&d);
    const char *text = tape_read(&t);
    cr_assert(
        strstr(text, "level=error msg=\"unknown key: x\" at=a.yaml:3:5 hint=\"did you mean y?\"\n") != NULL,
        "%s", text);
    cr_assert(strstr(text, "level=warning msg=\"nothing \\\"much\\\"\"\n") != NULL, "%s", text);
    cr_assert(strstr(text, "level=info msg=\"by the way\"\n") != NULL, "%s", text);
}

/* A client library in trouble repeats itself thousands of times; our own lines always pass. */
Test(log, client_is_limited)
{
    struct tape t = {0};
    tape_open(&t, CS_LOG_INFO);
    for (uint32_t i = 0; i < 3000; i++)
        cs_log_client(&t.log, 3, "FAIL", "connection refused");
    for (uint32_t i = 0; i < 20; i++)
        cs_log_client(&t.log, 6, "chatsieve", "assigned");
    cs_log_client(&t.log, 7, "DEBUG", "not wanted");
    const char *text = tape_read(&t);
    uint32_t n = count(text, "connection refused");
    cr_assert(n >= CS_LOG_BURST && n <= 2 * CS_LOG_BURST, "%u lines", n);
    cr_assert_eq(count(text, "assigned"), 20);
    cr_assert_eq(count(text, "not wanted"), 0);
}

Test(log, capture)
{
    struct tape t = {0};
    char last[CS_LOG_CAPTURE_BYTES];
    tape_open(&t, CS_LOG_INFO);
    cs_log_captured(&t.log, last);
    cr_assert_str_empty(last);
    cs_log_capture(&t.log, true);
    cs_log_line(&t.log, CS_LOG_ERROR, "kept");
    cs_log_captured(&t.log, last);
    cr_assert(strstr(last, "msg=kept") != NULL && strchr(last, '\n') == NULL);
    cs_log_capture(&t.log, false);
    cs_log_line(&t.log, CS_LOG_ERROR, "written");
    const char *text = tape_read(&t);
    cr_assert(strstr(text, "kept") == NULL && strstr(text, "written") != NULL);
}
