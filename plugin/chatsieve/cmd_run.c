#include "chatsieve/commands.h"
#include "chatsieve/reload.h"
#include "chatsieve/service.h"
#include "chatsieve/signals.h"

#include <signal.h>
#include <time.h>

enum { TICK_MS = 200, REPORT_MS = 10000 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void log_start(
    struct cs_log *log, const struct cs_settings *s, const struct cs_engine *e, const struct cs_service *v)
{
    CS_LOG(log, CS_LOG_INFO, "started", cs_text_field("version", CS_VERSION),
        cs_text_field("brokers", s->brokers), cs_text_field("group", s->group),
        cs_text_field("input", s->topic_input), cs_text_field("output", s->topic_annotated),
        cs_number_field("workers", v->workers), cs_text_field("rules", e->rules->version),
        cs_text_field("rules_hash", e->rules->hash),
        cs_text_field("profiles", e->profiles ? cs_profiles_version(e->profiles) : ""),
        cs_text_field("profiles_hash", e->profiles ? cs_profiles_hash(e->profiles) : ""),
        cs_number_field("patterns", e->rules->n_pattern),
        cs_text_field("matcher", cs_matcher_engine(e->matcher)),
        cs_number_field("compile_ms", e->compile_ms));
}

/* What the log tells every REPORT_MS. */
struct reporter {
    struct cs_reloader *reloader;
    int64_t last_ms;
    struct cs_pipeline_counts last;
};

static void log_counts(
    struct cs_log *log, const struct reporter *r, const struct cs_pipeline_counts *c, int64_t ms)
{
    struct cs_reload_status rules = cs_reloader_status(r->reloader);
    uint64_t n = c->filter.messages - r->last.filter.messages;
    CS_LOG(log, CS_LOG_INFO, "progress", cs_number_field("per_s", ms > 0 ? (int64_t)n * 1000 / ms : 0),
        cs_number_field("messages", (int64_t)c->filter.messages),
        cs_number_field("violations", (int64_t)c->filter.violations),
        cs_number_field("dead", (int64_t)c->filter.dead), cs_number_field("produced", (int64_t)c->produced),
        cs_number_field("refused", (int64_t)c->refused),
        cs_number_field("waiting", (int64_t)c->clock.waiting),
        cs_number_field("evicted", (int64_t)c->clock.evicted),
        cs_number_field("backpressure", (int64_t)(c->backpressure_waits - r->last.backpressure_waits)),
        cs_number_field("partitions", (int64_t)c->partitions), cs_text_field("rules_hash", rules.hash),
        cs_text_field("profiles_hash", rules.profiles_hash),
        cs_number_field("reloads", (int64_t)rules.reloads),
        cs_number_field("reload_failures", (int64_t)rules.failures),
        cs_text_field("last_reload", rules.failed ? "failed" : "ok"));
}

static void report(struct cs_log *log, struct reporter *r, struct cs_pipeline *p, int64_t now)
{
    struct cs_pipeline_counts c = cs_pipeline_count(p);
    log_counts(log, r, &c, now - r->last_ms);
    r->last = c;
    r->last_ms = now;
}

/* Until a signal to stop or a worker's end. */
static void watch(struct cs_service *v, struct cs_reloader *reloader, struct cs_log *log)
{
    struct reporter r = {.reloader = reloader, .last_ms = now_ms()};
    while (cs_pipeline_alive(v->pipeline)) {
        int signo = cs_signals_wait(TICK_MS);
        if (signo == SIGHUP) {
            cs_reloader_request(reloader);
        } else if (signo) {
            cs_log_line(log, CS_LOG_INFO, "stopping: finishing what is in flight");
            return;
        }
        int64_t now = now_ms();
        if (now - r.last_ms >= REPORT_MS) report(log, &r, v->pipeline, now);
    }
}

static cs_rc finish(struct cs_service *v, struct cs_log *log, struct cs_diag *diag)
{
    cs_signals_exit_now(false);
    cs_rc rc = cs_service_stop(v, diag);
    struct cs_pipeline_counts c = cs_pipeline_count(v->pipeline);
    CS_LOG(log, CS_LOG_INFO, "stopped", cs_text_field("result", cs_rc_name(rc)),
        cs_number_field("messages", (int64_t)c.filter.messages),
        cs_number_field("violations", (int64_t)c.filter.violations),
        cs_number_field("dead", (int64_t)c.filter.dead), cs_number_field("produced", (int64_t)c.produced));
    return rc;
}

/* With rules that can be exchanged, until it is over. */
static cs_rc run_service(struct cs_service *v, struct cs_engine *e, const struct cs_settings *s,
    struct cs_log *log, struct cs_diag *diag)
{
    struct cs_reloader *reloader = NULL;
    struct cs_reloader_options o = {
        .engine = e, .pipeline = v->pipeline, .settings = s, .log = log, .watch = s->reload_watch};
    cs_rc rc = cs_reloader_start(&o, &reloader);
    if (!cs_bad(rc)) watch(v, reloader, log);
    cs_rc done = finish(v, log, diag);
    cs_reloader_stop(&reloader);
    return cs_bad(rc) ? rc : done;
}

static cs_rc serve(const struct cs_settings *s, struct cs_engine *e, int32_t partitions, struct cs_log *log,
    struct cs_diag *diag)
{
    struct cs_service v = {0};
    struct cs_service_options o = {.engine = e, .settings = s, .log = log, .partitions = partitions};
    cs_rc rc = cs_service_start(&v, &o);
    if (!cs_bad(rc)) {
        log_start(log, s, e, &v);
        rc = run_service(&v, e, s, log, diag);
    }
    cs_service_clear(&v);
    return rc;
}

/* Everything that can be wrong before the broker is asked. */
static cs_rc prepare(
    const struct cs_args *args, struct cs_settings *s, struct cs_engine *e, struct cs_diag *diag)
{
    cs_rc rc = cs_settings_from_args(args, diag, s);
    if (!cs_bad(rc)) rc = cs_kafka_check(s, diag);
    if (!cs_bad(rc)) rc = cs_engine_open_kept(e, s, diag);
    if (!cs_bad(rc)) rc = cs_engine_profiles(e, s, diag);
    return rc;
}

static cs_rc run(const struct cs_args *args, struct cs_log *log, struct cs_settings *s, struct cs_engine *e,
    struct cs_diag *diag)
{
    struct cs_kafka_topics topics = {0};
    cs_rc rc = prepare(args, s, e, diag);
    if (cs_bad(rc)) return rc;
    cs_log_diag(log, diag);
    cs_diag_clear(diag);
    cs_signals_block();
    rc = cs_service_preflight(s, args->wait_s, log, diag, &topics);
    if (cs_is(rc, CS_ECLOSED)) return CS_OK;
    if (!cs_bad(rc)) {
        cs_log_diag(log, diag);
        cs_diag_clear(diag);
    }
    return cs_bad(rc) ? rc : serve(s, e, topics.input_partitions, log, diag);
}

int cs_cmd_run(const struct cs_args *args, struct cs_log *log)
{
    struct cs_settings s = {0};
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    if (!args->config && !args->brokers) {
        cs_log_line(log, CS_LOG_ERROR, "run needs -c FILE or --brokers HOST:PORT; see chatsieve help run");
        return CS_EXIT_USAGE;
    }
    cs_rc rc = run(args, log, &s, &e, &diag);
    cs_log_diag(log, &diag);
    if (cs_bad(rc) && !diag.n) cs_log_line(log, CS_LOG_ERROR, cs_rc_name(rc));
    cs_engine_clear(&e);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    return cs_exit_of(rc);
}
