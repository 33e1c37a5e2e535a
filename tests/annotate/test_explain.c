/* The same judgement, told for every hit. */
#include "annotate/kit.h"

#include <criterion/criterion.h>

static const char *explain_str(struct kit *k, uint32_t msg)
{
    static char out[2048];
    struct cs_judgement *j;
    uint32_t n;
    size_t at = 0;
    kit_ok(cs_annotate_explain(&k->rs, &k->batch, msg, &j, &n), "explain");
    out[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct cs_violation *v = &j[i].violation;
        cr_expect(v->rule_id == k->rs.rule[j[i].rule].id && v->term == k->rs.term[j[i].term].text);
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s %.*s: %s", at ? "; " : "", v->rule_id,
            (int)(v->byte_end - v->byte_begin), (const char *)k->batch.text[msg].ptr + v->byte_begin,
            cs_verdict_name(j[i].verdict));
        if (j[i].exempted_by) at += (size_t)snprintf(out + at, sizeof out - at, " by %s", j[i].exempted_by);
    }
    return out;
}

Test(explain, tells_the_verdict_of_every_hit)
{
    static const struct {
        const char *platform;
        uint8_t role;
        const char *text, *told;
    } row[] = {
        {"jd", CS_ROLE_AGENT, "加微信", "R 微信: violation"},
        {"pdd", CS_ROLE_AGENT, "加微信", "R 微信: rule is for another platform"},
        {"jd", CS_ROLE_BUYER, "加微信", "R 微信: rule is for another speaker"},
        {"jd", CS_ROLE_AGENT, "微----信", "R 微----信: gap too wide"},
        {"jd", CS_ROLE_AGENT, "稍微。信用", "R 微。信: sentence ends inside"},
        {"jd", CS_ROLE_AGENT, "avx", "R vx: inside a word or number"},
        {"jd", CS_ROLE_AGENT, "100元", "R 100: a sign of the term is missing"},
        {"jd", CS_ROLE_AGENT, "我不知道。不知道", "C 不知道: not a whole clause; C 不知道: violation"},
        {"jd", CS_ROLE_AGENT, "VIP", "C VIP: evidence too weak"},
        {"jd", CS_ROLE_AGENT, "最近最", "R 最: exempt by 最近; R 最: violation"},
        {"jd", CS_ROLE_AGENT, "微信号", "R 微信: inside a longer hit of the same rule; R 微信号: violation"},
        {"jd", CS_ROLE_AGENT, "好", ""},
        {"jd", CS_ROLE_AGENT, "最近", "R 最: exempt by 最近"},
        {"pdd", CS_ROLE_AGENT, "最近", "R 最: rule is for another platform"},
    };
    enum { N = sizeof row / sizeof row[0] };
    struct kit *k = kit_open();
    kit_rule(k, "R")->platforms = KIT_JD;
    kit_terms(k, "微信|微信号|vx|100%|最", false);
    kit_terms(k, "最近", true);
    struct cs_rule *c = kit_rule(k, "C");
    c->whole_clause = true;
    c->floor = CS_EVIDENCE_EXACT;
    kit_terms(k, "不知道|vip", false);
    kit_seal(k);
    for (size_t i = 0; i < N; i++)
        kit_say(k, row[i].platform, row[i].role, cs_span_str(row[i].text));
    kit_annotate(k);
    for (uint32_t i = 0; i < N; i++)
        cr_expect_str_eq(explain_str(k, i), row[i].told, "row %u: %s", i, explain_str(k, i));
    kit_close(k);
}

Test(explain, every_verdict_has_a_name)
{
    for (uint32_t v = 0; v < CS_VERDICT_COUNT; v++)
        cr_expect(cs_verdict_name(v) != NULL && cs_verdict_name(v)[0], "%u", v);
    cr_expect(cs_verdict_name(CS_VERDICT_COUNT) == NULL);
}
