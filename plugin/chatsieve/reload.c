#define _GNU_SOURCE
#include "chatsieve/reload.h"

#include "chatsieve/watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LOW_PRIORITY = 10, SEEN_MAX = 64 };

struct cs_reloader {
    struct cs_reloader_options options;
    char shipped[PATH_MAX], shipped_profiles[PATH_MAX];
    const char **path; /* of packs and of profiles */
    uint32_t n_path;
    struct cs_profiles *seen[SEEN_MAX]; /* shares of what ran before, the newest last */
    uint32_t n_seen;
    struct cs_watch *watch;
    int wake; /* eventfd */
    atomic_bool stop, requested;
    pthread_t thread;
    pthread_mutex_t lock; /* of status */
    struct cs_reload_status status;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void describe(struct cs_reload_status *s, const struct cs_engine *e)
{
    snprintf(s->hash, sizeof s->hash, "%s", e->rules->hash);
    snprintf(s->version, sizeof s->version, "%s", e->rules->version);
    if (!e->profiles) return;
    snprintf(s->profiles_hash, sizeof s->profiles_hash, "%s", cs_profiles_hash(e->profiles));
    snprintf(s->profiles, sizeof s->profiles, "%s", cs_profiles_version(e->profiles));
}

/* What became of a reload. */
static void note(struct cs_reloader *r, bool failed)
{
    pthread_mutex_lock(&r->lock);
    describe(&r->status, r->options.engine);
    r->status.reloads += !failed;
    r->status.failures += failed;
    r->status.failed = failed;
    pthread_mutex_unlock(&r->lock);
}

static void tell_kept(struct cs_reloader *r, cs_rc rc)
{
    note(r, true);
    const struct cs_reload_status *s = &r->status; /* only this thread writes it */
    CS_LOG(r->options.log, CS_LOG_ERROR, "rules were not reloaded: the former ones stay in force",
        cs_text_field("reason", cs_rc_name(rc)), cs_text_field("rules", s->version),
        cs_text_field("rules_hash", s->hash), cs_text_field("profiles", s->profiles),
        cs_text_field("profiles_hash", s->profiles_hash));
}

static bool same_profiles(const struct cs_engine *a, const struct cs_engine *b)
{
    return strcmp(cs_profiles_hash(a->profiles), cs_profiles_hash(b->profiles)) == 0;
}

static void remember(struct cs_reloader *r, const struct cs_profiles *p)
{
    if (r->n_seen == SEEN_MAX) {
        cs_profiles_free(&r->seen[0]);
        memmove(r->seen, r->seen + 1, --r->n_seen * sizeof r->seen[0]);
    }
    r->seen[r->n_seen++] = cs_profiles_share(p);
}

/* Counters carry a profile's name: of one that changed they would go on under it with another meaning. */
static cs_rc check_names(const struct cs_reloader *r, const struct cs_profiles *next, struct cs_diag *diag)
{
    const char *name = cs_profiles_clash(r->options.engine->profiles, next);
    for (uint32_t i = 0; i < r->n_seen && !name; i++)
        name = cs_profiles_clash(r->seen[i], next);
    if (!name) return CS_OK;
    cs_diag_add(diag, CS_DIAG_ERROR, NULL,
        "give it a new version, which takes effect for what begins from then on; or start again, which "
        "counts "
        "the last clock.window anew",
        "profile %s has changed, but not its version", name);
    return cs_fail(CS_EINVAL);
}

static cs_rc load_all(const struct cs_reloader *r, struct cs_engine *next, struct cs_diag *diag)
{
    const struct cs_settings *s = r->options.settings;
    cs_rc rules = cs_engine_open_kept(next, s, diag);
    cs_rc rc = cs_engine_profiles(next, s, diag); /* in any case: all faults in one run */
    if (!cs_bad(rc)) rc = check_names(r, next->profiles, diag);
    return cs_bad(rules) ? rules : rc;
}

/* Give the workers what was loaded. On success and when the workers have ended one of the two engines is
 * nobody's and freed; with a worker that hangs both are left alone. */
static cs_rc hand_over(struct cs_reloader *r, struct cs_engine *next)
{
    struct cs_filter_options o = cs_engine_filter(next, r->options.settings);
    if (same_profiles(next, r->options.engine)) o.clock.profiles = NULL; /* the clocks keep theirs */
    cs_rc rc = cs_pipeline_reload(r->options.pipeline, &o);
    if (!cs_bad(rc)) {
        if (o.clock.profiles) remember(r, r->options.engine->profiles);
        struct cs_engine old = *r->options.engine;
        *r->options.engine = *next;
        *next = old;
    }
    if (!cs_is(rc, CS_ETIMEDOUT)) cs_engine_clear(next);
    return rc;
}

static void reload(struct cs_reloader *r)
{
    struct cs_engine next;
    struct cs_diag diag = {0};
    int64_t begin = now_ms();
    cs_rc rc = load_all(r, &next, &diag);
    cs_log_diag(r->options.log, &diag);
    cs_diag_clear(&diag);
    if (cs_bad(rc))
        cs_engine_clear(&next);
    else
        rc = hand_over(r, &next);
    if (cs_is(rc, CS_ECLOSED) || cs_is(rc, CS_ETIMEDOUT)) return;
    if (cs_bad(rc)) {
        tell_kept(r, rc);
        return;
    }
    note(r, false);
    const struct cs_reload_status *s = &r->status;
    CS_LOG(r->options.log, CS_LOG_INFO, "rules reloaded", cs_text_field("rules", s->version),
        cs_text_field("rules_hash", s->hash), cs_text_field("profiles", s->profiles),
        cs_text_field("profiles_hash", s->profiles_hash),
        cs_number_field("patterns", r->options.engine->rules->n_pattern),
        cs_number_field("compile_ms", r->options.engine->compile_ms),
        cs_text_field("cache", cs_cache_use_name(r->options.engine->cache.use)),
        cs_number_field("total_ms", now_ms() - begin));
}

static bool wait_for_reason(struct cs_reloader *r)
{
    struct cs_watch_news news = cs_watch_wait(r->watch, r->wake);
    uint64_t count;
    if (news.woken && read(r->wake, &count, sizeof count) < 0) return false;
    bool asked = atomic_exchange(&r->requested, false);
    return asked || (news.changed && r->options.watch);
}

static void *work(void *arg)
{
    struct cs_reloader *r = arg;
    setpriority(PRIO_PROCESS, 0, LOW_PRIORITY); /* of this thread: the workers come first */
    while (!atomic_load(&r->stop))
        if (wait_for_reason(r) && !atomic_load(&r->stop)) reload(r);
    return NULL;
}

/* Packs and profiles that the settings name, or the shipped ones. */
static cs_rc find_paths(struct cs_reloader *r)
{
    const struct cs_settings *s = r->options.settings;
    r->path = calloc((size_t)s->n_rules + s->n_profiles + 2, sizeof *r->path);
    if (!r->path) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < s->n_rules; i++)
        r->path[r->n_path++] = s->rules[i];
    if (!s->n_rules && cs_engine_shipped(r->shipped)) r->path[r->n_path++] = r->shipped;
    for (uint32_t i = 0; i < s->n_profiles; i++)
        r->path[r->n_path++] = s->profiles[i];
    if (!s->n_profiles && cs_engine_shipped_profiles(r->shipped_profiles))
        r->path[r->n_path++] = r->shipped_profiles;
    return CS_OK;
}

static void clear(struct cs_reloader *r)
{
    cs_watch_close(&r->watch);
    for (uint32_t i = 0; i < r->n_seen; i++)
        cs_profiles_free(&r->seen[i]);
    free(r->path);
    if (r->wake >= 0) close(r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

cs_rc cs_reloader_start(const struct cs_reloader_options *options, struct cs_reloader **out)
{
    struct cs_reloader *r = calloc(1, sizeof *r);
    if (!r) return cs_fail(CS_ENOMEM);
    r->options = *options;
    r->wake = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&r->lock, NULL);
    describe(&r->status, options->engine);
    cs_rc rc = r->wake < 0 ? cs_fail(CS_EIO) : find_paths(r);
    if (!cs_bad(rc)) rc = cs_watch_open(r->path, r->n_path, &r->watch);
    if (!cs_bad(rc) && pthread_create(&r->thread, NULL, work, r) != 0) rc = cs_fail(CS_ENOMEM);
    if (cs_bad(rc)) {
        clear(r);
        return rc;
    }
    *out = r;
    return CS_OK;
}

static void wake(struct cs_reloader *r)
{
    uint64_t one = 1;
    ssize_t n = write(r->wake, &one, sizeof one);
    (void)n; /* fails only when the counter is full, and then the thread wakes anyway */
}

void cs_reloader_request(struct cs_reloader *r)
{
    atomic_store(&r->requested, true);
    wake(r);
}

struct cs_reload_status cs_reloader_status(struct cs_reloader *r)
{
    pthread_mutex_lock(&r->lock);
    struct cs_reload_status s = r->status;
    pthread_mutex_unlock(&r->lock);
    return s;
}

void cs_reloader_stop(struct cs_reloader **reloader)
{
    struct cs_reloader *r = *reloader;
    *reloader = NULL;
    if (!r) return;
    atomic_store(&r->stop, true);
    wake(r);
    pthread_join(r->thread, NULL);
    clear(r);
}
