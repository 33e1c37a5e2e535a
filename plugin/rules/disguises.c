/* Which terms are looked for in disguise, and how. */
#include "rules/fields.h"
#include "text/readings.h"

static const char *const channels[] = {"pinyin", "homophone", "abbreviation", "split", "shape", "all"};

enum { N_CHANNELS = sizeof channels / sizeof channels[0] - 1 };

void cs_field_disguises(struct cs_loader *l, const struct cs_yaml_node *node, struct cs_rule *rule)
{
    struct cs_field_list list;
    if (!cs_field_list(l, node, "disguises", &list)) return;
    if (!list.n)
        cs_loader_tell(l, CS_DIAG_ERROR, node, "leave the key out, or write all", "disguises is empty");
    for (uint32_t i = 0; i < list.n; i++) {
        uint32_t k = cs_field_choice(l, list.item[i], "disguise", channels, N_CHANNELS + 1);
        if (k < N_CHANNELS) rule->channels |= (uint8_t)(1u << k);
        if (k == N_CHANNELS) rule->channels = CS_CHANNELS_ALL;
    }
    if (rule->channels & CS_CHANNEL_SHAPE) rule->channels |= CS_CHANNEL_FAR;
    rule->floor = CS_EVIDENCE_SHAPE;
}

void cs_field_sound(struct cs_loader *l, const struct cs_yaml_node *node, uint8_t *out)
{
    static const char *const sounds[CS_SOUND_COUNT] = {"main", "modern", "all"};
    uint32_t k = cs_field_choice(l, node, "level of sounds", sounds, CS_SOUND_COUNT);
    if (k < CS_SOUND_COUNT) *out = (uint8_t)k;
}

bool cs_ruleset_disguises(
    const struct cs_ruleset *rs, const struct cs_disguisable *d, const struct cs_term *term)
{
    const struct cs_rule *rule = &rs->rule[term->rule];
    if (term->exempt || term->plain || term->n_mark || term->pattern != d->pattern) return false;
    return rule->channels && rule->channels == d->channels && rule->sound == d->sound;
}

/* True when to[first .. n) has an entry for the term. */
static bool is_listed(const struct cs_ruleset *rs, const struct cs_disguisable *to, uint32_t first,
    uint32_t n, const struct cs_term *term)
{
    for (uint32_t i = first; i < n; i++)
        if (cs_ruleset_disguises(rs, &to[i], term)) return true;
    return false;
}

cs_rc cs_disguises_list(struct cs_loader *l)
{
    struct cs_ruleset *set = &l->box->set;
    struct cs_disguisable *to = cs_arena_alloc(&l->box->arena, set->n_term * sizeof *to);
    if (!to) return cs_fail(CS_ENOMEM);
    uint32_t n = 0, first = 0;
    for (uint32_t i = 0; i < set->n_term; i++) {
        const struct cs_term *t = &set->term[i];
        const struct cs_rule *rule = &set->rule[t->rule];
        if (i && t->pattern != t[-1].pattern) first = n;
        if (!rule->channels || t->exempt || t->plain || t->n_mark || set->pattern[t->pattern].len < 2)
            continue;
        if (is_listed(set, to, first, n, t)) continue;
        to[n++] = (struct cs_disguisable){set->pattern[t->pattern], rule->channels, rule->sound, t->pattern};
    }
    set->disguisable = to;
    set->n_disguisable = n;
    return CS_OK;
}
