#include "filter/filter.h"

#include "filter/toolset.h"
#include "rules/needs.h"
#include "text/fold.h"

#include <stdlib.h>
#include <time.h>

struct cs_filter {
    struct cs_filter_options options;
    struct cs_folder *folder;
    struct cs_toolset *tools;
    struct cs_clock *clock;
    struct cs_filter_counts counts;
};

static cs_rc decode(struct cs_filter *f, struct cs_batch *b)
{
    return cs_decode(&f->options.decode, b);
}

/* Dead messages have an empty text, so no stage needs a branch for them; replayed ones only move the clock,
 * unless rules ask for what was said before. */
static cs_rc fold(struct cs_filter *f, struct cs_batch *b)
{
    static const struct cs_span nothing = {0};
    struct cs_span *text = cs_arena_alloc(&b->arena, b->n * sizeof *text);
    if (!text) return cs_fail(CS_ENOMEM);
    bool remembers = cs_judge_remembers(f->tools->judge);
    for (uint32_t i = 0; i < b->n; i++)
        text[i] = (b->replay[i] && !remembers) || b->dead[i] ? nothing : b->text[i];
    struct cs_view_list views = {0};
    cs_rc rc = cs_fold_texts(f->folder, text, b->n, b->flags, &b->folded);
    if (!cs_bad(rc)) rc = cs_fold_views(f->folder, text, &b->folded, &views);
    b->view = views.view;
    b->n_view = views.n;
    return rc;
}

/* Flags of views are those of their messages. */
static cs_rc scan_disguises(struct cs_toolset *t, struct cs_batch *b)
{
    if (!b->n_view) return cs_lattice_scan(t->disguises, &b->folded, b->flags, &b->disguise, &b->n_disguise);
    uint32_t *flags = cs_arena_zalloc(&b->arena, (size_t)b->n + b->n_view, sizeof *flags);
    if (!flags) return cs_fail(CS_ENOMEM);
    cs_rc rc = cs_lattice_scan(t->disguises, &b->folded, flags, &b->disguise, &b->n_disguise);
    for (uint32_t i = 0; i < b->n; i++)
        b->flags[i] |= flags[i];
    for (uint32_t i = 0; i < b->n_view; i++)
        b->flags[b->view[i].msg] |= flags[b->n + i];
    return rc;
}

static cs_rc scan(struct cs_filter *f, struct cs_batch *b)
{
    struct cs_toolset *t = f->tools;
    cs_rc rc = cs_scanner_scan(t->scanner, &b->folded, &b->hit, &b->n_hit);
    if (!cs_bad(rc) && t->disguises) rc = scan_disguises(t, b);
    struct cs_hits_of hits = {b->hit, b->n_hit};
    if (!cs_bad(rc) && t->regexes) rc = cs_regex_scan(t->regexes, &b->folded, hits, &b->regex, &b->n_regex);
    return rc;
}

static cs_rc annotate(struct cs_filter *f, struct cs_batch *b)
{
    cs_rc rc = f->tools->detectors ? cs_detect(f->tools->detectors, b) : CS_OK;
    if (cs_bad(rc)) return rc;
    return cs_annotate(f->tools->judge, b);
}

/* What the clock's snapshot already holds must not move it again. These messages are never published, so that
 * nobody behind the clock sees the mark. */
static void hide_held(struct cs_batch *b)
{
    uint32_t i = 0;
    for (const uint8_t *at; (at = memchr(b->replay + i, CS_REPLAY_CONTEXT, b->n - i)) != NULL; i++) {
        i = (uint32_t)(at - b->replay);
        b->dead[i] = CS_DEAD_REFUSED;
    }
}

static cs_rc tick(struct cs_filter *f, struct cs_batch *b)
{
    hide_held(b);
    return cs_clock_run(f->clock, b);
}

int64_t cs_filter_back_ms(const struct cs_filter_options *options)
{
    if (!options->rules) return 0;
    const struct cs_needs needs = cs_needs_of(options->rules);
    return cs_needs_back_ms(&needs);
}

static struct cs_stamp stamp_of(const struct cs_filter *f)
{
    const struct cs_ruleset *rs = f->tools->rules;
    return (struct cs_stamp){
        .ruleset_version = rs->brief, .ruleset_hash = rs->hash, .outputs = f->options.outputs};
}

static cs_rc encode(struct cs_filter *f, struct cs_batch *b)
{
    const struct cs_stamp stamp = stamp_of(f);
    return cs_encode(&stamp, b);
}

cs_rc cs_filter_tell(struct cs_filter *f, struct cs_batch *b)
{
    const struct cs_stamp stamp = stamp_of(f);
    return cs_encode_told(&stamp, b);
}

/* One message, one direction. */
static const struct stage {
    const char *name;
    cs_rc (*run)(struct cs_filter *f, struct cs_batch *b);
} stages[CS_STAGE_COUNT] = {
    [CS_STAGE_DECODE] = {"decode", decode},
    [CS_STAGE_FOLD] = {"fold", fold},
    [CS_STAGE_SCAN] = {"scan", scan},
    [CS_STAGE_ANNOTATE] = {"annotate", annotate},
    [CS_STAGE_CLOCK] = {"clock", tick},
    [CS_STAGE_ENCODE] = {"encode", encode},
};

const char *cs_stage_name(uint32_t stage)
{
    return stage < CS_STAGE_COUNT ? stages[stage].name : NULL;
}

struct cs_filter_options cs_filter_options_of(
    const struct cs_settings *s, const struct cs_ruleset *rules, const struct cs_matcher *matcher)
{
    struct cs_filter_options o = {
        .rules = rules,
        .matcher = matcher,
        .decode = {.format = strcmp(s->input_format, "json") == 0 ? CS_FORMAT_JSON : CS_FORMAT_PROTOBUF,
            .record_bytes_max = s->record_bytes_max,
            .text_bytes_max = s->text_bytes_max},
        .clock = {.window_ms = s->clock_window_ms, .conversations_max = s->clock_conversations},
        .outputs = (s->topic_overdue != NULL) << CS_OUTPUT_OVERDUE | (s->topic_kpi != NULL) << CS_OUTPUT_KPI,
        .mask = s->mask,
        .hits_per_message = s->hits_per_message,
    };
    memcpy(o.clock.threshold_s, s->clock_threshold_s, sizeof o.clock.threshold_s);
    o.clock.n_threshold = (uint8_t)s->n_clock_threshold;
    if (!o.clock.n_threshold) { /* no profiles here, so no limits of theirs */
        static const uint32_t usual_s[] = {40, 60, 300};
        memcpy(o.clock.threshold_s, usual_s, sizeof usual_s);
        o.clock.n_threshold = 3;
    }
    return o;
}

cs_rc cs_filter_new(const struct cs_filter_options *options, struct cs_filter **out)
{
    struct cs_filter *f = calloc(1, sizeof *f);
    if (!f) return cs_fail(CS_ENOMEM);
    f->options = *options;
    cs_rc rc = cs_folder_new(&f->folder);
    if (!cs_bad(rc)) rc = cs_toolset_new(options, &f->tools);
    if (!cs_bad(rc)) rc = cs_clock_new(&options->clock, &f->clock);
    if (cs_bad(rc)) {
        cs_filter_free(&f);
        return rc;
    }
    *out = f;
    return CS_OK;
}

void cs_filter_free(struct cs_filter **f)
{
    if (!*f) return;
    cs_folder_free(&(*f)->folder);
    cs_toolset_free(&(*f)->tools);
    cs_clock_free(&(*f)->clock);
    free(*f);
    *f = NULL;
}

struct cs_toolset *cs_filter_exchange(struct cs_filter *f, struct cs_toolset *tools)
{
    struct cs_toolset *old = f->tools;
    cs_judge_inherit(tools->judge, old->judge);
    f->tools = tools;
    return old;
}

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static cs_rc run_stages(struct cs_filter *f, struct cs_batch *b, uint32_t n_stages)
{
    uint64_t then = now_ns();
    for (uint32_t s = 0; s < n_stages; s++) {
        cs_rc rc = stages[s].run(f, b);
        if (cs_bad(rc)) return rc;
        uint64_t now = now_ns();
        f->counts.stage_ns[s] += now - then;
        then = now;
    }
    return CS_OK;
}

static void count(struct cs_filter_counts *k, const struct cs_batch *b)
{
    k->batches++;
    k->messages += b->n;
    k->violations += b->violation_begin[b->n];
    for (uint32_t i = 0; i < b->n; i++) {
        k->replayed += b->replay[i] != CS_REPLAY_NOT;
        k->dead += b->dead[i] != CS_DEAD_NONE && !b->replay[i];
        k->with_violation += b->violation_begin[i + 1] > b->violation_begin[i];
        k->invalid_utf8 += b->flags[i] >> CS_FLAG_INVALID_UTF8 & 1;
    }
}

cs_rc cs_filter_inspect(struct cs_filter *f, struct cs_batch *b)
{
    return run_stages(f, b, CS_STAGE_ENCODE);
}

cs_rc cs_filter_run(struct cs_filter *f, struct cs_batch *b)
{
    cs_rc rc = run_stages(f, b, CS_STAGE_COUNT);
    if (!cs_bad(rc)) count(&f->counts, b);
    return rc;
}

const struct cs_filter_counts *cs_filter_counts(const struct cs_filter *f)
{
    return &f->counts;
}

void cs_filter_drop(struct cs_filter *f, int32_t partition)
{
    cs_clock_drop(f->clock, partition);
    cs_judge_drop(f->tools->judge, partition);
}

struct cs_clock *cs_filter_clock(struct cs_filter *f)
{
    return f->clock;
}
