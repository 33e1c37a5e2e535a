/* State on a real broker: processes of the pipeline with the small clock of model_filter.h are killed,
 * stopped and joined by others while records come in; annotations, overdue events and counters must be those
 * of a plain loop. CHATSIEVE_TEST_KILLS sets how often (12). Skipped without a broker. */
#define _GNU_SOURCE /* environ */
#include "kafka/state_world.h"

enum { SETTLE_MS = 3000 };

static int64_t feed_for(const struct world *w, rd_kafka_t *rk, int64_t fed, int ms)
{
    for (; ms > 0 && fed < EACH_MAX; ms -= 20) {
        feed_row(w, rk, fed++);
        feed_row(w, rk, fed++);
        pause_ms(20);
    }
    return fed;
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Kill, stop and start while records come. The first is killed most: it comes back at once. */
static int64_t torment(const struct world *w, rd_kafka_t *rk, int kills, pid_t pid[SLOTS])
{
    uint32_t seed = 7;
    int64_t fed = 0;
    for (int killed = 0; killed < kills;) {
        int slot = (int)draw(&seed, 4) ? 0 : 1 + (int)draw(&seed, SLOTS - 1);
        fed = feed_for(w, rk, fed, 40 + (int)draw(&seed, 1400));
        if (!pid[slot]) {
            pid[slot] = spawn(w, slot, 0, NULL, NULL);
            continue;
        }
        bool gently = slot != 0 && draw(&seed, 2);
        end(&pid[slot], gently ? SIGTERM : SIGKILL);
        killed += !gently;
        if (slot == 0) pid[0] = spawn(w, 0, 0, NULL, NULL);
    }
    return fed;
}

struct bench {
    struct judge *judge[PARTS];
    enum cs_output output;
};

static void take(void *ctx, const rd_kafka_message_t *r)
{
    struct bench *b = ctx;
    judge_take(
        b->judge[r->partition], b->output, cs_span_of(r->key, r->key_len), cs_span_of(r->payload, r->len));
}

static void judge_all(struct mock *m, const struct world *w, int64_t fed)
{
    struct bench b;
    uint64_t overdue = 0, copies = 0;
    for (int32_t p = 0; p < PARTS; p++)
        b.judge[p] = judge_new(p, fed);
    for (int i = 0; i <= CS_OUTPUT_KPI; i++) {
        b.output = (enum cs_output)i;
        mock_read(m, w->topic[i], PARTS, take, &b);
    }
    for (int32_t p = 0; p < PARTS; p++) {
        overdue += b.judge[p]->n_overdue;
        copies += b.judge[p]->copies;
        judge_end(&b.judge[p]);
    }
    CHECK(overdue > copies, "nothing was overdue: this run proves nothing");
    printf("%" PRId64 " records, %" PRIu64 " overdue events, %" PRIu64 " of them identical copies\n",
        fed * PARTS, overdue, copies);
}

int main(int argc, char **argv)
{
    const char *brokers = getenv("CHATSIEVE_TEST_BROKERS"), *kills = getenv("CHATSIEVE_TEST_KILLS");
    if (!brokers) return SKIPPED;
    if (argc > 4 && strcmp(argv[1], "work") == 0) return work(argv + 2, argc - 2, brokers);
    struct world w;
    char stem[64];
    pid_t pid[SLOTS] = {0};
    snprintf(stem, sizeof stem, "model-%d", (int)getpid());
    world_init(&w, brokers, stem);
    rd_kafka_t *rk = producer(&w);
    create_all(&w, rk);
    pid[0] = spawn(&w, 0, 0, NULL, NULL);
    int64_t fed = torment(&w, rk, kills ? atoi(kills) : 12, pid);
    rd_kafka_flush(rk, 30000);
    rd_kafka_destroy(rk);
    for (int i = 0; i < SLOTS; i++)
        end(&pid[i], SIGKILL);
    /* The day is over: what was not answered becomes due. */
    struct mock m = {.settings = {.brokers = brokers, .group = w.stem}};
    pid[0] = spawn(&w, 0, END_MS + 10000, NULL, NULL);
    wait_done(&w, fed);
    pause_ms(SETTLE_MS);
    end(&pid[0], SIGTERM);
    judge_all(&m, &w, fed);
    return check_result("state on a broker");
}
