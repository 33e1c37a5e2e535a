#include "clock/profile.h"

#include "base/hash.h"
#include "clock/profile_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void clear_profile(struct cs_profile *p)
{
    cs_calendar_clear(&p->calendar);
    cs_phrases_clear(&p->phrases);
}

void cs_profiles_free(struct cs_profiles **p)
{
    struct cs_profiles *old = *p;
    *p = NULL;
    if (!old || atomic_fetch_sub(&old->shares, 1) > 1) return;
    for (uint32_t i = 0; i < old->n; i++)
        clear_profile(&old->item[i]);
    free(old->item);
    free(old->version);
    cs_arena_clear(&old->arena);
    free(old);
}

struct cs_profiles *cs_profiles_share(const struct cs_profiles *p)
{
    struct cs_profiles *shared = (struct cs_profiles *)(uintptr_t)p; /* all but the count is immutable */
    atomic_fetch_add(&shared->shares, 1);
    return shared;
}

static cs_rc grow(struct cs_profiles *p)
{
    if (p->n < p->cap) return CS_OK;
    uint32_t cap = p->cap ? p->cap * 2 : 8;
    struct cs_profile *item = realloc(p->item, cap * sizeof *item);
    if (!item) return cs_fail(CS_ENOMEM);
    p->item = item;
    p->cap = cap;
    return CS_OK;
}

static cs_rc read_yaml(struct cs_profiles *p, const struct cs_yaml *yaml, struct cs_diag *diag)
{
    struct cs_profile_reader r = {.yaml = yaml, .diag = diag, .arena = &p->arena};
    struct cs_profile *f = &p->item[p->n];
    struct cs_span source = cs_yaml_source(yaml);
    cs_profile_read(&r, f);
    p->n++;
    p->hash_so_far = cs_hash(source, p->hash_so_far);
    if (p->n > CS_PROFILES_MAX)
        cs_profile_fault(&r, cs_yaml_root(yaml), NULL, "more than 255 profiles", NULL);
    f->hash = cs_hash(source, 0);
    f->source = cs_span_of(cs_arena_strdup(&p->arena, source), source.len);
    return r.no_memory || !f->source.ptr ? cs_fail(CS_ENOMEM) : CS_OK;
}

static cs_rc load_file(struct cs_profiles *p, const char *path, struct cs_diag *diag)
{
    struct cs_yaml *yaml = NULL;
    cs_rc rc = grow(p);
    if (!cs_bad(rc)) rc = cs_yaml_load(path, diag, &yaml);
    if (!cs_bad(rc)) rc = read_yaml(p, yaml, diag);
    cs_yaml_free(&yaml);
    return rc;
}

static int is_yaml(const struct dirent *e)
{
    size_t len = strlen(e->d_name);
    return len > 5 && e->d_name[0] != '.' && strcmp(e->d_name + len - 5, ".yaml") == 0;
}

/* Faults of one file do not hide those of the next; a lack of memory ends it. */
static void note(cs_rc *rc, cs_rc next)
{
    if (!cs_bad(*rc) || cs_is(next, CS_ENOMEM)) *rc = next;
}

static cs_rc load_directory(struct cs_profiles *p, const char *path, struct cs_diag *diag)
{
    struct dirent **entry;
    int n = scandir(path, &entry, is_yaml, alphasort);
    if (n < 0) return cs_fail(errno == ENOMEM ? CS_ENOMEM : CS_EIO);
    cs_rc rc = CS_OK;
    char file[4096];
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        if (!cs_is(rc, CS_ENOMEM)) note(&rc, load_file(p, file, diag));
        free(entry[i]);
    }
    free(entry);
    if (n == 0) {
        cs_diag_add(
            diag, CS_DIAG_ERROR, NULL, "name a file or a directory with *.yaml", "%s holds no profile", path);
        rc = cs_fail(CS_ENOENT);
    }
    return rc;
}

static cs_rc load_path(struct cs_profiles *p, const char *path, struct cs_diag *diag)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return load_directory(p, path, diag);
    return load_file(p, path, diag);
}

static cs_rc finish(struct cs_profiles *p)
{
    struct cs_buf b = {0};
    for (uint32_t i = 0; i < p->n; i++)
        cs_buf_fmt(&b, "%s%s", i ? "," : "", p->item[i].name);
    cs_rc rc = cs_buf_rc(&b);
    if (!cs_bad(rc)) p->version = strdup(cs_buf_cstr(&b));
    cs_buf_clear(&b);
    snprintf(p->hash, sizeof p->hash, "%016llx", (unsigned long long)p->hash_so_far);
    return p->version ? rc : cs_fail(CS_ENOMEM);
}

static struct cs_profiles *begin(void)
{
    struct cs_profiles *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    cs_arena_init(&p->arena, 4096, 0);
    atomic_init(&p->shares, 1);
    return p;
}

/* `rc` is what came of reading; faults were told if diag has more errors than before. */
static cs_rc end(struct cs_profiles *p, cs_rc rc, bool faults, struct cs_profiles **out)
{
    if (!cs_bad(rc) && faults) rc = cs_fail(CS_ESYNTAX);
    if (!cs_bad(rc)) rc = finish(p);
    if (cs_bad(rc)) {
        cs_profiles_free(&p);
        return rc;
    }
    *out = p;
    return CS_OK;
}

cs_rc cs_profiles_load(const char *const *path, uint32_t n, struct cs_diag *diag, struct cs_profiles **out)
{
    struct cs_profiles *p = begin();
    uint32_t faults = diag->n_errors;
    if (!p) return cs_fail(CS_ENOMEM);
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < n && !cs_is(rc, CS_ENOMEM); i++)
        note(&rc, load_path(p, path[i], diag));
    return end(p, rc, diag->n_errors > faults, out);
}

cs_rc cs_profiles_parse(const char *name, struct cs_span text, struct cs_diag *diag, struct cs_profiles **out)
{
    struct cs_profiles *p = begin();
    struct cs_yaml *yaml = NULL;
    uint32_t faults = diag->n_errors;
    if (!p) return cs_fail(CS_ENOMEM);
    cs_rc rc = grow(p);
    if (!cs_bad(rc)) rc = cs_yaml_parse(name, text, diag, &yaml);
    if (!cs_bad(rc)) rc = read_yaml(p, yaml, diag);
    cs_yaml_free(&yaml);
    return end(p, rc, diag->n_errors > faults, out);
}

const char *cs_profiles_clash(const struct cs_profiles *a, const struct cs_profiles *b)
{
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++)
            if (a->item[i].hash != b->item[k].hash && strcmp(a->item[i].name, b->item[k].name) == 0)
                return b->item[k].name;
    return NULL;
}

const char *cs_profiles_version(const struct cs_profiles *p)
{
    return p->version;
}
const char *cs_profiles_hash(const struct cs_profiles *p)
{
    return p->hash;
}
uint32_t cs_profiles_count(const struct cs_profiles *p)
{
    return p->n;
}

static bool names(const char *const *item, uint32_t n, struct cs_span wanted)
{
    for (uint32_t i = 0; i < n; i++)
        if (cs_span_eq(cs_span_str(item[i]), wanted)) return true;
    return false;
}

/* 0 = does not apply, else the more the nearer. */
static uint32_t nearness(const struct cs_profile *p, struct cs_span platform, struct cs_span shop)
{
    bool named = names(p->platform, p->n_platform, platform);
    if (!named && !names(p->platform, p->n_platform, CS_SPAN_LIT("*"))) return 0;
    if (p->n_shop && !names(p->shop, p->n_shop, shop)) return 0;
    return (named ? 2u : 1u) + (p->n_shop ? 2u : 0u);
}

uint32_t cs_profiles_find(
    const struct cs_profiles *p, struct cs_span platform, struct cs_span shop, int64_t utc_ms)
{
    uint32_t best = UINT32_MAX, best_near = 1; /* equals: the later one */
    for (uint32_t i = 0; i < p->n; i++) {
        const struct cs_profile *f = &p->item[i];
        uint32_t near = nearness(f, platform, shop);
        int32_t day = cs_calendar_at(&f->calendar, utc_ms).day;
        if (near < best_near || day < f->from_day || day >= f->until_day) continue;
        best = i;
        best_near = near;
    }
    return best;
}
