#include "annotate/joint.h"

#include "rules/needs.h"

/* Messages of the conversation that are looked at for those of one sender. */
enum { STEPS = 16 };

_Static_assert(1 + CS_SPLIT_SIGNS_MAX <= CS_LOOKBACK_TAIL_MAX, "a part fits in a tail");

/* A message before this one, as its tail tells it. */
struct part {
    uint8_t tail[CS_LOOKBACK_TAIL_MAX]; /* enum cs_lead, then signs */
    uint32_t n;
    int64_t offset;
};

struct parts {
    struct part at[CS_EARLIER_MAX]; /* youngest first */
    uint32_t n;
    bool other; /* it is a number of some other kind */
};

static bool is_old(int64_t then_ms, int64_t now_ms)
{
    int64_t age;
    if (__builtin_sub_overflow(now_ms, then_ms, &age)) return now_ms > then_ms;
    return age > CS_JOINED_MS;
}

/* Lets the message before it count, and does not count itself. */
static bool says_nothing(const struct part *p)
{
    return p->n == 1 && p->tail[0] == CS_LEAD_NONE;
}

/* The next message back of the sender that is part of a number or says nothing; false where something else
 * was said, or nothing for long. */
static bool next_part(struct cs_recall *r, const struct cs_said *now, struct part *out)
{
    for (const struct cs_said *s = cs_recall_next(r); s && r->steps <= STEPS; s = cs_recall_next(r)) {
        if (s->sender != now->sender) continue;
        if (is_old(s->record_ms, now->record_ms) || is_old(s->sent_ms, now->sent_ms)) return false;
        out->n = cs_recall_tail(r, out->tail);
        out->offset = s->offset;
        return out->n > 0;
    }
    return false;
}

static struct parts collect(const struct cs_seat *seat, const struct cs_said *now)
{
    struct parts all = {.n = 0};
    struct cs_recall r = cs_lookback_recall(seat, now);
    for (uint32_t back = 0; back < CS_EARLIER_MAX; back++) {
        struct part *p = &all.at[all.n];
        if (!next_part(&r, now, p)) break;
        if (says_nothing(p)) continue;
        all.n++;
        all.other |= p->tail[0] == CS_LEAD_OTHER;
        if (p->tail[0] != CS_LEAD_NONE) break; /* the words that lead to a number come first */
    }
    return all;
}

static void add_signs(struct cs_joined *j, const void *sign, uint32_t n, uint8_t lead)
{
    if (j->lead <= CS_LEAD_CONTACT && lead) j->lead = lead;
    if (n) memcpy(j->sign + j->n, sign, n);
    if (!j->n) j->first = n;
    j->n += n;
}

/* The signs of the youngest `n` parts and of the message itself. */
static struct cs_joined join(const struct parts *all, uint32_t n, const struct cs_split *last)
{
    struct cs_joined j = {.n = 0};
    for (uint32_t k = n; k--;)
        add_signs(&j, all->at[k].tail + 1, all->at[k].n - 1, all->at[k].tail[0]);
    add_signs(&j, last->sign, last->n, last->lead);
    return j;
}

static void settle(struct cs_joint *j, const struct parts *all, uint32_t n)
{
    const struct cs_split *s = j->split;
    j->found.msg = s->msg;
    j->found.byte_begin = s->byte_begin;
    j->found.byte_end = s->byte_end;
    j->found.char_begin = s->char_begin;
    j->found.char_end = s->char_end;
    j->found.evidence = CS_EVIDENCE_GAP;
    for (uint32_t k = 0; k < n; k++)
        j->earlier[j->n_earlier++] = all->at[k].offset;
}

/* Words that say nothing are remembered only behind a part of a number. */
static void set_tail(struct cs_joint *j, const struct cs_seat *seat, const struct cs_said *now)
{
    const struct cs_split *s = j->split;
    struct cs_recall r = cs_lookback_recall(seat, now);
    struct part before;
    if (!s->n && !s->lead && !next_part(&r, now, &before)) return;
    j->tail[0] = s->lead;
    memcpy(j->tail + 1, s->sign, s->n);
    j->n_tail = (uint8_t)(1 + s->n);
}

cs_rc cs_joint_find(uint16_t wanted, const struct cs_seat *seat, const struct cs_said *now,
    struct cs_arena *arena, struct cs_joint *out)
{
    set_tail(out, seat, now);
    if (!out->split->n) return CS_OK;
    struct parts all = collect(seat, now);
    bool found = false;
    cs_rc rc = CS_OK;
    for (uint32_t n = all.other ? 0 : all.n; n && !found && !cs_bad(rc); n--) {
        struct cs_joined j = join(&all, n, out->split);
        rc = cs_detect_joined(wanted, &j, arena, &out->found, &found);
        if (found) settle(out, &all, n);
    }
    return rc;
}
