/* A rule set by hand, texts folded and scanned by the plainest means, and the outcome as a readable string.
 */
#ifndef CS_TESTS_ANNOTATE_KIT_H
#define CS_TESTS_ANNOTATE_KIT_H

#include "annotate/annotate.h"
#include "base/utf8.h"
#include "rules/mark.h"
#include "scan/matcher.h"
#include "text/alphabet.h"
#include "text/map.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { KIT_RULES = 8, KIT_TERMS = 64, KIT_TERM_CODES = 64, KIT_CODES = 1 << 16 };
enum { KIT_JD = 1 << 1, KIT_PDD = 1 << 2, KIT_ALL = 1 << 0 | KIT_JD | KIT_PDD };
enum { KIT_AGENT = 1 << CS_ROLE_AGENT, KIT_BUYER = 1 << CS_ROLE_BUYER };

struct kit {
    struct cs_ruleset rs;
    struct cs_rule rule[KIT_RULES];
    struct cs_term draft[KIT_TERMS], term[KIT_TERMS];
    struct cs_codes pattern[KIT_TERMS];
    uint16_t store[KIT_TERMS][KIT_TERM_CODES];
    uint32_t term_begin[KIT_TERMS + 1];
    struct cs_arena arena;
    struct cs_batch batch;
    uint16_t code[KIT_CODES];
    uint32_t begin[CS_BATCH_MAX + 1];
    struct cs_matcher *matcher;
    struct cs_scanner *scanner;
    struct cs_judge *judge;
    uint32_t listed_max; /* for the judge; 0 = the default */
};

/* Rule sets by hand have no platform names of their own: linked with --wrap. */
uint64_t __wrap_cs_ruleset_platform(const struct cs_ruleset *rs, struct cs_span name);
uint64_t __wrap_cs_ruleset_platform(const struct cs_ruleset *rs, struct cs_span name)
{
    (void)rs;
    if (cs_span_eq(name, CS_SPAN_LIT("jd"))) return KIT_JD;
    return cs_span_eq(name, CS_SPAN_LIT("pdd")) ? KIT_PDD : 1;
}

static inline void kit_ok(cs_rc rc, const char *what)
{
    cr_assert_eq(rc.code, 0, "%s: %s", what, cs_rc_name(rc));
}

static inline struct kit *kit_open(void)
{
    struct kit *k = calloc(1, sizeof *k);
    cr_assert(k != NULL);
    cs_arena_init(&k->arena, 1 << 16, 0);
    cs_batch_init(&k->batch, 0);
    k->rs = (struct cs_ruleset){
        .rule = k->rule, .pattern = k->pattern, .term = k->term, .term_begin = k->term_begin};
    return k;
}

/* Forget batch and matcher, keep the rules. */
static inline void kit_close(struct kit *k)
{
    cs_scanner_free(&k->scanner);
    cs_judge_free(&k->judge);
    cs_matcher_free(&k->matcher);
    cs_batch_clear(&k->batch);
    cs_arena_clear(&k->arena);
    free(k);
}

/* A rule for everybody; the caller changes what matters. */
static inline struct cs_rule *kit_rule(struct kit *k, const char *id)
{
    cr_assert(k->rs.n_rule < KIT_RULES);
    struct cs_rule *r = &k->rule[k->rs.n_rule++];
    *r = (struct cs_rule){.id = id,
        .category = "test",
        .platforms = KIT_ALL,
        .actors = KIT_AGENT,
        .severity = 3,
        .floor = CS_EVIDENCE_GAP,
        .gap = CS_GAP_DEFAULT};
    return r;
}

static inline uint32_t kit_pattern(struct kit *k, const uint16_t *code, uint32_t n)
{
    for (uint32_t p = 0; p < k->rs.n_pattern; p++)
        if (k->pattern[p].len == n && memcmp(k->pattern[p].ptr, code, n * sizeof *code) == 0) return p;
    uint16_t *copy = k->store[k->rs.n_pattern];
    memcpy(copy, code, n * sizeof *code);
    k->pattern[k->rs.n_pattern] = (struct cs_codes){copy, n};
    return k->rs.n_pattern++;
}

static inline void kit_marks(struct cs_term *t, const struct cs_map_text *map)
{
    struct cs_span s = cs_span_str(t->text);
    for (uint32_t k = 0; k <= map->n; k++) {
        uint32_t at = k ? map->at[k - 1].byte_end : 0;
        while (at < map->at[k].byte_begin) {
            struct cs_utf8_step st = cs_utf8_next(s, at);
            if (cs_mark_of(st.cp)) t->mark[t->n_mark++] = (struct cs_mark){(uint16_t)k, cs_mark_of(st.cp)};
            at += st.len;
        }
    }
}

/* False when the text folds to nothing or to too much. */
static inline bool kit_term(struct kit *k, const char *text, bool exempt)
{
    uint16_t code[KIT_TERM_CODES];
    struct cs_map_text map;
    kit_ok(cs_map_text(cs_span_str(text), &k->arena, &map), "map");
    if (map.n == 0 || map.n > KIT_TERM_CODES) return false;
    cr_assert(k->rs.n_term < KIT_TERMS);
    struct cs_term *t = &k->draft[k->rs.n_term++];
    *t = (struct cs_term){.text = text, .rule = k->rs.n_rule - 1, .exempt = exempt};
    for (uint32_t i = 0; i < map.n; i++) {
        code[i] = map.at[i].code;
        if (i && i < 64 && map.at[i].gap) t->free_gap |= (uint64_t)1 << i;
    }
    kit_marks(t, &map);
    t->pattern = kit_pattern(k, code, map.n);
    return true;
}

/* Terms of the newest rule, "a|b|c". */
static inline void kit_terms(struct kit *k, const char *list, bool exempt)
{
    while (list && *list) {
        size_t n = strcspn(list, "|");
        char *text = cs_arena_strdup(&k->arena, cs_span_of(list, n));
        cr_assert(text != NULL);
        cr_assert(kit_term(k, text, exempt), "%s", text);
        list += n + (list[n] == '|');
    }
}

/* Group the terms by pattern and compile. */
static inline void kit_seal(struct kit *k)
{
    struct cs_diag diag = {0};
    uint32_t n = 0;
    for (uint32_t p = 0; p < k->rs.n_pattern; p++) {
        k->term_begin[p] = n;
        for (uint32_t t = 0; t < k->rs.n_term; t++)
            if (k->draft[t].pattern == p) k->term[n++] = k->draft[t];
    }
    k->term_begin[k->rs.n_pattern] = n;
    kit_ok(cs_matcher_new(CS_MATCHER_REFERENCE, k->pattern, k->rs.n_pattern, &diag, &k->matcher), "matcher");
    kit_ok(cs_scanner_new(k->matcher, &k->scanner), "scanner");
    kit_ok(cs_judge_new(&k->rs, k->listed_max, &k->judge), "judge");
}

/* Add a message; strings are borrowed. Returns its index. */
static inline uint32_t kit_say(struct kit *k, const char *platform, uint8_t role, struct cs_span text)
{
    struct cs_batch *b = &k->batch;
    cr_assert(b->n < CS_BATCH_MAX);
    b->platform[b->n] = cs_span_str(platform);
    b->role[b->n] = role;
    b->text[b->n] = text;
    b->flags[b->n] = 0;
    b->dead[b->n] = CS_DEAD_NONE;
    return b->n++;
}

/* Fold and scan what was said. */
static inline void kit_scan(struct kit *k)
{
    struct cs_batch *b = &k->batch;
    uint32_t at = 0;
    for (uint32_t m = 0; m < b->n; m++) {
        struct cs_map_text map;
        kit_ok(cs_map_text(b->text[m], &k->arena, &map), "map");
        cr_assert(at + map.n + 1 < KIT_CODES);
        for (uint32_t i = 0; i < map.n; i++)
            k->code[at++] = map.at[i].code;
        k->code[at++] = CS_CODE_DELIMITER;
        k->begin[m + 1] = at;
    }
    b->folded = (struct cs_folded){k->code, at, k->begin, b->n};
    kit_ok(cs_scanner_scan(k->scanner, &b->folded, &b->hit, &b->n_hit), "scan");
}

static inline void kit_annotate(struct kit *k)
{
    kit_scan(k);
    kit_ok(cs_annotate(k->judge, &k->batch), "annotate");
}

/* Violations of a message as "rule[span]evidence rule[span]evidence". */
static inline const char *kit_outcome(const struct kit *k, uint32_t msg)
{
    static char out[4096];
    const struct cs_batch *b = &k->batch;
    size_t at = 0;
    out[0] = 0;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++) {
        const struct cs_violation *v = &b->violation[i];
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s[%.*s]%s", at ? " " : "", v->rule_id,
            (int)(v->byte_end - v->byte_begin), (const char *)b->text[msg].ptr + v->byte_begin,
            cs_evidence_name(v->evidence));
    }
    return out;
}

static inline uint32_t kit_draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

#endif
