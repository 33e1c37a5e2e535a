#include "rules/fields.h"
#include "rules/kit.h"

/* WORKING_DIRECTORY is this folder. `n` packs of the paths below. */
static struct cs_ruleset *load(uint32_t n)
{
    static const char *const path[] = {"../../plugin/share/rules", "../../plugin/share/rules/optional"};
    struct kit k = {0};
    cs_rc rc = cs_ruleset_load(path, n, &k.diag, &k.set);
    kit_say(&k);
    cr_assert(!cs_bad(rc));
    cr_expect_eq(k.diag.n, 0, "shipped packs give no warning");
    cs_diag_clear(&k.diag);
    return k.set;
}

static struct cs_ruleset *shipped(void)
{
    return load(1);
}

/* The catalogue: what ships, on which platforms ("all", or names with spaces between), and about whom. Where
 * a family or a second way of saying the same has rules of its own, their ids begin with the id of the
 * family. */
static const struct row {
    const char *id, *platforms;
    uint8_t role; /* enum cs_role that it is about, at least */
    uint8_t severity;
} catalogue[] = {
    {"THIRD_PARTY_PLATFORM", "jd pdd", CS_ROLE_AGENT, 3},
    {"PAYMENT_NAME", "jd pdd", CS_ROLE_AGENT, 3},
    {"OFF_PLATFORM_TRADE", "all", CS_ROLE_AGENT, 5},
    {"OFF_PLATFORM_TRADE_LATER", "all", CS_ROLE_AGENT, 5},
    {"PLATFORM_TERM", "pdd", CS_ROLE_AGENT, 1},
    {"ABSOLUTE_AD_SUPERLATIVE", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_ABSOLUTE", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_WHOLE_NET", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_ULTIMATE", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_ONLY", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_FIRST", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_PRICE", "all", CS_ROLE_AGENT, 2},
    {"ABSOLUTE_AD_INDUCE", "all", CS_ROLE_AGENT, 2},
    {"REVIEW_CASHBACK", "jd pdd", CS_ROLE_AGENT, 4},
    {"CONTACT_BANK", "all", CS_ROLE_AGENT, 4},
    {"CONTACT_QQ", "all", CS_ROLE_AGENT, 4},
    {"CONTACT_WECHAT", "all", CS_ROLE_AGENT, 4},
    {"CONTACT_PHONE", "all", CS_ROLE_AGENT, 4},
    {"CONTACT_ADDRESS", "all", CS_ROLE_AGENT, 4},
    {"CONTACT_EMAIL", "all", CS_ROLE_AGENT, 4},
    {"EXTERNAL_LINK", "all", CS_ROLE_AGENT, 4},
    {"PRIVACY_LEAK", "all", CS_ROLE_AGENT, 5},
    {"ABUSE", "all", CS_ROLE_AGENT, 4},
    {"ABUSE_CLAUSE", "all", CS_ROLE_AGENT, 4},
    {"ABUSE_VIOLENT", "all", CS_ROLE_AGENT, 5},
    {"ABUSE_RETORT", "all", CS_ROLE_AGENT, 3},
    {"ATTACK_STAFF", "jd", CS_ROLE_AGENT, 3},
    {"CONTEMPT_LIGHT", "all", CS_ROLE_AGENT, 2},
    {"CONTEMPT_HEAVY", "all", CS_ROLE_AGENT, 4},
    {"SERVICE_TABOO", "jd", CS_ROLE_AGENT, 2},
    {"SERVICE_TABOO_CLAUSE", "jd", CS_ROLE_AGENT, 2},
    {"INVOICE_REFUSE", "all", CS_ROLE_AGENT, 4},
    {"INVOICE_SURCHARGE", "all", CS_ROLE_AGENT, 4},
    {"INVOICE_DEFER", "all", CS_ROLE_AGENT, 1},
    {"INVOICE_STEER", "jd taobao douyin suning others", CS_ROLE_AGENT, 1},
    {"EXAGGERATION", "all", CS_ROLE_AGENT, 2},
    {"VIRTUAL_SERVICE_SALE", "jd", CS_ROLE_AGENT, 2},
    {"SPAM_FLOOD", "all", CS_ROLE_AGENT, 3},
    {"SPAM_FLOOD_REPEAT", "all", CS_ROLE_AGENT, 3},
    {"IDLE_ACCOUNT", "all", CS_ROLE_AGENT, 3},
    {"REFUSAL_NO_APOLOGY", "jd", CS_ROLE_AGENT, 1},
    {"TEMPLATE_PLACEHOLDER", "all", CS_ROLE_AGENT, 1},
    {"CASH_IN_PARCEL", "all", CS_ROLE_AGENT, 3},
    {"GAMBLING_SPAM", "all", CS_ROLE_AGENT, 4},
    {"REVIEW_EXTORTION", "all", CS_ROLE_BUYER, 1},
    {"INVOICE_EXTORTION", "all", CS_ROLE_BUYER, 1},
    {"COMPLAINT_EXTORTION", "all", CS_ROLE_BUYER, 1},
    {"ESCALATION_1", "all", CS_ROLE_BUYER, 1},
    {"ESCALATION_2", "all", CS_ROLE_BUYER, 2},
    {"ESCALATION_3", "all", CS_ROLE_BUYER, 3},
    {"BUYER_ABUSE", "all", CS_ROLE_BUYER, 1},
    {"TRANSFER_REQUEST", "all", CS_ROLE_BUYER, 1},
};

static uint64_t platforms_of(const struct cs_ruleset *set, const char *names)
{
    if (strcmp(names, "all") == 0) return UINT64_MAX;
    uint64_t bits = 0;
    char one[32];
    for (int n = 0; sscanf(names, "%31s%n", one, &n) == 1; names += n)
        bits |= strcmp(one, "others") == 0 ? CS_PLATFORM_OTHERS : cs_ruleset_platform(set, cs_span_str(one));
    return bits;
}

/* The variants of an id together. */
static void check_row(const struct cs_ruleset *set, const struct row *row)
{
    uint64_t named = 0, platforms = 0;
    for (uint32_t i = 0; i < set->n_rule; i++) {
        const struct cs_rule *r = &set->rule[i];
        if (r->platforms != UINT64_MAX) named |= r->platforms;
        if (strcmp(r->id, row->id) != 0) continue;
        platforms |= r->platforms;
        cr_expect(r->actors >> row->role & 1, "%s: role %u", r->id, row->role);
        cr_expect(
            r->actors == CS_ACTORS_ANY || (r->actors & 1 << CS_ROLE_BUYER) == 0 || row->role == CS_ROLE_BUYER,
            "%s also blames buyers", r->id);
        cr_expect_eq(r->severity, row->severity, "%s: severity %u", r->id, r->severity);
    }
    uint64_t wanted = platforms_of(set, row->platforms);
    if (wanted == UINT64_MAX) wanted &= named | CS_PLATFORM_OTHERS;
    if (platforms == UINT64_MAX) platforms &= named | CS_PLATFORM_OTHERS;
    cr_expect_eq(platforms, wanted, "%s: platforms %#lx instead of %#lx", row->id, platforms, wanted);
}

static bool in_catalogue(const char *id)
{
    for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++)
        if (strcmp(catalogue[i].id, id) == 0) return true;
    return false;
}

Test(shipped, the_whole_catalogue_on_its_platforms)
{
    struct cs_ruleset *set = shipped();
    for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++)
        check_row(set, &catalogue[i]);
    for (uint32_t i = 0; i < set->n_rule; i++)
        cr_expect(in_catalogue(set->rule[i].id), "%s is not in the catalogue", set->rule[i].id);
    cs_ruleset_free(&set);
}

/* Packs that an operator may load beside the shipped ones carry the same ids to other platforms. */
Test(shipped, by_choice_on_other_platforms)
{
    static const struct row chosen[] = {
        {"REVIEW_CASHBACK", "jd pdd taobao", CS_ROLE_AGENT, 4},
        {"SERVICE_TABOO", "all", CS_ROLE_AGENT, 2},
        {"SERVICE_TABOO_CLAUSE", "all", CS_ROLE_AGENT, 2},
    };
    struct cs_ruleset *set = load(2);
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
        check_row(set, &chosen[i]);
    cs_ruleset_free(&set);
}

static bool has_han(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p >= 0xE4 && *p <= 0xE9) return true;
    return false;
}

Test(shipped, texts_in_both_languages_and_five_examples_of_each_kind)
{
    struct cs_ruleset *set = shipped();
    for (uint32_t i = 0; i < set->n_rule; i++) {
        const struct cs_rule *r = &set->rule[i];
        uint32_t hit = 0;
        for (uint32_t e = 0; e < r->n_example; e++)
            hit += r->example[e].must_hit;
        cr_expect(
            hit >= 5 && r->n_example - hit >= 5, "%s: %u hit, %u clean", r->id, hit, r->n_example - hit);
        cr_expect(has_han(r->zh) && strpbrk(r->en, "aeiou") && strlen(r->en) > 10, "%s: %s / %s", r->id,
            r->zh, r->en);
    }
    cs_ruleset_free(&set);
}

/* A term that is forbidden whatever stands around it. */
static bool by_itself(const struct cs_ruleset *set, const struct cs_term *t)
{
    return !t->exempt && !t->condition && !set->rule[t->rule].n_condition;
}

/* A platform's own name is no third party there. */
Test(shipped, own_names)
{
    static const struct {
        const char *name, *platform;
        bool banned;
    } rows[] = {
        {"京东", "jd", false},
        {"京东", "pdd", true},
        {"拼多多", "jd", true},
        {"拼多多", "pdd", false},
        {"淘宝", "jd", true},
        {"淘宝", "pdd", true},
        {"淘宝", "taobao", false},
        {"宝贝", "pdd", true},
        {"宝贝", "jd", false},
        {"支付宝", "jd", true},
        {"支付宝", "taobao", false},
    };
    struct cs_ruleset *set = shipped();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t platform = cs_ruleset_platform(set, cs_span_str(rows[i].platform));
        bool banned = false;
        for (uint32_t t = 0; t < set->n_term; t++)
            if (by_itself(set, &set->term[t]) && strcmp(set->term[t].text, rows[i].name) == 0)
                banned |= (set->rule[set->term[t].rule].platforms & platform) != 0;
        cr_expect_eq(banned, rows[i].banned, "%s on %s", rows[i].name, rows[i].platform);
    }
    cs_ruleset_free(&set);
}
