#include "scan/lattice.h"

#include "scan/lattice_reference.h"
#include "scan/lattice_walk.h"

#include <stdlib.h>

enum { ARENA_CHUNK = 1 << 16 };

struct cs_lattice_scanner {
    struct cs_lattice_walk walk;
    uint32_t *place; /* where pairs of codes may open a term */
    size_t place_cap;
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
    free((*s)->place);
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

static size_t all_places(const struct cs_folded *in, uint32_t *place)
{
    for (uint32_t i = 0; i < in->n_code; i++)
        place[i] = i;
    return in->n_code;
}

/* Most codes are none: the loop has no branch but its own. */
size_t cs_lattice_places(const struct cs_lattice *l, const struct cs_folded *in, uint32_t *place)
{
    if (l->kind == CS_MATCHER_REFERENCE) return all_places(in, place);
    cs_lattice_bits next = l->row[l->row_of[in->code[0]]].next;
    size_t n = 0;
    for (uint32_t i = 1; i < in->n_code; i++) {
        const struct cs_lattice_row *row = &l->row[l->row_of[in->code[i]]];
        place[n] = i - 1;
        n += cs_lattice_meet(next, row->start);
        next = row->next;
    }
    return n;
}

/* One scan in hand. */
struct job {
    const struct cs_folded *in;
    uint32_t *flags;
    size_t n_place, next;
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

/* Walk from the places of message `msg`, the first of which is place[j->next]. */
static void scan_message(struct cs_lattice_scanner *s, struct job *j, uint32_t msg)
{
    uint32_t base = j->in->begin[msg];
    bool whole = true;
    s->walk.stop = j->in->begin[msg + 1] - 1;
    for (; j->next < j->n_place && s->place[j->next] <= s->walk.stop; j->next++) {
        uint32_t at = s->place[j->next];
        whole &= s->walk.l->kind == CS_MATCHER_REFERENCE ? cs_lattice_walk_plainly(&s->walk, at)
                                                         : cs_lattice_walk(&s->walk, at);
        whole &= keep(s, (struct cs_disguised){.msg = msg, .begin = at - base}, base);
    }
    if (!whole && j->flags) j->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
}

cs_rc cs_lattice_scan(struct cs_lattice_scanner *s, const struct cs_folded *in, uint32_t *flags,
    const struct cs_disguised **hit, uint32_t *n_hit)
{
    struct job j = {.in = in, .flags = flags};
    uint32_t *place = grow(s->place, &s->place_cap, (size_t)in->n_code + 1, sizeof *place);
    if (!place) return cs_fail(CS_ENOMEM);
    s->place = place;
    s->n_hit = 0;
    s->walk.code = in->code;
    s->walk.no_memory = false;
    if (s->walk.l->n_term && in->n_code) j.n_place = cs_lattice_places(s->walk.l, in, place);
    for (uint32_t msg = 0; j.next < j.n_place; msg++) {
        while (in->begin[msg + 1] <= s->place[j.next])
            msg++;
        scan_message(s, &j, msg);
    }
    if (s->walk.no_memory) return cs_fail(CS_ENOMEM);
    *hit = s->hit;
    *n_hit = (uint32_t)s->n_hit;
    return CS_OK;
}
