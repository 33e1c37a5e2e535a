#include "chatsieve/scan_job.h"

#include "chatsieve/output.h"
#include "chatsieve/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLIGHT_CHUNK = 1 << 20 };

cs_rc cs_scan_job_init(
    struct cs_scan_job *j, const struct cs_args *args, const struct cs_settings *s, const struct cs_engine *e)
{
    *j = (struct cs_scan_job){.args = args, .dead_fd = -1, .record_max = s->record_bytes_max};
    j->format.framed_in = strcmp(args->input_format, "protobuf") == 0;
    j->format.text_in = strcmp(args->input_format, "text") == 0;
    j->format.framed_out = strcmp(args->output_format, "protobuf") == 0;
    cs_arena_init(&j->flight.arena, FLIGHT_CHUNK, 0);
    j->batch = calloc(1, sizeof *j->batch);
    if (!j->batch) return cs_fail(CS_ENOMEM);
    cs_batch_init(j->batch, 0);
    struct cs_filter_options o = cs_engine_filter(e, s);
    o.clock.sent_is_record = !args->record_time; /* files have no broker times */
    o.outputs = (uint32_t)args->kpi << CS_OUTPUT_KPI | (uint32_t)args->overdue << CS_OUTPUT_OVERDUE;
    cs_kpi_table_init(&j->kpi, &(struct cs_kpi_choice){.agents = args->agents});
    bool packed = j->format.framed_in || j->format.text_in;
    o.decode.format = packed ? CS_FORMAT_PROTOBUF : CS_FORMAT_JSON;
    return cs_filter_new(&o, &j->filter);
}

void cs_scan_job_clear(struct cs_scan_job *j)
{
    if (j->batch) cs_batch_clear(j->batch);
    free(j->batch);
    cs_filter_free(&j->filter);
    cs_arena_clear(&j->flight.arena);
    cs_buf_clear(&j->packed);
    cs_buf_clear(&j->out);
    cs_buf_clear(&j->dead);
    cs_kpi_table_clear(&j->kpi);
}

/* A plain text becomes a ChatMessage, packed behind the others of the batch. */
static cs_rc pack_text(struct cs_scan_job *j, struct cs_span line)
{
    struct cs_chat chat = {.platform = cs_span_str(j->args->platform),
        .text = line,
        .role = (uint8_t)cs_role_parse(cs_span_str(j->args->role))};
    cs_rc rc = cs_chat_pack(&chat, &j->packed);
    j->packed_end[j->batch->n] = (uint32_t)j->packed.len;
    return rc;
}

static cs_rc add_record(struct cs_scan_job *j, struct cs_span record)
{
    struct cs_batch *b = j->batch;
    uint32_t i = b->n;
    cs_rc rc = CS_OK;
    /* An empty record is not a null one. */
    b->raw[i] = record.ptr ? record : CS_SPAN_LIT("");
    b->key[i] = cs_span_of(NULL, 0);
    b->offset[i] = j->args->first_offset + j->next++;
    b->record_ms[i] = j->record_ms;
    b->partition[i] = (int32_t)j->args->partition;
    b->replay[i] = false;
    if (j->format.text_in) rc = pack_text(j, record);
    b->n++;
    return rc;
}

/* The packed texts no longer move: point to them. */
static void point_to_packed(struct cs_scan_job *j)
{
    uint32_t begin = 0;
    for (uint32_t i = 0; i < j->batch->n; i++) {
        uint32_t end = j->packed_end[i];
        j->batch->raw[i] = cs_span_of(j->packed.ptr + begin, end - begin);
        begin = end;
    }
}

static cs_rc put_event(const struct cs_scan_job *j, const struct cs_event *e, struct cs_buf *out)
{
    if (j->format.framed_out) {
        cs_frame_put(e->value, out);
        return cs_buf_rc(out);
    }
    cs_rc rc = cs_event_to_json(e->value, e->output, out);
    cs_buf_byte(out, '\n');
    return rc;
}

static void tell_undecodable(struct cs_scan_job *j, uint32_t i)
{
    const struct cs_batch *b = j->batch;
    const char *detail = b->dead_detail[i];
    fprintf(stderr, "%s:%lld: %s%s%s\n", j->name, (long long)(b->offset[i] - j->args->first_offset + 1),
        cs_dead_name(b->dead[i]), detail ? ": " : "", detail ? detail : "");
    j->counts.undecodable++;
}

static void count_violations(struct cs_scan_job *j, uint32_t i)
{
    const struct cs_batch *b = j->batch;
    uint32_t begin = b->violation_begin[i], end = b->violation_begin[i + 1];
    j->counts.with_violation += end > begin;
    j->counts.violations += end - begin;
    for (uint32_t v = begin; v < end; v++)
        cs_tally_add(&j->counts.category, b->violation[v].category);
}

/* What the clock tells beside the messages. */
static cs_rc take_told(struct cs_scan_job *j, const struct cs_event *e)
{
    if (e->output == CS_OUTPUT_KPI) return cs_kpi_table_add(&j->kpi, e->key, e->value);
    cs_rc rc = cs_event_to_json(e->value, e->output, &j->out);
    cs_buf_byte(&j->out, '\n');
    return rc;
}

/* Event i answers message i: nothing is replayed here. What became due follows. */
static cs_rc take_event(struct cs_scan_job *j, uint32_t i)
{
    const struct cs_event *e = &j->flight.event[i];
    if (i >= j->batch->n) return take_told(j, e);
    j->counts.records++;
    if (j->batch->dead[i] == CS_DEAD_NONE) {
        count_violations(j, i);
        return j->args->kpi ? CS_OK : put_event(j, e, &j->out);
    }
    tell_undecodable(j, i);
    return j->dead_fd >= 0 ? put_event(j, e, &j->dead) : CS_OK;
}

/* CS_EIO is for reading. */
static cs_rc write_buf(int fd, struct cs_buf *b)
{
    cs_rc rc = cs_output_all(fd, cs_buf_span(b));
    cs_buf_reset(b);
    return cs_is(rc, CS_EIO) ? cs_fail(CS_EDENIED) : rc;
}

static void reset_flight(struct cs_flight *f)
{
    cs_arena_reset(&f->arena);
    f->event = NULL;
    f->n_event = f->cap_event = f->n_pending = f->n_failed = f->n_pos = 0;
}

static cs_rc take_events(struct cs_scan_job *j)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < j->flight.n_event && !cs_bad(rc); i++)
        rc = take_event(j, i);
    if (!cs_bad(rc)) rc = write_buf(STDOUT_FILENO, &j->out);
    if (!cs_bad(rc) && j->dead_fd >= 0) rc = write_buf(j->dead_fd, &j->dead);
    return rc;
}

static cs_rc run_batch(struct cs_scan_job *j)
{
    if (!j->batch->n) return CS_OK;
    if (j->format.text_in) point_to_packed(j);
    reset_flight(&j->flight);
    j->batch->flight = &j->flight;
    cs_rc rc = cs_filter_run(j->filter, j->batch);
    if (!cs_bad(rc)) rc = take_events(j);
    cs_batch_reset(j->batch);
    cs_buf_reset(&j->packed);
    return rc;
}

/* Whole records that are in memory, up to a batch. */
static cs_rc collect(struct cs_scan_job *j, struct cs_reader *r, enum cs_read *state)
{
    struct cs_span record;
    while (j->batch->n < CS_BATCH_MAX && (*state = cs_reader_next(r, &record)) == CS_READ_RECORD) {
        cs_rc rc = add_record(j, record);
        if (cs_bad(rc)) return rc;
    }
    return CS_OK;
}

static void tell_bad_end(struct cs_scan_job *j, enum cs_read state)
{
    bool truncated = state == CS_READ_TRUNCATED;
    fprintf(stderr, "%s:%lld: malformed: %s\n", j->name, (long long)j->next + 1,
        truncated ? "the file ends inside a record"
                  : "not a record length; the rest of the file is not read");
    j->counts.records++;
    j->counts.undecodable++;
}

static cs_rc read_all(struct cs_scan_job *j, struct cs_reader *r)
{
    for (;;) {
        enum cs_read state = CS_READ_RECORD;
        cs_rc rc = collect(j, r, &state);
        if (!cs_bad(rc)) rc = run_batch(j);
        if (!cs_bad(rc) && state == CS_READ_MORE) rc = cs_reader_fill(r);
        if (cs_bad(rc) || state == CS_READ_END) return rc;
        if (state == CS_READ_TRUNCATED || state == CS_READ_BAD_FRAME) {
            tell_bad_end(j, state);
            return CS_OK;
        }
    }
}

/* What the clock says outside a run, through the flight like everything else. */
static cs_rc tell(struct cs_scan_job *j)
{
    cs_rc rc = cs_filter_tell(j->filter, j->batch);
    if (!cs_bad(rc)) rc = take_events(j);
    cs_batch_reset(j->batch);
    return rc;
}

static struct cs_batch *empty_batch(struct cs_scan_job *j)
{
    reset_flight(&j->flight);
    j->batch->flight = &j->flight;
    if (!j->batch->topic) j->batch->topic = "stdin";
    return j->batch;
}

static cs_rc print_kpi(struct cs_scan_job *j)
{
    cs_rc rc = cs_kpi_table_sum(&j->kpi);
    if (j->args->json)
        cs_kpi_table_json(&j->kpi, &j->out);
    else
        cs_kpi_table_print(&j->kpi, &j->out);
    return cs_bad(rc) ? rc : write_buf(STDOUT_FILENO, &j->out);
}

cs_rc cs_scan_job_finish(struct cs_scan_job *j)
{
    struct cs_clock *c = cs_filter_clock(j->filter);
    int32_t partition = (int32_t)j->args->partition;
    cs_rc rc = CS_OK;
    if (j->until_ms != INT64_MIN) rc = cs_clock_advance(c, partition, j->until_ms, empty_batch(j));
    if (!cs_bad(rc) && j->until_ms != INT64_MIN) rc = tell(j);
    if (cs_bad(rc) || !j->args->kpi) return rc;
    rc = cs_clock_flush(c, empty_batch(j));
    if (!cs_bad(rc)) rc = tell(j);
    return cs_bad(rc) ? rc : print_kpi(j);
}

cs_rc cs_scan_job_file(struct cs_scan_job *j, int fd, const char *name, const char *topic)
{
    struct cs_reader r;
    cs_reader_init(&r, fd, j->format.framed_in, j->record_max);
    j->name = name;
    j->next = 0;
    j->batch->topic = topic;
    cs_rc rc = read_all(j, &r);
    int kept = errno;
    cs_reader_clear(&r);
    errno = kept;
    return rc;
}
