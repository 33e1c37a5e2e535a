#include "rules/ruleset.h"

#include "base/hash.h"
#include "rules/loader.h"
#include "rules/pack_files.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_CHUNK = 256 * 1024, SCRATCH_CHUNK = 64 * 1024, FAULT_BYTES = 512 };

static void tell(struct cs_loader *l, enum cs_diag_level level, const struct cs_diag_at *at, const char *hint,
    const char *text)
{
    if (level == CS_DIAG_ERROR) l->bad = true;
    if (++l->told > CS_PACK_FAULTS_MAX) return;
    cs_diag_add(l->diag, level, at, hint, "%s", text);
    if (l->told == CS_PACK_FAULTS_MAX)
        cs_diag_add(l->diag, level, &(struct cs_diag_at){.file = at->file}, NULL,
            "further messages about this file are left out");
}

void cs_loader_tell(struct cs_loader *l, enum cs_diag_level level, const struct cs_yaml_node *node,
    const char *hint, const char *fmt, ...)
{
    struct cs_diag_at at = cs_yaml_at(l->yaml, node);
    char text[FAULT_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    tell(l, level, &at, hint, text);
}

void cs_loader_tell_at(struct cs_loader *l, enum cs_diag_level level, const struct cs_diag_at *at,
    const char *hint, const char *fmt, ...)
{
    char text[FAULT_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    tell(l, level, at, hint, text);
}

void *cs_loader_grow(void *p, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap) return p;
    uint32_t wider = *cap ? *cap * 2 : 64;
    void *q = wider > *cap ? realloc(p, wider * size) : NULL;
    if (q) *cap = wider;
    return q;
}

const char *cs_loader_keep(struct cs_loader *l, const char *text)
{
    return cs_arena_strdup(&l->box->arena, cs_span_str(text));
}

/* The directory is left out: the same packs have the same hash wherever they are installed. */
cs_rc cs_pack_hash(const struct cs_loader *l, struct cs_pack *pack)
{
    const char *name = strrchr(pack->file, '/');
    struct cs_buf b = {0};
    cs_buf_str(&b, name ? name + 1 : pack->file);
    cs_buf_byte(&b, 0);
    cs_buf_add(&b, cs_yaml_source(l->yaml));
    cs_rc rc = cs_buf_rc(&b);
    if (!cs_bad(rc)) pack->hash = cs_hash(cs_buf_span(&b), 0);
    cs_buf_clear(&b);
    return rc;
}

static int by_hash(const void *a, const void *b)
{
    const struct cs_pack *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int by_id(const void *a, const void *b)
{
    const struct cs_pack *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static const char *keep_text(struct cs_loader *l, struct cs_buf *b)
{
    const char *kept = cs_bad(cs_buf_rc(b)) ? NULL : cs_arena_strdup(&l->box->arena, cs_buf_span(b));
    cs_buf_reset(b);
    return kept;
}

/* Every event carries it: with the names of all shipped packs it would be half of an event. */
enum { BRIEF_MAX = 48 };

static const char *brief_version(struct cs_loader *l, const char *version)
{
    struct cs_buf b = {0};
    if (strlen(version) <= BRIEF_MAX || l->n_pack < 2) return version;
    cs_buf_fmt(&b, "%s@%s and %u more", l->pack[0].id, l->pack[0].version, l->n_pack - 1);
    const char *brief = keep_text(l, &b);
    cs_buf_clear(&b);
    return brief;
}

/* Version and hash do not depend on the order in which the packs were named. */
static cs_rc finish_identity(struct cs_loader *l)
{
    struct cs_ruleset *set = &l->box->set;
    struct cs_buf b = {0};
    if (l->n_pack) qsort(l->pack, l->n_pack, sizeof *l->pack, by_hash);
    for (uint32_t i = 0; i < l->n_pack; i++)
        cs_buf_fmt(&b, "%016llx\n", (unsigned long long)l->pack[i].hash);
    uint64_t hash = cs_hash(cs_buf_span(&b), 0);
    snprintf(set->hash, sizeof set->hash, "%016llx", (unsigned long long)hash);
    cs_rc rc = cs_buf_rc(&b);
    cs_buf_reset(&b);
    if (l->n_pack) qsort(l->pack, l->n_pack, sizeof *l->pack, by_id);
    for (uint32_t i = 0; i < l->n_pack; i++)
        cs_buf_fmt(&b, "%s%s@%s", i ? " " : "", l->pack[i].id, l->pack[i].version);
    set->version = cs_bad(rc) ? NULL : keep_text(l, &b);
    set->brief = set->version ? brief_version(l, set->version) : NULL;
    cs_buf_clear(&b);
    return set->brief ? CS_OK : cs_fail(CS_ENOMEM);
}

const void *cs_loader_settle(struct cs_loader *l, const void *from, uint32_t n, size_t size)
{
    void *to = cs_arena_alloc(&l->box->arena, n * size);
    if (to && n) memcpy(to, from, n * size);
    return to;
}

/* Terms grouped by pattern, in the order of the packs within a group (counting sort); behind them what stands
 * for each expression where a violation tells its term. */
static cs_rc finish_terms(struct cs_loader *l)
{
    struct cs_ruleset *set = &l->box->set;
    struct cs_term *term = cs_arena_zalloc(&l->box->arena, (size_t)l->n_term + l->n_regex, sizeof *term);
    uint32_t *begin = cs_arena_zalloc(&l->box->arena, (size_t)l->n_pattern + 2, sizeof *begin);
    if (!term || !begin) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < l->n_term; i++)
        begin[l->term[i].pattern + 2]++;
    for (uint32_t p = 2; p < l->n_pattern + 2; p++)
        begin[p] += begin[p - 1];
    for (uint32_t i = 0; i < l->n_term; i++)
        term[begin[l->term[i].pattern + 1]++] = l->term[i];
    for (uint32_t i = 0; i < l->n_regex; i++)
        term[l->n_term + i] = (struct cs_term){.text = l->regex[i].text,
            .rule = l->regex[i].rule,
            .pattern = UINT32_MAX,
            .line = l->regex[i].line,
            .column = l->regex[i].column,
            .plain = true};
    set->term = term;
    set->term_begin = begin;
    set->n_term = l->n_term;
    return CS_OK;
}

static cs_rc finish(struct cs_loader *l)
{
    struct cs_ruleset *set = &l->box->set;
    set->rule = cs_loader_settle(l, l->rule, l->n_rule, sizeof *l->rule);
    set->pattern = cs_loader_settle(l, l->pattern, l->n_pattern, sizeof *l->pattern);
    set->condition = cs_loader_settle(l, l->condition, l->n_condition, sizeof *l->condition);
    set->n_condition = l->n_condition;
    set->n_rule = l->n_rule;
    set->n_pattern = l->n_pattern;
    if (!set->rule || !set->pattern || !set->condition) return cs_fail(CS_ENOMEM);
    cs_rc rc = finish_terms(l);
    if (!cs_bad(rc)) rc = cs_disguises_list(l);
    if (!cs_bad(rc)) rc = cs_regexes_finish(l);
    return cs_bad(rc) ? rc : finish_identity(l);
}

static cs_rc load_file(struct cs_loader *l, const char *path)
{
    struct cs_yaml *yaml = NULL;
    cs_rc rc = cs_yaml_load(path, l->diag, &yaml);
    if (cs_bad(rc)) return rc;
    l->yaml = yaml;
    l->told = 0;
    l->told_twice = NULL;
    rc = cs_pack_read(l);
    l->yaml = NULL;
    cs_yaml_free(&yaml);
    return rc;
}

static cs_rc load_files(struct cs_loader *l, const char *const *path, uint32_t n)
{
    struct cs_paths files;
    struct cs_arena arena;
    cs_arena_init(&arena, SCRATCH_CHUNK, 0);
    cs_rc first = cs_paths_expand(path, n, &arena, l->diag, &files);
    for (uint32_t i = 0; i < files.n && !cs_is(first, CS_ENOMEM); i++) {
        cs_rc rc = load_file(l, files.path[i]);
        if (cs_bad(rc) && (!cs_bad(first) || cs_is(rc, CS_ENOMEM))) first = rc;
    }
    cs_arena_clear(&arena);
    return !cs_bad(first) && l->bad ? cs_fail(CS_ESYNTAX) : first;
}

static cs_rc open_loader(struct cs_loader *l, struct cs_diag *diag)
{
    *l = (struct cs_loader){.diag = diag, .box = calloc(1, sizeof *l->box)};
    if (!l->box) return cs_fail(CS_ENOMEM);
    uint64_t seed = cs_hash_seed();
    l->box->n_platform = 1;
    cs_arena_init(&l->box->arena, ARENA_CHUNK, 0);
    cs_arena_init(&l->scratch, SCRATCH_CHUNK, 0);
    cs_map_init(&l->rule_of_id, seed);
    cs_map_init(&l->pattern_of, seed);
    cs_map_init(&l->term_of, seed);
    return CS_OK;
}

static void close_loader(struct cs_loader *l)
{
    cs_map_clear(&l->rule_of_id);
    cs_map_clear(&l->pattern_of);
    cs_map_clear(&l->term_of);
    cs_arena_clear(&l->scratch);
    free(l->pack);
    free(l->rule);
    free(l->same_id);
    free(l->term);
    free(l->same_pattern);
    free(l->pattern);
    free(l->condition);
    free(l->regex);
    free(l->gated);
    free(l->gate);
}

static void free_box(struct cs_ruleset_box *box)
{
    if (!box) return;
    cs_arena_clear(&box->arena);
    free(box);
}

/* What a rule lacks, so that it can be looked at in spite of it. */
static void patch_rules(struct cs_loader *l)
{
    for (uint32_t i = 0; i < l->n_rule; i++) {
        if (!l->rule[i].id) l->rule[i].id = "?";
        if (!l->rule[i].category) l->rule[i].category = "?";
    }
}

/* With `lint` a set comes of faulty packs, too. */
static cs_rc load(struct cs_loader *l, const char *const *path, uint32_t n_path, bool lint)
{
    cs_rc rc = load_files(l, path, n_path), finished = CS_OK;
    bool faulty = lint && cs_is(rc, CS_ESYNTAX);
    if (faulty) patch_rules(l);
    if (faulty || !cs_bad(rc)) finished = finish(l);
    return cs_bad(finished) ? finished : rc;
}

static cs_rc load_set(struct cs_loader *l, const char *const *path, uint32_t n_path, bool lint)
{
    cs_rc rc = load(l, path, n_path, lint);
    if (cs_is(rc, CS_ENOMEM))
        cs_diag_add(l->diag, CS_DIAG_ERROR, NULL, NULL, "out of memory while loading rules");
    close_loader(l);
    if (cs_bad(rc) && !(lint && cs_is(rc, CS_ESYNTAX))) {
        free_box(l->box);
        l->box = NULL;
    }
    return rc;
}

cs_rc cs_ruleset_lint(const char *const *path, uint32_t n_path, struct cs_diag *diag, struct cs_ruleset **out)
{
    struct cs_loader l;
    cs_rc rc = open_loader(&l, diag);
    if (cs_bad(rc))
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "out of memory while loading rules");
    else
        rc = load_set(&l, path, n_path, true);
    if (l.box) *out = &l.box->set;
    return rc;
}

cs_rc cs_ruleset_load(const char *const *path, uint32_t n_path, struct cs_diag *diag, struct cs_ruleset **out)
{
    struct cs_loader l;
    cs_rc rc = open_loader(&l, diag);
    if (cs_bad(rc))
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "out of memory while loading rules");
    else
        rc = load_set(&l, path, n_path, false);
    if (l.box) *out = &l.box->set;
    return rc;
}

void cs_ruleset_free(struct cs_ruleset **rs)
{
    if (!*rs) return;
    free_box((struct cs_ruleset_box *)*rs); /* the set is the box's first member */
    *rs = NULL;
}

const char *cs_ruleset_platform_name(const struct cs_ruleset *rs, uint32_t bit)
{
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)rs;
    return bit && bit < box->n_platform ? box->platform[bit] : NULL;
}

uint64_t cs_ruleset_platform(const struct cs_ruleset *rs, struct cs_span name)
{
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)rs;
    if (!name.len) return 1; /* no platform is called so */
    for (uint32_t i = 1; i < box->n_platform; i++)
        if ((uint8_t)box->platform[i][0] == name.ptr[0] && cs_span_eq(cs_span_str(box->platform[i]), name))
            return (uint64_t)1 << i;
    return 1;
}
