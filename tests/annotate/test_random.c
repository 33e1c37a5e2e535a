/* Random rules and texts against a second annotator that works on characters, not on codes, and tries every
 * run of them. */
#include "annotate/kit.h"
#include "annotate/plain.h"

#include <criterion/criterion.h>

enum { CHARS_MAX = 40, ROUNDS = 3000, TEXTS = 30 };

/* What disguises and near misses are made of. The last three are a NUL, a broken byte and a cut sequence. */
static const char *const letters[] = {"微", "信", "信", "v", "x", "V", "Ｘ", "1", "5", "５", " ", ".", "．",
    "-", "。", "，", "%", "％", "\u200b", "\u0301", "㎏", "k", "g", "𠀀", "😀", "\n", "寶", "宝", "", "\xFF",
    "\xE5\xBE"};
enum { N_LETTERS = sizeof letters / sizeof letters[0] };

/* Letters at random; the last three of the table need their length. */
static struct cs_span random_text(uint64_t *seed, struct cs_arena *arena, uint32_t chars)
{
    char *out = cs_arena_alloc(arena, CHARS_MAX * 8);
    cr_assert(out != NULL);
    size_t n = 0;
    for (uint32_t i = kit_draw(seed, chars + 1); i > 0; i--) {
        const char *s = letters[kit_draw(seed, N_LETTERS)];
        size_t len = *s ? strlen(s) : 1;
        memcpy(out + n, s, len);
        n += len;
    }
    return cs_span_of(out, n);
}

static void random_rule(struct kit *k, uint64_t *seed)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct cs_rule *r = kit_rule(k, ids[k->rs.n_rule]);
    r->gap = (uint8_t)kit_draw(seed, 4);
    r->cross_sentence = kit_draw(seed, 3) == 0;
    r->whole_clause = kit_draw(seed, 5) == 0;
    r->floor = (uint8_t)(kit_draw(seed, 4) ? CS_EVIDENCE_GAP : kit_draw(seed, 3));
    for (uint32_t i = 1 + kit_draw(seed, 5); i > 0; i--) {
        char term[32];
        size_t n = 0;
        for (uint32_t c = 1 + kit_draw(seed, 4); c > 0; c--) {
            const char *s = letters[kit_draw(seed, N_LETTERS - 3)];
            memcpy(term + n, s, strlen(s));
            n += strlen(s);
        }
        char *kept = cs_arena_strdup(&k->arena, cs_span_of(term, n));
        cr_assert(kept != NULL);
        kit_term(k, kept, kit_draw(seed, 4) == 0);
    }
}

/* Cutting the span out and folding it alone gives the codes of the term; nothing is dropped at its edges but
 * signs that the term has there. */
static void check_cut(struct kit *k, const struct cs_violation *v, const struct plain_finding *f)
{
    struct cs_codes pattern = k->rs.pattern[k->rs.term[f->term].pattern];
    struct cs_map_text map;
    kit_ok(
        cs_map_text(cs_span_cut(k->batch.text[v->msg], v->byte_begin, v->byte_end), &k->arena, &map), "cut");
    cr_assert_eq(map.n, pattern.len);
    for (uint32_t i = 0; i < map.n; i++)
        cr_assert_eq(map.at[i].code, pattern.ptr[i]);
    bool signs = k->rs.term[f->term].n_mark > 0;
    cr_assert(signs || (map.at[0].gap == 0 && map.at[map.n].gap == 0));
}

static uint32_t compare(struct kit *k, uint32_t msg, struct plain_findings *won)
{
    const struct cs_batch *b = &k->batch;
    struct plain_case c = {.rs = &k->rs, .text = b->text[msg], .platform = KIT_JD, .role = b->role[msg]};
    cr_assert(plain_judge(&c, &k->arena, won));
    uint32_t begin = b->violation_begin[msg], n = b->violation_begin[msg + 1] - begin;
    cr_assert_eq(n, won->n, "'%.*s' gives %s, %u expected", (int)b->text[msg].len,
        (const char *)b->text[msg].ptr, kit_outcome(k, msg), won->n);
    for (uint32_t i = begin; i < begin + n; i++) {
        const struct plain_finding *f = plain_same(won, &b->violation[i], &k->rs);
        cr_assert(f != NULL, "'%.*s' gives %s", (int)b->text[msg].len, (const char *)b->text[msg].ptr,
            kit_outcome(k, msg));
        check_cut(k, &b->violation[i], f);
    }
    return n;
}

Test(random, equals_the_plain_annotator, .timeout = 300)
{
    static struct plain_findings won;
    uint64_t seed = 77, violations = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct kit *k = kit_open();
        for (uint32_t r = 1 + kit_draw(&seed, 3); r > 0; r--)
            random_rule(k, &seed);
        kit_seal(k);
        for (int i = 0; i < TEXTS; i++)
            kit_say(k, "jd", CS_ROLE_AGENT, random_text(&seed, &k->arena, CHARS_MAX));
        kit_annotate(k);
        for (uint32_t m = 0; m < TEXTS; m++)
            violations += compare(k, m, &won);
        kit_close(k);
    }
    cr_expect(violations > 20000, "only %lu violations", (unsigned long)violations);
}
