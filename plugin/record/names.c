#include "record/names.h"

static const char *const roles[CS_ROLE_COUNT] = {
    "", "buyer", "agent", "robot", "robot_assist", "system", "staff"};
static const char *const origins[CS_ORIGIN_COUNT] = {"", "typed", "quick_reply", "auto_reply", "broadcast"};
static const char *const accounts[CS_ACCOUNT_COUNT] = {"", "main", "sub"};
static const char *const evidences[CS_EVIDENCE_COUNT] = {
    "exact", "folded", "gap", "pinyin", "homophone", "abbreviation", "split", "shape", "spin"};
static const char *const detectors[CS_DETECT_COUNT] = {"mobile", "landline", "service_number", "bank_card",
    "id_card", "qq", "wechat", "email", "url", "address", "placeholder"};
static const char *const turns[CS_TURN_COUNT] = {"", "opens", "waits", "answers"};
static const char *const deads[CS_DEAD_COUNT] = {
    "", "empty", "malformed", "bad_field", "no_platform", "unknown_role", "too_long", "refused"};
static const char *const flags[CS_FLAG_COUNT] = {"invalid_utf8", "unknown_platform", "no_sent_time",
    "no_conversation", "hits_truncated", "clock_skew", "encoding_suspect", "out_of_order", "duplicate",
    "late", "masked"};
static const char *const notices[CS_NOTICE_COUNT] = {"", "session_open", "session_close", "transfer",
    "agent_online", "agent_offline", "all_agents_offline", "case_open", "case_solved", "promise",
    "promise_kept", "complaint"};
static const char *const responders[CS_RESPONDER_COUNT] = {
    "", "human", "holding", "robot_assist", "robot", "auto"};
static const char *const overdues[CS_OVERDUE_COUNT] = {
    "", "warning", "threshold", "offline_msg", "day_end", "case", "promise", "band", "penalty"};
static const char *const kpi_units[CS_KPI_UNIT_COUNT] = {"", "ratio", "mean_ms", "count"};

static const char *name_of(const char *const *names, uint32_t n, uint32_t v)
{
    return v < n ? names[v] : NULL;
}

static uint32_t value_of(const char *const *names, uint32_t n, struct cs_span name)
{
    uint32_t v = 0;
    while (v < n && (names[v][0] == 0 || !cs_span_eq(cs_span_str(names[v]), name)))
        v++;
    return v;
}

const char *cs_role_name(uint32_t v)
{
    return name_of(roles, CS_ROLE_COUNT, v);
}
const char *cs_origin_name(uint32_t v)
{
    return name_of(origins, CS_ORIGIN_COUNT, v);
}
const char *cs_account_name(uint32_t v)
{
    return name_of(accounts, CS_ACCOUNT_COUNT, v);
}
const char *cs_evidence_name(uint32_t v)
{
    return name_of(evidences, CS_EVIDENCE_COUNT, v);
}
const char *cs_turn_name(uint32_t v)
{
    return name_of(turns, CS_TURN_COUNT, v);
}
const char *cs_detector_name(uint32_t v)
{
    return name_of(detectors, CS_DETECT_COUNT, v);
}
const char *cs_dead_name(uint32_t v)
{
    return name_of(deads, CS_DEAD_COUNT, v);
}
const char *cs_flag_name(uint32_t v)
{
    return name_of(flags, CS_FLAG_COUNT, v);
}
const char *cs_notice_name(uint32_t v)
{
    return name_of(notices, CS_NOTICE_COUNT, v);
}
const char *cs_responder_name(uint32_t v)
{
    return name_of(responders, CS_RESPONDER_COUNT, v);
}
const char *cs_overdue_name(uint32_t v)
{
    return name_of(overdues, CS_OVERDUE_COUNT, v);
}
const char *cs_kpi_unit_name(uint32_t v)
{
    return name_of(kpi_units, CS_KPI_UNIT_COUNT, v);
}

uint32_t cs_role_parse(struct cs_span name)
{
    return value_of(roles, CS_ROLE_COUNT, name);
}
uint32_t cs_origin_parse(struct cs_span name)
{
    return value_of(origins, CS_ORIGIN_COUNT, name);
}
uint32_t cs_account_parse(struct cs_span name)
{
    return value_of(accounts, CS_ACCOUNT_COUNT, name);
}
uint32_t cs_evidence_parse(struct cs_span name)
{
    return value_of(evidences, CS_EVIDENCE_COUNT, name);
}
uint32_t cs_notice_parse(struct cs_span name)
{
    return value_of(notices, CS_NOTICE_COUNT, name);
}
uint32_t cs_responder_parse(struct cs_span name)
{
    return value_of(responders, CS_RESPONDER_COUNT, name);
}
