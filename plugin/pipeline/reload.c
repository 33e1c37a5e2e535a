/* Other rules for running workers. Their tools are made on the caller's thread; a worker only exchanges two
 * pointers between two batches, and what it had comes back to be freed here. */
#include "filter/toolset.h"
#include "pipeline/inside.h"

#include <stdlib.h>
#include <time.h>

enum { SLICE_US = 500, HANG_MS = 10000, PROFILES_MAX = 255 /* of a clock */ };

static void free_all(struct cs_toolset **tools, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cs_toolset_free(&tools[i]);
}

static cs_rc make_all(
    const struct cs_pipeline *p, const struct cs_filter_options *rules, struct cs_toolset **out)
{
    struct cs_filter_options o = p->options.filter;
    o.rules = rules->rules;
    o.matcher = rules->matcher;
    o.lattice = rules->lattice;
    o.regexes = rules->regexes;
    for (uint32_t i = 0; i < p->options.workers; i++) {
        cs_rc rc = cs_toolset_new(&o, &out[i]);
        if (!cs_bad(rc)) out[i]->profiles = rules->clock.profiles;
        if (!cs_bad(rc)) continue;
        free_all(out, i);
        return rc;
    }
    return CS_OK;
}

static bool all_taken(const struct cs_pipeline *p)
{
    for (uint32_t i = 0; i < p->options.workers; i++)
        if (!atomic_load(&p->worker[i].outgoing)) return false;
    return true;
}

/* Until every worker has taken its tools. */
static cs_rc wait_taken(struct cs_pipeline *p)
{
    int64_t until = 0;
    while (!all_taken(p)) {
        if (atomic_load(&p->control.running) == 0) return all_taken(p) ? CS_OK : cs_fail(CS_ECLOSED);
        int64_t now = cs_pipeline_now_ms();
        if (until == 0 && !cs_pipeline_alive(p)) until = now + p->options.stop_ms + HANG_MS;
        if (until && now >= until) return cs_fail(CS_ETIMEDOUT);
        nanosleep(&(struct timespec){.tv_nsec = SLICE_US * 1000}, NULL);
    }
    return CS_OK;
}

/* Profiles in use, former ones included, have an end; a worker that could not take more would have to stop.
 * Each has at least as much room as it last said. */
static cs_rc check_room(struct cs_pipeline *p, const struct cs_profiles *profiles)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < p->options.workers && profiles; i++) {
        struct cs_shared *s = &p->worker[i].shared;
        pthread_mutex_lock(&s->lock);
        if (s->counts.clock.plans > most) most = s->counts.clock.plans;
        pthread_mutex_unlock(&s->lock);
    }
    return profiles && most + cs_profiles_count(profiles) > PROFILES_MAX ? cs_fail(CS_ELIMIT) : CS_OK;
}

cs_rc cs_pipeline_reload(struct cs_pipeline *p, const struct cs_filter_options *rules)
{
    uint32_t n = p->options.workers;
    cs_rc rc = check_room(p, rules->clock.profiles);
    if (cs_bad(rc)) return rc;
    struct cs_toolset **tools = calloc(n, sizeof *tools);
    rc = tools ? make_all(p, rules, tools) : cs_fail(CS_ENOMEM);
    if (cs_bad(rc)) {
        free(tools);
        return rc;
    }
    for (uint32_t i = 0; i < n; i++)
        atomic_store(&p->worker[i].incoming, tools[i]);
    rc = wait_taken(p);
    for (uint32_t i = 0; i < n; i++) {
        tools[i] = atomic_exchange(&p->worker[i].outgoing, NULL);
        cs_toolset_free(&tools[i]);
        tools[i] = atomic_exchange(&p->worker[i].incoming, NULL); /* of a worker that ended before */
        cs_toolset_free(&tools[i]);
    }
    free(tools);
    return rc;
}
