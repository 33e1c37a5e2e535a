/* Random rules and texts against a second annotator that works on characters, not on codes, and tries every
 * run of them. */
#include "annotate/kit.h"

#include <criterion/criterion.h>

enum { CHARS_MAX = 40, ROUNDS = 3000, TEXTS = 30 };

/* What disguises and near misses are made of. The last three are a NUL, a broken byte and a cut sequence. */
static const char *const letters[] = {"微", "信", "信", "v", "x", "V", "Ｘ", "1", "5", "５", " ", ".", "．",
    "-", "。", "，", "%", "％", "\u200b", "\u0301", "㎏", "k", "g", "𠀀", "😀", "\n", "寶", "宝", "", "\xFF",
    "\xE5\xBE"};
enum { N_LETTERS = sizeof letters / sizeof letters[0] };

/* One character of a text, folded by itself. */
struct glyph {
    uint32_t byte, len, cp, n;
    uint16_t code[8];
    enum cs_char_class class;
    uint8_t first_bits, last_bits;
};

struct plain {
    struct glyph at[CHARS_MAX * 2 + 1];
    uint32_t n;
};

struct finding {
    uint32_t rule, term, begin, end, codes; /* characters, half open */
    uint8_t evidence;
    bool exempt, gone;
};

struct findings {
    struct finding at[4096];
    uint32_t n;
};

static void read_glyphs(struct plain *p, struct cs_span text, struct cs_arena *arena)
{
    p->n = 0;
    for (uint32_t at = 0; at < text.len; p->n++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        struct glyph *g = &p->at[p->n];
        struct cs_map_text map;
        kit_ok(cs_map_text(cs_span_cut(text, at, at + st.len), arena, &map), "glyph");
        *g =
            (struct glyph){.byte = at, .len = st.len, .cp = st.cp, .n = map.n, .class = cs_char_class(st.cp)};
        for (uint32_t i = 0; i < map.n; i++)
            g->code[i] = map.at[i].code;
        g->first_bits = map.n ? map.at[0].bits : 0;
        g->last_bits = map.n ? map.at[map.n - 1].bits : 0;
        at += st.len;
    }
}

/* Codes of characters [i, j) equal the pattern. */
static bool spells(const struct plain *p, uint32_t i, uint32_t j, struct cs_codes pattern)
{
    uint32_t k = 0;
    for (; i < j; i++)
        for (uint32_t c = 0; c < p->at[i].n; c++)
            if (k == pattern.len || pattern.ptr[k++] != p->at[i].code[c]) return false;
    return k == pattern.len;
}

static bool is_separator(const struct glyph *g)
{
    return g->n == 0 && g->class != CS_CHAR_IGNORABLE;
}

/* Gaps of [i, j) are within the rule; *gap tells whether any was used. */
static bool gaps_ok(
    const struct kit *k, const struct cs_term *t, const struct plain *p, const struct finding *f, bool *gap)
{
    const struct cs_rule *r = &k->rs.rule[t->rule];
    uint32_t code = 0, run = 0;
    bool sentence = false;
    *gap = false;
    for (uint32_t i = f->begin; i < f->end; i++) {
        const struct glyph *g = &p->at[i];
        run += is_separator(g);
        sentence |= g->class == CS_CHAR_SENTENCE_END;
        if (g->n == 0) continue;
        bool free_here = t->free_gap >> code & 1;
        if (run && !free_here) *gap = true;
        if (run && !free_here && (run > r->gap || (sentence && !r->cross_sentence))) return false;
        run = 0;
        sentence = false;
        code += g->n;
    }
    return true;
}

/* Nearest kept character left (step -1) or right of `from`, -1 if none; counts separators and points between.
 */
static int neighbour(const struct plain *p, uint32_t from, int step, uint32_t *separators, uint32_t *points)
{
    *separators = *points = 0;
    for (int i = (int)from + step; i >= 0 && i < (int)p->n; i += step) {
        if (p->at[i].n) return i;
        *separators += is_separator(&p->at[i]);
        *points += p->at[i].cp == '.' || p->at[i].cp == 0xFF0E;
    }
    return -1;
}

static bool one_word(uint8_t left, uint8_t right, uint32_t separators, uint32_t points)
{
    uint8_t both = left & right;
    if ((both & CS_MAPPED_LETTER) && separators == 0) return true;
    return (both & CS_MAPPED_DIGIT) && (separators == 0 || (separators == 1 && points == 1));
}

static bool edges_ok(const struct plain *p, const struct finding *f, bool *clause)
{
    uint32_t sl, pl, sr, pr;
    int left = neighbour(p, f->begin, -1, &sl, &pl), right = neighbour(p, f->end - 1, 1, &sr, &pr);
    *clause = (left < 0 || sl) && (right < 0 || sr);
    if (left >= 0 && one_word(p->at[left].last_bits, p->at[f->begin].first_bits, sl, pl)) return false;
    return right < 0 || !one_word(p->at[f->end - 1].last_bits, p->at[right].first_bits, sr, pr);
}

static bool percent_between(const struct plain *p, int from, int to)
{
    for (int i = from; i < to; i++)
        if (p->at[i].n == 0 && cs_mark_of(p->at[i].cp) == '%') return true;
    return false;
}

static bool marks_ok(const struct cs_term *t, const struct plain *p, const struct finding *f)
{
    for (uint32_t m = 0; m < t->n_mark; m++) {
        uint32_t code = 0, none;
        int i = (int)f->begin, prev = neighbour(p, f->begin, -1, &none, &none);
        for (; i < (int)p->n && (p->at[i].n == 0 || code < t->mark[m].at); i++)
            if (p->at[i].n) {
                code += p->at[i].n;
                prev = i;
            }
        if (code != t->mark[m].at || !percent_between(p, prev + 1, i)) return false;
    }
    return true;
}

/* The term without separators and ignorables at its edges. */
static struct cs_span bare(const char *term, struct cs_arena *arena)
{
    struct cs_map_text map;
    kit_ok(cs_map_text(cs_span_str(term), arena, &map), "term");
    return cs_span_cut(cs_span_str(term), map.at[0].byte_begin, map.at[map.n - 1].byte_end);
}

static bool genuine(
    struct kit *k, uint32_t term, const struct plain *p, struct cs_span text, struct finding *f)
{
    const struct cs_term *t = &k->rs.term[term];
    const struct cs_rule *r = &k->rs.rule[t->rule];
    bool gap, clause;
    if (!gaps_ok(k, t, p, f, &gap) || !edges_ok(p, f, &clause) || !marks_ok(t, p, f)) return false;
    const struct glyph *last = &p->at[f->end - 1];
    struct cs_span cut = cs_span_cut(text, p->at[f->begin].byte, last->byte + last->len);
    bool exact = cs_span_eq(cut, bare(t->text, &k->arena));
    f->evidence = exact ? CS_EVIDENCE_EXACT : gap ? CS_EVIDENCE_GAP : CS_EVIDENCE_FOLDED;
    return t->exempt || ((clause || !r->whole_clause) && f->evidence <= r->floor);
}

static void find_all(struct kit *k, const struct plain *p, struct cs_span text, struct findings *out)
{
    out->n = 0;
    for (uint32_t t = 0; t < k->rs.n_term; t++)
        for (uint32_t i = 0; i < p->n; i++)
            for (uint32_t j = i + 1; j <= p->n; j++) {
                struct cs_codes pattern = k->rs.pattern[k->rs.term[t].pattern];
                struct finding f = {k->rs.term[t].rule, t, i, j, pattern.len, 0, k->rs.term[t].exempt, false};
                if (!p->at[i].n || !p->at[j - 1].n || !spells(p, i, j, pattern)) continue;
                cr_assert(out->n < 4096);
                if (genuine(k, t, p, text, &f)) out->at[out->n++] = f;
            }
}

static void apply_exemptions(struct findings *fs)
{
    for (uint32_t i = 0; i < fs->n; i++)
        for (uint32_t e = 0; e < fs->n; e++) {
            const struct finding *x = &fs->at[e];
            struct finding *f = &fs->at[i];
            if (x->exempt && x->rule == f->rule && x->begin <= f->begin && x->end >= f->end)
                f->gone |= !f->exempt;
        }
}

static bool better(const struct finding *a, const struct finding *b)
{
    if (a->codes != b->codes) return a->codes > b->codes;
    if (a->begin != b->begin) return a->begin < b->begin;
    return a->evidence != b->evidence ? a->evidence < b->evidence : a->term < b->term;
}

/* Take the best one out again and again, and throw away what overlaps it. */
static void take_winners(struct findings *fs, struct findings *out)
{
    out->n = 0;
    for (;;) {
        struct finding *best = NULL;
        for (uint32_t i = 0; i < fs->n; i++)
            if (!fs->at[i].gone && !fs->at[i].exempt && (!best || better(&fs->at[i], best)))
                best = &fs->at[i];
        if (!best) return;
        struct finding won = *best;
        out->at[out->n++] = won;
        for (uint32_t i = 0; i < fs->n; i++) {
            struct finding *f = &fs->at[i];
            if (f->rule == won.rule && f->begin < won.end && f->end > won.begin) f->gone = true;
        }
    }
}

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

static const struct finding *find_same(
    const struct findings *fs, const struct cs_violation *v, const struct kit *k)
{
    for (uint32_t i = 0; i < fs->n; i++) {
        const struct finding *f = &fs->at[i];
        if (f->begin == v->char_begin && f->end == v->char_end && f->evidence == v->evidence &&
            k->rs.rule[f->rule].id == v->rule_id)
            return f;
    }
    return NULL;
}

/* Cutting the span out and folding it alone gives the codes of the term. */
static void check_cut(struct kit *k, const struct cs_violation *v, const struct finding *f)
{
    struct cs_codes pattern = k->rs.pattern[k->rs.term[f->term].pattern];
    struct cs_map_text map;
    kit_ok(
        cs_map_text(cs_span_cut(k->batch.text[v->msg], v->byte_begin, v->byte_end), &k->arena, &map), "cut");
    cr_assert_eq(map.n, pattern.len);
    for (uint32_t i = 0; i < map.n; i++)
        cr_assert_eq(map.at[i].code, pattern.ptr[i]);
    cr_assert_eq(map.at[0].gap, 0);
    cr_assert_eq(map.at[map.n].gap, 0);
}

static uint32_t compare(struct kit *k, uint32_t msg, struct findings *all, struct findings *won)
{
    struct plain p;
    const struct cs_batch *b = &k->batch;
    read_glyphs(&p, b->text[msg], &k->arena);
    find_all(k, &p, b->text[msg], all);
    apply_exemptions(all);
    take_winners(all, won);
    uint32_t begin = b->violation_begin[msg], n = b->violation_begin[msg + 1] - begin;
    cr_assert_eq(n, won->n, "'%.*s' gives %s, %u expected", (int)b->text[msg].len,
        (const char *)b->text[msg].ptr, kit_outcome(k, msg), won->n);
    for (uint32_t i = begin; i < begin + n; i++) {
        const struct finding *f = find_same(won, &b->violation[i], k);
        cr_assert(f != NULL, "'%.*s' gives %s", (int)b->text[msg].len, (const char *)b->text[msg].ptr,
            kit_outcome(k, msg));
        check_cut(k, &b->violation[i], f);
    }
    return n;
}

Test(random, equals_the_plain_annotator, .timeout = 300)
{
    static struct findings all, won;
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
            violations += compare(k, m, &all, &won);
        kit_close(k);
    }
    cr_expect(violations > 20000, "only %lu violations", (unsigned long)violations);
}
