/* Rules are exchanged as fast as the workers take them, while partitions move: every record still arrives
 * once, and no worker touches rules that reload() has given back. Runs under ASan and TSan. */
#include "pipeline/harness.h"

#include <pthread.h>

enum { EACH = 20000 };

struct reloader {
    struct cs_pipeline *pipeline;
    unsigned reloads;
    cs_rc rc;
};

static cs_rc reload_once(struct cs_pipeline *p, struct cs_ruleset_of_test **current)
{
    struct cs_ruleset_of_test *next = calloc(1, sizeof *next);
    CHECK(next != NULL, "memory");
    next->alive = 1;
    /* Everything that belongs to the rules comes along: the stand-in filter compares them. */
    const struct cs_filter_options o = {.rules = (const void *)next,
        .matcher = (const void *)next,
        .lattice = (const void *)next,
        .regexes = (const void *)next};
    cs_rc rc = cs_pipeline_reload(p, &o);
    if (*current) (*current)->alive = 0;
    free(*current);
    *current = next;
    return rc;
}

static void *reload_until_end(void *arg)
{
    struct reloader *r = arg;
    struct cs_ruleset_of_test *current = NULL;
    do {
        r->rc = reload_once(r->pipeline, &current);
        r->reloads += !cs_bad(r->rc);
    } while (!cs_bad(r->rc));
    free(current);
    return NULL;
}

int main(void)
{
    struct cs_memory_options o = {.partitions = PARTITIONS,
        .workers = WORKERS,
        .seed = 3,
        .batch_max = 100,
        .send_max = 70,
        .ack_max = 90,
        .move_one_in = 50};
    struct cs_memory *m = NULL;
    struct cs_diag diag = {0};
    pthread_t thread;
    CHECK(!cs_bad(cs_memory_new(&o, &m)), "memory");
    put_records(m, EACH);
    struct reloader r = {.pipeline = make_pipeline(m, 6, 60000)};
    CHECK(!cs_bad(cs_pipeline_start(r.pipeline)), "start");
    CHECK(pthread_create(&thread, NULL, reload_until_end, &r) == 0, "thread");
    while (cs_pipeline_alive(r.pipeline) && !all_committed(m, EACH))
        pause_ms(1);
    cs_pipeline_stop(r.pipeline);
    cs_rc rc = cs_pipeline_join(r.pipeline, &diag);
    CHECK(!cs_bad(rc), "join: %s: %s", cs_rc_name(rc), cs_diag_text(&diag, 0));
    pthread_join(thread, NULL);
    CHECK(cs_is(r.rc, CS_ECLOSED), "the last reload finds the workers gone, not %s", cs_rc_name(r.rc));
    CHECK(r.reloads >= 20, "only %u reloads", r.reloads);
    CHECK(judge(m, EACH, true) == 0, "duplicates although all moved with notice");
    printf("%u reloads\n", r.reloads);
    cs_diag_clear(&diag);
    cs_pipeline_free(&r.pipeline);
    cs_memory_free(&m);
    return check_result("reload");
}
