/* The shipped packs through the real stages: every example does what it says, and ordinary words stay clean.
 */
#include "annotate/annotate.h"
#include "detect/detect.h"
#include "rules/loader.h"
#include "scan/lattice.h"
#include "scan/regex.h"
#include "text/fold.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct stages {
    struct cs_ruleset *rs;
    struct cs_matcher *matcher;
    struct cs_scanner *scanner;
    struct cs_lattice *lattice;
    struct cs_lattice_scanner *disguises;
    struct cs_regexes *regexes;
    struct cs_regex_scanner *expressions;
    struct cs_detector_set *detectors;
    struct cs_judge *judge;
    struct cs_folder *folder;
    struct cs_batch *batch;
    uint32_t conversations; /* judged so far */
};

static void must(cs_rc rc, const char *what)
{
    cr_assert_eq(rc.code, 0, "%s: %s", what, cs_rc_name(rc));
}

static void open_stages(struct stages *s)
{
    static const char *const path[] = {CS_TEST_RULES};
    struct cs_diag diag = {0};
    cs_rc rc = cs_ruleset_load(path, 1, &diag, &s->rs);
    cr_assert(!cs_bad(rc), "%s: %s", path[0], diag.n ? cs_diag_text(&diag, 0) : cs_rc_name(rc));
    must(cs_matcher_new(CS_MATCHER_HYPERSCAN, s->rs->pattern, s->rs->n_pattern, &diag, &s->matcher),
        "matcher");
    must(cs_scanner_new(s->matcher, &s->scanner), "scanner");
    must(cs_lattice_new(CS_MATCHER_HYPERSCAN, s->rs->disguisable, s->rs->n_disguisable, &diag, &s->lattice),
        "lattice");
    must(cs_lattice_scanner_new(s->lattice, &s->disguises), "scanner of disguises");
    const struct cs_regexes_options o = {.gated = s->rs->gated,
        .n_gated = s->rs->n_regex,
        .gate = s->rs->gate,
        .n_gate = s->rs->n_gate,
        .n_pattern = s->rs->n_pattern};
    must(cs_regexes_new(CS_MATCHER_HYPERSCAN, &o, &diag, &s->regexes), "expressions");
    must(cs_regex_scanner_new(s->regexes, &s->expressions), "scanner of expressions");
    must(cs_detector_new((1u << CS_DETECT_COUNT) - 1, &s->detectors), "detectors");
    must(cs_judge_new(s->rs, 0, &s->judge), "judge");
    must(cs_folder_new(&s->folder), "folder");
    s->batch = calloc(1, sizeof *s->batch);
    cr_assert(s->batch != NULL);
    cs_batch_init(s->batch, 0);
    cs_diag_clear(&diag);
}

static void close_stages(struct stages *s)
{
    cs_batch_clear(s->batch);
    free(s->batch);
    cs_folder_free(&s->folder);
    cs_scanner_free(&s->scanner);
    cs_lattice_scanner_free(&s->disguises);
    cs_lattice_free(&s->lattice);
    cs_regex_scanner_free(&s->expressions);
    cs_regexes_free(&s->regexes);
    cs_detector_free(&s->detectors);
    cs_judge_free(&s->judge);
    cs_matcher_free(&s->matcher);
    cs_ruleset_free(&s->rs);
}

/* Violations of the message in hand, of which platform, role, time and text are set; lent until the next
 * call. `conversation` tells conversations apart. */
static uint32_t judge_message(struct stages *s, uint32_t conversation)
{
    static char buyer[16];
    struct cs_batch *b = s->batch;
    snprintf(buyer, sizeof buyer, "b%u", conversation);
    b->n = 1;
    b->shop[0] = CS_SPAN_LIT("s1");
    b->buyer[0] = cs_span_str(buyer);
    b->agent[0] = CS_SPAN_LIT("a1");
    b->flags[0] = 0;
    must(cs_fold_texts(s->folder, b->text, 1, b->flags, &b->folded), "fold");
    must(cs_scanner_scan(s->scanner, &b->folded, &b->hit, &b->n_hit), "scan");
    must(cs_lattice_scan(s->disguises, &b->folded, b->flags, &b->disguise, &b->n_disguise), "disguises");
    const struct cs_hits_of hits = {b->hit, b->n_hit};
    must(cs_regex_scan(s->expressions, &b->folded, hits, &b->regex, &b->n_regex), "expressions");
    must(cs_detect(s->detectors, b), "detect");
    must(cs_annotate(s->judge, b), "annotate");
    return b->violation_begin[1];
}

/* Violations of one text by itself. */
static uint32_t judge(struct stages *s, const char *platform, uint8_t role, const char *text)
{
    struct cs_batch *b = s->batch;
    cs_batch_reset(b);
    b->platform[0] = cs_span_str(platform);
    b->role[0] = role;
    b->sent_ms[0] = 1751335200000;
    b->text[0] = cs_span_str(text);
    return judge_message(s, s->conversations++);
}

static uint8_t first_actor(const struct cs_rule *r)
{
    if (r->actors & 1u << CS_ROLE_AGENT) return CS_ROLE_AGENT;
    return (uint8_t)__builtin_ctz(r->actors);
}

/* Violations of the last message of an example. */
static uint32_t judge_example(
    struct stages *s, const char *platform, const struct cs_rule *r, const struct cs_example *e)
{
    uint32_t n = 0, conversation = s->conversations++;
    int64_t sent_ms = e->sent_ms;
    for (uint32_t i = 0; i < e->n_said; i++) {
        struct cs_batch *b = s->batch;
        cs_batch_reset(b);
        sent_ms += i ? e->said[i].after_ms : 0;
        b->platform[0] = cs_span_str(platform);
        b->role[0] = e->said[i].role ? e->said[i].role : first_actor(r);
        b->sent_ms[0] = sent_ms;
        b->text[0] = cs_span_str(e->said[i].text);
        n = judge_message(s, conversation);
    }
    return n;
}

static const char *platform_name(const struct stages *s, uint32_t bit)
{
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)s->rs;
    return bit == 0 || bit >= box->n_platform ? "a platform that no rule names" : box->platform[bit];
}

static bool has_rule(const struct stages *s, uint32_t n, const char *id)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(s->batch->violation[i].rule_id, id) == 0) return true;
    return false;
}

/* On every platform that the rule is for. */
static void check_example(struct stages *s, const struct cs_rule *r, const struct cs_example *e)
{
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)s->rs;
    for (uint32_t bit = 0; bit < box->n_platform; bit++) {
        if (!(r->platforms >> bit & 1)) continue;
        const char *platform = platform_name(s, bit);
        uint32_t n = judge_example(s, platform, r, e);
        cr_expect_eq(has_rule(s, n, r->id), e->must_hit, "%s:%u: %s %s '%s' on %s", r->file, e->line, r->id,
            e->must_hit ? "misses" : "hits", e->said[e->n_said - 1].text, platform);
    }
}

Test(packs, every_example_does_what_it_says)
{
    struct stages s = {0};
    uint32_t examples = 0;
    open_stages(&s);
    for (uint32_t i = 0; i < s.rs->n_rule; i++)
        for (uint32_t e = 0; e < s.rs->rule[i].n_example; e++, examples++)
            check_example(&s, &s.rs->rule[i], &s.rs->rule[i].example[e]);
    cr_expect(examples > 400, "only %u examples", examples);
    close_stages(&s);
}

/* The list of ordinary words has three names of competitors; their marketplaces forbid an agent to write
 * them. */
static bool is_banned_name(const char *platform, const char *word)
{
    static const char *const name[] = {"微信", "淘宝", "天猫"};
    if (strcmp(platform, "jd") != 0 && strcmp(platform, "pdd") != 0) return false;
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
        if (strcmp(name[i], word) == 0) return true;
    return false;
}

/* A word that popular lists take for forbidden and that is not: clean on every platform. */
static void check_word(struct stages *s, const char *word)
{
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)s->rs;
    for (uint32_t bit = 0; bit < box->n_platform; bit++) {
        const char *platform = platform_name(s, bit);
        uint32_t n = judge(s, platform, CS_ROLE_AGENT, word);
        cr_expect_eq(n > 0, is_banned_name(platform, word), "'%s' is %s on %s", word,
            n ? s->batch->violation[0].rule_id : "clean", platform);
    }
}

Test(packs, ordinary_words_stay_clean)
{
    static const char *const own[] = {"最近", "最后", "第一次", "光线下", "路口交通", "大麻烦", "可靠",
        "去死胡同", "have", "最近最后", "第一时间"};
    struct stages s = {0};
    open_stages(&s);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        check_word(&s, own[i]);
    FILE *f = fopen(CS_TEST_SHARED "/overblocking_words.txt", "r");
    char line[512];
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = 0;
        if (line[0]) check_word(&s, line);
    }
    if (f)
        fclose(f);
    else
        fprintf(stderr, "skipped: no list of over-blocked words at hand\n");
    close_stages(&s);
}
