/* Terms said with synonyms: every choice of them becomes a term of its own, found like any other. */
#include "rules/fields.h"
#include "text/spins.h"

/* A term has at most SPINS_MAX spun forms; shorter ones than PHRASE_CODES are no phrases, but where the rule
 * asks for whole clauses. */
enum { SPINS_MAX = 512, PHRASE_CODES = 4 };

/* One term being spun. */
struct spinner {
    struct cs_loader *l;
    struct cs_term term; /* of what is added */
    struct cs_codes from;
    uint16_t to[CS_TERM_CODES_MAX];
    uint32_t n, made;
    bool out_of_memory;
};

static void spin_from(struct spinner *s, uint32_t at, bool changed);

static void add(struct spinner *s)
{
    s->made++;
    if (cs_bad(cs_term_add(s->l, s->term, (struct cs_codes){s->to, s->n}))) s->out_of_memory = true;
}

static bool stands(const struct spinner *s, uint32_t at, const struct cs_units *word)
{
    if (word->n > s->from.len - at) return false;
    for (uint32_t i = 0; i < word->n; i++)
        if (s->from.ptr[at + i] != cs_code_of(word->ptr[i])) return false;
    return true;
}

/* Go on behind word `from`, which stands at code `at`, with word `to` in its place. */
static void exchange(struct spinner *s, uint32_t at, const struct cs_units *from, const struct cs_units *to)
{
    if (to->n > CS_TERM_CODES_MAX - s->n) return;
    for (uint32_t i = 0; i < to->n; i++)
        s->to[s->n++] = cs_code_of(to->ptr[i]);
    spin_from(s, at + from->n, true);
    s->n -= to->n;
}

/* With each other word of the group of word `w`. */
static void exchange_all(struct spinner *s, uint32_t at, uint32_t w)
{
    struct cs_units from, to;
    uint32_t group = cs_spins_word(w, &from), k = w;
    while (k && cs_spins_word(k - 1, &to) == group)
        k--;
    for (; k < cs_spins_count() && cs_spins_word(k, &to) == group; k++)
        if (k != w) exchange(s, at, &from, &to);
}

static void spin_from(struct spinner *s, uint32_t at, bool changed)
{
    if (s->made == SPINS_MAX || s->out_of_memory) return;
    if (at == s->from.len) {
        if (changed) add(s);
        return;
    }
    for (uint32_t w = 0; w < cs_spins_count(); w++) {
        struct cs_units word;
        cs_spins_word(w, &word);
        if (stands(s, at, &word)) exchange_all(s, at, w);
    }
    if (s->n == CS_TERM_CODES_MAX) return;
    s->to[s->n++] = s->from.ptr[at];
    spin_from(s, at + 1, changed);
    s->n--;
}

static cs_rc spin_term(struct cs_loader *l, const struct cs_term *t, const struct cs_yaml_node *node)
{
    const struct cs_rule *rule = &l->rule[t->rule];
    struct spinner s = {.l = l, .term = *t, .from = l->pattern[t->pattern]};
    if (t->exempt || t->plain || t->n_mark) return CS_OK;
    if (s.from.len < PHRASE_CODES && !rule->whole_clause) return CS_OK;
    s.term.plain = true;
    s.term.best = CS_EVIDENCE_SPIN;
    s.term.free_gap = 0;
    cs_arena_reset(&l->scratch);
    spin_from(&s, 0, false);
    if (s.made == SPINS_MAX)
        cs_loader_tell(l, CS_DIAG_WARNING, node, "write shorter terms: a sub-clause is enough",
            "\"%.60s\" can be said in more than %d ways; some are left out", t->text, SPINS_MAX);
    return s.out_of_memory ? cs_fail(CS_ENOMEM) : CS_OK;
}

cs_rc cs_spin_read(struct cs_loader *l, uint32_t rule, const struct cs_yaml_node *node)
{
    bool wanted = false;
    cs_rc rc = CS_OK;
    cs_field_bool(l, node, "spin", &wanted);
    uint32_t end = l->n_term, first = end;
    while (first && l->term[first - 1].rule == rule)
        first--;
    for (uint32_t i = first; wanted && i < end && !cs_bad(rc); i++) {
        struct cs_term term = l->term[i]; /* the array may move */
        rc = spin_term(l, &term, node);
    }
    return rc;
}
