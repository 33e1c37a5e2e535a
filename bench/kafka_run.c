#include "kafka_run.h"

#include "base/heap.h"
#include "config/settings.h"
#include "pipeline/kafka_transport.h"
#include "scan/matcher.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct setup {
    struct cs_settings settings;
    const char *rules, *profiles; /* no profiles: the clock counts nothing */
    struct cs_profiles *loaded;
    uint64_t count;
    struct cs_ruleset *set;
    struct cs_matcher *matcher;
    struct cs_lattice *lattice;
    struct cs_regexes *regexes;
    struct cs_kafka_transport *transport;
    struct cs_pipeline *pipeline;
};

struct moment {
    double wall_s, cpu_s;
};

static struct moment now(void)
{
    struct timespec t;
    struct rusage u;
    clock_gettime(CLOCK_MONOTONIC, &t);
    getrusage(RUSAGE_SELF, &u);
    return (struct moment){.wall_s = (double)t.tv_sec + (double)t.tv_nsec * 1e-9,
        .cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                 (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6};
}

static void die(const char *what, const struct cs_diag *d)
{
    struct cs_buf text = {0};
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, &text);
    fprintf(stderr, "bench: %s failed\n%s", what, cs_buf_cstr(&text));
    exit(1);
}

static void set(struct setup *s, const char *name, const char *value)
{
    struct cs_diag d = {0};
    if (cs_bad(cs_settings_set(&s->settings, name, value, &d))) die(name, &d);
}

static void set_pair(struct setup *s, char *pair)
{
    char *eq = strchr(pair, '=');
    if (!eq) exit(64);
    *eq = 0;
    set(s, pair, eq + 1);
}

static const struct option options[] = {{"brokers", 1, 0, 'b'}, {"input", 1, 0, 'i'}, {"output", 1, 0, 'o'},
    {"deadletter", 1, 0, 'd'}, {"group", 1, 0, 'g'}, {"count", 1, 0, 'n'}, {"workers", 1, 0, 'w'},
    {"rules", 1, 0, 'r'}, {"profiles", 1, 0, 'p'}, {"set", 1, 0, 's'}, {0}};

static const char *setting_of(int c)
{
    static const char letters[] = "biodgw";
    static const char *const names[] = {
        "brokers", "topics.input", "topics.annotated", "topics.deadletter", "group", "workers"};
    const char *at = strchr(letters, c);
    return at ? names[at - letters] : NULL;
}

static void parse(struct setup *s, int argc, char **argv)
{
    if (cs_bad(cs_settings_default(&s->settings))) exit(70);
    set(s, "topics.overdue", "off");
    set(s, "topics.kpi", "off");
    set(s, "topics.state", "off");
    s->rules = "plugin/share/rules";
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const char *name = setting_of(c);
        if (name)
            set(s, name, optarg);
        else if (c == 'n')
            s->count = strtoull(optarg, NULL, 10);
        else if (c == 'r')
            s->rules = optarg;
        else if (c == 'p')
            s->profiles = optarg;
        else if (c == 's')
            set_pair(s, optarg);
        else
            exit(64);
    }
}

static void build(struct setup *s)
{
    struct cs_diag d = {0};
    uint32_t workers = s->settings.workers ? s->settings.workers : 2;
    if (cs_bad(cs_ruleset_load(&s->rules, 1, &d, &s->set))) die("loading rules", &d);
    if (cs_bad(cs_matcher_new(CS_MATCHER_HYPERSCAN, s->set->pattern, s->set->n_pattern, &d, &s->matcher)))
        die("compiling rules", &d);
    if (cs_bad(cs_lattice_new(
            CS_MATCHER_HYPERSCAN, s->set->disguisable, s->set->n_disguisable, &d, &s->lattice)))
        die("compiling disguises", &d);
    if (cs_bad(cs_filter_regexes(CS_MATCHER_HYPERSCAN, s->set, &d, &s->regexes)))
        die("compiling expressions", &d);
    if (s->profiles && cs_bad(cs_profiles_load(&s->profiles, 1, &d, &s->loaded))) die("loading profiles", &d);
    const struct cs_kafka_transport_options t = {.settings = &s->settings, .workers = workers};
    if (cs_bad(cs_kafka_transport_new(&t, &s->transport))) die("opening the transport", &d);
    struct cs_pipeline_options p = {.filter = cs_filter_options_of(&s->settings, s->set, s->matcher),
        .transport = &cs_kafka_transport,
        .transport_ctx = s->transport,
        .workers = workers,
        .flights = s->settings.flights,
        .batch_arena_bytes = 64 << 20,
        .flight_arena_bytes = 16 << 20,
        .stop_ms = s->settings.stop_ms,
        .commit_ms = 200,
        .flush_ms = 200,
        .topic = s->settings.topic_input};
    p.filter.lattice = s->lattice;
    p.filter.clock.profiles = s->loaded;
    p.filter.regexes = s->regexes;
    if (cs_bad(cs_pipeline_new(&p, &s->pipeline)) || cs_bad(cs_pipeline_start(s->pipeline)))
        die("starting the pipeline", &d);
}

/* Until `messages` were read, or, with `landed`, their events acknowledged. */
static uint64_t wait_for(struct setup *s, uint64_t messages, bool landed)
{
    const struct timespec tick = {.tv_nsec = 500000};
    for (;;) {
        struct cs_pipeline_counts k = cs_pipeline_count(s->pipeline);
        uint64_t n = landed ? k.produced : k.filter.messages;
        if (n >= messages || !cs_pipeline_alive(s->pipeline)) return n;
        nanosleep(&tick, NULL);
    }
}

static void report(
    const char *name, const struct cs_pipeline_counts *k, struct moment a, struct moment b, uint64_t n)
{
    double cpu_us = (b.cpu_s - a.cpu_s) * 1e6 / (double)n, wall_s = b.wall_s - a.wall_s;
    printf("%-12s %9.0f msg/s  %6.3f us client CPU a message  (%llu messages, %.2f s)\n", name,
        (double)n / wall_s, cpu_us, (unsigned long long)n, wall_s);
    printf("  stages, ns a message:");
    for (uint32_t i = 0; i < CS_STAGE_COUNT; i++)
        printf(" %s %.0f", cs_stage_name(i), (double)k->filter.stage_ns[i] / (double)k->filter.messages);
    printf("; back-pressure waits %llu\n", (unsigned long long)k->backpressure_waits);
}

int bench_kafka_run(const char *name, int argc, char **argv)
{
    static struct setup s;
    struct cs_diag d = {0};
    cs_heap_tune();
    parse(&s, argc, argv);
    build(&s);
    uint64_t first = wait_for(&s, 1, false);
    struct moment begin = now();
    wait_for(&s, s.count, true);
    struct moment end = now();
    struct cs_pipeline_counts k = cs_pipeline_count(s.pipeline);
    cs_pipeline_stop(s.pipeline);
    bool failed = cs_bad(cs_pipeline_join(s.pipeline, &d));
    if (failed) die("the pipeline", &d);
    report(name, &k, begin, end, k.filter.messages - first);
    cs_pipeline_free(&s.pipeline);
    cs_kafka_transport_free(&s.transport);
    cs_profiles_free(&s.loaded);
    cs_lattice_free(&s.lattice);
    cs_regexes_free(&s.regexes);
    cs_matcher_free(&s.matcher);
    cs_ruleset_free(&s.set);
    cs_settings_clear(&s.settings);
    return 0;
}
