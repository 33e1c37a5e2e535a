/* Any bytes as protobuf records: our reader against protobuf-c, and what the filter publishes read back by
 * protobuf-c: the sender's fields as they were, our annotation, or a dead letter with the bytes. */
#include "events.h"

#include "codec/twin.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <chatsieve/v1/dead_letter.pb-c.h>
#include <chatsieve/v1/overdue.pb-c.h>

typedef Chatsieve__V1__AnnotatedMessage Annotated;

static struct events events;

/* What protobuf-c reads of the same bytes; true when both accept. */
static bool check_reader(struct cs_span raw)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault = {0};
    bool ours = cs_chat_read(raw, &f, &fault);
    Chat *theirs = chatsieve__v1__chat_message__unpack(NULL, raw.len, raw.ptr);
    const char *diff = ours && theirs ? twin_difference(&f, theirs) : NULL;
    FUZZ_CHECK(ours == (theirs != NULL), "ours %d (%s)", ours, fault.what ? fault.what : "");
    FUZZ_CHECK(!diff, "differs in %s", diff);
    FUZZ_CHECK(ours || (fault.what && fault.at <= raw.len), "no reason");
    if (theirs) chatsieve__v1__chat_message__free_unpacked(theirs, NULL);
    return ours;
}

static void check_violations(const Annotated *m, const struct cs_batch *b, uint32_t i)
{
    const struct cs_violation *v = &b->violation[b->violation_begin[i]];
    uint32_t n = b->violation_begin[i + 1] - b->violation_begin[i];
    int32_t most = 0;
    FUZZ_CHECK(m->n_violations == n && m->violation_count == (int32_t)n, "%zu violations", m->n_violations);
    for (uint32_t k = 0; k < n; k++) {
        const Chatsieve__V1__AnnotatedMessage__Violation *w = m->violations[k];
        FUZZ_CHECK(
            strcmp(w->rule_id, v[k].rule_id) == 0 && strcmp(w->term, v[k].term) == 0, "%s", w->rule_id);
        FUZZ_CHECK(
            w->byte_begin == (int32_t)v[k].byte_begin && w->byte_end == (int32_t)v[k].byte_end, "span");
        FUZZ_CHECK(
            w->char_begin == (int32_t)v[k].char_begin && w->char_end == (int32_t)v[k].char_end, "span");
        if (w->severity > most) most = w->severity;
    }
    FUZZ_CHECK(m->max_severity == most, "max_severity %d, not %d", m->max_severity, most);
}

/* The text without NULs in it, as protobuf-c sees strings. */
static bool same_text(struct cs_span ours, const char *theirs)
{
    const void *nul = ours.len ? memchr(ours.ptr, 0, ours.len) : NULL;
    size_t len = nul ? (size_t)((const uint8_t *)nul - ours.ptr) : ours.len;
    return strlen(theirs) == len && (!len || memcmp(theirs, ours.ptr, len) == 0);
}

static void check_annotated(const struct cs_batch *b, uint32_t i, struct cs_span event)
{
    Annotated *m = chatsieve__v1__annotated_message__unpack(NULL, event.len, event.ptr);
    char id[64];
    snprintf(id, sizeof id, "chat.messages/3/%u", 1000 + i);
    FUZZ_CHECK(m != NULL, "protobuf-c refuses the event");
    FUZZ_CHECK(strcmp(m->event_id, id) == 0 && m->source_offset == 1000 + i, "%s", m->event_id);
    FUZZ_CHECK(same_text(b->platform[i], m->platform) && same_text(b->shop[i], m->shop_id), "ids differ");
    FUZZ_CHECK(same_text(b->buyer[i], m->buyer_id) && same_text(b->agent[i], m->agent_id), "ids differ");
    FUZZ_CHECK((int)m->role == b->role[i], "role %d", (int)m->role);
    bool repaired = b->flags[i] >> CS_FLAG_INVALID_UTF8 & 1;
    FUZZ_CHECK(repaired || same_text(b->text[i], m->text), "the text differs");
    struct cs_span raw = cs_span_of(m->raw_text.data, m->raw_text.len);
    FUZZ_CHECK(!repaired || cs_span_eq(raw, b->text[i]), "raw_text differs");
    check_violations(m, b, i);
    chatsieve__v1__annotated_message__free_unpacked(m, NULL);
}

static void check_dead(const struct cs_batch *b, uint32_t i, struct cs_span event)
{
    Chatsieve__V1__DeadLetter *d = chatsieve__v1__dead_letter__unpack(NULL, event.len, event.ptr);
    FUZZ_CHECK(d != NULL && d->reason[0], "no dead letter");
    FUZZ_CHECK(cs_span_eq(cs_span_of(d->payload.data, d->payload.len), b->raw[i]), "the payload differs");
    chatsieve__v1__dead_letter__free_unpacked(d, NULL);
}

/* What the clock tells beside the messages' own events. */
static void check_told(struct cs_span event)
{
    Chatsieve__V1__OverdueEvent *o = chatsieve__v1__overdue_event__unpack(NULL, event.len, event.ptr);
    FUZZ_CHECK(o != NULL && o->event_id[0], "no overdue event");
    chatsieve__v1__overdue_event__free_unpacked(o, NULL);
}

/* What displays read, and JSON. */
static void check_readers(struct cs_span event, enum cs_output output)
{
    struct cs_buf json = {0};
    struct cs_arena arena;
    struct cs_annotated read;
    cs_arena_init(&arena, 1 << 12, 0);
    fuzz_ok(cs_event_to_json(event, output, &json), "json");
    if (output == CS_OUTPUT_ANNOTATED) fuzz_ok(cs_annotated_unpack(event, &arena, &read), "unpack");
    cs_arena_clear(&arena);
    cs_buf_clear(&json);
}

static void check(uint32_t i)
{
    const struct cs_batch *b = events.batch;
    struct cs_span event = events_of(&events, i);
    bool dead = b->dead[i] != CS_DEAD_NONE;
    bool read = check_reader(b->raw[i]);
    FUZZ_CHECK(dead || read, "what protobuf-c refuses is published");
    FUZZ_CHECK((events.flight->event[i].output == CS_OUTPUT_DEADLETTER) == dead, "output");
    if (dead)
        check_dead(b, i, event);
    else
        check_annotated(b, i, event);
    check_readers(event, dead ? CS_OUTPUT_DEADLETTER : CS_OUTPUT_ANNOTATED);
    fuzz_telling += !dead;
    fuzz_cases++;
}

/* First byte: how many records the rest is cut into. Annotations of our own are read back as foreign input.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = fuzz_open(data, size);
    struct cs_span record[EVENTS_MAX];
    uint32_t n = 1 + fuzz_byte(&in) % 3;
    if (!events.filter) events_open(&events, CS_FORMAT_PROTOBUF);
    for (uint32_t i = 0; i < n; i++) {
        size_t len = fuzz_left(&in) / (n - i);
        record[i] = cs_span_of(in.at, len);
        in.at += len;
    }
    events_run(&events, record, n);
    for (uint32_t i = 0; i < n; i++)
        check(i);
    for (uint32_t i = n; i < events.flight->n_event; i++)
        check_told(events_of(&events, i));
    return 0;
}
