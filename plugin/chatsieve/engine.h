/* Rules and matcher, loaded and checked once: what every command that looks at text starts with. */
#ifndef CS_CHATSIEVE_ENGINE_H
#define CS_CHATSIEVE_ENGINE_H

#include "chatsieve/cli.h"
#include "config/settings.h"
#include "filter/filter.h"
#include "scan/cache.h"

#include <limits.h>

struct cs_engine {
    struct cs_ruleset *rules;
    struct cs_matcher *matcher;
    struct cs_lattice *lattice;
    struct cs_regexes *regexes;   /* NULL when no rule has an expression */
    struct cs_profiles *profiles; /* of the reply clock; NULL = turns and latencies only */
    int64_t compile_ms;
    struct cs_cache cache; /* of compiled rules */
};

/* Load `path` (n of them; 0 = the packs shipped with the program), test the library on this machine and
 * compile. `matcher` is a name of the --matcher option, NULL for the usual one. Clear `e` in any case.
 * Errors: those of cs_ruleset_load, CS_ENOENT when no shipped packs are found, CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_engine_open(
    struct cs_engine *e, const char *const *path, uint32_t n, const char *matcher, struct cs_diag *diag);
/* The same by settings, with the library and with their cache of compiled rules. */
CS_MUST cs_rc cs_engine_open_kept(struct cs_engine *e, const struct cs_settings *s, struct cs_diag *diag);
/* The same for `rules lint`: with CS_ESYNTAX there may be an engine of what could be read, too (e->rules). */
CS_MUST cs_rc cs_engine_open_lint(
    struct cs_engine *e, const char *const *path, uint32_t n, struct cs_diag *diag);
/* Load the KPI profiles that the settings name, or the shipped ones. Errors: those of cs_profiles_load,
 * CS_ENOENT when no shipped ones are found. */
CS_MUST cs_rc cs_engine_profiles(struct cs_engine *e, const struct cs_settings *s, struct cs_diag *diag);
void cs_engine_clear(struct cs_engine *e);
/* Where the shipped packs are looked for; false when they are not there. */
bool cs_engine_shipped(char out[PATH_MAX]);
/* ... and the shipped profiles. */
bool cs_engine_shipped_profiles(char out[PATH_MAX]);
/* Where the list of ordinary words that ships with the program is; false when it is not there. */
bool cs_engine_words(char out[PATH_MAX]);

/* What a filter needs, by these settings. `e` must outlive the filter. */
struct cs_filter_options cs_engine_filter(const struct cs_engine *e, const struct cs_settings *s);

/* Settings from -c, --brokers, --rules and --set, in this order of precedence, all faults in `diag`. Clear
 * `s` in any case. */
CS_MUST cs_rc cs_settings_from_args(const struct cs_args *args, struct cs_diag *diag, struct cs_settings *s);

#endif
