/* The demo: a cluster, a generator, the real pipeline, and what a viewer sees of it.
 *
 * One thread feeds messages, the workers of the service annotate them, and the main thread reads the
 * annotated topic and shows it: it alone owns the board. */
#ifndef CS_CHATSIEVE_DEMO_H
#define CS_CHATSIEVE_DEMO_H

#include "chatsieve/dialogue.h"
#include "chatsieve/service.h"
#include "chatsieve/tally.h"

enum { DEMO_LAST = 64, DEMO_TEXT = 512, DEMO_PAINTS = 8, DEMO_WAITING = 32, DEMO_PARTITIONS = 4 };

/* One annotated message with a violation, kept for display. */
struct cs_demo_message {
    char platform[16], shop[32], role[16], category[CS_TALLY_NAME], evidence[16];
    char text[DEMO_TEXT];
    uint32_t text_len;
    int64_t sent_ms, latency_ms;
    uint32_t begin[DEMO_PAINTS], end[DEMO_PAINTS]; /* characters of the hits */
    uint32_t n_hit;
    int32_t severity;
};

/* What the viewer knows. */
struct cs_demo_board {
    int64_t begin_ms, first_ms; /* monotonic: start of the program; first annotated message, or 0 */
    uint64_t annotated, with_violation, violations;
    struct cs_tally category;
    struct cs_demo_message last[DEMO_LAST]; /* ring: message k is last[k % DEMO_LAST] */
    uint64_t n_last;
    struct cs_arena arena;
};

/* Take one AnnotatedMessage, as cs_kafka_tail_poll hands it out; ctx is the board. */
void cs_demo_take(void *board, struct cs_span event);
/* Milliseconds of the monotonic clock. */
int64_t cs_demo_now(void);

/* The thread that feeds the input topic. */
struct cs_demo_feeder {
    struct cs_dialogue *dialogue;
    struct cs_kafka_feed *feed;
    pthread_t thread;
    bool running;
    int32_t partitions;
    atomic_bool stop;
    _Atomic uint64_t sent, broken;
    _Atomic int failed; /* code of the cs_rc that ended it, or 0 */
};

/* Open the feed and start; stop it in any case. */
CS_MUST cs_rc cs_demo_feeder_start(struct cs_demo_feeder *f, const struct cs_args *args,
    const struct cs_settings *s, int32_t partitions, struct cs_diag *diag);
void cs_demo_feeder_stop(struct cs_demo_feeder *f);

/* Everything a picture is drawn from. */
struct cs_demo_scene {
    struct cs_demo_board *board;
    const struct cs_engine *engine;
    const struct cs_settings *settings;
    struct cs_pipeline *pipeline;
    struct cs_demo_feeder *feeder;
    int64_t now_ms, seconds; /* seconds: bound of the run, 0 = none */
    uint32_t per_s;
    char note[CS_LOG_CAPTURE_BYTES]; /* last line of the log */
};

/* Draw the whole screen into `out`. */
void cs_demo_draw(struct cs_demo_scene *s, uint32_t rows, uint32_t columns, struct cs_buf *out);
/* Plain lines for those without a terminal: messages since *shown, then a status line. */
void cs_demo_print(struct cs_demo_scene *s, uint64_t *shown, struct cs_buf *out);
/* What the run came to. */
void cs_demo_summary(struct cs_demo_scene *s, struct cs_buf *out);

#endif
