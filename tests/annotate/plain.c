#include "annotate/plain.h"

#include "base/utf8.h"
#include "rules/mark.h"
#include "text/map.h"
#include "text/readings.h"

#include <stdlib.h>

enum { LETTERS_AROUND = 24 };

/* One character of a text, folded by itself. */
struct glyph {
    uint32_t byte, len, cp, n;
    uint16_t code[8];
    enum cs_char_class class;
    uint8_t first_bits, last_bits;
};

struct plain {
    const struct plain_case *c;
    struct cs_arena *arena;
    struct glyph at[PLAIN_CHARS];
    uint32_t n;
};

static bool read_glyphs(struct plain *p)
{
    struct cs_span text = p->c->text;
    p->n = 0;
    for (uint32_t at = 0; at < text.len; p->n++) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        struct cs_map_text map;
        if (p->n == PLAIN_CHARS) return false;
        if (cs_bad(cs_map_text(cs_span_cut(text, at, at + st.len), p->arena, &map))) abort();
        struct glyph *g = &p->at[p->n];
        *g =
            (struct glyph){.byte = at, .len = st.len, .cp = st.cp, .n = map.n, .class = cs_char_class(st.cp)};
        for (uint32_t i = 0; i < map.n; i++)
            g->code[i] = map.at[i].code;
        g->first_bits = map.n ? map.at[0].bits : 0;
        g->last_bits = map.n ? map.at[map.n - 1].bits : 0;
        at += st.len;
    }
    return true;
}

static const struct cs_rule *rule_of(const struct plain *p, const struct plain_finding *f)
{
    return &p->c->rs->rule[f->rule];
}

/* One behind the character with which the pattern ends that begins with character i, or 0. */
static uint32_t spelled_from(const struct plain *p, uint32_t i, struct cs_codes pattern)
{
    uint32_t k = 0;
    for (; p->at[i].n && i < p->n; i++) {
        for (uint32_t c = 0; c < p->at[i].n; c++)
            if (k == pattern.len || pattern.ptr[k++] != p->at[i].code[c]) return 0;
        if (k == pattern.len) return i + 1;
        while (i + 1 < p->n && p->at[i + 1].n == 0)
            i++;
        if (i + 1 == p->n) return 0;
    }
    return 0;
}

static bool is_separator(const struct glyph *g)
{
    return g->n == 0 && g->class != CS_CHAR_IGNORABLE;
}

/* Gaps are within the rule; *gap tells whether any was used. Only a term as it is written has free ones. */
static bool gaps_ok(const struct plain *p, const struct plain_finding *f, bool *gap)
{
    const struct cs_rule *r = rule_of(p, f);
    uint64_t free_gap = f->channels ? 0 : p->c->rs->term[f->term].free_gap;
    uint32_t code = 0, run = 0;
    bool sentence = false;
    *gap = false;
    for (uint32_t i = f->begin; i < f->end; i++) {
        const struct glyph *g = &p->at[i];
        run += is_separator(g);
        sentence |= g->class == CS_CHAR_SENTENCE_END;
        if (g->n == 0) continue;
        bool free_here = code < 64 && (free_gap >> code & 1);
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

/* The letters of one word from character `from` on in direction `step` are whole syllables. */
static bool rest_is_pinyin(const struct plain *p, int from, int step)
{
    char letter[2 * LETTERS_AROUND];
    uint32_t n = 0;
    for (int i = from; i >= 0 && i < (int)p->n && n < LETTERS_AROUND; i += step) {
        const struct glyph *g = &p->at[i];
        if (is_separator(g)) break;
        for (uint32_t c = 0; c < g->n && n < LETTERS_AROUND; c++) {
            uint16_t unit = cs_code_unit(g->code[step > 0 ? c : g->n - 1 - c]);
            if (unit < 'a' || unit > 'z') goto done;
            letter[n++] = (char)unit;
        }
    }
done:
    for (uint32_t i = 0; step < 0 && i < n / 2; i++) {
        char swap = letter[i];
        letter[i] = letter[n - 1 - i];
        letter[n - 1 - i] = swap;
    }
    return n < LETTERS_AROUND && cs_syllables_fill(letter, n);
}

static bool edges_ok(const struct plain *p, const struct plain_finding *f, bool *clause)
{
    uint32_t sl, pl, sr, pr;
    int left = neighbour(p, f->begin, -1, &sl, &pl), right = neighbour(p, f->end - 1, 1, &sr, &pr);
    bool pinyin = f->channels & CS_CHANNEL_PINYIN;
    *clause = (left < 0 || sl) && (right < 0 || sr);
    if (left >= 0 && one_word(p->at[left].last_bits, p->at[f->begin].first_bits, sl, pl) &&
        !(pinyin && rest_is_pinyin(p, left, -1)))
        return false;
    return right < 0 || !one_word(p->at[f->end - 1].last_bits, p->at[right].first_bits, sr, pr) ||
           (pinyin && rest_is_pinyin(p, right, 1));
}

static bool sign_between(const struct plain *p, uint32_t sign, int from, int to)
{
    for (int i = from; i < to; i++)
        if (p->at[i].n == 0 && (p->at[i].cp == sign || cs_mark_of(p->at[i].cp) == sign)) return true;
    return false;
}

static bool marks_ok(const struct plain *p, const struct plain_finding *f)
{
    const struct cs_term *t = &p->c->rs->term[f->term];
    for (uint32_t m = 0; m < t->n_mark; m++) {
        uint32_t code = 0, none;
        int i = (int)f->begin, prev = neighbour(p, f->begin, -1, &none, &none);
        for (; i < (int)p->n && (p->at[i].n == 0 || code < t->mark[m].at); i++)
            if (p->at[i].n) {
                code += p->at[i].n;
                prev = i;
            }
        if (code != t->mark[m].at || !sign_between(p, t->mark[m].cp, prev + 1, i)) return false;
    }
    return true;
}

/* The term without separators and ignorables at its edges, but with its signs. */
static struct cs_span bare(const char *term)
{
    struct cs_span s = cs_span_str(term);
    uint32_t begin = UINT32_MAX, end = 0;
    for (uint32_t at = 0; at < s.len;) {
        struct cs_utf8_step st = cs_utf8_next(s, at);
        bool counts = cs_char_class(st.cp) == CS_CHAR_KEPT || cs_mark_of(st.cp);
        if (counts && begin == UINT32_MAX) begin = at;
        at += st.len;
        if (counts) end = at;
    }
    return cs_span_cut(s, begin, end);
}

/* Take in the nearest sign of the term before the first character, and behind the last one. */
static void take_signs(const struct plain *p, struct plain_finding *f)
{
    const struct cs_term *t = &p->c->rs->term[f->term];
    uint32_t begin = f->begin, end = f->end;
    for (uint32_t m = 0; m < t->n_mark && !f->channels; m++) {
        uint32_t i = t->mark[m].at ? end : begin - 1;
        if (t->mark[m].at != 0 && t->mark[m].at != f->codes) continue;
        while (!sign_between(p, t->mark[m].cp, (int)i, (int)i + 1))
            i = t->mark[m].at ? i + 1 : i - 1;
        if (i < f->begin) f->begin = i;
        if (i >= f->end) f->end = i + 1;
    }
}

/* The bracket that closes a note on the last character. */
static void take_bracket(const struct plain *p, struct plain_finding *f)
{
    uint32_t opening = 0;
    for (uint32_t i = f->begin; i < f->end; i++)
        if (cs_view_brackets(opening, p->at[i].cp))
            opening = 0;
        else if (cs_view_opens(p->at[i].cp))
            opening = p->at[i].cp;
    f->end += f->end < p->n && cs_view_brackets(opening, p->at[f->end].cp);
}

/* From the first character to the last, signs of the term included. */
static struct cs_stretch stretch_of(const struct plain *p, const struct plain_finding *f)
{
    struct plain_finding shown = *f;
    take_signs(p, &shown);
    if (f->channels & CS_CHANNEL_ANNOTATED) take_bracket(p, &shown);
    const struct glyph *last = &p->at[shown.end - 1];
    return (struct cs_stretch){p->at[shown.begin].byte, last->byte + last->len, shown.begin, shown.end};
}

static uint8_t evidence_of(const struct plain *p, const struct plain_finding *f, bool gap)
{
    const struct cs_term *t = &p->c->rs->term[f->term];
    struct cs_stretch at = stretch_of(p, f), unused;
    struct cs_span cut = cs_span_cut(p->c->text, at.byte_begin, at.byte_end);
    uint8_t evidence = f->evidence;
    if (!f->channels) {
        bool exact = cs_span_eq(cut, bare(t->text)) || cs_span_eq(cut, cs_span_str(t->text));
        evidence = exact ? CS_EVIDENCE_EXACT : gap ? CS_EVIDENCE_GAP : CS_EVIDENCE_FOLDED;
    }
    if (evidence < t->best) evidence = t->best;
    if (p->c->view) (void)cs_view_locate(p->c->view, at, &unused, &evidence);
    return evidence;
}

/* Where something merely resembles, nothing else is disguised, and at least half of the codes are the term's.
 */
static bool likeness_ok(const struct plain *p, const struct plain_finding *f)
{
    struct cs_codes term = p->c->rs->pattern[p->c->rs->term[f->term].pattern];
    uint32_t k = 0, same = 0;
    if (!(f->channels & CS_CHANNEL_FAR)) return true;
    if ((f->channels | CS_CHANNEL_SHAPE | CS_CHANNEL_FAR) != (CS_CHANNEL_SHAPE | CS_CHANNEL_FAR))
        return false;
    for (uint32_t i = f->begin; i < f->end; i++)
        for (uint32_t c = 0; c < p->at[i].n; c++, k++)
            same += k < term.len && p->at[i].code[c] == term.ptr[k];
    return k == term.len && same * 2 >= k;
}

static bool genuine(const struct plain *p, struct plain_finding *f)
{
    const struct cs_rule *r = rule_of(p, f);
    bool gap, clause;
    if (!(r->platforms & p->c->platform) || !(r->actors >> p->c->role & 1)) return false;
    if (!gaps_ok(p, f, &gap) || !edges_ok(p, f, &clause) || !marks_ok(p, f)) return false;
    f->evidence = evidence_of(p, f, gap);
    if (f->exempt) return true;
    if (!likeness_ok(p, f)) return false;
    bool strong = f->evidence <= r->floor || p->c->rs->term[f->term].best == CS_EVIDENCE_SPIN;
    return strong && (clause || !r->whole_clause);
}

static bool keep(const struct plain *p, struct plain_findings *out, struct plain_finding f)
{
    if (!genuine(p, &f)) return true;
    if (out->n == PLAIN_FINDINGS) return false;
    out->at[out->n++] = f;
    return true;
}

static bool find_written(const struct plain *p, struct plain_findings *out)
{
    const struct cs_ruleset *rs = p->c->rs;
    for (uint32_t t = 0; t < rs->n_term; t++)
        for (uint32_t i = 0; i < p->n && !rs->term[t].condition; i++) {
            struct cs_codes pattern = rs->pattern[rs->term[t].pattern];
            uint32_t end = spelled_from(p, i, pattern);
            struct plain_finding f = {
                rs->term[t].rule, t, i, end, pattern.len, 0, 0, rs->term[t].exempt, false};
            if (end && !keep(p, out, f)) return false;
        }
    return true;
}

/* The characters that give codes [d->begin, d->end), if they are whole. */
static bool characters_of(const struct plain *p, const struct cs_disguised *d, struct plain_finding *f)
{
    uint32_t code = 0;
    f->begin = f->end = UINT32_MAX;
    for (uint32_t i = 0; i < p->n; code += p->at[i++].n) {
        if (p->at[i].n && code == d->begin) f->begin = i;
        if (p->at[i].n && code + p->at[i].n == d->end) f->end = i + 1;
    }
    return f->begin != UINT32_MAX && f->end != UINT32_MAX;
}

static bool find_disguised(const struct plain *p, struct plain_findings *out)
{
    const struct cs_ruleset *rs = p->c->rs;
    for (uint32_t k = 0; k < p->c->n_disguise; k++)
        for (uint32_t t = 0; t < rs->n_term; t++) {
            const struct cs_disguised *d = &p->c->disguise[k];
            struct plain_finding f = {.rule = rs->term[t].rule,
                .term = t,
                .codes = d->end - d->begin,
                .evidence = d->evidence,
                .channels = d->channels};
            if (rs->term[t].condition || !cs_ruleset_disguises(rs, &rs->disguisable[d->term], &rs->term[t]))
                continue;
            if (characters_of(p, d, &f) && !keep(p, out, f)) return false;
        }
    return true;
}

static void apply_exemptions(struct plain_findings *fs)
{
    for (uint32_t i = 0; i < fs->n; i++)
        for (uint32_t e = 0; e < fs->n; e++) {
            const struct plain_finding *x = &fs->at[e];
            struct plain_finding *f = &fs->at[i];
            if (x->exempt && x->rule == f->rule && x->begin <= f->begin && x->end >= f->end)
                f->gone |= !f->exempt;
        }
}

static bool better(const struct plain_finding *a, const struct plain_finding *b)
{
    if (!a->channels != !b->channels) return !a->channels;
    if (a->codes != b->codes) return a->codes > b->codes;
    if (a->begin != b->begin) return a->begin < b->begin;
    return a->evidence != b->evidence ? a->evidence < b->evidence : a->term < b->term;
}

/* Take the best one out again and again, and throw away what overlaps it. */
static void take_winners(struct plain_findings *fs)
{
    uint32_t taken = 0;
    for (;; taken++) {
        struct plain_finding *best = NULL;
        for (uint32_t i = taken; i < fs->n; i++)
            if (!fs->at[i].gone && !fs->at[i].exempt && (!best || better(&fs->at[i], best)))
                best = &fs->at[i];
        if (!best) break;
        struct plain_finding won = *best;
        *best = fs->at[taken];
        fs->at[taken] = won;
        for (uint32_t i = taken + 1; i < fs->n; i++) {
            struct plain_finding *f = &fs->at[i];
            if (f->rule == won.rule && f->begin < won.end && f->end > won.begin) f->gone = true;
        }
    }
    fs->n = taken;
}

/* Where the winners stand in the message; what the message says without being read as something else goes. */
static void place(const struct plain *p, struct plain_findings *fs)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fs->n; i++) {
        struct plain_finding f = fs->at[i];
        struct cs_stretch at = stretch_of(p, &f), in_message = at;
        if (p->c->view && !cs_view_locate(p->c->view, at, &in_message, &f.evidence)) continue;
        f.begin = in_message.char_begin;
        f.end = in_message.char_end;
        fs->at[kept++] = f;
    }
    fs->n = kept;
}

bool plain_judge(const struct plain_case *c, struct cs_arena *arena, struct plain_findings *out)
{
    static struct plain p;
    p.c = c;
    p.arena = arena;
    out->n = 0;
    if (!read_glyphs(&p) || !find_written(&p, out) || !find_disguised(&p, out)) return false;
    apply_exemptions(out);
    take_winners(out);
    place(&p, out);
    return true;
}

const struct plain_finding *plain_same(
    const struct plain_findings *fs, const struct cs_violation *v, const struct cs_ruleset *rs)
{
    for (uint32_t i = 0; i < fs->n; i++) {
        const struct plain_finding *f = &fs->at[i];
        if (f->begin == v->char_begin && f->end == v->char_end && f->evidence == v->evidence &&
            rs->rule[f->rule].id == v->rule_id)
            return f;
    }
    return NULL;
}
