/* Conversations through the stages of the filter, with rules written in place. */
#ifndef CS_TESTS_FILTER_TALK_H
#define CS_TESTS_FILTER_TALK_H

#include "annotate/annotate.h"
#include "filter/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One line of a conversation. */
struct line {
    const char *buyer; /* whose conversation */
    uint8_t role;
    const char *agent, *text;
    int64_t sent_ms, record_ms;
    int32_t partition;
    bool replay;
};

struct talk {
    struct cs_ruleset *rules;
    struct cs_matcher *matcher;
    struct cs_lattice *lattice;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_flight flight;
    struct cs_buf packed;
    int64_t offset; /* of the next record */
};

static inline void talk_ok(cs_rc rc, const char *what)
{
    cr_assert(!cs_bad(rc), "%s: %s", what, cs_rc_name(rc));
}

static inline void talk_load(struct talk *t, const char *pack)
{
    struct cs_diag d = {0};
    char path[] = "/tmp/cs-talk-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, pack, strlen(pack)), (ssize_t)strlen(pack));
    close(fd);
    const char *file = path;
    cs_rc rc = cs_ruleset_load(&file, 1, &d, &t->rules);
    unlink(path);
    cr_assert(!cs_bad(rc), "%s", d.n ? cs_diag_text(&d, 0) : cs_rc_name(rc));
    cs_diag_clear(&d);
}

static inline void talk_begin_with(struct talk *t, bool mask)
{
    struct cs_settings s;
    talk_ok(cs_settings_default(&s), "settings");
    struct cs_filter_options o = cs_filter_options_of(&s, t->rules, t->matcher);
    o.lattice = t->lattice;
    o.mask = mask;
    cs_filter_free(&t->filter);
    talk_ok(cs_filter_new(&o, &t->filter), "filter");
    cs_settings_clear(&s);
}

/* A filter of its own for the rules that are loaded. */
static inline void talk_begin(struct talk *t)
{
    talk_begin_with(t, false);
}

/* The same, which masks. */
static inline void talk_mask(struct talk *t)
{
    talk_begin_with(t, true);
}

static inline void talk_open(struct talk *t, const char *pack)
{
    struct cs_diag d = {0};
    *t = (struct talk){.batch = malloc(sizeof *t->batch)};
    cr_assert(t->batch != NULL);
    talk_load(t, pack);
    talk_ok(cs_matcher_new(CS_MATCHER_HYPERSCAN, t->rules->pattern, t->rules->n_pattern, &d, &t->matcher),
        "matcher");
    talk_ok(
        cs_lattice_new(CS_MATCHER_HYPERSCAN, t->rules->disguisable, t->rules->n_disguisable, &d, &t->lattice),
        "lattice");
    cs_batch_init(t->batch, 0);
    cs_arena_init(&t->flight.arena, 1 << 16, 0);
    talk_begin(t);
    cs_diag_clear(&d);
}

static inline void talk_close(struct talk *t)
{
    cs_filter_free(&t->filter);
    cs_lattice_free(&t->lattice);
    cs_matcher_free(&t->matcher);
    cs_ruleset_free(&t->rules);
    cs_batch_clear(t->batch);
    free(t->batch);
    cs_arena_clear(&t->flight.arena);
    cs_buf_clear(&t->packed);
}

/* Fill the batch with n <= CS_BATCH_MAX lines. */
static inline void talk_pack(struct talk *t, const struct line *line, uint32_t n)
{
    struct cs_batch *b = t->batch;
    uint32_t end[CS_BATCH_MAX], at = 0;
    cs_batch_reset(b);
    cs_buf_reset(&t->packed);
    cs_arena_reset(&t->flight.arena);
    t->flight.event = NULL;
    t->flight.n_event = t->flight.cap_event = t->flight.n_pending = t->flight.n_pos = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct cs_chat chat = {.platform = CS_SPAN_LIT("jd"),
            .shop = CS_SPAN_LIT("s"),
            .buyer = cs_span_str(line[i].buyer),
            .agent = cs_span_str(line[i].agent),
            .text = cs_span_str(line[i].text),
            .role = line[i].role,
            .sent_ms = line[i].sent_ms};
        talk_ok(cs_chat_pack(&chat, &t->packed), "pack");
        end[i] = (uint32_t)t->packed.len;
    }
    b->flight = &t->flight;
    b->topic = "in";
    for (b->n = 0; b->n < n; at = end[b->n], b->n++) {
        b->raw[b->n] = cs_span_of(t->packed.ptr + at, end[b->n] - at);
        b->key[b->n] = (struct cs_span){0};
        b->offset[b->n] = t->offset++;
        b->record_ms[b->n] = line[b->n].record_ms ? line[b->n].record_ms : line[b->n].sent_ms;
        b->partition[b->n] = line[b->n].partition;
        b->replay[b->n] = line[b->n].replay;
    }
}

/* Run n <= CS_BATCH_MAX lines as one batch; events are in t->flight until the next call. */
static inline void talk_run(struct talk *t, const struct line *line, uint32_t n)
{
    talk_pack(t, line, n);
    talk_ok(cs_filter_run(t->filter, t->batch), "run");
}

/* Violations of message `msg`: "RULE[matched] RULE[matched]". */
static inline const char *talk_outcome(const struct talk *t, uint32_t msg)
{
    static char out[8192];
    const struct cs_batch *b = t->batch;
    size_t at = 0;
    out[0] = 0;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++) {
        const struct cs_violation *v = &b->violation[i];
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s[%.*s]", at ? " " : "", v->rule_id,
            (int)(v->byte_end - v->byte_begin), (const char *)b->text[msg].ptr + v->byte_begin);
        for (uint32_t k = 0; k < v->n_earlier; k++)
            at += (size_t)snprintf(out + at, sizeof out - at, "<%lld", (long long)v->earlier[k]);
    }
    return out;
}

static inline uint32_t talk_draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

#endif
