/* The public C ABI over the rooms below: translates, checks, and owns nothing but its handles. */
#include "filter/abi.h"

#include <stdlib.h>

#ifndef CS_VERSION
#define CS_VERSION "0"
#endif

uint32_t chatsieve_abi(void)
{
    return CHATSIEVE_ABI;
}

const char *chatsieve_version(void)
{
    return CS_VERSION;
}

int cs_abi_status(cs_rc rc)
{
    switch (rc.code) {
    case 0: return CHATSIEVE_OK;
    case CS_ENOMEM: return CHATSIEVE_NO_MEMORY;
    case CS_ENOENT: return CHATSIEVE_NOT_FOUND;
    case CS_EUNSUPPORTED: return CHATSIEVE_UNSUPPORTED;
    case CS_EIO: return CHATSIEVE_IO;
    default: return CHATSIEVE_INVALID;
    }
}

static void tell(const struct cs_diag *d, char *why, size_t size)
{
    if (!why || !size) return;
    struct cs_buf text = {0};
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, &text);
    const char *s = cs_buf_cstr(&text);
    size_t n = strlen(s) < size ? strlen(s) : size - 1;
    memcpy(why, s, n);
    why[n] = 0;
    cs_buf_clear(&text);
}

static cs_rc load(const char *const *path, size_t n, struct cs_diag *d, struct chatsieve_rules *r)
{
    if (n > UINT32_MAX) return cs_fail(CS_EINVAL);
    cs_rc rc = cs_matcher_self_test(d);
    if (!cs_bad(rc)) rc = cs_ruleset_load(path, (uint32_t)n, d, &r->set);
    if (!cs_bad(rc))
        rc = cs_matcher_new(CS_MATCHER_HYPERSCAN, r->set->pattern, r->set->n_pattern, d, &r->matcher);
    if (!cs_bad(rc))
        rc = cs_lattice_new(CS_MATCHER_HYPERSCAN, r->set->disguisable, r->set->n_disguisable, d, &r->lattice);
    if (!cs_bad(rc)) rc = cs_filter_regexes(CS_MATCHER_HYPERSCAN, r->set, d, &r->regexes);
    return rc;
}

int chatsieve_rules_load(
    const char *const *path, size_t n, char *why, size_t why_size, chatsieve_rules **rules)
{
    struct cs_diag d = {0};
    struct chatsieve_rules *r = calloc(1, sizeof *r);
    cs_rc rc = r ? load(path, n, &d, r) : cs_fail(CS_ENOMEM);
    tell(&d, why, why_size);
    cs_diag_clear(&d);
    if (cs_bad(rc))
        chatsieve_rules_free(&r);
    else
        *rules = r;
    return cs_abi_status(rc);
}

void chatsieve_rules_free(chatsieve_rules **rules)
{
    if (!rules || !*rules) return;
    cs_lattice_free(&(*rules)->lattice);
    cs_regexes_free(&(*rules)->regexes);
    cs_matcher_free(&(*rules)->matcher);
    cs_ruleset_free(&(*rules)->set);
    free(*rules);
    *rules = NULL;
}

const char *chatsieve_rules_hash(const chatsieve_rules *rules)
{
    return rules->set->hash;
}

int chatsieve_profiles_load(
    const char *const *path, size_t n, char *why, size_t why_size, chatsieve_profiles **profiles)
{
    if (!path || !n || n > UINT32_MAX || !profiles) return CHATSIEVE_INVALID;
    struct cs_diag d = {0};
    struct chatsieve_profiles *p = calloc(1, sizeof *p);
    cs_rc rc = p ? cs_profiles_load(path, (uint32_t)n, &d, &p->set) : cs_fail(CS_ENOMEM);
    tell(&d, why, why_size);
    cs_diag_clear(&d);
    if (cs_bad(rc))
        chatsieve_profiles_free(&p);
    else
        *profiles = p;
    return cs_abi_status(rc);
}

void chatsieve_profiles_free(chatsieve_profiles **profiles)
{
    if (!profiles || !*profiles) return;
    cs_profiles_free(&(*profiles)->set);
    free(*profiles);
    *profiles = NULL;
}

const char *chatsieve_profiles_version(const chatsieve_profiles *profiles)
{
    return cs_profiles_version(profiles->set);
}

/* The caller's options where they are set; a field unknown to an older caller counts as not set. */
static void overlay(struct cs_filter_options *o, const chatsieve_options *given)
{
    chatsieve_options g = {0};
    if (given) memcpy(&g, given, given->size < sizeof g ? given->size : sizeof g);
    o->outputs = g.told ? 1u << CS_OUTPUT_OVERDUE | 1u << CS_OUTPUT_KPI : 0;
    o->mask = g.mask != 0;
    if (g.profiles) {
        o->clock.profiles = g.profiles->set;
        o->clock.n_threshold = 0; /* the profiles have limits of their own */
    }
    if (g.input_json) o->decode.format = CS_FORMAT_JSON;
    if (g.record_bytes_max) o->decode.record_bytes_max = g.record_bytes_max;
    if (g.text_bytes_max) o->decode.text_bytes_max = g.text_bytes_max;
    if (g.clock_window_ms) o->clock.window_ms = g.clock_window_ms;
    if (g.conversations_max) o->clock.conversations_max = g.conversations_max;
    if (g.hits_per_message) o->hits_per_message = g.hits_per_message;
}

static cs_rc open_filter(
    struct chatsieve_filter *f, const chatsieve_rules *rules, const chatsieve_options *given)
{
    struct cs_settings defaults;
    cs_rc rc = cs_settings_default(&defaults);
    if (cs_bad(rc)) return rc;
    struct cs_filter_options o = cs_filter_options_of(&defaults, rules->set, rules->matcher);
    o.lattice = rules->lattice;
    o.regexes = rules->regexes;
    overlay(&o, given);
    f->tells = o.outputs != 0;
    f->batch = malloc(sizeof *f->batch);
    if (f->batch) cs_batch_init(f->batch, 0);
    rc = f->batch ? cs_filter_new(&o, &f->filter) : cs_fail(CS_ENOMEM);
    cs_settings_clear(&defaults);
    return rc;
}

int chatsieve_filter_new(
    const chatsieve_rules *rules, const chatsieve_options *options, chatsieve_filter **filter)
{
    if (!rules || !filter || (options && options->size < sizeof(size_t))) return CHATSIEVE_INVALID;
    struct chatsieve_filter *f = calloc(1, sizeof *f);
    if (!f) return CHATSIEVE_NO_MEMORY;
    cs_arena_init(&f->flight.arena, 256 << 10, 0);
    cs_arena_init(&f->told, 16 << 10, 0);
    cs_rc rc = open_filter(f, rules, options);
    if (cs_bad(rc))
        chatsieve_filter_free(&f);
    else
        *filter = f;
    return cs_abi_status(rc);
}

void chatsieve_filter_free(chatsieve_filter **filter)
{
    if (!filter || !*filter) return;
    cs_filter_free(&(*filter)->filter);
    if ((*filter)->batch) cs_batch_clear((*filter)->batch);
    free((*filter)->batch);
    cs_arena_clear(&(*filter)->flight.arena);
    cs_arena_clear(&(*filter)->told);
    free((*filter)->item);
    free(*filter);
    *filter = NULL;
}
