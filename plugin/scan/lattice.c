#include "scan/lattice.h"

#include "scan/lattice_reference.h"
#include "scan/lattice_walk.h"

#include <stdlib.h>

enum { ARENA_CHUNK = 1 << 16 };

struct cs_lattice_scanner {
    struct cs_lattice_walk walk;
    struct cs_lattice_place place[CS_LATTICE_PLACES];
    struct cs_disguised *hit;
    size_t n_hit, hit_cap;
};

uint8_t cs_channels_evidence(uint8_t channels)
{
    static const struct {
        uint8_t channels, evidence;
    } row[] = {{CS_CHANNEL_SHAPE, CS_EVIDENCE_SHAPE}, {CS_CHANNEL_SPLIT, CS_EVIDENCE_SPLIT},
        {CS_CHANNEL_ABBREVIATION, CS_EVIDENCE_ABBREVIATION}, {CS_CHANNEL_HOMOPHONE, CS_EVIDENCE_HOMOPHONE},
        {CS_CHANNEL_PINYIN, CS_EVIDENCE_PINYIN}, {CS_CHANNEL_ANNOTATED, CS_EVIDENCE_GAP}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (channels & row[i].channels) return row[i].evidence;
    return CS_EVIDENCE_EXACT;
}

static cs_rc refuse(struct cs_diag *diag, uint32_t i, const char *why)
{
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "term %u %s", i, why);
    return cs_fail(CS_EINVAL);
}

static cs_rc check_term(const struct cs_disguisable *t, uint32_t i, struct cs_diag *diag)
{
    if (t->code.len < 2)
        return refuse(diag, i, "has fewer than two codes: its disguises would be everywhere");
    if (t->code.len > CS_PATTERN_CODES_MAX) return refuse(diag, i, "is longer than 256 codes");
    if (!t->channels || t->channels & ~CS_CHANNELS_ALL) return refuse(diag, i, "has no known channel");
    if (t->sound >= CS_SOUND_COUNT) return refuse(diag, i, "has an unknown level of sounds");
    for (uint32_t k = 0; k < t->code.len; k++)
        if (t->code.ptr[k] == 0 || t->code.ptr[k] == CS_CODE_DELIMITER)
            return refuse(diag, i, "has a code that no text can have");
    return CS_OK;
}

/* The terms with their codes, in memory of the set. */
static cs_rc copy_terms(struct cs_lattice *l, const struct cs_disguisable *term, uint32_t n)
{
    struct cs_disguisable *to = cs_arena_alloc(&l->arena, n * sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < n; i++) {
        uint16_t *code = cs_arena_alloc(&l->arena, term[i].code.len * sizeof *code);
        if (!code) return cs_fail(CS_ENOMEM);
        memcpy(code, term[i].code.ptr, term[i].code.len * sizeof *code);
        to[i] = term[i];
        to[i].code.ptr = code;
    }
    l->term = to;
    l->n_term = n;
    return CS_OK;
}

static cs_rc compile(struct cs_lattice *l)
{
    cs_rc rc = cs_lattice_make_variants(l);
    if (!cs_bad(rc)) rc = cs_lattice_make_units(l);
    if (!cs_bad(rc)) rc = cs_lattice_make_trie(l);
    if (!cs_bad(rc)) rc = cs_lattice_make_gate(l);
    return cs_bad(rc) ? rc : cs_lattice_make_filter(l);
}

cs_rc cs_lattice_new(enum cs_matcher_kind kind, const struct cs_disguisable *term, uint32_t n,
    struct cs_diag *diag, struct cs_lattice **out)
{
    for (uint32_t i = 0; i < n; i++) {
        cs_rc rc = check_term(&term[i], i, diag);
        if (cs_bad(rc)) return rc;
    }
    struct cs_lattice *l = calloc(1, sizeof *l);
    if (!l) return cs_fail(CS_ENOMEM);
    l->kind = kind;
    cs_arena_init(&l->arena, ARENA_CHUNK, 0);
    cs_rc rc = copy_terms(l, term, n);
    if (!cs_bad(rc) && kind != CS_MATCHER_REFERENCE) rc = compile(l);
    if (cs_bad(rc)) {
        cs_lattice_free(&l);
        return rc;
    }
    *out = l;
    return CS_OK;
}

void cs_lattice_free(struct cs_lattice **l)
{
    if (!*l) return;
    cs_arena_clear(&(*l)->arena);
    free(*l);
    *l = NULL;
}

size_t cs_lattice_bytes(const struct cs_lattice *l)
{
    return sizeof *l + l->arena.held;
}

cs_rc cs_lattice_scanner_new(const struct cs_lattice *l, struct cs_lattice_scanner **out)
{
    struct cs_lattice_scanner *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    s->walk.l = l;
    *out = s;
    return CS_OK;
}

void cs_lattice_scanner_free(struct cs_lattice_scanner **s)
{
    if (!*s) return;
    free((*s)->walk.find);
    free((*s)->hit);
    free(*s);
    *s = NULL;
}

/* Room for `need` elements, contents lost or kept as realloc does. */
static void *grow(void *old, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return old;
    size_t want = need + need / 2 + 64;
    void *p = realloc(old, want * size);
    if (p) *cap = want;
    return p;
}

/* One scan in hand. */
struct job {
    const struct cs_folded *in;
    uint32_t *flags;
    uint32_t msg; /* of the last place */
};

static bool add_hit(struct cs_lattice_scanner *s, struct cs_disguised h)
{
    void *wider = grow(s->hit, &s->hit_cap, s->n_hit + 1, sizeof *s->hit);
    if (!wider) {
        s->walk.no_memory = true;
        return false;
    }
    s->hit = wider;
    s->hit[s->n_hit++] = h;
    return true;
}

/* Keep what the walk from code `at` of its message found in disguise. False when memory is out. */
static bool keep(struct cs_lattice_scanner *s, struct cs_disguised at, uint32_t base)
{
    for (size_t i = 0; i < s->walk.n; i++) {
        const struct cs_lattice_find *f = &s->walk.find[i];
        if (!f->channels) continue;
        at.term = f->term;
        at.end = f->end - base;
        at.evidence = cs_channels_evidence(f->channels);
        at.channels = f->channels;
        if (!add_hit(s, at)) return false;
    }
    return true;
}

/* Walk from a place, which is not before the last one. */
static void scan_place(struct cs_lattice_scanner *s, struct job *j, const struct cs_lattice_place *place)
{
    const uint32_t *begin = j->in->begin;
    while (begin[j->msg + 1] <= place->at)
        j->msg++;
    uint32_t base = begin[j->msg];
    s->walk.stop = begin[j->msg + 1] - 1;
    bool whole = s->walk.l->kind == CS_MATCHER_REFERENCE ? cs_lattice_walk_plainly(&s->walk, place->at)
                                                         : cs_lattice_walk(&s->walk, place);
    whole &= keep(s, (struct cs_disguised){.msg = j->msg, .begin = place->at - base}, base);
    if (!whole && j->flags) j->flags[j->msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
}

static void scan_plainly(struct cs_lattice_scanner *s, struct job *j)
{
    for (uint32_t at = 0; at < j->in->n_code; at++)
        scan_place(s, j, &(struct cs_lattice_place){.at = at});
}

static void scan_places(struct cs_lattice_scanner *s, struct job *j)
{
    for (uint32_t next = 0; next < j->in->n_code;) {
        size_t n = cs_lattice_places(s->walk.l, j->in, &next, s->place);
        for (size_t i = 0; i < n; i++)
            scan_place(s, j, &s->place[i]);
    }
}

cs_rc cs_lattice_scan(struct cs_lattice_scanner *s, const struct cs_folded *in, uint32_t *flags,
    const struct cs_disguised **hit, uint32_t *n_hit)
{
    struct job j = {.in = in, .flags = flags};
    s->n_hit = 0;
    s->walk.code = in->code;
    s->walk.no_memory = false;
    if (s->walk.l->kind == CS_MATCHER_REFERENCE)
        scan_plainly(s, &j);
    else if (s->walk.l->n_term)
        scan_places(s, &j);
    if (s->walk.no_memory) return cs_fail(CS_ENOMEM);
    *hit = s->hit;
    *n_hit = (uint32_t)s->n_hit;
    return CS_OK;
}
