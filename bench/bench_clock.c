/* What the reply clock costs when its conversations do not fit into the cache: nanoseconds a message while
 * the table fills and while known conversations come in random order. Only the clock is timed, batch by
 * batch.
 *
 *   bench_clock [CONVERSATIONS] [PROFILES]     default 200000, in 8 partitions; without a directory of
 * profiles only turns and latencies
 *
 * It also prints the memory of each conversation and how long saving and loading all of them takes.
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

struct kept {
    uint8_t *bytes;
    struct cs_span chunk[4096];
    uint32_t n;
    size_t used;
};

static cs_rc keep(void *ctx, struct cs_span chunk)
{
    struct kept *k = ctx;
    if (k->n == 4096) return cs_fail(CS_ELIMIT);
    memcpy(k->bytes + k->used, chunk.ptr, chunk.len);
    k->chunk[k->n++] = cs_span_of(k->bytes + k->used, chunk.len);
    k->used += chunk.len;
    return CS_OK;
}

/* Save and load every partition; the clock is afterwards as before. */
static void live_again(struct cs_clock *c)
{
    static struct kept k;
    struct cs_diag diag = {0};
    double saving = 0, loading = 0;
    size_t bytes = 0;
    k.bytes = malloc((size_t)4096 * CS_SNAPSHOT_CHUNK);
    for (int32_t p = 0; p < PARTITIONS && k.bytes; p++) {
        k.n = 0;
        k.used = 0;
        double begin = now_ns();
        if (cs_bad(cs_clock_save(c, p, &(struct cs_snapshot_sink){keep, &k}))) abort();
        double saved = now_ns();
        cs_clock_drop(c, p);
        double dropped = now_ns();
        if (cs_bad(cs_clock_load(c, p, k.chunk, k.n, &diag))) abort();
        saving += saved - begin;
        loading += now_ns() - dropped;
        bytes += k.used;
    }
    printf("saved in %.0f ms as %zu MiB, loaded in %.0f ms\n", saving / 1e6, bytes >> 20, loading / 1e6);
    free(k.bytes);
}

int main(int argc, char **argv)
{
    uint32_t conversations = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200000;
    const uint32_t stride = BATCH * PARTITIONS;
    conversations = conversations < stride ? stride : conversations / stride * stride;
    struct cs_clock_options o = {.window_ms = INT64_MAX / 2,
        .conversations_max = conversations,
        .threshold_s = {40, 60},
        .n_threshold = 2};
    struct cs_clock *c;
    struct cs_diag diag = {0};
    struct cs_profiles *profiles = NULL;
    const char *path = argc > 2 ? argv[2] : NULL;
    if (path && cs_bad(cs_profiles_load(&path, 1, &diag, &profiles))) return 1;
    o.profiles = profiles;
    if (profiles) o.n_threshold = 0;
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
    printf("%.1f bytes a conversation, index and timers included\n", (double)k.bytes / (double)k.open);
    live_again(c);
    cs_clock_free(&c);
    cs_profiles_free(&profiles);
    return 0;
}
