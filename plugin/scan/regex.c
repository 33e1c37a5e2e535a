#include "scan/regex.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/alphabet.h"

#include <hs/hs.h>
#include <stdlib.h>

/* Text behind the last byte that the library may read. */
enum { BEHIND = 64 };

struct cs_regexes {
    hs_database_t **db; /* of each expression; NULL in the plain kind */
    hs_scratch_t *prototype;
    struct cs_gate *gate;
    uint32_t n, n_gate;
    uint64_t *gated; /* bit p: pattern p is a gate */
    uint32_t n_pattern;
    size_t bytes;
};

struct cs_regex_scanner {
    const struct cs_regexes *set;
    hs_scratch_t *scratch;
    struct cs_buf text; /* of the message in hand */
    uint32_t *seen;     /* by expression: 1 + the last message it was looked for in */
    uint32_t *wanted;   /* expressions of the message in hand */
    uint32_t n_wanted;
    struct cs_regex_hit *hit;
    uint32_t n_hit, cap_hit;
};

static cs_rc rc_of(hs_error_t e)
{
    if (e == HS_SUCCESS) return CS_OK;
    return cs_fail(e == HS_NOMEM ? CS_ENOMEM : CS_EUNSUPPORTED);
}

static cs_rc refuse(struct cs_diag *diag, const struct cs_diag_at *at, const char *why)
{
    cs_diag_add(diag, CS_DIAG_ERROR, at, "write a simpler expression, or several of them",
        "regex: the library cannot compile this: %s", why);
    return cs_fail(CS_EINVAL);
}

static cs_rc compile_one(struct cs_regexes *r, uint32_t i, const struct cs_gated *g, struct cs_diag *diag)
{
    hs_compile_error_t *error = NULL;
    /* What is given to the library may be so coarse that it matches nothing, too. */
    unsigned flags = HS_FLAG_UTF8 | HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;
    hs_error_t e = hs_compile(g->expression, flags, HS_MODE_BLOCK, NULL, &r->db[i], &error);
    if (e == HS_COMPILER_ERROR) {
        const char *why = error && error->message ? error->message : "no reason given";
        bool memory = strstr(why, "memory") != NULL;
        cs_rc rc = memory ? cs_fail(CS_ENOMEM) : refuse(diag, &g->at, why);
        hs_free_compile_error(error);
        return rc;
    }
    size_t bytes = 0;
    if (e == HS_SUCCESS) e = hs_database_size(r->db[i], &bytes);
    if (e == HS_SUCCESS && bytes > CS_REGEX_DATABASE_MAX) return refuse(diag, &g->at, "it becomes too large");
    if (e == HS_SUCCESS) e = hs_alloc_scratch(r->db[i], &r->prototype);
    r->bytes += bytes;
    return rc_of(e);
}

/* All of them, so that all faults are told. */
static cs_rc compile(struct cs_regexes *r, const struct cs_regexes_options *o, struct cs_diag *diag)
{
    cs_rc first = CS_OK;
    r->db = calloc(o->n_gated, sizeof *r->db);
    if (!r->db) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < o->n_gated; i++) {
        cs_rc rc = compile_one(r, i, &o->gated[i], diag);
        if (cs_bad(rc) && !cs_is(rc, CS_EINVAL)) return rc;
        if (cs_bad(rc)) first = rc;
    }
    return first;
}

static cs_rc copy_gates(struct cs_regexes *r, const struct cs_regexes_options *o)
{
    r->n = o->n_gated;
    r->n_gate = o->n_gate;
    r->n_pattern = o->n_pattern;
    r->gate = malloc(o->n_gate * sizeof *r->gate);
    r->gated = calloc(o->n_pattern / 64 + 1, sizeof *r->gated);
    if (!r->gate || !r->gated) return cs_fail(CS_ENOMEM);
    memcpy(r->gate, o->gate, o->n_gate * sizeof *r->gate);
    for (uint32_t i = 0; i < o->n_gate; i++)
        r->gated[o->gate[i].pattern / 64] |= (uint64_t)1 << o->gate[i].pattern % 64;
    return CS_OK;
}

cs_rc cs_regexes_new(enum cs_matcher_kind kind, const struct cs_regexes_options *o, struct cs_diag *diag,
    struct cs_regexes **out)
{
    struct cs_regexes *r = calloc(1, sizeof *r);
    cs_rc rc = r ? CS_OK : cs_fail(CS_ENOMEM);
    if (r && o->n_gated) rc = copy_gates(r, o);
    if (!cs_bad(rc) && o->n_gated && kind == CS_MATCHER_HYPERSCAN) rc = compile(r, o, diag);
    if (cs_bad(rc)) {
        cs_regexes_free(&r);
        return rc;
    }
    *out = r;
    return CS_OK;
}

void cs_regexes_free(struct cs_regexes **r)
{
    if (!*r) return;
    for (uint32_t i = 0; (*r)->db && i < (*r)->n; i++)
        hs_free_database((*r)->db[i]);
    hs_free_scratch((*r)->prototype);
    free((*r)->db);
    free((*r)->gate);
    free((*r)->gated);
    free(*r);
    *r = NULL;
}

size_t cs_regexes_bytes(const struct cs_regexes *r)
{
    return r->bytes;
}

cs_rc cs_regex_scanner_new(const struct cs_regexes *r, struct cs_regex_scanner **out)
{
    struct cs_regex_scanner *s = calloc(1, sizeof *s);
    if (!s) return cs_fail(CS_ENOMEM);
    s->set = r;
    s->seen = calloc(r->n + 1, sizeof *s->seen);
    s->wanted = calloc(r->n + 1, sizeof *s->wanted);
    cs_rc rc = s->seen && s->wanted ? CS_OK : cs_fail(CS_ENOMEM);
    if (!cs_bad(rc) && r->prototype) rc = rc_of(hs_clone_scratch(r->prototype, &s->scratch));
    if (cs_bad(rc)) {
        cs_regex_scanner_free(&s);
        return rc;
    }
    *out = s;
    return CS_OK;
}

void cs_regex_scanner_free(struct cs_regex_scanner **s)
{
    if (!*s) return;
    hs_free_scratch((*s)->scratch);
    cs_buf_clear(&(*s)->text);
    free((*s)->seen);
    free((*s)->wanted);
    free((*s)->hit);
    free(*s);
    *s = NULL;
}

/* The expressions behind pattern `p`, those once that were not wanted in message `msg` so far. */
static void want(struct cs_regex_scanner *s, uint32_t p, uint32_t msg)
{
    const struct cs_gate *gate = s->set->gate;
    uint32_t low = 0, high = s->set->n_gate;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (gate[middle].pattern < p)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->set->n_gate && gate[low].pattern == p; low++) {
        uint32_t regex = gate[low].regex;
        if (s->seen[regex] != msg + 1) s->wanted[s->n_wanted++] = regex;
        s->seen[regex] = msg + 1;
    }
}

/* Message `msg` as UTF-8. Folded texts hold whole surrogate pairs only. */
static cs_rc write_text(struct cs_regex_scanner *s, const struct cs_folded *in, uint32_t msg)
{
    const uint16_t *code = in->code + in->begin[msg];
    uint32_t n = in->begin[msg + 1] - in->begin[msg] - 1;
    cs_buf_reset(&s->text);
    uint8_t *at = cs_buf_reserve(&s->text, (size_t)n * 3 + CS_UTF8_MAX_BYTES + BEHIND);
    if (!at) return cs_fail(CS_ENOMEM);
    uint8_t *begin = at;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t cp = cs_code_unit(code[i]);
        if (cp >= 0xD800 && cp <= 0xDBFF && i + 1 < n)
            cp = 0x10000 + ((cp - 0xD800) << 10) + (cs_code_unit(code[++i]) & 0x3FFu);
        at += cs_utf8_put(cp, at);
    }
    memset(at, 0, BEHIND);
    s->text.len = (size_t)(at - begin);
    return CS_OK;
}

static int on_match(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    *(bool *)context = true;
    return 1;
}

static cs_rc try_one(struct cs_regex_scanner *s, uint32_t regex, bool *found)
{
    *found = !s->set->db;
    if (*found) return CS_OK;
    hs_error_t e = hs_scan(
        s->set->db[regex], (const char *)s->text.ptr, (unsigned)s->text.len, 0, s->scratch, on_match, found);
    return e == HS_SCAN_TERMINATED ? CS_OK : rc_of(e);
}

static cs_rc put(struct cs_regex_scanner *s, uint32_t msg, uint32_t regex)
{
    if (s->n_hit == s->cap_hit) {
        uint32_t cap = s->cap_hit ? s->cap_hit * 2 : 64;
        struct cs_regex_hit *p = realloc(s->hit, cap * sizeof *p);
        if (!p) return cs_fail(CS_ENOMEM);
        s->hit = p;
        s->cap_hit = cap;
    }
    s->hit[s->n_hit++] = (struct cs_regex_hit){msg, regex};
    return CS_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static cs_rc look(struct cs_regex_scanner *s, const struct cs_folded *in, uint32_t msg)
{
    if (!s->n_wanted) return CS_OK;
    cs_rc rc = s->set->db ? write_text(s, in, msg) : CS_OK;
    qsort(s->wanted, s->n_wanted, sizeof *s->wanted, by_number);
    for (uint32_t i = 0; i < s->n_wanted && !cs_bad(rc); i++) {
        bool found;
        rc = try_one(s, s->wanted[i], &found);
        if (!cs_bad(rc) && found) rc = put(s, msg, s->wanted[i]);
    }
    s->n_wanted = 0;
    return rc;
}

cs_rc cs_regex_scan(struct cs_regex_scanner *s, const struct cs_folded *in, struct cs_hits_of hits,
    const struct cs_regex_hit **out, uint32_t *n_out)
{
    const struct cs_regexes *set = s->set;
    cs_rc rc = CS_OK;
    s->n_hit = s->n_wanted = 0;
    for (uint32_t i = 0; set->n && i < hits.n && !cs_bad(rc); i++) {
        uint32_t p = hits.hit[i].pattern, msg = hits.hit[i].msg;
        if (set->gated[p / 64] >> p % 64 & 1) want(s, p, msg);
        if (i + 1 == hits.n || hits.hit[i + 1].msg != msg) rc = look(s, in, msg);
    }
    memset(s->seen, 0, set->n * sizeof *s->seen);
    if (cs_bad(rc)) return rc;
    *out = s->hit;
    *n_out = s->n_hit;
    return CS_OK;
}
