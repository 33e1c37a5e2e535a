/* What the reply clock costs when its conversations do not fit into the cache: nanoseconds a message while
 * the table fills and while known conversations come in random order. Only the clock is timed, batch by
 * batch.
 *
 *   bench_clock [CONVERSATIONS]     default 200000, in 8 partitions
 */
#include "clock/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 512, PARTITIONS = 8, WARM_MESSAGES = 1000000, ID_MAX = 24 };

static struct cs_batch batch;
static char shop[BATCH][ID_MAX], buyer[BATCH][ID_MAX];

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Message `i` of the batch belongs to conversation `k`; the buyer asks and the agent answers. */
static void fill(uint32_t i, uint32_t k, uint64_t time)
{
    snprintf(shop[i], ID_MAX, "taobao-shop-%02u", k % 20);
    snprintf(buyer[i], ID_MAX, "b%07u", k);
    batch.platform[i] = CS_SPAN_LIT("taobao");
    batch.shop[i] = cs_span_str(shop[i]);
    batch.buyer[i] = cs_span_str(buyer[i]);
    batch.partition[i] = (int32_t)(k % PARTITIONS);
    batch.role[i] = time & 1 ? CS_ROLE_AGENT : CS_ROLE_BUYER;
    batch.sent_ms[i] = batch.record_ms[i] = 1700000000000 + (int64_t)time;
    batch.flags[i] = 0;
}

/* One batch is of one partition, as a consumer gets it. Random when `n_known` is not 0. */
static double run(struct cs_clock *c, uint64_t from, uint32_t n_known)
{
    static uint64_t seed = 1;
    for (uint32_t i = 0; i < BATCH; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t k = n_known ? (seed >> 33) % n_known : from + i * PARTITIONS;
        uint64_t partition = from / BATCH % PARTITIONS;
        if (n_known) k = k / PARTITIONS * PARTITIONS + partition;
        fill(i, (uint32_t)k, from + i);
    }
    batch.n = BATCH;
    double begin = now_ns();
    if (cs_bad(cs_clock_run(c, &batch))) abort();
    return now_ns() - begin;
}

int main(int argc, char **argv)
{
    uint32_t conversations = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200000;
    const uint32_t stride = BATCH * PARTITIONS;
    conversations = conversations < stride ? stride : conversations / stride * stride;
    const struct cs_clock_options o = {.window_ms = INT64_MAX / 2,
        .conversations_max = conversations,
        .threshold_s = {40, 60},
        .n_threshold = 2};
    struct cs_clock *c;
    if (cs_bad(cs_clock_new(&o, &c))) return 1;
    double cold = 0, warm = 0;
    for (uint32_t base = 0; base < conversations; base += stride)
        for (uint32_t p = 0; p < PARTITIONS; p++)
            cold += run(c, base + p, 0);
    uint64_t n_warm = 0;
    for (; n_warm < WARM_MESSAGES; n_warm += BATCH)
        warm += run(c, n_warm, conversations);
    struct cs_clock_counts k = cs_clock_count(c);
    printf("%llu conversations: %.1f ns a message while they are new, %.1f ns when known, %llu wait\n",
        (unsigned long long)k.open, cold / conversations, warm / (double)n_warm,
        (unsigned long long)k.waiting);
    cs_clock_free(&c);
    return 0;
}
