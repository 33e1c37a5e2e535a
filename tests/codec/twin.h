/* ChatMessage as our reader and as protobuf-c's see it. */
#ifndef CS_TESTS_CODEC_TWIN_H
#define CS_TESTS_CODEC_TWIN_H

#include "codec/chat.h"

#include <chatsieve/v1/chat_message.pb-c.h>

typedef Chatsieve__V1__ChatMessage Chat;

static inline bool twin_same_string(struct cs_span ours, const char *theirs)
{
    return memcmp(theirs, ours.len ? (const void *)ours.ptr : "", ours.len) == 0 && theirs[ours.len] == 0;
}

/* The first field that differs, or NULL. */
static inline const char *twin_difference(const struct cs_chat_fields *f, const Chat *m)
{
    const struct {
        uint32_t field;
        const char *theirs;
    } strings[] = {{CS_CHAT_PLATFORM, m->platform}, {CS_CHAT_SHOP, m->shop_id}, {CS_CHAT_BUYER, m->buyer_id},
        {CS_CHAT_AGENT, m->agent_id}, {CS_CHAT_CONVERSATION, m->conversation_id},
        {CS_CHAT_MESSAGE_ID, m->message_id}, {CS_CHAT_TEXT, m->text},
        {CS_CHAT_SOURCE_SYSTEM, m->source_system}, {CS_CHAT_ORDER, m->order_id}, {CS_CHAT_EVENT, m->event}};
    for (size_t k = 0; k < sizeof strings / sizeof strings[0]; k++)
        if (!twin_same_string(f->bytes[strings[k].field], strings[k].theirs))
            return cs_chat_field_name(strings[k].field);
    if ((int32_t)(uint32_t)f->number[CS_CHAT_ROLE] != (int32_t)m->role) return "role";
    if ((int32_t)(uint32_t)f->number[CS_CHAT_ORIGIN] != (int32_t)m->origin) return "origin";
    if ((int32_t)(uint32_t)f->number[CS_CHAT_ACCOUNT] != (int32_t)m->account_kind) return "account_kind";
    return (int64_t)f->number[CS_CHAT_SENT_MS] != m->sent_ms ? "sent_ms" : NULL;
}

#endif
