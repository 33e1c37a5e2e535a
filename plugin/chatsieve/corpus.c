#include "chatsieve/corpus.h"

#include "chatsieve/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RECORD_MAX = 1 << 20 };

struct corpus {
    const struct cs_args *args;
    struct cs_batch *batch;
    struct cs_buf packed; /* texts as messages, behind each other */
    size_t end[CS_BATCH_MAX];
    bool text, tsv, framed;
    int64_t next;
    cs_corpus_fn *take;
    void *context;
};

static bool is_format(const struct cs_args *args, const char *name)
{
    return strcmp(args->corpus_format, name) == 0;
}

/* Column `n` (from 1) of a line. */
static struct cs_span column(struct cs_span line, int64_t n)
{
    while (n > 1 && line.len) {
        const uint8_t *tab = memchr(line.ptr, '\t', line.len);
        if (!tab) return (struct cs_span){0};
        line = cs_span_cut(line, (size_t)(tab - line.ptr) + 1, line.len);
        n--;
    }
    const uint8_t *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;
    return tab ? cs_span_cut(line, 0, (size_t)(tab - line.ptr)) : line;
}

/* A role that no column names is that of the option. */
static uint8_t role_of(const struct corpus *c, struct cs_span line)
{
    uint32_t role = CS_ROLE_COUNT;
    if (c->tsv && c->args->role_column) role = cs_role_parse(column(line, c->args->role_column));
    if (role == CS_ROLE_UNSPECIFIED || role >= CS_ROLE_COUNT)
        role = cs_role_parse(cs_span_str(c->args->role));
    return (uint8_t)role;
}

static cs_rc add(struct corpus *c, struct cs_span record)
{
    struct cs_batch *b = c->batch;
    uint32_t i = b->n++;
    b->raw[i] = record.ptr ? record : CS_SPAN_LIT("");
    b->key[i] = cs_span_of(NULL, 0);
    b->offset[i] = c->next++;
    b->record_ms[i] = 0;
    b->partition[i] = 0;
    b->replay[i] = false;
    if (!c->text && !c->tsv) return CS_OK;
    struct cs_chat chat = {.platform = cs_span_str(c->args->platform),
        .text = c->tsv ? column(record, c->args->column) : record,
        .role = role_of(c, record)};
    cs_rc rc = cs_chat_pack(&chat, &c->packed);
    c->end[i] = c->packed.len;
    return rc;
}

static cs_rc flush(struct corpus *c)
{
    if (!c->batch->n) return CS_OK;
    size_t begin = 0;
    for (uint32_t i = 0; (c->text || c->tsv) && i < c->batch->n; i++) {
        c->batch->raw[i] = cs_span_of(c->packed.ptr + begin, c->end[i] - begin);
        begin = c->end[i];
    }
    cs_rc rc = c->take(c->context, c->batch);
    const char *topic = c->batch->topic;
    cs_batch_reset(c->batch);
    c->batch->topic = topic;
    cs_buf_reset(&c->packed);
    return rc;
}

/* Records that are in memory, up to a batch. */
static cs_rc gather(struct corpus *c, struct cs_reader *r, enum cs_read *state)
{
    struct cs_span record;
    cs_rc rc = CS_OK;
    while (
        !cs_bad(rc) && c->batch->n < CS_BATCH_MAX && (*state = cs_reader_next(r, &record)) == CS_READ_RECORD)
        rc = add(c, record);
    return rc;
}

static cs_rc read_records(struct corpus *c, struct cs_reader *r)
{
    for (;;) {
        enum cs_read state = CS_READ_RECORD;
        cs_rc rc = gather(c, r, &state);
        if (!cs_bad(rc)) rc = flush(c);
        if (!cs_bad(rc) && state == CS_READ_MORE) rc = cs_reader_fill(r);
        if (cs_bad(rc) || state == CS_READ_END) return rc;
        if (state == CS_READ_TRUNCATED || state == CS_READ_BAD_FRAME) return cs_fail(CS_ESYNTAX);
    }
}

static cs_rc read_fd(struct corpus *c, int fd)
{
    struct cs_reader r;
    cs_reader_init(&r, fd, c->framed, RECORD_MAX);
    c->batch = calloc(1, sizeof *c->batch);
    if (!c->batch) return cs_fail(CS_ENOMEM);
    cs_batch_init(c->batch, 0);
    c->batch->topic = "corpus";
    cs_rc rc = read_records(c, &r);
    cs_batch_clear(c->batch);
    free(c->batch);
    cs_buf_clear(&c->packed);
    cs_reader_clear(&r);
    return rc;
}

cs_rc cs_corpus_read(const struct cs_args *args, const char *path, cs_corpus_fn *take, void *context)
{
    struct corpus c = {.args = args,
        .text = is_format(args, "text"),
        .tsv = is_format(args, "tsv"),
        .framed = is_format(args, "protobuf"),
        .take = take,
        .context = context};
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "chatsieve: cannot open %s: %s\n", path, strerror(errno));
        return cs_fail(CS_ENOENT);
    }
    cs_rc rc = read_fd(&c, fd);
    if (cs_bad(rc)) fprintf(stderr, "chatsieve: %s: %s\n", path, cs_rc_name(rc));
    if (!is_stdin) close(fd);
    return rc;
}

cs_rc cs_corpus_filter(const struct cs_args *args, const struct cs_engine *e, struct cs_filter **out)
{
    struct cs_settings s;
    cs_rc rc = cs_settings_default(&s);
    if (cs_bad(rc)) return rc;
    struct cs_filter_options o = cs_engine_filter(e, &s);
    o.decode.format = is_format(args, "jsonl") ? CS_FORMAT_JSON : CS_FORMAT_PROTOBUF;
    rc = cs_filter_new(&o, out);
    cs_settings_clear(&s);
    return rc;
}
