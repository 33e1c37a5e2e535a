/* What detectors found, as charges and as context. */
#include "annotate/hearing.h"

static bool is_listed(const char *const *value, uint32_t n, struct cs_span found)
{
    for (uint32_t i = 0; i < n; i++)
        if (cs_span_eq(cs_span_str(value[i]), found)) return true;
    return false;
}

/* The host itself, or one below it. */
static bool is_host_listed(const struct cs_allow *a, struct cs_span host)
{
    for (uint32_t i = 0; i < a->n_host; i++) {
        struct cs_span top = cs_span_str(a->host[i]);
        if (cs_span_eq(top, host)) return true;
        if (host.len <= top.len || host.ptr[host.len - top.len - 1] != '.') continue;
        if (cs_span_eq(top, cs_span_cut(host, host.len - top.len, host.len))) return true;
    }
    return false;
}

static bool is_allowed(const struct cs_allow *a, const struct cs_found *f)
{
    switch (f->detector) {
    case CS_DETECT_URL: return is_host_listed(a, f->value);
    case CS_DETECT_EMAIL:
    case CS_DETECT_WECHAT: return is_listed(a->account, a->n_account, f->value);
    case CS_DETECT_QQ:
        return is_listed(a->account, a->n_account, f->value) || is_listed(a->number, a->n_number, f->value);
    default: return is_listed(a->number, a->n_number, f->value);
    }
}

/* True when one of `roles` said this value before in the conversation. */
static bool was_said(const struct cs_court *court, const struct cs_found *f, uint8_t roles)
{
    if (!roles || !court->past || !court->said) return false;
    struct cs_recall r = cs_lookback_recall(&court->seats->values, court->said);
    uint64_t value = cs_lookback_hash(court->past->values, f->value);
    for (const struct cs_said *s = cs_recall_next(&r); s; s = cs_recall_next(&r)) {
        uint32_t n = roles >> s->role & 1 ? cs_recall_facts(&r) : 0;
        for (uint32_t k = 0; k < n; k++)
            if (cs_recall_fact(&r, k) == value) return true;
    }
    return false;
}

static struct cs_violation violation_of(const struct cs_rule *rule, const struct cs_found *f)
{
    return (struct cs_violation){.rule_id = rule->id,
        .category = rule->category,
        .term = cs_detector_name(f->detector),
        .msg = f->msg,
        .byte_begin = f->byte_begin,
        .byte_end = f->byte_end,
        .char_begin = f->char_begin,
        .char_end = f->char_end,
        .severity = rule->severity,
        .evidence = f->evidence,
        .mask = rule->mask};
}

/* A number of several messages. */
static void cite(const struct cs_joint *joint, struct cs_candidate *it)
{
    memcpy(it->earlier, joint->earlier, sizeof it->earlier);
    it->n_earlier = joint->n_earlier;
}

static cs_rc charge(const struct cs_court *court, const struct cs_trial *t, const struct cs_found *f)
{
    cs_rc rc = CS_OK;
    for (uint32_t r = 0; r < court->rs->n_rule && !cs_bad(rc); r++) {
        const struct cs_rule *rule = &court->rs->rule[r];
        if (!(rule->detect >> f->detector & 1)) continue;
        struct cs_candidate it = {
            .v = violation_of(rule, f), .rule = r, .term = CS_NO_TERM, .exempted_by = CS_NO_TERM};
        if (court->joint) cite(court->joint, &it);
        it.verdict = cs_trial_applies(t, rule);
        if (it.verdict != CS_VERDICT_VIOLATION && court->listing) continue;
        bool stands = it.verdict == CS_VERDICT_VIOLATION;
        if (stands && is_allowed(&rule->allow, f))
            it.verdict = CS_VERDICT_ALLOWED;
        else if (stands && was_said(court, f, rule->unless_said_by))
            it.verdict = CS_VERDICT_SAID_BEFORE;
        rc = cs_context_accuse(court->context, &it);
    }
    return rc;
}

static cs_rc note(const struct cs_court *court, const struct cs_found *f)
{
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < court->rs->n_condition && !cs_bad(rc); i++)
        if (court->rs->condition[i].detect >> f->detector & 1)
            rc = cs_context_note(court->context, (struct cs_fact){i, f->char_begin, f->char_end});
    return rc;
}

cs_rc cs_hear_finds(
    const struct cs_court *court, const struct cs_batch *b, const struct cs_found *found, uint32_t n)
{
    const struct cs_trial t = {
        .platform = court->platform, .sent_ms = b->sent_ms[found->msg], .role = b->role[found->msg]};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++) {
        rc = charge(court, &t, &found[i]);
        if (!cs_bad(rc)) rc = note(court, &found[i]);
    }
    return rc;
}
