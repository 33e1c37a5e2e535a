#include "chatsieve/commands.h"
#include "chatsieve/dialogue.h"
#include "chatsieve/output.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { WRITE_BYTES = 1 << 18 };

/* A JSON string; the generator's texts are valid UTF-8, so only quotes, backslashes and controls matter. */
static void put_string(struct cs_buf *out, struct cs_span s)
{
    size_t from = 0;
    cs_buf_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        cs_buf_add(out, cs_span_cut(s, from, i));
        cs_buf_fmt(out, "\\u%04x", c);
        from = i + 1;
    }
    cs_buf_add(out, cs_span_cut(s, from, s.len));
    cs_buf_byte(out, '"');
}

static void put_member(struct cs_buf *out, const char *name, struct cs_span value)
{
    if (!value.len) return;
    if (out->ptr[out->len - 1] != '{') cs_buf_byte(out, ',');
    cs_buf_byte(out, '"');
    cs_buf_str(out, name);
    cs_buf_str(out, "\":");
    put_string(out, value);
}

static void put_json(const struct cs_chat *c, struct cs_buf *out)
{
    cs_buf_byte(out, '{');
    if (out->failed) return;
    put_member(out, "platform", c->platform);
    put_member(out, "shop_id", c->shop);
    put_member(out, "buyer_id", c->buyer);
    put_member(out, "agent_id", c->agent);
    put_member(out, "conversation_id", c->conversation);
    put_member(out, "message_id", c->message_id);
    put_member(out, "role", cs_span_str(cs_role_name(c->role)));
    put_member(out, "origin", cs_span_str(cs_origin_name(c->origin)));
    cs_buf_fmt(out, ",\"sent_ms\":%lld", (long long)c->sent_ms);
    put_member(out, "text", c->text);
    put_member(out, "source_system", c->source_system);
    put_member(out, "account_kind", cs_span_str(cs_account_name(c->account)));
    put_member(out, "order_id", c->order);
    cs_buf_str(out, "}\n");
}

static cs_rc put_chat(const struct cs_chat *c, bool json, struct cs_buf *body, struct cs_buf *out)
{
    if (json) {
        put_json(c, out);
        return cs_buf_rc(out);
    }
    cs_buf_reset(body);
    cs_rc rc = cs_chat_pack(c, body);
    if (!cs_bad(rc)) cs_frame_put(cs_buf_span(body), out);
    return cs_bad(rc) ? rc : cs_buf_rc(out);
}

static cs_rc generate(struct cs_dialogue *d, int64_t count, bool json, struct cs_buf *out)
{
    struct cs_buf body = {0};
    cs_rc rc = CS_OK;
    for (int64_t i = 0; i < count && !cs_bad(rc); i++) {
        struct cs_said said;
        rc = cs_dialogue_next(d, &said);
        if (!cs_bad(rc)) rc = put_chat(&said.chat, json, &body, out);
        if (cs_bad(rc) || out->len < WRITE_BYTES) continue;
        rc = cs_output_all(STDOUT_FILENO, cs_buf_span(out));
        cs_buf_reset(out);
    }
    cs_buf_clear(&body);
    return rc;
}

int cs_cmd_generate(const struct cs_args *args, struct cs_log *log)
{
    (void)log;
    struct cs_dialogue_options o = {.seed = (uint64_t)args->seed,
        .conversations = (uint32_t)args->conversations,
        .start_ms = args->start_ms};
    struct cs_dialogue *d = NULL;
    struct cs_buf out = {0};
    cs_rc rc = cs_dialogue_new(&o, &d);
    if (!cs_bad(rc)) rc = generate(d, args->count, strcmp(args->format, "jsonl") == 0, &out);
    cs_dialogue_free(&d);
    if (!cs_bad(rc)) return cs_output_text(&out);
    cs_buf_clear(&out);
    if (cs_is(rc, CS_ECLOSED)) return CS_EXIT_OK;
    fprintf(stderr, "chatsieve: %s\n", cs_is(rc, CS_EIO) ? strerror(errno) : cs_rc_name(rc));
    return cs_exit_of(rc);
}
