/* Bytes to columns and back: the only door to protobuf-c and to the JSON library.
 *
 * The hot path reads ChatMessage with a small wire reader of our own (no allocation, spans into the input)
 * that accepts exactly what protobuf-c accepts and yields the same values, and writes the annotation fields
 * byte for byte as protobuf-c would; protobuf-c does all the rest. An annotated event is the input's bytes
 * followed by the annotation fields, unless the text had to be repaired. */
#ifndef CS_CODEC_CODEC_H
#define CS_CODEC_CODEC_H

#include "base/buf.h"
#include "record/batch.h"

enum cs_format { CS_FORMAT_PROTOBUF, CS_FORMAT_JSON };

struct cs_decode_options {
    enum cs_format format;
    size_t record_bytes_max; /* longer records are dead letters (CS_DEAD_TOO_LONG); 0 = no limit */
    size_t text_bytes_max;   /* longer texts too; 0 = no limit */
};

/* Decode every record of the batch into its columns; what cannot be decoded gets dead[] and dead_detail[],
 * and empty columns. Details name fields and places, never message text.
 *
 * A JSON record is one object. Keys are the field names of the .proto or their lowerCamelCase form; enums are
 * words ("robot_assist", "ROLE_ROBOT_ASSIST") or numbers; sent_ms is an integer or a string of digits; null
 * means absent; other keys are ignored. It is turned into protobuf bytes in b->arena, to which raw[] then
 * points; the raw[] of a dead one stays as it was sent. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_decode(const struct cs_decode_options *options, struct cs_batch *b);

/* What every event of a batch has in common; borrowed strings. */
struct cs_stamp {
    const char *ruleset_version, *ruleset_hash;
    uint32_t outputs; /* bits 1u << CS_OUTPUT_OVERDUE and _KPI: which of the two are published */
};

/* For every message that is not replayed, put one event (annotated, or dead letter) into b->flight, with its
 * bytes and a copy of the key in the flight's arena, and record in flight->pos, for every partition of the
 * batch (replayed messages excepted), the position behind its last record. n_pending counts the events.
 * What became due meanwhile (b->overdue) follows, if it is published.
 * Errors: CS_ENOMEM, CS_ELIMIT (more than CS_PARTITIONS_MAX partitions). */
CS_MUST cs_rc cs_encode(const struct cs_stamp *stamp, struct cs_batch *b);
/* Put an event for everything in b->overdue and b->kpi that is published into b->flight; b->topic must be
 * set. A KPI row says that it counts up to flight->pos of its partition. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_encode_told(const struct cs_stamp *stamp, struct cs_batch *b);

/* Make a dead letter of an event that the broker refused for good: `f` keeps its coordinates; the payload is
 * the annotated event. Memory of the flight's arena. */
CS_MUST cs_rc cs_encode_refused(
    const char *topic, const struct cs_event *e, const char *detail, struct cs_span *out);

/* Append one event of any output but CS_OUTPUT_STATE, given as protobuf bytes, as one JSON object (no line
 * end) with the field names of the .proto, enums as lower-case words without prefix ("agent"), int64 as
 * numbers, bytes as base64, fields at their default value omitted. Errors: CS_ESYNTAX, CS_ENOMEM. */
CS_MUST cs_rc cs_event_to_json(struct cs_span event, enum cs_output output, struct cs_buf *out);

/* One message from its parts, for generators and tests: append a ChatMessage as protobuf bytes. */
struct cs_chat {
    struct cs_span platform, shop, buyer, agent, conversation, message_id, text, source_system, order, event;
    int64_t sent_ms;
    uint8_t role, origin, account;
};
CS_MUST cs_rc cs_chat_pack(const struct cs_chat *chat, struct cs_buf *out);

/* Read back what displays need of an AnnotatedMessage; everything is borrowed from `event` or lives in
 * `arena`. An evidence that this version does not know is CS_EVIDENCE_COUNT, other unknown words are 0. Ids
 * of earlier messages that do not end in an offset are left out, and those behind the first CS_EARLIER_MAX.
 * Errors: CS_ESYNTAX, CS_ENOMEM. */
struct cs_annotated {
    struct cs_chat chat;
    struct cs_response response;
    const struct cs_violation *violation;
    uint32_t n_violation;
    int32_t max_severity;
    struct cs_span event_id;
};
CS_MUST cs_rc cs_annotated_unpack(struct cs_span event, struct cs_arena *arena, struct cs_annotated *out);
/* The text of an AnnotatedMessage as it is published, borrowed from `event`. Errors: CS_ESYNTAX. */
CS_MUST cs_rc cs_annotated_text(struct cs_span event, struct cs_span *text);

/* Read back a KPI row; strings live in `arena`. A unit that this version does not know is CS_KPI_NONE.
 * Errors: CS_ESYNTAX, CS_ENOMEM. */
struct cs_kpi_event {
    struct cs_kpi_row row;
    int64_t offset; /* every record before it is counted */
};
CS_MUST cs_rc cs_kpi_unpack(struct cs_span event, struct cs_arena *arena, struct cs_kpi_event *out);
/* Append `s` as a JSON string, quotes included. */
void cs_json_string(struct cs_buf *out, struct cs_span s);

/* Length-delimited framing (a varint before each message), for files. Returns the bytes of frame and body,
 * with the body in *body; 0 when `in` holds no whole frame; CS_FRAME_BAD when its head is not a sane length
 * (> max). */
#define CS_FRAME_BAD SIZE_MAX
size_t cs_frame_next(struct cs_span in, size_t max, struct cs_span *body);
void cs_frame_put(struct cs_span body, struct cs_buf *out);

#endif
