#include "chatsieve/engine.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Where packs may be, relative to the directory of the program: installed, then the build tree. */
static const char *const beside[] = {"../share/chatsieve", "../../plugin/share"};

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Directory of the running program, without the last slash. */
static bool program_directory(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0) return false;
    out[n] = 0;
    char *slash = strrchr(out, '/');
    if (slash) *slash = 0;
    return slash != NULL;
}

/* `what` is "rules" or "profiles". */
static bool shipped(const char *what, char out[PATH_MAX])
{
    char dir[PATH_MAX];
    bool known = program_directory(dir);
    for (size_t i = 0; known && i < sizeof beside / sizeof beside[0]; i++) {
        int n = snprintf(out, PATH_MAX, "%s/%s/%s", dir, beside[i], what);
        if (n > 0 && n < PATH_MAX && is_directory(out)) return true;
    }
    snprintf(out, PATH_MAX, "%s/%s", CS_DATADIR, what);
    return is_directory(out);
}

bool cs_engine_shipped(char out[PATH_MAX])
{
    return shipped("rules", out);
}

bool cs_engine_shipped_profiles(char out[PATH_MAX])
{
    return shipped("profiles", out);
}

bool cs_engine_words(char out[PATH_MAX])
{
    static const char tail[] = "/../words/ordinary.txt";
    size_t n = cs_engine_shipped(out) ? strlen(out) : 0;
    if (!n || n + sizeof tail > PATH_MAX) return false;
    memcpy(out + n, tail, sizeof tail);
    return access(out, R_OK) == 0;
}

static cs_rc load_rules(struct cs_engine *e, const char *const *path, uint32_t n, struct cs_diag *diag)
{
    char found[PATH_MAX];
    const char *one = found;
    if (n) return cs_ruleset_load(path, n, diag, &e->rules);
    if (cs_engine_shipped(found)) return cs_ruleset_load(&one, 1, diag, &e->rules);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "name rule packs with --rules PATH",
        "the rule packs that ship with the program are not at %s", found);
    return cs_fail(CS_ENOENT);
}

cs_rc cs_engine_profiles(struct cs_engine *e, const struct cs_settings *s, struct cs_diag *diag)
{
    char found[PATH_MAX];
    const char *one = found;
    if (s->n_profiles) return cs_profiles_load(s->profiles, s->n_profiles, diag, &e->profiles);
    if (cs_engine_shipped_profiles(found)) return cs_profiles_load(&one, 1, diag, &e->profiles);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "name them with --set profiles=PATH",
        "the KPI profiles that ship with the program are not at %s", found);
    return cs_fail(CS_ENOENT);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static cs_rc compile(struct cs_engine *e, enum cs_matcher_kind kind, struct cs_diag *diag)
{
    int64_t begin = now_ms();
    const struct cs_patterns patterns = {e->rules->pattern, e->rules->n_pattern};
    cs_rc rc = cs_matcher_new_cached(kind, &patterns, &e->cache, diag, &e->matcher);
    if (!cs_bad(rc))
        rc = cs_lattice_new(kind, e->rules->disguisable, e->rules->n_disguisable, diag, &e->lattice);
    if (!cs_bad(rc)) rc = cs_filter_regexes(kind, e->rules, diag, &e->regexes);
    e->compile_ms = now_ms() - begin;
    return rc;
}

cs_rc cs_engine_open_kept(struct cs_engine *e, const struct cs_settings *s, struct cs_diag *diag)
{
    *e = (struct cs_engine){.cache = {.dir = s->reload_cache}};
    cs_rc rc = load_rules(e, s->rules, s->n_rules, diag);
    if (!cs_bad(rc)) rc = cs_matcher_self_test(diag);
    return cs_bad(rc) ? rc : compile(e, CS_MATCHER_HYPERSCAN, diag);
}

cs_rc cs_engine_open(
    struct cs_engine *e, const char *const *path, uint32_t n, const char *matcher, struct cs_diag *diag)
{
    *e = (struct cs_engine){0};
    bool plain = matcher && strcmp(matcher, "reference") == 0;
    cs_rc rc = load_rules(e, path, n, diag);
    if (!cs_bad(rc) && !plain) rc = cs_matcher_self_test(diag);
    if (!cs_bad(rc)) rc = compile(e, plain ? CS_MATCHER_REFERENCE : CS_MATCHER_HYPERSCAN, diag);
    return rc;
}

cs_rc cs_engine_open_lint(struct cs_engine *e, const char *const *path, uint32_t n, struct cs_diag *diag)
{
    char shipped[PATH_MAX];
    const char *one = shipped;
    *e = (struct cs_engine){0};
    if (!n && cs_engine_shipped(shipped)) {
        path = &one;
        n = 1;
    }
    cs_rc told = cs_ruleset_lint(path, n, diag, &e->rules);
    if (!e->rules) return told;
    cs_rc rc = cs_matcher_self_test(diag);
    if (!cs_bad(rc)) rc = compile(e, CS_MATCHER_HYPERSCAN, diag);
    return cs_bad(rc) ? rc : told;
}

void cs_engine_clear(struct cs_engine *e)
{
    cs_lattice_free(&e->lattice);
    cs_regexes_free(&e->regexes);
    cs_matcher_free(&e->matcher);
    cs_ruleset_free(&e->rules);
    cs_profiles_free(&e->profiles);
}

static struct cs_clock_options clock_options(const struct cs_engine *e, const struct cs_settings *s)
{
    struct cs_clock_options o = {.window_ms = s->clock_window_ms,
        .conversations_max = s->clock_conversations,
        .profiles = e->profiles};
    for (uint32_t i = 0; i < s->n_clock_threshold && i < CS_THRESHOLDS_MAX; i++)
        o.threshold_s[o.n_threshold++] = s->clock_threshold_s[i];
    return o;
}

struct cs_filter_options cs_engine_filter(const struct cs_engine *e, const struct cs_settings *s)
{
    bool json = s->input_format && strcmp(s->input_format, "json") == 0;
    return (struct cs_filter_options){
        .rules = e->rules,
        .matcher = e->matcher,
        .lattice = e->lattice,
        .regexes = e->regexes,
        .decode = {.format = json ? CS_FORMAT_JSON : CS_FORMAT_PROTOBUF,
            .record_bytes_max = s->record_bytes_max,
            .text_bytes_max = s->text_bytes_max},
        .clock = clock_options(e, s),
        .outputs = (s->topic_overdue != NULL) << CS_OUTPUT_OVERDUE | (s->topic_kpi != NULL) << CS_OUTPUT_KPI,
        .mask = s->mask,
        .hits_per_message = s->hits_per_message,
    };
}

/* NAME=VALUE of --set. */
static cs_rc set_pair(struct cs_settings *s, const char *pair, struct cs_diag *diag)
{
    char name[256];
    size_t len = strcspn(pair, "=");
    if (pair[len] != '=' || len == 0 || len >= sizeof name) {
        cs_diag_add(diag, CS_DIAG_ERROR, NULL, NULL, "--set takes NAME=VALUE, not \"%s\"", pair);
        return cs_fail(CS_EINVAL);
    }
    memcpy(name, pair, len);
    name[len] = 0;
    return cs_settings_set(s, name, pair + len + 1, diag);
}

/* Go on after a fault, so that all are told; the first one is the result. */
static void note(cs_rc *rc, cs_rc next)
{
    if (!cs_bad(*rc)) *rc = next;
}

cs_rc cs_settings_from_args(const struct cs_args *args, struct cs_diag *diag, struct cs_settings *s)
{
    cs_rc rc = args->config ? cs_settings_load(args->config, diag, s) : cs_settings_default(s);
    if (cs_is(rc, CS_ENOENT) || cs_is(rc, CS_EIO) || cs_is(rc, CS_ENOMEM)) return rc;
    if (args->brokers) note(&rc, cs_settings_set(s, "brokers", args->brokers, diag));
    for (uint32_t i = 0; i < args->set.n; i++)
        note(&rc, set_pair(s, args->set.item[i], diag));
    if (args->rules.n) {
        s->rules = args->rules.item;
        s->n_rules = args->rules.n;
    }
    return rc;
}
