/* `rules diff`: what changing from one set of packs to another adds and drops in a corpus. */
#include "chatsieve/corpus.h"
#include "chatsieve/log.h"
#include "chatsieve/output.h"
#include "chatsieve/rules.h"

#include <stdio.h>
#include <stdlib.h>

enum { SNIPPET_BYTES = 160, SIDES = 2 };

/* Changes of one rule id; [0] dropped, [1] added. */
struct change {
    const char *id;
    uint64_t n[SIDES];
    uint32_t n_sample[SIDES];
};

struct side {
    struct cs_engine engine;
    struct cs_filter *filter;
    uint64_t violations, messages;
    struct cs_batch *batch; /* the messages in hand, judged */
};

struct sample {
    uint32_t change, side;
    char *text;
};

struct diff {
    struct side side[SIDES];
    struct change *change;
    struct sample *sample;
    uint32_t n_change, n_sample;
    uint64_t messages;
    int64_t samples_max;
};

/* Judge the messages of `b` in a batch of the side's own: a batch is decoded once. */
static cs_rc judge(struct side *s, const struct cs_batch *b)
{
    struct cs_batch *own = s->batch;
    cs_batch_reset(own);
    own->n = b->n;
    own->topic = b->topic;
    for (uint32_t m = 0; m < b->n; m++) {
        own->raw[m] = b->raw[m];
        own->key[m] = b->key[m];
        own->offset[m] = b->offset[m];
        own->record_ms[m] = b->record_ms[m];
        own->partition[m] = b->partition[m];
        own->replay[m] = b->replay[m];
    }
    cs_rc rc = cs_filter_inspect(s->filter, own);
    if (cs_bad(rc)) return rc;
    s->violations += own->violation_begin[own->n];
    for (uint32_t m = 0; m < own->n; m++)
        s->messages += own->violation_begin[m + 1] > own->violation_begin[m];
    return CS_OK;
}

static struct change *change_of(struct diff *d, const char *id)
{
    for (uint32_t i = 0; i < d->n_change; i++)
        if (strcmp(d->change[i].id, id) == 0) return &d->change[i];
    struct change *wider = realloc(d->change, (d->n_change + 1) * sizeof *wider);
    if (!wider) return NULL;
    d->change = wider;
    wider[d->n_change] = (struct change){.id = id};
    return &wider[d->n_change++];
}

/* Bytes up to SNIPPET_BYTES before or behind a span, whole characters. */
static struct cs_span before(struct cs_span text, uint32_t at)
{
    size_t begin = at > SNIPPET_BYTES ? at - SNIPPET_BYTES : 0;
    while (begin < at && (text.ptr[begin] & 0xC0) == 0x80)
        begin++;
    return cs_span_cut(text, begin, at);
}

static struct cs_span behind(struct cs_span text, uint32_t at)
{
    size_t end = text.len - at > SNIPPET_BYTES ? at + SNIPPET_BYTES : text.len;
    while (end > at && end < text.len && (text.ptr[end] & 0xC0) == 0x80)
        end--;
    return cs_span_cut(text, at, end);
}

static void put_line(struct cs_buf *out, struct cs_span s)
{
    for (size_t i = 0; i < s.len; i++)
        cs_buf_byte(out, s.ptr[i] < 0x20 || s.ptr[i] == 0x7F ? ' ' : s.ptr[i]);
}

static cs_rc keep_sample(
    struct diff *d, struct change *c, uint32_t side, struct cs_span text, const struct cs_violation *v)
{
    struct cs_buf b = {0};
    if (c->n_sample[side] >= d->samples_max) return CS_OK;
    put_line(&b, before(text, v->byte_begin));
    cs_buf_str(&b, "«");
    put_line(&b, cs_span_cut(text, v->byte_begin, v->byte_end));
    cs_buf_str(&b, "»");
    put_line(&b, behind(text, v->byte_end));
    cs_buf_fmt(&b, "  (%s, characters %u to %u)", cs_evidence_name(v->evidence), v->char_begin, v->char_end);
    struct sample *wider = realloc(d->sample, (d->n_sample + 1) * sizeof *wider);
    char *copy = cs_bad(cs_buf_rc(&b)) ? NULL : strdup(cs_buf_cstr(&b));
    cs_buf_clear(&b);
    if (wider) d->sample = wider;
    if (!wider || !copy) {
        free(copy);
        return cs_fail(CS_ENOMEM);
    }
    wider[d->n_sample++] = (struct sample){(uint32_t)(c - d->change), side, copy};
    c->n_sample[side]++;
    return CS_OK;
}

static bool same(const struct cs_violation *a, const struct cs_violation *b)
{
    return a->byte_begin == b->byte_begin && a->byte_end == b->byte_end &&
           strcmp(a->rule_id, b->rule_id) == 0;
}

static bool has(const struct side *s, uint32_t msg, const struct cs_violation *v)
{
    const struct cs_batch *b = s->batch;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++)
        if (same(&b->violation[i], v)) return true;
    return false;
}

/* What `side` finds in a message and the other one does not. */
static cs_rc compare(struct diff *d, uint32_t side, uint32_t msg)
{
    const struct cs_batch *b = d->side[side].batch;
    cs_rc rc = CS_OK;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1] && !cs_bad(rc); i++) {
        const struct cs_violation *v = &b->violation[i];
        if (has(&d->side[1 - side], msg, v)) continue;
        struct change *c = change_of(d, v->rule_id);
        if (!c) return cs_fail(CS_ENOMEM);
        c->n[side]++;
        rc = keep_sample(d, c, side, b->text[msg], v);
    }
    return rc;
}

static cs_rc take(void *context, struct cs_batch *b)
{
    struct diff *d = context;
    cs_rc rc = judge(&d->side[0], b);
    if (!cs_bad(rc)) rc = judge(&d->side[1], b);
    d->messages += b->n;
    for (uint32_t m = 0; m < b->n && !cs_bad(rc); m++) {
        rc = compare(d, 0, m);
        if (!cs_bad(rc)) rc = compare(d, 1, m);
    }
    return rc;
}

/* Paths between commas. */
static cs_rc open_side(struct side *s, const char *paths, struct cs_diag *diag)
{
    char *list = strdup(paths), *rest = list;
    const char *path[64];
    uint32_t n = 0;
    if (!list) return cs_fail(CS_ENOMEM);
    for (char *p; n < 64 && (p = strsep(&rest, ",")) != NULL;)
        if (*p) path[n++] = p;
    cs_rc rc = cs_engine_open(&s->engine, path, n, NULL, diag);
    free(list);
    return rc;
}

static int by_size(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    uint64_t m = x->n[0] + x->n[1], n = y->n[0] + y->n[1];
    if (m != n) return m < n ? 1 : -1;
    return strcmp(x->id, y->id);
}

static void put_samples(const struct diff *d, const char *id, uint32_t side, struct cs_buf *out)
{
    for (uint32_t i = 0; i < d->n_sample; i++)
        if (d->sample[i].side == side && strcmp(d->change[d->sample[i].change].id, id) == 0)
            cs_buf_fmt(out, "    %c %s\n", side ? '+' : '-', d->sample[i].text);
}

static void put_changes(const struct diff *d, const struct change *sorted, struct cs_buf *out)
{
    for (uint32_t i = 0; i < d->n_change; i++) {
        const struct change *c = &sorted[i];
        cs_buf_fmt(out, "%s  +%llu -%llu\n", c->id, (unsigned long long)c->n[1], (unsigned long long)c->n[0]);
        put_samples(d, c->id, 0, out);
        put_samples(d, c->id, 1, out);
    }
}

static int report(const struct diff *d)
{
    struct cs_buf out = {0};
    uint64_t total[SIDES] = {0};
    struct change *sorted = malloc((d->n_change + 1) * sizeof *sorted);
    if (!sorted) return CS_EXIT_INTERNAL;
    if (d->n_change) memcpy(sorted, d->change, d->n_change * sizeof *sorted);
    qsort(sorted, d->n_change, sizeof *sorted, by_size);
    put_changes(d, sorted, &out);
    free(sorted);
    for (uint32_t i = 0; i < d->n_change; i++)
        for (uint32_t k = 0; k < SIDES; k++)
            total[k] += d->change[i].n[k];
    cs_buf_fmt(&out,
        "%llu messages: %llu violations in %llu messages before, %llu in %llu after; %llu added, %llu "
        "dropped\n",
        (unsigned long long)d->messages, (unsigned long long)d->side[0].violations,
        (unsigned long long)d->side[0].messages, (unsigned long long)d->side[1].violations,
        (unsigned long long)d->side[1].messages, (unsigned long long)total[1], (unsigned long long)total[0]);
    int code = cs_output_text(&out);
    return code == CS_EXIT_OK && d->n_change ? CS_EXIT_FINDINGS : code;
}

static cs_rc open_sides(struct diff *d, const struct cs_args *args, struct cs_diag *diag)
{
    cs_rc rc = CS_OK;
    d->samples_max = args->samples;
    for (uint32_t i = 0; i < SIDES && !cs_bad(rc); i++) {
        d->side[i].batch = calloc(1, sizeof *d->side[i].batch);
        if (!d->side[i].batch) return cs_fail(CS_ENOMEM);
        cs_batch_init(d->side[i].batch, 0);
        rc = open_side(&d->side[i], args->operand.item[1 + i], diag);
        if (!cs_bad(rc)) rc = cs_corpus_filter(args, &d->side[i].engine, &d->side[i].filter);
    }
    return rc;
}

static cs_rc read_all(struct diff *d, const struct cs_args *args)
{
    const struct cs_list *o = &args->operand;
    cs_rc rc = o->n > 3 ? CS_OK : cs_corpus_read(args, "-", take, d);
    for (uint32_t i = 3; i < o->n && !cs_bad(rc); i++)
        rc = cs_corpus_read(args, o->item[i], take, d);
    return rc;
}

static void clear(struct diff *d)
{
    for (uint32_t i = 0; i < SIDES; i++) {
        if (d->side[i].batch) cs_batch_clear(d->side[i].batch);
        free(d->side[i].batch);
        cs_filter_free(&d->side[i].filter);
        cs_engine_clear(&d->side[i].engine);
    }
    for (uint32_t i = 0; i < d->n_sample; i++)
        free(d->sample[i].text);
    free(d->sample);
    free(d->change);
    free(d);
}

int cs_rules_diff(const struct cs_args *args, struct cs_log *log)
{
    struct cs_diag diag = {0};
    struct diff *d = calloc(1, sizeof *d);
    if (!d) return CS_EXIT_INTERNAL;
    cs_rc rc = open_sides(d, args, &diag);
    bool opened = !cs_bad(rc);
    cs_log_diag(log, &diag);
    if (opened) rc = read_all(d, args);
    int code = opened && cs_is(rc, CS_ENOENT) ? CS_EXIT_NOINPUT : cs_exit_of(rc);
    if (!cs_bad(rc)) code = report(d);
    cs_diag_clear(&diag);
    clear(d);
    return code;
}
