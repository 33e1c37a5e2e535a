#include "rules/kit.h"

/* WORKING_DIRECTORY is this folder. */
static struct cs_ruleset *shipped(void)
{
    const char *path = "../../plugin/share/rules";
    struct kit k = {0};
    cs_rc rc = cs_ruleset_load(&path, 1, &k.diag, &k.set);
    kit_say(&k);
    cr_assert(!cs_bad(rc));
    cr_expect_eq(k.diag.n, 0, "shipped packs give no warning");
    cs_diag_clear(&k.diag);
    return k.set;
}

Test(shipped, packs_load_without_a_word)
{
    struct cs_ruleset *set = shipped();
    static const char *const ids[] = {"SERVICE_TABOO", "SERVICE_TABOO_CLAUSE", "THIRD_PARTY_PLATFORM",
        "PAYMENT_NAME", "PLATFORM_TERM", "ABSOLUTE_AD_SUPERLATIVE", "ABSOLUTE_AD_ABSOLUTE",
        "ABSOLUTE_AD_WHOLE_NET", "ABSOLUTE_AD_ULTIMATE", "ABSOLUTE_AD_ONLY", "ABSOLUTE_AD_FIRST",
        "ABSOLUTE_AD_PRICE", "ABSOLUTE_AD_INDUCE", "EXAGGERATION", "CONTEMPT_LIGHT", "CONTEMPT_HEAVY",
        "ABUSE", "ABUSE_VIOLENT", "ABUSE_RETORT", "BUYER_ABUSE"};
    struct kit k = {.set = set};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        cr_expect(kit_find(&k, ids[i]) != NULL, "%s", ids[i]);
    cs_ruleset_free(&set);
}

Test(shipped, five_examples_of_each_kind)
{
    struct cs_ruleset *set = shipped();
    for (uint32_t i = 0; i < set->n_rule; i++) {
        const struct cs_rule *r = &set->rule[i];
        uint32_t hit = 0;
        for (uint32_t e = 0; e < r->n_example; e++)
            hit += r->example[e].must_hit;
        cr_expect(
            hit >= 5 && r->n_example - hit >= 5, "%s: %u hit, %u clean", r->id, hit, r->n_example - hit);
    }
    cs_ruleset_free(&set);
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
            if (!set->term[t].exempt && strcmp(set->term[t].text, rows[i].name) == 0)
                banned |= (set->rule[set->term[t].rule].platforms & platform) != 0;
        cr_expect_eq(banned, rows[i].banned, "%s on %s", rows[i].name, rows[i].platform);
    }
    cs_ruleset_free(&set);
}
