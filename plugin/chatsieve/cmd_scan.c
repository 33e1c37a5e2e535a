#define _GNU_SOURCE /* strptime, timegm */
#include "chatsieve/commands.h"
#include "chatsieve/log.h"
#include "chatsieve/output.h"
#include "chatsieve/scan_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A failure in words; `errno` is as the failing call left it. */
static int tell(const char *name, cs_rc rc)
{
    int error = errno;
    if (cs_is(rc, CS_ECLOSED)) return CS_EXIT_OK;
    if (cs_is(rc, CS_EDENIED)) {
        fprintf(stderr, "chatsieve: cannot write: %s\n", strerror(error));
        return CS_EXIT_IO;
    }
    fprintf(stderr, "chatsieve: %s: %s\n", name, cs_is(rc, CS_EIO) ? strerror(error) : cs_rc_name(rc));
    return cs_exit_of(rc);
}

/* One input. *over becomes true when no further one makes sense. */
static int scan_input(struct cs_scan_job *j, const char *path, bool *over)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "stdin" : path;
    const char *topic = j->args->topic ? j->args->topic : base_name(name);
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "chatsieve: cannot open %s: %s\n", path, strerror(errno));
        return CS_EXIT_NOINPUT;
    }
    cs_rc rc = cs_scan_job_file(j, fd, name, topic);
    int code = cs_bad(rc) ? tell(name, rc) : CS_EXIT_OK;
    if (!is_stdin) close(fd);
    *over = cs_bad(rc) && !cs_is(rc, CS_EIO);
    return code;
}

static int scan_inputs(struct cs_scan_job *j, const struct cs_list *files)
{
    int code = CS_EXIT_OK;
    bool over = false;
    if (!files->n) code = scan_input(j, "-", &over);
    for (uint32_t i = 0; i < files->n && !over; i++) {
        int next = scan_input(j, files->item[i], &over);
        if (next != CS_EXIT_OK) code = next;
    }
    if (code == CS_EXIT_OK && j->counts.undecodable) code = CS_EXIT_DATA;
    return code;
}

static void print_summary(struct cs_scan_counts *c)
{
    cs_tally_sort(&c->category);
    fprintf(stderr, "%llu records, %llu not decodable, %llu with violations, %llu violations\n",
        (unsigned long long)c->records, (unsigned long long)c->undecodable,
        (unsigned long long)c->with_violation, (unsigned long long)c->violations);
    for (uint32_t i = 0; i < c->category.n; i++)
        fprintf(
            stderr, "%10llu  %s\n", (unsigned long long)c->category.row[i].count, c->category.row[i].name);
}

static int open_deadletters(struct cs_scan_job *j, const char *path)
{
    if (!path) return CS_EXIT_OK;
    j->dead_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (j->dead_fd >= 0) return CS_EXIT_OK;
    fprintf(stderr, "chatsieve: cannot write %s: %s\n", path, strerror(errno));
    return CS_EXIT_IO;
}

/* "+08:00" or "Z" as seconds east. */
static bool parse_zone(const char *s, int64_t *east)
{
    *east = 0;
    if (strcmp(s, "Z") == 0) return true;
    bool form =
        (*s == '+' || *s == '-') && strlen(s) == 6 && s[3] == ':' && strspn(s + 1, "0123456789:") == 5;
    if (!form) return false;
    *east = (strtol(s + 1, NULL, 10) * 60 + strtol(s + 4, NULL, 10)) * (*s == '-' ? -60 : 60);
    return true;
}

/* "2024-05-01T23:00:00+08:00", with Z, or milliseconds since 1970. */
static bool parse_time(const char *s, int64_t *out)
{
    struct tm tm = {0};
    char *end;
    int64_t east;
    long long ms = strtoll(s, &end, 10);
    if (*s && !*end) {
        *out = ms;
        return true;
    }
    const char *zone = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!zone || !parse_zone(zone, &east)) return false;
    *out = ((int64_t)timegm(&tm) - east) * 1000;
    return true;
}

static int finish(struct cs_scan_job *j, int code)
{
    if (code != CS_EXIT_OK && code != CS_EXIT_DATA) return code;
    cs_rc rc = cs_scan_job_finish(j);
    return cs_bad(rc) ? tell("output", rc) : code;
}

/* The time of an option, if it was given. */
static bool take_time(const char *option, const char *text, int64_t *out)
{
    if (!text || parse_time(text, out)) return true;
    fprintf(
        stderr, "chatsieve: %s takes a time such as 2024-05-01T23:00:00+08:00, not \"%s\"\n", option, text);
    return false;
}

static int run_job(struct cs_scan_job *j)
{
    j->until_ms = INT64_MIN;
    if (!take_time("--until", j->args->until, &j->until_ms)) return CS_EXIT_USAGE;
    if (!take_time("--record-time", j->args->record_time, &j->record_ms)) return CS_EXIT_USAGE;
    int code = open_deadletters(j, j->args->deadletters);
    if (code == CS_EXIT_OK) code = finish(j, scan_inputs(j, &j->args->operand));
    if (j->dead_fd >= 0 && close(j->dead_fd) != 0) code = CS_EXIT_IO;
    if (j->args->summary) print_summary(&j->counts);
    return code;
}

int cs_cmd_scan(const struct cs_args *args, struct cs_log *log)
{
    struct cs_settings s = {0};
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    struct cs_scan_job j = {.dead_fd = -1};
    cs_rc rc = cs_settings_from_args(args, &diag, &s);
    if (!cs_bad(rc)) rc = cs_engine_open(&e, s.rules, s.n_rules, args->matcher, &diag);
    if (!cs_bad(rc)) rc = cs_engine_profiles(&e, &s, &diag);
    if (!cs_bad(rc)) rc = cs_scan_job_init(&j, args, &s, &e);
    cs_log_diag(log, &diag);
    int code = cs_bad(rc) ? cs_exit_of(rc) : run_job(&j);
    if (cs_bad(rc) && !diag.n) cs_log_line(log, CS_LOG_ERROR, cs_rc_name(rc));
    cs_scan_job_clear(&j);
    cs_engine_clear(&e);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    return code;
}
