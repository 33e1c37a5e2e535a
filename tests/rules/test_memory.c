/* The k-th allocation fails, for every k until all succeeds. */
#include "fuse.h"
#include "rules/kit.h"

Test(memory, each_failure_is_reported)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A", "    platforms: [jd]\n    terms: [(微|薇)信, 支付宝]\n    exempt: [稍微信]\n");
    kit_rule(&k, "b", "B",
        "    platforms: all\n    terms: [微信, 随便您去投诉]\n    spin: true\n    abbreviations: vx\n");
    kit_rule(&k, "c", "C",
        "    platforms: all\n    regex: ['加(微信|VX)[A-Z乙]{0,6}\\d+', '[a-e]{2}微信?']\n    exempt: "
        "加微信1\n");
    long at = 0;
    for (;; at++) {
        fuse = at;
        cs_rc rc = kit_load(&k);
        bool spent = fuse < 0;
        fuse = -1;
        if (!spent) break;
        cr_assert_eq(rc.code, CS_ENOMEM, "allocation %ld: %s", at, cs_rc_name(rc));
        cr_assert(k.set == NULL);
    }
    cr_expect(k.set != NULL && k.set->n_rule == 3 && k.set->n_regex == 2);
    cr_expect(at > 20, "%ld", at);
    kit_close(&k);
}
