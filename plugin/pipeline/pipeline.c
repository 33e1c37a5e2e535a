#define _GNU_SOURCE /* pthread_tryjoin_np */
#include "pipeline/pipeline.h"

#include "pipeline/inside.h"

#include <stdlib.h>
#include <time.h>

/* Beyond the stop deadline, a library that hangs while closing gets this long before it is left behind. */
enum { HANG_MS = 10000, JOIN_SLICE_MS = 10 };

cs_rc cs_pipeline_new(const struct cs_pipeline_options *options, struct cs_pipeline **out)
{
    if (options->workers == 0 || options->flights == 0) return cs_fail(CS_EINVAL);
    struct cs_pipeline *p = calloc(1, sizeof *p);
    if (!p) return cs_fail(CS_ENOMEM);
    p->options = *options;
    p->worker = calloc(options->workers, sizeof *p->worker);
    if (!p->worker) {
        free(p);
        return cs_fail(CS_ENOMEM);
    }
    for (uint32_t i = 0; i < options->workers; i++) {
        struct cs_worker *w = &p->worker[i];
        w->options = &p->options;
        w->control = &p->control;
        w->index = i;
        pthread_mutex_init(&w->shared.lock, NULL);
        cs_arena_init(&w->shared.names, 16 * 1024, 0);
    }
    *out = p;
    return CS_OK;
}

cs_rc cs_pipeline_start(struct cs_pipeline *p)
{
    atomic_store(&p->control.running, p->options.workers);
    for (uint32_t i = 0; i < p->options.workers; i++) {
        struct cs_worker *w = &p->worker[i];
        w->started = pthread_create(&w->thread, NULL, cs_worker_main, w) == 0;
        if (w->started) continue;
        atomic_fetch_sub(&p->control.running, p->options.workers - i);
        cs_pipeline_stop(p);
        return cs_fail(CS_ENOMEM);
    }
    return CS_OK;
}

void cs_pipeline_stop(struct cs_pipeline *p)
{
    atomic_store(&p->control.stop, true);
}

bool cs_pipeline_alive(const struct cs_pipeline *p)
{
    return !atomic_load(&p->control.stop) && atomic_load(&p->control.running) == p->options.workers;
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
}

/* True when the thread has ended (or never began). */
static bool ended(struct cs_worker *w)
{
    if (w->started && !w->ended) w->ended = pthread_tryjoin_np(w->thread, NULL) == 0;
    return !w->started || w->ended;
}

static bool all_ended(struct cs_pipeline *p)
{
    bool all = true;
    for (uint32_t i = 0; i < p->options.workers; i++)
        if (!ended(&p->worker[i])) all = false;
    return all;
}

/* What the worker that failed first has to tell; the others mostly fail of the same. */
static void hand_over(struct cs_worker *w, struct cs_diag *diag)
{
    if (diag->n == 0) {
        cs_diag_clear(diag);
        *diag = w->diag;
        w->diag = (struct cs_diag){0};
        return;
    }
    for (uint32_t i = 0; i < w->diag.n; i++)
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "%s", cs_diag_text(&w->diag, i));
}

cs_rc cs_pipeline_join(struct cs_pipeline *p, struct cs_diag *diag)
{
    int64_t until = 0;
    while (!all_ended(p)) {
        int64_t now = cs_pipeline_now_ms();
        if (until == 0 && atomic_load(&p->control.stop)) until = now + p->options.stop_ms + HANG_MS;
        if (until && now >= until) {
            p->abandoned = true;
            cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "a worker did not end before the stop deadline");
            return cs_fail(CS_ETIMEDOUT);
        }
        sleep_ms(JOIN_SLICE_MS);
    }
    uint32_t first = atomic_load(&p->control.first_failed);
    if (first == 0) return CS_OK;
    hand_over(&p->worker[first - 1], diag);
    return p->worker[first - 1].rc;
}

void cs_pipeline_free(struct cs_pipeline **pipeline)
{
    struct cs_pipeline *p = *pipeline;
    *pipeline = NULL;
    if (!p || p->abandoned) return;
    for (uint32_t i = 0; i < p->options.workers; i++) {
        pthread_mutex_destroy(&p->worker[i].shared.lock);
        cs_arena_clear(&p->worker[i].shared.names);
        cs_diag_clear(&p->worker[i].diag);
    }
    free(p->worker);
    free(p);
}

struct cs_pipeline_counts cs_pipeline_count(struct cs_pipeline *p)
{
    struct cs_pipeline_counts sum = {0};
    for (uint32_t i = 0; i < p->options.workers; i++) {
        struct cs_shared *s = &p->worker[i].shared;
        pthread_mutex_lock(&s->lock);
        cs_counts_add(&sum, &s->counts);
        pthread_mutex_unlock(&s->lock);
    }
    return sum;
}

void cs_pipeline_watch(struct cs_pipeline *p, bool on)
{
    atomic_store(&p->control.watch, on);
}

/* Insert in order of waiting; what falls off the end is forgotten. */
static uint32_t insert(struct cs_waiting *out, uint32_t n, uint32_t max, const struct cs_waiting *w)
{
    uint32_t at = n;
    while (at > 0 && out[at - 1].since_ms > w->since_ms)
        at--;
    if (at == max) return n;
    uint32_t kept = n < max ? n : max - 1;
    memmove(&out[at + 1], &out[at], (kept - at) * sizeof *out);
    out[at] = *w;
    return kept + 1;
}

static struct cs_span copy(struct cs_arena *a, struct cs_span s)
{
    char *p = cs_arena_strdup(a, s);
    return cs_span_of(p, p ? s.len : 0);
}

uint32_t cs_pipeline_slowest(
    struct cs_pipeline *p, struct cs_arena *arena, struct cs_waiting *out, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->options.workers && max > 0; i++) {
        struct cs_shared *s = &p->worker[i].shared;
        pthread_mutex_lock(&s->lock);
        for (uint32_t k = 0; k < s->n_slowest; k++) {
            struct cs_waiting w = s->slowest[k];
            w.platform = copy(arena, w.platform);
            w.shop = copy(arena, w.shop);
            w.buyer = copy(arena, w.buyer);
            n = insert(out, n, max, &w);
        }
        pthread_mutex_unlock(&s->lock);
    }
    return n;
}
