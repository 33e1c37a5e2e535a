#include "chatsieve/dialogue.h"

#include "chatsieve/dialogue_lines.h"
#include "chatsieve/disguise.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOPS = 12, AGENTS = 5, BAIT_PERCENT = 7, NEAR_MISS_PERCENT = 5, ABANDON_PERCENT = 2, NAG_MS = 30000 };

enum phase { HELLO, WELCOME, TOPIC, NAG, THANKS, FAREWELL, END };

/* One conversation. */
struct talk {
    uint64_t buyer;
    int64_t resume_ms; /* when the agent answers after a nag */
    uint32_t order;
    uint8_t platform, shop, agent, topic, line, phase, goods, colour;
};

/* Of the heap: conversations by the time of their next message. */
struct due {
    int64_t ms;
    uint32_t talk;
};

struct cs_dialogue {
    struct cs_random random;
    struct talk *talk;
    struct due *due;
    uint32_t n;
    uint64_t buyers, messages;
    struct cs_buf text;
    char shop[24], buyer[24], agent[40], conversation[32], message[24], order[24], key[80];
};

static bool before(struct due a, struct due b)
{
    return a.ms != b.ms ? a.ms < b.ms : a.talk < b.talk;
}

/* The root's time has grown: restore the heap. */
static void sift_down(struct cs_dialogue *d, uint32_t i)
{
    struct due x = d->due[i];
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= d->n) break;
        if (k + 1 < d->n && before(d->due[k + 1], d->due[k])) k++;
        if (!before(d->due[k], x)) break;
        d->due[i] = d->due[k];
        i = k;
    }
    d->due[i] = x;
}

static void talk_begin(struct cs_dialogue *d, struct talk *t)
{
    struct cs_random *r = &d->random;
    uint32_t n_topic;
    cs_dialogue_topics(&n_topic);
    *t = (struct talk){
        .buyer = ++d->buyers,
        .order = (uint32_t)cs_random_range(r, 10000000, 99999999),
        .platform = (uint8_t)cs_random_below(r, CS_DIALOGUE_PLATFORMS),
        .shop = (uint8_t)cs_random_below(r, SHOPS),
        .agent = (uint8_t)cs_random_below(r, AGENTS),
        .topic = (uint8_t)cs_random_below(r, n_topic),
        .goods = (uint8_t)cs_random_next(r),
        .colour = (uint8_t)cs_random_next(r),
        .phase = cs_random_chance(r, 60) ? HELLO : TOPIC,
    };
}

cs_rc cs_dialogue_new(const struct cs_dialogue_options *o, struct cs_dialogue **out)
{
    struct cs_dialogue *d = calloc(1, sizeof *d);
    if (!d) return cs_fail(CS_ENOMEM);
    d->random.state = o->seed;
    d->n = o->conversations ? o->conversations : 1;
    d->talk = calloc(d->n, sizeof *d->talk);
    d->due = calloc(d->n, sizeof *d->due);
    if (!d->talk || !d->due) {
        cs_dialogue_free(&d);
        return cs_fail(CS_ENOMEM);
    }
    for (uint32_t i = 0; i < d->n; i++) {
        talk_begin(d, &d->talk[i]);
        d->due[i] = (struct due){o->start_ms + cs_random_below(&d->random, CS_DIALOGUE_GAP_MS), i};
    }
    for (uint32_t i = d->n; i-- > 0;)
        sift_down(d, i);
    *out = d;
    return CS_OK;
}

void cs_dialogue_free(struct cs_dialogue **p)
{
    struct cs_dialogue *d = *p;
    if (!d) return;
    free(d->talk);
    free(d->due);
    cs_buf_clear(&d->text);
    free(d);
    *p = NULL;
}

int64_t cs_dialogue_peek(const struct cs_dialogue *d)
{
    return d->due[0].ms;
}

static void put_number(struct cs_dialogue *d, char slot, const struct talk *t)
{
    struct cs_random *r = &d->random;
    switch (slot) {
    case 'h': cs_buf_fmt(&d->text, "%lld", (long long)cs_random_range(r, 150, 188)); break;
    case 'w': cs_buf_fmt(&d->text, "%lld", (long long)cs_random_range(r, 85, 180)); break;
    case 'p': cs_buf_fmt(&d->text, "%lld", (long long)cs_random_range(r, 19, 599)); break;
    case 'o': cs_buf_fmt(&d->text, "%u", t->order); break;
    default: cs_buf_byte(&d->text, (uint8_t)('1' + cs_random_below(r, 5))); break;
    }
}

/* Goods and colour stay the same in a conversation. */
static void put_slot(struct cs_dialogue *d, char slot, const struct talk *t)
{
    const struct cs_phrases *p = cs_dialogue_slot(slot);
    if (!p) {
        put_number(d, slot, t);
        return;
    }
    uint32_t pick = slot == 'g' ? t->goods : slot == 'c' ? t->colour : cs_random_below(&d->random, p->n);
    cs_buf_str(&d->text, p->text[pick % p->n]);
}

/* How often a word is disguised, and how. */
static enum cs_disguise pick_disguise(struct cs_random *r)
{
    if (cs_random_chance(r, 40)) return CS_DISGUISE_NONE;
    return (enum cs_disguise)(1 + cs_random_below(r, CS_DISGUISE_COUNT - 1));
}

static const char *put_term(struct cs_dialogue *d, const char *s)
{
    size_t len = strcspn(s, "]");
    cs_disguise(cs_span_of(s, len), pick_disguise(&d->random), &d->random, &d->text);
    return s + len + (s[len] == ']');
}

static void put_template(struct cs_dialogue *d, const char *s, const struct talk *t)
{
    while (*s) {
        size_t len = strcspn(s, "$[");
        cs_buf_add(&d->text, cs_span_of(s, len));
        s += len;
        if (*s == '[')
            s = put_term(d, s + 1);
        else if (*s == '$' && s[1]) {
            put_slot(d, s[1], t);
            s += 2;
        }
    }
}

static const char *any_of(struct cs_random *r, struct cs_phrases p)
{
    return p.text[cs_random_below(r, p.n)];
}

static const char *any_bait(struct cs_random *r, uint8_t platform)
{
    uint32_t n;
    const struct cs_bait *b = cs_dialogue_baits(&n);
    for (;;) {
        uint32_t i = cs_random_below(r, n);
        if (b[i].platforms >> platform & 1) return b[i].text;
    }
}

static const struct cs_line *topic_line(const struct talk *t)
{
    uint32_t n;
    return &cs_dialogue_topics(&n)[t->topic].line[t->line];
}

static const char *topic_text(struct cs_random *r, const struct talk *t)
{
    const struct cs_line *l = topic_line(t);
    if (l->role == CS_ROLE_AGENT && cs_random_chance(r, BAIT_PERCENT)) return any_bait(r, t->platform);
    if (l->role == CS_ROLE_AGENT && cs_random_chance(r, NEAR_MISS_PERCENT))
        return any_of(r, cs_dialogue_near_miss());
    uint32_t n = 0;
    while (n < CS_LINE_WAYS && l->text[n])
        n++;
    return l->text[cs_random_below(r, n)];
}

/* What is said now; `line` gets who and how. */
static const char *choose(struct cs_random *r, const struct talk *t, struct cs_line *line)
{
    *line = (struct cs_line){CS_ROLE_BUYER, CS_ORIGIN_TYPED, {NULL}};
    switch (t->phase) {
    case HELLO: return any_of(r, cs_dialogue_hello());
    case WELCOME:
        *line = (struct cs_line){CS_ROLE_ROBOT, CS_ORIGIN_AUTO_REPLY, {NULL}};
        return any_of(r, cs_dialogue_welcome());
    case NAG: return any_of(r, cs_dialogue_nag());
    case THANKS: return any_of(r, cs_dialogue_thanks());
    case FAREWELL:
        *line = (struct cs_line){CS_ROLE_AGENT, CS_ORIGIN_QUICK_REPLY, {NULL}};
        return any_of(r, cs_dialogue_farewell());
    default: *line = *topic_line(t); return topic_text(r, t);
    }
}

/* The phase after this one, without regard to waiting. */
static uint8_t next_phase(struct cs_dialogue *d, struct talk *t)
{
    uint32_t n;
    switch (t->phase) {
    case HELLO: return cs_random_chance(&d->random, 75) ? WELCOME : TOPIC;
    case WELCOME:
    case NAG: return TOPIC;
    case THANKS: return FAREWELL;
    case FAREWELL: return END;
    default: return ++t->line < cs_dialogue_topics(&n)[t->topic].n ? TOPIC : THANKS;
    }
}

/* How long an agent thinks: mostly seconds, sometimes far too long. */
static int64_t agent_delay(struct cs_random *r, bool quick)
{
    if (quick) return cs_random_range(r, 1500, 7000);
    uint32_t luck = cs_random_below(r, 100);
    if (luck < 84) return cs_random_range(r, 3000, 16000);
    if (luck < 96) return cs_random_range(r, 16000, 60000);
    return cs_random_range(r, 60000, 360000);
}

static int64_t delay_of(struct cs_random *r, const struct talk *t)
{
    if (t->phase == WELCOME) return cs_random_range(r, 300, 900);
    if (t->phase == END) return cs_random_range(r, 1000, 9000);
    if (t->phase == FAREWELL) return agent_delay(r, true);
    if (t->phase == THANKS) return cs_random_range(r, 2000, 12000);
    const struct cs_line *l = topic_line(t);
    if (l->role == CS_ROLE_BUYER) return cs_random_range(r, 3000, 20000);
    if (l->role != CS_ROLE_AGENT) return cs_random_range(r, 300, 1500);
    return agent_delay(r, l->origin == CS_ORIGIN_QUICK_REPLY);
}

/* Move on to what is said next; returns its time. A long wait makes the buyer ask again, or leave. */
static int64_t advance(struct cs_dialogue *d, struct talk *t, int64_t now)
{
    struct cs_random *r = &d->random;
    if (t->phase == NAG) {
        t->phase = TOPIC;
        return t->resume_ms > now ? t->resume_ms : now + 1;
    }
    t->phase = next_phase(d, t);
    if (t->phase == TOPIC && topic_line(t)->role == CS_ROLE_AGENT && cs_random_chance(r, ABANDON_PERCENT))
        t->phase = END;
    int64_t delay = delay_of(r, t);
    if (t->phase == TOPIC && delay > 2 * NAG_MS) {
        t->phase = NAG;
        t->resume_ms = now + delay;
        delay = cs_random_range(r, NAG_MS, 2 * NAG_MS);
    }
    if (t->phase == END) talk_begin(d, t);
    return now + delay;
}

static void fill_ids(struct cs_dialogue *d, const struct talk *t)
{
    const char *platform = cs_dialogue_platform(t->platform);
    snprintf(d->shop, sizeof d->shop, "%s-shop-%02u", platform, t->shop + 1u);
    snprintf(d->agent, sizeof d->agent, "%s-shop-%02u:kf%u", platform, t->shop + 1u, t->agent + 1u);
    snprintf(d->buyer, sizeof d->buyer, "b%08llu", (unsigned long long)t->buyer);
    snprintf(d->conversation, sizeof d->conversation, "c%08llu", (unsigned long long)t->buyer);
    snprintf(d->message, sizeof d->message, "m%010llu", (unsigned long long)++d->messages);
    snprintf(d->order, sizeof d->order, "%u", t->order);
    snprintf(d->key, sizeof d->key, "%s/%s/%s", platform, d->shop, d->buyer);
}

static uint32_t hash_of(uint64_t buyer)
{
    struct cs_random r = {buyer};
    return (uint32_t)(cs_random_next(&r) >> 33);
}

static void fill_chat(
    const struct cs_dialogue *d, const struct talk *t, const struct cs_line *line, struct cs_said *out)
{
    bool order = t->topic % 2 == 0 && t->phase == TOPIC;
    *out = (struct cs_said){.key = cs_span_str(d->key), .hash = hash_of(t->buyer)};
    out->chat = (struct cs_chat){
        .platform = cs_span_str(cs_dialogue_platform(t->platform)),
        .shop = cs_span_str(d->shop),
        .buyer = cs_span_str(d->buyer),
        .agent = cs_span_str(d->agent),
        .conversation = cs_span_str(d->conversation),
        .message_id = cs_span_str(d->message),
        .text = cs_buf_span(&d->text),
        .source_system = CS_SPAN_LIT("im-gateway"),
        .order = order ? cs_span_str(d->order) : cs_span_str(NULL),
        .sent_ms = d->due[0].ms,
        .role = line->role,
        .origin = line->origin,
        .account = t->agent ? CS_ACCOUNT_SUB : CS_ACCOUNT_MAIN,
    };
}

void cs_dialogue_skip(struct cs_dialogue *d, int64_t until_ms, uint64_t max)
{
    for (uint64_t i = 0; i < max && d->due[0].ms < until_ms; i++) {
        d->due[0].ms = advance(d, &d->talk[d->due[0].talk], d->due[0].ms);
        sift_down(d, 0);
    }
}

cs_rc cs_dialogue_next(struct cs_dialogue *d, struct cs_said *out)
{
    struct talk *t = &d->talk[d->due[0].talk];
    struct cs_line line;
    cs_buf_reset(&d->text);
    put_template(d, choose(&d->random, t, &line), t);
    cs_rc rc = cs_buf_rc(&d->text);
    if (cs_bad(rc)) return rc;
    fill_ids(d, t);
    fill_chat(d, t, &line, out);
    d->due[0].ms = advance(d, t, d->due[0].ms);
    sift_down(d, 0);
    return CS_OK;
}
