#include "annotate/occurrence.h"

#include "base/utf8.h"
#include "rules/mark.h"
#include "text/readings.h"

#include <assert.h>

enum { FULL_WIDTH_POINT = 0xFF0E };

static const struct cs_term *term_of(const struct cs_subject *s, const struct cs_occurrence *o)
{
    return &s->rs->term[o->term];
}

static const struct cs_rule *rule_of(const struct cs_subject *s, const struct cs_occurrence *o)
{
    return &s->rs->rule[o->rule];
}

static const struct cs_mapped *code_at(const struct cs_subject *s, uint32_t code)
{
    return &s->window.map.at[code - s->window.first];
}

/* One behind the last code in the window. */
static uint32_t window_end(const struct cs_subject *s)
{
    return s->window.first + s->window.map.n;
}

/* True where the term itself is written with a separator before its code `i`. */
static bool gap_is_free(const struct cs_term *t, uint32_t i)
{
    return i < 64 && (t->free_gap >> i & 1);
}

/* The first or the last character among those dropped right before code `at` that is `sign` or another form
 * of it. False when there is none. */
static bool find_dropped(
    const struct cs_subject *s, uint32_t at, uint32_t sign, bool last, struct cs_stretch *out)
{
    uint32_t byte = at ? code_at(s, at - 1)->byte_end : 0, stop = code_at(s, at)->byte_begin;
    uint32_t character = at ? code_at(s, at - 1)->char_begin + 1 : 0;
    bool found = false;
    for (; byte < stop && (last || !found); character++) {
        struct cs_utf8_step st = cs_utf8_next(s->text, byte);
        bool is = st.cp == sign || cs_mark_of(st.cp) == sign;
        if (is) *out = (struct cs_stretch){byte, byte + st.len, character, character + 1};
        found |= is;
        byte += st.len;
    }
    return found;
}

bool cs_subject_dropped(const struct cs_subject *s, uint32_t at, uint32_t sign)
{
    struct cs_stretch unused;
    return find_dropped(s, at, sign, false, &unused);
}

bool cs_subject_joined(const struct cs_subject *s, uint32_t at)
{
    if (at == 0) return false;
    const struct cs_mapped *left = code_at(s, at - 1), *right = code_at(s, at);
    uint8_t both = left->bits & right->bits;
    if (right->gap == 0) return both & (CS_MAPPED_LETTER | CS_MAPPED_DIGIT);
    if (right->gap != 1 || !(both & CS_MAPPED_DIGIT)) return false;
    return cs_subject_dropped(s, at, '.') || cs_subject_dropped(s, at, FULL_WIDTH_POINT);
}

/* A hit must neither cut a word or number nor a single character that folds to several codes. */
static bool is_letter(const struct cs_mapped *at)
{
    uint16_t unit = cs_code_unit(at->code);
    return unit >= 'a' && unit <= 'z';
}

/* Pinyin may stand among more pinyin: whether the letters from code `at` on, one by one in direction `step`,
 * up to the end of their word, are whole syllables. */
static bool syllables_from(const struct cs_subject *s, uint32_t at, bool forward)
{
    char letter[CS_LETTERS_AROUND];
    uint32_t n = 0, i = at;
    while (n < CS_LETTERS_AROUND && (forward ? i < window_end(s) : i > s->window.first)) {
        uint32_t k = forward ? i : i - 1;
        if (!is_letter(code_at(s, k))) break;
        letter[forward ? n : CS_LETTERS_AROUND - 1 - n] = (char)cs_code_unit(code_at(s, k)->code);
        n++;
        if (code_at(s, forward ? k + 1 : k)->gap) break;
        i = forward ? i + 1 : i - 1;
    }
    return n < CS_LETTERS_AROUND && cs_syllables_fill(forward ? letter : letter + CS_LETTERS_AROUND - n, n);
}

/* Whether a disguise cuts a word of letters: pinyin does not when the rest is pinyin, too. */
static bool cuts_letters(const struct cs_subject *s, const struct cs_occurrence *o)
{
    bool left = cs_subject_joined(s, o->begin), right = cs_subject_joined(s, o->end);
    if (!(o->channels & CS_CHANNEL_PINYIN)) return left || right;
    return (left && !syllables_from(s, o->begin, false)) || (right && !syllables_from(s, o->end, true));
}

static uint8_t check_edges(const struct cs_subject *s, const struct cs_occurrence *o)
{
    if ((code_at(s, o->begin)->bits | code_at(s, o->end)->bits) & CS_MAPPED_INNER)
        return CS_VERDICT_WORD_EDGE;
    return cuts_letters(s, o) ? CS_VERDICT_WORD_EDGE : CS_VERDICT_VIOLATION;
}

static uint8_t check_gaps(const struct cs_subject *s, const struct cs_occurrence *o)
{
    const struct cs_rule *rule = rule_of(s, o);
    for (uint32_t i = o->begin + 1; i < o->end; i++) {
        const struct cs_mapped *at = code_at(s, i);
        if (at->gap == 0 || (!o->channels && gap_is_free(term_of(s, o), i - o->begin))) continue;
        if (at->gap > rule->gap) return CS_VERDICT_GAP_TOO_WIDE;
        if (at->bits & CS_MAPPED_SENTENCE && !rule->cross_sentence) return CS_VERDICT_SENTENCE_END;
    }
    return CS_VERDICT_VIOLATION;
}

static uint8_t check_marks(const struct cs_subject *s, const struct cs_occurrence *o)
{
    const struct cs_term *t = term_of(s, o);
    for (uint8_t i = 0; i < t->n_mark; i++)
        if (!cs_subject_dropped(s, o->begin + t->mark[i].at, t->mark[i].cp)) return CS_VERDICT_MARK_MISSING;
    return CS_VERDICT_VIOLATION;
}

static uint8_t check_clause(const struct cs_subject *s, const struct cs_occurrence *o)
{
    if (o->exempt || o->condition || !rule_of(s, o)->whole_clause) return CS_VERDICT_VIOLATION;
    bool left = o->begin == 0 || code_at(s, o->begin)->gap > 0;
    bool right = o->end == window_end(s) || code_at(s, o->end)->gap > 0;
    return left && right ? CS_VERDICT_VIOLATION : CS_VERDICT_NOT_CLAUSE;
}

/* What merely resembles counts when the rest of the term is written, and the rest is at least half of it. */
static uint8_t check_likeness(const struct cs_subject *s, const struct cs_occurrence *o)
{
    struct cs_codes term = s->rs->pattern[term_of(s, o)->pattern];
    uint32_t n = o->end - o->begin, changed = 0;
    if (!(o->channels & CS_CHANNEL_FAR)) return CS_VERDICT_VIOLATION;
    if (o->channels & ~(CS_CHANNEL_SHAPE | CS_CHANNEL_FAR) || n != term.len) return CS_VERDICT_WEAK_EVIDENCE;
    for (uint32_t i = 0; i < n; i++)
        changed += code_at(s, o->begin + i)->code != term.ptr[i];
    return 2 * changed <= n ? CS_VERDICT_VIOLATION : CS_VERDICT_WEAK_EVIDENCE;
}

static uint8_t check_floor(const struct cs_subject *s, const struct cs_occurrence *o)
{
    bool asked_for = o->exempt || term_of(s, o)->best == CS_EVIDENCE_SPIN;
    bool weak = !asked_for && o->evidence > rule_of(s, o)->floor;
    return weak ? CS_VERDICT_WEAK_EVIDENCE : CS_VERDICT_VIOLATION;
}

static bool kept_at(struct cs_span s, size_t at)
{
    uint32_t cp = cs_utf8_next(s, at).cp;
    return cs_char_class(cp) == CS_CHAR_KEPT || cs_mark_of(cp);
}

/* A term as written, without the separators at its edges, which no span has unless the term asks for them. */
static struct cs_span trimmed(const char *text)
{
    struct cs_span s = cs_span_str(text);
    while (s.len && !kept_at(s, 0))
        s = cs_span_cut(s, cs_utf8_next(s, 0).len, s.len);
    while (s.len) {
        size_t last = s.len - 1;
        while (last && (s.ptr[last] & 0xC0) == 0x80)
            last--;
        if (kept_at(s, last)) break;
        s.len = last;
    }
    return s;
}

/* Widen a span to a sign that its term has right before (at == begin) or behind its codes. */
static void take_sign(
    const struct cs_subject *s, const struct cs_occurrence *o, struct cs_mark mark, struct cs_stretch *e)
{
    struct cs_stretch sign;
    bool before = mark.at == 0;
    if (!mark.cp || (!before && mark.at != o->end - o->begin)) return;
    if (!find_dropped(s, o->begin + mark.at, mark.cp, before, &sign)) return;
    if (before && sign.byte_begin < e->byte_begin) {
        e->byte_begin = sign.byte_begin;
        e->char_begin = sign.char_begin;
    }
    if (!before && sign.byte_end > e->byte_end) {
        e->byte_end = sign.byte_end;
        e->char_end = sign.char_end;
    }
}

/* A note on the last character ends with the bracket behind its letters. */
static void close_note(const struct cs_subject *s, struct cs_stretch *e)
{
    uint32_t opening = 0;
    for (size_t at = e->byte_begin; at < e->byte_end;) {
        struct cs_utf8_step st = cs_utf8_next(s->text, at);
        if (cs_view_brackets(opening, st.cp))
            opening = 0;
        else if (cs_view_opens(st.cp))
            opening = st.cp;
        at += st.len;
    }
    if (!opening || e->byte_end == s->text.len) return;
    struct cs_utf8_step st = cs_utf8_next(s->text, e->byte_end);
    if (!cs_view_brackets(opening, st.cp)) return;
    e->byte_end += st.len;
    e->char_end++;
}

/* From the first code to the last, and to the signs that the term has before and behind them. */
static struct cs_stretch stretch_of(const struct cs_subject *s, const struct cs_occurrence *o)
{
    const struct cs_mapped *first = code_at(s, o->begin), *last = code_at(s, o->end - 1);
    const struct cs_term *t = term_of(s, o);
    struct cs_stretch e = {first->byte_begin, last->byte_end, first->char_begin, last->char_begin + 1};
    if (o->channels & CS_CHANNEL_ANNOTATED) close_note(s, &e);
    if (!t->n_mark && !o->sign_before && !o->sign_behind) return e;
    for (uint8_t i = 0; i < t->n_mark && !o->channels; i++)
        take_sign(s, o, t->mark[i], &e);
    take_sign(s, o, (struct cs_mark){0, o->sign_before}, &e);
    take_sign(s, o, (struct cs_mark){(uint16_t)(o->end - o->begin), o->sign_behind}, &e);
    return e;
}

/* Whether it stands there as it does in the pack. A text that is longer than the hit ends the comparison. */
static bool is_written(const struct cs_subject *s, const struct cs_occurrence *o)
{
    struct cs_span hit = cs_span_cut(s->text, o->at.byte_begin, o->at.byte_end);
    const char *text = term_of(s, o)->text;
    if (strncmp(text, (const char *)hit.ptr, hit.len) == 0 && !text[hit.len]) return true;
    return cs_span_eq(hit, trimmed(text));
}

static uint8_t evidence_of(const struct cs_subject *s, const struct cs_occurrence *o)
{
    const struct cs_term *t = term_of(s, o);
    if (is_written(s, o)) return CS_EVIDENCE_EXACT;
    for (uint32_t i = o->begin + 1; i < o->end; i++)
        if (code_at(s, i)->gap && !gap_is_free(t, i - o->begin)) return CS_EVIDENCE_GAP;
    return CS_EVIDENCE_FOLDED;
}

/* Where the occurrence stands in the message. */
static struct cs_stretch locate(const struct cs_subject *s, const struct cs_occurrence *o)
{
    struct cs_stretch out;
    uint8_t evidence = 0;
    if (!s->view) return o->at;
    (void)cs_view_locate(s->view, o->at, &out, &evidence);
    return out;
}

bool cs_occurrence_is_new(const struct cs_subject *s, const struct cs_occurrence *o)
{
    struct cs_stretch out;
    uint8_t evidence = 0;
    return !s->view || cs_view_locate(s->view, o->at, &out, &evidence);
}

/* Called one by one: a table of checks was mispredicted at most of its calls. */
static uint8_t check_all(const struct cs_subject *s, const struct cs_occurrence *o)
{
    uint8_t verdict = check_gaps(s, o);
    if (verdict == CS_VERDICT_VIOLATION) verdict = check_edges(s, o);
    if (verdict == CS_VERDICT_VIOLATION) verdict = check_marks(s, o);
    if (verdict == CS_VERDICT_VIOLATION) verdict = check_clause(s, o);
    if (verdict == CS_VERDICT_VIOLATION) verdict = check_likeness(s, o);
    return verdict == CS_VERDICT_VIOLATION ? check_floor(s, o) : verdict;
}

/* What its term and the view of the text make of its evidence. */
static void weaken(const struct cs_subject *s, struct cs_occurrence *o)
{
    struct cs_stretch in_message;
    if (o->evidence < term_of(s, o)->best) o->evidence = term_of(s, o)->best;
    if (s->view) (void)cs_view_locate(s->view, o->at, &in_message, &o->evidence);
}

void cs_occurrence_judge(const struct cs_subject *s, struct cs_occurrence *o)
{
    assert(s->window.first <= o->begin && o->begin < o->end && o->end <= window_end(s));
    o->at = stretch_of(s, o);
    if (o->matched) return;
    if (!o->channels) o->evidence = evidence_of(s, o);
    weaken(s, o);
    if (o->verdict == CS_VERDICT_VIOLATION) o->verdict = check_all(s, o);
}

bool cs_occurrence_judge_plainly(const struct cs_subject *s, struct cs_place *from, struct cs_occurrence *o)
{
    uint32_t n = o->end - o->begin;
    if (o->matched || o->channels & CS_CHANNEL_FAR) return false;
    if (term_of(s, o)->n_mark || rule_of(s, o)->whole_clause) return false;
    if (!cs_map_plain(s->text, o->begin, n, from)) return false;
    o->at = (struct cs_stretch){from->byte, from->byte + 3 * n, from->character, from->character + n};
    if (!o->channels) o->evidence = is_written(s, o) ? CS_EVIDENCE_EXACT : CS_EVIDENCE_FOLDED;
    weaken(s, o);
    if (o->verdict == CS_VERDICT_VIOLATION) o->verdict = check_floor(s, o);
    return true;
}

struct cs_violation cs_occurrence_violation(
    const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg)
{
    const struct cs_rule *rule = rule_of(s, o);
    struct cs_stretch at = locate(s, o);
    return (struct cs_violation){.rule_id = rule->id,
        .category = rule->category,
        .term = term_of(s, o)->text,
        .msg = msg,
        .byte_begin = at.byte_begin,
        .byte_end = at.byte_end,
        .char_begin = at.char_begin,
        .char_end = at.char_end,
        .severity = rule->severity,
        .mask = rule->mask,
        .evidence = o->evidence};
}
