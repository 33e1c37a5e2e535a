#include "chatsieve/demo.h"

#include "base/utf8.h"

#include <stdio.h>
#include <time.h>

int64_t cs_demo_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void copy_span(char *to, size_t size, struct cs_span s)
{
    snprintf(to, size, "%.*s", (int)s.len, (const char *)s.ptr);
}

/* As much of the text as fits, cut between characters. */
static uint32_t copy_text(char *to, struct cs_span text)
{
    size_t at = 0;
    while (at < text.len) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        if (at + st.len > DEMO_TEXT) break;
        at += st.len;
    }
    if (at) memcpy(to, text.ptr, at);
    return (uint32_t)at;
}

static void keep_hits(struct cs_demo_message *m, const struct cs_annotated *a)
{
    for (uint32_t i = 0; i < a->n_violation && m->n_hit < DEMO_PAINTS; i++) {
        m->begin[m->n_hit] = a->violation[i].char_begin;
        m->end[m->n_hit++] = a->violation[i].char_end;
    }
}

static void keep_message(struct cs_demo_board *b, const struct cs_annotated *a)
{
    struct cs_demo_message *m = &b->last[b->n_last++ % DEMO_LAST];
    *m = (struct cs_demo_message){.sent_ms = a->chat.sent_ms,
        .latency_ms = a->response.turn == CS_TURN_ANSWERS ? a->response.latency_ms : 0,
        .severity = a->max_severity};
    copy_span(m->platform, sizeof m->platform, a->chat.platform);
    copy_span(m->shop, sizeof m->shop, a->chat.shop);
    const char *role = cs_role_name(a->chat.role);
    snprintf(m->role, sizeof m->role, "%s", role ? role : "");
    snprintf(m->category, sizeof m->category, "%s", a->violation[0].category);
    const char *evidence = cs_evidence_name(a->violation[0].evidence);
    snprintf(m->evidence, sizeof m->evidence, "%s", evidence ? evidence : "");
    m->text_len = copy_text(m->text, a->chat.text);
    keep_hits(m, a);
}

void cs_demo_take(void *ctx, struct cs_span event)
{
    struct cs_demo_board *b = ctx;
    struct cs_annotated a;
    cs_arena_reset(&b->arena);
    if (cs_bad(cs_annotated_unpack(event, &b->arena, &a))) return;
    if (!b->first_ms) b->first_ms = cs_demo_now();
    b->annotated++;
    b->violations += a.n_violation;
    if (!a.n_violation) return;
    b->with_violation++;
    for (uint32_t i = 0; i < a.n_violation; i++)
        cs_tally_add(&b->category, a.violation[i].category);
    keep_message(b, &a);
}
