#include "chatsieve/near.h"

#include "base/utf8.h"
#include "scan/lattice.h"
#include "text/alphabet.h"
#include "text/map.h"
#include "text/readings.h"

#include <stdio.h>
#include <stdlib.h>

/* Kinds of misses. With one code wrong or missing a term of fewer codes than WRONG_MIN says something else;
 * one more may stand in a shorter term. */
enum { RANK_JUDGED, RANK_DISGUISED, RANK_ONE_OFF, RANK_GATE };
enum { SURPLUS_MIN = 3, WRONG_MIN = 4, LETTERS_MIN = 5 };

struct finder {
    const struct cs_near_case *c;
    struct cs_near_list *out;
    struct cs_map_text map;
    uint16_t *code;
    uint32_t n; /* codes that are looked at */
    uint64_t platform;
    uint8_t role;
};

static bool applies(const struct finder *f, const struct cs_rule *r)
{
    return r->platforms & f->platform && r->actors & 1u << f->role;
}

/* True when the rule has a violation there. */
static bool is_settled(const struct finder *f, const struct cs_near *miss)
{
    for (uint32_t i = 0; i < f->c->n; i++) {
        const struct cs_judgement *j = &f->c->judgement[i];
        bool stands = j->verdict == CS_VERDICT_VIOLATION || j->verdict == CS_VERDICT_EXEMPT;
        if (stands && j->rule == miss->rule && j->violation.byte_begin < miss->byte_end &&
            miss->byte_begin < j->violation.byte_end)
            return true;
    }
    return false;
}

/* What was noted at this place about the same rule. */
static struct cs_near *noted(struct finder *f, const struct cs_near *miss)
{
    for (uint32_t i = 0; i < f->out->n; i++) {
        struct cs_near *m = &f->out->at[i];
        if (m->rule == miss->rule && m->byte_begin < miss->byte_end && miss->byte_begin < m->byte_end)
            return m;
    }
    return NULL;
}

/* Misses come by rank; of one rank the longer of two tells more. */
static void note(struct finder *f, const struct cs_near *miss)
{
    if (is_settled(f, miss)) return;
    struct cs_near *rival = noted(f, miss);
    bool longer = rival && miss->byte_end - miss->byte_begin > rival->byte_end - rival->byte_begin;
    if (longer && rival->rank == miss->rank) *rival = *miss;
    if (rival) return;
    if (f->out->n == CS_NEAR_MAX)
        f->out->left_out++;
    else
        f->out->at[f->out->n++] = *miss;
}

/* Codes begin .. end of the text, as a miss of a term. */
static struct cs_near place(
    const struct finder *f, uint32_t term, uint32_t begin, uint32_t end, uint32_t rank)
{
    const struct cs_mapped *first = &f->map.at[begin], *last = &f->map.at[end - 1];
    return (struct cs_near){.rule = f->c->rules->term[term].rule,
        .term = term,
        .char_begin = first->char_begin,
        .char_end = last->char_begin + 1,
        .byte_begin = first->byte_begin,
        .byte_end = last->byte_end,
        .rank = rank};
}

/* The widest gap inside a span of characters. */
static uint32_t widest_gap(const struct finder *f, const struct cs_violation *v)
{
    uint32_t widest = 0;
    for (uint32_t i = 0; i < f->map.n; i++) {
        const struct cs_mapped *m = &f->map.at[i];
        if (m->char_begin > v->char_begin && m->char_begin < v->char_end && m->gap > widest) widest = m->gap;
    }
    return widest;
}

static void tell_verdict(const struct finder *f, const struct cs_judgement *j, char *why)
{
    const struct cs_rule *r = &f->c->rules->rule[j->rule];
    switch (j->verdict) {
    case CS_VERDICT_GAP_TOO_WIDE:
        snprintf(
            why, CS_NEAR_WHY, "a gap of %u; the rule allows %u (gap)", widest_gap(f, &j->violation), r->gap);
        break;
    case CS_VERDICT_WEAK_EVIDENCE:
        snprintf(why, CS_NEAR_WHY, "evidence %s; the rule asks for %s or stronger (evidence)",
            cs_evidence_name(j->violation.evidence), cs_evidence_name(r->floor));
        break;
    case CS_VERDICT_SENTENCE_END:
        snprintf(why, CS_NEAR_WHY, "a sentence ends inside; the rule does not allow it (cross_sentence)");
        break;
    case CS_VERDICT_OTHER_PLATFORM:
        snprintf(why, CS_NEAR_WHY, "the rule is for other platforms (platforms)");
        break;
    case CS_VERDICT_OTHER_ACTOR:
        snprintf(why, CS_NEAR_WHY, "the rule is not for the role %s (actors)", cs_role_name(f->role));
        break;
    case CS_VERDICT_NOT_CLAUSE:
        snprintf(why, CS_NEAR_WHY, "other words stand around it; the rule asks for a whole clause");
        break;
    default: snprintf(why, CS_NEAR_WHY, "%s", cs_verdict_name(j->verdict)); break;
    }
}

static void find_judged(struct finder *f)
{
    for (uint32_t i = 0; i < f->c->n; i++) {
        const struct cs_judgement *j = &f->c->judgement[i];
        if (j->verdict == CS_VERDICT_VIOLATION || j->verdict == CS_VERDICT_EXEMPT ||
            j->verdict == CS_VERDICT_SHADOWED)
            continue;
        struct cs_near miss = {.rule = j->rule,
            .term = j->term,
            .char_begin = j->violation.char_begin,
            .char_end = j->violation.char_end,
            .byte_begin = j->violation.byte_begin,
            .byte_end = j->violation.byte_end,
            .rank = RANK_JUDGED};
        tell_verdict(f, j, miss.why);
        note(f, &miss);
    }
}

static bool is_forbidden(const struct finder *f, const struct cs_term *t)
{
    return !t->exempt && !t->condition && applies(f, &f->c->rules->rule[t->rule]);
}

/* Names of the channels in a set that is not empty. */
static void name_channels(uint8_t set, char *out, size_t size)
{
    static const char *const name[] = {"pinyin", "homophone", "abbreviation", "split", "shape"};
    size_t at = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < 5; i++)
        if (set >> i & 1 && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", name[i]);
}

/* Why a disguise that can be found was not one for the rule. */
static void tell_disguise(
    const struct finder *f, const struct cs_term *t, const struct cs_disguised *d, char *why)
{
    const struct cs_rule *r = &f->c->rules->rule[t->rule];
    uint8_t missing = d->channels & (uint8_t)~r->channels & CS_CHANNELS_ALL;
    char names[64];
    name_channels(missing, names, sizeof names);
    if (t->plain)
        snprintf(why, CS_NEAR_WHY, "disguised, and the term is only looked for as it is written (plain)");
    else if (missing)
        snprintf(why, CS_NEAR_WHY, "disguised; the rule does not look for that (disguises: %s)", names);
    else if (d->evidence > r->floor)
        snprintf(why, CS_NEAR_WHY, "evidence %s; the rule asks for %s or stronger (evidence)",
            cs_evidence_name(d->evidence), cs_evidence_name(r->floor));
    else
        snprintf(why, CS_NEAR_WHY, "it sounds alike in a reading that is too rare for the rule (sound: %s)",
            r->sound == 0 ? "main" : "modern");
}

/* The terms of this text's rules, to be looked for in every disguise; term[i] is the number of entry i. */
struct suspects {
    struct cs_disguisable *entry;
    uint32_t *term;
    uint32_t n;
};

static cs_rc list_suspects(const struct finder *f, struct suspects *s)
{
    const struct cs_ruleset *rs = f->c->rules;
    struct cs_arena *arena = &f->c->batch->arena;
    s->entry = cs_arena_zalloc(arena, rs->n_term, sizeof *s->entry);
    s->term = cs_arena_zalloc(arena, rs->n_term, sizeof *s->term);
    if (!s->entry || !s->term) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < rs->n_term; i++) {
        const struct cs_term *t = &rs->term[i];
        if (!is_forbidden(f, t) || t->n_mark || rs->pattern[t->pattern].len < 2) continue;
        s->term[s->n] = i;
        s->entry[s->n++] =
            (struct cs_disguisable){rs->pattern[t->pattern], CS_CHANNELS_ALL, CS_SOUND_COUNT - 1, t->pattern};
    }
    return CS_OK;
}

static cs_rc search(struct finder *f, const struct suspects *s, struct cs_lattice_scanner *scanner)
{
    const uint32_t begin[2] = {0, f->n + 1};
    struct cs_folded in = {.code = f->code, .n_code = f->n + 1, .begin = begin, .n = 1};
    const struct cs_disguised *d;
    uint32_t n;
    cs_rc rc = cs_lattice_scan(scanner, &in, NULL, &d, &n);
    for (uint32_t i = 0; i < n && !cs_bad(rc); i++) {
        uint32_t term = s->term[d[i].term];
        struct cs_near miss = place(f, term, d[i].begin, d[i].end, RANK_DISGUISED);
        tell_disguise(f, &f->c->rules->term[term], &d[i], miss.why);
        note(f, &miss);
    }
    return rc;
}

/* With every channel and sound for every term: what the rules themselves found is settled. */
static cs_rc find_disguised(struct finder *f)
{
    struct suspects s = {0};
    struct cs_lattice *set = NULL;
    struct cs_lattice_scanner *scanner = NULL;
    struct cs_diag unused = {0};
    cs_rc rc = list_suspects(f, &s);
    if (!cs_bad(rc)) rc = cs_lattice_new(CS_MATCHER_HYPERSCAN, s.entry, s.n, &unused, &set);
    if (!cs_bad(rc)) rc = cs_lattice_scanner_new(set, &scanner);
    if (!cs_bad(rc)) rc = search(f, &s, scanner);
    cs_lattice_scanner_free(&scanner);
    cs_lattice_free(&set);
    cs_diag_clear(&unused);
    return rc;
}

/* How a term with one code wrong may lie in the text. */
struct fit {
    uint32_t term_at;      /* the code in question, of the term */
    uint32_t text_n;       /* codes of the text that it takes up */
    bool surplus, missing; /* the text has one more, or one less; neither: another one */
};

static bool same(const uint16_t *a, const uint16_t *b, uint32_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

static uint32_t common(struct cs_codes a, struct cs_codes b)
{
    uint32_t k = 0;
    while (k < a.len && k < b.len && a.ptr[k] == b.ptr[k])
        k++;
    return k;
}

/* What follows the first difference at code k: with one code of the text left out, one of the term, or both.
 */
static bool rest_fits(struct cs_codes term, struct cs_codes text, uint32_t of_term, uint32_t of_text)
{
    uint32_t n = term.len - of_term;
    return of_term <= term.len && of_text + n <= text.len && same(term.ptr + of_term, text.ptr + of_text, n);
}

/* Whether the term begins at text[at] but for one code; a whole hit does not count. */
static bool fits(const struct finder *f, struct cs_codes term, uint32_t at, struct fit *out)
{
    struct cs_codes text = {f->code + at, f->n - at};
    uint32_t n = term.len, k = common(term, text);
    *out = (struct fit){.term_at = k, .text_n = n};
    if (k == n) return false;
    bool phrase = n >= WRONG_MIN, inside = k && k < n - 1;
    if (phrase && rest_fits(term, text, k + 1, k + 1)) return true;
    out->surplus = k && rest_fits(term, text, k, k + 1);
    out->missing = !out->surplus && phrase && inside && rest_fits(term, text, k + 1, k);
    out->text_n = out->surplus ? n + 1 : n - 1;
    return out->surplus || out->missing;
}

/* One letter makes another word, and one digit another number: those must be longer. */
static bool is_long_enough(struct cs_codes c)
{
    uint32_t simple = 0;
    for (uint32_t i = 0; i < c.len; i++)
        simple += cs_code_unit(c.ptr[i]) < 0x80;
    return c.len >= SURPLUS_MIN && (simple * 2 < c.len || c.len >= LETTERS_MIN);
}

/* A code as UTF-8; half of a character beyond the BMP shows as U+FFFD. */
static void write_code(uint16_t code, char out[CS_UTF8_MAX_BYTES + 1])
{
    uint8_t utf8[CS_UTF8_MAX_BYTES];
    size_t n = cs_utf8_put(cs_code_unit(code), utf8);
    memcpy(out, utf8, n);
    out[n] = 0;
}

static void tell_fit(
    const struct finder *f, struct cs_codes term, uint32_t at, const struct fit *fit, char *why)
{
    char there[CS_UTF8_MAX_BYTES + 1], wanted[CS_UTF8_MAX_BYTES + 1];
    write_code(f->code[at + fit->term_at], there);
    write_code(term.ptr[fit->term_at], wanted);
    if (fit->missing)
        snprintf(why, CS_NEAR_WHY, "one character is missing: %s", wanted);
    else if (fit->surplus)
        snprintf(why, CS_NEAR_WHY, "one character too many: %s", there);
    else
        snprintf(why, CS_NEAR_WHY, "one character is another: %s for %s", there, wanted);
}

static void find_one_off(struct finder *f)
{
    const struct cs_ruleset *rs = f->c->rules;
    for (uint32_t i = 0; i < rs->n_term; i++) {
        struct cs_codes term = rs->pattern[rs->term[i].pattern];
        struct fit fit;
        if (!is_forbidden(f, &rs->term[i]) || !is_long_enough(term)) continue;
        for (uint32_t at = 0; at + term.len <= f->n + 1; at++) {
            if (!fits(f, term, at, &fit)) continue;
            struct cs_near miss = place(f, i, at, at + fit.text_n, RANK_ONE_OFF);
            tell_fit(f, term, at, &fit, miss.why);
            note(f, &miss);
        }
    }
}

static bool has_matched(const struct finder *f, uint32_t term)
{
    for (uint32_t i = 0; i < f->c->n; i++)
        if (f->c->judgement[i].term == term) return true;
    return false;
}

static void find_gates(struct finder *f)
{
    const struct cs_ruleset *rs = f->c->rules;
    for (uint32_t h = 0; h < f->c->batch->n_hit; h++) {
        const struct cs_hit *hit = &f->c->batch->hit[h];
        for (uint32_t g = 0; g < rs->n_gate && hit->msg == 0 && hit->end <= f->n; g++) {
            uint32_t term = rs->n_term + rs->gate[g].regex, len = rs->pattern[hit->pattern].len;
            if (rs->gate[g].pattern != hit->pattern || has_matched(f, term)) continue;
            if (!applies(f, &rs->rule[rs->term[term].rule])) continue;
            struct cs_near miss = place(f, term, hit->end - len, hit->end, RANK_GATE);
            snprintf(miss.why, sizeof miss.why, "a part of the expression is there, the rest does not match");
            note(f, &miss);
        }
    }
}

static int by_rank(const void *a, const void *b)
{
    const struct cs_near *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    if (x->byte_begin != y->byte_begin) return x->byte_begin < y->byte_begin ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

static cs_rc fold(struct finder *f)
{
    struct cs_batch *b = f->c->batch;
    cs_rc rc = cs_map_text(b->text[0], &b->arena, &f->map);
    if (cs_bad(rc)) return rc;
    f->n = f->map.n < CS_NEAR_CODES_MAX ? f->map.n : CS_NEAR_CODES_MAX;
    f->out->cut = f->n < f->map.n;
    f->code = cs_arena_zalloc(&b->arena, (size_t)f->n + 64, sizeof *f->code);
    if (!f->code) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < f->n; i++)
        f->code[i] = f->map.at[i].code;
    f->code[f->n] = CS_CODE_DELIMITER;
    return CS_OK;
}

cs_rc cs_near_find(const struct cs_near_case *c, struct cs_near_list *out)
{
    struct finder f = {.c = c,
        .out = out,
        .platform = cs_ruleset_platform(c->rules, c->batch->platform[0]),
        .role = c->batch->role[0]};
    *out = (struct cs_near_list){0};
    cs_rc rc = fold(&f);
    if (cs_bad(rc)) return rc;
    find_judged(&f);
    rc = find_disguised(&f);
    if (cs_bad(rc)) return rc;
    find_one_off(&f);
    find_gates(&f);
    qsort(out->at, out->n, sizeof *out->at, by_rank);
    return CS_OK;
}
