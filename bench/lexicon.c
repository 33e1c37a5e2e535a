#include "lexicon.h"

#include "base/map.h"
#include "measure.h"
#include "text/map.h"

#include <stdio.h>
#include <stdlib.h>

/* What grows while words are read. */
struct draft {
    struct cs_codes *pattern;
    struct cs_term *term;
    uint32_t *term_begin;
    const char **plain;
    struct cs_map seen;
};

static bool reserve(struct lexicon *l, struct draft *d, uint32_t n)
{
    d->pattern = cs_arena_alloc(&l->arena, n * sizeof *d->pattern);
    d->term = cs_arena_zalloc(&l->arena, n, sizeof *d->term);
    d->term_begin = cs_arena_alloc(&l->arena, (n + 1) * sizeof *d->term_begin);
    d->plain = cs_arena_alloc(&l->arena, n * sizeof *d->plain);
    cs_map_init(&d->seen, 1);
    return d->pattern && d->term && d->term_begin && d->plain;
}

static const char *escape(struct cs_arena *a, struct cs_span word)
{
    char *out = cs_arena_alloc(a, word.len * 4 + 1);
    for (size_t i = 0; out && i < word.len; i++)
        snprintf(out + i * 4, 5, "\\x%02X", word.ptr[i]);
    return out;
}

static bool codes_of(struct lexicon *l, struct cs_span word, struct cs_codes *out)
{
    struct cs_map_text map;
    if (cs_bad(cs_map_text(word, &l->arena, &map))) return false;
    uint16_t *code = cs_arena_alloc(&l->arena, map.n * sizeof *code);
    for (uint32_t i = 0; code && i < map.n; i++)
        code[i] = map.at[i].code;
    *out = (struct cs_codes){code, map.n};
    return code != NULL;
}

static bool add(struct lexicon *l, struct draft *d, struct cs_span word)
{
    struct cs_codes codes;
    if (!codes_of(l, word, &codes)) return false;
    struct cs_span key = cs_span_of(codes.ptr, codes.len * sizeof *codes.ptr);
    if (codes.len == 0 || codes.len > CS_PATTERN_CODES_MAX || cs_map_get(&d->seen, key)) return true;
    if (cs_bad(cs_map_put(&d->seen, key, l->n))) return false;
    d->pattern[l->n] = codes;
    d->term[l->n] = (struct cs_term){.text = cs_arena_strdup(&l->arena, word), .pattern = l->n};
    d->term_begin[l->n] = l->n;
    d->plain[l->n] = escape(&l->arena, word);
    bool ok = d->term[l->n].text && d->plain[l->n];
    l->n++;
    d->term_begin[l->n] = l->n;
    return ok;
}

static bool compile_plain(struct lexicon *l, const char *const *expression)
{
    unsigned *id = cs_arena_alloc(&l->arena, l->n * sizeof *id);
    hs_compile_error_t *error = NULL;
    for (uint32_t i = 0; id && i < l->n; i++)
        id[i] = i;
    if (!id || hs_compile_multi(expression, NULL, id, l->n, HS_MODE_BLOCK, NULL, &l->plain, &error)) {
        fprintf(stderr, "plain literals: %s\n", error ? error->message : "out of memory");
        hs_free_compile_error(error);
        return false;
    }
    return hs_alloc_scratch(l->plain, &l->scratch) == HS_SUCCESS;
}

static bool compile_folded(struct lexicon *l, const struct draft *d)
{
    struct cs_diag diag = {0};
    cs_rc rc = cs_matcher_new(CS_MATCHER_HYPERSCAN, d->pattern, l->n, &diag, &l->matcher);
    if (cs_bad(rc)) fprintf(stderr, "matcher: %s\n", diag.n ? cs_diag_text(&diag, 0) : cs_rc_name(rc));
    cs_diag_clear(&diag);
    return !cs_bad(rc);
}

static void build_set(struct lexicon *l, const struct draft *d)
{
    l->rule[0] = (struct cs_rule){.id = "BENCH",
        .category = "bench",
        .platforms = ~(uint64_t)0,
        .actors = 0xFF,
        .severity = 1,
        .floor = CS_EVIDENCE_GAP,
        .gap = CS_GAP_DEFAULT};
    l->rule[1] = l->rule[0];
    l->rule[1].floor = CS_EVIDENCE_SHAPE;
    l->term = d->term;
    l->box.n_platform = 1;
    l->box.set = (struct cs_ruleset){.rule = l->rule,
        .n_rule = 2,
        .pattern = d->pattern,
        .n_pattern = l->n,
        .term = d->term,
        .term_begin = d->term_begin,
        .n_term = l->n};
}

bool lexicon_open(struct lexicon *l, const struct corpus *words, uint32_t n)
{
    struct draft d;
    *l = (struct lexicon){0};
    cs_arena_init(&l->arena, 1 << 20, 0);
    if (n > words->n) n = words->n;
    bool ok = reserve(l, &d, n);
    for (uint32_t i = 0; i < n && ok; i++)
        ok = add(l, &d, words->line[(uint64_t)i * words->n / n]);
    cs_map_clear(&d.seen);
    ok = ok && compile_plain(l, d.plain) && compile_folded(l, &d);
    if (ok) build_set(l, &d);
    return ok;
}

bool lexicon_disguise(struct lexicon *l, const struct lexicon_choice *choice)
{
    struct cs_ruleset *set = &l->box.set;
    uint32_t step = choice->spread && choice->n ? l->n / choice->n : 1;
    struct cs_disguisable *to = cs_arena_alloc(&l->arena, (choice->n + 1) * sizeof *to);
    if (!to) return false;
    set->disguisable = to;
    set->n_disguisable = 0;
    l->rule[1].channels = choice->channels;
    l->rule[1].sound = choice->sound;
    for (uint32_t i = 0; i < l->n; i++) {
        struct cs_codes code = set->pattern[i];
        l->term[i].rule = 0;
        if (i % step || i / step >= choice->n || code.len < 2) continue;
        l->term[i].rule = 1;
        to[set->n_disguisable++] = (struct cs_disguisable){code, choice->channels, choice->sound, i};
    }
    return true;
}

static int count_hit(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    ++*(uint64_t *)context;
    return 0;
}

uint64_t lexicon_scan_plainly(const struct lexicon *l, const struct corpus *chat)
{
    uint64_t hits = 0;
    for (uint32_t i = 0; i < chat->n; i++) {
        const struct cs_span *s = &chat->line[i];
        hs_error_t e =
            hs_scan(l->plain, (const char *)s->ptr, (unsigned)s->len, 0, l->scratch, count_hit, &hits);
        need(e == HS_SUCCESS, "plain scan");
    }
    return hits;
}

void lexicon_close(struct lexicon *l)
{
    hs_free_scratch(l->scratch);
    hs_free_database(l->plain);
    cs_matcher_free(&l->matcher);
    cs_arena_clear(&l->arena);
}
