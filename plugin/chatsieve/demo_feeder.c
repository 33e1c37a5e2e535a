#include "chatsieve/demo.h"

#include <time.h>

/* Conversations are joined in the middle: it takes minutes until slow ones are as many as they will be. */
enum { BEFORE_MS = 400000, BEFORE_MAX = 2000000 };

enum { BROKEN_EVERY = 1999, FLUSH_MS = 1000, NAP_MAX_MS = 50, BURST = 256 };

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(int64_t ms)
{
    if (ms > NAP_MAX_MS) ms = NAP_MAX_MS;
    if (ms <= 0) return;
    nanosleep(&(struct timespec){0, (long)ms * 1000000}, NULL);
}

/* Now and then a record is cut short, as things go in real streams: it must end as a dead letter. */
static struct cs_span maybe_broken(struct cs_demo_feeder *f, struct cs_span value)
{
    uint64_t sent = atomic_fetch_add(&f->sent, 1) + 1;
    if (sent % BROKEN_EVERY != 0) return value;
    atomic_fetch_add(&f->broken, 1);
    return cs_span_cut(value, 0, value.len / 2);
}

/* Say everything that is due. */
static cs_rc feed_due(struct cs_demo_feeder *f, struct cs_buf *body)
{
    int64_t now = wall_ms();
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < BURST && cs_dialogue_peek(f->dialogue) <= now && !cs_bad(rc); i++) {
        struct cs_said said;
        cs_buf_reset(body);
        rc = cs_dialogue_next(f->dialogue, &said);
        if (!cs_bad(rc)) rc = cs_chat_pack(&said.chat, body);
        if (cs_bad(rc)) break;
        int32_t partition = (int32_t)(said.hash % (uint32_t)f->partitions);
        rc = cs_kafka_feed_put(f->feed, said.key, maybe_broken(f, cs_buf_span(body)), partition);
    }
    return rc;
}

static void *feed_main(void *ctx)
{
    struct cs_demo_feeder *f = ctx;
    struct cs_buf body = {0};
    cs_rc rc = CS_OK;
    while (!atomic_load(&f->stop) && !cs_bad(rc)) {
        rc = feed_due(f, &body);
        nap(cs_dialogue_peek(f->dialogue) - wall_ms());
    }
    if (!cs_bad(rc)) rc = cs_kafka_feed_flush(f->feed, FLUSH_MS);
    atomic_store(&f->failed, rc.code);
    cs_buf_clear(&body);
    return NULL;
}

/* As many conversations as it takes for the rate, each saying something every CS_DIALOGUE_GAP_MS. */
static struct cs_dialogue_options dialogue_options(const struct cs_args *args)
{
    int64_t n = args->rate * CS_DIALOGUE_GAP_MS / 1000;
    int64_t before_ms = (int64_t)BEFORE_MAX * 1000 / args->rate;
    if (before_ms > BEFORE_MS) before_ms = BEFORE_MS;
    return (struct cs_dialogue_options){.seed = (uint64_t)args->seed,
        .conversations = (uint32_t)(n > 0 ? n : 1),
        .start_ms = wall_ms() - before_ms};
}

cs_rc cs_demo_feeder_start(struct cs_demo_feeder *f, const struct cs_args *args, const struct cs_settings *s,
    int32_t partitions, struct cs_diag *diag)
{
    struct cs_dialogue_options o = dialogue_options(args);
    f->partitions = partitions > 0 ? partitions : 1;
    cs_rc rc = cs_dialogue_new(&o, &f->dialogue);
    if (!cs_bad(rc)) cs_dialogue_skip(f->dialogue, wall_ms(), 2 * (uint64_t)BEFORE_MAX);
    if (!cs_bad(rc)) rc = cs_kafka_feed_open(s->brokers, s->topic_input, diag, &f->feed);
    if (cs_bad(rc)) return rc;
    if (pthread_create(&f->thread, NULL, feed_main, f) != 0) return cs_fail(CS_ENOMEM);
    f->running = true;
    return CS_OK;
}

void cs_demo_feeder_stop(struct cs_demo_feeder *f)
{
    atomic_store(&f->stop, true);
    if (f->running) pthread_join(f->thread, NULL);
    f->running = false;
    cs_kafka_feed_close(&f->feed);
    cs_dialogue_free(&f->dialogue);
}
