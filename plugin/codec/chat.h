/* ChatMessage as spans and numbers, read from and written to the wire without protobuf-c: the hot half of the
 * codec. Not to be used outside codec/. */
#ifndef CS_CODEC_CHAT_H
#define CS_CODEC_CHAT_H

#include "codec/wire.h"

/* Field numbers of ChatMessage; AnnotatedMessage has the same. */
enum cs_chat_field {
    CS_CHAT_PLATFORM = 1,
    CS_CHAT_SHOP,
    CS_CHAT_BUYER,
    CS_CHAT_AGENT,
    CS_CHAT_CONVERSATION,
    CS_CHAT_MESSAGE_ID,
    CS_CHAT_ROLE,
    CS_CHAT_ORIGIN,
    CS_CHAT_SENT_MS,
    CS_CHAT_TEXT,
    CS_CHAT_SOURCE_SYSTEM,
    CS_CHAT_ACCOUNT,
    CS_CHAT_ORDER,
    CS_CHAT_EVENT,
    CS_CHAT_END
};

/* Field numbers that AnnotatedMessage adds. In an input they are somebody's forgery. */
enum { CS_ANNOTATION_FIRST = 32, CS_ANNOTATION_LAST = 46 };

/* The fields of one message by field number; spans point into the input. Of a repeated field the last value
 * counts. A field that is not there is empty or 0; `bytes` holds strings and `number` the others, nothing is
 * to be read in the wrong one. */
struct cs_chat_fields {
    struct cs_span bytes[CS_CHAT_END];
    uint64_t number[CS_CHAT_END]; /* as on the wire; enums take the low 32 bits */
    uint32_t seen, twice;         /* bit sets of field numbers */
    bool rising;                  /* nothing but known fields, once each and in the order of their numbers */
    bool forged;                  /* the input has annotation fields */
    bool odd_number;              /* a field number that other readers refuse; protobuf-c does not */
    size_t odd_at;                /* where it stands */
};

/* Why a message was refused. */
struct cs_chat_fault {
    const char *what; /* static */
    uint32_t field;   /* 0 when not known */
    size_t at;        /* offset of the field */
};

/* Read `raw`. False when protobuf-c would refuse it; `fault` then says why. (protobuf-c also refuses more
 * than 134,217,712 fields; such a message has at least 256 MiB and is read here.) */
bool cs_chat_read(struct cs_span raw, struct cs_chat_fields *out, struct cs_chat_fault *fault);
/* The name of a field in the .proto; NULL outside the enum. */
const char *cs_chat_field_name(uint32_t field);
/* True for the fields of type string. */
bool cs_chat_is_string(uint32_t field);

#endif
