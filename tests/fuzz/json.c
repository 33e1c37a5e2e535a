/* Any bytes as JSON records: a dead letter, or an event whose JSON, read as a record again, gives the same
 * message. */
#include "events.h"

static struct events events;

static bool same(const struct cs_batch *b, uint32_t i, uint32_t k)
{
    const struct cs_span *column[] = {
        b->platform, b->shop, b->buyer, b->agent, b->conversation, b->message_id, b->text};
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        if (!cs_span_eq(column[c][i], column[c][k])) return false;
    return b->role[i] == b->role[k] && b->origin[i] == b->origin[k] &&
           (b->sent_ms[i] == b->sent_ms[k] || b->flags[i] & 1u << CS_FLAG_NO_SENT_TIME);
}

/* Text of the record with every field that the first pass knew. */
static bool keeps_all(const struct cs_batch *b, uint32_t i)
{
    return !(b->flags[i] >> CS_FLAG_INVALID_UTF8 & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_buf json = {0};
    struct cs_span record[2] = {cs_span_of(data, size)};
    if (!events.filter) events_open(&events, CS_FORMAT_JSON);
    struct cs_batch *b = events.batch;
    events_run(&events, record, 1);
    bool dead = b->dead[0] != CS_DEAD_NONE;
    fuzz_ok(cs_event_to_json(events_of(&events, 0), dead ? CS_OUTPUT_DEADLETTER : CS_OUTPUT_ANNOTATED, &json),
        "to json");
    fuzz_cases++;
    if (!dead && keeps_all(b, 0) && json.len < 3000) {
        record[1] = cs_buf_span(&json);
        events_run(&events, record, 2);
        FUZZ_CHECK(b->dead[1] == CS_DEAD_NONE, "%s: %s", b->dead_detail[1], cs_buf_cstr(&json));
        FUZZ_CHECK(same(b, 0, 1), "%s", cs_buf_cstr(&json));
        fuzz_telling++;
    }
    cs_buf_clear(&json);
    return 0;
}
