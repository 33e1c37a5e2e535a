#include "chatsieve/runner.h"

#include <stdio.h>
#include <stdlib.h>

cs_rc cs_runner_init(struct cs_runner *r, const struct cs_engine *e)
{
    struct cs_settings s;
    *r = (struct cs_runner){.rules = e->rules, .batch = calloc(1, sizeof *r->batch)};
    if (!r->batch) return cs_fail(CS_ENOMEM);
    cs_batch_init(r->batch, 0);
    cs_rc rc = cs_settings_default(&s);
    if (cs_bad(rc)) return rc;
    struct cs_filter_options o = cs_engine_filter(e, &s);
    o.decode.format = CS_FORMAT_PROTOBUF;
    rc = cs_filter_new(&o, &r->filter);
    cs_settings_clear(&s);
    cs_runner_begin(r);
    return rc;
}

void cs_runner_clear(struct cs_runner *r)
{
    if (r->batch) cs_batch_clear(r->batch);
    free(r->batch);
    cs_filter_free(&r->filter);
    cs_buf_clear(&r->packed);
    *r = (struct cs_runner){0};
}

void cs_runner_begin(struct cs_runner *r)
{
    snprintf(r->buyer, sizeof r->buyer, "buyer-%u", r->conversations++);
}

cs_rc cs_runner_say(struct cs_runner *r, const struct cs_chat *chat, uint32_t *n)
{
    struct cs_chat said = *chat;
    struct cs_batch *b = r->batch;
    said.shop = CS_SPAN_LIT("shop");
    said.buyer = cs_span_str(r->buyer);
    cs_batch_reset(b);
    cs_buf_reset(&r->packed);
    cs_rc rc = cs_chat_pack(&said, &r->packed);
    if (cs_bad(rc)) return rc;
    b->n = 1;
    b->topic = "rules";
    b->raw[0] = cs_buf_span(&r->packed);
    b->replay[0] = false;
    rc = cs_filter_inspect(r->filter, b);
    if (!cs_bad(rc)) *n = b->violation_begin[1];
    return rc;
}

static uint8_t first_actor(const struct cs_rule *r)
{
    if (r->actors & 1u << CS_ROLE_AGENT || !r->actors) return CS_ROLE_AGENT;
    return (uint8_t)__builtin_ctz(r->actors);
}

cs_rc cs_runner_example(struct cs_runner *r, const char *platform, const struct cs_rule *rule,
    const struct cs_example *e, uint32_t *n)
{
    cs_rc rc = CS_OK;
    struct cs_chat chat = {
        .platform = cs_span_str(platform), .agent = CS_SPAN_LIT("agent"), .sent_ms = e->sent_ms};
    cs_runner_begin(r);
    *n = 0;
    for (uint32_t i = 0; i < e->n_said && !cs_bad(rc); i++) {
        chat.text = cs_span_str(e->said[i].text);
        chat.role = e->said[i].role ? e->said[i].role : first_actor(rule);
        chat.sent_ms += i ? e->said[i].after_ms : 0;
        rc = cs_runner_say(r, &chat, n);
    }
    return rc;
}

bool cs_runner_found(const struct cs_runner *r, uint32_t n, const char *rule_id)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(r->batch->violation[i].rule_id, rule_id) == 0) return true;
    return false;
}

const char *cs_runner_platform(const struct cs_ruleset *rs, const struct cs_rule *rule, uint32_t *bit)
{
    while (*bit < CS_PLATFORMS_MAX) {
        uint32_t i = (*bit)++;
        const char *name = i ? cs_ruleset_platform_name(rs, i) : "a platform that no rule names";
        if (!name) return NULL;
        if (rule->platforms >> i & 1) return name;
    }
    return NULL;
}
