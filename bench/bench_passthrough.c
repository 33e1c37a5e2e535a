/* A copy of a topic through the same client code and settings as the pipeline, with a filter that only
 * copies: the floor that the pipeline is compared with. See kafka_run.h for the arguments.
 *
 * With --pad as the first argument every copy is made as long as an annotated event, with bytes that compress
 * as well and cost lz4 as much: what remains to the pipeline is the price of its own work, the difference to
 * a plain copy that of longer events, which no pipeline could spare. */
#include "codec/put.h"
#include "filter/filter.h"
#include "kafka_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Stands in for filter/filter.c, whose symbols are all defined here, so that the linker leaves it out. */
struct cs_filter {
    struct cs_clock *clock;
    struct cs_filter_counts counts;
};

struct cs_filter_options cs_filter_options_of(
    const struct cs_settings *s, const struct cs_ruleset *rules, const struct cs_matcher *matcher)
{
    return (struct cs_filter_options){.rules = rules,
        .matcher = matcher,
        .clock = {.window_ms = s->clock_window_ms, .conversations_max = 1}};
}

cs_rc cs_filter_new(const struct cs_filter_options *options, struct cs_filter **out)
{
    struct cs_filter *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    cs_rc rc = cs_clock_new(&options->clock, &f->clock);
    if (cs_bad(rc))
        free(f);
    else
        *out = f;
    return rc;
}

void cs_filter_free(struct cs_filter **f)
{
    if (!*f) return;
    cs_clock_free(&(*f)->clock);
    free(*f);
    *f = NULL;
}

/* Bytes as an annotation has them, without its work: 130 on average, most of them alike in all events. Made
 * to fit what the pipeline wrote of generated chat (all packs, profiles): lz4 makes 77 bytes of key, message
 * and pad, 75 of the real event, in 215 ns and 218 ns; of the message alone 51 in 154 ns. */
enum { PAD_MAX = 192 };
static bool padded;

static uint64_t mixed(int64_t offset)
{
    uint64_t m = (uint64_t)offset * 0x9E3779B97F4A7C15u;
    return m ^ m >> 29;
}

static uint8_t *put_turn(uint8_t *to, uint64_t m, int64_t record_ms)
{
    static const char *const profiles[] = {"jd@2021-12", "taobao@2022-03", "pdd@2023-10"};
    uint64_t turn = m >> 8 & 3;
    uint8_t *body = to = cs_put_open(to, 41);
    if (turn != 2) {
        to = cs_put_number(to, 1, turn < 2 ? 1 : 2);
        to = cs_put_number(to, 2, record_ms - (int64_t)(m >> 20) % 4000000);
        to = cs_put_number(to, 3, turn < 2 ? 0 : (int64_t)(m >> 40) % 50000);
    }
    if (turn > 1) to = cs_put_string(to, 8, cs_span_str(turn == 2 ? "auto" : "human"));
    return cs_put_close(body, cs_put_string(to, 10, cs_span_str(profiles[m % 3])));
}

static uint8_t *put_pad(uint8_t *to, const struct cs_batch *b, uint32_t i)
{
    char id[48];
    snprintf(id, sizeof id, "bench.in/%" PRId32 "/%" PRId64, b->partition[i], b->offset[i]);
    to = cs_put_string(to, 33, CS_SPAN_LIT("bench.in"));
    to = cs_put_string(to, 37, CS_SPAN_LIT("common_abuse@1 and 16 more"));
    to = cs_put_string(to, 38, CS_SPAN_LIT("efbc206aacf401bf"));
    to = cs_put_string(to, 32, cs_span_str(id));
    to = cs_put_number(to, 34, b->partition[i]);
    to = cs_put_number(to, 35, b->offset[i]);
    to = cs_put_number(to, 36, b->record_ms[i]);
    to = put_turn(to, mixed(b->offset[i]), b->record_ms[i]);
    return cs_put_string(to, 39, CS_SPAN_LIT("late"));
}

static struct cs_span copy_padded(struct cs_arena *arena, const struct cs_batch *b, uint32_t i)
{
    uint8_t *to = cs_arena_alloc(arena, b->raw[i].len + PAD_MAX);
    if (!to || !b->raw[i].ptr) return b->raw[i];
    memcpy(to, b->raw[i].ptr, b->raw[i].len);
    const uint8_t *end = put_pad(to + b->raw[i].len, b, i);
    cs_arena_trim(arena, end);
    return cs_span_of(to, (size_t)(end - to));
}

static struct cs_span copy(struct cs_arena *arena, struct cs_span s)
{
    if (!s.ptr) return s;
    return cs_span_of(cs_arena_strdup(arena, s), s.len);
}

static void move_position(struct cs_flight *f, const struct cs_batch *b, uint32_t i)
{
    if (f->n_pos == 0 || f->pos[f->n_pos - 1].partition != b->partition[i]) f->n_pos++;
    f->pos[f->n_pos - 1] = (struct cs_position){
        .next_offset = b->offset[i] + 1, .record_ms = b->record_ms[i], .partition = b->partition[i]};
}

cs_rc cs_filter_run(struct cs_filter *f, struct cs_batch *b)
{
    struct cs_flight *to = b->flight;
    to->event = cs_arena_zalloc(&to->arena, b->n, sizeof *to->event);
    if (!to->event) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < b->n; i++) {
        to->event[i] = (struct cs_event){.flight = to,
            .key = copy(&to->arena, b->key[i]),
            .value = padded ? copy_padded(&to->arena, b, i) : copy(&to->arena, b->raw[i]),
            .offset = b->offset[i],
            .partition = b->partition[i],
            .output = CS_OUTPUT_ANNOTATED};
        move_position(to, b, i);
    }
    to->n_event = to->cap_event = to->n_pending = b->n;
    f->counts.messages += b->n;
    f->counts.batches++;
    return CS_OK;
}

cs_rc cs_filter_inspect(struct cs_filter *f, struct cs_batch *b)
{
    (void)f, (void)b;
    return CS_OK;
}

const struct cs_filter_counts *cs_filter_counts(const struct cs_filter *f)
{
    return &f->counts;
}

struct cs_toolset *cs_filter_exchange(struct cs_filter *f, struct cs_toolset *tools)
{
    (void)f;
    return tools;
}

void cs_filter_drop(struct cs_filter *f, int32_t partition)
{
    cs_clock_drop(f->clock, partition);
}

struct cs_clock *cs_filter_clock(struct cs_filter *f)
{
    return f->clock;
}

int64_t cs_filter_back_ms(const struct cs_filter_options *options)
{
    (void)options;
    return 0;
}

cs_rc cs_filter_tell(struct cs_filter *f, struct cs_batch *b)
{
    (void)f, (void)b;
    return CS_OK;
}

const char *cs_stage_name(uint32_t stage)
{
    return stage == CS_STAGE_ENCODE ? "copy" : "-";
}

int main(int argc, char **argv)
{
    padded = argc > 1 && strcmp(argv[1], "--pad") == 0;
    if (padded) argv[1] = argv[0];
    return bench_kafka_run(padded ? "padded copy" : "pass-through", argc - padded, argv + padded);
}
