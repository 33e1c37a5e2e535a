/* Random rules with context over random conversations, against a slow obvious evaluator. CS_CONTEXT_SETS asks
 * for more rule sets than a test run tries (each is some hundred messages under up to three rules), and
 * CS_CONTEXT_SEED for others. */
#include "plain_context.h"
#include "talk.h"

#include <stdarg.h>

enum { SETS = 150, LINES = 400, RULES = 3, PACK = 1 << 14 };
enum { START_MS = 1700000000, A = CS_ROLE_AGENT, B = CS_ROLE_BUYER };

struct world {
    uint64_t seed;
    struct plain_rule rule[RULES];
    int n_rule;
    struct line line[LINES];
    struct plain_message said[LINES];
    char text[LINES][PLAIN_TEXT * 3 + 1];
    char pack[PACK];
    size_t n_pack;
};

static uint32_t below(struct world *w, uint32_t n)
{
    return talk_draw(&w->seed, n);
}

static const char *any_term(struct world *w)
{
    static const char *const terms[] = {"甲", "乙", "丙", "甲乙", "乙甲", "丁丁", "丙丁", "丁"};
    return terms[below(w, sizeof terms / sizeof terms[0])];
}

static struct plain_terms any_terms(struct world *w)
{
    struct plain_terms t = {.n = 0};
    for (int n = 1 + (int)below(w, PLAIN_TERMS); n; n--) {
        const char *next = any_term(w);
        bool again = false;
        for (int i = 0; i < t.n; i++)
            again |= strcmp(t.term[i], next) == 0;
        if (!again) t.term[t.n++] = next;
    }
    return t;
}

static struct plain_condition any_condition(struct world *w)
{
    struct plain_condition c = {.any = any_terms(w),
        .demand = (enum cs_demand)below(w, 3),
        .scope = (enum cs_scope)(below(w, 2) ? 0 : below(w, CS_SCOPE_COUNT)),
        .side = (enum cs_side)(below(w, 2) ? 0 : below(w, CS_SIDE_COUNT)),
        .within = below(w, 2) ? -1 : (int)below(w, 8),
        .count = 1 + (int)(below(w, 3) ? 0 : below(w, 4)),
        .last = CS_LAST_DEFAULT,
        .for_ms = CS_FOR_DEFAULT_MS,
        .sentence = below(w, 4) == 0};
    if (c.scope == CS_SCOPE_MESSAGE) return c;
    c.last = 1 + (int)below(w, CS_LAST_MAX);
    c.for_ms = 1000 * (1 + below(w, 300));
    return c;
}

/* Conditions are judged in the order all, some, none of their lists. */
static void order(struct plain_rule *r)
{
    for (int i = 1; i < r->n_condition; i++)
        for (int k = i; k && r->condition[k - 1].demand > r->condition[k].demand; k--) {
            struct plain_condition swap = r->condition[k];
            r->condition[k] = r->condition[k - 1];
            r->condition[k - 1] = swap;
        }
}

static struct plain_rule any_rule(struct world *w)
{
    static const char *const exempt[] = {"甲乙丙", "丙甲丙", "丁丁丁", "己甲"};
    struct plain_rule r = {.terms = any_terms(w),
        .actors =
            (const unsigned[]){1 << A, 1 << B, 1 << A | 1 << B, 1 << A | 1 << CS_ROLE_ROBOT}[below(w, 4)],
        .count = 1 + (int)(below(w, 4) ? 0 : below(w, 3)),
        .n_condition = (int)below(w, PLAIN_CONDITIONS + 1)};
    if (below(w, 3) == 0) r.exempt = (struct plain_terms){.term = {exempt[below(w, 4)]}, .n = 1};
    for (int i = 0; i < r.n_condition; i++)
        r.condition[i] = any_condition(w);
    order(&r);
    return r;
}

static void put(struct world *w, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    w->n_pack += (size_t)vsnprintf(w->pack + w->n_pack, sizeof w->pack - w->n_pack, format, list);
    va_end(list);
}

static void put_terms(struct world *w, const char *key, const struct plain_terms *t)
{
    put(w, "%s: [", key);
    for (int i = 0; i < t->n; i++)
        put(w, "%s%s", i ? ", " : "", t->term[i]);
    put(w, "]");
}

static void put_condition(struct world *w, const struct plain_condition *c)
{
    static const char *const side[] = {"either", "after", "before"};
    static const char *const scope[] = {"message", "sender", "conversation", "buyer", "agent"};
    put(w, "      - {");
    put_terms(w, "any", &c->any);
    put(w, ", side: %s, count: %d, sentence: %s", side[c->side], c->count, c->sentence ? "true" : "false");
    if (c->within >= 0) put(w, ", within: %d", c->within);
    if (c->scope != CS_SCOPE_MESSAGE)
        put(w, ", in: %s, last: %d, for: %lldms", scope[c->scope], c->last, (long long)c->for_ms);
    put(w, "}\n");
}

static void put_actors(struct world *w, unsigned actors)
{
    static const char *const name[CS_ROLE_COUNT] = {
        [A] = "human, ", [B] = "buyer, ", [CS_ROLE_ROBOT] = "robot, "};
    put(w, "actors: [");
    for (unsigned role = 0; role < CS_ROLE_COUNT; role++)
        if (actors >> role & 1) put(w, "%s", name[role]);
    put(w, "]\n");
}

static void put_rule(struct world *w, const struct plain_rule *r)
{
    static const char *const list[] = {"all", "some", "none"};
    put(w, "  - id: %s\n    category: c\n    severity: 3\n    platforms: all\n    count: %d\n    ", r->id,
        r->count);
    put_actors(w, r->actors);
    put_terms(w, "    terms", &r->terms);
    if (r->exempt.n) put_terms(w, "\n    exempt", &r->exempt);
    put(w, "\n    message: {zh: 一, en: one}\n");
    for (int i = 0; i < r->n_condition; i++) {
        if (!i || r->condition[i].demand != r->condition[i - 1].demand)
            put(w, "    %s:\n", list[r->condition[i].demand]);
        put_condition(w, &r->condition[i]);
    }
}

static void make_pack(struct world *w)
{
    static const char *const id[RULES] = {"R0", "R1", "R2"};
    w->n_rule = 1 + (int)below(w, RULES);
    w->n_pack = 0;
    put(w, "pack: {id: p, version: 1}\nrules:\n");
    for (int i = 0; i < w->n_rule; i++) {
        w->rule[i] = any_rule(w);
        w->rule[i].id = id[i];
        put_rule(w, &w->rule[i]);
    }
    cr_assert_lt(w->n_pack, sizeof w->pack);
}

static void make_text(struct world *w, char *text)
{
    static const char *const character[] = {
        "甲", "甲", "乙", "乙", "丙", "丁", "己", "，", " ", "。", "!", "；", "\n", "甲", "乙", "丁"};
    uint32_t n = below(w, 4) ? below(w, 8) : below(w, PLAIN_TEXT);
    for (text[0] = 0; n; n--)
        strcat(text, character[below(w, 16)]);
}

static void make_talk(struct world *w)
{
    static const char *const buyers[] = {"b1", "b2", "b3"};
    int64_t record_ms = START_MS * 1000LL;
    for (int i = 0; i < LINES; i++) {
        uint8_t role = (uint8_t)(below(w, 2) ? A : below(w, 4) ? B : CS_ROLE_ROBOT);
        record_ms += 1000 * (below(w, 3) ? below(w, 4) : below(w, 120)); /* so that limits are met exactly */
        make_text(w, w->text[i]);
        w->line[i] = (struct line){.buyer = buyers[below(w, 3)],
            .role = role,
            .agent = role == B     ? ""
                     : below(w, 2) ? "a1"
                                   : "a2",
            .text = w->text[i],
            .sent_ms = record_ms - 1000 * below(w, 60),
            .record_ms = record_ms};
        const struct line *l = &w->line[i];
        w->said[i] =
            (struct plain_message){l->buyer, l->agent, l->text, l->role, i, l->sent_ms, l->record_ms};
    }
}

/* Violations of one message, each with a space before it, rule by rule. */
static const char *by_rule(const struct world *w, const struct talk *t, uint32_t msg)
{
    static char out[1 << 15];
    size_t at = 0;
    out[0] = 0;
    for (int r = 0; r < w->n_rule; r++)
        for (uint32_t i = t->batch->violation_begin[msg]; i < t->batch->violation_begin[msg + 1]; i++) {
            const struct cs_violation *v = &t->batch->violation[i];
            if (strcmp(v->rule_id, w->rule[r].id) != 0) continue;
            at += (size_t)snprintf(out + at, sizeof out - at, " %s[%.*s]", v->rule_id,
                (int)(v->byte_end - v->byte_begin), (const char *)t->batch->text[msg].ptr + v->byte_begin);
            for (uint32_t k = 0; k < v->n_earlier; k++)
                at += (size_t)snprintf(out + at, sizeof out - at, "<%lld", (long long)v->earlier[k]);
        }
    return out;
}

/* How often the outcome was a violation, and how often one that names earlier messages. */
struct score {
    uint64_t messages, hit, looked_back;
};

static void try_set(struct world *w, struct score *score)
{
    struct talk t;
    static char want[1 << 15];
    uint64_t seed = w->seed;
    make_pack(w);
    make_talk(w);
    talk_open(&t, w->pack);
    talk_run(&t, w->line, LINES);
    for (int i = 0; i < LINES; i++) {
        want[0] = 0;
        for (int r = 0; r < w->n_rule; r++)
            plain_judge(&w->rule[r], w->said, i, want, sizeof want);
        const char *have = by_rule(w, &t, (uint32_t)i);
        cr_assert_str_eq(have, want, "seed %llu, message %d \"%s\":\n have%s\n want%s\n%s",
            (unsigned long long)seed, i, w->text[i], have, want, w->pack);
        score->messages++;
        score->hit += want[0] != 0;
        score->looked_back += strchr(want, '<') != NULL;
    }
    talk_close(&t);
}

static uint64_t asked(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

Test(context_random, is_as_a_slow_evaluator_says)
{
    static struct world w;
    struct score score = {0};
    w.seed = asked("CS_CONTEXT_SEED", 20240601);
    for (uint64_t sets = asked("CS_CONTEXT_SETS", SETS); sets; sets--)
        try_set(&w, &score);
    printf("%llu messages, %llu with a violation, %llu because of earlier ones\n",
        (unsigned long long)score.messages, (unsigned long long)score.hit,
        (unsigned long long)score.looked_back);
    cr_expect_gt(score.hit * 20, score.messages);
    cr_expect_gt(score.looked_back * 100, score.messages);
}
