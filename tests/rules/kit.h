/* Packs in a directory of their own, and what loading them gives. */
#ifndef CS_TESTS_RULES_KIT_H
#define CS_TESTS_RULES_KIT_H

#include "rules/ruleset.h"

#include "config/golden.h"

#include <sys/stat.h>
#include <unistd.h>

struct kit {
    char dir[64];
    struct cs_diag diag;
    struct cs_ruleset *set;
};

static inline void kit_open(struct kit *k)
{
    *k = (struct kit){.dir = "/tmp/chatsieve-rules-XXXXXX"};
    cr_assert(mkdtemp(k->dir) != NULL);
}

static inline const char *kit_path(struct kit *k, const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", k->dir, name);
    return path;
}

static inline void kit_write(struct kit *k, const char *name, struct cs_span text)
{
    FILE *f = fopen(kit_path(k, name), "wb");
    cr_assert(f != NULL);
    fwrite(text.ptr, 1, text.len, f);
    fclose(f);
}

static inline cs_rc kit_load(struct kit *k)
{
    const char *path = k->dir;
    cs_diag_clear(&k->diag);
    cs_ruleset_free(&k->set);
    return cs_ruleset_load(&path, 1, &k->diag, &k->set);
}

static inline void kit_say(struct kit *k)
{
    struct cs_buf b = {0};
    golden_render(&k->diag, &b);
    fputs(cs_buf_cstr(&b), stderr);
    cs_buf_clear(&b);
}

/* A pack of one rule; `keys` are more keys of the rule, each line indented by four. */
static inline void kit_rule(struct kit *k, const char *pack, const char *id, const char *keys)
{
    struct cs_buf b = {0};
    char name[80];
    snprintf(name, sizeof name, "%s.yaml", pack);
    cs_buf_fmt(
        &b, "pack: {id: %s, version: 1}\nrules:\n  - id: %s\n    category: c\n    severity: 2\n", pack, id);
    cs_buf_fmt(&b, "    message: {zh: 一, en: one}\n    examples: {hit: x, clean: y}\n%s", keys);
    kit_write(k, name, cs_buf_span(&b));
    cs_buf_clear(&b);
}

static inline const struct cs_rule *kit_find(const struct kit *k, const char *id)
{
    for (uint32_t i = 0; i < k->set->n_rule; i++)
        if (strcmp(k->set->rule[i].id, id) == 0) return &k->set->rule[i];
    return NULL;
}

static inline const struct cs_term *kit_term(const struct kit *k, const char *text)
{
    for (uint32_t i = 0; i < k->set->n_term; i++)
        if (strcmp(k->set->term[i].text, text) == 0) return &k->set->term[i];
    return NULL;
}

static inline void kit_close(struct kit *k)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", k->dir);
    cr_expect_eq(system(command), 0);
    cs_diag_clear(&k->diag);
    cs_ruleset_free(&k->set);
}

#endif
