#include "rules/kit.h"
#include "rules/mark.h"
#include "text/map.h"
#include "text/readings.h"

#include "base/utf8.h"

static void load(struct kit *k)
{
    cs_rc rc = kit_load(k);
    if (cs_bad(rc)) kit_say(k);
    cr_assert(!cs_bad(rc));
}

Test(ruleset, values_of_a_rule)
{
    struct kit k;
    kit_open(&k);
    kit_write(&k, "p.yaml",
        CS_SPAN_LIT("pack: {id: p, version: 2024-01}\nrules:\n"
                    "  - id: A\n    category: c\n    severity: 5\n    platforms: [jd, pdd]\n    actors: "
                    "[buyer, human]\n"
                    "    evidence: folded\n    gap: 7\n    cross_sentence: true\n    whole_clause: true\n    "
                    "terms: 微信\n"
                    "    message: {zh: 一, en: one}\n    examples: {hit: [x, y], clean: z}\n"
                    "  - {id: B, category: d, severity: 1, platforms: all, terms: [微信], message: {zh: 二, "
                    "en: two}, examples: {hit: x, clean: y}}\n"));
    load(&k);
    const struct cs_rule *a = kit_find(&k, "A"), *b = kit_find(&k, "B");
    cr_assert(a != NULL && b != NULL && k.set->n_rule == 2 && k.diag.n == 0);
    cr_expect_str_eq(a->category, "c");
    cr_expect_eq(a->severity, 5);
    cr_expect_eq(a->actors, 1 << CS_ROLE_BUYER | 1 << CS_ROLE_AGENT);
    cr_expect_eq(a->floor, CS_EVIDENCE_FOLDED);
    cr_expect_eq(a->gap, 7);
    cr_expect(a->cross_sentence && a->whole_clause);
    cr_expect_str_eq(a->zh, "一");
    cr_expect_str_eq(a->en, "one");
    cr_expect_str_eq(a->pack, "p");
    cr_expect(strstr(a->file, "/p.yaml") != NULL && a->line == 3);
    cr_assert_eq(a->n_example, 3);
    cr_expect(a->example[1].must_hit && !a->example[2].must_hit && a->example[2].line == 14);
    cr_expect_str_eq(a->example[2].said[0].text, "z");
    cr_expect(a->example[2].n_said == 1 && a->example[2].said[0].role == CS_ROLE_UNSPECIFIED);
    cr_expect_eq(b->platforms, UINT64_MAX);
    cr_expect_eq(b->actors, 1 << CS_ROLE_AGENT | 1 << CS_ROLE_ROBOT | 1 << CS_ROLE_ROBOT_ASSIST);
    cr_expect(
        b->floor == CS_EVIDENCE_GAP && b->gap == CS_GAP_DEFAULT && !b->cross_sentence && !b->whole_clause);
    cr_expect_str_eq(k.set->version, "p@2024-01");
    kit_close(&k);
}

/* An example may be a conversation: who says what, how long after, and on which day. */
Test(ruleset, conversations_as_examples)
{
    struct kit k;
    kit_open(&k);
    kit_write(&k, "p.yaml",
        CS_SPAN_LIT("pack: {id: p, version: 1}\nrules:\n"
                    "  - id: A\n    category: c\n    severity: 5\n    platforms: all\n    terms: 微信\n"
                    "    message: {zh: 一, en: one}\n    examples:\n      hit:\n        - conversation:\n"
                    "            - buyer: 你好\n            - {robot_assist: 微, after: 2m}\n"
                    "            - agent: 信\n          at: 2024-01-06\n      clean: z\n"));
    load(&k);
    const struct cs_rule *a = kit_find(&k, "A");
    cr_assert(a != NULL && a->n_example == 2 && a->example[0].n_said == 3 && k.diag.n == 0);
    const struct cs_example_line *said = a->example[0].said;
    cr_expect(said[0].role == CS_ROLE_BUYER && said[1].role == CS_ROLE_ROBOT_ASSIST &&
              said[2].role == CS_ROLE_AGENT);
    cr_expect_str_eq(said[1].text, "微");
    cr_expect(said[1].after_ms == 120000 && said[2].after_ms == 5000);
    cr_expect_eq(a->example[0].sent_ms, INT64_C(1704506400000)); /* 10 o'clock in Beijing */
    cr_expect(a->example[0].must_hit && a->example[1].sent_ms > a->example[0].sent_ms);
    kit_close(&k);
}

/* "others" is for the platforms that no rule names, so that a rule can have a variant for each platform. */
Test(ruleset, other_platforms)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A", "    platforms: [jd]\n    terms: [微信]\n");
    kit_rule(&k, "b", "A", "    platforms: [pdd, others]\n    terms: [微信]\n");
    load(&k);
    uint64_t jd = cs_ruleset_platform(k.set, CS_SPAN_LIT("jd")),
             pdd = cs_ruleset_platform(k.set, CS_SPAN_LIT("pdd")),
             unknown = cs_ruleset_platform(k.set, CS_SPAN_LIT("nobody"));
    cr_assert(k.set->n_rule == 2);
    cr_expect_eq(k.set->rule[0].platforms, jd);
    cr_expect_eq(k.set->rule[1].platforms, pdd | unknown);
    kit_close(&k);
}

Test(ruleset, platforms)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A", "    platforms: [jd, 抖音]\n    terms: [微信]\n");
    load(&k);
    uint64_t jd = cs_ruleset_platform(k.set, CS_SPAN_LIT("jd")),
             dy = cs_ruleset_platform(k.set, CS_SPAN_LIT("抖音"));
    cr_expect(jd != 1 && dy != 1 && jd != dy);
    cr_expect_eq(k.set->rule[0].platforms, jd | dy);
    cr_expect_eq(cs_ruleset_platform(k.set, CS_SPAN_LIT("JD")), 1);
    cr_expect_eq(cs_ruleset_platform(k.set, CS_SPAN_LIT("jd ")), 1);
    cr_expect_eq(cs_ruleset_platform(k.set, CS_SPAN_LIT("")), 1);
    kit_close(&k);
}

/* Terms that fold alike share a pattern; every term is in the group of its pattern. */
Test(ruleset, patterns)
{
    struct kit k;
    kit_open(&k);
    kit_rule(
        &k, "a", "A", "    platforms: all\n    terms: [微信, 支付宝, (你|您)好]\n    exempt: [稍微信]\n");
    kit_rule(&k, "b", "B", "    platforms: all\n    terms: [微-信, 寶貝, 100%, '100']\n");
    load(&k);
    cr_expect_eq(k.set->n_term, 9);
    cr_expect_eq(k.set->n_pattern, 7);
    cr_expect_eq(k.set->term_begin[0], 0);
    cr_expect_eq(k.set->term_begin[7], 9);
    for (uint32_t p = 0; p < k.set->n_pattern; p++)
        for (uint32_t t = k.set->term_begin[p]; t < k.set->term_begin[p + 1]; t++) {
            struct cs_map_text map;
            struct cs_arena arena;
            cs_arena_init(&arena, 1024, 0);
            cr_expect_eq(k.set->term[t].pattern, p);
            cr_assert(!cs_bad(cs_map_text(cs_span_str(k.set->term[t].text), &arena, &map)));
            cr_expect_eq(map.n, k.set->pattern[p].len);
            for (uint32_t i = 0; i < map.n; i++)
                cr_expect_eq(map.at[i].code, k.set->pattern[p].ptr[i]);
            cs_arena_clear(&arena);
        }
    cr_expect_eq(kit_term(&k, "微信")->pattern, kit_term(&k, "微-信")->pattern);
    cr_expect(kit_term(&k, "您好") != NULL && kit_term(&k, "你好") != NULL);
    cr_expect(kit_term(&k, "稍微信")->exempt && !kit_term(&k, "微信")->exempt);
    kit_close(&k);
}

Test(ruleset, marks_and_gaps_of_terms)
{
    static const struct {
        const char *text;
        uint8_t n_mark;
        struct cs_mark mark[2];
        uint64_t free_gap;
    } rows[] = {
        {"微信", 0, {{0}}, 0},
        {"100％", 1, {{3, '%'}}, 0},
        {"A+ B", 1, {{1, '+'}}, 2},
        {"@客服", 1, {{0, '@'}}, 0},
        {"￥1=2", 2, {{0, 0xA5}, {1, '='}}, 2},
        {"你问我，我问谁", 0, {{0}}, 8},
        {"。微信。", 0, {{0}}, 0},
        {"apple pay", 0, {{0}}, 32},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kit k;
        char keys[120];
        kit_open(&k);
        snprintf(keys, sizeof keys, "    platforms: all\n    terms: ['%s']\n", rows[i].text);
        kit_rule(&k, "a", "A", keys);
        load(&k);
        const struct cs_term *t = &k.set->term[0];
        cr_expect_str_eq(t->text, rows[i].text);
        cr_expect_eq(t->n_mark, rows[i].n_mark, "%s", rows[i].text);
        for (uint32_t m = 0; m < rows[i].n_mark; m++)
            cr_expect(t->mark[m].at == rows[i].mark[m].at && t->mark[m].cp == rows[i].mark[m].cp,
                "%s: mark %u", rows[i].text, m);
        cr_expect_eq(t->free_gap, rows[i].free_gap, "%s", rows[i].text);
        kit_close(&k);
    }
}

/* A mark that the fold keeps would never be found among dropped characters. */
Test(ruleset, marks_are_dropped_by_the_fold)
{
    uint32_t n = 0;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        uint32_t mark = cs_mark_of(cp);
        if (!mark) continue;
        n++;
        cr_expect_eq(cs_char_class(cp), CS_CHAR_SEPARATOR, "U+%04X", cp);
        cr_expect_eq(cs_mark_of(mark), mark, "U+%04X", cp);
    }
    cr_expect(n > 20, "%u", n);
}

/* What every event carries stays short, however many packs there are; nothing is lost of the whole. */
Test(ruleset, brief_version_of_many_packs)
{
    struct kit k;
    kit_open(&k);
    char id[32], whole[512] = "";
    for (int i = 0; i < 9; i++) {
        snprintf(id, sizeof id, "pack_%d", i);
        kit_rule(&k, id, id, "    platforms: all\n    terms: [微信]\n");
        snprintf(whole + strlen(whole), sizeof whole - strlen(whole), "%s%s@1", i ? " " : "", id);
    }
    load(&k);
    cr_expect_str_eq(k.set->version, whole);
    cr_expect_str_eq(k.set->brief, "pack_0@1 and 8 more");
    kit_close(&k);
}

/* Equal packs, equal hash: whatever the directory and the order in which they are named. */
Test(ruleset, identity)
{
    struct kit a, b;
    kit_open(&a);
    kit_open(&b);
    kit_rule(&a, "x", "X", "    platforms: all\n    terms: [微信]\n");
    kit_rule(&a, "y", "Y", "    platforms: all\n    terms: [微信]\n");
    kit_rule(&b, "y", "Y", "    platforms: all\n    terms: [微信]\n");
    kit_rule(&b, "x", "X", "    platforms: all\n    terms: [微信]\n");
    load(&a);
    char x[160], y[160];
    strcpy(x, kit_path(&b, "x.yaml"));
    strcpy(y, kit_path(&b, "y.yaml"));
    cr_assert(!cs_bad(cs_ruleset_load((const char *const[]){y, x}, 2, &b.diag, &b.set)));
    cr_expect_eq(strlen(a.set->hash), 16);
    cr_expect_str_eq(a.set->hash, b.set->hash);
    cr_expect_str_eq(a.set->version, "x@1 y@1");
    cr_expect_str_eq(a.set->version, b.set->version);
    cr_expect_str_eq(a.set->brief, a.set->version);
    kit_rule(&b, "x", "X", "    platforms: all\n    terms: [微信]\n    # a comment\n");
    load(&b);
    cr_expect_str_neq(a.set->hash, b.set->hash);
    kit_close(&a);
    kit_close(&b);
}

/* 65,000 terms and 2,000 rules: nothing may be quadratic (this took minutes with a linear search). */
Test(ruleset, many_terms)
{
    struct kit k;
    struct cs_buf b = {0};
    kit_open(&k);
    cs_buf_str(&b, "    platforms: all\n    terms:\n");
    for (uint32_t i = 0; i < 65000; i++) {
        uint8_t c[4] = {0}, d[4] = {0};
        cs_buf_fmt(&b, "      - %.*s%.*s信\n", (int)cs_utf8_put(0x4E00 + i % 250, c), c,
            (int)cs_utf8_put(0x6000 + i / 250, d), d);
    }
    kit_rule(&k, "a", "A", cs_buf_cstr(&b));
    cs_buf_reset(&b);
    cs_buf_str(&b, "pack: {id: many, version: 1}\nrules:\n");
    for (int i = 0; i < 2000; i++)
        cs_buf_fmt(&b,
            "  - {id: M%d, category: c, severity: 1, platforms: all, terms: [微信%d], message: {zh: x, en: "
            "x}, examples: {hit: x, clean: x}}\n",
            i, i);
    kit_write(&k, "m.yaml", cs_buf_span(&b));
    load(&k);
    cr_expect_eq(k.set->n_rule, 2001);
    cr_expect(k.set->n_term > 60000, "%u", k.set->n_term);
    cs_buf_clear(&b);
    kit_close(&k);
}

Test(ruleset, no_paths)
{
    struct cs_diag d = {0};
    struct cs_ruleset *set = NULL;
    cr_assert(!cs_bad(cs_ruleset_load(NULL, 0, &d, &set)));
    cr_expect(set->n_rule == 0 && set->n_term == 0 && set->n_pattern == 0 && set->term_begin[0] == 0);
    cr_expect_str_eq(set->version, "");
    cs_ruleset_free(&set);
    cs_ruleset_free(&set);
}

Test(ruleset, disguises)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A",
        "    platforms: all\n    disguises: [pinyin, shape]\n    sound: modern\n    terms: [微信, 信, "
        "100%的]\n"
        "    plain: vx\n    exempt: 位新\n");
    kit_rule(&k, "b", "B",
        "    platforms: all\n    disguises: all\n    evidence: pinyin\n    terms: [微信, 淘宝]\n");
    kit_rule(&k, "c", "C", "    platforms: all\n    terms: [微信, 天猫]\n");
    load(&k);
    const struct cs_rule *a = kit_find(&k, "A"), *b = kit_find(&k, "B"), *c = kit_find(&k, "C");
    cr_assert(a != NULL && b != NULL && c != NULL);
    cr_expect(a->channels == (CS_CHANNEL_PINYIN | CS_CHANNEL_SHAPE | CS_CHANNEL_FAR) &&
              a->sound == CS_SOUND_MODERN);
    cr_expect(a->floor == CS_EVIDENCE_SHAPE, "disguises lower the floor");
    cr_expect(b->channels == CS_CHANNELS_ALL && b->sound == CS_SOUND_MAIN);
    cr_expect(b->floor == CS_EVIDENCE_PINYIN, "unless the rule has its own");
    cr_expect(c->channels == 0 && c->floor == CS_EVIDENCE_GAP);
    cr_assert_eq(k.set->n_disguisable, 3u, "微信 of A and of B, 淘宝 of B: %u", k.set->n_disguisable);
    uint32_t meant = 0;
    for (uint32_t i = 0; i < k.set->n_disguisable; i++)
        for (uint32_t t = 0; t < k.set->n_term; t++)
            meant += cs_ruleset_disguises(k.set, &k.set->disguisable[i], &k.set->term[t]);
    cr_expect_eq(meant, 3u);
    kit_close(&k);
}

static uint32_t count_best(const struct kit *k, uint8_t best)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < k->set->n_term; i++)
        n += k->set->term[i].best == best;
    return n;
}

Test(ruleset, abbreviations_and_spins)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A",
        "    platforms: all\n    terms: [随便您去投诉, 随意您去投诉]\n    abbreviations: [vx, 某宝]\n    "
        "spin: true\n");
    kit_rule(&k, "b", "B",
        "    platforms: all\n    terms: 随便您去投诉\n    abbreviations: vx\n    evidence: exact\n    spin: "
        "false\n");
    load(&k);
    const struct cs_rule *a = kit_find(&k, "A"), *b = kit_find(&k, "B");
    cr_assert(a != NULL && b != NULL);
    cr_expect(a->floor == CS_EVIDENCE_ABBREVIATION, "short forms lower the floor");
    cr_expect(b->floor == CS_EVIDENCE_EXACT, "unless the rule has its own");
    cr_expect_eq(count_best(&k, CS_EVIDENCE_ABBREVIATION), 3u);
    cr_expect(count_best(&k, CS_EVIDENCE_SPIN) >= 8u, "%u", count_best(&k, CS_EVIDENCE_SPIN));
    uint32_t same = 0;
    for (uint32_t i = 0; i < k.set->n_term; i++)
        for (uint32_t j = 0; j < i; j++)
            same += k.set->term[i].pattern == k.set->term[j].pattern &&
                    k.set->term[i].rule == k.set->term[j].rule;
    cr_expect_eq(same, 0u, "what a pack spells out is not spun again");
    for (uint32_t i = 0; i < k.set->n_term; i++)
        if (k.set->term[i].best == CS_EVIDENCE_SPIN) {
            const char *text = k.set->term[i].text;
            cr_expect(strcmp(text, "随便您去投诉") == 0 || strcmp(text, "随意您去投诉") == 0, "%s", text);
        }
    kit_close(&k);
}

Test(ruleset, a_phrase_has_a_bounded_number_of_spins)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A",
        "    platforms: all\n    spin: true\n    terms: "
        "开始清楚刚才已经怎么不知道没办法随便可以权利自己服务规定\n");
    cr_assert(!cs_bad(kit_load(&k)));
    cr_expect_eq(k.diag.n, 1u, "cutting is told");
    cr_expect(k.set->n_term > 500 && k.set->n_term < 600, "%u", k.set->n_term);
    kit_close(&k);
}

Test(ruleset, faults_of_disguises)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A",
        "    platforms: all\n    disguises: [homofone, []]\n    sound: loud\n    terms: [微信]\n");
    cr_expect(cs_is(kit_load(&k), CS_ESYNTAX));
    cr_expect_eq(k.diag.n_errors, 3u, "%u", k.diag.n_errors);
    kit_close(&k);
    kit_open(&k);
    kit_rule(&k, "a", "A", "    platforms: all\n    disguises: []\n    terms: [微信]\n");
    cr_expect(cs_is(kit_load(&k), CS_ESYNTAX));
    kit_close(&k);
}
