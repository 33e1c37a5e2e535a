#include "chatsieve/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *const level_name[] = {"debug", "info", "warning", "error"};

void cs_log_init(struct cs_log *log, int fd, enum cs_log_level min)
{
    *log = (struct cs_log){.fd = fd, .min = min};
    log->pretty = isatty(fd) == 1;
    pthread_mutex_init(&log->lock, NULL);
}

enum cs_log_level cs_log_level_of(const char *name)
{
    for (unsigned i = 0; i < sizeof level_name / sizeof level_name[0]; i++)
        if (name && strcmp(level_name[i], name) == 0) return (enum cs_log_level)i;
    return CS_LOG_INFO;
}

static bool needs_quotes(const char *s)
{
    if (!*s) return true;
    for (; *s; s++)
        if ((uint8_t)*s <= ' ' || *s == '"' || *s == '=' || *s == '\\' || *s == 0x7F) return true;
    return false;
}

/* A logfmt value; control characters become spaces, so that a value never breaks the line. */
static void put_value(struct cs_buf *out, const char *s)
{
    if (!needs_quotes(s)) {
        cs_buf_str(out, s);
        return;
    }
    cs_buf_byte(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') cs_buf_byte(out, '\\');
        cs_buf_byte(out, (uint8_t)*s < ' ' || *s == 0x7F ? ' ' : (uint8_t)*s);
    }
    cs_buf_byte(out, '"');
}

static void put_fields(struct cs_buf *out, const struct cs_field *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cs_buf_fmt(out, " %s=", f[i].key);
        if (f[i].text)
            put_value(out, f[i].text);
        else
            cs_buf_fmt(out, "%lld", (long long)f[i].number);
    }
}

static void put_pretty(struct cs_buf *out, enum cs_log_level level, const char *msg, struct timespec now)
{
    static const char *const paint[] = {"\033[2m", "\033[32m", "\033[33m", "\033[31m"};
    struct tm tm;
    localtime_r(&now.tv_sec, &tm);
    bool plain = getenv("NO_COLOR") != NULL;
    cs_buf_fmt(out, "%02d:%02d:%02d %s%-7s%s %s", tm.tm_hour, tm.tm_min, tm.tm_sec, plain ? "" : paint[level],
        level_name[level], plain ? "" : "\033[0m", msg);
}

static void put_logfmt(struct cs_buf *out, enum cs_log_level level, const char *msg, struct timespec now)
{
    struct tm tm;
    char ts[32];
    gmtime_r(&now.tv_sec, &tm);
    strftime(ts, sizeof ts, "%Y-%m-%dT%H:%M:%S", &tm);
    cs_buf_fmt(out, "ts=%s.%03ldZ level=%s msg=", ts, now.tv_nsec / 1000000, level_name[level]);
    put_value(out, msg);
}

static void write_all(int fd, struct cs_span s)
{
    while (s.len) {
        ssize_t w = write(fd, s.ptr, s.len);
        if (w <= 0) return;
        s = cs_span_cut(s, (size_t)w, s.len);
    }
}

static void keep_line(struct cs_log *log, const char *line)
{
    pthread_mutex_lock(&log->lock);
    snprintf(log->last, sizeof log->last, "%.*s", (int)strcspn(line, "\n"), line);
    pthread_mutex_unlock(&log->lock);
}

static void emit(struct cs_log *log, struct cs_buf *line)
{
    if (atomic_load(&log->captured))
        keep_line(log, cs_buf_cstr(line));
    else
        write_all(log->fd, cs_buf_span(line));
}

void cs_log_fields(
    struct cs_log *log, enum cs_log_level level, const char *msg, const struct cs_field *field, size_t n)
{
    if (level < log->min) return;
    struct cs_buf line = {0};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (log->pretty)
        put_pretty(&line, level, msg, now);
    else
        put_logfmt(&line, level, msg, now);
    put_fields(&line, field, n);
    cs_buf_byte(&line, '\n');
    emit(log, &line);
    cs_buf_clear(&line);
}

void cs_log_line(struct cs_log *log, enum cs_log_level level, const char *msg)
{
    cs_log_fields(log, level, msg, NULL, 0);
}

/* The place in "FILE:LINE:COLUMN: error: text", which is how a located item is rendered. */
static void item_place(const char *rendered, const char *text, char *place, size_t size)
{
    const char *end = strstr(rendered, text);
    size_t len = end ? (size_t)(end - rendered) : 0;
    static const char *const tag[] = {"error: ", "warning: ", "note: "};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(tag[i]);
        if (len >= n && memcmp(rendered + len - n, tag[i], n) == 0) len -= n;
    }
    while (len && (rendered[len - 1] == ' ' || rendered[len - 1] == ':'))
        len--;
    snprintf(place, size, "%.*s", (int)len, rendered);
}

static enum cs_log_level item_level(const char *rendered, const char *text)
{
    const char *end = strstr(rendered, text);
    size_t len = end ? (size_t)(end - rendered) : 0;
    if (len >= 9 && memcmp(rendered + len - 9, "warning: ", 9) == 0) return CS_LOG_WARNING;
    if (len >= 6 && memcmp(rendered + len - 6, "note: ", 6) == 0) return CS_LOG_INFO;
    return CS_LOG_ERROR;
}

static void log_item(struct cs_log *log, const char *rendered, const char *text)
{
    struct cs_field field[2];
    size_t n = 0;
    char place[512], hint[512] = "";
    item_place(rendered, text, place, sizeof place);
    const char *h = strstr(rendered, "\n       = ");
    if (h) snprintf(hint, sizeof hint, "%.*s", (int)strcspn(h + 10, "\n"), h + 10);
    if (place[0]) field[n++] = cs_text_field("at", place);
    if (hint[0]) field[n++] = cs_text_field("hint", hint);
    cs_log_fields(log, item_level(rendered, text), text, field, n);
}

void cs_log_diag(struct cs_log *log, const struct cs_diag *diag)
{
    struct cs_buf out = {0};
    for (uint32_t i = 0; i < diag->n; i++) {
        cs_buf_reset(&out);
        cs_diag_render(diag, i, &out);
        if (log->pretty)
            emit(log, &out);
        else
            log_item(log, cs_buf_cstr(&out), cs_diag_text(diag, i));
    }
    if (diag->failed) cs_log_line(log, CS_LOG_ERROR, "out of memory while reporting errors");
    cs_buf_clear(&out);
}

/* True when another line may go out; `*dropped` is what was kept back before it. */
static bool limit_pass(struct cs_log_limit *l, int64_t now_s, uint32_t *dropped)
{
    int64_t window = now_s / CS_LOG_WINDOW_S;
    *dropped = 0;
    if (atomic_exchange(&l->window, window) != window) {
        atomic_store(&l->count, 0);
        *dropped = atomic_exchange(&l->dropped, 0);
    }
    if (atomic_fetch_add(&l->count, 1) < CS_LOG_BURST) return true;
    atomic_fetch_add(&l->dropped, 1);
    return false;
}

void cs_log_client(void *ctx, int level, const char *facility, const char *text)
{
    struct cs_log *log = ctx;
    enum cs_log_level mine = level <= 3   ? CS_LOG_ERROR
                             : level == 4 ? CS_LOG_WARNING
                             : level <= 6 ? CS_LOG_INFO
                                          : CS_LOG_DEBUG;
    if (mine < log->min) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint32_t dropped;
    bool ours = mine <= CS_LOG_INFO && strcmp(facility, "chatsieve") == 0; /* assigned, revoked */
    if (ours)
        dropped = 0;
    else if (!limit_pass(&log->limit, now.tv_sec, &dropped))
        return;
    struct cs_field f[] = {cs_text_field("facility", facility), cs_text_field("text", text),
        cs_number_field("suppressed", dropped)};
    cs_log_fields(log, mine, "kafka client", f, dropped ? 3 : 2);
}

void cs_log_capture(struct cs_log *log, bool on)
{
    atomic_store(&log->captured, on);
}

void cs_log_captured(struct cs_log *log, char out[CS_LOG_CAPTURE_BYTES])
{
    pthread_mutex_lock(&log->lock);
    memcpy(out, log->last, CS_LOG_CAPTURE_BYTES);
    pthread_mutex_unlock(&log->lock);
}
