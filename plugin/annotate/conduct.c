/* What senders do rather than say: floods, repeats, and buyers who were left to wait. Judged on the message
 * that makes it one, from what the memory holds of the conversation. */
#include "annotate/hearing.h"
#include "base/utf8.h"
#include "text/alphabet.h"

/* What a way back through the conversation tells. */
struct tally {
    uint32_t times;     /* messages of this sender, or alike ones, the present one included */
    int64_t waiting_ms; /* how long the buyer has waited; 0: nobody waits */
    int64_t earlier[CS_EARLIER_MAX];
    uint8_t n_earlier;
};

/* Codes are taken four at a time, so that multiplications hardly wait for each other. */
uint32_t cs_conduct_print(const struct cs_folded *folded, uint32_t msg)
{
    const uint16_t *code = folded->code + folded->begin[msg];
    uint32_t n = folded->begin[msg + 1] - folded->begin[msg] - 1, kept = 0;
    uint64_t print = 0, four = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool digit = (uint16_t)(cs_code_unit(code[i]) - '0') < 10;
        if (digit) continue;
        four = four << 16 | code[i];
        if (++kept % 4 == 0) print = (print ^ four) * 0x9E3779B97F4A7C15u + kept;
    }
    print = (print ^ four) * 0x9E3779B97F4A7C15u + kept; /* the last four once more, if need be */
    return n ? (uint32_t)(print >> 32) | 1 : 0;
}

static bool is_other_side(uint8_t a, uint8_t b)
{
    if (a == CS_ROLE_SYSTEM || b == CS_ROLE_SYSTEM) return false;
    return (a == CS_ROLE_BUYER) != (b == CS_ROLE_BUYER);
}

static int64_t age_of(const struct cs_said *then, const struct cs_said *now)
{
    int64_t sent, record;
    if (__builtin_sub_overflow(now->sent_ms, then->sent_ms, &sent)) sent = INT64_MAX;
    if (__builtin_sub_overflow(now->record_ms, then->record_ms, &record)) record = INT64_MAX;
    return sent > record ? sent : record;
}

static void cite(struct tally *t, int64_t offset)
{
    if (t->n_earlier < CS_EARLIER_MAX) t->earlier[t->n_earlier++] = offset;
}

/* Messages of one sender in a row that nobody answered. */
static struct tally count(const struct cs_court *court, struct cs_recall r, const struct cs_behaviour *b)
{
    const struct cs_said *now = court->said;
    struct tally t = {.times = 1};
    for (const struct cs_said *s = cs_recall_next(&r); s; s = cs_recall_next(&r)) {
        if (is_other_side(s->role, now->role) || age_of(s, now) > b->window_ms) break;
        bool alike = b->kind == CS_BEHAVIOUR_FLOOD || (now->print && s->print == now->print);
        if (s->sender != now->sender || !alike) continue;
        t.times++;
        cite(&t, s->offset);
    }
    return t;
}

/* How long a buyer waited for the person who now speaks. */
static struct tally wait_of(const struct cs_court *court, struct cs_recall r)
{
    const struct cs_said *now = court->said;
    struct tally t = {0};
    if (now->role != CS_ROLE_AGENT) return t;
    for (const struct cs_said *s = cs_recall_next(&r); s; s = cs_recall_next(&r)) {
        if (s->role == CS_ROLE_AGENT) break;
        if (s->role != CS_ROLE_BUYER) continue;
        t.waiting_ms = age_of(s, now);
        t.n_earlier = 0;
        cite(&t, s->offset);
    }
    return t;
}

static struct cs_candidate candidate_of(
    const struct cs_rule *rule, const struct cs_batch *b, uint32_t msg, const struct tally *t)
{
    static const char *const names[] = {"", "flood", "repeat", "idle"};
    struct cs_candidate it = {.v = {.rule_id = rule->id,
                                  .category = rule->category,
                                  .term = names[rule->behaviour.kind],
                                  .msg = msg,
                                  .byte_end = (uint32_t)b->text[msg].len,
                                  .char_end = (uint32_t)cs_utf8_count(b->text[msg]),
                                  .severity = rule->severity},
        .term = CS_NO_TERM,
        .exempted_by = CS_NO_TERM,
        .n_earlier = t->n_earlier};
    memcpy(it.earlier, t->earlier, sizeof it.earlier);
    return it;
}

/* A run of so many messages can only be there if the first of them would belong to it: spares most messages
 * the way back. */
static bool may_run(const struct cs_court *court, struct cs_recall r, const struct cs_behaviour *b)
{
    const struct cs_said *now = court->said;
    if (b->times < 2 || (b->kind == CS_BEHAVIOUR_REPEAT && !now->print)) return b->times < 2;
    const struct cs_said *first = cs_recall_peek(&r, b->times - 1u);
    return first && !is_other_side(first->role, now->role) && age_of(first, now) <= b->window_ms;
}

static bool is_broken(const struct cs_court *court, const struct cs_recall *back,
    const struct cs_behaviour *behaviour, struct tally *t)
{
    bool idle = behaviour->kind == CS_BEHAVIOUR_IDLE;
    if (!idle && !may_run(court, *back, behaviour)) return false;
    *t = idle ? wait_of(court, *back) : count(court, *back, behaviour);
    return idle ? t->waiting_ms >= behaviour->window_ms : t->times >= behaviour->times;
}

cs_rc cs_hear_conduct(const struct cs_court *court, const struct cs_batch *b, uint32_t msg)
{
    const struct cs_past *past = court->past;
    if (!past || !past->needs.conduct_end || !court->said) return CS_OK;
    if (!court->seats->facts.ref) return CS_OK; /* the first message of a conversation repeats nothing */
    const struct cs_recall back = cs_lookback_recall(&court->seats->facts, court->said);
    struct cs_trial scene; /* no more of it is looked at, and clearing it would cost more than the rules */
    scene.platform = court->platform;
    scene.sent_ms = b->sent_ms[msg];
    scene.role = b->role[msg];
    cs_rc rc = CS_OK;
    for (uint32_t i = past->needs.conduct_begin; i < past->needs.conduct_end && !cs_bad(rc); i++) {
        const struct cs_rule *rule = &court->rs->rule[i];
        struct tally t;
        if (!rule->behaviour.kind || cs_trial_applies(&scene, rule) != CS_VERDICT_VIOLATION) continue;
        if (!is_broken(court, &back, &rule->behaviour, &t)) continue;
        struct cs_candidate it = candidate_of(rule, b, msg, &t);
        it.rule = i;
        rc = cs_context_accuse(court->context, &it);
    }
    return rc;
}
