/* The program's log: one line an event on standard error, readable and coloured on a terminal, logfmt
 * otherwise. The text of a chat message is never logged.
 *
 * A line is one write(2), so threads do not mix; a cs_log is immutable after init, except the captured line.
 */
#ifndef CS_CHATSIEVE_LOG_H
#define CS_CHATSIEVE_LOG_H

#include "base/diag.h"

#include <pthread.h>
#include <stdatomic.h>

enum cs_log_level { CS_LOG_DEBUG, CS_LOG_INFO, CS_LOG_WARNING, CS_LOG_ERROR };

/* At most CS_LOG_BURST lines of the client library in CS_LOG_WINDOW_S seconds. */
enum { CS_LOG_BURST = 10, CS_LOG_WINDOW_S = 10, CS_LOG_CAPTURE_BYTES = 256 };

struct cs_log_limit {
    _Atomic int64_t window;
    _Atomic uint32_t count, dropped;
};

struct cs_log {
    int fd;
    bool pretty;
    enum cs_log_level min;
    struct cs_log_limit limit;
    /* While `captured`, lines are kept here instead of written: a live view owns the terminal. */
    atomic_bool captured;
    pthread_mutex_t lock;
    char last[CS_LOG_CAPTURE_BYTES];
};

/* One key=value; `text` NULL means the number counts. */
struct cs_field {
    const char *key, *text;
    int64_t number;
};

static inline struct cs_field cs_text_field(const char *key, const char *text)
{
    return (struct cs_field){key, text ? text : "", 0};
}
static inline struct cs_field cs_number_field(const char *key, int64_t number)
{
    return (struct cs_field){key, NULL, number};
}

void cs_log_init(struct cs_log *log, int fd, enum cs_log_level min);
/* The level of a name such as "warning"; CS_LOG_INFO for an unknown one. */
enum cs_log_level cs_log_level_of(const char *name);
void cs_log_fields(
    struct cs_log *log, enum cs_log_level level, const char *msg, const struct cs_field *field, size_t n);
/* CS_LOG(log, level, msg, field, ...) with at least one field. */
#define CS_LOG(log, level, msg, ...)                                                                         \
    cs_log_fields(log, level, msg, (const struct cs_field[]){__VA_ARGS__},                                   \
        sizeof((const struct cs_field[]){__VA_ARGS__}) / sizeof(struct cs_field))
void cs_log_line(struct cs_log *log, enum cs_log_level level, const char *msg);
/* Everything in `diag`: with source line and caret on a terminal, one logfmt line an item otherwise. */
void cs_log_diag(struct cs_log *log, const struct cs_diag *diag);
/* As cs_kafka_log_fn, with a struct cs_log as context: levels are those of syslog; limited in rate. */
void cs_log_client(void *log, int level, const char *facility, const char *text);
/* Keep lines from now on (true), or write again. */
void cs_log_capture(struct cs_log *log, bool on);
/* Copy the last captured line to `out`; empty when there is none. */
void cs_log_captured(struct cs_log *log, char out[CS_LOG_CAPTURE_BYTES]);

#endif
