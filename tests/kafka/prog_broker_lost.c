/* State that cannot be continued without loss, on a real broker: input that retention took behind the newest
 * snapshot, and another number of partitions. The program stops and says what is lost; told to accept it, it
 * goes on. Skipped without a broker. */
#define _GNU_SOURCE /* environ */
#include "kafka/state_world.h"

enum { SAVED = 400, MORE = 400, LEFT = 50, TOLD_BYTES = 4096 };

static const char *const never_save[2] = {"3600000", NULL};
static const char *const accept_loss[2] = {"3600000", "accept"};

static void feed(const struct world *w, rd_kafka_t *rk, int64_t from, int64_t to)
{
    while (from < to)
        feed_row(w, rk, from++);
    rd_kafka_flush(rk, 30000);
}

/* A life that commits `fed` records and ends in order. */
static void live(const struct world *w, int64_t fed, const char *const extra[2])
{
    pid_t pid = spawn(w, 0, 0, extra, NULL);
    wait_done(w, fed);
    pause_ms(1000); /* a snapshot, and the commit that names it */
    end(&pid, SIGTERM);
}

/* Must end by itself and say all of `words`. */
static void refused(const struct world *w, const char *const words[4])
{
    char path[] = "/tmp/chatsieve-lost-XXXXXX", told[TOLD_BYTES];
    int fd = mkstemp(path), status = 0;
    pid_t pid = spawn(w, 0, 0, never_save, path);
    waitpid(pid, &status, 0);
    ssize_t n = pread(fd, told, sizeof told - 1, 0);
    told[n > 0 ? n : 0] = 0;
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %d", status);
    for (int i = 0; i < 4; i++)
        CHECK(!words[i] || strstr(told, words[i]), "lacks \"%s\": %s", words[i], told);
    close(fd);
    unlink(path);
}

/* Everything before `offset` of every partition is gone. */
static void delete_before(const struct world *w, rd_kafka_t *rk, int64_t offset)
{
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTS);
    for (int32_t p = 0; p < PARTS; p++)
        rd_kafka_topic_partition_list_add(list, w->in, p)->offset = offset;
    rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(rk, &request, 1, NULL, q);
    rd_kafka_event_t *e = rd_kafka_queue_poll(q, 30000);
    CHECK(e && !rd_kafka_event_error(e), "deleting records");
    if (e) rd_kafka_event_destroy(e);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(q);
}

static void add_partitions(rd_kafka_t *rk, const char *topic)
{
    char err[256];
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_NewPartitions_t *more = rd_kafka_NewPartitions_new(topic, PARTS + 2, err, sizeof err);
    rd_kafka_CreatePartitions(rk, &more, 1, NULL, q);
    rd_kafka_event_t *e = rd_kafka_queue_poll(q, 30000);
    CHECK(e && !rd_kafka_event_error(e), "more partitions of %s", topic);
    if (e) rd_kafka_event_destroy(e);
    rd_kafka_NewPartitions_destroy(more);
    rd_kafka_queue_destroy(q);
}

static rd_kafka_t *begin(struct world *w, const char *brokers, const char *name)
{
    char stem[64];
    snprintf(stem, sizeof stem, "lost-%s-%d", name, (int)getpid());
    world_init(w, brokers, stem);
    rd_kafka_t *rk = producer(w);
    create_all(w, rk);
    feed(w, rk, 0, SAVED);
    live(w, SAVED, NULL);
    return rk;
}

/* A snapshot at SAVED, a commit at SAVED + MORE, and between them only the last LEFT records are still there.
 */
static void test_retention(const char *brokers)
{
    struct world w;
    rd_kafka_t *rk = begin(&w, brokers, "retention");
    feed(&w, rk, SAVED, SAVED + MORE);
    live(&w, SAVED + MORE, never_save);
    delete_before(&w, rk, SAVED + MORE - LEFT);
    refused(&w, (const char *const[4]){"state was saved at offset 400", "now begins at 750: 350 records",
                    "state.lost=accept", "committed offset 800"});
    feed(&w, rk, SAVED + MORE, SAVED + MORE + 1);
    live(&w, SAVED + MORE + 1, accept_loss);
    rd_kafka_destroy(rk);
}

static void test_partitions(const char *brokers)
{
    struct world w;
    rd_kafka_t *rk = begin(&w, brokers, "partitions");
    add_partitions(rk, w.in);
    for (int i = 0; i < CS_OUTPUT_COUNT; i++)
        add_partitions(rk, w.topic[i]);
    pause_ms(1000);
    refused(&w, (const char *const[4]){"had 6 partitions", "has 8 now", "state.lost=accept", NULL});
    feed(&w, rk, SAVED, SAVED + 1);
    live(&w, SAVED + 1, accept_loss);
    /* What was accepted once is not told again. */
    feed(&w, rk, SAVED + 1, SAVED + 2);
    live(&w, SAVED + 2, never_save);
    rd_kafka_destroy(rk);
}

int main(int argc, char **argv)
{
    const char *brokers = getenv("CHATSIEVE_TEST_BROKERS");
    if (!brokers) return SKIPPED;
    if (argc > 4 && strcmp(argv[1], "work") == 0) return work(argv + 2, argc - 2, brokers);
    test_retention(brokers);
    test_partitions(brokers);
    return check_result("lost state");
}
